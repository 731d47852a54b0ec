/*
 * verdicts.h -- overlap, distance and stretch of a cover
 */
#ifndef UVP_TOOLS_UVCHECK_VERDICTS_H
#define UVP_TOOLS_UVCHECK_VERDICTS_H

#include "tools/uvcheck/islands.h"

/* Pairs of triangles whose insides meet, exactly; counting ends at `most`. */
uint64_t count_overlaps(const struct cover *cover, uint64_t most);

/* The least distance between borders of different charts, or `most` when none is nearer.
 * Units: page sides. */
double least_gap(const struct border *borders, uint32_t count, double most);

/*
 * Sander's stretch (P. Sander et al., Texture mapping progressive meshes, 2001), scaled so that
 * 1 is the best there is. Triangles that are flat in space (height below 1e-5 of the longest
 * edge), or without positive area in the plane, do not take part.
 */
struct stretch {
    double l2;
    double linf;
    double plane_area; /* of all triangles; the page is 1 */
    uint32_t judged;   /* triangles */
};

struct stretch measure_stretch(const struct cover *cover);

#endif
