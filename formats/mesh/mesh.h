/*
 * mesh.h -- the mesh: plain arrays that every format decodes to
 *
 * Shape:   polygons of any size. Polygon p has the corners corner_start[p] up to, not
 *          including, corner_start[p + 1]; corner c is vertex corner_vertex[c].
 * Owner:   all arrays live in the arena the mesh was decoded into.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_MESH_MESH_H
#define UVP_FORMATS_MESH_MESH_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

#define UVP_MESH_NO_UV UINT32_MAX

struct uvp_mesh {
    const float *positions; /* 3 * vertex_count; NaN and infinity possible */
    uint32_t vertex_count;
    const uint32_t *corner_start; /* polygon_count + 1 entries, corner_start[0] == 0 */
    uint32_t polygon_count;
    const uint32_t *corner_vertex; /* corner_start[polygon_count] entries, all in range */
    bool has_uvs;                  /* some polygon has texture coordinates already */
    /* Only when they were asked for and are there; else NULL. */
    const float *old_uv; /* 2 * old_uv_count, v up; NaN and infinity possible */
    uint32_t old_uv_count;
    const uint32_t *corner_uv;     /* one per corner; UVP_MESH_NO_UV: this one has none */
    const uint32_t *polygon_group; /* number of its material; equal for equal names */
};

/*
 * What a file holds: one mesh, or several (glTF), each of which gets an atlas of its own. What
 * is in the file and is no mesh to be unwrapped (points, lines) is in none of them.
 */
struct uvp_model {
    struct uvp_mesh *meshes;
    uint32_t mesh_count;  /* at least 1 after a decoder's UVP_OK */
    const char *note;     /* worth telling about the file, in one line; NULL: nothing */
    void *format_private; /* what the format's encoder needs; same arena */
};

/* UVs to write into a mesh: every corner has one, unless the mesh is to be left as it is. */
struct uvp_mesh_uvs {
    const float *uv; /* 2 * uv_count, in [0,1] (or, on several pages, its UDIM tile), v up;
                        NULL: nothing is written into this mesh */
    uint32_t uv_count;
    const uint32_t *corner_uv; /* one per corner of the mesh, each < uv_count */
    bool is_u16;               /* all values are k / 65535, rounded to float32 */
};

/* Triangles over the corners of a mesh, polygon by polygon. */
struct uvp_mesh_triangles {
    const uint32_t *corners; /* 3 * count corner numbers */
    uint32_t count;
    const uint32_t *polygon; /* polygon of each triangle, non-decreasing; NULL when every
                                polygon is a triangle and triangle t is polygon t */
};

/*
 * Triangulates every polygon: convex ones as a fan, others by ear clipping in the polygon's
 * own plane, with a bound on the work; polygons of fewer than 3 corners give no triangle, all
 * others corners - 2. `scratch` is left as it was, unless it is `keep`.
 *
 * Owner:   the triangles lie in `keep`.
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_LIMIT, UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code
uvp_mesh_triangulate(const struct uvp_mesh *mesh, struct uvp_arena *keep,
                     struct uvp_arena *scratch, struct uvp_stop *stop,
                     struct uvp_mesh_triangles *triangles, struct uvp_error *err);

/* A model of one empty mesh, in the arena; NULL when memory is out. */
struct uvp_mesh *uvp_model_single(struct uvp_model *model, struct uvp_arena *arena);

/* True when every index is in range and the ranges are in order: for tests and asserts. */
bool uvp_mesh_is_valid(const struct uvp_mesh *mesh);

#endif
