/*
 * note.h -- what a thread is doing now, and how long it has waited
 *
 * Why:     a line that stands still must be able to say where.
 * Use:     one a thread; the thread sets it, anyone may read it. Waits are noted only when a
 *          thread really sleeps, so the fast path costs nothing.
 * Threads: begin, end, set, step, wait_begin and wait_end by the thread it belongs to; the rest
 *          by any. The timeline is that thread's until it has been joined.
 */
#ifndef UVP_PIPELINE_NOTE_H
#define UVP_PIPELINE_NOTE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/thread.h"
#include "pipeline/timeline.h"

#define UVP_NOTE_LABEL_BYTES 96

struct uvp_note {
    struct uvp_mutex mutex; /* protects the five below */
    const char *step;
    const char *waits_for; /* NULL: it does not wait */
    uint64_t step_since_ns;
    uint64_t wait_since_ns;
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

/* Around a sleep. NULL note allowed. */
void uvp_note_wait_begin(struct uvp_note *note, const char *waits_for);
void uvp_note_wait_end(struct uvp_note *note);

uint64_t uvp_note_waited_ns(const struct uvp_note *note);

/* One line: name, step, label, how long; what it waits for. */
void uvp_note_describe(struct uvp_note *note, char *text, size_t room);

#endif
