/*
 * boxes.h -- which boxes meet a box: a tree that does not mind crowding
 *
 * Use:     boxes_make from an array; boxes_visit any number of times; boxes_release.
 * Owner:   the tree owns what it needs of the array.
 * Order:   visits come in the order of the tree, `rank` 0, 1, ...
 */
#ifndef UVP_TOOLS_UVCHECK_BOXES_H
#define UVP_TOOLS_UVCHECK_BOXES_H

#include "tools/uvcheck/lattice.h"

struct boxes {
    uint32_t count;
    uint32_t leaf_count; /* a power of two */
    uint32_t *item;      /* at each rank */
    struct box *node;    /* 1 is the root, 2n and 2n+1 its children */
    const struct box *box;
};

/* `box` is borrowed until release. */
void boxes_make(struct boxes *boxes, const struct box *box, uint32_t count);
void boxes_release(struct boxes *boxes);

/* Calls `visit` for every item from rank `first` on whose box meets `where`, until it returns
 * false. */
void boxes_visit(const struct boxes *boxes, struct box where, uint32_t first,
                 bool (*visit)(void *ctx, uint32_t item), void *ctx);

#endif
