/*
 * Corners whose UV is not the one their vertex has are few. They are sorted by vertex (by
 * counting), and among the corners of one vertex each UV remembers the copy it made.
 */
#include "formats/mesh/split.h"

#include <string.h>

#define CORNERS_PER_POLL UINT32_C(65536)

struct splitting {
    const struct uvp_mesh *mesh;
    const struct uvp_mesh_uvs *uvs;
    struct uvp_stop *stop;
    uint32_t corners;
    uint32_t *vertex_uv; /* room for vertices and, later, copies */
    uint32_t *corner_vertex;
    uint32_t *odd_start; /* of each vertex, in `odd`; vertex_count + 1 entries */
    uint32_t odd_count;
    uint32_t *odd;         /* corners with another UV than their vertex, by vertex */
    uint32_t *copy_of_uv;  /* the vertex that the UV last made ... */
    uint32_t *copied_from; /* ... and of which vertex it is a copy */
};

static enum uvp_code poll(const struct splitting *splitting, uint32_t i, struct uvp_error *err)
{
    return i % CORNERS_PER_POLL == 0 ? uvp_stop_poll(splitting->stop, err) : UVP_OK;
}

/* First come, first served; counts the others at their vertex. */
static enum uvp_code assign_first(struct splitting *splitting, struct uvp_error *err)
{
    const uint32_t *const corner_uv = splitting->uvs->corner_uv;

    for (uint32_t c = 0; c < splitting->corners; c++) {
        const uint32_t vertex = splitting->mesh->corner_vertex[c];
        uint32_t *const first = &splitting->vertex_uv[vertex];

        UVP_TRY(poll(splitting, c, err));
        if (corner_uv[c] >= splitting->uvs->uv_count) {
            return uvp_fail(err, UVP_BUG, c, "corner %u has no UV", c);
        }
        if (*first == UVP_MESH_NO_UV) {
            *first = corner_uv[c];
        }
        splitting->corner_vertex[c] = vertex;
        if (*first != corner_uv[c]) {
            splitting->odd_start[vertex + 1]++;
            splitting->odd_count++;
        }
    }
    return UVP_OK;
}

static enum uvp_code sort_others(struct splitting *splitting, struct uvp_error *err)
{
    const uint32_t *const corner_uv = splitting->uvs->corner_uv;
    uint32_t *const start = splitting->odd_start;

    for (uint32_t v = 0; v < splitting->mesh->vertex_count; v++) {
        start[v + 1] += start[v];
    }
    for (uint32_t c = 0; c < splitting->corners; c++) {
        const uint32_t vertex = splitting->mesh->corner_vertex[c];

        UVP_TRY(poll(splitting, c, err));
        if (splitting->vertex_uv[vertex] != corner_uv[c]) {
            splitting->odd[start[vertex]++] = c;
        }
    }
    return UVP_OK;
}

/* The corners in `odd` come vertex by vertex: a UV's last copy is of this vertex or of none. */
static enum uvp_code make_copies(struct splitting *splitting, uint32_t *added, uint32_t *count,
                                 struct uvp_error *err)
{
    const uint32_t *const corner_uv = splitting->uvs->corner_uv;
    const uint32_t vertices = splitting->mesh->vertex_count;

    for (uint32_t i = 0; i < splitting->odd_count; i++) {
        const uint32_t corner = splitting->odd[i];
        const uint32_t vertex = splitting->mesh->corner_vertex[corner];
        const uint32_t uv = corner_uv[corner];

        UVP_TRY(poll(splitting, i, err));
        if (splitting->copied_from[uv] != vertex) {
            if (vertices + *count >= INT32_MAX) {
                return uvp_fail(err, UVP_LIMIT, 0, "more than %d vertices", INT32_MAX);
            }
            splitting->copied_from[uv] = vertex;
            splitting->copy_of_uv[uv] = vertices + *count;
            splitting->vertex_uv[vertices + *count] = uv;
            added[(*count)++] = vertex;
        }
        splitting->corner_vertex[corner] = splitting->copy_of_uv[uv];
    }
    return UVP_OK;
}

static enum uvp_code take_first(struct splitting *splitting, struct uvp_arena *arena,
                                struct uvp_error *err)
{
    const size_t vertices = splitting->mesh->vertex_count;

    splitting->corner_vertex = UVP_ARENA_ARRAY(arena, uint32_t, splitting->corners);
    splitting->vertex_uv = UVP_ARENA_ARRAY(arena, uint32_t, vertices);
    splitting->odd_start = UVP_ARENA_ARRAY(arena, uint32_t, vertices + 1);
    if (splitting->corner_vertex == NULL || splitting->vertex_uv == NULL ||
        splitting->odd_start == NULL) {
        return uvp_fail_memory(err, 4 * (splitting->corners + 2 * vertices + 1));
    }
    memset(splitting->vertex_uv, 0xff, 4 * vertices);
    memset(splitting->odd_start, 0, 4 * (vertices + 1));
    return UVP_OK;
}

static enum uvp_code take_rest(struct splitting *splitting, struct uvp_arena *arena,
                               uint32_t **added, struct uvp_error *err)
{
    const size_t vertices = splitting->mesh->vertex_count;
    const size_t uvs = splitting->uvs->uv_count;
    uint32_t *const vertex_uv =
        UVP_ARENA_ARRAY(arena, uint32_t, vertices + splitting->odd_count);

    *added = UVP_ARENA_ARRAY(arena, uint32_t, splitting->odd_count);
    splitting->odd = UVP_ARENA_ARRAY(arena, uint32_t, splitting->odd_count);
    splitting->copy_of_uv = UVP_ARENA_ARRAY(arena, uint32_t, uvs);
    splitting->copied_from = UVP_ARENA_ARRAY(arena, uint32_t, uvs);
    if (vertex_uv == NULL || *added == NULL || splitting->odd == NULL ||
        splitting->copy_of_uv == NULL || splitting->copied_from == NULL) {
        return uvp_fail_memory(err,
                               4 * (vertices + 3 * (size_t)splitting->odd_count + 2 * uvs));
    }
    memcpy(vertex_uv, splitting->vertex_uv, 4 * vertices);
    splitting->vertex_uv = vertex_uv;
    memset(splitting->copied_from, 0xff, 4 * uvs);
    return UVP_OK;
}

enum uvp_code uvp_split_make(const struct uvp_mesh *mesh, const struct uvp_mesh_uvs *uvs,
                             struct uvp_arena *arena, struct uvp_stop *stop,
                             struct uvp_split *split, struct uvp_error *err)
{
    struct splitting splitting = {
        .mesh = mesh,
        .uvs = uvs,
        .stop = stop,
        .corners = mesh->corner_start[mesh->polygon_count],
    };
    uint32_t *added = NULL;
    uint32_t count = 0;

    UVP_TRY(take_first(&splitting, arena, err));
    UVP_TRY(assign_first(&splitting, err));
    if (splitting.odd_count != 0) {
        UVP_TRY(take_rest(&splitting, arena, &added, err));
        UVP_TRY(sort_others(&splitting, err));
        UVP_TRY(make_copies(&splitting, added, &count, err));
    }
    split->vertex_count = mesh->vertex_count;
    split->added_count = count;
    split->added_vertex = added;
    split->vertex_uv = splitting.vertex_uv;
    split->corner_vertex = splitting.corner_vertex;
    return UVP_OK;
}
