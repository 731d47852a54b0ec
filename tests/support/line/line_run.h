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

struct line_run {
    /* in */
    const void *const *inputs; /* one or more; written to files of their own */
    const size_t *input_bytes;
    uint32_t input_count;
    const char *input_name;       /* of the first input's file; default "input" */
    bool through_pipe;            /* the first input comes by a pipe (as /dev/fd/N) */
    struct uvp_settings settings; /* inputs and output are set by line_run */
    struct uvp_pipeline_options options;
    uint64_t fail_at_call;        /* allocation that fails; 0: none */
    uint64_t drain_after_members; /* raise DRAIN once so many were told; 0: never */
    /* out */
    enum uvp_code code; /* of uvp_pipeline_wait: UVP_END is success */
    struct uvp_error error;
    struct uvp_progress progress;
    unsigned char *output; /* malloc'd; NULL when there is no output file */
    size_t output_bytes;
    uint64_t records;
    uint64_t calls;      /* allocations asked for */
    size_t leaked_bytes; /* still counted as used after everything was destroyed */
    size_t peak_bytes;
};

void line_run(struct line_run *run);
void line_run_release(struct line_run *run);

#endif
