/*
 * line_run.h -- the whole line over bytes in memory, for tests
 *
 * Use:     fill a struct line_run, call line_run; the output and the result are in it; release.
 * Threads: confined; a run makes its own threads and joins them.
 */
#ifndef UVP_TESTS_LINE_RUN_H
#define UVP_TESTS_LINE_RUN_H

#include "pipeline/base/buf.h"
#include "pipeline/pipeline.h"
#include "stages/stages.h"
#include "tests/support/line/tar_bytes.h"

/* What was told of a member. */
struct line_record {
    uint64_t seq;
    char path[240];
    enum uvp_member_status status;
    enum uvp_code code; /* of its error */
    bool dropped;
};

/* A file below the output folder. */
struct line_file {
    char path[240];
    unsigned char *data;
    size_t bytes;
    unsigned mode;
    int64_t mtime;
};

struct line_run {
    /* in */
    const void *const *inputs; /* one or more; written to files of their own */
    const size_t *input_bytes;
    uint32_t input_count;
    const char *input_name;         /* of the inputs, after their number; default "input" */
    const char *const *input_names; /* of each, without a number; NULL: as above */
    const char *input_folder;  /* a folder that is there: the one input, instead of bytes */
    bool through_pipe;         /* the first input comes by a pipe (as /dev/fd/N) */
    bool into_folder;          /* the output is a folder, see `files` */
    const void *output_before; /* what the output file holds before the run, or NULL */
    size_t output_before_bytes;
    struct uvp_settings settings; /* inputs and output are set by line_run */
    struct uvp_pipeline_options options;
    uint64_t fail_at_call;        /* allocation that fails; 0: none */
    uint64_t drain_after_members; /* raise DRAIN once so many were told; 0: never */
    uint32_t abort_after_ms;      /* raise ABORT; 0: never */
    /* out */
    enum uvp_code code; /* of uvp_pipeline_wait: UVP_END is success */
    struct uvp_error error;
    struct uvp_progress progress;
    struct uvp_pipeline_stats stats;
    unsigned char *output; /* malloc'd; NULL when there is no output file */
    size_t output_bytes;
    uint64_t records;
    struct line_record *told; /* `records` of them */
    uint64_t warnings_told;
    struct line_file *files; /* into_folder: sorted by path */
    size_t file_count;
    uint64_t calls;      /* allocations asked for */
    size_t leaked_bytes; /* still counted as used after everything was destroyed */
    size_t peak_bytes;
};

/* One archive for one reader; `*input` must live as long as the run. */
struct line_run line_run_of_tar(const struct tar_bytes *tar, const void **input,
                                uint32_t workers);

void line_run(struct line_run *run);
void line_run_release(struct line_run *run);

/* NULL when it is not there. */
const struct line_record *line_run_record(const struct line_run *run, const char *path);
const struct line_file *line_run_file(const struct line_run *run, const char *path);

#endif
