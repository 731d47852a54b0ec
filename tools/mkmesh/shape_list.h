/*
 * shape_list.h -- the shapes that test meshes are made of
 *
 * Why:     names and order of this list are part of what options mean: test archives hold its
 *          shapes in turn.
 * Use:     shape_find by name; call its `make` with the wanted number of triangles.
 */
#ifndef UVP_TOOLS_MKMESH_SHAPE_LIST_H
#define UVP_TOOLS_MKMESH_SHAPE_LIST_H

#include "stages/unwrapper/shapes/shapes.h"

struct shape {
    const char *name;
    const char *summary;
    uvp_shape_maker *make;
};

/* All shapes; ends with a NULL name. */
extern const struct shape shapes[];

const struct shape *shape_find(const char *name);

#endif
