#include "formats/mesh/base64.h"

#include <stdint.h>

#define BAD 0x80u

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void fill_values(unsigned char value[256])
{
    memset(value, BAD, 256);
    for (unsigned i = 0; i < 64; i++) {
        value[(unsigned char)alphabet[i]] = (unsigned char)i;
    }
}

/* Two or three characters at the end make one byte or two; bits left over must be zero. */
static bool read_rest(const unsigned char *at, size_t left, const unsigned char *value,
                      unsigned char *to, size_t *bytes)
{
    uint32_t bits = 0;

    *bytes = 0;
    if (left == 0) {
        return true;
    }
    if (left == 1) {
        return false;
    }
    for (size_t i = 0; i < left; i++) {
        if (value[at[i]] == BAD) {
            return false;
        }
        bits = bits << 6 | value[at[i]];
    }
    bits <<= 6 * (4 - left);
    to[0] = (unsigned char)(bits >> 16);
    if (left == 3) {
        to[1] = (unsigned char)(bits >> 8);
    }
    *bytes = left - 1;
    return (bits & (left == 3 ? 0xffu : 0xffffu)) == 0;
}

bool uvp_base64_read(struct uvp_span text, unsigned char *to, size_t *bytes)
{
    unsigned char value[256];
    size_t length = text.bytes;
    size_t rest;
    unsigned bad = 0;
    unsigned char *const from = to;

    fill_values(value);
    for (int i = 0; i < 2 && length > 0 && text.bytes % 4 == 0 && text.data[length - 1] == '=';
         i++) {
        length--;
    }
    for (size_t i = 0; i + 4 <= length; i += 4) {
        const unsigned char *const at = text.data + i;
        const unsigned a = value[at[0]];
        const unsigned b = value[at[1]];
        const unsigned c = value[at[2]];
        const unsigned d = value[at[3]];
        const unsigned bits = a << 18 | b << 12 | c << 6 | d;
        bad |= a | b | c | d;
        to[0] = (unsigned char)(bits >> 16);
        to[1] = (unsigned char)(bits >> 8);
        to[2] = (unsigned char)bits;
        to += 3;
    }
    if ((bad & BAD) != 0 ||
        !read_rest(text.data + length / 4 * 4, length % 4, value, to, &rest)) {
        return false;
    }
    *bytes = (size_t)(to - from) + rest;
    return true;
}

unsigned char *uvp_base64_write(unsigned char *to, struct uvp_span bytes)
{
    size_t i = 0;

    for (; i + 3 <= bytes.bytes; i += 3) {
        const unsigned char *const at = bytes.data + i;
        const unsigned bits = (unsigned)at[0] << 16 | (unsigned)at[1] << 8 | at[2];
        *to++ = (unsigned char)alphabet[bits >> 18];
        *to++ = (unsigned char)alphabet[bits >> 12 & 63];
        *to++ = (unsigned char)alphabet[bits >> 6 & 63];
        *to++ = (unsigned char)alphabet[bits & 63];
    }
    if (i < bytes.bytes) {
        const bool two = i + 2 == bytes.bytes;
        const unsigned bits =
            (unsigned)bytes.data[i] << 16 | (two ? (unsigned)bytes.data[i + 1] << 8 : 0);
        *to++ = (unsigned char)alphabet[bits >> 18];
        *to++ = (unsigned char)alphabet[bits >> 12 & 63];
        *to++ = two ? (unsigned char)alphabet[bits >> 6 & 63] : '=';
        *to++ = '=';
    }
    return to;
}
