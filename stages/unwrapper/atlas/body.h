/*
 * body.h -- charts as rigid bodies that can be pushed about on the page
 *
 * Why:     cells fix places and directions; bodies move and turn freely.
 * Use:     uvp_bodies_take from a packing, uvp_bodies_draw; when poses change,
 * uvp_bodies_place. Units:   sides of the page that the packing is for; a body's frame has its
 * origin in the middle of the chart's box. Limits:  a field tells distances to about a tenth of
 * its mesh: contact.c has the last word.
 */
#ifndef UVP_ATLAS_BODY_H
#define UVP_ATLAS_BODY_H

#include "stages/unwrapper/atlas/pack.h"

struct uvp_pose {
    double x;
    double y;
    double cosine;
    double sine;
};

struct uvp_body {
    struct uvp_pose pose;
    uint32_t first_point;
    uint32_t point_count;
    double radius;  /* of a circle about its box */
    double inertia; /* square of the mean distance of its border */
    /* signed distances from the border, negative inside, on a square mesh */
    struct uvp_vec2 low; /* of node 0, in the frame */
    int32_t across;
    int32_t rows;
    float *node;
    /* box on the page */
    struct uvp_vec2 from;
    struct uvp_vec2 to;
};

struct uvp_bodies {
    const struct uvp_charts *charts;
    const struct uvp_outlines *outlines;
    double scale; /* page sides a length */
    uint32_t count;
    struct uvp_body *body;
    uint32_t point_count;
    struct uvp_vec2 *point; /* along the borders, in the frames */
    struct uvp_vec2 *at;    /* and on the page */
    double mesh;            /* of the fields */
    double reach;           /* up to which distances outside are known */
    uint64_t steps;         /* work done, of about half a nanosecond */
};

/* Bodies with the poses of the packing. */
UVP_MUST_USE enum uvp_code uvp_bodies_take(struct uvp_atlas_work *work,
                                           const struct uvp_charts *charts,
                                           const struct uvp_outlines *outlines,
                                           const struct uvp_packing *packing,
                                           struct uvp_bodies *bodies);

/* Their points and fields, on meshes of width `mesh`, with distances up to `reach` outside. */
UVP_MUST_USE enum uvp_code uvp_bodies_draw(struct uvp_atlas_work *work, double mesh,
                                           double reach, struct uvp_bodies *bodies);

/* About what that takes. */
double uvp_bodies_steps(const struct uvp_bodies *bodies, double mesh, double reach);

/* Points and boxes from the poses: of one chart, of all. */
void uvp_body_place(struct uvp_bodies *bodies, uint32_t c);
void uvp_bodies_place(struct uvp_bodies *bodies);

/* A point of the frame of a chart's box (uvp_outline_point), on the page. */
static inline struct uvp_vec2 uvp_body_point(const struct uvp_bodies *bodies, uint32_t c,
                                             struct uvp_vec2 p)
{
    const struct uvp_outline *const outline = &bodies->outlines->outline[c];
    const struct uvp_pose *const pose = &bodies->body[c].pose;
    const double x = (p.x - outline->width / 2) * bodies->scale;
    const double y = (p.y - outline->height / 2) * bodies->scale;

    return (struct uvp_vec2){pose->cosine * x - pose->sine * y + pose->x,
                             pose->sine * x + pose->cosine * y + pose->y};
}

#endif
