/*
 * similarity.h -- two fingerprints of a mesh, held against each other
 *
 * Why:     UVs that were only moved, turned, scaled or mirrored as a whole are the same layout.
 * Idea:    the best similarity is linear in complex numbers: b = z a + t, or b = z conj(a) + t
 *          when mirrored, by least squares over all corners that have a UV on both sides.
 * Threads: pure.
 */
#ifndef UVP_TOOLS_SIMILARITY_H
#define UVP_TOOLS_SIMILARITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/span.h"
#include "stages/fingerprint.h"

/* The facts of a record, taken apart. */
struct uvp_print_view {
    const struct uvp_fingerprint *print;
    const uint64_t *keys;
    const float *uvs; /* NULL: none */
};

/* False when the bytes are no fingerprint. They must be aligned as for uint64_t. */
bool uvp_print_view_of(struct uvp_span facts, struct uvp_print_view *view);

struct uvp_similarity {
    uint64_t common;    /* triangles that both have */
    uint64_t missing;   /* that only the first has */
    uint64_t extra;     /* that only the second has */
    uint64_t corners;   /* of common triangles, with UVs on both sides */
    uint64_t lost;      /* with a UV on the first side only */
    uint64_t gained;    /* on the second only */
    double direct_most; /* greatest distance between the UVs as they are */
    double most;        /* what of it no similarity takes away */
    double mean;        /* of that, the root of the mean square */
    double scale;       /* of the similarity, first side to second */
    double degrees;     /* counter-clockwise */
    double offset[2];
    bool mirrored;
};

void uvp_similarity_find(const struct uvp_print_view *a, const struct uvp_print_view *b,
                         struct uvp_similarity *similarity);

#endif
