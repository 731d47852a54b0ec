#include "tools/mkmesh/shape_list.h"

#include <string.h>

const struct shape shapes[] = {
    {"cube", "a box of six flat sides", uvp_shape_cube},
    {"grid", "a sheet with hills, open all around", uvp_shape_grid},
    {"sphere", "of stacks and slices, with two poles", uvp_shape_sphere},
    {"icosphere", "a sphere of nearly equal triangles", uvp_shape_icosphere},
    {"torus", "a ring: closed, one handle", uvp_shape_torus},
    {"cylinder", "a tube, open at both ends", uvp_shape_cylinder},
    {"cone", "a spire with a bottom", uvp_shape_cone},
    {"blob", "a level set of noisy balls: several parts, slivers", uvp_shape_blob},
    {"gyroid", "a level set with many handles", uvp_shape_gyroid},
    {"cad", "a plate with bosses and holes: hard edges, flat sides", uvp_shape_cad},
    {"soup", "triangles that share nothing", uvp_shape_soup},
    {"dirty", "copies, fins, flipped, degenerate and unreal faces", uvp_shape_dirty},
    {"quads", "a ring of four-cornered faces", uvp_shape_quads},
    {"ngon", "a sheet of polygons of up to 32 corners, some hollow", uvp_shape_ngon},
    {NULL, NULL, NULL},
};

const struct shape *shape_find(const char *name)
{
    for (const struct shape *shape = shapes; shape->name != NULL; shape++) {
        if (strcmp(shape->name, name) == 0) {
            return shape;
        }
    }
    return NULL;
}
