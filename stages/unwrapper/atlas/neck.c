/*
 * Points at equal distances along the outer border, and all chords between two of them: those
 * that are short for the area on their smaller side are looked at closely. What a cut saves is
 * the area of the hull, taken as a polygon with sixteen sides of fixed directions. In the end
 * both ends move to the nearest points between the samples next to them.
 */
#include "stages/unwrapper/atlas/neck.h"

#include <math.h>

#define SAMPLES 64
#define APART 3         /* samples between the ends of a neck, at least, and between necks */
#define LOOKS 12        /* chords that are looked at closely */
#define AREA_LEAST 0.02 /* of the chart, on the smaller side */
#define SIDES 16
#define ENDS_MOVED 2 /* rounds of both ends */

#define HALF_ROOT 0.70710678118654752
#define COSINE_EIGHTH 0.92387953251128674
#define SINE_EIGHTH 0.38268343236508977

/* Every second of these is not needed twice: directions and their opposites share a product. */
static const double axis_cosine[SIDES / 2] = {1, COSINE_EIGHTH, HALF_ROOT,  SINE_EIGHTH,
                                              0, -SINE_EIGHTH,  -HALF_ROOT, -COSINE_EIGHTH};
static const double axis_sine[SIDES / 2] = {0, SINE_EIGHTH,   HALF_ROOT, COSINE_EIGHTH,
                                            1, COSINE_EIGHTH, HALF_ROOT, SINE_EIGHTH};

struct sample {
    uint32_t slot;
    double x; /* from the border's first point */
    double y;
    double twice; /* area between the border up to here and its first point, doubled */
    double along[SIDES / 2];
};

struct ring {
    uint32_t count;
    double twice; /* the area inside, doubled */
    struct sample sample[SAMPLES];
};

struct chord {
    uint32_t from;
    uint32_t to;
    double square; /* of the length */
    double worth;  /* the smaller, the better */
};

/* ---- the border ---- */

static uint32_t link_border(const struct uvp_point2 *slot, const uint32_t *border,
                            uint32_t edges, uint32_t *next)
{
    uint32_t first = border[0];

    for (uint32_t e = 0; e < edges; e++) {
        const uint32_t s = border[2 * e];
        next[s] = border[2 * e + 1];
        if (slot[s].x < slot[first].x ||
            (slot[s].x == slot[first].x && slot[s].y < slot[first].y)) {
            first = s;
        }
    }
    return first;
}

static double step_length(struct uvp_point2 p, struct uvp_point2 q)
{
    const double dx = (double)q.x - p.x;
    const double dy = (double)q.y - p.y;

    return sqrt(dx * dx + dy * dy);
}

static void take_sample(struct ring *ring, uint32_t slot, struct uvp_point2 at,
                        struct uvp_point2 origin)
{
    struct sample *const sample = &ring->sample[ring->count++];

    sample->slot = slot;
    sample->x = (double)at.x - origin.x;
    sample->y = (double)at.y - origin.y;
    sample->twice = ring->twice;
    for (uint32_t k = 0; k < SIDES / 2; k++) {
        sample->along[k] = axis_cosine[k] * sample->x + axis_sine[k] * sample->y;
    }
}

/* `edges` bounds the walk, whatever the border is. */
static void sample_ring(const struct uvp_point2 *slot, const uint32_t *next, uint32_t first,
                        uint32_t edges, struct ring *ring)
{
    const struct uvp_point2 origin = slot[first];
    double length = 0;
    double walked = 0;
    uint32_t s = first;
    uint32_t count = 0;

    do {
        length += step_length(slot[s], slot[next[s]]);
        s = next[s];
        count++;
    } while (s != first && count < edges);
    ring->count = 0;
    ring->twice = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct uvp_point2 p = slot[s];
        const struct uvp_point2 q = slot[next[s]];
        if (walked * SAMPLES >= length * ring->count && ring->count < SAMPLES) {
            take_sample(ring, s, p, origin);
        }
        ring->twice += ((double)p.x - origin.x) * ((double)q.y - origin.y) -
                       ((double)p.y - origin.y) * ((double)q.x - origin.x);
        walked += step_length(p, q);
        s = next[s];
    }
}

/* ---- chords ---- */

static double cross(const struct sample *o, const struct sample *a, const struct sample *b)
{
    return (a->x - o->x) * (b->y - o->y) - (a->y - o->y) * (b->x - o->x);
}

/* Twice the area on the side of the border from sample i to sample j. */
static double twice_between(const struct ring *ring, uint32_t i, uint32_t j)
{
    const struct sample *const p = &ring->sample[i];
    const struct sample *const q = &ring->sample[j];

    return q->twice - p->twice + q->x * p->y - q->y * p->x;
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return a < b ? b - a : a - b;
}

/* Among the best, if no better one is next to it. */
static void add_chord(struct chord *best, uint32_t *count, struct chord chord)
{
    uint32_t at;

    for (at = 0; at < *count; at++) {
        if (distance(best[at].from, chord.from) <= APART &&
            distance(best[at].to, chord.to) <= APART) {
            break;
        }
    }
    if (at < *count && best[at].worth <= chord.worth) {
        return;
    }
    if (at == *count) {
        if (*count == LOOKS && best[LOOKS - 1].worth <= chord.worth) {
            return;
        }
        at = *count < LOOKS ? (*count)++ : LOOKS - 1;
    }
    for (; at > 0 && chord.worth < best[at - 1].worth; at--) {
        best[at] = best[at - 1];
    }
    best[at] = chord;
}

static uint32_t list_chords(const struct ring *ring, struct chord *best)
{
    const uint32_t n = ring->count;
    uint32_t count = 0;

    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = i + APART; j < n && j - i + APART <= n; j++) {
            const double dx = ring->sample[j].x - ring->sample[i].x;
            const double dy = ring->sample[j].y - ring->sample[i].y;
            const double square = dx * dx + dy * dy;
            const double part = twice_between(ring, i, j);
            const double least = fmin(part, ring->twice - part);
            if (least > AREA_LEAST * ring->twice && square < least) {
                add_chord(best, &count, (struct chord){i, j, square, square / least});
            }
        }
    }
    return count;
}

/* The chord crosses nothing, and runs inside. */
static bool is_open(const struct ring *ring, struct chord chord)
{
    const struct sample *const p = &ring->sample[chord.from];
    const struct sample *const q = &ring->sample[chord.to];
    const double x = (p->x + q->x) / 2;
    const double y = (p->y + q->y) / 2;
    bool inside = false;

    for (uint32_t k = 0; k < ring->count; k++) {
        const struct sample *const a = &ring->sample[k];
        const struct sample *const b = &ring->sample[k + 1 < ring->count ? k + 1 : 0];
        if ((a->y > y) != (b->y > y) &&
            x < a->x + (b->x - a->x) * ((y - a->y) / (b->y - a->y))) {
            inside = !inside;
        }
        if (a == p || a == q || b == p || b == q) {
            continue;
        }
        if ((cross(p, q, a) > 0) != (cross(p, q, b) > 0) &&
            (cross(a, b, p) > 0) != (cross(a, b, q) > 0)) {
            return false;
        }
    }
    return inside;
}

/* Area of the hull of `count` samples from `first` on. */
static double hull_area(const struct ring *ring, uint32_t first, uint32_t count)
{
    const double sine = SINE_EIGHTH;
    const double cosine = COSINE_EIGHTH;
    double reach[SIDES];
    double twice = 0;

    for (uint32_t k = 0; k < SIDES; k++) {
        reach[k] = -HUGE_VAL;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct sample *const sample = &ring->sample[(first + i) % ring->count];
        for (uint32_t k = 0; k < SIDES / 2; k++) {
            const double along = sample->along[k];
            reach[k] = along > reach[k] ? along : reach[k];
            reach[k + SIDES / 2] =
                -along > reach[k + SIDES / 2] ? -along : reach[k + SIDES / 2];
        }
    }
    for (uint32_t k = 0; k < SIDES; k++) {
        const double before = reach[(k + SIDES - 1) % SIDES];
        const double after = reach[(k + 1) % SIDES];
        twice += reach[k] * (before + after - 2 * reach[k] * cosine) / sine;
    }
    return twice / 2;
}

/* ---- necks ---- */

struct border {
    const struct uvp_point2 *slot;
    const uint32_t *next;
    const struct ring *ring;
};

/* Between the samples next to sample i: what is nearest to p. */
static uint32_t find_nearest(const struct border *border, uint32_t i, struct uvp_point2 p)
{
    const uint32_t n = border->ring->count;
    const uint32_t end = border->ring->sample[(i + 1) % n].slot;
    uint32_t nearest = border->ring->sample[(i + n - 1) % n].slot;
    double least = step_length(border->slot[nearest], p);

    for (uint32_t s = nearest; s != end; s = border->next[s]) {
        const double length = step_length(border->slot[s], p);
        if (length < least) {
            least = length;
            nearest = s;
        }
    }
    return nearest;
}

static struct uvp_neck make_neck(const struct border *border, struct chord chord, double hull)
{
    const struct ring *const ring = border->ring;
    const uint32_t span = chord.to - chord.from;
    const double parts = hull_area(ring, chord.from, span + 1) +
                         hull_area(ring, chord.to, ring->count - span + 1);
    struct uvp_neck neck = {.to = border->slot[ring->sample[chord.to].slot],
                            .saved = hull - parts};

    for (int i = 0; i < ENDS_MOVED; i++) {
        neck.from = border->slot[find_nearest(border, chord.from, neck.to)];
        neck.to = border->slot[find_nearest(border, chord.to, neck.from)];
    }
    neck.length = step_length(neck.from, neck.to);
    return neck;
}

uint32_t uvp_neck_find(const struct uvp_point2 *slot, const uint32_t *border, uint32_t edges,
                       double price, uint32_t *next, uint32_t most, struct uvp_neck *necks)
{
    struct chord best[LOOKS];
    struct ring ring;
    const struct border all = {slot, next, &ring};
    uint32_t chords;
    uint32_t found = 0;
    double hull;

    sample_ring(slot, next, link_border(slot, border, edges, next), edges, &ring);
    if (!(ring.twice > 0)) {
        return 0;
    }
    chords = list_chords(&ring, best);
    hull = hull_area(&ring, 0, ring.count);
    for (uint32_t i = 0; i < chords; i++) {
        struct uvp_neck neck;
        double worth;
        uint32_t at = found;
        if (!is_open(&ring, best[i])) {
            continue;
        }
        neck = make_neck(&all, best[i], hull);
        worth = neck.saved - price * neck.length;
        for (; at > 0 && worth > necks[at - 1].saved - price * necks[at - 1].length; at--) {
            if (at < most) {
                necks[at] = necks[at - 1];
            }
        }
        if (at < most) {
            necks[at] = neck;
            found += found < most;
        }
    }
    return found;
}
