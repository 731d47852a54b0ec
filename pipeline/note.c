#include "pipeline/note.h"

#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"

enum uvp_code uvp_note_init(struct uvp_note *note, const char *name, struct uvp_error *err)
{
    memset(note, 0, sizeof *note);
    UVP_TRY(uvp_mutex_init(&note->mutex, err));
    atomic_init(&note->waited_ns, 0);
    note->step = "not started";
    note->step_since_ns = uvp_clock_now_ns();
    (void)snprintf(note->name, sizeof note->name, "%s", name);
    return UVP_OK;
}

void uvp_note_release(struct uvp_note *note)
{
    uvp_mutex_release(&note->mutex);
    uvp_timeline_destroy(note->timeline);
    note->timeline = NULL;
}

void uvp_note_begin(struct uvp_note *note, uint64_t origin_ns)
{
    if (note->timeline != NULL) {
        uvp_timeline_begin(note->timeline, origin_ns, uvp_clock_now_ns(), "starts");
    }
}

void uvp_note_end(struct uvp_note *note)
{
    if (note->timeline != NULL) {
        uvp_timeline_end(note->timeline, uvp_clock_now_ns());
    }
}

static void tell_timeline(struct uvp_note *note, uint64_t now, const char *state, bool is_wait)
{
    if (note->timeline != NULL) {
        uvp_timeline_change(note->timeline, now, state, is_wait);
    }
}

/* Under the lock. */
static void set_step(struct uvp_note *note, const char *step, const char *label, uint64_t now)
{
    const size_t bytes = label == NULL ? 0 : strnlen(label, sizeof note->label - 1);

    note->step = step == NULL ? "" : step;
    note->step_since_ns = now;
    if (bytes != 0) {
        memcpy(note->label, label, bytes);
    }
    note->label[bytes] = '\0';
    if (bytes == 0) {
        note->begun_ns = 0;
        note->count = 0;
    }
}

void uvp_note_set(struct uvp_note *note, const char *step, const char *label)
{
    const uint64_t now = uvp_clock_now_ns();

    uvp_mutex_lock(&note->mutex);
    set_step(note, step, label, now);
    uvp_mutex_unlock(&note->mutex);
    tell_timeline(note, now, note->step, false);
}

void uvp_note_step(struct uvp_note *note, const char *step)
{
    if (note->timeline == NULL) {
        return;
    }
    uvp_mutex_lock(&note->mutex);
    note->step = step;
    note->step_since_ns = uvp_clock_now_ns();
    uvp_mutex_unlock(&note->mutex);
    tell_timeline(note, note->step_since_ns, step, false);
}

void uvp_note_start(struct uvp_note *note, const char *step, const char *label)
{
    const uint64_t now = uvp_clock_now_ns();

    uvp_mutex_lock(&note->mutex);
    set_step(note, step, label, now);
    note->begun_ns = now;
    note->count = 0;
    uvp_mutex_unlock(&note->mutex);
    tell_timeline(note, now, note->step, false);
}

void uvp_note_count(struct uvp_note *note, uint64_t count)
{
    uvp_mutex_lock(&note->mutex);
    note->count = count;
    uvp_mutex_unlock(&note->mutex);
}

bool uvp_note_work(struct uvp_note *note, struct uvp_note_work *work)
{
    bool works;

    uvp_mutex_lock(&note->mutex);
    works = note->begun_ns != 0;
    if (works) {
        work->step = note->step;
        memcpy(work->label, note->label, sizeof work->label);
        work->count = note->count;
        work->begun_ns = note->begun_ns;
    }
    uvp_mutex_unlock(&note->mutex);
    return works;
}

void uvp_note_wait_begin(struct uvp_note *note, const char *waits_for)
{
    if (note == NULL) {
        return;
    }
    uvp_mutex_lock(&note->mutex);
    note->waits_for = waits_for;
    note->wait_since_ns = uvp_clock_now_ns();
    uvp_mutex_unlock(&note->mutex);
    tell_timeline(note, note->wait_since_ns, waits_for, true);
}

void uvp_note_wait_end(struct uvp_note *note)
{
    uint64_t waited;
    uint64_t now;

    if (note == NULL) {
        return;
    }
    uvp_mutex_lock(&note->mutex);
    note->waits_for = NULL;
    now = uvp_clock_now_ns();
    waited = now - note->wait_since_ns;
    uvp_mutex_unlock(&note->mutex);
    tell_timeline(note, now, note->step, false);
    atomic_fetch_add_explicit(&note->waited_ns, waited, memory_order_relaxed);
}

uint64_t uvp_note_waited_ns(const struct uvp_note *note)
{
    return atomic_load_explicit(&note->waited_ns, memory_order_relaxed);
}

static unsigned long long ms_since(uint64_t since_ns)
{
    return (unsigned long long)((uvp_clock_now_ns() - since_ns) / UVP_NS_PER_MS);
}

void uvp_note_describe(struct uvp_note *note, char *text, size_t room)
{
    uvp_mutex_lock(&note->mutex);
    if (note->waits_for != NULL) {
        (void)snprintf(text, room, "%s: waits for %s for %llu ms (%s%s%s)", note->name,
                       note->waits_for, ms_since(note->wait_since_ns), note->step,
                       note->label[0] == '\0' ? "" : " ", note->label);
    } else {
        (void)snprintf(text, room, "%s: %s%s%s for %llu ms", note->name, note->step,
                       note->label[0] == '\0' ? "" : " ", note->label,
                       ms_since(note->step_since_ns));
    }
    uvp_mutex_unlock(&note->mutex);
}
