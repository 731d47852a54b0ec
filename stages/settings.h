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
#include "stages/unwrapper/atlas/atlas.h"

enum uvp_on_error {
    UVP_ON_ERROR_PASS = 0, /* the original bytes go on */
    UVP_ON_ERROR_DROP,     /* the member is left out */
    UVP_ON_ERROR_STOP,     /* the run ends */
};

struct uvp_settings {
    const char *const *inputs; /* paths; "-" is stdin. None means stdin */
    uint32_t input_count;
    const char *output;  /* NULL or "-": stdout; a path ending in '/' or an existing folder:
                            files below it; else a file, complete or not there at all */
    bool force_terminal; /* binary to a terminal all the same */
    const char *const *include; /* globs over member paths; none: all */
    uint32_t include_count;
    const char *const *exclude;
    uint32_t exclude_count;
    enum uvp_existing existing;
    enum uvp_on_error on_error;
    uint64_t max_errors;  /* failed members before the run ends; 0: no limit */
    bool dry_run;         /* read and judge names, unwrap and write nothing */
    bool container_given; /* --format */
    enum uvp_container container;
    bool codec_given; /* --compress */
    enum uvp_codec codec;
    bool level_given;
    int level;
    uint32_t workers;           /* as started; 0: the serial twin */
    size_t memory_bytes;        /* --memory: shared out by uvp_stages_shares */
    uint64_t member_timeout_ns; /* 0: none */
    struct uvp_atlas_options atlas;
    bool record_passed; /* the listener wants a record of every passed member too */
};

#endif
