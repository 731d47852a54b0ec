/*
 * The normal of a corner is the mean, by area, of the triangles around its place that are bent
 * against its own by less than the crease. Places where very many triangles meet are left flat:
 * looking at each pair would take the square of their number.
 */
#include "stages/unwrapper/picture/normals.h"

#include <math.h>
#include <string.h>

#define CREASE_COSINE 0.74 /* some 42 degrees */
#define AROUND_MOST 64U
#define TRIANGLES_PER_POLL UINT32_C(16384)

static double cross_of(const struct uvp_picture_mesh *mesh, uint32_t t, double cross[3])
{
    double e[2][3];

    for (int axis = 0; axis < 3; axis++) {
        const double p = (double)uvp_parts_position(mesh, t, 0)[axis];
        e[0][axis] = (double)uvp_parts_position(mesh, t, 1)[axis] - p;
        e[1][axis] = (double)uvp_parts_position(mesh, t, 2)[axis] - p;
    }
    for (int axis = 0; axis < 3; axis++) {
        const int a = (axis + 1) % 3;
        const int b = (axis + 2) % 3;
        cross[axis] = e[0][a] * e[1][b] - e[0][b] * e[1][a];
    }
    return sqrt(cross[0] * cross[0] + cross[1] * cross[1] + cross[2] * cross[2]);
}

void uvp_normals_face(const struct uvp_picture_mesh *mesh, uint32_t t, float normal[3])
{
    double cross[3];
    const double length = cross_of(mesh, t, cross);
    const bool is_usable = isfinite(length) && length > 0;

    for (int axis = 0; axis < 3; axis++) {
        normal[axis] = is_usable ? (float)(cross[axis] / length) : 0;
    }
}

/* The triangles around each place, one after the other. */
struct around {
    uint32_t *start; /* of each place, and the end of the last */
    uint32_t *triangle;
    double (*cross)[3]; /* of each triangle */
    double *length;
};

static uint32_t place_of(const struct uvp_parts *parts, uint32_t t, int k)
{
    return parts->place[parts->mesh->corner_vertex[uvp_parts_corner(parts->mesh, t, k)]];
}

static enum uvp_code take_around(struct around *around, const struct uvp_parts *parts,
                                 struct uvp_arena *arena, struct uvp_error *err)
{
    const size_t triangles = parts->mesh->triangle_count;

    around->start =
        uvp_arena_take_zeroed(arena, (size_t)parts->mesh->vertex_count + 2, sizeof(uint32_t));
    around->triangle = UVP_ARENA_ARRAY(arena, uint32_t, 3 * triangles);
    around->cross = uvp_arena_take(arena, triangles, sizeof *around->cross);
    around->length = UVP_ARENA_ARRAY(arena, double, triangles);
    if (around->start == NULL || around->triangle == NULL || around->cross == NULL ||
        around->length == NULL) {
        return uvp_fail_memory(err, 48 * triangles);
    }
    return UVP_OK;
}

static void fill_around(struct around *around, const struct uvp_parts *parts)
{
    const uint32_t triangles = parts->mesh->triangle_count;

    for (uint32_t t = 0; t < triangles; t++) {
        around->length[t] = cross_of(parts->mesh, t, around->cross[t]);
        for (int k = 0; k < 3; k++) {
            around->start[place_of(parts, t, k) + 2]++;
        }
    }
    for (uint32_t p = 0; p < parts->mesh->vertex_count; p++) {
        around->start[p + 2] += around->start[p + 1];
    }
    for (uint32_t t = 0; t < triangles; t++) {
        for (int k = 0; k < 3; k++) {
            around->triangle[around->start[place_of(parts, t, k) + 1]++] = t;
        }
    }
}

static bool is_usable(const struct around *around, uint32_t t)
{
    return isfinite(around->length[t]) && around->length[t] > 0;
}

static void add_around(const struct around *around, uint32_t place, uint32_t t, double sum[3])
{
    const double *const own = around->cross[t];

    for (uint32_t i = around->start[place]; i < around->start[place + 1]; i++) {
        const uint32_t other = around->triangle[i];
        const double *const cross = around->cross[other];

        if (is_usable(around, other) &&
            own[0] * cross[0] + own[1] * cross[1] + own[2] * cross[2] >=
                CREASE_COSINE * around->length[t] * around->length[other]) {
            sum[0] += cross[0];
            sum[1] += cross[1];
            sum[2] += cross[2];
        }
    }
}

static void set_corner(const struct around *around, const struct uvp_parts *parts, uint32_t t,
                       int k, float normal[3])
{
    const uint32_t place = place_of(parts, t, k);
    double sum[3] = {0, 0, 0};
    double length;

    uvp_normals_face(parts->mesh, t, normal);
    if (!is_usable(around, t) ||
        around->start[place + 1] - around->start[place] > AROUND_MOST) {
        return;
    }
    add_around(around, place, t, sum);
    length = sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]);
    if (isfinite(length) && length > 0) {
        for (int axis = 0; axis < 3; axis++) {
            normal[axis] = (float)(sum[axis] / length);
        }
    }
}

static enum uvp_code set_all(const struct around *around, const struct uvp_parts *parts,
                             struct uvp_stop *stop, float *normals, struct uvp_error *err)
{
    for (uint32_t t = 0; t < parts->mesh->triangle_count; t++) {
        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        for (int k = 0; k < 3; k++) {
            set_corner(around, parts, t, k, normals + 9 * (size_t)t + 3 * k);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_normals_make(const struct uvp_parts *parts, struct uvp_arena *arena,
                               struct uvp_stop *stop, float **out, struct uvp_error *err)
{
    const size_t triangles = parts->mesh->triangle_count;
    struct uvp_arena_mark mark;
    struct around around;
    float *normals;
    enum uvp_code code;

    *out = NULL;
    if (triangles > UVP_NORMALS_TRIANGLES_MOST) {
        return UVP_OK;
    }
    normals = UVP_ARENA_ARRAY(arena, float, 9 * triangles);
    if (normals == NULL) {
        return uvp_fail_memory(err, 36 * triangles);
    }
    mark = uvp_arena_mark(arena);
    code = take_around(&around, parts, arena, err);
    if (code == UVP_OK) {
        fill_around(&around, parts);
        code = set_all(&around, parts, stop, normals, err);
    }
    uvp_arena_rewind(arena, mark);
    *out = code == UVP_OK ? normals : NULL;
    return code;
}
