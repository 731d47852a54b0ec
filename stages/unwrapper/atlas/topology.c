/*
 * Faces without area leave the mesh before edges are paired: they carry no shape, and what
 * they touch pairs up without them.
 */
#include "stages/unwrapper/atlas/topology.h"

#include <string.h>

#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/plan.h"

#define TRIANGLES_MAX (UINT32_MAX / 6)

/* Height over longest edge below which a triangle counts as having no area: 2^-20. */
#define AREA_LIMIT (1.0 / 1048576)

/* Areas below this are not kept as float: it would be denormal, or nothing. */
#define AREA_KEPT 1e-30

/* Items between polls: far below a millisecond. */
#define BLOCK 4096U

/* Triangles of one task. */
#define RANGE 16384U

static uint32_t block_end(uint32_t from, uint32_t count)
{
    return count - from < BLOCK ? count : from + BLOCK;
}

static struct uvp_vec3 position(const float *positions, uint32_t v)
{
    const float *const p = positions + 3 * (size_t)v;

    return (struct uvp_vec3){(double)p[0], (double)p[1], (double)p[2]};
}

static bool is_finite(struct uvp_vec3 p)
{
    return isfinite(p.x) && isfinite(p.y) && isfinite(p.z);
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/*
 * Twice the area, along the normal; false when there is none. Products of four coordinates of
 * the input: 1e-180 ... 1e156, in double's range.
 */
static bool find_cross(const float *positions, const uint32_t vertex[3], struct uvp_vec3 *cross)
{
    const struct uvp_vec3 a = position(positions, vertex[0]);
    const struct uvp_vec3 b = position(positions, vertex[1]);
    const struct uvp_vec3 c = position(positions, vertex[2]);
    const struct uvp_vec3 ab = uvp_vec3_sub(b, a);
    const struct uvp_vec3 ac = uvp_vec3_sub(c, a);
    const struct uvp_vec3 bc = uvp_vec3_sub(c, b);
    const double longest =
        larger(uvp_vec3_dot(ab, ab), larger(uvp_vec3_dot(ac, ac), uvp_vec3_dot(bc, bc)));

    *cross = uvp_vec3_cross(ab, ac);
    /* a coordinate that is not finite makes the longest infinite, or NaN */
    return isfinite(longest) && is_finite(a) && is_finite(b) && is_finite(c) &&
           uvp_vec3_dot(*cross, *cross) > AREA_LIMIT * AREA_LIMIT * longest * longest;
}

bool uvp_topology_has_area(const float *positions, const uint32_t vertex[3])
{
    struct uvp_vec3 cross;

    return find_cross(positions, vertex, &cross);
}

double uvp_topology_area(const struct uvp_topology *topology, uint32_t t)
{
    const uint32_t *const v = topology->vertex + 3 * (size_t)t;
    const struct uvp_vec3 a = uvp_point_of(topology, v[0]);

    return uvp_vec3_length(uvp_vec3_cross(uvp_vec3_sub(uvp_point_of(topology, v[1]), a),
                                          uvp_vec3_sub(uvp_point_of(topology, v[2]), a))) /
           2;
}

static enum uvp_code check_corners(struct uvp_atlas_work *work)
{
    const struct uvp_atlas_input *const input = work->input;

    for (uint32_t from = 0; from < input->corner_count;) {
        const uint32_t end = block_end(from, input->corner_count);
        for (uint32_t c = from; c < end; c++) {
            if (input->corner_vertex[c] >= input->vertex_count) {
                return uvp_fail(work->err, UVP_BAD_DATA, c, "corner %u names vertex %u of %u",
                                c, input->corner_vertex[c], input->vertex_count);
            }
        }
        UVP_TRY(uvp_work_count(work, end - from));
        from = end;
    }
    return UVP_OK;
}

static enum uvp_code check_triangles(struct uvp_atlas_work *work)
{
    const struct uvp_atlas_input *const input = work->input;
    const uint32_t half_edges = 3 * input->triangle_count;

    for (uint32_t from = 0; from < half_edges;) {
        const uint32_t end = block_end(from, half_edges);
        for (uint32_t h = from; h < end; h++) {
            if (input->triangles[h] >= input->corner_count) {
                return uvp_fail(work->err, UVP_BAD_DATA, h / 3,
                                "triangle %u names corner %u of %u", h / 3, input->triangles[h],
                                input->corner_count);
            }
        }
        UVP_TRY(uvp_work_count(work, end - from));
        from = end;
    }
    return UVP_OK;
}

enum uvp_code uvp_topology_check_input(struct uvp_atlas_work *work)
{
    const struct uvp_atlas_input *const input = work->input;

    if (input->triangle_count > TRIANGLES_MAX || input->corner_count > UINT32_MAX - 1 ||
        input->vertex_count > UINT32_MAX / 3) {
        return uvp_fail(work->err, UVP_BAD_DATA, 0, "more than %u triangles", TRIANGLES_MAX);
    }
    UVP_TRY(check_corners(work));
    UVP_TRY(check_triangles(work));
    for (uint32_t t = 1; input->triangle_polygon != NULL && t < input->triangle_count; t++) {
        if (input->triangle_polygon[t] < input->triangle_polygon[t - 1]) {
            return uvp_fail(work->err, UVP_BAD_DATA, t, "polygon numbers fall at triangle %u",
                            t);
        }
        UVP_TRY(uvp_work_count(work, 1));
    }
    return uvp_stop_poll(work->stop, work->err);
}

struct box {
    float low[3];
    float high[3];
};

static struct box empty_box(void)
{
    const float most = 3.402823466e38F;

    return (struct box){{most, most, most}, {-most, -most, -most}};
}

static void grow_box(struct box *box, const float *p)
{
    for (int k = 0; k < 3; k++) {
        box->low[k] = p[k] < box->low[k] ? p[k] : box->low[k];
        box->high[k] = p[k] > box->high[k] ? p[k] : box->high[k];
    }
}

/* The power of two that makes the box's longest side 1/2 ... 1. */
static double scale_of(const struct box *box)
{
    double size = 0;
    int exponent;

    for (int k = 0; k < 3; k++) {
        size = larger(size, (double)box->high[k] - (double)box->low[k]);
    }
    (void)frexp(size, &exponent);
    return ldexp(1, -exponent);
}

static enum uvp_code copy_points(struct uvp_atlas_work *work, struct uvp_topology *topology,
                                 const uint32_t *point_of)
{
    struct box box = empty_box();
    uint32_t next = 0;

    UVP_TAKE(work, topology->point, 3 * (size_t)topology->point_count);
    for (uint32_t v = 0; v < work->input->vertex_count; v++) {
        if (point_of[v] == next) { /* numbered as they appear */
            const struct uvp_vec3 p = position(work->input->positions, v);
            float *const to = topology->point + 3 * (size_t)next++;
            to[0] = is_finite(p) ? (float)p.x : 0;
            to[1] = is_finite(p) ? (float)p.y : 0;
            to[2] = is_finite(p) ? (float)p.z : 0;
            grow_box(&box, to);
        }
        UVP_TRY(uvp_work_count(work, 2));
    }
    topology->scale = scale_of(&box);
    return UVP_OK;
}

/* Names the three points of a triangle and measures it; false: it is dead. */
static bool measure_triangle(const struct uvp_atlas_work *work, struct uvp_topology *topology,
                             const uint32_t *point_of, uint32_t t)
{
    const uint32_t *const corner = work->input->triangles + 3 * (size_t)t;
    uint32_t *const vertex = topology->vertex + 3 * (size_t)t;
    float *const face = topology->face + 4 * (size_t)t;
    struct uvp_vec3 cross;
    uint32_t at[3];
    double length;
    double area;

    for (int k = 0; k < 3; k++) {
        at[k] = work->input->corner_vertex[corner[k]];
        vertex[k] = point_of[at[k]];
        face[k] = 0;
    }
    face[3] = 0;
    if (vertex[0] == vertex[1] || vertex[1] == vertex[2] || vertex[2] == vertex[0] ||
        !find_cross(work->input->positions, at, &cross)) {
        return false;
    }
    length = uvp_vec3_length(cross);
    cross = uvp_vec3_scale(cross, 1 / length);
    area = length / 2 * topology->scale * topology->scale;
    face[0] = (float)cross.x;
    face[1] = (float)cross.y;
    face[2] = (float)cross.z;
    face[3] = area > AREA_KEPT ? (float)area : 0;
    return true;
}

/* Triangles of one range, and what they come to. */
struct range {
    struct box box;
    uint32_t live;
};

struct measuring {
    struct uvp_topology *topology;
    const uint32_t *point_of;
    struct range *range;
};

static enum uvp_code measure_range(struct uvp_atlas_work *work, void *arg, uint32_t i)
{
    const struct measuring *const measuring = arg;
    struct uvp_topology *const topology = measuring->topology;
    const uint32_t left = topology->triangle_count - i * RANGE;
    const uint32_t end = i * RANGE + (left < RANGE ? left : RANGE);
    struct range range = {.box = empty_box()};

    for (uint32_t t = i * RANGE; t < end; t++) {
        const uint32_t *const vertex = topology->vertex + 3 * (size_t)t;
        topology->dead[t] = !measure_triangle(work, topology, measuring->point_of, t);
        range.live += !topology->dead[t];
        for (int k = 0; k < 3 && !topology->dead[t]; k++) {
            grow_box(&range.box, topology->point + 3 * (size_t)vertex[k]);
        }
    }
    measuring->range[i] = range;
    return uvp_work_count(work, 20 * (end - i * RANGE));
}

static enum uvp_code measure_triangles(struct uvp_atlas_work *work,
                                       struct uvp_topology *topology, const uint32_t *point_of,
                                       struct box *box)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    const uint32_t ranges = (topology->triangle_count + RANGE - 1) / RANGE;
    struct measuring measuring = {topology, point_of, NULL};

    UVP_TAKE(work, measuring.range, ranges);
    UVP_TRY(uvp_crew_run(work, ranges, measure_range, &measuring));
    *box = empty_box();
    topology->live_triangles = 0;
    for (uint32_t i = 0; i < ranges; i++) {
        topology->live_triangles += measuring.range[i].live;
        if (measuring.range[i].live != 0) {
            grow_box(box, measuring.range[i].box.low);
            grow_box(box, measuring.range[i].box.high);
        }
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

/*
 * The mesh is scaled so that live triangles span about 1: then products of coordinates cannot
 * leave the range. By a power of two, and nothing is moved: that would round.
 */
static enum uvp_code measure(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    uint32_t *const point_of = topology->opposite; /* lent: there are no pairs yet */
    struct box box;

    UVP_TRY(uvp_weld_vertices(work, point_of, &topology->point_count));
    UVP_TRY(copy_points(work, topology, point_of));
    UVP_TRY(measure_triangles(work, topology, point_of, &box));
    if (topology->live_triangles == 0) {
        return uvp_fail(work->err, UVP_DEGENERATE, 0, "no triangle of %u has area",
                        topology->triangle_count);
    }
    /* points that no living triangle has may lie far out */
    if (scale_of(&box) != topology->scale) {
        topology->scale = scale_of(&box);
        UVP_TRY(measure_triangles(work, topology, point_of, &box));
    }
    return UVP_OK;
}

static enum uvp_code take_arrays(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    const size_t triangles = work->input->triangle_count;
    const size_t vertices = work->input->vertex_count;

    topology->triangle_count = work->input->triangle_count;
    UVP_TAKE(work, topology->vertex, 3 * triangles);
    UVP_TAKE(work, topology->opposite, vertices > 3 * triangles ? vertices : 3 * triangles);
    UVP_TAKE(work, topology->face, 4 * triangles);
    UVP_TAKE(work, topology->dead, triangles);
    return UVP_OK;
}

static enum uvp_code open_edges(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    memset(topology->opposite, 0xff,
           3 * (size_t)topology->triangle_count * sizeof *topology->opposite);
    return uvp_stop_poll(work->stop, work->err);
}

enum uvp_code uvp_topology_make(struct uvp_atlas_work *work, struct uvp_topology *topology)
{
    UVP_TRY(uvp_topology_check_input(work));
    UVP_TRY(take_arrays(work, topology));
    UVP_TRY(measure(work, topology));
    UVP_TRY(uvp_polygon_number(work, topology));
    if (work->plan != NULL && work->plan->fix_winding) {
        UVP_TRY(open_edges(work, topology));
        UVP_TRY(uvp_winding_fix(work, topology));
    }
    UVP_TRY(open_edges(work, topology));
    UVP_TRY(uvp_polygon_pair(work, topology));
    UVP_TRY(uvp_pairing_make(work, topology));
    topology->live_triangles = 0;
    for (uint32_t t = 0; t < topology->triangle_count; t++) {
        topology->live_triangles += !topology->dead[t];
    }
    return UVP_OK;
}
