/*
 * clock.h -- time for deadlines, counters and traces; never for output
 *
 * Units:   nanoseconds.
 */
#ifndef UVP_PIPELINE_BASE_CLOCK_H
#define UVP_PIPELINE_BASE_CLOCK_H

#include <stdint.h>

#define UVP_NS_PER_MS UINT64_C(1000000)
#define UVP_NS_PER_S UINT64_C(1000000000)

/* Monotonic time. */
uint64_t uvp_clock_now_ns(void);

/* CPU time used by the calling thread. */
uint64_t uvp_clock_thread_cpu_ns(void);

/* CPU time used by the process, user and system. */
uint64_t uvp_clock_process_cpu_ns(void);

#endif
