/*
 * note.h -- what a thread is doing now, and how long it has waited
 *
 * Why:     a line that stands still must be able to say where.
 * Use:     one a thread; the thread sets it, anyone may read it. Waits are noted only when a
 *          thread really sleeps, so the fast path costs nothing.
 * Threads: begin, end, set, step, start, count, wait_begin and wait_end by the thread it
 * belongs to; the rest by any. The timeline is that thread's until it has been joined.
 */
#ifndef UVP_PIPELINE_NOTE_H
#define UVP_PIPELINE_NOTE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/thread.h"
#include "pipeline/timeline.h"

#define UVP_NOTE_LABEL_BYTES 96

struct uvp_note {
    struct uvp_mutex mutex; /* protects those below, but waited_ns */
    const char *step;
    const char *waits_for; /* NULL: it does not wait */
    uint64_t step_since_ns;
    uint64_t wait_since_ns;
    uint64_t begun_ns; /* when work on one thing began; 0: it has none */
    uint64_t count;    /* how large that is, in whatever it is counted; 0: not known */
    char label[UVP_NOTE_LABEL_BYTES];
    char name[UVP_THREAD_NAME_BYTES];
    _Atomic uint64_t waited_ns;
    struct uvp_timeline *timeline; /* its own; NULL: it is not asked for, and costs nothing */
};

UVP_MUST_USE enum uvp_code uvp_note_init(struct uvp_note *note, const char *name,
                                         struct uvp_error *err);
void uvp_note_release(struct uvp_note *note); /* and destroys the timeline */

/* Its thread begins and ends: only the timeline looks at this. */
void uvp_note_begin(struct uvp_note *note, uint64_t origin_ns);
void uvp_note_end(struct uvp_note *note);

/* `step` must outlive the note; `label` is copied and cut; NULL allowed. */
void uvp_note_set(struct uvp_note *note, const char *step, const char *label);

/* A new step with the label as it was: only where there is a timeline, too often else. */
void uvp_note_step(struct uvp_note *note, const char *step);

/* As set, where work on one thing begins: it lasts until a set with no or an empty label. */
void uvp_note_start(struct uvp_note *note, const char *step, const char *label);
void uvp_note_count(struct uvp_note *note, uint64_t count);

/* What the thread works on. */
struct uvp_note_work {
    const char *step;
    char label[UVP_NOTE_LABEL_BYTES];
    uint64_t count;
    uint64_t begun_ns;
};

/* False, and *work as it was, when it works on nothing. */
bool uvp_note_work(struct uvp_note *note, struct uvp_note_work *work);

/* Around a sleep. NULL note allowed. */
void uvp_note_wait_begin(struct uvp_note *note, const char *waits_for);
void uvp_note_wait_end(struct uvp_note *note);

uint64_t uvp_note_waited_ns(const struct uvp_note *note);

/* One line: name, step, label, how long; what it waits for. */
void uvp_note_describe(struct uvp_note *note, char *text, size_t room);

#endif
