/*
 * graph.h -- regions of the surface and the borders between them, in small numbers
 *
 * Why:     merging asks what a union would be like many times over; sums answer that at once.
 * Use:     make from labels; join regions; follow the list of a region's borders.
 * Owner:   arrays live in the scratch arena after the caller's mark.
 * Limits:  a join costs as many steps as the region with fewer borders has of them.
 */
#ifndef UVP_ATLAS_GRAPH_H
#define UVP_ATLAS_GRAPH_H

#include "stages/unwrapper/atlas/surface.h"

struct uvp_region {
    struct uvp_vec3 normal; /* summed, weighted by area */
    double area;
    double outline; /* weighted length of the border */
    double cosine;  /* of the half angle of the cone about `normal` that holds all normals */
    double bend;    /* Gaussian curvature inside, in radians */
    double share;   /* the same, and half of that on its borders */
    double spike;   /* of points inside: curvature squared, times the area about them */
    double warp;    /* cost of curvature spread unevenly, times area; the caller's to start */
    uint32_t triangles;
    uint32_t borders;
    uint32_t head;   /* of the list of borders: 2 * border + side; UVP_NONE: none */
    uint32_t parent; /* itself: alive */
};

struct uvp_border {
    uint32_t region[2];
    uint32_t next[2]; /* in the list of region[side]; as `head` */
    uint32_t prev[2];
    float length; /* weighted */
    float spike;  /* as above, of points that a join would bring inside */
    float bend;   /* curvature of points that a join would bring inside */
};

struct uvp_graph {
    uint32_t count;
    uint32_t border_count;
    struct uvp_region *region;
    struct uvp_border *border; /* region[0] is UVP_NONE: gone */
    uint32_t *slot;            /* hash table of borders by their two regions */
    uint32_t mask;
};

/* Regions are the labels below `count`; hard seams are no borders. */
UVP_MUST_USE enum uvp_code uvp_graph_make(struct uvp_atlas_work *work,
                                          const struct uvp_topology *topology,
                                          const struct uvp_surface *surface,
                                          const uint32_t *label, uint32_t count,
                                          struct uvp_graph *graph);

/* The border between two regions, or UVP_NONE. */
uint32_t uvp_graph_find(const struct uvp_graph *graph, uint32_t a, uint32_t b);

/*
 * Gives the borders of region `from` to `to`, joining those to the same third region. `border`
 * is the one between the two; it goes. `gone` is called for every other border that ends.
 */
void uvp_graph_join(struct uvp_graph *graph, uint32_t border, uint32_t to, uint32_t from,
                    void (*gone)(void *ctx, uint32_t border), void *ctx);

/* The region that `r` is part of now. */
uint32_t uvp_graph_root(struct uvp_graph *graph, uint32_t r);

#endif
