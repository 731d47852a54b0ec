/*
 * trig.h -- angles by + - * / and square roots alone
 *
 * Why:     the library's sine and arc tangent may differ in the last bit between machines.
 * Limits:  good to about 1e-11; angles to turn by should be no more than some hundred turns.
 */
#ifndef UVP_ATLAS_TRIG_H
#define UVP_ATLAS_TRIG_H

#include <math.h>

#define UVP_PI 3.14159265358979323846

struct uvp_turn {
    double cosine;
    double sine;
};

/* Taylor's series about the nearest quarter turn. */
static inline struct uvp_turn uvp_turn_by(double angle)
{
    const double quarters = floor(angle * (2 / UVP_PI) + 0.5);
    const double x = angle - quarters * (UVP_PI / 2);
    const double q = x * x;
    const double sine =
        x *
        (1 -
         q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110 * (1 - q / 156))))));
    const double cosine =
        1 - q / 2 * (1 - q / 12 * (1 - q / 30 * (1 - q / 56 * (1 - q / 90 * (1 - q / 132)))));
    const int k = (int)(quarters - 4 * floor(quarters / 4));

    if (k == 0) {
        return (struct uvp_turn){cosine, sine};
    }
    if (k == 1) {
        return (struct uvp_turn){-sine, cosine};
    }
    return k == 2 ? (struct uvp_turn){-cosine, -sine} : (struct uvp_turn){sine, -cosine};
}

/* The angle of (x, y), from 0 to pi; y is not negative. */
static inline double uvp_angle_of(double x, double y)
{
    const double w = fabs(x);
    const double larger = w > y ? w : y;
    const double t = larger > 0 ? (w > y ? y : w) / larger : 0;
    const int far = t > 0.4142135623730950; /* the tangent of an eighth turn's half */
    const double s = far ? (t - 1) / (t + 1) : t;
    const double q = s * s;
    double sum = 0;
    double angle;

    for (int i = 25; i >= 1; i -= 2) {
        sum = 1.0 / i - q * sum;
    }
    angle = s * sum + (far ? UVP_PI / 4 : 0);
    angle = w > y ? angle : UVP_PI / 2 - angle;
    return x < 0 ? UVP_PI - angle : angle;
}

#endif
