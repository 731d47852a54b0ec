/*
 * Faces without area leave the mesh before edges are paired: they carry no shape, and what
 * they touch pairs up without them.
 */
#include "stages/unwrapper/atlas/topology.h"

#define TRIANGLES_MAX (UINT32_MAX / 6)

/* Height over longest edge below which a triangle counts as having no area: 2^-20. */
#define AREA_LIMIT (1.0 / 1048576)

static struct uvp_vec3 position(const float *positions, uint32_t v)
{
    const float *const p = positions + 3 * (size_t)v;

    return (struct uvp_vec3){(double)p[0], (double)p[1], (double)p[2]};
}

static bool is_finite(struct uvp_vec3 p)
{
    return isfinite(p.x) && isfinite(p.y) && isfinite(p.z);
}

static struct uvp_vec3 cross_of(const float *positions, const uint32_t vertex[3])
{
    const struct uvp_vec3 a = position(positions, vertex[0]);

    return uvp_vec3_cross(uvp_vec3_sub(position(positions, vertex[1]), a),
                          uvp_vec3_sub(position(positions, vertex[2]), a));
}

bool uvp_topology_has_area(const float *positions, const uint32_t vertex[3])
{
    const struct uvp_vec3 a = position(positions, vertex[0]);
    const struct uvp_vec3 b = position(positions, vertex[1]);
    const struct uvp_vec3 c = position(positions, vertex[2]);
    const struct uvp_vec3 ab = uvp_vec3_sub(b, a);
    const struct uvp_vec3 ac = uvp_vec3_sub(c, a);
    const struct uvp_vec3 bc = uvp_vec3_sub(c, b);
    double longest = uvp_vec3_dot(ab, ab);

    if (!is_finite(a) || !is_finite(b) || !is_finite(c)) {
        return false;
    }
    longest = fmax(longest, fmax(uvp_vec3_dot(ac, ac), uvp_vec3_dot(bc, bc)));
    return uvp_vec3_length(uvp_vec3_cross(ab, ac)) > AREA_LIMIT * longest;
}

static enum uvp_code check_input(struct uvp_atlas_work *work)
{
    const struct uvp_atlas_input *const input = work->input;

    if (input->triangle_count > TRIANGLES_MAX || input->corner_count > UINT32_MAX - 1 ||
        input->vertex_count > UINT32_MAX / 3) {
        return uvp_fail(work->err, UVP_BAD_DATA, 0, "more than %u triangles", TRIANGLES_MAX);
    }
    for (uint32_t c = 0; c < input->corner_count; c++) {
        if (input->corner_vertex[c] >= input->vertex_count) {
            return uvp_fail(work->err, UVP_BAD_DATA, c, "corner %u names vertex %u of %u", c,
                            input->corner_vertex[c], input->vertex_count);
        }
        UVP_TRY(uvp_work_count(work, 1));
    }
    for (uint32_t h = 0; h < 3 * input->triangle_count; h++) {
        if (input->triangles[h] >= input->corner_count) {
            return uvp_fail(work->err, UVP_BAD_DATA, h / 3, "triangle %u names corner %u of %u",
                            h / 3, input->triangles[h], input->corner_count);
        }
        UVP_TRY(uvp_work_count(work, 1));
    }
    for (uint32_t t = 1; input->triangle_polygon != NULL && t < input->triangle_count; t++) {
        if (input->triangle_polygon[t] < input->triangle_polygon[t - 1]) {
            return uvp_fail(work->err, UVP_BAD_DATA, t, "polygon numbers fall at triangle %u",
                            t);
        }
    }
    return uvp_stop_poll(work->stop, work->err);
}

/* Names the three points and the area of a triangle; false: it is dead. */
static bool measure_triangle(const struct uvp_atlas_work *work, struct uvp_topology *topology,
                             const uint32_t *point_of, uint32_t t)
{
    uint32_t *const vertex = topology->vertex + 3 * (size_t)t;
    struct uvp_vec3 cross;
    uint32_t at[3];

    for (int k = 0; k < 3; k++) {
        at[k] = work->input->corner_vertex[work->input->triangles[3 * (size_t)t + (size_t)k]];
        vertex[k] = point_of[at[k]];
    }
    topology->normal[t] = (struct uvp_vec3){0, 0, 0};
    topology->area[t] = 0;
    if (vertex[0] == vertex[1] || vertex[1] == vertex[2] || vertex[2] == vertex[0] ||
        !uvp_topology_has_area(work->input->positions, at)) {
        return false;
    }
    /* from the input, not from the scaled points: tiny beside huge must not underflow */
    cross = cross_of(work->input->positions, at);
    topology->normal[t] = uvp_vec3_unit(cross);
    topology->area[t] = uvp_vec3_length(cross) / 2;
    return true;
}

struct box {
    struct uvp_vec3 low;
    struct uvp_vec3 high;
};

static void grow_box(struct box *box, struct uvp_vec3 p)
{
    box->low =
        (struct uvp_vec3){fmin(box->low.x, p.x), fmin(box->low.y, p.y), fmin(box->low.z, p.z)};
    box->high = (struct uvp_vec3){fmax(box->high.x, p.x), fmax(box->high.y, p.y),
                                  fmax(box->high.z, p.z)};
}

/*
 * Scales the points so that live triangles span 1: products of coordinates cannot leave the
 * range. They are not moved: that would round the small ones.
 */
static enum uvp_code scale_points(struct uvp_atlas_work *work, struct uvp_topology *topology,
                                  const uint32_t *point_of)
{
    const float *const positions = work->input->positions;
    struct box box = {{1e300, 1e300, 1e300}, {-1e300, -1e300, -1e300}};
    double size;

    for (uint32_t p = 0; p < topology->point_count; p++) {
        topology->point[p] = (struct uvp_vec3){0, 0, 0};
    }
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    for (uint32_t v = 0; v < work->input->vertex_count; v++) {
        topology->point[point_of[v]] = position(positions, v);
        UVP_TRY(uvp_work_count(work, 4));
    }
    for (uint32_t h = 0; h < 3 * topology->triangle_count; h++) {
        if (!topology->dead[h / 3]) {
            grow_box(&box, topology->point[topology->vertex[h]]);
        }
        UVP_TRY(uvp_work_count(work, 4));
    }
    size = fmax(box.high.x - box.low.x, fmax(box.high.y - box.low.y, box.high.z - box.low.z));
    for (uint32_t p = 0; p < topology->point_count; p++) {
        topology->point[p] = uvp_vec3_scale(topology->point[p], 1 / size);
        if (!is_finite(topology->point[p])) {
            topology->point[p] = (struct uvp_vec3){0, 0, 0};
        }
    }
    UVP_TRY(uvp_stop_poll(work->stop, work->err));
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        topology->area[t] = topology->area[t] / size / size;
    }
    return uvp_stop_poll(work->stop, work->err);
}

static enum uvp_code measure(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    uint32_t *point_of;
    uint32_t live = 0;

    UVP_TAKE(work, point_of, work->input->vertex_count);
    UVP_TRY(uvp_weld_vertices(work, point_of, &topology->point_count));
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        topology->dead[t] = !measure_triangle(work, topology, point_of, t);
        live += !topology->dead[t];
        UVP_TRY(uvp_work_count(work, 10));
    }
    if (live == 0) {
        return uvp_fail(work->err, UVP_DEGENERATE, 0, "no triangle of %u has area",
                        topology->triangle_count);
    }
    return scale_points(work, topology, point_of);
}

static enum uvp_code take_arrays(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    const size_t triangles = work->input->triangle_count;

    topology->triangle_count = work->input->triangle_count;
    UVP_TAKE(work, topology->vertex, 3 * triangles);
    UVP_TAKE(work, topology->opposite, 3 * triangles);
    UVP_TAKE(work, topology->normal, triangles);
    UVP_TAKE(work, topology->area, triangles);
    UVP_TAKE(work, topology->unit, triangles);
    UVP_TAKE(work, topology->unit_first, triangles + 1);
    UVP_TAKE(work, topology->dead, triangles);
    UVP_TAKE(work, topology->point, work->input->vertex_count);
    for (size_t h = 0; h < 3 * triangles; h++) {
        topology->opposite[h] = UVP_NONE;
    }
    return UVP_OK;
}

enum uvp_code uvp_topology_make(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    struct uvp_arena_mark mark;

    UVP_TRY(check_input(work));
    UVP_TRY(take_arrays(work, topology));
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(measure(work, topology));
    uvp_arena_rewind(work->scratch, mark);
    UVP_TRY(uvp_polygon_pair(work, topology));
    UVP_TRY(uvp_pairing_make(work, topology));
    topology->live_triangles = 0;
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        topology->live_triangles += !topology->dead[t];
    }
    return UVP_OK;
}
