#include "pipeline/base/clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t id)
{
    struct timespec now;

    if (clock_gettime(id, &now) != 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * UVP_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t uvp_clock_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t uvp_clock_thread_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t uvp_clock_process_cpu_ns(void)
{
    return read_clock(CLOCK_PROCESS_CPUTIME_ID);
}
