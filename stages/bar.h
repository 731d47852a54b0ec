/*
 * bar.h -- what a member's score must beat to be among the worst so far
 *
 * Why:     showing a mesh costs time and memory: a worker does it only for one that is kept.
 * Use:     lower before the run; admits by workers; raise by whoever keeps the worst.
 * Order:   a higher score beats a lower one, of equal scores the earlier member: so the worst N
 *          of a run are the same whatever the threads did. As the bar only rises, a member that
 *          belongs to them is never turned away.
 * Threads: admits from any; raise from one. A bar that is out of date admits too many, never
 *          too few.
 */
#ifndef UVP_STAGES_BAR_H
#define UVP_STAGES_BAR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct uvp_bar {
    _Atomic double score;
    _Atomic uint64_t seq; /* written before a score that goes with it, read after */
};

static inline bool uvp_bar_beats(double score, uint64_t seq, double other, uint64_t other_seq)
{
    return score > other || (score >= other && seq < other_seq);
}

/* Admits every score that is not negative. */
static inline void uvp_bar_lower(struct uvp_bar *bar)
{
    atomic_init(&bar->score, -1.0);
    atomic_init(&bar->seq, 0);
}

static inline bool uvp_bar_admits(const struct uvp_bar *bar, double score, uint64_t seq)
{
    const double least = atomic_load_explicit(&bar->score, memory_order_acquire);

    return uvp_bar_beats(score, seq, least,
                         atomic_load_explicit(&bar->seq, memory_order_relaxed));
}

static inline void uvp_bar_raise(struct uvp_bar *bar, double score, uint64_t seq)
{
    atomic_store_explicit(&bar->seq, seq, memory_order_relaxed);
    atomic_store_explicit(&bar->score, score, memory_order_release);
}

#endif
