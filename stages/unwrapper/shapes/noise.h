/*
 * noise.h -- values that wander smoothly through space
 *
 * Order:   a function of seed and place alone.
 * Threads: pure.
 * Limits:  coordinates up to 2^31.
 */
#ifndef UVP_SHAPES_NOISE_H
#define UVP_SHAPES_NOISE_H

#include <stdint.h>

/* From -1 to 1; a bump is about one unit wide. */
double uvp_noise(uint64_t seed, double x, double y, double z);

/* Three octaves of it, from -1.75 to 1.75. */
double uvp_noise_rough(uint64_t seed, double x, double y, double z);

#endif
