/*
 * recipe.h -- members that are made, not read: which shape, how large, from which seed
 *
 * Why:     the reader admits a member by its recipe alone; whichever worker gets it makes the
 *          same one.
 * Order:   a recipe is a function of the settings and the member's number.
 * Threads: pure functions.
 */
#ifndef UVP_STAGES_RECIPE_H
#define UVP_STAGES_RECIPE_H

#include "stages/unwrapper/shapes/shapes.h"

enum uvp_made_format {
    UVP_MADE_OBJ = 0,
    UVP_MADE_PLY,
    UVP_MADE_GLB,
    UVP_MADE_STL,
    UVP_MADE_OFF,
    UVP_MADE_FORMAT_COUNT
};

enum uvp_made_uvs {
    UVP_MADE_BARE = 0,    /* none */
    UVP_MADE_CELLS,       /* right, if no more: each face in a cell of its own */
    UVP_MADE_PLANAR,      /* seen from above: what lies below lies on what lies above */
    UVP_MADE_OVERLAPPING, /* all faces on one place */
    UVP_MADE_UVS_COUNT
};

/* What a run makes. */
struct uvp_making {
    const struct uvp_shape_kind *const *shapes; /* in turn */
    uint32_t shape_count;
    uint64_t count; /* members */
    uint32_t least_triangles;
    uint32_t most_triangles; /* between the two, small ones as often as large ones */
    uint64_t seed;
    enum uvp_made_format format;
    enum uvp_made_uvs uvs;
    double noise; /* uvp_shape_roughen's part; 0: none */
};

struct uvp_recipe {
    const struct uvp_shape_kind *shape;
    uint32_t triangles;
    uint64_t seed;
};

#define UVP_RECIPE_NAME_BYTES 64

const char *uvp_made_format_name(enum uvp_made_format format); /* "obj"; NULL beyond the last */
const char *uvp_made_uvs_name(enum uvp_made_uvs uvs);          /* "none"; likewise */
bool uvp_made_format_has_uvs(enum uvp_made_format format);

struct uvp_recipe uvp_recipe_of(const struct uvp_making *making, uint64_t number);

/* "torus/torus-000012.obj", with its NUL; returns its length. */
size_t uvp_recipe_name(const struct uvp_making *making, uint64_t number,
                       char name[UVP_RECIPE_NAME_BYTES]);

/* About what making and encoding it takes, and how large the file will be. */
size_t uvp_recipe_cost_bytes(const struct uvp_recipe *recipe);
size_t uvp_recipe_file_bytes(const struct uvp_recipe *recipe);

#endif
