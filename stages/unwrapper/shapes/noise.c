/* Values at the points of a lattice, each a hash of where it lies, blended between them. */
#include "stages/unwrapper/shapes/noise.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double lattice(uint64_t row, int64_t x)
{
    return (double)(mix(row ^ (uint64_t)x * UINT64_C(0x9E3779B97F4A7C15)) >> 11) * 0x1p-52 - 1;
}

/* Level at both ends, so that the blend has no creases. */
static double ease(double t)
{
    return t * t * t * (t * (6 * t - 15) + 10);
}

static double blend(double a, double b, double t)
{
    return a + (b - a) * t;
}

double uvp_noise(uint64_t seed, double x, double y, double z)
{
    const double fx = floor(x);
    const double fy = floor(y);
    const double fz = floor(z);
    const double tx = ease(x - fx);
    double plane[2];

    for (int k = 0; k < 2; k++) {
        const uint64_t layer =
            mix(seed + (uint64_t)((int64_t)fz + k) * UINT64_C(0xD1342543DE82EF95));
        double line[2];

        for (int j = 0; j < 2; j++) {
            const uint64_t row =
                mix(layer + (uint64_t)((int64_t)fy + j) * UINT64_C(0xAF251AF3B0F025B5));
            line[j] = blend(lattice(row, (int64_t)fx), lattice(row, (int64_t)fx + 1), tx);
        }
        plane[k] = blend(line[0], line[1], ease(y - fy));
    }
    return blend(plane[0], plane[1], ease(z - fz));
}

double uvp_noise_rough(uint64_t seed, double x, double y, double z)
{
    return uvp_noise(seed, x, y, z) + 0.5 * uvp_noise(seed + 1, 2 * x, 2 * y, 2 * z) +
           0.25 * uvp_noise(seed + 2, 4 * x, 4 * y, 4 * z);
}
