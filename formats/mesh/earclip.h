/*
 * earclip.h -- one polygon of any shape into triangles
 *
 * Use:     init once for the largest polygon; cut each polygon.
 * Owner:   the arrays lie in the arena given to init; a rewind of it is the release.
 * Threads: confined.
 * Limits:  about 500 point tests per corner; a polygon that needs more is finished in order of
 *          its corners, without regard to overlaps.
 */
#ifndef UVP_FORMATS_MESH_EARCLIP_H
#define UVP_FORMATS_MESH_EARCLIP_H

#include "formats/mesh/mesh.h"

/* Corners that may lie in an ear, by cell of a square grid over the polygon. */
struct uvp_earclip_grid {
    double x;
    double y;
    double x_scale;
    double y_scale;
    uint32_t side;
    uint32_t *start; /* of each cell, in `items` */
    uint32_t *count;
    uint32_t *items;
    uint32_t filled; /* items when it was built */
};

struct uvp_earclip {
    double *x; /* the polygon seen along its normal, turning left */
    double *y;
    uint32_t *next; /* a ring of the corners left */
    uint32_t *previous;
    unsigned char *state;
    unsigned char *mark; /* queued, touched */
    uint32_t *queue;     /* corners to look at, a ring of `corners` places */
    uint32_t queue_first;
    uint32_t queue_count;
    uint32_t corners;
    struct uvp_earclip_grid grid;
    uint32_t blockers; /* corners left that are not convex */
    uint32_t left;     /* corners left */
    uint64_t work;
    uint64_t work_limit;
    uint64_t next_poll;
    uint32_t *to;   /* where the next triangle goes */
    uint32_t first; /* corner number of the polygon's corner 0 */
};

UVP_MUST_USE enum uvp_code uvp_earclip_init(struct uvp_earclip *earclip, uint32_t corners_max,
                                            struct uvp_arena *arena, struct uvp_error *err);

/*
 * Writes `corners` - 2 triangles of corner numbers first + i to `to`; corner i is the vertex
 * vertex[i]. 3 <= corners <= corners_max. When the polygon is flat and does not cross itself,
 * all triangles turn as the polygon does and none overlap; corners on a line between their
 * neighbours give no triangle without area, repeated corners do.
 *
 * Returns: UVP_OK, UVP_CANCELLED, UVP_LIMIT
 */
UVP_MUST_USE enum uvp_code uvp_earclip_cut(struct uvp_earclip *earclip, const float *positions,
                                           const uint32_t *vertex, uint32_t first,
                                           uint32_t corners, struct uvp_stop *stop,
                                           uint32_t *to, struct uvp_error *err);

#endif
