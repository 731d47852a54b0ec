/*
 * shapes.h -- the shapes that can be made
 *
 * Use:     shape_find by name; call its `make` with the wanted number of triangles.
 * Order:   the same shape, size and seed give the same mesh.
 */
#ifndef UVP_TOOLS_MKMESH_SHAPES_H
#define UVP_TOOLS_MKMESH_SHAPES_H

#include "tools/mkmesh/draft.h"
#include "tools/mkmesh/prng.h"

struct shape {
    const char *name;
    const char *summary;
    /* Adds about `triangles` triangles; a polygon of n corners counts as n-2. */
    void (*make)(struct draft *draft, uint32_t triangles, struct prng *prng);
};

/* All shapes; ends with a NULL name. */
extern const struct shape shapes[];

const struct shape *shape_find(const char *name);

/* shapes_round.c */
void make_cube(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_grid(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_sphere(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_icosphere(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_torus(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_quads(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_cylinder(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_cone(struct draft *draft, uint32_t triangles, struct prng *prng);
/* shapes_level.c */
void make_blob(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_gyroid(struct draft *draft, uint32_t triangles, struct prng *prng);
/* shapes_plate.c */
void make_cad(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_ngon(struct draft *draft, uint32_t triangles, struct prng *prng);
/* shapes_foul.c */
void make_soup(struct draft *draft, uint32_t triangles, struct prng *prng);
void make_dirty(struct draft *draft, uint32_t triangles, struct prng *prng);

#endif
