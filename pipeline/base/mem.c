/*
 * Counters first, memory second: a refused allocation leaves the counters as they were, so
 * `used_bytes` is exact at any moment no call is under way.
 */
#include "pipeline/base/mem.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT ((size_t)64)
#define CHUNK_BYTES ((size_t)32 << 10)

void uvp_mem_init(struct uvp_mem *mem, size_t limit_bytes)
{
    mem->limit_bytes = limit_bytes;
    mem->fail_at_call = 0;
    atomic_init(&mem->used_bytes, 0);
    atomic_init(&mem->peak_bytes, 0);
    atomic_init(&mem->calls, 0);
}

static void raise_peak(struct uvp_mem *mem, size_t used)
{
    size_t peak = atomic_load_explicit(&mem->peak_bytes, memory_order_relaxed);

    while (used > peak &&
           !atomic_compare_exchange_weak_explicit(&mem->peak_bytes, &peak, used,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

/* Counts `bytes` more in use; false when the limits say no. */
static bool count_in(struct uvp_mem *mem, size_t bytes)
{
    const uint64_t call = atomic_fetch_add_explicit(&mem->calls, 1, memory_order_relaxed) + 1;
    size_t used;

    if (mem->fail_at_call != 0 && call >= mem->fail_at_call) {
        return false;
    }
    used = atomic_fetch_add_explicit(&mem->used_bytes, bytes, memory_order_relaxed) + bytes;
    if (used < bytes || (mem->limit_bytes != 0 && used > mem->limit_bytes)) {
        atomic_fetch_sub_explicit(&mem->used_bytes, bytes, memory_order_relaxed);
        return false;
    }
    raise_peak(mem, used);
    return true;
}

static void count_out(struct uvp_mem *mem, size_t bytes)
{
    atomic_fetch_sub_explicit(&mem->used_bytes, bytes, memory_order_relaxed);
}

void *uvp_mem_take(struct uvp_mem *mem, size_t bytes)
{
    void *data;

    if (!count_in(mem, bytes)) {
        return NULL;
    }
    data = malloc(bytes == 0 ? 1 : bytes);
    if (data == NULL) {
        count_out(mem, bytes);
    }
    return data;
}

void *uvp_mem_take_zeroed(struct uvp_mem *mem, size_t bytes)
{
    void *data;

    if (!count_in(mem, bytes)) {
        return NULL;
    }
    data = calloc(1, bytes == 0 ? 1 : bytes);
    if (data == NULL) {
        count_out(mem, bytes);
    }
    return data;
}

void *uvp_mem_resize(struct uvp_mem *mem, void *old, size_t old_bytes, size_t bytes)
{
    void *data;

    if (!count_in(mem, bytes)) {
        return NULL;
    }
    data = realloc(old, bytes == 0 ? 1 : bytes);
    if (data == NULL) {
        count_out(mem, bytes);
        return NULL;
    }
    if (old != NULL) {
        count_out(mem, old_bytes);
    }
    return data;
}

void uvp_mem_give(struct uvp_mem *mem, void *data, size_t bytes)
{
    if (data == NULL) {
        return;
    }
    free(data);
    count_out(mem, bytes);
}

bool uvp_size_multiply(size_t count, size_t each, size_t *bytes)
{
    return !__builtin_mul_overflow(count, each, bytes);
}

bool uvp_size_add(size_t a, size_t b, size_t *sum)
{
    return !__builtin_add_overflow(a, b, sum);
}

enum uvp_code uvp_fail_memory(struct uvp_error *err, size_t bytes)
{
    return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for %zu bytes", bytes);
}

/* ---- arenas ---- */

struct uvp_arena_chunk {
    struct uvp_arena_chunk *next;
    size_t capacity_bytes; /* of `data` */
    size_t offset;         /* bytes of `data` handed out */
    size_t taken_bytes;    /* asked of mem for the whole chunk */
    unsigned char *data;   /* aligned, inside the chunk's own allocation */
};

void uvp_arena_init(struct uvp_arena *arena, struct uvp_mem *mem, size_t ceiling_bytes)
{
    memset(arena, 0, sizeof *arena);
    arena->mem = mem;
    arena->ceiling_bytes = ceiling_bytes;
}

static void give_chunk(struct uvp_arena *arena, struct uvp_arena_chunk *chunk)
{
    arena->held_bytes -= chunk->taken_bytes;
    uvp_mem_give(arena->mem, chunk, chunk->taken_bytes);
}

static void give_chunks_from(struct uvp_arena *arena, struct uvp_arena_chunk *chunk)
{
    while (chunk != NULL) {
        struct uvp_arena_chunk *const next = chunk->next;
        give_chunk(arena, chunk);
        chunk = next;
    }
}

void uvp_arena_release(struct uvp_arena *arena)
{
    give_chunks_from(arena, arena->first);
    arena->first = NULL;
    arena->current = NULL;
    arena->used_bytes = 0;
}

static struct uvp_arena_chunk *take_chunk(struct uvp_arena *arena, size_t capacity)
{
    struct uvp_arena_chunk *chunk;
    uintptr_t data;
    size_t taken;

    if (!uvp_size_add(capacity, sizeof *chunk + ALIGNMENT, &taken)) {
        return NULL;
    }
    chunk = uvp_mem_take(arena->mem, taken);
    if (chunk == NULL) {
        return NULL;
    }
    data = ((uintptr_t)(chunk + 1) + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    chunk->next = NULL;
    chunk->capacity_bytes = capacity;
    chunk->offset = 0;
    chunk->taken_bytes = taken;
    chunk->data = (unsigned char *)data;
    arena->held_bytes += taken;
    return chunk;
}

void uvp_arena_reset(struct uvp_arena *arena, size_t keep_bytes)
{
    const size_t held = arena->held_bytes;
    const bool in_one = arena->first != NULL && arena->first->next == NULL;

    arena->used_bytes = 0;
    if (held <= keep_bytes && in_one) {
        arena->first->offset = 0;
        arena->current = arena->first;
        return;
    }
    uvp_arena_release(arena);
    if (held != 0 && held <= keep_bytes) {
        arena->first = take_chunk(arena, held); /* one chunk next time; NULL is no failure */
        arena->current = arena->first;
    }
}

struct uvp_arena_mark uvp_arena_mark(const struct uvp_arena *arena)
{
    const struct uvp_arena_mark mark = {
        .chunk = arena->current,
        .offset = arena->current == NULL ? 0 : arena->current->offset,
        .used_bytes = arena->used_bytes,
    };
    return mark;
}

void uvp_arena_rewind(struct uvp_arena *arena, struct uvp_arena_mark mark)
{
    struct uvp_arena_chunk *chunk = mark.chunk == NULL ? arena->first : mark.chunk->next;

    /* later chunks stay, empty, so that a loop of mark and rewind allocates once */
    for (; chunk != NULL; chunk = chunk->next) {
        chunk->offset = 0;
    }
    if (mark.chunk != NULL) {
        mark.chunk->offset = mark.offset;
    }
    arena->current = mark.chunk == NULL ? arena->first : mark.chunk;
    arena->used_bytes = mark.used_bytes;
}

static void *take_from(struct uvp_arena_chunk *chunk, size_t bytes)
{
    void *data;

    if (chunk == NULL || chunk->capacity_bytes - chunk->offset < bytes) {
        return NULL;
    }
    data = chunk->data + chunk->offset;
    chunk->offset += bytes;
    return data;
}

/* The first empty chunk after the current one that is large enough, or a new one. */
static struct uvp_arena_chunk *next_chunk(struct uvp_arena *arena, size_t bytes)
{
    struct uvp_arena_chunk *chunk;
    struct uvp_arena_chunk *after = arena->current;
    size_t capacity = arena->held_bytes / 32;

    /* too small ones go: else every step's largest array would stay for all the steps after */
    while (after != NULL && after->next != NULL && after->next->capacity_bytes < bytes) {
        struct uvp_arena_chunk *const small = after->next;
        after->next = small->next;
        give_chunk(arena, small);
    }
    if (after != NULL && after->next != NULL) {
        return after->next;
    }
    if (capacity < CHUNK_BYTES) {
        capacity = CHUNK_BYTES;
    }
    if (capacity > ((size_t)64 << 20)) {
        capacity = (size_t)64 << 20;
    }
    chunk = take_chunk(arena, bytes > capacity ? bytes : capacity);
    if (chunk == NULL && bytes < capacity) {
        chunk = take_chunk(arena, bytes); /* near a limit: only what is needed */
    }
    if (chunk == NULL) {
        return NULL;
    }
    if (after == NULL) {
        chunk->next = arena->first;
        arena->first = chunk;
    } else {
        chunk->next = after->next;
        after->next = chunk;
    }
    return chunk;
}

void *uvp_arena_take(struct uvp_arena *arena, size_t count, size_t each)
{
    size_t bytes;
    size_t rounded;
    void *data;

    if (!uvp_size_multiply(count, each, &bytes) ||
        !uvp_size_add(bytes, ALIGNMENT - 1, &rounded)) {
        return NULL;
    }
    rounded &= ~(ALIGNMENT - 1);
    if (arena->ceiling_bytes != 0 && (rounded > arena->ceiling_bytes ||
                                      arena->used_bytes > arena->ceiling_bytes - rounded)) {
        return NULL;
    }
    data = take_from(arena->current, rounded);
    if (data == NULL) {
        struct uvp_arena_chunk *const chunk = next_chunk(arena, rounded);
        if (chunk == NULL) {
            return NULL;
        }
        arena->current = chunk;
        data = take_from(chunk, rounded);
    }
    arena->used_bytes += rounded;
    return data;
}

void *uvp_arena_take_zeroed(struct uvp_arena *arena, size_t count, size_t each)
{
    void *const data = uvp_arena_take(arena, count, each);

    if (data != NULL && count != 0) {
        memset(data, 0, count * each);
    }
    return data;
}

char *uvp_arena_copy_text(struct uvp_arena *arena, const char *text, size_t bytes)
{
    char *copy;
    size_t with_nul;

    if (!uvp_size_add(bytes, 1, &with_nul)) {
        return NULL;
    }
    copy = uvp_arena_take(arena, with_nul, 1);
    if (copy != NULL) {
        memcpy(copy, text, bytes);
        copy[bytes] = '\0';
    }
    return copy;
}
