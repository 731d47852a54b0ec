/*
 * joined.h -- things that are joined two by two, and which of them hang together then
 *
 * Use:     link[i] = i for all; join pairs; ask for roots.
 * Limits:  paths are halved on the way and the lower number becomes the root: log n a step at
 *          most, and the same roots whatever the order of the pairs.
 * Threads: pure functions over the caller's array.
 */
#ifndef UVP_PIPELINE_BASE_JOINED_H
#define UVP_PIPELINE_BASE_JOINED_H

#include <stdint.h>

/* The lowest of all that hang together with i. */
static inline uint32_t uvp_joined_root(uint32_t *link, uint32_t i)
{
    while (link[i] != i) {
        link[i] = link[link[i]];
        i = link[i];
    }
    return i;
}

static inline void uvp_joined_join(uint32_t *link, uint32_t a, uint32_t b)
{
    const uint32_t root_a = uvp_joined_root(link, a);
    const uint32_t root_b = uvp_joined_root(link, b);

    if (root_a < root_b) {
        link[root_b] = root_a;
    } else {
        link[root_a] = root_b;
    }
}

#endif
