/*
 * Items of the caller are read with memcpy: a stride need not keep them aligned. What is
 * aligned and without gaps is not read at all, but lent.
 */
#include "stages/library/geometry.h"

#include <math.h>
#include <string.h>

#define POLYGON_CORNERS_MOST (UINT32_C(1) << 20) /* as in files */

/* The caller's array and where item i of it lies. */
struct column {
    const unsigned char *data;
    size_t stride_bytes;
};

static const unsigned char *item_at(const struct column *column, size_t i)
{
    return column->data + i * column->stride_bytes;
}

static bool can_lend(const struct column *column, size_t item_bytes, size_t alignment)
{
    return column->stride_bytes == item_bytes && (uintptr_t)column->data % alignment == 0;
}

static enum uvp_code open_column(const void *data, size_t stride_bytes, size_t item_bytes,
                                 const char *name, struct column *column, struct uvp_error *err)
{
    column->data = data;
    column->stride_bytes = stride_bytes != 0 ? stride_bytes : item_bytes;
    if (data == NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "geometry.%s is NULL", name);
    }
    if (column->stride_bytes < item_bytes) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "geometry.%s: a stride of %zu bytes for items of %zu", name,
                        stride_bytes, item_bytes);
    }
    return UVP_OK;
}

static enum uvp_code judge_count(uint32_t count, const char *name, struct uvp_error *err)
{
    return count <= UVP_MESH_COUNT_MOST
               ? UVP_OK
               : uvp_fail(err, UVP_LIMIT, count, "geometry.%s: at most 2^31 - 1", name);
}

static enum uvp_code take(struct uvp_call *call, size_t count, size_t each, void **array,
                          struct uvp_error *err)
{
    *array = uvp_arena_take(&call->keep, count, each);
    return *array != NULL ? UVP_OK : uvp_fail_memory(err, count * each);
}

/* ---- positions ---- */

static void read_doubles(const struct column *column, uint32_t i, double to[3])
{
    memcpy(to, item_at(column, i), 3 * sizeof *to);
}

static bool fits_float(double value)
{
    return isnan(value) || (double)(float)value == value;
}

/*
 * Where the middle of the mesh is, when float cannot hold all positions: then only distances
 * from there are rounded, and far from the origin much is gained. All zero when it can.
 */
static enum uvp_code find_middle(const struct column *column, uint32_t count,
                                 struct uvp_call *call, double middle[3], struct uvp_error *err)
{
    double low[3] = {HUGE_VAL, HUGE_VAL, HUGE_VAL};
    double high[3] = {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL};
    bool fits = true;

    memset(middle, 0, 3 * sizeof *middle);
    for (uint32_t i = 0; i < count; i++) {
        double at[3];

        UVP_TRY(uvp_call_poll(call, i, err));
        read_doubles(column, i, at);
        for (int axis = 0; axis < 3; axis++) {
            fits = fits && fits_float(at[axis]);
            low[axis] = isfinite(at[axis]) ? fmin(low[axis], at[axis]) : low[axis];
            high[axis] = isfinite(at[axis]) ? fmax(high[axis], at[axis]) : high[axis];
        }
    }
    for (int axis = 0; axis < 3 && !fits; axis++) {
        middle[axis] = low[axis] <= high[axis] ? low[axis] / 2 + high[axis] / 2 : 0;
    }
    return UVP_OK;
}

static enum uvp_code lend_doubles(const struct uvp_geometry *geometry, struct uvp_call *call,
                                  struct uvp_mesh *mesh, struct uvp_error *err)
{
    struct column column;
    double middle[3];
    void *array;
    float *to;

    UVP_TRY(open_column(geometry->positions, geometry->position_stride_bytes,
                        3 * sizeof(double), "positions", &column, err));
    UVP_TRY(take(call, geometry->vertex_count, 3 * sizeof(float), &array, err));
    UVP_TRY(find_middle(&column, geometry->vertex_count, call, middle, err));
    to = array;
    for (uint32_t i = 0; i < geometry->vertex_count; i++) {
        double at[3];

        UVP_TRY(uvp_call_poll(call, i, err));
        read_doubles(&column, i, at);
        for (size_t axis = 0; axis < 3; axis++) {
            to[3 * (size_t)i + axis] = (float)(at[axis] - middle[axis]);
        }
    }
    mesh->positions = to;
    return UVP_OK;
}

/* `count` items of `floats` floats each, without gaps. */
static enum uvp_code lend_floats(const struct column *column, uint32_t count, size_t floats,
                                 struct uvp_call *call, const float **to, struct uvp_error *err)
{
    const size_t item_bytes = floats * sizeof(float);
    void *array;

    if (can_lend(column, item_bytes, sizeof(float))) {
        *to = (const float *)(const void *)column->data;
        return UVP_OK;
    }
    UVP_TRY(take(call, count, item_bytes, &array, err));
    for (uint32_t i = 0; i < count; i++) {
        UVP_TRY(uvp_call_poll(call, i, err));
        memcpy((unsigned char *)array + i * item_bytes, item_at(column, i), item_bytes);
    }
    *to = array;
    return UVP_OK;
}

static enum uvp_code lend_positions(const struct uvp_geometry *geometry, struct uvp_call *call,
                                    struct uvp_mesh *mesh, struct uvp_error *err)
{
    struct column column;

    UVP_TRY(judge_count(geometry->vertex_count, "vertex_count", err));
    mesh->vertex_count = geometry->vertex_count;
    if (geometry->position_type == UVP_POSITION_DOUBLE) {
        return lend_doubles(geometry, call, mesh, err);
    }
    if (geometry->position_type != UVP_POSITION_FLOAT) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "geometry.position_type: expected an enum uvp_position_type");
    }
    UVP_TRY(open_column(geometry->positions, geometry->position_stride_bytes, 3 * sizeof(float),
                        "positions", &column, err));
    return lend_floats(&column, geometry->vertex_count, 3, call, &mesh->positions, err);
}

/* ---- corners ---- */

static enum uvp_code number_corners(uint32_t corners, struct uvp_call *call,
                                    const uint32_t **numbers, struct uvp_error *err)
{
    void *array;
    uint32_t *to;

    UVP_TRY(take(call, corners, sizeof *to, &array, err));
    to = array;
    for (uint32_t c = 0; c < corners; c++) {
        to[c] = c;
    }
    *numbers = to;
    return UVP_OK;
}

static enum uvp_code widen(const void *from, uint32_t corners, struct uvp_call *call,
                           const uint32_t **numbers, struct uvp_error *err)
{
    void *array;
    uint32_t *to;

    UVP_TRY(take(call, corners, sizeof *to, &array, err));
    to = array;
    for (uint32_t c = 0; c < corners; c++) {
        uint16_t narrow;

        UVP_TRY(uvp_call_poll(call, c, err));
        memcpy(&narrow, (const unsigned char *)from + (size_t)2 * c, sizeof narrow);
        to[c] = narrow;
    }
    *numbers = to;
    return UVP_OK;
}

static enum uvp_code lend_numbers(const void *from, uint32_t corners, struct uvp_call *call,
                                  const uint32_t **numbers, struct uvp_error *err)
{
    void *array;

    if ((uintptr_t)from % _Alignof(uint32_t) == 0) {
        *numbers = from;
        return UVP_OK;
    }
    UVP_TRY(take(call, corners, sizeof **numbers, &array, err));
    memcpy(array, from, (size_t)4 * corners);
    *numbers = array;
    return UVP_OK;
}

static enum uvp_code judge_indices(const uint32_t *numbers, uint32_t corners, uint32_t count,
                                   uint32_t none, const char *name, struct uvp_call *call,
                                   struct uvp_error *err)
{
    for (uint32_t c = 0; c < corners; c++) {
        UVP_TRY(uvp_call_poll(call, c, err));
        if (numbers[c] >= count && (none == 0 || numbers[c] != none)) {
            return uvp_fail(err, UVP_BAD_DATA, c, "geometry.%s: corner %u: index %u of %u",
                            name, (unsigned)c, (unsigned)numbers[c], (unsigned)count);
        }
    }
    return UVP_OK;
}

static enum uvp_code lend_indices(const struct uvp_geometry *geometry, uint32_t corners,
                                  struct uvp_call *call, struct uvp_mesh *mesh,
                                  struct uvp_error *err)
{
    const uint32_t **const to = &mesh->corner_vertex;

    if (geometry->index_type != UVP_INDEX_UINT32 && geometry->index_type != UVP_INDEX_UINT16) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "geometry.index_type: expected an enum uvp_index_type");
    }
    if (geometry->indices == NULL) {
        UVP_TRY(number_corners(corners, call, to, err));
    } else if (geometry->index_type == UVP_INDEX_UINT16) {
        UVP_TRY(widen(geometry->indices, corners, call, to, err));
    } else {
        UVP_TRY(lend_numbers(geometry->indices, corners, call, to, err));
    }
    return judge_indices(*to, corners, mesh->vertex_count, 0, "indices", call, err);
}

/* ---- faces ---- */

static enum uvp_code count_faces(const struct uvp_geometry *geometry, uint32_t corners,
                                 uint32_t *faces, struct uvp_error *err)
{
    *faces = geometry->face_corners != NULL ? geometry->face_count : corners / 3;
    if (geometry->face_corners == NULL &&
        (corners % 3 != 0 || (geometry->face_count != 0 && geometry->face_count != *faces))) {
        return uvp_fail(err, UVP_BAD_DATA, corners, "geometry: %u corners are no triangles",
                        (unsigned)corners);
    }
    return judge_count(*faces, "face_count", err);
}

static enum uvp_code lend_faces(const struct uvp_geometry *geometry, uint32_t corners,
                                struct uvp_call *call, struct uvp_mesh *mesh,
                                struct uvp_error *err)
{
    uint64_t sum = 0;
    uint32_t *start;
    void *array;

    UVP_TRY(count_faces(geometry, corners, &mesh->polygon_count, err));
    UVP_TRY(take(call, (size_t)mesh->polygon_count + 1, sizeof *start, &array, err));
    start = array;
    for (uint32_t f = 0; f < mesh->polygon_count; f++) {
        const uint32_t size = geometry->face_corners != NULL ? geometry->face_corners[f] : 3;

        UVP_TRY(uvp_call_poll(call, f, err));
        if (size > POLYGON_CORNERS_MOST) {
            return uvp_fail(err, UVP_LIMIT, f,
                            "geometry.face_corners: face %u has %u, %u is most", (unsigned)f,
                            (unsigned)size, (unsigned)POLYGON_CORNERS_MOST);
        }
        start[f] = (uint32_t)sum;
        sum += size;
        if (sum > corners) {
            return uvp_fail(
                err, UVP_BAD_DATA, f,
                "geometry.face_corners: at face %u they are more than the %u corners",
                (unsigned)f, (unsigned)corners);
        }
    }
    if (sum != corners) {
        return uvp_fail(err, UVP_BAD_DATA, mesh->polygon_count,
                        "geometry.face_corners: they are %u of %u corners", (unsigned)sum,
                        (unsigned)corners);
    }
    start[mesh->polygon_count] = corners;
    mesh->corner_start = start;
    mesh->polygon_group = geometry->face_materials;
    return UVP_OK;
}

/* ---- UVs ---- */

static enum uvp_code lend_uvs(const struct uvp_geometry *geometry, uint32_t corners,
                              struct uvp_call *call, struct uvp_mesh *mesh,
                              struct uvp_error *err)
{
    struct column column;

    if (geometry->uvs == NULL) {
        return UVP_OK;
    }
    mesh->old_uv_count = geometry->uv_indices != NULL ? geometry->uv_count : corners;
    if (geometry->uv_indices == NULL && geometry->uv_count != 0 &&
        geometry->uv_count != corners) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "geometry: %u UVs for %u corners",
                        (unsigned)geometry->uv_count, (unsigned)corners);
    }
    UVP_TRY(judge_count(mesh->old_uv_count, "uv_count", err));
    UVP_TRY(open_column(geometry->uvs, geometry->uv_stride_bytes, 2 * sizeof(float), "uvs",
                        &column, err));
    UVP_TRY(lend_floats(&column, mesh->old_uv_count, 2, call, &mesh->old_uv, err));
    if (geometry->uv_indices == NULL) {
        UVP_TRY(number_corners(corners, call, &mesh->corner_uv, err));
    } else {
        UVP_TRY(lend_numbers(geometry->uv_indices, corners, call, &mesh->corner_uv, err));
    }
    mesh->has_uvs = true;
    return judge_indices(mesh->corner_uv, corners, mesh->old_uv_count, UVP_NO_UV, "uv_indices",
                         call, err);
}

/* ---- all of it ---- */

enum uvp_code uvp_geometry_lend(const struct uvp_geometry *geometry, struct uvp_call *call,
                                struct uvp_mesh *mesh, struct uvp_error *err)
{
    struct uvp_geometry own;
    uint32_t corners;

    memset(mesh, 0, sizeof *mesh);
    UVP_TRY(uvp_call_read(&own, sizeof own, geometry, "geometry", err));
    corners =
        own.indices == NULL && own.corner_count == 0 ? own.vertex_count : own.corner_count;
    UVP_TRY(judge_count(corners, "corner_count", err));
    UVP_TRY(lend_positions(&own, call, mesh, err));
    UVP_TRY(lend_indices(&own, corners, call, mesh, err));
    UVP_TRY(lend_faces(&own, corners, call, mesh, err));
    return lend_uvs(&own, corners, call, mesh, err);
}
