#include "pipeline/base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/base/clock.h"

static void init_plain(struct uvp_stop *stop)
{
    memset(stop, 0, sizeof *stop);
    atomic_init(&stop->level, UVP_STOP_NONE);
    atomic_init(&stop->deadline_ns, 0);
    stop->wake_read_fd = -1;
    stop->wake_write_fd = -1;
    stop->deadline_name = "time limit";
}

enum uvp_code uvp_stop_init(struct uvp_stop *stop, bool wakes, struct uvp_error *err)
{
    int ends[2];

    init_plain(stop);
    if (!wakes) {
        return UVP_OK;
    }
    if (pipe(ends) != 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot make a pipe");
    }
    for (int i = 0; i < 2; i++) {
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    stop->wake_read_fd = ends[0];
    stop->wake_write_fd = ends[1];
    return UVP_OK;
}

void uvp_stop_init_child(struct uvp_stop *stop, const struct uvp_stop *parent,
                         uint64_t deadline_ns, const char *deadline_name)
{
    init_plain(stop);
    stop->parent = parent;
    atomic_init(&stop->deadline_ns, deadline_ns);
    if (deadline_name != NULL) {
        stop->deadline_name = deadline_name;
    }
}

void uvp_stop_release(struct uvp_stop *stop)
{
    if (stop->wake_read_fd >= 0) {
        (void)close(stop->wake_read_fd);
        (void)close(stop->wake_write_fd);
    }
    stop->wake_read_fd = -1;
    stop->wake_write_fd = -1;
}

void uvp_stop_put_off(struct uvp_stop *stop, uint64_t ns)
{
    const uint64_t deadline = atomic_load_explicit(&stop->deadline_ns, memory_order_relaxed);

    if (deadline != 0) {
        atomic_store_explicit(&stop->deadline_ns,
                              deadline > UINT64_MAX - ns ? UINT64_MAX : deadline + ns,
                              memory_order_relaxed);
    }
}

void uvp_stop_raise(struct uvp_stop *stop, enum uvp_stop_level level)
{
    int now = atomic_load(&stop->level);
    const int saved_errno = errno;

    while (now < (int)level && !atomic_compare_exchange_weak(&stop->level, &now, (int)level)) {
    }
    if (stop->wake_write_fd >= 0) {
        /* never drained: once raised, the pipe stays readable for every waiter */
        const ssize_t written = write(stop->wake_write_fd, "!", 1);
        (void)written;
    }
    errno = saved_errno;
}

enum uvp_stop_level uvp_stop_level(const struct uvp_stop *stop)
{
    int level = UVP_STOP_NONE;

    for (; stop != NULL; stop = stop->parent) {
        const int here = atomic_load_explicit(&stop->level, memory_order_acquire);
        level = here > level ? here : level;
    }
    return (enum uvp_stop_level)level;
}

static uint64_t nearest_deadline(const struct uvp_stop *stop)
{
    uint64_t nearest = UINT64_MAX;

    for (; stop != NULL; stop = stop->parent) {
        const uint64_t deadline =
            atomic_load_explicit(&stop->deadline_ns, memory_order_relaxed);
        if (deadline != 0 && deadline < nearest) {
            nearest = deadline;
        }
    }
    return nearest;
}

bool uvp_stop_is_late(const struct uvp_stop *stop)
{
    const uint64_t deadline = nearest_deadline(stop);

    return deadline != UINT64_MAX && uvp_clock_now_ns() >= deadline;
}

int uvp_stop_wait_ms(const struct uvp_stop *stop, int most_ms)
{
    const uint64_t deadline = nearest_deadline(stop);
    uint64_t now;
    uint64_t ms;

    if (deadline == UINT64_MAX) {
        return most_ms;
    }
    now = uvp_clock_now_ns();
    ms = deadline <= now ? 0 : (deadline - now + UVP_NS_PER_MS - 1) / UVP_NS_PER_MS;
    if (most_ms >= 0 && ms > (uint64_t)most_ms) {
        return most_ms;
    }
    return ms > INT_MAX ? INT_MAX : (int)ms;
}

enum uvp_code uvp_stop_poll(struct uvp_stop *stop, struct uvp_error *err)
{
    uint64_t now = 0;

    stop->polls++;
    if (stop->stop_at_poll != 0 && stop->polls >= stop->stop_at_poll) {
        return uvp_fail(err, UVP_CANCELLED, 0, "cancelled");
    }
    if (uvp_stop_level(stop) >= UVP_STOP_ABORT) {
        return uvp_fail(err, UVP_CANCELLED, 0, "cancelled");
    }
    for (const struct uvp_stop *at = stop; at != NULL; at = at->parent) {
        const uint64_t deadline = atomic_load_explicit(&at->deadline_ns, memory_order_relaxed);
        if (deadline == 0) {
            continue;
        }
        now = now == 0 ? uvp_clock_now_ns() : now;
        if (now >= deadline) {
            return uvp_fail(err, UVP_LIMIT, 0, "%s reached", at->deadline_name);
        }
    }
    return UVP_OK;
}
