/*
 * exact.h -- on which side of a line a point lies, decided exactly for any float32
 *
 * Why:     judging UVs that somebody else made: they lie on no lattice.
 * Limits:  coordinates must be finite. Every product of two is exact in double.
 */
#ifndef UVP_ATLAS_EXACT_H
#define UVP_ATLAS_EXACT_H

#include <math.h>

struct uvp_spot {
    float x;
    float y;
};

/* exact.c: the same as below without the fast way. */
int uvp_exact_turn_slow(struct uvp_spot a, struct uvp_spot b, struct uvp_spot c);

/* 1: a, b, c turn left; -1: right; 0: they are in line. */
static inline int uvp_exact_turn(struct uvp_spot a, struct uvp_spot b, struct uvp_spot c)
{
    const double ax = (double)a.x - (double)c.x;
    const double ay = (double)a.y - (double)c.y;
    const double bx = (double)b.x - (double)c.x;
    const double by = (double)b.y - (double)c.y;
    const double left = ax * by;
    const double right = ay * bx;
    const double twice = left - right;
    /* (3 + 16 e) e of Shewchuk 1997, e = 2^-53; differences of float32 do not underflow */
    const double error = 3.3306690738754716e-16 * (fabs(left) + fabs(right));

    if (twice > error) {
        return 1;
    }
    if (twice < -error) {
        return -1;
    }
    return error > 0 ? uvp_exact_turn_slow(a, b, c) : 0;
}

#endif
