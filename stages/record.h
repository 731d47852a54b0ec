/*
 * record.h -- what became of a member, told to whoever watches the run
 *
 * Units:   times in nanoseconds, sizes in bytes.
 * Owner:   a record and its texts live for the call only.
 * Threads: the listener is called on the writer's thread, members in output order.
 */
#ifndef UVP_STAGES_RECORD_H
#define UVP_STAGES_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/span.h"
#include "pipeline/base/status.h"
#include "stages/store/found.h"
#include "stages/unwrapper/atlas/atlas.h"

/* Every member read ends in exactly one of these. */
enum uvp_member_status {
    UVP_MEMBER_UNWRAPPED, /* it has UVs now */
    UVP_MEMBER_PASSED,    /* nothing to do: went on as it was; `reason` says why */
    UVP_MEMBER_FAILED,    /* `error` says why; the original went on, or was dropped */
    /* when UVs are checked: */
    UVP_MEMBER_VALID,
    UVP_MEMBER_INVALID, /* `verdict` says why */
    UVP_MEMBER_BARE,    /* a mesh without UVs */
    /* when members are listed: */
    UVP_MEMBER_LISTED, /* a mesh */
    /* when members are made: */
    UVP_MEMBER_MADE,
    /* when pictures are drawn: */
    UVP_MEMBER_RENDERED, /* one took its place; `facts` is a struct uvp_picture_facts */
    /* when UVs are measured: `facts` are a struct uvp_analysis_facts */
    UVP_MEMBER_ANALYZED,
    UVP_MEMBER_STATUS_COUNT
};

const char *
uvp_member_status_name(enum uvp_member_status status); /* "ok", "passed", "failed", ... */

/* Where a member's time went. */
enum uvp_member_step {
    UVP_STEP_LOAD, /* out of the archive's form: inflate, join */
    UVP_STEP_DECODE,
    UVP_STEP_STORE, /* asking whether it is solved already, waiting for a twin, keeping it */
    UVP_STEP_TOPOLOGY,
    UVP_STEP_SEGMENT,
    UVP_STEP_FLATTEN,
    UVP_STEP_MERGE,
    UVP_STEP_PACK,
    UVP_STEP_VERIFY,
    UVP_STEP_ENCODE,
    UVP_STEP_RENDER, /* into the archive's form: deflate, headers */
    UVP_STEP_MAKE,   /* from a recipe, in place of all before encoding */
    UVP_STEP_COUNT
};

const char *uvp_member_step_name(enum uvp_member_step step);

struct uvp_record {
    uint64_t seq;      /* number of the member in the run, from 0, in input order */
    uint32_t lane;     /* number of the input, from 0 */
    const char *input; /* the input's path as given, "-" for stdin */
    const char *path;  /* of the member; any bytes but NUL */
    size_t path_bytes;
    enum uvp_member_status status;
    const char *reason; /* PASSED: why; else NULL */
    const char *note;   /* UNWRAPPED: worth telling; NULL: nothing */
    const char *added;  /* what the path of the new member beside it has more; NULL: none */
    bool replaced;      /* the new member stands in its place */
    struct uvp_error error;
    bool dropped;       /* FAILED and left out of the output */
    const char *format; /* of the mesh, or NULL */
    uint64_t bytes_in;  /* of the file */
    uint64_t bytes_out;
    uint64_t wall_ns; /* all steps together; 0 for passed members */
    uint64_t step_ns[UVP_STEP_COUNT];
    uint32_t meshes; /* in the file */
    uint32_t mapped; /* of these, with UVs when they came */
    uint32_t vertices;
    uint32_t polygons;
    uint32_t found[UVP_FOUND_COUNT]; /* UNWRAPPED: where its atlases came from */
    struct uvp_atlas_stats atlas;    /* UNWRAPPED only; as the rest */
    uint32_t pages;
    bool verified;                    /* the exact verdict found nothing wrong */
    struct uvp_atlas_verdict verdict; /* VALID and INVALID, too */
    uint32_t triangles;               /* likewise, and LISTED, MADE */
    /* Only with settings.show, of members that have UVs now: */
    double stretch_p99;      /* 99 % of the area is stretched no more; 0: not known */
    double score;            /* how bad it is, by settings.show_by */
    struct uvp_span exhibit; /* see unwrapper/exhibit.h; empty: it was not among the worst */
    struct uvp_span facts; /* what else the task found: one struct of its header, or nothing */
};

struct uvp_listener {
    void *ctx;
    /* PASSED only when settings.record_passed. */
    void (*member)(void *ctx, const struct uvp_record *record);
    /* Something about an input that is no member: damage stepped over. */
    void (*warning)(void *ctx, const char *input, const struct uvp_error *warning);
};

#endif
