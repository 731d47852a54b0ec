/*
 * write.h -- new files from decoded meshes and their UVs
 *
 * Why:     some formats have no room for UVs, and some can be read but not patched: a new file
 *          holds what they hold and the UVs.
 * Use:     uvp_write_companion from an encoder; the writers one by one where meshes are made
 *          from nothing, and in tests.
 * Owner:   everything is borrowed; what is needed besides is taken from the arena.
 * Threads: confined.
 * Limits:  the ceiling of the buffer. Only positions, polygons and UVs are written: names,
 *          materials and the like are no part of the mesh.
 */
#ifndef UVP_FORMATS_MESH_WRITE_H
#define UVP_FORMATS_MESH_WRITE_H

#include "formats/mesh/format.h"

#define UVP_WRITING_NONE UINT32_MAX

/* Where a mesh stands, of a file that has it there. */
struct uvp_writing_node {
    uint32_t parent; /* a node before this one, or UVP_WRITING_NONE */
    uint32_t mesh;   /* of the model, or UVP_WRITING_NONE */
    bool is_moved;   /* else the rest is not looked at */
    float translation[3];
    float rotation[4]; /* quaternion of length 1: x, y, z, w */
    float scale[3];
};

/* What is to be written; zero for all but the first two is the usual. */
struct uvp_writing {
    const struct uvp_model *model;
    /* One for each mesh. Where uv is NULL the mesh's old UVs are written, when they were read
       and every corner has one. */
    const struct uvp_mesh_uvs *uvs;
    enum uvp_uv_type uv_type; /* GLB */
    /* What positions are relative to, or NULL. PLY has doubles then, GLB nodes that are moved;
       OBJ adds it, which loses digits, unless the lines are spelled. */
    const float *origin;
    /* GLB: no mesh stands anywhere else; NULL: each once, at the origin. */
    const struct uvp_writing_node *nodes;
    uint32_t node_count;
    /* OBJ: the `v` lines of all vertices as they are to be, or empty. */
    struct uvp_span spelled;
};

/*
 * Every vertex and every polygon in its order, polygon for polygon; coordinates in the fewest
 * digits that give back the same float32. With several meshes each begins with an `o` line.
 *
 * Returns: UVP_OK, UVP_LIMIT, UVP_CANCELLED, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_write_obj(const struct uvp_writing *writing,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_buf *out, struct uvp_error *err);

/*
 * Binary, little-endian: x y z s t (x y z alone when no mesh has UVs), and polygons. Vertices
 * where charts meet are there more than once, the copies behind all others (split.h); several
 * meshes stand one behind the other.
 */
UVP_MUST_USE enum uvp_code uvp_write_ply(const struct uvp_writing *writing,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_buf *out, struct uvp_error *err);

/*
 * glTF 2.0 in one file: a node and a mesh of triangles for each mesh that has any, V turned
 * over. What glTF does not allow is left out: triangles with a coordinate that is no number.
 *
 * Returns: as above, and
 *          UVP_UNSUPPORTED  no triangle is left
 */
UVP_MUST_USE enum uvp_code uvp_write_glb(const struct uvp_writing *writing,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_buf *out, struct uvp_error *err);

/*
 * Binary STL: triangles, with no UVs, for there is no room for them.
 *
 * Returns: as uvp_write_obj
 */
UVP_MUST_USE enum uvp_code uvp_write_stl(const struct uvp_writing *writing,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_buf *out, struct uvp_error *err);

/* OFF: polygons, likewise without UVs. */
UVP_MUST_USE enum uvp_code uvp_write_off(const struct uvp_writing *writing,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_buf *out, struct uvp_error *err);

/* Writes the side of a product in the format asked for, and sets its suffix. */
UVP_MUST_USE enum uvp_code uvp_write_companion(const struct uvp_writing *writing,
                                               enum uvp_companion format,
                                               struct uvp_arena *arena, struct uvp_stop *stop,
                                               struct uvp_product *product,
                                               struct uvp_error *err);

/*
 * What is written into mesh `m`: the UVs given, or the old ones; uv is NULL when there are none
 * for every corner. For the writers.
 */
struct uvp_mesh_uvs uvp_writing_uvs(const struct uvp_writing *writing, uint32_t m);

#endif
