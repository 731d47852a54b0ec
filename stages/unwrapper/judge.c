#include "stages/unwrapper/judge.h"

#include <math.h>

#define TILES_A_ROW 10

static bool keeps_promises(const struct uvp_atlas_verdict *verdict)
{
    return verdict->flipped == 0 && verdict->collapsed == 0 && verdict->mirrored == 0 &&
           verdict->outside == 0 && verdict->off_lattice == 0 && verdict->unmapped == 0 &&
           verdict->overlapping == 0;
}

enum uvp_code uvp_judge_result(const struct uvp_atlas_input *input,
                               const struct uvp_atlas_result *result, struct uvp_arena *scratch,
                               struct uvp_stop *stop, struct uvp_atlas_verdict *verdict,
                               struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    const enum uvp_code code = uvp_atlas_verify(input, result, scratch, stop, verdict, err);

    uvp_arena_rewind(scratch, mark);
    if (code != UVP_OK) {
        return code;
    }
    if (!keeps_promises(verdict)) {
        return uvp_fail(
            err, UVP_BUG, 0,
            "the atlas made is not valid (%llu flipped, %llu overlapping, %llu "
            "outside) and is not written; please report this mesh",
            (unsigned long long)(verdict->flipped + verdict->collapsed + verdict->mirrored),
            (unsigned long long)verdict->overlapping,
            (unsigned long long)(verdict->outside + verdict->off_lattice + verdict->unmapped));
    }
    return UVP_OK;
}

unsigned uvp_judge_faults(const struct uvp_atlas_verdict *verdict)
{
    return (verdict->flipped != 0 ? UVP_FAULT_FLIPPED : 0U) |
           (verdict->collapsed != 0 ? UVP_FAULT_COLLAPSED : 0U) |
           (verdict->mirrored != 0 ? UVP_FAULT_MIRRORED : 0U) |
           (verdict->overlapping != 0 ? UVP_FAULT_OVERLAPPING : 0U) |
           (verdict->outside != 0 ? UVP_FAULT_OUTSIDE : 0U) |
           (verdict->unmapped != 0 ? UVP_FAULT_UNMAPPED : 0U);
}

/* The tile that holds all from low to high, or -1. A tile holds both of its borders. */
static double tile_of(float low, float high)
{
    const double tile = fmax(fmin(floor((double)low), ceil((double)high) - 1), 0);

    return (double)low >= tile && (double)high <= tile + 1 ? tile : -1;
}

static bool is_on_page(double u, double v, uint32_t pages)
{
    if (u < 0 || v < 0 || u >= TILES_A_ROW) {
        return false;
    }
    return pages == UVP_ATLAS_PAGES_AUTO || u + TILES_A_ROW * v < (double)pages;
}

static bool lies_on_page(const struct uvp_atlas_uvs *uvs, const uint32_t corner[3],
                         uint32_t pages)
{
    float low[2] = {0, 0};
    float high[2] = {0, 0};

    for (int k = 0; k < 3; k++) {
        const uint32_t i = uvs->corner_uv[corner[k]];
        if (i >= uvs->uv_count) {
            return true; /* told as unmapped */
        }
        for (int axis = 0; axis < 2; axis++) {
            const float at = uvs->uv[2 * (size_t)i + (size_t)axis];
            low[axis] = k == 0 ? at : fminf(low[axis], at);
            high[axis] = k == 0 ? at : fmaxf(high[axis], at);
        }
    }
    return is_on_page(tile_of(low[0], high[0]), tile_of(low[1], high[1]), pages);
}

uint64_t uvp_judge_off_pages(const struct uvp_atlas_input *input,
                             const struct uvp_atlas_uvs *uvs, uint32_t pages)
{
    uint64_t count = 0;

    for (uint32_t t = 0; t < input->triangle_count; t++) {
        count += !lies_on_page(uvs, input->triangles + 3 * (size_t)t, pages);
    }
    return count;
}
