/*
 * mem.h -- memory with limits: a counting allocator, and arenas on top of it
 *
 * Why:     one place knows how much is in use, can refuse, and can be made to fail on purpose.
 * Use:     struct uvp_mem is set up once; everything that allocates is handed a pointer to it.
 *          Frees are sized: the caller knows what it asked for.
 * Threads: struct uvp_mem may be used from any thread (its counters are atomic).
 *          An arena is confined to one thread at a time.
 * Limits:  `limit_bytes` in use at once, and `fail_at_call` for tests; 0 means none.
 */
#ifndef UVP_PIPELINE_BASE_MEM_H
#define UVP_PIPELINE_BASE_MEM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/status.h"

struct uvp_mem {
    size_t limit_bytes;    /* 0: none */
    uint64_t fail_at_call; /* 0: never; n: the n-th allocation and all later ones fail */
    _Atomic size_t used_bytes;
    _Atomic size_t peak_bytes;
    _Atomic uint64_t calls; /* allocations asked for, refused ones included */
};

void uvp_mem_init(struct uvp_mem *mem, size_t limit_bytes);

/* Returns `bytes` (> 0) of uninitialised memory, or NULL. Owner: the caller. */
void *uvp_mem_take(struct uvp_mem *mem, size_t bytes) UVP_MUST_USE;

/* As uvp_mem_take, filled with zeros. */
void *uvp_mem_take_zeroed(struct uvp_mem *mem, size_t bytes) UVP_MUST_USE;

/* Moves an allocation; on NULL the old one is untouched and still the caller's. */
void *uvp_mem_resize(struct uvp_mem *mem, void *old, size_t old_bytes,
                     size_t bytes) UVP_MUST_USE;

/* Gives back what take or resize returned, with the size asked for. NULL allowed. */
void uvp_mem_give(struct uvp_mem *mem, void *data, size_t bytes);

/* *bytes = count * each; false when that does not fit in size_t. */
bool uvp_size_multiply(size_t count, size_t each, size_t *bytes) UVP_MUST_USE;
bool uvp_size_add(size_t a, size_t b, size_t *sum) UVP_MUST_USE;

/*
 * An arena: many allocations, one release. Reset keeps the memory for the next use, so that a
 * warm arena allocates nothing; when several chunks were needed the next round gets them as
 * one.
 */
struct uvp_arena_chunk;

struct uvp_arena {
    struct uvp_mem *mem;
    struct uvp_arena_chunk *first;   /* oldest chunk */
    struct uvp_arena_chunk *current; /* chunk being filled */
    size_t ceiling_bytes;            /* 0: none besides mem's */
    size_t used_bytes;               /* asked for since the last reset */
    size_t held_bytes;               /* taken from mem */
};

struct uvp_arena_mark {
    struct uvp_arena_chunk *chunk;
    size_t offset;
    size_t used_bytes;
};

void uvp_arena_init(struct uvp_arena *arena, struct uvp_mem *mem, size_t ceiling_bytes);
void uvp_arena_release(struct uvp_arena *arena);

/* Empties the arena and keeps at most `keep_bytes` for the next use. */
void uvp_arena_reset(struct uvp_arena *arena, size_t keep_bytes);

/* Everything taken after the mark is forgotten by rewind. Marks nest. */
struct uvp_arena_mark uvp_arena_mark(const struct uvp_arena *arena);
void uvp_arena_rewind(struct uvp_arena *arena, struct uvp_arena_mark mark);

/*
 * Returns `count` items of `each` bytes, 64-byte aligned and uninitialised, or NULL when the
 * product overflows, the ceiling is reached or memory is out. A count of 0 gives a valid
 * pointer to nothing.
 */
void *uvp_arena_take(struct uvp_arena *arena, size_t count, size_t each) UVP_MUST_USE;
void *uvp_arena_take_zeroed(struct uvp_arena *arena, size_t count, size_t each) UVP_MUST_USE;

/* Copies `bytes` and adds a NUL after them. */
char *uvp_arena_copy_text(struct uvp_arena *arena, const char *text, size_t bytes) UVP_MUST_USE;

/* UVP_TRY for arenas: array = UVP_ARENA_ARRAY(arena, uint32_t, n), NULL on failure. */
#define UVP_ARENA_ARRAY(arena, type, count)                                                    \
    ((type *)uvp_arena_take((arena), (count), sizeof(type)))

/* The failure that belongs to a NULL from an arena. */
enum uvp_code uvp_fail_memory(struct uvp_error *err, size_t bytes);

#endif
