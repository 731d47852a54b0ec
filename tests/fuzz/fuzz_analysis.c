/*
 * Any bytes as a small soup of triangles with UVs: it is measured, twice to the same bits, in
 * bounded memory; counts add up and no figure is absurd.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "stages/unwrapper/analysis/analysis.h"

#define MEMORY_LIMIT ((size_t)1 << 30)
#define MOST_PLACES 48u
#define MOST_TRIANGLES 200u

struct soup {
    float positions[3 * MOST_PLACES];
    float uv[2 * MOST_PLACES];
    uint32_t vertex[3 * MOST_TRIANGLES];
    uint32_t corner_uv[3 * MOST_TRIANGLES];
    uint32_t triangles[3 * MOST_TRIANGLES];
    uint32_t count;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

/* Small whole numbers make coincidences; `as_is` takes any float. */
static float number(const uint8_t *at, bool as_is)
{
    float value;

    memcpy(&value, at, sizeof value);
    return as_is ? value : (float)(at[0] % 9) / 4;
}

static bool fill(struct soup *soup, const uint8_t *data, size_t bytes)
{
    const bool as_is = bytes > 0 && (data[0] & 1) != 0;
    const size_t places = 5 * MOST_PLACES;

    if (bytes < 1 + 4 * places + 6) {
        return false;
    }
    for (uint32_t i = 0; i < 3 * MOST_PLACES; i++) {
        soup->positions[i] = number(data + 1 + 4 * (size_t)i, as_is);
    }
    for (uint32_t i = 0; i < 2 * MOST_PLACES; i++) {
        soup->uv[i] = number(data + 1 + 4 * (3 * MOST_PLACES + (size_t)i), as_is);
    }
    data += 1 + 4 * places;
    bytes -= 1 + 4 * places;
    for (uint32_t c = 0; 2 * (size_t)c + 5 < bytes && c + 2 < 3 * MOST_TRIANGLES; c++) {
        soup->vertex[c] = data[2 * (size_t)c] % MOST_PLACES;
        soup->corner_uv[c] = data[2 * (size_t)c + 1] % (MOST_PLACES + 1); /* the last: none */
        soup->triangles[c] = c;
        soup->count = (c + 1) / 3;
    }
    return true;
}

static void look_at(const struct uvp_analysis *is, uint32_t triangles)
{
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    require(is->triangles >= triangles && is->triangles <= triangles);
    for (uint32_t i = 0; i < count; i++) {
        const double value = uvp_figure_of(is, &table[i]);
        require(isnan(value) || table[i].kind != UVP_FIGURE_FLAG || (value >= 0 && value <= 1));
        require(isnan(value) || table[i].kind != UVP_FIGURE_COUNT || floor(value) >= value);
    }
    require(is->coverage >= 0 && is->coverage <= 1);
    require(is->overlap_pct >= 0 && is->overlap_pct <= 100);
    require(isnan(is->stretch_max) || is->stretch_max >= is->stretch_p99);
    require(isnan(is->stretch_p50) || is->stretch_p50 >= is->stretch_min);
    require(is->verdict_overlapping > 0 || is->overlap_pairs <= 0);
    require(is->topology_faces <= is->triangles && is->islands_count <= is->triangles);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct soup soup;
    struct uvp_analysis_options options = {.coverage_texels = 64, .islands = true};
    struct uvp_island_table islands = {NULL, 0};
    struct uvp_arena keep;
    struct uvp_arena scratch;
    struct uvp_analysis is[2];
    struct uvp_error err = {0};
    struct uvp_stop stop;
    struct uvp_mem mem;

    memset(&soup, 0, sizeof soup);
    if (!fill(&soup, data, bytes)) {
        return 0;
    }
    uvp_mem_init(&mem, MEMORY_LIMIT);
    uvp_arena_init(&keep, &mem, 0);
    uvp_arena_init(&scratch, &mem, 0);
    require(uvp_stop_init(&stop, false, &err) == UVP_OK);
    for (int i = 0; i < 2; i++) {
        const struct uvp_atlas_input input = {
            .positions = soup.positions,
            .vertex_count = MOST_PLACES,
            .corner_vertex = soup.vertex,
            .corner_count = 3 * soup.count,
            .triangles = soup.triangles,
            .triangle_count = soup.count,
        };
        const struct uvp_atlas_uvs uvs = {soup.uv, MOST_PLACES, soup.corner_uv};
        require(uvp_analysis_make(&input, &uvs, &options, &keep, &scratch, &stop, &is[i],
                                  &islands, &err) == UVP_OK);
        look_at(&is[i], soup.count);
    }
    require(memcmp(&is[0], &is[1], sizeof is[0]) == 0);
    uvp_arena_release(&keep);
    uvp_arena_release(&scratch);
    uvp_stop_release(&stop);
    require(mem.used_bytes == 0);
    return 0;
}
