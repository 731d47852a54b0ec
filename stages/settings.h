/*
 * settings.h -- what a run is asked to do, as the stages need to know it
 *
 * Owner:   all text is borrowed and must outlive the run. Zero means the default.
 * Threads: read-only while the line runs.
 */
#ifndef UVP_STAGES_SETTINGS_H
#define UVP_STAGES_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "formats/archive/codec.h"
#include "formats/archive/entry.h"
#include "formats/mesh/format.h"
#include "pipeline/base/span.h"
#include "stages/recipe.h"
#include "stages/trials.h"
#include "stages/unwrapper/analysis/analysis.h"
#include "stages/unwrapper/atlas/atlas.h"
#include "stages/unwrapper/picture/picture.h"

enum uvp_on_error {
    UVP_ON_ERROR_PASS = 0, /* the original bytes go on */
    UVP_ON_ERROR_DROP,     /* the member is left out */
    UVP_ON_ERROR_STOP,     /* the run ends */
};

enum uvp_task {
    UVP_TASK_UNWRAP = 0,
    UVP_TASK_CHECK,    /* judge the UVs that are there; write nothing */
    UVP_TASK_LIST,     /* say what is there; write nothing */
    UVP_TASK_COMPARE,  /* take fingerprints; write nothing */
    UVP_TASK_GENERATE, /* make `making`; nothing is read */
    UVP_TASK_RENDER,   /* pictures of the meshes, in their place */
    UVP_TASK_ANALYZE,  /* measure the UVs that are there; write nothing */
    UVP_TASK_OPTIMIZE, /* try several sets of options; write with the best */
    UVP_TASK_COUNT
};

/* Which members are shown (docs/report-html.md says how each is measured). */
enum uvp_worst {
    UVP_WORST_STRETCH = 0,
    UVP_WORST_CHARTS,
    UVP_WORST_PACKING,
    UVP_WORST_TIME,
    UVP_WORST_TRIANGLES,
};

struct uvp_task_traits {
    bool writes;    /* there is an output */
    bool wants_uvs; /* of the meshes as they come */
    bool makes;     /* its members come from no input */
    bool made_only; /* the output holds what was made, and nothing that only came by */
};

/* What is true of every run with this task. */
struct uvp_task_traits uvp_task_traits(enum uvp_task task);

/* What --allow lets pass as valid; bits. */
enum uvp_fault {
    UVP_FAULT_FLIPPED = 1,
    UVP_FAULT_COLLAPSED = 2,
    UVP_FAULT_MIRRORED = 4,
    UVP_FAULT_OVERLAPPING = 8,
    UVP_FAULT_OUTSIDE = 16,
    UVP_FAULT_UNMAPPED = 32,
};

/* "flipped", ... of bit `bit`; NULL beyond the last. */
const char *uvp_fault_name(unsigned bit);

/* Mirrored charts are common and harm nothing but tangents: only told. */
#define UVP_FAULTS_USUAL_ALLOWED ((unsigned)UVP_FAULT_MIRRORED)

struct uvp_settings;

/*
 * Settings that differ from member to member.
 *
 * Threads: `find` is called by any worker at any time; what it looks at is read-only while the
 *          line runs.
 */
struct uvp_overrides {
    const void *ctx;
    /*
     * Fills *own with the settings of the run and what differs for this member.
     *
     * Returns: UVP_OK
     *          UVP_END    nothing differs: *own is not filled
     *          UVP_USAGE  what was asked for contradicts itself; stays with the member
     */
    enum uvp_code (*find)(const void *ctx, const struct uvp_settings *settings,
                          const char *input, struct uvp_span path, struct uvp_settings *own,
                          struct uvp_error *err);
};

struct uvp_settings {
    enum uvp_task task;
    const struct uvp_making *making; /* GENERATE; NULL else */
    unsigned allowed;                /* CHECK: uvp_fault bits */
    const char *const *inputs;       /* paths; "-" is stdin. None means stdin */
    uint32_t input_count;
    const char *output;  /* NULL or "-": stdout; a path ending in '/' or an existing folder:
                            files below it; else a file, complete or not there at all */
    bool force_terminal; /* binary to a terminal all the same */
    const char *const *include; /* globs over member paths; none: all */
    uint32_t include_count;
    const char *const *exclude;
    uint32_t exclude_count;
    struct uvp_mesh_options mesh;
    enum uvp_on_error on_error;
    uint64_t max_errors;  /* failed members before the run ends; 0: no limit */
    bool dry_run;         /* read and judge names, unwrap and write nothing */
    bool container_given; /* --format */
    enum uvp_container container;
    bool codec_given; /* --compress */
    enum uvp_codec codec;
    bool level_given;
    int level;
    bool seek_table;            /* zstd: where the frames are, at the end */
    uint32_t workers;           /* as started; 0: the serial twin */
    size_t memory_bytes;        /* --memory: shared out by uvp_stages_shares */
    uint64_t member_timeout_ns; /* 0: none */
    struct uvp_atlas_options atlas;
    const struct uvp_overrides *overrides; /* NULL: none */
    struct uvp_picture_options picture;    /* RENDER */
    bool unwrap_missing;          /* RENDER, ANALYZE: meshes without UVs get an atlas first */
    bool up_given;                /* RENDER: picture.z_is_up; else the format's custom */
    struct uvp_trial_plan trials; /* OPTIMIZE */
    bool show;          /* records tell stretch_p99 and a score, and the worst are shown */
    uint32_t show_most; /* so many of the worst at most have an exhibit; 0: none */
    enum uvp_worst show_by;
    struct uvp_analysis_options analysis; /* ANALYZE */
    const char *cache_dir;      /* solved meshes are kept there; NULL: for this run only */
    uint64_t cache_most_bytes;  /* 0: no limit */
    uint64_t cache_most_age_ns; /* since the last use; 0: no limit */
    bool resume;                /* keep a journal beside the output, and go on from one */
    bool record_passed;         /* the listener wants a record of every passed member too */
};

/* False when the run only reads. */
static inline bool uvp_settings_write(const struct uvp_settings *settings)
{
    return uvp_task_traits(settings->task).writes && !settings->dry_run;
}

/* Members that nothing is made of go on: as they came, or into another container. */
static inline bool uvp_settings_pass_on(const struct uvp_settings *settings)
{
    return uvp_settings_write(settings) && !uvp_task_traits(settings->task).made_only;
}

/* What is made of a single mesh is nothing for a terminal. */
static inline bool uvp_settings_make_binary(const struct uvp_settings *settings)
{
    return settings->task == UVP_TASK_RENDER && !settings->picture.is_svg;
}

/* UVs that meshes have are read. */
static inline bool uvp_settings_want_uvs(const struct uvp_settings *settings)
{
    return uvp_task_traits(settings->task).wants_uvs || settings->atlas.keep_charts;
}

/* Meshes that have UVs stay as they are. Charts that are kept are packed anew: their mesh is
 * worked on as others are. */
static inline bool uvp_settings_leave_mapped(const struct uvp_settings *settings)
{
    return settings->mesh.existing == UVP_EXISTING_SKIP && !settings->atlas.keep_charts;
}

#endif
