/*
 * islands.h -- which triangles hang together in the plane, and where that ends
 *
 * Units:   positions and texture vertices of equal bits are one.
 * Owner:   borders are the caller's to free.
 */
#ifndef UVP_TOOLS_UVCHECK_ISLANDS_H
#define UVP_TOOLS_UVCHECK_ISLANDS_H

#include "tools/uvcheck/cover.h"

/* An edge of a chart that no other triangle of the chart shares in the plane. */
struct border {
    struct spot a;
    struct spot b;
    uint32_t chart;
};

/*
 * Gives every triangle its chart: triangles are joined where they share an edge in space and in
 * the plane. Charts without any area are not counted.
 */
void charts_find(struct cover *cover);

/* All borders of triangles with area. */
struct border *charts_borders(const struct cover *cover, uint32_t *count);

#endif
