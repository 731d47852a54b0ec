/* A binary STL: 80 bytes of header, the count, then for each triangle a normal, three corners
 * and an unused word. Room is taken once. */
#include <math.h>

#include "formats/mesh/little_endian.h"
#include "formats/mesh/write.h"

#define HEADER_BYTES ((size_t)84)
#define FACET_BYTES ((size_t)50)
#define ITEMS_PER_POLL UINT32_C(16384)

struct stl_writing {
    const struct uvp_writing *writing;
    struct uvp_arena *arena;
    struct uvp_stop *stop;
    struct uvp_buf *out;
    uint64_t facets;
};

/* Of length 1, or 0 for a triangle without a side that could be seen: then programs work it out
 * for themselves. */
static void find_normal(const float *corner[3], float normal[3])
{
    double a[3];
    double b[3];
    double cross[3];
    double length;

    for (int k = 0; k < 3; k++) {
        a[k] = (double)corner[1][k] - (double)corner[0][k];
        b[k] = (double)corner[2][k] - (double)corner[0][k];
    }
    for (int k = 0; k < 3; k++) {
        const int u = (k + 1) % 3;
        const int v = (k + 2) % 3;
        cross[k] = a[u] * b[v] - a[v] * b[u];
    }
    length = sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]);
    for (int k = 0; k < 3; k++) {
        normal[k] = length > 0 && isfinite(length) ? (float)(cross[k] / length) : 0.0F;
    }
}

static unsigned char *put_facet(const struct stl_writing *stl, const struct uvp_mesh *mesh,
                                const uint32_t *corners, unsigned char *to)
{
    const float *const origin = stl->writing->origin;
    const float *corner[3];
    float normal[3];

    for (int k = 0; k < 3; k++) {
        corner[k] = mesh->positions + 3 * (size_t)mesh->corner_vertex[corners[k]];
    }
    find_normal(corner, normal);
    for (int k = 0; k < 3; k++) {
        to = uvp_le_put_float(to, normal[k]);
    }
    for (int c = 0; c < 3; c++) {
        for (int k = 0; k < 3; k++) {
            to = uvp_le_put_float(to, origin == NULL ? corner[c][k] : corner[c][k] + origin[k]);
        }
    }
    return uvp_le_put16(to, 0);
}

static enum uvp_code write_mesh(struct stl_writing *stl, const struct uvp_mesh *mesh,
                                struct uvp_error *err)
{
    struct uvp_mesh_triangles triangles;
    struct uvp_buf *const out = stl->out;

    UVP_TRY(uvp_mesh_triangulate(mesh, stl->arena, stl->arena, stl->stop, &triangles, err));
    stl->facets += triangles.count;
    if (stl->facets > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "more triangles than an STL file can count");
    }
    UVP_TRY(uvp_buf_reserve_exact(out, triangles.count * FACET_BYTES, err));
    for (uint32_t t = 0; t < triangles.count; t++) {
        if (t % ITEMS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stl->stop, err));
        }
        (void)put_facet(stl, mesh, triangles.corners + 3 * (size_t)t, out->data + out->bytes);
        out->bytes += FACET_BYTES;
    }
    return UVP_OK;
}

enum uvp_code uvp_write_stl(const struct uvp_writing *writing, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    struct stl_writing stl = {.writing = writing, .arena = arena, .stop = stop, .out = out};
    const size_t at = out->bytes + HEADER_BYTES - 4;

    UVP_TRY(uvp_buf_reserve(out, HEADER_BYTES, err));
    memset(out->data + out->bytes, 0, HEADER_BYTES);
    memcpy(out->data + out->bytes, "binary STL", 10);
    out->bytes += HEADER_BYTES;
    for (uint32_t m = 0; m < writing->model->mesh_count; m++) {
        UVP_TRY(write_mesh(&stl, &writing->model->meshes[m], err));
    }
    (void)uvp_le_put32(out->data + at, (uint32_t)stl.facets);
    return UVP_OK;
}
