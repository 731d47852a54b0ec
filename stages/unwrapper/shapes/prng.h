/*
 * prng.h -- numbers that look random and are the same everywhere
 *
 * Why:     test meshes are named by their seed; the C library's numbers differ by system.
 * Use:     struct uvp_prng prng = { seed }; uvp_prng_below(&prng, 6).
 * Threads: a generator belongs to one thread.
 */
#ifndef UVP_SHAPES_PRNG_H
#define UVP_SHAPES_PRNG_H

#include <stdint.h>

struct uvp_prng {
    uint64_t state;
};

uint64_t uvp_prng_bits(struct uvp_prng *prng);
/* 0 .. count-1, count > 0. */
uint32_t uvp_prng_below(struct uvp_prng *prng, uint32_t count);
/* low <= x < high. */
double uvp_prng_between(struct uvp_prng *prng, double low, double high);

#endif
