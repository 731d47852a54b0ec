/*
 * Items are sorted along a Z curve (G. Morton, 1966) through their middles, and a balanced
 * binary tree of bounding boxes stands on that order.
 */
#include "tools/uvcheck/boxes.h"

#include <stdlib.h>

#include "tools/uvcheck/model.h"

#define STACK_NODES 64 /* a tree of 2^32 leaves leaves one waiting node a level */

struct ranked {
    uint64_t code;
    uint32_t item;
};

static uint64_t spread(uint64_t x)
{
    x &= UINT64_C(0xFFFFFFFF);
    x = (x | x << 16) & UINT64_C(0x0000FFFF0000FFFF);
    x = (x | x << 8) & UINT64_C(0x00FF00FF00FF00FF);
    x = (x | x << 4) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    x = (x | x << 2) & UINT64_C(0x3333333333333333);
    return (x | x << 1) & UINT64_C(0x5555555555555555);
}

/* Pages are 2^40 wide and there may be 2^21 of them; the finest 9 bits do not matter on the
 * page itself, and far from it everything may fall together. */
static uint64_t coarse(int64_t x)
{
    const int64_t shifted = (x >> 9) + (INT64_C(1) << 31);
    return shifted < 0                     ? 0
           : shifted > INT64_C(0xFFFFFFFF) ? UINT64_C(0xFFFFFFFF)
                                           : (uint64_t)shifted;
}

static int compare_ranked(const void *a, const void *b)
{
    const struct ranked *x = a;
    const struct ranked *y = b;
    if (x->code != y->code) {
        return x->code < y->code ? -1 : 1;
    }
    return (x->item > y->item) - (x->item < y->item);
}

static struct box join_boxes(struct box a, struct box b)
{
    return (struct box){
        {a.low.x < b.low.x ? a.low.x : b.low.x, a.low.y < b.low.y ? a.low.y : b.low.y},
        {a.high.x > b.high.x ? a.high.x : b.high.x, a.high.y > b.high.y ? a.high.y : b.high.y}};
}

static bool boxes_meet(struct box a, struct box b)
{
    return a.low.x <= b.high.x && b.low.x <= a.high.x && a.low.y <= b.high.y &&
           b.low.y <= a.high.y;
}

void boxes_make(struct boxes *boxes, const struct box *box, uint32_t count)
{
    const struct box nothing = {{INT64_MAX, INT64_MAX}, {INT64_MIN, INT64_MIN}};
    *boxes = (struct boxes){.count = count, .leaf_count = 1, .box = box};
    while (boxes->leaf_count < count) {
        boxes->leaf_count *= 2;
    }
    struct ranked *ranked = room(NULL, count, sizeof *ranked);
    for (uint32_t k = 0; k < count; k++) {
        const uint64_t x = coarse(box[k].low.x / 2 + box[k].high.x / 2);
        const uint64_t y = coarse(box[k].low.y / 2 + box[k].high.y / 2);
        ranked[k] = (struct ranked){spread(x) | spread(y) << 1, k};
    }
    qsort(ranked, count, sizeof *ranked, compare_ranked);
    boxes->item = room(NULL, count, sizeof *boxes->item);
    boxes->node = room(NULL, 2 * (size_t)boxes->leaf_count, sizeof *boxes->node);
    for (uint32_t k = 0; k < boxes->leaf_count; k++) {
        if (k < count) {
            boxes->item[k] = ranked[k].item;
        }
        boxes->node[boxes->leaf_count + k] = k < count ? box[ranked[k].item] : nothing;
    }
    for (uint32_t n = boxes->leaf_count - 1; n > 0; n--) {
        boxes->node[n] = join_boxes(boxes->node[2 * (size_t)n], boxes->node[2 * (size_t)n + 1]);
    }
    free(ranked);
}

void boxes_release(struct boxes *boxes)
{
    free(boxes->item);
    free(boxes->node);
    *boxes = (struct boxes){0};
}

/* The rank after the last leaf below a node. */
static uint64_t end_of(const struct boxes *boxes, uint64_t node)
{
    while (node < boxes->leaf_count) {
        node = 2 * node + 1;
    }
    return node - boxes->leaf_count + 1;
}

void boxes_visit(const struct boxes *boxes, struct box where, uint32_t first,
                 bool (*visit)(void *ctx, uint32_t item), void *ctx)
{
    uint64_t stack[STACK_NODES];
    int height = 0;
    stack[height++] = 1;
    while (height > 0) {
        const uint64_t node = stack[--height];
        if (!boxes_meet(boxes->node[node], where) || end_of(boxes, node) <= first) {
            continue;
        }
        if (node < boxes->leaf_count) {
            stack[height++] = 2 * node + 1;
            stack[height++] = 2 * node;
        } else if (!visit(ctx, boxes->item[node - boxes->leaf_count])) {
            return;
        }
    }
}
