/*
 * subject.h -- a mesh that is drawn: its parts, and the colour of each triangle
 *
 * Owner:   everything lies in the arena given to uvp_subjects_make. Threads: confined.
 */
#ifndef UVP_PICTURE_SUBJECT_H
#define UVP_PICTURE_SUBJECT_H

#include "stages/unwrapper/picture/colour.h"
#include "stages/unwrapper/picture/distort.h"

struct uvp_subject {
    const struct uvp_picture_mesh *mesh;
    struct uvp_parts parts;
    struct uvp_distort distort; /* when the colour stands for a number */
    uint32_t first_chart;       /* how many charts the meshes before it have */
};

struct uvp_subjects {
    struct uvp_subject *all;
    uint32_t count;
    uint32_t mapped; /* of them: with a triangle that has UVs */
    const struct uvp_picture_options *options;
    uint32_t charts;
    uint32_t triangles;
    uint32_t turned;
    float worst; /* of the number that colours stand for, over all of them */
    float mean;  /* by triangles */
};

UVP_MUST_USE enum uvp_code
uvp_subjects_make(const struct uvp_picture_mesh *meshes, uint32_t count,
                  const struct uvp_picture_options *options, struct uvp_arena *arena,
                  struct uvp_stop *stop, struct uvp_subjects *subjects, struct uvp_error *err);

/* Of a triangle; with CHECKER what stands in for it where there are no UVs. */
struct uvp_colour uvp_subject_colour(const struct uvp_subject *subject,
                                     const struct uvp_picture_options *options, uint32_t t);

/* The texture of squares at a place of the page; `n` squares along a side. */
struct uvp_colour uvp_checker_colour(double u, double v, uint32_t n);
/* The mean of its light and dark squares there: what is left of it from far away. */
struct uvp_colour uvp_checker_mean(double u, double v);

#endif
