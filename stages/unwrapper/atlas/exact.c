/*
 * The determinant of three points is a sum of six products, each exact in double. The sum is
 * kept as an expansion: doubles that do not overlap, the largest of which has its sign
 * (Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric
 * predicates", 1997).
 */
#include "stages/unwrapper/atlas/exact.h"

#define TERMS 6

/* terms[0 ... count] += value, exactly; smallest first. */
static void add_exactly(double *terms, int count, double value)
{
    double sum = value;

    for (int i = 0; i < count; i++) {
        const double a = sum;
        const double b = terms[i];
        const double rounded = a + b;
        const double part = rounded - a;
        terms[i] = (a - (rounded - part)) + (b - part);
        sum = rounded;
    }
    terms[count] = sum;
}

int uvp_exact_turn_slow(struct uvp_spot a, struct uvp_spot b, struct uvp_spot c)
{
    const double products[TERMS] = {
        (double)a.x * (double)b.y,  -(double)a.y * (double)b.x, (double)b.x * (double)c.y,
        -(double)b.y * (double)c.x, (double)c.x * (double)a.y,  -(double)c.y * (double)a.x,
    };
    double terms[TERMS];

    for (int i = 0; i < TERMS; i++) {
        add_exactly(terms, i, products[i]);
    }
    for (int i = TERMS - 1; i >= 0; i--) {
        if (terms[i] != 0) {
            return terms[i] > 0 ? 1 : -1;
        }
    }
    return 0;
}
