/*
 * example_mesh.c -- an atlas for a mesh in memory, in C
 *
 * Build:  cc example_mesh.c $(pkg-config --cflags --libs uvpipe) -o example_mesh
 * Prints: the corners of a box with their UVs, and what the atlas is like.
 */
#include <stdio.h>

#include <uvpipe.h>

static const float positions[] = {0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 2, 0,
                                  0, 0, 3, 1, 0, 3, 1, 2, 3, 0, 2, 3};
static const uint16_t quads[] = {0, 3, 2, 1, 4, 5, 6, 7, 0, 1, 5, 4,
                                 1, 2, 6, 5, 2, 3, 7, 6, 3, 0, 4, 7};
static const uint32_t sizes[] = {4, 4, 4, 4, 4, 4};

static void print_corners(const struct uvp_unwrapped *made)
{
    uint32_t uv_count;
    uint32_t corner_count;
    const float *const uvs = uvp_unwrapped_uvs(made, &uv_count);
    const uint32_t *const corners = uvp_unwrapped_uv_indices(made, &corner_count);

    for (uint32_t c = 0; c < corner_count; c++) {
        const float *const uv = uvs + 2 * (size_t)corners[c];
        printf("vertex %u  u %.4f  v %.4f\n", (unsigned)quads[c], (double)uv[0], (double)uv[1]);
    }
}

int main(void)
{
    struct uvp_geometry geometry = {
        .struct_bytes = sizeof geometry,
        .positions = positions,
        .vertex_count = 8,
        .indices = quads,
        .index_type = UVP_INDEX_UINT16,
        .corner_count = 24,
        .face_corners = sizes,
        .face_count = 6,
    };
    struct uvp_unwrap_options options = {.struct_bytes = sizeof options, .padding_texels = 4};
    struct uvp_limits limits = {.struct_bytes = sizeof limits, .timeout_ms = 10000};
    struct uvp_unwrap_stats stats = {.struct_bytes = sizeof stats};
    struct uvp_unwrapped *made = NULL;
    struct uvp_error err;

    if (uvp_unwrap(&geometry, &options, &limits, &made, &err) != UVP_OK) {
        fprintf(stderr, "example_mesh: %s\n", err.text);
        return 1;
    }
    print_corners(made);
    uvp_unwrapped_stats(made, &stats);
    printf("%u triangles in %u charts, stretch %.3f, %.0f %% of the page, by libuvpipe %s\n",
           (unsigned)stats.triangles, (unsigned)stats.charts, stats.stretch_max,
           100 * stats.packing_efficiency, uvp_version_text());
    uvp_unwrapped_destroy(made);
    return 0;
}
