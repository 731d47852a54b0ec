/*
 * vector.h -- three doubles, and what geometry asks of them
 *
 * Why:     one spelling of dot and cross; only + - * / sqrt, so the bits agree on all machines.
 */
#ifndef UVP_ATLAS_VECTOR_H
#define UVP_ATLAS_VECTOR_H

#include <math.h>

struct uvp_vec3 {
    double x;
    double y;
    double z;
};

static inline struct uvp_vec3 uvp_vec3_sub(struct uvp_vec3 a, struct uvp_vec3 b)
{
    return (struct uvp_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static inline struct uvp_vec3 uvp_vec3_add(struct uvp_vec3 a, struct uvp_vec3 b)
{
    return (struct uvp_vec3){a.x + b.x, a.y + b.y, a.z + b.z};
}

static inline struct uvp_vec3 uvp_vec3_scale(struct uvp_vec3 a, double s)
{
    return (struct uvp_vec3){a.x * s, a.y * s, a.z * s};
}

static inline double uvp_vec3_dot(struct uvp_vec3 a, struct uvp_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static inline struct uvp_vec3 uvp_vec3_cross(struct uvp_vec3 a, struct uvp_vec3 b)
{
    return (struct uvp_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z,
                             a.x * b.y - a.y * b.x};
}

static inline double uvp_vec3_length(struct uvp_vec3 a)
{
    return sqrt(uvp_vec3_dot(a, a));
}

/* The direction of `a`, or zero when it has none. */
static inline struct uvp_vec3 uvp_vec3_unit(struct uvp_vec3 a)
{
    const double length = uvp_vec3_length(a);

    return length > 0 ? uvp_vec3_scale(a, 1 / length) : (struct uvp_vec3){0, 0, 0};
}

/* Two unit vectors that make (u, v, n) a right-handed frame; `n` must have unit length. */
static inline void uvp_vec3_frame(struct uvp_vec3 n, struct uvp_vec3 *u, struct uvp_vec3 *v)
{
    const double ax = fabs(n.x);
    const double ay = fabs(n.y);
    const double az = fabs(n.z);
    struct uvp_vec3 help = {0, 0, 1};

    if (ax <= ay && ax <= az) {
        help = (struct uvp_vec3){1, 0, 0};
    } else if (ay <= az) {
        help = (struct uvp_vec3){0, 1, 0};
    }
    *u = uvp_vec3_unit(uvp_vec3_cross(help, n));
    *v = uvp_vec3_cross(n, *u);
}

#endif
