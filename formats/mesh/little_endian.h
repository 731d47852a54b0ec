/*
 * little_endian.h -- numbers in little-endian bytes, whatever the machine
 *
 * Use:     get reads 2 or 4 bytes; put writes them and returns the place behind.
 */
#ifndef UVP_FORMATS_MESH_LITTLE_ENDIAN_H
#define UVP_FORMATS_MESH_LITTLE_ENDIAN_H

#include <stdint.h>
#include <string.h>

static inline uint32_t uvp_le_get16(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static inline uint32_t uvp_le_get32(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24;
}

static inline unsigned char *uvp_le_put16(unsigned char *to, uint32_t value)
{
    to[0] = (unsigned char)value;
    to[1] = (unsigned char)(value >> 8);
    return to + 2;
}

static inline unsigned char *uvp_le_put32(unsigned char *to, uint32_t value)
{
    to[0] = (unsigned char)value;
    to[1] = (unsigned char)(value >> 8);
    to[2] = (unsigned char)(value >> 16);
    to[3] = (unsigned char)(value >> 24);
    return to + 4;
}

static inline unsigned char *uvp_le_put_float(unsigned char *to, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    return uvp_le_put32(to, bits);
}

static inline unsigned char *uvp_le_put_double(unsigned char *to, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    to = uvp_le_put32(to, (uint32_t)bits);
    return uvp_le_put32(to, (uint32_t)(bits >> 32));
}

#endif
