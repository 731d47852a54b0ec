/*
 * timeline.h -- what a thread did over a whole run, in memory that does not grow
 *
 * Why:     waits and work in their order show where a run lost its time; sums do not.
 * Use:     create; begin when the thread begins; change at each change of what it does; end.
 *          Then look at it, or bring several to one width of bins first.
 * Shape:   time since the run began is cut into bins of one width. When the bins are used up,
 *          pairs of them become one and the width doubles: a run of any length takes between
 *          half of the bins and all.
 * Threads: confined to the thread whose time it is; another may look when that has been joined.
 * Limits:  so many states; what comes after them counts as the last one, "other".
 * Units:   nanoseconds, of one clock; the sum of all bins is `ended_ns - began_ns`, exactly.
 */
#ifndef UVP_PIPELINE_TIMELINE_H
#define UVP_PIPELINE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"

#define UVP_TIMELINE_BINS 512
#define UVP_TIMELINE_STATES 24
#define UVP_TIMELINE_FIRST_BIN_NS                                                              \
    (UINT64_C(1) << 14) /* 16 us: 8 ms before the first doubling */

struct uvp_timeline {
    struct uvp_mem *mem;
    uint64_t origin_ns; /* bin 0 begins here */
    uint64_t bin_ns;
    uint64_t began_ns; /* since the origin */
    uint64_t ended_ns; /* likewise; 0: it runs */
    uint64_t since_ns; /* what is counted goes up to here */
    uint32_t state;    /* now */
    bool running;
    uint32_t state_count;
    const char *names[UVP_TIMELINE_STATES]; /* static strings */
    uint32_t waits;                         /* bits: these states are waits */
    uint64_t ns[UVP_TIMELINE_BINS][UVP_TIMELINE_STATES];
};

/* NULL when memory is out. */
struct uvp_timeline *uvp_timeline_create(struct uvp_mem *mem);
void uvp_timeline_destroy(struct uvp_timeline *timeline); /* NULL allowed */

/* The thread runs from `now_ns` on, in state `name`. A time before the origin is the origin. */
void uvp_timeline_begin(struct uvp_timeline *timeline, uint64_t origin_ns, uint64_t now_ns,
                        const char *name);

/* From `now_ns` on it does something else. `name` must outlive the timeline. Nothing is
 * counted before begin and after end. */
void uvp_timeline_change(struct uvp_timeline *timeline, uint64_t now_ns, const char *name,
                         bool is_wait);

void uvp_timeline_end(struct uvp_timeline *timeline, uint64_t now_ns);

/* Makes the bins wider until they are `bin_ns`, a width of another timeline, or as wide. */
void uvp_timeline_widen(struct uvp_timeline *timeline, uint64_t bin_ns);

/* Bins up to the end of the thread. */
uint32_t uvp_timeline_bin_count(const struct uvp_timeline *timeline);

#endif
