/*
 * lattice.h -- the plane in whole numbers: every verdict on it is exact
 *
 * Units:   2^-40 of the page's side. Every float32 of at least 2^-17 lies on the lattice, and
 * so does every multiple of 2^-24; smaller ones are moved by less than 2^-41. Limits:
 * coordinates up to 2^20 pages, so products need 124 bits.
 */
#ifndef UVP_TOOLS_UVCHECK_LATTICE_H
#define UVP_TOOLS_UVCHECK_LATTICE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define LATTICE_BITS 40
#define LATTICE_PAGES 1048576.0f

__extension__ typedef __int128 wide;

struct spot {
    int64_t x;
    int64_t y;
};

struct box {
    struct spot low;
    struct spot high;
};

static inline bool on_lattice(float x)
{
    return fabsf(x) <= LATTICE_PAGES; /* false for what is no number */
}

static inline int64_t to_lattice(float x)
{
    return llrint(ldexp((double)x, LATTICE_BITS));
}

static inline double from_lattice(int64_t x)
{
    return ldexp((double)x, -LATTICE_BITS);
}

/* Twice the area of the triangle; positive against the clock. */
static inline wide twice_area(struct spot a, struct spot b, struct spot c)
{
    return (wide)(b.x - a.x) * (c.y - a.y) - (wide)(b.y - a.y) * (c.x - a.x);
}

static inline int turn(struct spot a, struct spot b, struct spot c)
{
    const wide area = twice_area(a, b, c);
    return (area > 0) - (area < 0);
}

static inline bool same_spot(struct spot a, struct spot b)
{
    return a.x == b.x && a.y == b.y;
}

#endif
