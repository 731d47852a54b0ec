/* splitmix64: G. Steele, D. Lea, C. Flood, Fast splittable pseudorandom number generators,
 * 2014. */
#include "stages/unwrapper/shapes/prng.h"

uint64_t uvp_prng_bits(struct uvp_prng *prng)
{
    prng->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = prng->state;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

uint32_t uvp_prng_below(struct uvp_prng *prng, uint32_t count)
{
    return (uint32_t)(((uvp_prng_bits(prng) >> 32) * count) >> 32);
}

double uvp_prng_between(struct uvp_prng *prng, double low, double high)
{
    return low + (high - low) * ((double)(uvp_prng_bits(prng) >> 11) * 0x1p-53);
}
