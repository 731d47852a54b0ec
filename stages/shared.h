/*
 * shared.h -- what the three stage groups of one run share
 *
 * Threads: `settings` and what it points to is read-only. Counters are atomic. The choice of
 * the output is made by lane 0 before it sends its first parcel and is read-only from then on
 * (whoever holds a parcel, or whose lane's turn has come, sees it). `next_seq` belongs to the
 * reader whose lane is at the head.
 */
#ifndef UVP_STAGES_SHARED_H
#define UVP_STAGES_SHARED_H

#include <stdatomic.h>

#include "pipeline/base/trace.h"
#include "stages/bar.h"
#include "stages/parcel.h"
#include "stages/settings.h"
#include "stages/store/vault.h"

struct uvp_shared {
    const struct uvp_settings *settings;
    const struct uvp_listener *listener;
    struct uvp_mem *mem;
    struct uvp_stop *stop;
    const struct uvp_trace *trace;
    struct uvp_shelf shelf;
    struct uvp_block_pool *pool;
    bool per_input;           /* the output is a folder: every input gets files of its own */
    struct uvp_choice choice; /* of the one output, when not per_input */
    uint64_t next_seq;
    struct uvp_bar bar;      /* of the exhibits; raised by the listener */
    struct uvp_vault *vault; /* of solved meshes; NULL: the run solves none */

    _Atomic uint64_t members_read;
    _Atomic uint64_t members_by_status[UVP_MEMBER_STATUS_COUNT];
    _Atomic uint64_t dropped;
    _Atomic uint64_t warnings;
    _Atomic uint64_t bytes_in;
    _Atomic uint64_t bytes_in_total;
    _Atomic uint64_t bytes_out;
    _Atomic uint64_t bytes_sent;
    _Atomic uint64_t load_read;
    _Atomic uint64_t load_done;
    _Atomic uint64_t triangles;
    _Atomic uint64_t mesh_ns;
    _Atomic uint64_t found[UVP_FOUND_COUNT];
};

static inline void uvp_shared_count(_Atomic uint64_t *counter, uint64_t more)
{
    atomic_fetch_add_explicit(counter, more, memory_order_relaxed);
}

/* The path of an input as given; "-" when there is none. */
const char *uvp_shared_input(const struct uvp_shared *shared, uint32_t lane);

/* What is behind the last '/' of a path. */
const char *uvp_shared_last_part(const char *path);

#define UVP_SHARED_KEEP_PART 8 /* of the memory of the run, for warm workers */
/* For what the reader has ahead of the line: frames decoded together, and as much again for
 * members kept for others. */
#define UVP_SHARED_AHEAD_PART 16

#define UVP_SHARED_VAULT_PART 32 /* for solved meshes that may come again */

/* Warm memory each worker may keep between members, inside the memory the run was given. */
size_t uvp_shared_worker_keep_bytes(const struct uvp_settings *settings);

/* Each group's part: fills the stage with the shared state as context. */
void uvp_reader_stage_fill(struct uvp_shared *shared, struct uvp_reader_stage *stage);
void uvp_unwrapper_stage_fill(struct uvp_shared *shared, struct uvp_worker_stage *stage);

struct uvp_writer;
UVP_MUST_USE enum uvp_code uvp_writer_create(struct uvp_shared *shared,
                                             struct uvp_writer **writer, struct uvp_error *err);
void uvp_writer_stage_fill(struct uvp_writer *writer, struct uvp_writer_stage *stage);
void uvp_writer_destroy(struct uvp_writer *writer); /* removes what was not completed */

#endif
