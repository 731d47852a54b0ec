/*
 * Binary STL: a header of 80 bytes of anything, a count, and facets of 50 bytes: a normal,
 * three corners, and two bytes that some programs put a colour in. After "StL Files" in
 * Automated Fabrication (M. Burns, 1993).
 */
#include "formats/mesh/little_endian.h"
#include "formats/mesh/stl.h"

#define COUNT_AT ((size_t)80)
#define COUNT_UNKNOWN UINT32_MAX /* left by programs that could not go back to write it */
#define FACETS_PER_BLOCK UINT32_C(64)
#define FACETS_PER_POLL UINT32_C(4096)
#define NORMAL_BYTES ((size_t)12)
#define CORNERS_BYTES ((size_t)36)

/*
 * The size is believed, not the count, where the two do not agree but the size is that of whole
 * facets. With bytes left over behind as many facets as the count says, the count is right.
 * With fewer facets than it says the file was cut.
 */
bool uvp_stl_count_facets(struct uvp_span bytes, uint64_t *count)
{
    uint64_t declared;
    uint64_t there;
    bool is_whole;

    if (bytes.bytes < UVP_STL_HEADER_BYTES) {
        return false;
    }
    declared = uvp_le_get32(bytes.data + COUNT_AT);
    there = (bytes.bytes - UVP_STL_HEADER_BYTES) / UVP_STL_FACET_BYTES;
    is_whole = (bytes.bytes - UVP_STL_HEADER_BYTES) % UVP_STL_FACET_BYTES == 0;
    if (declared <= there && declared != 0) {
        *count = is_whole ? there : declared;
        return true;
    }
    *count = there;
    return is_whole && (declared == 0 || (declared == COUNT_UNKNOWN && there != 0));
}

static inline uint32_t bits_at(const unsigned char *at)
{
    return uvp_le_get32(at);
}

static void gather(const unsigned char *facet, uint32_t count, uint32_t *bits, uint32_t *colour)
{
    for (uint32_t f = 0; f < count; f++) {
        for (uint32_t i = 0; i < 9; i++) {
            bits[i] = bits_at(facet + NORMAL_BYTES + (size_t)4 * i);
        }
        *colour |= uvp_le_get16(facet + NORMAL_BYTES + CORNERS_BYTES);
        bits += 9;
        facet += UVP_STL_FACET_BYTES;
    }
}

enum uvp_code uvp_stl_decode_binary(struct uvp_span bytes, uint32_t facets,
                                    struct uvp_arena *arena, struct uvp_stop *stop,
                                    struct uvp_stl_soup *soup, struct uvp_error *err)
{
    const unsigned char *at = bytes.data + UVP_STL_HEADER_BYTES;
    uint32_t bits[9 * FACETS_PER_BLOCK];
    uint32_t colour = 0;

    UVP_TRY(uvp_stl_soup_init(soup, facets, (uint64_t)facets / 2 + 64, arena, err));
    for (uint32_t f = 0; f < facets;) {
        const uint32_t left = facets - f;
        const uint32_t now = left < FACETS_PER_BLOCK ? left : FACETS_PER_BLOCK;
        if (f % FACETS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
        gather(at, now, bits, &colour);
        UVP_TRY(uvp_bitweld_add(&soup->weld, bits, 3 * now, soup->corner_vertex + (size_t)3 * f,
                                err));
        at += now * UVP_STL_FACET_BYTES;
        f += now;
    }
    soup->facets = facets;
    soup->has_colours = colour != 0;
    return uvp_bitweld_finish(&soup->weld, soup->corner_vertex, stop, err);
}
