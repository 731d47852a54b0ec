/*
 * The name of a thread is the one piece of state outside a struct: it is the thread's own, is
 * written once before anything else runs in it, and lets a message say where it came from
 * without a handle being passed everywhere.
 */
#include "pipeline/thread.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pipeline/base/clock.h"
#include "pipeline/pipeline.h"

#define DEFAULT_STACK_BYTES ((size_t)1 << 20)

static _Thread_local char own_name[UVP_THREAD_NAME_BYTES] = "main";

const char *uvp_thread_name(void)
{
    return own_name;
}

enum uvp_code uvp_mutex_init(struct uvp_mutex *mutex, struct uvp_error *err)
{
    const int sys = pthread_mutex_init(&mutex->raw, NULL);

    if (sys != 0) {
        return uvp_fail_sys(err, UVP_LIMIT, sys, 0, "cannot make a lock");
    }
    return UVP_OK;
}

void uvp_mutex_release(struct uvp_mutex *mutex)
{
    (void)pthread_mutex_destroy(&mutex->raw);
}

void uvp_mutex_lock(struct uvp_mutex *mutex)
{
    (void)pthread_mutex_lock(&mutex->raw);
}

void uvp_mutex_unlock(struct uvp_mutex *mutex)
{
    (void)pthread_mutex_unlock(&mutex->raw);
}

/* A wait must not be stretched or cut by someone setting the wall clock. */
static int init_monotonic(pthread_cond_t *raw)
{
#ifdef __APPLE__
    return pthread_cond_init(raw, NULL);
#else
    pthread_condattr_t attributes;
    int sys = pthread_condattr_init(&attributes);

    if (sys != 0) {
        return sys;
    }
    sys = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    if (sys == 0) {
        sys = pthread_cond_init(raw, &attributes);
    }
    (void)pthread_condattr_destroy(&attributes);
    return sys;
#endif
}

enum uvp_code uvp_condition_init(struct uvp_condition *condition, struct uvp_error *err)
{
    const int sys = init_monotonic(&condition->raw);

    if (sys != 0) {
        return uvp_fail_sys(err, UVP_LIMIT, sys, 0, "cannot make a condition");
    }
    return UVP_OK;
}

void uvp_condition_release(struct uvp_condition *condition)
{
    (void)pthread_cond_destroy(&condition->raw);
}

void uvp_condition_wait(struct uvp_condition *condition, struct uvp_mutex *mutex)
{
    (void)pthread_cond_wait(&condition->raw, &mutex->raw);
}

static struct timespec timespec_of(uint64_t ns)
{
    const struct timespec time = {
        .tv_sec = (time_t)(ns / UVP_NS_PER_S),
        .tv_nsec = (long)(ns % UVP_NS_PER_S),
    };
    return time;
}

bool uvp_condition_wait_until(struct uvp_condition *condition, struct uvp_mutex *mutex,
                              uint64_t deadline_ns)
{
#ifdef __APPLE__
    const uint64_t now = uvp_clock_now_ns();
    const struct timespec left = timespec_of(deadline_ns > now ? deadline_ns - now : 0);

    return pthread_cond_timedwait_relative_np(&condition->raw, &mutex->raw, &left) != ETIMEDOUT;
#else
    const struct timespec until = timespec_of(deadline_ns);

    return pthread_cond_timedwait(&condition->raw, &mutex->raw, &until) != ETIMEDOUT;
#endif
}

void uvp_condition_signal(struct uvp_condition *condition)
{
    (void)pthread_cond_signal(&condition->raw);
}

void uvp_condition_broadcast(struct uvp_condition *condition)
{
    (void)pthread_cond_broadcast(&condition->raw);
}

static void *run_thread(void *ctx)
{
    const struct uvp_thread *const thread = ctx;

    memcpy(own_name, thread->name, sizeof own_name);
#ifdef __APPLE__
    (void)pthread_setname_np(own_name);
#else
    (void)pthread_setname_np(pthread_self(), own_name);
#endif
    thread->run(thread->ctx);
    return NULL;
}

/* Whole pages, and not less than the system's least. */
static size_t usable_stack(size_t bytes)
{
    const long page = sysconf(_SC_PAGESIZE);
    const size_t unit = page > 0 ? (size_t)page : 4096;

    if (bytes == 0) {
        bytes = DEFAULT_STACK_BYTES;
    }
    if (bytes < (size_t)PTHREAD_STACK_MIN) {
        bytes = (size_t)PTHREAD_STACK_MIN;
    }
    return bytes > SIZE_MAX - unit ? bytes : (bytes + unit - 1) / unit * unit;
}

/* The new thread inherits the mask of the starter: block all, start, put the mask back. */
static int create_deaf(struct uvp_thread *thread, const pthread_attr_t *attributes)
{
    sigset_t all;
    sigset_t before;
    int sys;

    (void)sigfillset(&all);
    sys = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (sys != 0) {
        return sys;
    }
    sys = pthread_create(&thread->raw, attributes, run_thread, thread);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return sys;
}

static int create_thread(struct uvp_thread *thread, const struct uvp_thread_options *options)
{
    pthread_attr_t attributes;
    int sys;

    if (options->fails) {
        return EAGAIN;
    }
    sys = pthread_attr_init(&attributes);
    if (sys != 0) {
        return sys;
    }
    sys = pthread_attr_setstacksize(&attributes, usable_stack(options->stack_bytes));
    if (sys == 0) {
        sys = create_deaf(thread, &attributes);
    }
    (void)pthread_attr_destroy(&attributes);
    return sys;
}

enum uvp_code uvp_thread_start(struct uvp_thread *thread,
                               const struct uvp_thread_options *options, void (*run)(void *ctx),
                               void *ctx, struct uvp_error *err)
{
    int sys;

    memset(thread, 0, sizeof *thread);
    thread->run = run;
    thread->ctx = ctx;
    (void)snprintf(thread->name, sizeof thread->name, "%s", options->name);
    sys = create_thread(thread, options);
    if (sys != 0) {
        return uvp_fail_sys(err, UVP_LIMIT, sys, 0, "cannot start thread %s", thread->name);
    }
    thread->started = true;
    return UVP_OK;
}

void uvp_thread_join(struct uvp_thread *thread)
{
    if (thread->started) {
        (void)pthread_join(thread->raw, NULL);
        thread->started = false;
    }
}
