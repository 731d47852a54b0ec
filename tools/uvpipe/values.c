#include "tools/uvpipe/values.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "pipeline/base/clock.h"

#define FRACTION_DIGITS 9

struct unit {
    const char *name;
    uint64_t scale;
};

static const struct unit size_units[] = {
    {"", 1},
    {"K", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {"T", UINT64_C(1) << 40},
    {"KiB", UINT64_C(1) << 10},
    {"MiB", UINT64_C(1) << 20},
    {"GiB", UINT64_C(1) << 30},
    {"TiB", UINT64_C(1) << 40},
    {NULL, 0},
};

static const struct unit duration_units[] = {
    {"", UVP_NS_PER_S},       {"ms", UVP_NS_PER_MS},      {"s", UVP_NS_PER_S},
    {"m", 60 * UVP_NS_PER_S}, {"h", 3600 * UVP_NS_PER_S}, {NULL, 0},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits from *at on and leaves it behind the last one; at least one is needed. */
static bool read_digits(const char **at, uint64_t *value)
{
    uint64_t sum = 0;

    if (!is_digit(**at)) {
        return false;
    }
    for (; is_digit(**at); (*at)++) {
        const uint64_t digit = (uint64_t)(**at - '0');
        if (sum > (UINT64_MAX - digit) / 10) {
            return false;
        }
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

/* Reads ".5" into 10^-9ths; no dot is 0. */
static bool read_fraction(const char **at, uint64_t *billionths)
{
    uint64_t sum = 0;
    int digits = 0;

    *billionths = 0;
    if (**at != '.') {
        return true;
    }
    (*at)++;
    for (; is_digit(**at); (*at)++, digits++) {
        if (digits == FRACTION_DIGITS) {
            return false;
        }
        sum = sum * 10 + (uint64_t)(**at - '0');
    }
    for (int i = digits; i < FRACTION_DIGITS; i++) {
        sum *= 10;
    }
    *billionths = sum;
    return digits > 0;
}

static bool find_unit(const struct unit *units, const char *name, bool any_case,
                      uint64_t *scale)
{
    for (; units->name != NULL; units++) {
        const int differs =
            any_case ? strcasecmp(units->name, name) : strcmp(units->name, name);
        if (differs == 0) {
            *scale = units->scale;
            return true;
        }
    }
    return false;
}

bool uvp_value_count(const char *text, uint64_t *value)
{
    uint64_t read = 0;

    if (!read_digits(&text, &read) || *text != '\0') {
        return false;
    }
    *value = read;
    return true;
}

bool uvp_value_integer(const char *text, int64_t *value)
{
    const bool negative = *text == '-';
    uint64_t size = 0;

    if (!uvp_value_count(text + (negative ? 1 : 0), &size) || size > INT64_MAX) {
        return false;
    }
    *value = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

bool uvp_value_size(const char *text, uint64_t *bytes)
{
    uint64_t count = 0;
    uint64_t scale = 0;

    if (!read_digits(&text, &count) || !find_unit(size_units, text, true, &scale)) {
        return false;
    }
    if (count > UINT64_MAX / scale) {
        return false;
    }
    *bytes = count * scale;
    return true;
}

/* fraction / 10^9 of scale, rounded down, without a 128-bit product. */
static uint64_t share_of(uint64_t scale, uint64_t billionths)
{
    const uint64_t whole = scale / UVP_NS_PER_S;
    const uint64_t rest = scale % UVP_NS_PER_S;

    return whole * billionths + rest * billionths / UVP_NS_PER_S;
}

bool uvp_value_duration(const char *text, uint64_t *ns)
{
    uint64_t count = 0;
    uint64_t billionths = 0;
    uint64_t scale = 0;

    if (!read_digits(&text, &count) || !read_fraction(&text, &billionths) ||
        !find_unit(duration_units, text, false, &scale)) {
        return false;
    }
    if (count >= UINT64_MAX / scale) {
        return false;
    }
    *ns = count * scale + share_of(scale, billionths);
    return true;
}

bool uvp_value_decimal(const char *text, uint64_t *millionths)
{
    uint64_t count = 0;
    uint64_t billionths = 0;

    if (!read_digits(&text, &count) || !read_fraction(&text, &billionths) || *text != '\0') {
        return false;
    }
    if (count >= UINT64_MAX / 1000000 || billionths % 1000 != 0) {
        return false;
    }
    *millionths = count * 1000000 + billionths / 1000;
    return true;
}
