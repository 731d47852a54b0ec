/*
 * prng.h -- numbers that look random and are the same everywhere
 *
 * Why:     test meshes are named by their seed; the C library's numbers differ by system.
 * Use:     struct prng prng = { seed }; prng_below(&prng, 6).
 * Threads: a generator belongs to one thread.
 */
#ifndef UVP_TOOLS_MKMESH_PRNG_H
#define UVP_TOOLS_MKMESH_PRNG_H

#include <stdint.h>

struct prng {
    uint64_t state;
};

uint64_t prng_bits(struct prng *prng);
/* 0 .. count-1, count > 0. */
uint32_t prng_below(struct prng *prng, uint32_t count);
/* low <= x < high. */
double prng_between(struct prng *prng, double low, double high);

#endif
