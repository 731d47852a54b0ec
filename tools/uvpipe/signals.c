/* The only file-scope state of the program: a handler is given nothing but a number. */
#include "tools/uvpipe/signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static _Atomic(struct uvp_stop *) stop_to_raise;
static _Atomic int first_signal;
static _Atomic int signals_seen;

static void take_signal(int number)
{
    struct uvp_stop *stop = atomic_load(&stop_to_raise);
    const int seen = atomic_fetch_add(&signals_seen, 1);

    if (seen == 0) {
        atomic_store(&first_signal, number);
    }
    if (seen >= 2 || stop == NULL) {
        (void)signal(number, SIG_DFL);
        (void)raise(number);
        return;
    }
    uvp_stop_raise(stop, seen == 0 ? UVP_STOP_DRAIN : UVP_STOP_ABORT);
}

static void install_one(int number)
{
    struct sigaction action;
    struct sigaction before;

    if (sigaction(number, NULL, &before) != 0 || before.sa_handler == SIG_IGN) {
        return;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = take_signal;
    action.sa_flags = SA_RESTART;
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

void uvp_signals_install(struct uvp_stop *stop)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    atomic_store(&stop_to_raise, stop);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        install_one(numbers[i]);
    }
}

int uvp_signals_first(void)
{
    return atomic_load(&first_signal);
}

void uvp_signals_restore(void)
{
    atomic_store(&stop_to_raise, NULL);
}
