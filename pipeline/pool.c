/*
 * A batch lives on its poster's stack and hangs on the board while it has tasks left. Tasks are
 * taken without a lock, by counting up `next`; the lock is for joining, leaving and closing.
 * The batch is closed, so that nobody looks for it in vain, by the first who sees that all is
 * taken: who took the last task, or who came too late. The poster goes when no helper is left
 * inside, which is decided under the lock; so a helper may touch the batch until it has left.
 *
 * What the poster wrote before is seen by helpers, and what they wrote by the poster, through
 * the lock at joining and leaving; `next` needs no order of its own.
 */
#include "pipeline/pool.h"

#include <string.h>

#include "pipeline/note.h"
#include "pipeline/thread.h"

struct batch {
    const struct uvp_pool_batch *what;
    uint32_t poster;
    _Atomic uint64_t next; /* first task that nobody took; goes past the count, once a hand */
    uint32_t helpers;      /* inside now; the pool's lock */
    bool closed;           /* off the board; the pool's lock */
    struct batch *link;    /* the next on the board */
};

struct uvp_pool {
    struct uvp_mutex mutex; /* protects the board, the counts, and helpers of each batch */
    struct batch *board;    /* oldest first */
    _Atomic uint32_t open;  /* batches on the board; changed under the lock, read without */
    uint64_t batches;
    uint64_t helped;
    uint32_t helpers;
    uint32_t members;
    void *ctx;
    void (*call)(void *ctx);
    bool (*is_wanted_elsewhere)(void *ctx);
    struct uvp_mem *mem;
    size_t bytes;                /* of this allocation */
    uint32_t conditions;         /* that are set up */
    struct uvp_condition left[]; /* for each member: the last helper left its batch */
};

uint32_t uvp_pool_member_of_hand(uint32_t poster, uint32_t hand)
{
    if (hand == 0) {
        return poster;
    }
    return hand <= poster ? hand - 1 : hand;
}

static uint32_t hand_of_member(uint32_t poster, uint32_t member)
{
    return member < poster ? member + 1 : member;
}

/* ---- the board (all under the lock) ---- */

static void hang_up(struct uvp_pool *pool, struct batch *batch)
{
    struct batch **at = &pool->board;

    while (*at != NULL) {
        at = &(*at)->link;
    }
    *at = batch;
    pool->batches++;
    atomic_fetch_add_explicit(&pool->open, 1, memory_order_relaxed);
}

static void close_batch(struct uvp_pool *pool, struct batch *batch)
{
    struct batch **at = &pool->board;

    if (batch->closed) {
        return;
    }
    while (*at != batch) {
        at = &(*at)->link;
    }
    *at = batch->link;
    batch->closed = true;
    atomic_fetch_sub_explicit(&pool->open, 1, memory_order_relaxed);
}

static bool is_taken(struct batch *batch)
{
    return atomic_load_explicit(&batch->next, memory_order_relaxed) >= batch->what->count;
}

/* The batch of least rank that has tasks left; takes down those that have none. */
static struct batch *find_open(struct uvp_pool *pool)
{
    struct batch *best = NULL;
    struct batch *next;

    for (struct batch *at = pool->board; at != NULL; at = next) {
        next = at->link;
        if (is_taken(at)) {
            close_batch(pool, at);
        } else if (best == NULL || at->what->rank < best->what->rank) {
            best = at;
        }
    }
    return best;
}

/* ---- working ---- */

static bool is_wanted_elsewhere(const struct uvp_pool *pool)
{
    return pool->is_wanted_elsewhere != NULL && pool->is_wanted_elsewhere(pool->ctx);
}

/* Returns how many tasks it ran. */
static uint64_t take_tasks(const struct uvp_pool *pool, struct batch *batch, uint32_t hand)
{
    const struct uvp_pool_batch *const what = batch->what;
    uint64_t done = 0;

    while (hand == 0 || !is_wanted_elsewhere(pool)) {
        const uint64_t i = atomic_fetch_add_explicit(&batch->next, 1, memory_order_relaxed);

        if (i >= what->count) {
            break;
        }
        what->task(what->arg, (uint32_t)i, hand);
        done++;
    }
    return done;
}

static void run_alone(const struct uvp_pool_batch *what)
{
    for (uint32_t i = 0; i < what->count; i++) {
        what->task(what->arg, i, 0);
    }
}

static void wait_for_helpers(struct uvp_pool *pool, const struct batch *batch,
                             struct uvp_note *note)
{
    if (batch->helpers == 0) {
        return;
    }
    uvp_note_wait_begin(note, "its helpers");
    while (batch->helpers > 0) {
        /* woken by the last helper that leaves; nobody new joins a closed batch */
        uvp_condition_wait(&pool->left[batch->poster], &pool->mutex);
    }
    uvp_note_wait_end(note);
}

void uvp_pool_run(struct uvp_pool *pool, uint32_t member, const struct uvp_pool_batch *batch,
                  struct uvp_note *note)
{
    struct batch posted = {.what = batch, .poster = member};

    if (batch->count < 2 || pool->members < 2) {
        run_alone(batch);
        return;
    }
    uvp_mutex_lock(&pool->mutex);
    hang_up(pool, &posted);
    uvp_mutex_unlock(&pool->mutex);
    if (pool->call != NULL) {
        pool->call(pool->ctx);
    }
    (void)take_tasks(pool, &posted, 0);
    uvp_mutex_lock(&pool->mutex);
    close_batch(pool, &posted);
    wait_for_helpers(pool, &posted, note);
    uvp_mutex_unlock(&pool->mutex);
}

static struct batch *join(struct uvp_pool *pool)
{
    struct batch *batch;

    uvp_mutex_lock(&pool->mutex);
    batch = find_open(pool);
    if (batch != NULL) {
        batch->helpers++;
        pool->helpers++;
    }
    uvp_mutex_unlock(&pool->mutex);
    return batch;
}

/* The batch is gone when this returns. */
static void leave(struct uvp_pool *pool, struct batch *batch, uint64_t done)
{
    uvp_mutex_lock(&pool->mutex);
    if (is_taken(batch)) {
        close_batch(pool, batch);
    }
    batch->helpers--;
    pool->helpers--;
    pool->helped += done;
    if (batch->helpers == 0) {
        uvp_condition_signal(&pool->left[batch->poster]);
    }
    uvp_mutex_unlock(&pool->mutex);
}

bool uvp_pool_help(struct uvp_pool *pool, uint32_t member, struct uvp_note *note)
{
    struct batch *const batch = join(pool);

    if (batch == NULL) {
        return false;
    }
    if (note != NULL) {
        uvp_note_set(note, "helping with", batch->what->label);
    }
    leave(pool, batch, take_tasks(pool, batch, hand_of_member(batch->poster, member)));
    return true;
}

const _Atomic uint32_t *uvp_pool_open(const struct uvp_pool *pool)
{
    return &pool->open;
}

struct uvp_pool_stats uvp_pool_stats(struct uvp_pool *pool)
{
    struct uvp_pool_stats stats;

    uvp_mutex_lock(&pool->mutex);
    stats = (struct uvp_pool_stats){
        .batches = pool->batches,
        .helped = pool->helped,
        .open = atomic_load_explicit(&pool->open, memory_order_relaxed),
        .helpers = pool->helpers,
    };
    uvp_mutex_unlock(&pool->mutex);
    return stats;
}

/* ---- life ---- */

enum uvp_code uvp_pool_create(const struct uvp_pool_options *options, struct uvp_mem *mem,
                              struct uvp_pool **pool, struct uvp_error *err)
{
    const size_t bytes =
        sizeof **pool + (size_t)options->members * sizeof(struct uvp_condition);
    struct uvp_pool *const made = uvp_mem_take_zeroed(mem, bytes);
    enum uvp_code code;

    if (made == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    made->mem = mem;
    made->bytes = bytes;
    made->members = options->members;
    made->ctx = options->ctx;
    made->call = options->call;
    made->is_wanted_elsewhere = options->is_wanted_elsewhere;
    code = uvp_mutex_init(&made->mutex, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, made, bytes);
        return code;
    }
    while (code == UVP_OK && made->conditions < made->members) {
        code = uvp_condition_init(&made->left[made->conditions], err);
        made->conditions += code == UVP_OK;
    }
    if (code != UVP_OK) {
        uvp_pool_destroy(made);
        return code;
    }
    *pool = made;
    return UVP_OK;
}

void uvp_pool_destroy(struct uvp_pool *pool)
{
    if (pool == NULL) {
        return;
    }
    for (uint32_t i = 0; i < pool->conditions; i++) {
        uvp_condition_release(&pool->left[i]);
    }
    uvp_mutex_release(&pool->mutex);
    uvp_mem_give(pool->mem, pool, pool->bytes);
}
