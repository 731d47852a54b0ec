/*
 * text_powers.h -- powers of five for reading decimal numbers as float32
 *
 * 5^q is `digits` * 2^`exponent`, with 2^63 <= digits < 2^64, cut and not rounded: the true
 * power lies in [digits, digits + 1). The range covers every product of a 64-bit integer and
 * a power of ten that is neither zero nor infinite as a float32.
 */
#ifndef UVP_FORMATS_MESH_TEXT_POWERS_H
#define UVP_FORMATS_MESH_TEXT_POWERS_H

#include <stdint.h>

#define UVP_POWER_MIN (-65)
#define UVP_POWER_MAX 38

struct uvp_power_of_five {
    uint64_t digits;
    int exponent;
};

/* clang-format off */
static const struct uvp_power_of_five uvp_powers_of_five[UVP_POWER_MAX - UVP_POWER_MIN + 1] = {
    {UINT64_C(0x86ccbb52ea94baea), -214}, {UINT64_C(0xa87fea27a539e9a5), -212},
    {UINT64_C(0xd29fe4b18e88640e), -210}, {UINT64_C(0x83a3eeeef9153e89), -207},
    {UINT64_C(0xa48ceaaab75a8e2b), -205}, {UINT64_C(0xcdb02555653131b6), -203},
    {UINT64_C(0x808e17555f3ebf11), -200}, {UINT64_C(0xa0b19d2ab70e6ed6), -198},
    {UINT64_C(0xc8de047564d20a8b), -196}, {UINT64_C(0xfb158592be068d2e), -194},
    {UINT64_C(0x9ced737bb6c4183d), -191}, {UINT64_C(0xc428d05aa4751e4c), -189},
    {UINT64_C(0xf53304714d9265df), -187}, {UINT64_C(0x993fe2c6d07b7fab), -184},
    {UINT64_C(0xbf8fdb78849a5f96), -182}, {UINT64_C(0xef73d256a5c0f77c), -180},
    {UINT64_C(0x95a8637627989aad), -177}, {UINT64_C(0xbb127c53b17ec159), -175},
    {UINT64_C(0xe9d71b689dde71af), -173}, {UINT64_C(0x9226712162ab070d), -170},
    {UINT64_C(0xb6b00d69bb55c8d1), -168}, {UINT64_C(0xe45c10c42a2b3b05), -166},
    {UINT64_C(0x8eb98a7a9a5b04e3), -163}, {UINT64_C(0xb267ed1940f1c61c), -161},
    {UINT64_C(0xdf01e85f912e37a3), -159}, {UINT64_C(0x8b61313bbabce2c6), -156},
    {UINT64_C(0xae397d8aa96c1b77), -154}, {UINT64_C(0xd9c7dced53c72255), -152},
    {UINT64_C(0x881cea14545c7575), -149}, {UINT64_C(0xaa242499697392d2), -147},
    {UINT64_C(0xd4ad2dbfc3d07787), -145}, {UINT64_C(0x84ec3c97da624ab4), -142},
    {UINT64_C(0xa6274bbdd0fadd61), -140}, {UINT64_C(0xcfb11ead453994ba), -138},
    {UINT64_C(0x81ceb32c4b43fcf4), -135}, {UINT64_C(0xa2425ff75e14fc31), -133},
    {UINT64_C(0xcad2f7f5359a3b3e), -131}, {UINT64_C(0xfd87b5f28300ca0d), -129},
    {UINT64_C(0x9e74d1b791e07e48), -126}, {UINT64_C(0xc612062576589dda), -124},
    {UINT64_C(0xf79687aed3eec551), -122}, {UINT64_C(0x9abe14cd44753b52), -119},
    {UINT64_C(0xc16d9a0095928a27), -117}, {UINT64_C(0xf1c90080baf72cb1), -115},
    {UINT64_C(0x971da05074da7bee), -112}, {UINT64_C(0xbce5086492111aea), -110},
    {UINT64_C(0xec1e4a7db69561a5), -108}, {UINT64_C(0x9392ee8e921d5d07), -105},
    {UINT64_C(0xb877aa3236a4b449), -103}, {UINT64_C(0xe69594bec44de15b), -101},
    {UINT64_C(0x901d7cf73ab0acd9), -98}, {UINT64_C(0xb424dc35095cd80f), -96},
    {UINT64_C(0xe12e13424bb40e13), -94}, {UINT64_C(0x8cbccc096f5088cb), -91},
    {UINT64_C(0xafebff0bcb24aafe), -89}, {UINT64_C(0xdbe6fecebdedd5be), -87},
    {UINT64_C(0x89705f4136b4a597), -84}, {UINT64_C(0xabcc77118461cefc), -82},
    {UINT64_C(0xd6bf94d5e57a42bc), -80}, {UINT64_C(0x8637bd05af6c69b5), -77},
    {UINT64_C(0xa7c5ac471b478423), -75}, {UINT64_C(0xd1b71758e219652b), -73},
    {UINT64_C(0x83126e978d4fdf3b), -70}, {UINT64_C(0xa3d70a3d70a3d70a), -68},
    {UINT64_C(0xcccccccccccccccc), -66}, {UINT64_C(0x8000000000000000), -63},
    {UINT64_C(0xa000000000000000), -61}, {UINT64_C(0xc800000000000000), -59},
    {UINT64_C(0xfa00000000000000), -57}, {UINT64_C(0x9c40000000000000), -54},
    {UINT64_C(0xc350000000000000), -52}, {UINT64_C(0xf424000000000000), -50},
    {UINT64_C(0x9896800000000000), -47}, {UINT64_C(0xbebc200000000000), -45},
    {UINT64_C(0xee6b280000000000), -43}, {UINT64_C(0x9502f90000000000), -40},
    {UINT64_C(0xba43b74000000000), -38}, {UINT64_C(0xe8d4a51000000000), -36},
    {UINT64_C(0x9184e72a00000000), -33}, {UINT64_C(0xb5e620f480000000), -31},
    {UINT64_C(0xe35fa931a0000000), -29}, {UINT64_C(0x8e1bc9bf04000000), -26},
    {UINT64_C(0xb1a2bc2ec5000000), -24}, {UINT64_C(0xde0b6b3a76400000), -22},
    {UINT64_C(0x8ac7230489e80000), -19}, {UINT64_C(0xad78ebc5ac620000), -17},
    {UINT64_C(0xd8d726b7177a8000), -15}, {UINT64_C(0x878678326eac9000), -12},
    {UINT64_C(0xa968163f0a57b400), -10}, {UINT64_C(0xd3c21bcecceda100), -8},
    {UINT64_C(0x84595161401484a0), -5}, {UINT64_C(0xa56fa5b99019a5c8), -3},
    {UINT64_C(0xcecb8f27f4200f3a), -1}, {UINT64_C(0x813f3978f8940984), 2},
    {UINT64_C(0xa18f07d736b90be5), 4}, {UINT64_C(0xc9f2c9cd04674ede), 6},
    {UINT64_C(0xfc6f7c4045812296), 8}, {UINT64_C(0x9dc5ada82b70b59d), 11},
    {UINT64_C(0xc5371912364ce305), 13}, {UINT64_C(0xf684df56c3e01bc6), 15},
    {UINT64_C(0x9a130b963a6c115c), 18}, {UINT64_C(0xc097ce7bc90715b3), 20},
    {UINT64_C(0xf0bdc21abb48db20), 22}, {UINT64_C(0x96769950b50d88f4), 25},
};
/* clang-format on */

#endif
