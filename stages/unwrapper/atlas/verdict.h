/*
 * verdict.h -- is this flat piece valid? Decided exactly, on integers
 *
 * Why:     whatever made the coordinates, nothing is handed out that this did not accept.
 * Limits:  coordinates 0 ... 2^24: every product fits int64. The work is bounded: a border too
 *          tangled to decide in that bound counts as crossed.
 */
#ifndef UVP_ATLAS_VERDICT_H
#define UVP_ATLAS_VERDICT_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/atlas_internal.h"

enum uvp_verdict {
    UVP_VERDICT_VALID,
    UVP_VERDICT_TURNED,  /* a triangle has no positive area */
    UVP_VERDICT_PINCHED, /* a border vertex has not exactly one way on */
    UVP_VERDICT_CROSSED, /* two border edges meet */
    UVP_VERDICT_WOUND,   /* not exactly one border loop runs left */
};

struct uvp_flat {
    uint32_t triangle_count;
    uint32_t vertex_count;
    uint32_t border_count;
    const uint32_t *corner; /* 3 a triangle */
    const uint32_t *border; /* 2 an edge, the inside on the left */
    const struct uvp_point2 *at;
};

/* Twice the signed area of a, b, c. */
static inline int64_t uvp_orient(struct uvp_point2 a, struct uvp_point2 b, struct uvp_point2 c)
{
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) -
           ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

/* Whether the closed segments ab and cd share a point. */
bool uvp_segments_meet(struct uvp_point2 a, struct uvp_point2 b, struct uvp_point2 c,
                       struct uvp_point2 d);

/* Whether the edges from v to p and to r lie on each other. */
bool uvp_segments_fold(struct uvp_point2 v, struct uvp_point2 p, struct uvp_point2 r);

UVP_MUST_USE enum uvp_code uvp_verdict_find(struct uvp_atlas_work *work,
                                            const struct uvp_flat *flat,
                                            enum uvp_verdict *verdict);

/* Two border edges that meet. */
struct uvp_clash {
    uint32_t a;
    uint32_t b;
};

/* Lists the first `max` clashes of the border; equal ones when it is too tangled to decide. */
UVP_MUST_USE enum uvp_code uvp_verdict_clashes(struct uvp_atlas_work *work,
                                               const struct uvp_flat *flat,
                                               struct uvp_clash *clash, uint32_t max,
                                               uint32_t *count);

#endif
