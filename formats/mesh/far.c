#include "formats/mesh/far.h"

#include <math.h>

#define FAR_RATIO 1024.0
#define DIGITS_MAX 18 /* fit in 64 bits */
#define POWER_MAX 22  /* powers of ten up to it are exact doubles */

void uvp_far_box_init(struct uvp_far_box *box)
{
    for (int i = 0; i < 3; i++) {
        box->least[i] = INFINITY;
        box->most[i] = -INFINITY;
    }
}

void uvp_far_box_extend(struct uvp_far_box *box, const float *positions, uint32_t count)
{
    for (uint32_t v = 0; v < count; v++) {
        for (int i = 0; i < 3; i++) {
            const float value = positions[(size_t)3 * v + (size_t)i];
            if (!isfinite(value)) {
                continue;
            }
            box->least[i] = value < box->least[i] ? value : box->least[i];
            box->most[i] = value > box->most[i] ? value : box->most[i];
        }
    }
}

bool uvp_far_box_middle(const struct uvp_far_box *box, float middle[3])
{
    double size = 0.0;
    double off = 0.0;

    for (int i = 0; i < 3; i++) {
        const double least = (double)box->least[i];
        const double most = (double)box->most[i];
        const double centre = 0.5 * (least + most);
        if (!(least <= most)) {
            return false;
        }
        middle[i] = (float)centre;
        size = most - least > size ? most - least : size;
        off = fabs(centre) > off ? fabs(centre) : off;
    }
    return off > FAR_RATIO * size && off > 0.0;
}

static bool is_digit(const unsigned char *at, const unsigned char *end)
{
    return at < end && (unsigned)*at - '0' <= 9;
}

/* `power` of `e+12`; false when it is too large to matter here. */
static bool read_power(const unsigned char *at, const unsigned char *end, int *power)
{
    const bool negative = at < end && *at == '-';
    int value = 0;

    at += at < end && (*at == '-' || *at == '+');
    for (; is_digit(at, end) && value < 1000; at++) {
        value = 10 * value + (*at - '0');
    }
    *power += negative ? -value : value;
    return value < 1000;
}

static double scale(double digits, int power)
{
    static const double tens[POWER_MAX + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    return power < 0 ? digits / tens[-power] : digits * tens[power];
}

double uvp_far_read(const unsigned char *at, const unsigned char *end, float value)
{
    const bool negative = at < end && *at == '-';
    uint64_t digits = 0;
    bool in_fraction = false;
    int count = 0;
    int power = 0;

    at += at < end && (*at == '-' || *at == '+');
    for (; is_digit(at, end) || (at < end && *at == '.' && !in_fraction); at++) {
        if (*at == '.') {
            in_fraction = true;
        } else if (count < DIGITS_MAX) {
            digits = 10 * digits + (uint64_t)(*at - '0');
            count += digits != 0;
            power -= in_fraction;
        } else {
            power += !in_fraction; /* beyond what a double holds */
            if (power > POWER_MAX) {
                return (double)value;
            }
        }
    }
    if (at < end && (*at | 0x20) == 'e' && !read_power(at + 1, end, &power)) {
        return (double)value;
    }
    if (count == 0 || power < -POWER_MAX || power > POWER_MAX) {
        return (double)value;
    }
    return negative ? -scale((double)digits, power) : scale((double)digits, power);
}
