/*
 * wave.h -- sine and cosine to the last bit or two, the same on every machine
 *
 * Why:     the library's may differ in the last bit between machines, and what is made from a
 *          seed must not.
 * How:     the nearest quarter turn is taken off in three steps, the first two of which are
 *          exact; the rest, at most an eighth of a turn, goes into Taylor's series.
 * Limits:  angles up to a million radians.
 */
#ifndef UVP_SHAPES_WAVE_H
#define UVP_SHAPES_WAVE_H

#include <math.h>

#define UVP_WAVE_TURN 6.283185307179586

/* The first 33 bits of a quarter turn, the next 33, and what is left. */
#define UVP_WAVE_QUARTER_HIGH 0x1.921fb544p+0
#define UVP_WAVE_QUARTER_MIDDLE 0x1.0b4611a6p-34
#define UVP_WAVE_QUARTER_LOW 0x1.3198a2e037073p-69

struct uvp_wave_rest {
    double angle;
    int quarter; /* 0 to 3 */
};

static inline struct uvp_wave_rest uvp_wave_reduce(double x)
{
    const double quarters = floor(x * (4 / UVP_WAVE_TURN) + 0.5);
    double angle = x - quarters * UVP_WAVE_QUARTER_HIGH;

    angle -= quarters * UVP_WAVE_QUARTER_MIDDLE;
    angle -= quarters * UVP_WAVE_QUARTER_LOW;
    return (struct uvp_wave_rest){angle, (int)(quarters - 4 * floor(quarters / 4))};
}

static inline double uvp_wave_series(double x, int odd)
{
    const double q = x * x;
    double sum = 1;

    for (int k = 18 + odd; k >= 2 + odd; k -= 2) {
        sum = 1 - q / (double)(k * (k - 1)) * sum;
    }
    return odd != 0 ? x * sum : sum;
}

static inline double uvp_sine(double x)
{
    const struct uvp_wave_rest rest = uvp_wave_reduce(x);
    const double value = uvp_wave_series(rest.angle, (rest.quarter & 1) == 0);

    return rest.quarter < 2 ? value : -value;
}

static inline double uvp_cosine(double x)
{
    const struct uvp_wave_rest rest = uvp_wave_reduce(x);
    const double value = uvp_wave_series(rest.angle, rest.quarter & 1);

    return rest.quarter == 0 || rest.quarter == 3 ? value : -value;
}

#endif
