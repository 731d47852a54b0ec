/*
 * outline.h -- what the packer knows of a chart: its border, area and smallest box
 *
 * Units:   lengths of the mesh, scaled as in struct uvp_topology.
 */
#ifndef UVP_ATLAS_OUTLINE_H
#define UVP_ATLAS_OUTLINE_H

#include "stages/unwrapper/atlas/patch.h"

struct uvp_outline {
    uint32_t first; /* border edge */
    uint32_t count;
    double area;
    double perimeter;
    /* the smallest box: p -> (cosine x + sine y - low_x, cosine y - sine x - low_y) */
    double cosine;
    double sine;
    double low_x;
    double low_y;
    double width;
    double height;
};

struct uvp_outlines {
    uint32_t count;
    struct uvp_outline *outline;
    uint32_t *border; /* 2 slots an edge */
    double area;
    double perimeter;
    double mesh_unit; /* length of one unit of the mesh as given */
};

UVP_MUST_USE enum uvp_code uvp_outline_make(struct uvp_atlas_work *work,
                                            const struct uvp_topology *topology,
                                            const struct uvp_charts *charts,
                                            struct uvp_outlines *outlines);

/* One chart alone; `*border` is taken from the scratch arena, and outline->first is 0. */
UVP_MUST_USE enum uvp_code uvp_outline_chart(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             const struct uvp_charts *charts, uint32_t chart,
                                             struct uvp_outline *outline, uint32_t **border);

/* A slot of a chart in the frame of its box. */
static inline struct uvp_vec2 uvp_outline_point(const struct uvp_outline *outline, double step,
                                                struct uvp_point2 at)
{
    const double x = at.x * step;
    const double y = at.y * step;

    return (struct uvp_vec2){outline->cosine * x + outline->sine * y - outline->low_x,
                             outline->cosine * y - outline->sine * x - outline->low_y};
}

#endif
