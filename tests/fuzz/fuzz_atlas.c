/*
 * Any bytes as a small soup of triangles: the layout must be valid by the exact verdict, every
 * corner mapped onto its page, whatever the positions, the options and the old UVs are.
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
    uint32_t groups[MOST_TRIANGLES];
    float old_uv[2 * MOST_VERTICES];
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

/* Four bytes of options: most are off most of the time, so that they meet in all ways. */
static void read_options(const uint8_t *at, struct uvp_atlas_options *options)
{
    static const float stretches[] = {0, 1.01F, 2, 50};
    static const uint32_t pages[] = {0, 1, 3, UVP_ATLAS_PAGES_AUTO};
    static const float densities[] = {0, 0.01F, 3, 500};

    options->resolution_texels = 16u << (at[0] % 8);
    options->preset = (enum uvp_atlas_preset)(at[0] >> 4 & 3); /* one value is out of range */
    options->padding_texels = (float)(at[1] % 5);
    options->max_stretch = stretches[at[1] >> 4 & 3];
    options->pages = pages[at[2] & 3];
    options->texels_per_unit = densities[at[2] >> 2 & 3];
    options->pack_effort = at[2] >> 4 & 1;
    options->max_chart_triangles = (at[2] >> 5 & 1) * 3;
    options->seam_degrees = (float)(at[2] >> 6) * 45;
    options->seam_groups = (at[3] & 1) != 0;
    options->keep_charts = (at[3] & 2) != 0;
    options->fix_winding = (at[3] & 4) != 0;
    options->whole_charts = (at[3] & 8) != 0;
}

static bool read_soup(struct soup *soup, const uint8_t *data, size_t bytes)
{
    const bool as_is = bytes > 0 && data[0] % 4 == 0;
    const size_t each = as_is ? sizeof(float) : 1;
    size_t at = 8;

    if (bytes < 8) {
        return false;
    }
    soup->vertex_count = 3 + data[1] % (MOST_VERTICES - 3);
    read_options(data + 2, &soup->options);
    if (bytes - at < 3 * each * soup->vertex_count) {
        return false;
    }
    for (uint32_t i = 0; i < 3 * soup->vertex_count; i++, at += each) {
        soup->positions[i] = coordinate(data + at, as_is);
    }
    for (uint32_t i = 0; i < 2 * soup->vertex_count; i++) {
        soup->old_uv[i] = soup->positions[i + i / 2]; /* seen along z; may hold anything */
    }
    while (bytes - at >= 3 && soup->triangle_count < MOST_TRIANGLES) {
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t corner = 3 * soup->triangle_count + k;

            soup->corners[corner] = data[at++] % soup->vertex_count;
            soup->triangles[corner] = corner;
        }
        soup->groups[soup->triangle_count] = soup->corners[3 * soup->triangle_count] % 3;
        soup->triangle_count++;
    }
    return soup->triangle_count != 0;
}

static void check(const struct uvp_atlas_input *input, const struct uvp_atlas_result *result,
                  struct uvp_arena *scratch, struct uvp_stop *stop)
{
    struct uvp_atlas_verdict verdict;

    require(result->page_count >= 1 && result->page_count <= 1000);
    for (uint32_t i = 0; i < 2 * result->uv_count; i++) {
        require(result->uv[i] >= 0 && result->uv[i] <= (float)result->page_count);
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
    input.triangle_group = soup.groups;
    input.old_uv = soup.old_uv;
    input.old_corner_uv = soup.corners;
    input.old_uv_count = soup.vertex_count;
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
