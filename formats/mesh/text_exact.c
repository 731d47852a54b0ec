/*
 * Both sides are multiplied by powers of two and five until they are whole numbers, and
 * compared. A middle between two float32 has at most 113 decimal digits that are not zero, so
 * of the number's own digits 128 decide, and "something follows" stands for the rest.
 */
#include "formats/mesh/text_exact.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS_MAX 128
#define LIMBS 48 /* 1536 bits; the largest value met has under 700 */

struct whole {
    uint32_t limb[LIMBS]; /* least first */
    int count;
};

static void whole_set(struct whole *whole, uint64_t value)
{
    memset(whole, 0, sizeof *whole);
    whole->limb[0] = (uint32_t)value;
    whole->limb[1] = (uint32_t)(value >> 32);
    whole->count = 2;
}

/* whole = whole * factor + addend */
static void whole_multiply_add(struct whole *whole, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;

    for (int i = 0; i < whole->count; i++) {
        carry += (uint64_t)whole->limb[i] * factor;
        whole->limb[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0 && whole->count < LIMBS) {
        whole->limb[whole->count++] = (uint32_t)carry;
    }
}

static void whole_multiply_power(struct whole *whole, uint32_t base, int64_t power)
{
    for (int64_t i = 0; i < power; i++) {
        whole_multiply_add(whole, base, 0);
    }
}

static void whole_shift(struct whole *whole, int64_t bits)
{
    for (; bits >= 16; bits -= 16) {
        whole_multiply_add(whole, UINT32_C(1) << 16, 0);
    }
    whole_multiply_add(whole, UINT32_C(1) << bits, 0);
}

static int whole_compare(const struct whole *a, const struct whole *b)
{
    const int count = a->count > b->count ? a->count : b->count;

    for (int i = count - 1; i >= 0; i--) {
        /* limbs above the count are zero */
        if (a->limb[i] != b->limb[i]) {
            return a->limb[i] < b->limb[i] ? -1 : 1;
        }
    }
    return 0;
}

static bool any_digit_left(const unsigned char *at, const unsigned char *stop)
{
    for (; at < stop; at++) {
        if (*at != '0' && *at != '.') {
            return true;
        }
    }
    return false;
}

/* Reads the digits that count into `whole`; *power is the power of ten of the last one. */
static void read_digits(const struct uvp_decimal *decimal, struct whole *whole, int64_t *power)
{
    const unsigned char *at = decimal->first;
    const unsigned char *last = at;
    int digits = 0;

    whole_set(whole, 0);
    for (; at < decimal->stop && digits < DIGITS_MAX; at++) {
        if (*at != '.') {
            whole_multiply_add(whole, 10, (uint32_t)(*at - '0'));
            last = at;
            digits++;
        }
    }
    *power = uvp_decimal_power(decimal, last);
    if (any_digit_left(at, decimal->stop)) {
        whole_multiply_add(whole, 10, 1);
        *power -= 1;
    }
}

int uvp_decimal_compare(const struct uvp_decimal *decimal, uint64_t middle, int exponent)
{
    struct whole left;
    struct whole right;
    int64_t power;

    read_digits(decimal, &left, &power);
    whole_set(&right, middle);
    whole_multiply_power(&left, 5, power);
    whole_multiply_power(&right, 5, -power);
    whole_shift(&left, power > exponent ? power - exponent : 0);
    whole_shift(&right, exponent > power ? exponent - power : 0);
    return whole_compare(&left, &right);
}
