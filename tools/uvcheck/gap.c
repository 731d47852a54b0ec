#include <stdlib.h>

#include "tools/uvcheck/boxes.h"
#include "tools/uvcheck/verdicts.h"

struct search {
    const struct border *borders;
    const struct border *current;
    double nearest;
};

/* Distance from p to the segment a-b. Differences are exact; the rest is rounded. */
static double spot_distance(struct spot p, struct spot a, struct spot b)
{
    const double bx = from_lattice(b.x - a.x);
    const double by = from_lattice(b.y - a.y);
    const double px = from_lattice(p.x - a.x);
    const double py = from_lattice(p.y - a.y);
    const double length = bx * bx + by * by;
    const double t = length > 0.0 ? fmin(fmax((px * bx + py * by) / length, 0.0), 1.0) : 0.0;
    return hypot(px - t * bx, py - t * by);
}

static bool cross(const struct border *m, const struct border *n)
{
    return turn(m->a, m->b, n->a) * turn(m->a, m->b, n->b) < 0 &&
           turn(n->a, n->b, m->a) * turn(n->a, n->b, m->b) < 0;
}

static double border_distance(const struct border *m, const struct border *n)
{
    if (cross(m, n)) {
        return 0.0;
    }
    return fmin(fmin(spot_distance(m->a, n->a, n->b), spot_distance(m->b, n->a, n->b)),
                fmin(spot_distance(n->a, m->a, m->b), spot_distance(n->b, m->a, m->b)));
}

static bool look_at(void *ctx, uint32_t item)
{
    struct search *search = ctx;
    const struct border *other = &search->borders[item];
    if (other->chart != search->current->chart) {
        search->nearest = fmin(search->nearest, border_distance(search->current, other));
    }
    return search->nearest > 0.0;
}

static struct box border_box(const struct border *border, int64_t wider)
{
    const struct spot a = border->a;
    const struct spot b = border->b;
    return (struct box){{(a.x < b.x ? a.x : b.x) - wider, (a.y < b.y ? a.y : b.y) - wider},
                        {(a.x > b.x ? a.x : b.x) + wider, (a.y > b.y ? a.y : b.y) + wider}};
}

double least_gap(const struct border *borders, uint32_t count, double most)
{
    struct box *box = room(NULL, count, sizeof *box);
    for (uint32_t k = 0; k < count; k++) {
        box[k] = border_box(&borders[k], 0);
    }
    struct boxes boxes;
    boxes_make(&boxes, box, count);
    struct search search = {.borders = borders, .nearest = most};
    for (uint32_t rank = 0; rank < count && search.nearest > 0.0; rank++) {
        search.current = &borders[boxes.item[rank]];
        const int64_t wider = (int64_t)ceil(ldexp(search.nearest, LATTICE_BITS));
        boxes_visit(&boxes, border_box(search.current, wider), rank + 1, look_at, &search);
    }
    boxes_release(&boxes);
    free(box);
    return search.nearest;
}
