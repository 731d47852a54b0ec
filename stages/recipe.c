#include "stages/recipe.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COST_FIXED ((size_t)64 << 10)
#define COST_TRIANGLE ((size_t)320) /* draft, arrays, text, and the text in its archive */
#define FILE_TRIANGLE ((size_t)40)
#define HALVINGS 24

const char *uvp_made_format_name(enum uvp_made_format format)
{
    static const char *const names[UVP_MADE_FORMAT_COUNT] = {"obj", "ply", "glb", "stl", "off"};

    return (unsigned)format < UVP_MADE_FORMAT_COUNT ? names[format] : NULL;
}

const char *uvp_made_uvs_name(enum uvp_made_uvs uvs)
{
    static const char *const names[UVP_MADE_UVS_COUNT] = {"none", "cells", "planar",
                                                          "overlapping"};

    return (unsigned)uvs < UVP_MADE_UVS_COUNT ? names[uvs] : NULL;
}

bool uvp_made_format_has_uvs(enum uvp_made_format format)
{
    return format == UVP_MADE_OBJ || format == UVP_MADE_PLY || format == UVP_MADE_GLB;
}

/* As many between 100 and 1000 as between 1000 and 10000: halved by geometric means, so that no
 * logarithm is needed, whose last bit differs between libraries. */
static uint32_t pick_size(const struct uvp_making *making, struct uvp_prng *prng)
{
    const uint64_t bits = uvp_prng_bits(prng);
    double low = making->least_triangles;
    double high = making->most_triangles;

    if (making->least_triangles >= making->most_triangles) {
        return making->least_triangles;
    }
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = sqrt(low * high);

        if ((bits >> i & 1) != 0) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return (uint32_t)(low + 0.5);
}

struct uvp_recipe uvp_recipe_of(const struct uvp_making *making, uint64_t number)
{
    struct uvp_prng prng = {making->seed ^ number * UINT64_C(0xD6E8FEB86659FD93)};
    struct uvp_recipe recipe = {.shape = making->shapes[number % making->shape_count]};

    recipe.triangles = pick_size(making, &prng);
    recipe.seed = uvp_prng_bits(&prng);
    return recipe;
}

size_t uvp_recipe_name(const struct uvp_making *making, uint64_t number,
                       char name[UVP_RECIPE_NAME_BYTES])
{
    const char *const shape = making->shapes[number % making->shape_count]->name;

    (void)snprintf(name, UVP_RECIPE_NAME_BYTES, "%.16s/%.16s-%06llu.%s", shape, shape,
                   (unsigned long long)number, uvp_made_format_name(making->format));
    return strlen(name);
}

static size_t triangles_of(const struct uvp_recipe *recipe)
{
    return recipe->triangles < recipe->shape->least ? recipe->shape->least : recipe->triangles;
}

size_t uvp_recipe_cost_bytes(const struct uvp_recipe *recipe)
{
    return COST_FIXED + triangles_of(recipe) * COST_TRIANGLE;
}

size_t uvp_recipe_file_bytes(const struct uvp_recipe *recipe)
{
    return triangles_of(recipe) * FILE_TRIANGLE;
}
