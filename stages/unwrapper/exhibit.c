/*
 * Points are numbered as triangles use them, so that most differences fit into a byte or two:
 * a mesh of 60000 triangles takes some 600 kB.
 */
#include "stages/unwrapper/exhibit.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/heat.h"
#include "stages/unwrapper/thin.h"

#define STEPS 65535.0
#define FARTHEST_UV 1000.0 /* one lost UV must not make all others a dot */
#define HEAT_OCTAVE 51.0
#define POINT_BYTES 24 /* most: six varints of up to four bytes */
#define CORNER_BYTES 5
#define HEAD_BYTES 96

struct box {
    double low[3];
    double side;
};

/* ---- numbers; room was made for them ---- */

static void put_byte(struct uvp_buf *out, unsigned byte)
{
    out->data[out->bytes++] = (unsigned char)byte;
}

static void put_number(struct uvp_buf *out, uint32_t number)
{
    while (number >= 0x80) {
        put_byte(out, number | 0x80);
        number >>= 7;
    }
    put_byte(out, number);
}

static void put_difference(struct uvp_buf *out, int64_t difference)
{
    put_number(out, (uint32_t)(difference < 0 ? -2 * difference - 1 : 2 * difference));
}

static void put_float(struct uvp_buf *out, double value)
{
    const float narrow = (float)value;
    uint32_t bits;

    memcpy(&bits, &narrow, sizeof bits);
    for (int i = 0; i < 4; i++) {
        put_byte(out, bits >> (8 * i) & 0xff);
    }
}

/* ---- boxes ---- */

static double uv_of(const struct uvp_shape *shape, uint32_t uv, int axis)
{
    const double at = (double)shape->uv[2 * (size_t)uv + (size_t)axis];

    return fmin(fmax(at, -FARTHEST_UV), FARTHEST_UV);
}

static double place_of(const struct uvp_shape *shape, uint32_t vertex, int axis)
{
    return (double)shape->positions[3 * (size_t)vertex + (size_t)axis];
}

static void settle_side(struct box *box, const double *high, int axes)
{
    box->side = 0;
    for (int axis = 0; axis < axes; axis++) {
        box->side = fmax(box->side, high[axis] - box->low[axis]);
    }
}

static struct box surface_box(const struct uvp_shape *shape, const struct uvp_thin *thin)
{
    struct box box = {.side = 0};
    double high[3] = {0, 0, 0};

    for (uint32_t i = 0; i < thin->point_count; i++) {
        for (int axis = 0; axis < 3; axis++) {
            const double at = place_of(shape, thin->point_vertex[i], axis);

            box.low[axis] = i == 0 ? at : fmin(box.low[axis], at);
            high[axis] = i == 0 ? at : fmax(high[axis], at);
        }
    }
    settle_side(&box, high, 3);
    return box;
}

static struct box uv_box(const struct uvp_shape *shape, const struct uvp_thin *thin)
{
    struct box box = {.low = {0, 0, 0}};
    double high[2] = {1, 1};

    for (uint32_t i = 0; i < thin->point_count; i++) {
        for (int axis = 0; axis < 2; axis++) {
            const double at = uv_of(shape, thin->point_uv[i], axis);

            box.low[axis] = fmin(box.low[axis], at);
            high[axis] = fmax(high[axis], at);
        }
    }
    settle_side(&box, high, 2);
    return box;
}

static int32_t step_of(const struct box *box, double at, int axis)
{
    return box->side > 0 ? (int32_t)((at - box->low[axis]) / box->side * STEPS + 0.5) : 0;
}

/* ---- parts ---- */

static void put_head(struct uvp_buf *out, const struct uvp_shape *shape,
                     const struct uvp_exhibit_origin *origin, const struct uvp_thin *thin,
                     const struct box *surface, const struct box *uv)
{
    put_byte(out, UVP_EXHIBIT_VERSION);
    put_byte(out, thin->kind);
    put_number(out, origin->mesh);
    put_number(out, origin->mesh_count);
    put_number(out, shape->triangle_count);
    put_number(out, thin->triangle_count);
    put_number(out, thin->point_count);
    put_number(out, thin->chart_count);
    for (int axis = 0; axis < 3; axis++) {
        put_float(out, surface->low[axis]);
    }
    put_float(out, surface->side);
    put_float(out, uv->low[0]);
    put_float(out, uv->low[1]);
    put_float(out, uv->side);
}

static void put_points(struct uvp_buf *out, const struct uvp_shape *shape,
                       const struct uvp_thin *thin, const struct box *surface,
                       const struct box *uv)
{
    int32_t before[6] = {0};

    for (uint32_t i = 0; i < thin->point_count; i++) {
        int32_t now[6];

        for (int axis = 0; axis < 3; axis++) {
            now[axis] = step_of(surface, place_of(shape, thin->point_vertex[i], axis), axis);
        }
        for (int axis = 0; axis < 2; axis++) {
            now[3 + axis] = step_of(uv, uv_of(shape, thin->point_uv[i], axis), axis);
        }
        now[5] = (int32_t)thin->point_chart[i];
        for (int k = 0; k < 6; k++) {
            put_difference(out, (int64_t)now[k] - before[k]);
            before[k] = now[k];
        }
    }
}

static void put_corners(struct uvp_buf *out, const struct uvp_thin *thin)
{
    uint32_t seen = 0;

    for (size_t i = 0; i < 3 * (size_t)thin->triangle_count; i++) {
        const uint32_t point = thin->triangles[i];

        put_number(out, seen - point);
        seen += point == seen ? 1 : 0;
    }
}

static unsigned heat_byte(double stretch)
{
    const double place = stretch > 0 ? (log2(stretch) + 1) * HEAT_OCTAVE + 0.5 : 0;

    if (!(place > 0)) {
        return 0;
    }
    return place < 255 ? (unsigned)place : 255;
}

static void put_heat(struct uvp_buf *out, const struct uvp_shape *shape,
                     const struct uvp_thin *thin, double scale)
{
    for (uint32_t t = 0; t < thin->triangle_count; t++) {
        put_byte(out, heat_byte(uvp_heat_of(shape, scale, thin->source[t])));
    }
}

static enum uvp_code make(const struct uvp_shape *shape,
                          const struct uvp_exhibit_origin *origin, uint32_t most_triangles,
                          struct uvp_arena *scratch, struct uvp_stop *stop, struct uvp_buf *out,
                          struct uvp_error *err)
{
    struct uvp_thin thin;
    struct box surface;
    struct box uv;

    UVP_TRY(uvp_thin_make(shape, most_triangles, scratch, stop, &thin, err));
    surface = surface_box(shape, &thin);
    uv = uv_box(shape, &thin);
    UVP_TRY(uvp_buf_reserve(out,
                            HEAD_BYTES + POINT_BYTES * (size_t)thin.point_count +
                                (3 * CORNER_BYTES + 1) * (size_t)thin.triangle_count,
                            err));
    put_head(out, shape, origin, &thin, &surface, &uv);
    put_points(out, shape, &thin, &surface, &uv);
    put_corners(out, &thin);
    put_heat(out, shape, &thin, origin->heat_scale);
    return UVP_OK;
}

enum uvp_code uvp_exhibit_make(const struct uvp_shape *shape,
                               const struct uvp_exhibit_origin *origin, uint32_t most_triangles,
                               struct uvp_arena *scratch, struct uvp_stop *stop,
                               struct uvp_buf *out, struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    const enum uvp_code code = make(shape, origin, most_triangles, scratch, stop, out, err);

    uvp_arena_rewind(scratch, mark);
    return code;
}
