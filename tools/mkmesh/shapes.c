#include "tools/mkmesh/shapes.h"

#include <string.h>

const struct shape shapes[] = {
    {"cube", "a box of six flat sides", make_cube},
    {"grid", "a sheet with hills, open all around", make_grid},
    {"sphere", "of stacks and slices, with two poles", make_sphere},
    {"icosphere", "a sphere of nearly equal triangles", make_icosphere},
    {"torus", "a ring: closed, one handle", make_torus},
    {"cylinder", "a tube, open at both ends", make_cylinder},
    {"cone", "a spire with a bottom", make_cone},
    {"blob", "a level set of noisy balls: several parts, slivers", make_blob},
    {"gyroid", "a level set with many handles", make_gyroid},
    {"cad", "a plate with bosses and holes: hard edges, flat sides", make_cad},
    {"soup", "triangles that share nothing", make_soup},
    {"dirty", "copies, fins, flipped, degenerate and unreal faces", make_dirty},
    {"quads", "a ring of four-cornered faces", make_quads},
    {"ngon", "a sheet of polygons of up to 32 corners, some hollow", make_ngon},
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
