/*
 * Any bytes as a small soup of triangles: the layout must be valid by the exact verdict, every
 * corner mapped inside the unit square, whatever the positions are.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/atlas/atlas.h"

#define MEMORY_LIMIT ((size_t)1 << 30)
#define MOST_VERTICES 64u
#define MOST_TRIANGLES 300u

struct soup {
    float positions[3 * MOST_VERTICES];
    uint32_t corners[3 * MOST_TRIANGLES];
    uint32_t triangles[3 * MOST_TRIANGLES];
    uint32_t vertex_count;
    uint32_t triangle_count;
    struct uvp_atlas_options options;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

/* Small whole numbers make coincidences; every fourth shape takes floats as they are. */
static float coordinate(const uint8_t *at, bool as_is)
{
    float value;

    if (!as_is) {
        return (float)(int8_t)at[0];
    }
    memcpy(&value, at, sizeof value);
    return value;
}

static bool read_soup(struct soup *soup, const uint8_t *data, size_t bytes)
{
    const bool as_is = bytes > 0 && data[0] % 4 == 0;
    const size_t each = as_is ? sizeof(float) : 1;
    size_t at = 4;

    if (bytes < 4) {
        return false;
    }
    soup->vertex_count = 3 + data[1] % (MOST_VERTICES - 3);
    soup->options.resolution_texels = 16u << (data[2] % 8);
    soup->options.padding_texels = (float)(data[3] % 5);
    if (bytes - at < 3 * each * soup->vertex_count) {
        return false;
    }
    for (uint32_t i = 0; i < 3 * soup->vertex_count; i++, at += each) {
        soup->positions[i] = coordinate(data + at, as_is);
    }
    while (bytes - at >= 3 && soup->triangle_count < MOST_TRIANGLES) {
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t corner = 3 * soup->triangle_count + k;

            soup->corners[corner] = data[at++] % soup->vertex_count;
            soup->triangles[corner] = corner;
        }
        soup->triangle_count++;
    }
    return soup->triangle_count != 0;
}

static void check(const struct uvp_atlas_input *input, const struct uvp_atlas_result *result,
                  struct uvp_arena *scratch, struct uvp_stop *stop)
{
    struct uvp_atlas_verdict verdict;

    for (uint32_t i = 0; i < 2 * result->uv_count; i++) {
        require(result->uv[i] >= 0 && result->uv[i] <= 1);
    }
    for (uint32_t i = 0; i < input->corner_count; i++) {
        require(result->corner_uv[i] < result->uv_count);
    }
    require(uvp_atlas_verify(input, result, scratch, stop, &verdict, NULL) == UVP_OK);
    require(verdict.flipped == 0 && verdict.overlapping == 0 && verdict.outside == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct soup soup;
    struct uvp_mem mem;
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_stop stop;
    struct uvp_atlas_input input = {0};
    struct uvp_atlas_result result;
    enum uvp_code code;

    memset(&soup, 0, sizeof soup);
    if (!read_soup(&soup, data, bytes)) {
        return 0;
    }
    input.positions = soup.positions;
    input.vertex_count = soup.vertex_count;
    input.corner_vertex = soup.corners;
    input.corner_count = 3 * soup.triangle_count;
    input.triangles = soup.triangles;
    input.triangle_count = soup.triangle_count;
    uvp_mem_init(&mem, MEMORY_LIMIT);
    uvp_arena_init(&keep, &mem, 0);
    uvp_arena_init(&scratch, &mem, 0);
    uvp_stop_init_child(&stop, NULL, 0, NULL);
    code = uvp_atlas_make(&input, &soup.options, &keep, &scratch, NULL, &stop, NULL, NULL,
                          &result, NULL);
    require(code == UVP_OK || code == UVP_DEGENERATE);
    if (code == UVP_OK) {
        check(&input, &result, &scratch, &stop);
    }
    uvp_arena_release(&scratch);
    uvp_arena_release(&keep);
    require(mem.used_bytes == 0);
    return 0;
}
