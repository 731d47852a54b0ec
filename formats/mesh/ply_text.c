#include "formats/mesh/ply_text.h"

#include <math.h>

#include "formats/mesh/text.h"

#define DIGITS_MAX 18
#define POWER_CAP 400
#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

bool uvp_ply_text_float(const unsigned char *at, const unsigned char *end, float *value)
{
    return uvp_text_read_float(at, end, value) == end;
}

/* digits * 10^power; each step rounds once. */
static double scale(double digits, int power)
{
    static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

    for (; power > 0; power -= power > 22 ? 22 : power) {
        digits *= tens[power > 22 ? 22 : power];
    }
    for (; power < 0; power += power < -22 ? 22 : -power) {
        digits /= tens[power < -22 ? 22 : -power];
    }
    return digits;
}

static int clamp_power(int64_t power)
{
    return power > POWER_CAP ? POWER_CAP : power < -POWER_CAP ? -POWER_CAP : (int)power;
}

bool uvp_ply_text_double(const unsigned char *at, const unsigned char *end, double *value)
{
    uint64_t digits = 0;
    int64_t exponent = 0;
    int64_t power = 0;
    int count = 0;
    bool after_point = false;
    float rough;
    const bool is_negative = at < end && *at == '-';

    if (!uvp_ply_text_float(at, end, &rough)) {
        return false;
    }
    *value = (double)rough;
    if (!isfinite(rough) || rough == 0.0f) {
        return true;
    }
    at += *at == '-' || *at == '+';
    for (; at < end && ((unsigned)*at - '0' <= 9 || *at == '.'); at++) {
        if (*at == '.') {
            after_point = true;
        } else if (count < DIGITS_MAX) {
            digits = digits * 10 + (uint64_t)(*at - '0');
            count += digits != 0;
            power -= after_point;
        } else {
            power += !after_point;
        }
    }
    if (at < end) {
        (void)uvp_text_read_integer(at + 1, end, &exponent); /* behind an e */
    }
    *value = scale((double)digits, clamp_power(power + exponent));
    *value = is_negative ? -*value : *value;
    return true;
}

bool uvp_ply_text_whole(const unsigned char *at, const unsigned char *end, int64_t *value)
{
    double number;

    if (uvp_text_read_integer(at, end, value) == end) {
        return true;
    }
    if (!uvp_ply_text_double(at, end, &number) || !(fabs(number) < WHOLE_MAX) ||
        number != floor(number)) {
        return false;
    }
    *value = (int64_t)number;
    return true;
}
