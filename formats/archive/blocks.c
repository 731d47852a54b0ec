/*
 * A block and its bytes are one allocation: header, padding to 64, bytes, 64 readable bytes
 * more.
 *
 * The pool counts itself alive: one for its owner, one for every block that is out. Whoever
 * gives back the last of them frees it, so blocks may outlive their reader.
 *
 * The free list is behind a spin flag and not a mutex: what it protects is a push or a pop,
 * and this floor knows no threads library.
 */
#include "formats/archive/blocks.h"

#include <sched.h>
#include <stdbool.h>
#include <string.h>

#define ALIGNMENT ((size_t)64)
#define READABLE_AFTER ((size_t)64)

struct uvp_block_pool {
    struct uvp_mem *mem;
    _Atomic uint64_t alive;
    atomic_flag lock; /* protects the four below */
    struct uvp_block *kept;
    uint32_t kept_count;
    uint32_t keep_blocks;
    bool released;
};

static void lock_pool(struct uvp_block_pool *pool)
{
    while (atomic_flag_test_and_set_explicit(&pool->lock, memory_order_acquire)) {
        (void)sched_yield(); /* the holder is a few instructions from letting go */
    }
}

static void unlock_pool(struct uvp_block_pool *pool)
{
    atomic_flag_clear_explicit(&pool->lock, memory_order_release);
}

static bool allocation_bytes(size_t capacity, size_t *bytes)
{
    return uvp_size_add(capacity, sizeof(struct uvp_block) + ALIGNMENT + READABLE_AFTER, bytes);
}

static struct uvp_block *make_block(struct uvp_mem *mem, size_t capacity)
{
    struct uvp_block *block;
    size_t bytes;
    uintptr_t start;

    if (!allocation_bytes(capacity, &bytes)) {
        return NULL;
    }
    block = uvp_mem_take(mem, bytes);
    if (block == NULL) {
        return NULL;
    }
    start = ((uintptr_t)block + sizeof *block + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    block->data = (unsigned char *)block + (start - (uintptr_t)block);
    block->capacity = capacity;
    memset(block->data + capacity, 0, READABLE_AFTER);
    return block;
}

static void free_block(struct uvp_mem *mem, struct uvp_block *block)
{
    size_t bytes = 0;

    (void)allocation_bytes(block->capacity, &bytes);
    uvp_mem_give(mem, block, bytes);
}

enum uvp_code uvp_block_pool_create(struct uvp_mem *mem, uint32_t keep_blocks,
                                    struct uvp_block_pool **pool, struct uvp_error *err)
{
    struct uvp_block_pool *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->keep_blocks = keep_blocks;
    atomic_init(&made->alive, 1);
    atomic_flag_clear(&made->lock);
    *pool = made;
    return UVP_OK;
}

static void drop_pool(struct uvp_block_pool *pool)
{
    if (atomic_fetch_sub_explicit(&pool->alive, 1, memory_order_acq_rel) == 1) {
        uvp_mem_give(pool->mem, pool, sizeof *pool);
    }
}

void uvp_block_pool_release(struct uvp_block_pool *pool)
{
    struct uvp_block *kept;

    if (pool == NULL) {
        return;
    }
    lock_pool(pool);
    kept = pool->kept;
    pool->kept = NULL;
    pool->kept_count = 0;
    pool->released = true;
    unlock_pool(pool);
    while (kept != NULL) {
        struct uvp_block *const next = kept->next;
        free_block(pool->mem, kept);
        kept = next;
    }
    drop_pool(pool);
}

static struct uvp_block *pop_kept(struct uvp_block_pool *pool)
{
    struct uvp_block *block;

    lock_pool(pool);
    block = pool->kept;
    if (block != NULL) {
        pool->kept = block->next;
        pool->kept_count--;
    }
    unlock_pool(pool);
    return block;
}

static bool push_kept(struct uvp_block_pool *pool, struct uvp_block *block)
{
    bool keep;

    lock_pool(pool);
    keep = !pool->released && pool->kept_count < pool->keep_blocks;
    if (keep) {
        block->next = pool->kept;
        pool->kept = block;
        pool->kept_count++;
    }
    unlock_pool(pool);
    return keep;
}

enum uvp_code uvp_block_take(struct uvp_block_pool *pool, size_t capacity,
                             struct uvp_block **block, struct uvp_error *err)
{
    struct uvp_block *taken = NULL;

    if (capacity > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "a block of %zu bytes", capacity);
    }
    if (capacity == UVP_BLOCK_BYTES) {
        taken = pop_kept(pool);
    }
    if (taken == NULL) {
        taken = make_block(pool->mem, capacity);
    }
    if (taken == NULL) {
        return uvp_fail_memory(err, capacity);
    }
    taken->pool = pool;
    taken->next = NULL;
    atomic_init(&taken->refs, 1);
    (void)atomic_fetch_add_explicit(&pool->alive, 1, memory_order_relaxed);
    *block = taken;
    return UVP_OK;
}

void uvp_block_hold(struct uvp_block *block)
{
    (void)atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
}

void uvp_block_drop(struct uvp_block *block)
{
    struct uvp_block_pool *pool;

    if (block == NULL ||
        atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) != 1) {
        return;
    }
    pool = block->pool;
    if (block->capacity != UVP_BLOCK_BYTES || !push_kept(pool, block)) {
        free_block(pool->mem, block);
    }
    drop_pool(pool);
}

/* ---- slices ---- */

void uvp_slices_init(struct uvp_slices *slices, struct uvp_mem *mem)
{
    memset(slices, 0, sizeof *slices);
    slices->mem = mem;
    slices->items = slices->inside;
    slices->capacity = UVP_SLICES_INLINE;
}

void uvp_slices_reset(struct uvp_slices *slices)
{
    for (uint32_t i = 0; i < slices->count; i++) {
        uvp_block_drop(slices->items[i].block);
    }
    slices->count = 0;
    slices->bytes = 0;
}

void uvp_slices_release(struct uvp_slices *slices)
{
    uvp_slices_reset(slices);
    if (slices->items != slices->inside) {
        uvp_mem_give(slices->mem, slices->items, slices->capacity * sizeof *slices->items);
    }
    slices->items = slices->inside;
    slices->capacity = UVP_SLICES_INLINE;
}

static enum uvp_code reserve_items(struct uvp_slices *slices, uint32_t more,
                                   struct uvp_error *err)
{
    const size_t needed = (size_t)slices->count + more;
    size_t capacity = slices->capacity;
    struct uvp_slice *items;
    const bool inside = slices->items == slices->inside;

    if (needed <= capacity) {
        return UVP_OK;
    }
    while (capacity < needed) {
        capacity *= 2;
    }
    if (capacity > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "a member of more than %u slices", UINT32_MAX / 2);
    }
    items =
        uvp_mem_resize(slices->mem, inside ? NULL : slices->items,
                       inside ? 0 : slices->capacity * sizeof *items, capacity * sizeof *items);
    if (items == NULL) {
        return uvp_fail_memory(err, capacity * sizeof *items);
    }
    if (inside) {
        memcpy(items, slices->inside, slices->count * sizeof *items);
    }
    slices->items = items;
    slices->capacity = (uint32_t)capacity;
    return UVP_OK;
}

/* Lengthens the last slice when the bytes follow it directly. */
static bool join_last(struct uvp_slices *slices, const struct uvp_block *block, size_t offset,
                      size_t bytes)
{
    struct uvp_slice *last;

    if (slices->count == 0) {
        return false;
    }
    last = &slices->items[slices->count - 1];
    if (last->block != block || (size_t)last->offset + last->bytes != offset) {
        return false;
    }
    last->bytes += (uint32_t)bytes;
    return true;
}

enum uvp_code uvp_slices_add(struct uvp_slices *slices, struct uvp_block *block, size_t offset,
                             size_t bytes, struct uvp_error *err)
{
    if (bytes == 0) {
        return UVP_OK;
    }
    if (!join_last(slices, block, offset, bytes)) {
        UVP_TRY(reserve_items(slices, 1, err));
        uvp_block_hold(block);
        slices->items[slices->count].block = block;
        slices->items[slices->count].offset = (uint32_t)offset;
        slices->items[slices->count].bytes = (uint32_t)bytes;
        slices->count++;
    }
    slices->bytes += bytes;
    return UVP_OK;
}

enum uvp_code uvp_slices_move(struct uvp_slices *to, struct uvp_slices *from,
                              struct uvp_error *err)
{
    uint32_t first = 0;

    UVP_TRY(reserve_items(to, from->count, err));
    if (from->count != 0 &&
        join_last(to, from->items[0].block, from->items[0].offset, from->items[0].bytes)) {
        uvp_block_drop(from->items[0].block);
        first = 1;
    }
    if (from->count > first) {
        memcpy(to->items + to->count, from->items + first,
               (from->count - first) * sizeof *to->items);
    }
    to->count += from->count - first;
    to->bytes += from->bytes;
    from->count = 0;
    from->bytes = 0;
    return UVP_OK;
}

/* The slice that holds byte `at`, which must be inside; *at becomes the offset in it. */
static const struct uvp_slice *find_slice(const struct uvp_slices *slices, uint64_t *at)
{
    const struct uvp_slice *slice = slices->items;

    while (*at >= slice->bytes) {
        *at -= slice->bytes;
        slice++;
    }
    return slice;
}

void uvp_slices_copy(const struct uvp_slices *slices, uint64_t at, void *to, size_t bytes)
{
    unsigned char *out = to;
    const struct uvp_slice *slice;

    if (bytes == 0) {
        return;
    }
    slice = find_slice(slices, &at);
    while (bytes != 0) {
        const size_t here = slice->bytes - (size_t)at;
        const size_t part = bytes < here ? bytes : here;

        memcpy(out, slice->block->data + slice->offset + at, part);
        out += part;
        bytes -= part;
        at = 0;
        slice++;
    }
}

struct uvp_span uvp_slices_view(const struct uvp_slices *slices, uint64_t at, size_t bytes)
{
    const struct uvp_slice *slice;

    if (bytes == 0 || at > slices->bytes || slices->bytes - at < bytes) {
        return uvp_span_of(NULL, 0);
    }
    slice = find_slice(slices, &at);
    if (slice->bytes - at < bytes) {
        return uvp_span_of(NULL, 0);
    }
    return uvp_span_of(slice->block->data + slice->offset + at, bytes);
}
