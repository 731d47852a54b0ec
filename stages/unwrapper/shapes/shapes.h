/*
 * shapes.h -- meshes made from nothing but a size and a seed
 *
 * Why:     whoever tries a pipeline needs meshes of every kind and size, and the same ones
 *          again tomorrow and elsewhere.
 * Use:     uvp_shape_find by name, or walk uvp_shapes; uvp_shape_make into a draft.
 * Order:   the same shape, size and seed give the same mesh on every machine: nothing is used
 *          but + - * / and square roots.
 * Threads: pure functions over the caller's draft.
 */
#ifndef UVP_SHAPES_SHAPES_H
#define UVP_SHAPES_SHAPES_H

#include "stages/unwrapper/shapes/draft.h"
#include "stages/unwrapper/shapes/prng.h"

/* What is true of a shape, whatever its size and seed. */
enum uvp_shape_promise {
    UVP_SHAPE_CLOSED = 1,   /* every edge has two faces, which agree which side is outside */
    UVP_SHAPE_MANIFOLD = 2, /* no edge has more than two faces, and they agree */
    UVP_SHAPE_FINITE = 4,   /* every position is a number */
    UVP_SHAPE_SOUND = 8,    /* no face repeats a corner, and none is there twice */
};

#define UVP_SHAPE_GOOD                                                                         \
    (UVP_SHAPE_CLOSED | UVP_SHAPE_MANIFOLD | UVP_SHAPE_FINITE | UVP_SHAPE_SOUND)
#define UVP_SHAPE_OPEN (UVP_SHAPE_MANIFOLD | UVP_SHAPE_FINITE | UVP_SHAPE_SOUND)

/* Adds about `triangles` triangles; a polygon of n corners counts as n - 2. */
typedef void uvp_shape_maker(struct uvp_draft *draft, uint32_t triangles,
                             struct uvp_prng *prng);

struct uvp_shape_kind {
    const char *name;
    const char *summary;
    uvp_shape_maker *make;
    uint32_t least;    /* triangles: fewer are not asked of it */
    uint32_t each;     /* it has k * k times so many, k whole; 0: nearly any number */
    unsigned promises; /* uvp_shape_promise bits */
};

/* All shapes; ends with a NULL name. */
extern const struct uvp_shape_kind uvp_shapes[];

const struct uvp_shape_kind *uvp_shape_find(const char *name);

/* The nearest there is to `triangles`. draft->error says how it went. */
void uvp_shape_make(const struct uvp_shape_kind *shape, struct uvp_draft *draft,
                    uint32_t triangles, uint64_t seed);

/* Moves every vertex by up to about `part` of the box's longest side, as a function of where it
 * is alone: what was one place stays one. */
void uvp_shape_roughen(struct uvp_draft *draft, double part, uint64_t seed);

/* ---- shapes_round.c ---- */

uvp_shape_maker uvp_shape_cube;
uvp_shape_maker uvp_shape_grid;
uvp_shape_maker uvp_shape_plane;
uvp_shape_maker uvp_shape_sphere;
uvp_shape_maker uvp_shape_icosphere;
uvp_shape_maker uvp_shape_torus;
uvp_shape_maker uvp_shape_quads;
uvp_shape_maker uvp_shape_cylinder;
uvp_shape_maker uvp_shape_can;
uvp_shape_maker uvp_shape_cone;

/* ---- shapes_level.c ---- */

uvp_shape_maker uvp_shape_blob;
uvp_shape_maker uvp_shape_gyroid;
uvp_shape_maker uvp_shape_noisy;

/* ---- shapes_plate.c ---- */

uvp_shape_maker uvp_shape_cad;
uvp_shape_maker uvp_shape_bracket;
uvp_shape_maker uvp_shape_ngon;

/* ---- shapes_gear.c ---- */

uvp_shape_maker uvp_shape_gear;

/* ---- shapes_foul.c ---- */

uvp_shape_maker uvp_shape_soup;
uvp_shape_maker uvp_shape_dirty;
uvp_shape_maker uvp_shape_flipped;
uvp_shape_maker uvp_shape_doubled;
uvp_shape_maker uvp_shape_degenerate;
uvp_shape_maker uvp_shape_fans;
uvp_shape_maker uvp_shape_cracks;
uvp_shape_maker uvp_shape_holes;
uvp_shape_maker uvp_shape_unreal;
uvp_shape_maker uvp_shape_loose;

#endif
