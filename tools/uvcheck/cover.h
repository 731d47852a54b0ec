/*
 * cover.h -- the triangles to be judged: faces laid out on the lattice and taken apart there
 *
 * Why:     how a program takes a polygon apart is not in its output. What can be judged is the
 *          polygon in the plane: where that is simple and runs against the clock, it can be
 *          covered by triangles that do the same.
 * Owner:   the cover owns its arrays and borrows the model.
 */
#ifndef UVP_TOOLS_UVCHECK_COVER_H
#define UVP_TOOLS_UVCHECK_COVER_H

#include "tools/uvcheck/lattice.h"
#include "tools/uvcheck/model.h"

struct triangle {
    uint32_t corner[3]; /* of the model */
    uint32_t chart;
    bool sound; /* has area in the plane */
};

struct cover {
    const struct model *model;
    struct spot *spot; /* of each texture vertex; undefined where not `usable` */
    bool *usable;
    struct triangle *triangle;
    uint32_t triangle_count;
    size_t triangle_room;
    uint32_t chart_count;
    /* Faces that are not in the triangles: */
    uint32_t without_uv;
    uint32_t nonfinite; /* or millions of pages away */
    uint32_t unjudged;  /* hollow polygons of too many corners */
    /* Faces that are: */
    uint32_t flipped;   /* negative, or not simple */
    uint32_t collapsed; /* no area in the plane, but in space */
    uint32_t outside;   /* texture vertices in use that are not on the page; with several
                           pages, faces that are not on one of them */
};

/* `pages`: how many UDIM tiles UVs may lie on, ten in a row. */
void cover_make(struct cover *cover, const struct model *model, uint32_t pages);
void cover_release(struct cover *cover);

struct spot cover_spot(const struct cover *cover, const struct triangle *triangle, int k);
/* The corner's position, or NULL when it is not finite. */
const float *cover_position(const struct cover *cover, const struct triangle *triangle, int k);

/* Twice the area in space and the longest edge; false when a position is not finite. */
bool cover_space_size(const struct cover *cover, const struct triangle *triangle, double *area,
                      double *longest);

#endif
