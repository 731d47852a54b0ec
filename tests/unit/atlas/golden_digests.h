/*
 * golden_digests.h -- what the layouts of test_golden.c must be
 *
 * Why:     made by that program, as is said there.
 */
#ifndef UVP_TESTS_ATLAS_GOLDEN_DIGESTS_H
#define UVP_TESTS_ATLAS_GOLDEN_DIGESTS_H

#define UVP_GOLDEN_HILLS UINT64_C(0xd71bd27fe5215555)
#define UVP_GOLDEN_HILLS_FAST UINT64_C(0xc2a4707c843b8e4b)
#define UVP_GOLDEN_HILLS_BEST UINT64_C(0xfa44b43628329216)
#define UVP_GOLDEN_PARTS UINT64_C(0x2c0ebcffb19f1ad3)
#define UVP_GOLDEN_PARTS_PAGES UINT64_C(0x25b114f1d3c4631b)
#define UVP_GOLDEN_TUBE UINT64_C(0xd0a34aae5118a95b)
#define UVP_GOLDEN_BLOB UINT64_C(0xaa05f5485e819494)
#define UVP_GOLDEN_BLOB_FAST UINT64_C(0x0e81510c6bf672b1)
#define UVP_GOLDEN_SOUP UINT64_C(0xe1f6722fe3ca58fa)

#endif
