/*
 * A change costs a clock that its caller has read already, a look through a few pointers, and
 * one addition for each bin that the time since the last change touches; doublings are rare: a
 * run of a day sees thirty.
 */
#include "pipeline/timeline.h"

#include <string.h>

struct uvp_timeline *uvp_timeline_create(struct uvp_mem *mem)
{
    struct uvp_timeline *const timeline = uvp_mem_take_zeroed(mem, sizeof *timeline);

    if (timeline != NULL) {
        timeline->mem = mem;
        timeline->bin_ns = UVP_TIMELINE_FIRST_BIN_NS;
    }
    return timeline;
}

void uvp_timeline_destroy(struct uvp_timeline *timeline)
{
    if (timeline != NULL) {
        uvp_mem_give(timeline->mem, timeline, sizeof *timeline);
    }
}

/* ---- states ---- */

/* One text may lie in several places: pointers first, for they nearly always decide. */
static bool find_state(const struct uvp_timeline *timeline, const char *name, uint32_t *state)
{
    for (uint32_t i = 0; i < timeline->state_count; i++) {
        if (timeline->names[i] == name) {
            *state = i;
            return true;
        }
    }
    for (uint32_t i = 0; i < timeline->state_count; i++) {
        if (strcmp(timeline->names[i], name) == 0) {
            *state = i;
            return true;
        }
    }
    return false;
}

static uint32_t state_of(struct uvp_timeline *timeline, const char *name, bool is_wait)
{
    uint32_t state = UVP_TIMELINE_STATES - 1;

    if (find_state(timeline, name, &state)) {
        return state;
    }
    if (timeline->state_count >= UVP_TIMELINE_STATES - 1) {
        timeline->names[UVP_TIMELINE_STATES - 1] = "other";
        timeline->state_count = UVP_TIMELINE_STATES;
        return UVP_TIMELINE_STATES - 1;
    }
    state = timeline->state_count++;
    timeline->names[state] = name;
    timeline->waits |= is_wait ? 1U << state : 0U;
    return state;
}

/* ---- bins ---- */

static void double_bins(struct uvp_timeline *timeline)
{
    for (uint32_t i = 0; i < UVP_TIMELINE_BINS; i++) {
        const bool is_half = i < UVP_TIMELINE_BINS / 2;

        for (uint32_t s = 0; s < UVP_TIMELINE_STATES; s++) {
            timeline->ns[i][s] =
                is_half ? timeline->ns[2 * i][s] + timeline->ns[2 * i + 1][s] : 0;
        }
    }
    timeline->bin_ns *= 2;
}

static void make_room(struct uvp_timeline *timeline, uint64_t until_ns)
{
    while (until_ns > timeline->bin_ns * UVP_TIMELINE_BINS) {
        double_bins(timeline);
    }
}

/* Counts the time up to now for the state that ends. A clock that stands still adds nothing. */
static void count_until(struct uvp_timeline *timeline, uint64_t now_ns)
{
    const uint64_t until =
        now_ns > timeline->origin_ns ? now_ns - timeline->origin_ns : timeline->since_ns;
    uint64_t at = timeline->since_ns;

    make_room(timeline, until);
    while (at < until) {
        const uint64_t bin = at / timeline->bin_ns;
        const uint64_t bin_end = (bin + 1) * timeline->bin_ns;
        const uint64_t to = bin_end < until ? bin_end : until;

        timeline->ns[bin][timeline->state] += to - at;
        at = to;
    }
    timeline->since_ns = at;
}

/* ---- the thread's calls ---- */

void uvp_timeline_begin(struct uvp_timeline *timeline, uint64_t origin_ns, uint64_t now_ns,
                        const char *name)
{
    timeline->origin_ns = origin_ns;
    timeline->began_ns = now_ns > origin_ns ? now_ns - origin_ns : 0;
    timeline->since_ns = timeline->began_ns;
    timeline->state = state_of(timeline, name, false);
    timeline->running = true;
}

void uvp_timeline_change(struct uvp_timeline *timeline, uint64_t now_ns, const char *name,
                         bool is_wait)
{
    if (timeline->running) {
        count_until(timeline, now_ns);
        timeline->state = state_of(timeline, name, is_wait);
    }
}

void uvp_timeline_end(struct uvp_timeline *timeline, uint64_t now_ns)
{
    if (timeline->running) {
        count_until(timeline, now_ns);
        timeline->ended_ns = timeline->since_ns;
        timeline->running = false;
    }
}

/* ---- afterwards ---- */

void uvp_timeline_widen(struct uvp_timeline *timeline, uint64_t bin_ns)
{
    while (timeline->bin_ns < bin_ns) {
        double_bins(timeline);
    }
}

uint32_t uvp_timeline_bin_count(const struct uvp_timeline *timeline)
{
    return (uint32_t)((timeline->ended_ns + timeline->bin_ns - 1) / timeline->bin_ns);
}
