/*
 * Two convex figures whose insides do not meet can be parted by the line of an edge of one of
 * them. All signs are exact, so touching along an edge or in a point is no overlap.
 */
#include <stdlib.h>

#include "tools/uvcheck/boxes.h"
#include "tools/uvcheck/verdicts.h"

struct figure {
    struct spot corner[3]; /* against the clock */
};

struct count {
    const struct figure *figures;
    uint32_t current;
    uint64_t pairs;
    uint64_t most;
};

static bool edge_parts(struct spot a, struct spot b, const struct figure *other)
{
    return turn(a, b, other->corner[0]) <= 0 && turn(a, b, other->corner[1]) <= 0 &&
           turn(a, b, other->corner[2]) <= 0;
}

static bool any_edge_parts(const struct figure *figure, const struct figure *other)
{
    return edge_parts(figure->corner[0], figure->corner[1], other) ||
           edge_parts(figure->corner[1], figure->corner[2], other) ||
           edge_parts(figure->corner[2], figure->corner[0], other);
}

static bool count_pair(void *ctx, uint32_t item)
{
    struct count *count = ctx;
    const struct figure *a = &count->figures[count->current];
    const struct figure *b = &count->figures[item];
    count->pairs += !any_edge_parts(a, b) && !any_edge_parts(b, a);
    return count->pairs < count->most;
}

static int64_t least(int64_t a, int64_t b, int64_t c)
{
    const int64_t two = a < b ? a : b;
    return two < c ? two : c;
}

static struct box figure_box(const struct figure *figure)
{
    const struct spot *c = figure->corner;
    return (struct box){{least(c[0].x, c[1].x, c[2].x), least(c[0].y, c[1].y, c[2].y)},
                        {-least(-c[0].x, -c[1].x, -c[2].x), -least(-c[0].y, -c[1].y, -c[2].y)}};
}

/* The triangles with area, flipped ones turned over. */
static uint32_t gather(const struct cover *cover, struct figure *figures, struct box *boxes)
{
    uint32_t count = 0;
    for (uint32_t t = 0; t < cover->triangle_count; t++) {
        const struct triangle *triangle = &cover->triangle[t];
        if (!triangle->sound) {
            continue;
        }
        struct figure *figure = &figures[count];
        for (int k = 0; k < 3; k++) {
            figure->corner[k] = cover_spot(cover, triangle, k);
        }
        if (turn(figure->corner[0], figure->corner[1], figure->corner[2]) < 0) {
            const struct spot swapped = figure->corner[1];
            figure->corner[1] = figure->corner[2];
            figure->corner[2] = swapped;
        }
        boxes[count++] = figure_box(figure);
    }
    return count;
}

uint64_t count_overlaps(const struct cover *cover, uint64_t most)
{
    struct figure *figures = room(NULL, cover->triangle_count, sizeof *figures);
    struct box *box = room(NULL, cover->triangle_count, sizeof *box);
    const uint32_t figure_count = gather(cover, figures, box);
    struct boxes boxes;
    boxes_make(&boxes, box, figure_count);
    struct count count = {.figures = figures, .most = most};
    for (uint32_t rank = 0; rank < figure_count && count.pairs < most; rank++) {
        count.current = boxes.item[rank];
        boxes_visit(&boxes, box[count.current], rank + 1, count_pair, &count);
    }
    boxes_release(&boxes);
    free(box);
    free(figures);
    return count.pairs;
}
