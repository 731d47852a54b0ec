#include "tools/uvcheck/verdicts.h"

#define FLAT 1e-5

struct sums {
    double plane; /* areas of the triangles that take part */
    double space;
    double squares;
    double worst;
};

/* Squared lengths, and the product, of the steps in space for a step along u and along v. */
static void metric(const struct cover *cover, const struct triangle *triangle, double twice,
                   double *a, double *b, double *c)
{
    struct spot s[3];
    const float *q[3];
    for (int k = 0; k < 3; k++) {
        s[k] = cover_spot(cover, triangle, k);
        q[k] = cover_position(cover, triangle, k);
    }
    *a = 0.0;
    *b = 0.0;
    *c = 0.0;
    for (int k = 0; k < 3; k++) {
        const double e1 = (double)q[1][k] - (double)q[0][k];
        const double e2 = (double)q[2][k] - (double)q[0][k];
        const double along_u =
            (e1 * from_lattice(s[2].y - s[0].y) - e2 * from_lattice(s[1].y - s[0].y)) / twice;
        const double along_v =
            (e2 * from_lattice(s[1].x - s[0].x) - e1 * from_lattice(s[2].x - s[0].x)) / twice;
        *a += along_u * along_u;
        *b += along_u * along_v;
        *c += along_v * along_v;
    }
}

static bool add_up(const struct cover *cover, const struct triangle *triangle, double twice,
                   struct sums *sums)
{
    double area;
    double longest;
    if (twice <= 0.0 || !cover_space_size(cover, triangle, &area, &longest) ||
        area <= FLAT * longest * longest) {
        return false;
    }
    double a;
    double b;
    double c;
    metric(cover, triangle, twice, &a, &b, &c);
    const double mean = (a + c) / 2.0;
    const double largest = mean + sqrt((a - c) * (a - c) / 4.0 + b * b);
    sums->plane += twice / 2.0;
    sums->space += area / 2.0;
    sums->squares += mean * area / 2.0;
    sums->worst = fmax(sums->worst, largest);
    return true;
}

struct stretch measure_stretch(const struct cover *cover)
{
    struct stretch stretch = {0};
    struct sums sums = {0};
    for (uint32_t t = 0; t < cover->triangle_count; t++) {
        const struct triangle *triangle = &cover->triangle[t];
        const wide exact =
            twice_area(cover_spot(cover, triangle, 0), cover_spot(cover, triangle, 1),
                       cover_spot(cover, triangle, 2));
        const double twice = ldexp((double)exact, -2 * LATTICE_BITS);
        stretch.plane_area += fabs(twice) / 2.0;
        stretch.judged += add_up(cover, triangle, twice, &sums);
    }
    if (stretch.judged > 0) {
        const double scale = sums.plane / sums.space;
        stretch.l2 = sqrt(sums.squares / sums.space * scale);
        stretch.linf = sqrt(sums.worst * scale);
    }
    return stretch;
}
