/*
 * Singular values of the map from the page to the surface, after Sander, Snyder, Gortler and
 * Hoppe, "Texture mapping progressive meshes" (2001): with Ss and St the derivatives of the
 * surface by u and v, the larger one squared is ((a + c) + sqrt((a - c)^2 + 4 b^2)) / 2 with
 * a = Ss.Ss, b = Ss.St, c = St.St. Lengths are measured so that the whole has the same area on
 * the page and in space: 1 is no stretch.
 */
#include "stages/unwrapper/picture/distort.h"

#include <math.h>

#define TRIANGLES_PER_POLL UINT32_C(65536)

/* A triangle's areas and singular values, before anything is set in relation. */
struct measure {
    double area;    /* in 3D, twice */
    double uv_area; /* twice, never negative */
    double larger;  /* units of length for a unit of the page */
    double smaller;
};

static double dot(const double a[3], const double b[3])
{
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

static void measure_triangle(const struct uvp_picture_mesh *mesh, uint32_t t,
                             struct measure *measure)
{
    const float *const uv[3] = {uvp_parts_uv(mesh, t, 0), uvp_parts_uv(mesh, t, 1),
                                uvp_parts_uv(mesh, t, 2)};
    const double u1 = (double)uv[1][0] - (double)uv[0][0];
    const double v1 = (double)uv[1][1] - (double)uv[0][1];
    const double u2 = (double)uv[2][0] - (double)uv[0][0];
    const double v2 = (double)uv[2][1] - (double)uv[0][1];
    const double det = u1 * v2 - u2 * v1;
    double ss[3];
    double st[3];
    double a;
    double b;
    double c;
    double root;

    for (int axis = 0; axis < 3; axis++) {
        const double p0 = (double)uvp_parts_position(mesh, t, 0)[axis];
        const double e1 = (double)uvp_parts_position(mesh, t, 1)[axis] - p0;
        const double e2 = (double)uvp_parts_position(mesh, t, 2)[axis] - p0;
        ss[axis] = (e1 * v2 - e2 * v1) / det;
        st[axis] = (e2 * u1 - e1 * u2) / det;
    }
    a = dot(ss, ss);
    b = dot(ss, st);
    c = dot(st, st);
    root = sqrt((a - c) * (a - c) + 4 * b * b);
    measure->uv_area = fabs(det);
    measure->larger = sqrt((a + c + root) / 2);
    measure->area = sqrt(fmax(a * c - b * b, 0)) * fabs(det);
    measure->smaller = measure->larger > 0 ? measure->area / fabs(det) / measure->larger : 0;
}

static double value_of(const struct measure *measure, enum uvp_picture_colour colour,
                       double unit)
{
    switch (colour) {
    case UVP_PICTURE_STRETCH:
        return measure->larger / unit;
    case UVP_PICTURE_ANGLE:
        return measure->larger / measure->smaller;
    default:
        return measure->uv_area * unit * unit / measure->area;
    }
}

/* Length in space of the page's unit, so that the areas of all triangles match. */
static double find_unit(const struct uvp_parts *parts)
{
    double area = 0;
    double uv_area = 0;

    for (uint32_t t = 0; t < parts->mesh->triangle_count; t++) {
        struct measure measure;

        if (parts->chart[t] == UVP_PARTS_NONE) {
            continue;
        }
        measure_triangle(parts->mesh, t, &measure);
        if (isfinite(measure.area) && isfinite(measure.uv_area)) {
            area += measure.area;
            uv_area += measure.uv_area;
        }
    }
    return area > 0 && uv_area > 0 ? sqrt(area / uv_area) : 1;
}

enum uvp_code uvp_distort_measure(const struct uvp_parts *parts, enum uvp_picture_colour colour,
                                  struct uvp_arena *arena, struct uvp_stop *stop,
                                  struct uvp_distort *distort, struct uvp_error *err)
{
    const uint32_t triangles = parts->mesh->triangle_count;
    const double unit = find_unit(parts);
    double sum = 0;
    double weight = 0;

    distort->worst = 0;
    distort->value = UVP_ARENA_ARRAY(arena, float, triangles);
    if (distort->value == NULL) {
        return uvp_fail_memory(err, (size_t)4 * triangles);
    }
    for (uint32_t t = 0; t < triangles; t++) {
        struct measure measure;
        double value;

        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        distort->value[t] = NAN;
        if (parts->chart[t] == UVP_PARTS_NONE) {
            continue;
        }
        measure_triangle(parts->mesh, t, &measure);
        value = value_of(&measure, colour, unit);
        distort->value[t] = (float)value;
        if (isfinite(value) && isfinite(measure.area) && measure.area > 0) {
            distort->worst = fmaxf(distort->worst, (float)value);
            sum += value * measure.area;
            weight += measure.area;
        }
    }
    distort->mean = weight > 0 ? (float)(sum / weight) : 1;
    return UVP_OK;
}
