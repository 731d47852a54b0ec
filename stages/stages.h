/*
 * stages.h -- the three stage groups, ready to be put into a pipeline
 *
 * Use:     create; hand readers, workers and writer to uvp_pipeline_create; run; look at
 *          the result; destroy after the pipeline is destroyed.
 * Owner:   borrows settings, listener, memory and stop.
 * Threads: create, result and destroy from the thread that owns the pipeline, while it does
 *          not run; uvp_stages_progress from any thread.
 */
#ifndef UVP_STAGES_STAGES_H
#define UVP_STAGES_STAGES_H

#include "pipeline/base/mem.h"
#include "pipeline/base/trace.h"
#include "pipeline/stage.h"
#include "stages/record.h"
#include "stages/settings.h"

struct uvp_stages;

UVP_MUST_USE enum uvp_code uvp_stages_create(const struct uvp_settings *settings,
                                             const struct uvp_listener *listener,
                                             struct uvp_mem *mem, struct uvp_stop *stop,
                                             const struct uvp_trace *trace,
                                             struct uvp_stages **stages, struct uvp_error *err);

const struct uvp_reader_stage *uvp_stages_reader(const struct uvp_stages *stages);
const struct uvp_worker_stage *uvp_stages_worker(const struct uvp_stages *stages);
const struct uvp_writer_stage *uvp_stages_writer(const struct uvp_stages *stages);

/*
 * How the memory of a run is shared out: most of it for what is in flight, an eighth for what
 * workers keep warm between members, an eighth for frames that are being compressed (one at
 * least).
 */
struct uvp_shares {
    size_t in_flight_bytes; /* the pipeline's budget */
    uint32_t jobs;          /* the pipeline's max_jobs */
};

struct uvp_shares uvp_stages_shares(const struct uvp_settings *settings);

/* Counts so far. Every member counted in `read` ends in one of the other three. */
struct uvp_progress {
    uint64_t members_read;
    uint64_t members_by_status[UVP_MEMBER_STATUS_COUNT]; /* written */
    uint64_t dropped;
    uint64_t warnings;       /* about inputs */
    uint64_t bytes_in;       /* read from inputs, as they come (compressed) */
    uint64_t bytes_in_total; /* when every input's size is known, else 0 */
    uint64_t bytes_out;      /* written to the output */
    uint64_t bytes_sent;     /* bytes_in when something was last handed to the line */
    uint64_t load_read;      /* bytes handed to the line, uncompressed, ... */
    uint64_t load_done;      /* ... and how many of these have reached the writer */
    uint64_t triangles;      /* of unwrapped meshes */
    uint64_t mesh_ns;        /* time spent in meshes, summed over workers */
    /* meshes, by where their atlas came from */
    uint64_t found[UVP_FOUND_COUNT];
};

void uvp_stages_progress(const struct uvp_stages *stages, struct uvp_progress *progress);

/*
 * From now on only members that beat this one get an exhibit: the least of those that are kept.
 * Called by the listener, with a score that never falls.
 */
void uvp_stages_raise_bar(struct uvp_stages *stages, double score, uint64_t seq);

/* True, once, when something went wrong that the run does without: with the cache. */
bool uvp_stages_trouble(const struct uvp_stages *stages, struct uvp_error *err);

/* Solved meshes found in the journal of an interrupted run. */
uint64_t uvp_stages_resumed(const struct uvp_stages *stages);

/* The run came to its end: what was kept to resume it is removed by destroy. */
void uvp_stages_complete(struct uvp_stages *stages);

/* Frees everything; an output file that was not completed is removed. */
void uvp_stages_destroy(struct uvp_stages *stages);

#endif
