/*
 * The watchdog sleeps in poll() on the stop's wake pipe and on its own, for as long as the
 * nearest time limit is away. A raised stop makes the pipe readable for good, so after DRAIN it
 * can no longer tell of ABORT: until the run ends the level is then looked at every 50 ms.
 * That is the one periodic wake-up of the line. All other threads wait without time limits and
 * are broadcast to from here, since a signal handler can do no more than write to a pipe.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "pipeline/base/clock.h"
#include "pipeline/line.h"

#define DRAIN_LOOK_NS (UINT64_C(50) * UVP_NS_PER_MS)

static uint64_t sooner(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t plus(uint64_t at, uint64_t more)
{
    return more > UINT64_MAX - at ? UINT64_MAX : at + more;
}

/* Once the writer has finished there is nothing left to be late. */
static bool limits_apply(struct uvp_pipeline *line)
{
    bool apply;

    uvp_mutex_lock(&line->mutex);
    apply = !line->written && line->failed_code == UVP_OK;
    uvp_mutex_unlock(&line->mutex);
    return apply && !uvp_line_aborts(line);
}

static uint64_t stall_deadline(struct uvp_pipeline *line)
{
    const uint64_t limit = line->options.stall_timeout_ns;

    return limit == 0 ? UINT64_MAX : plus(uvp_gate_progress_ns(&line->gate), limit);
}

static uint64_t run_deadline(const struct uvp_pipeline *line)
{
    const uint64_t limit = line->options.timeout_ns;

    return limit == 0 ? UINT64_MAX : plus(line->started_ns, limit);
}

uint64_t uvp_line_deadline(struct uvp_pipeline *line)
{
    return limits_apply(line) ? sooner(run_deadline(line), stall_deadline(line)) : UINT64_MAX;
}

/* What the callback needs, since its context is not const and a trace is. */
struct describe_ctx {
    const struct uvp_trace *trace;
};

static void describe_through(void *ctx, const char *text)
{
    const struct describe_ctx *const through = ctx;

    uvp_trace(through->trace, UVP_TRACE_ERROR, "%s", text);
}

static void fail_stalled(struct uvp_pipeline *line)
{
    struct describe_ctx through = {.trace = line->trace};
    struct uvp_error err = {0};

    if (uvp_trace_on(line->trace, UVP_TRACE_ERROR)) {
        uvp_pipeline_describe(line, describe_through, &through);
    }
    (void)uvp_fail(&err, UVP_LIMIT, 0, "stalled: nothing was finished for %llu ms",
                   (unsigned long long)(line->options.stall_timeout_ns / UVP_NS_PER_MS));
    uvp_line_fail(line, UVP_LIMIT, &err);
}

static void fail_timeout(struct uvp_pipeline *line)
{
    struct uvp_error err = {0};

    (void)uvp_fail(&err, UVP_LIMIT, 0, "not done within %llu ms",
                   (unsigned long long)(line->options.timeout_ns / UVP_NS_PER_MS));
    uvp_line_fail(line, UVP_LIMIT, &err);
}

void uvp_line_check_limits(struct uvp_pipeline *line)
{
    const uint64_t now = uvp_clock_now_ns();

    if (now < uvp_line_deadline(line)) {
        return;
    }
    if (now >= run_deadline(line)) {
        fail_timeout(line);
    } else {
        fail_stalled(line);
    }
}

/* Milliseconds for poll(), rounded up; -1: no limit. */
static int poll_time(struct uvp_pipeline *line, enum uvp_stop_level level)
{
    const uint64_t now = uvp_clock_now_ns();
    uint64_t until = uvp_line_deadline(line);
    uint64_t ms;

    if (level == UVP_STOP_DRAIN) {
        until = sooner(until, plus(now, DRAIN_LOOK_NS));
    }
    if (until == UINT64_MAX) {
        return -1;
    }
    ms = until <= now ? 0 : (until - now + UVP_NS_PER_MS - 1) / UVP_NS_PER_MS;
    return ms > 3600000 ? 3600000 : (int)ms;
}

static void fail_poll(struct uvp_pipeline *line, int sys)
{
    struct uvp_error err = {0};

    (void)uvp_fail_sys(&err, UVP_IO, sys, 0, "cannot watch the run");
    uvp_line_fail(line, UVP_IO, &err);
}

void uvp_watchdog_run(void *ctx)
{
    struct uvp_pipeline *const line = ctx;
    enum uvp_stop_level seen = UVP_STOP_NONE;
    struct pollfd fds[2] = {
        {.fd = line->over.wake_read_fd, .events = POLLIN},
        {.fd = line->stop->wake_read_fd, .events = POLLIN},
    };

    while (uvp_stop_level(&line->over) == UVP_STOP_NONE) {
        const enum uvp_stop_level level = uvp_stop_level(line->stop);

        if (level > seen) {
            seen = level;
            fds[1].fd = -1; /* readable for good: not asked again */
            uvp_line_wake(line);
        }
        uvp_line_check_limits(line);
        if (poll(fds, 2, poll_time(line, seen)) < 0 && errno != EINTR) {
            fail_poll(line, errno);
            break;
        }
    }
}
