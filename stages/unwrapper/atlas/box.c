/*
 * Directions of Pythagorean triples, about 22 degrees from each other: their lengths are exact.
 */
#include "stages/unwrapper/atlas/box.h"

#include <math.h>

static double width_of(const struct uvp_vec2 *point, uint32_t count, struct uvp_vec2 direction)
{
    double low = HUGE_VAL;
    double high = -HUGE_VAL;

    for (uint32_t i = 0; i < count; i++) {
        const double at = point[i].x * direction.x + point[i].y * direction.y;
        low = at < low ? at : low;
        high = at > high ? at : high;
    }
    return high - low;
}

struct uvp_box uvp_box_of(const struct uvp_vec2 *point, uint32_t count)
{
    static const struct uvp_vec2 direction[4] = {
        {1, 0}, {12.0 / 13, 5.0 / 13}, {20.0 / 29, 21.0 / 29}, {5.0 / 13, 12.0 / 13}};
    struct uvp_box least = {0, HUGE_VAL};

    for (int k = 0; k < 4; k++) {
        const double a = width_of(point, count, direction[k]);
        const double b =
            width_of(point, count, (struct uvp_vec2){-direction[k].y, direction[k].x});
        if (a * b < least.area) {
            least = (struct uvp_box){fmax(a, b), a * b};
        }
    }
    return least;
}
