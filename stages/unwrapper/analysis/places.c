/*
 * Places that are equal to the bit are one: positions and UVs of files are often written once
 * for every corner. 0 and -0 are equal.
 *
 * A table of hashes finds them; where somebody made numbers that meet in it, sorting does.
 */
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

#define PROBES_EACH 32U
#define PROBES_MIN 1024U

struct places {
    const float *values;
    uint32_t width; /* 2 or 3 */
    uint32_t count;
    uint32_t *first; /* of each: the first one in its place */
    uint32_t distinct;
};

static uint32_t bits_of(float value)
{
    const float one_zero = value + 0.0F;
    uint32_t bits;

    memcpy(&bits, &one_zero, sizeof bits);
    return bits;
}

static uint64_t hash_of(const struct places *places, uint32_t i)
{
    const float *const value = places->values + (size_t)places->width * i;
    uint64_t hash = 0;

    for (uint32_t k = 0; k < places->width; k++) {
        hash = (hash ^ bits_of(value[k])) * UINT64_C(0x9fb21c651e98df25);
        hash ^= hash >> 32;
    }
    return hash;
}

static int compare(const struct places *places, uint32_t a, uint32_t b)
{
    const float *const p = places->values + (size_t)places->width * a;
    const float *const q = places->values + (size_t)places->width * b;

    for (uint32_t k = 0; k < places->width; k++) {
        const uint32_t left = bits_of(p[k]);
        const uint32_t right = bits_of(q[k]);
        if (left != right) {
            return left < right ? -1 : 1;
        }
    }
    return 0;
}

/* ---- by a table ---- */

/* *done is false when too many met. */
static enum uvp_code weld_hashed(struct uvp_survey *survey, struct places *places, bool *done)
{
    uint64_t probes = PROBES_MIN + PROBES_EACH * (uint64_t)places->count;
    uint64_t room = 16;
    uint32_t *slot;

    while (room < 2 * (uint64_t)places->count) {
        room *= 2;
    }
    slot = uvp_arena_take_zeroed(survey->scratch, room, sizeof *slot);
    if (slot == NULL) {
        return uvp_fail_memory(survey->err, room * sizeof *slot);
    }
    for (uint32_t i = 0; i < places->count && probes > 0; i++) {
        uint64_t at = hash_of(places, i) & (room - 1);
        while (slot[at] != 0 && probes > 0 && compare(places, slot[at] - 1, i) != 0) {
            at = (at + 1) & (room - 1);
            probes--;
        }
        places->distinct += slot[at] == 0;
        slot[at] = slot[at] == 0 ? i + 1 : slot[at];
        places->first[i] = slot[at] - 1;
        UVP_TRY(uvp_survey_count(survey, 8));
    }
    *done = probes > 0;
    return UVP_OK;
}

/* ---- by sorting ---- */

static bool goes_before(const struct places *places, uint32_t a, uint32_t b)
{
    const int order = compare(places, a, b);

    return order < 0 || (order == 0 && a < b);
}

/* Merges runs of `run` of `from` into `to`. */
static enum uvp_code merge_runs(struct uvp_survey *survey, const struct places *places,
                                const uint32_t *from, uint32_t *to, uint64_t run)
{
    for (uint64_t begin = 0; begin < places->count; begin += 2 * run) {
        const uint64_t middle = begin + run < places->count ? begin + run : places->count;
        const uint64_t end = begin + 2 * run < places->count ? begin + 2 * run : places->count;
        uint64_t a = begin;
        uint64_t b = middle;
        for (uint64_t i = begin; i < end; i++) {
            const bool left = b >= end || (a < middle && goes_before(places, from[a], from[b]));
            to[i] = left ? from[a++] : from[b++];
            UVP_TRY(uvp_survey_count(survey, 4));
        }
    }
    return UVP_OK;
}

static enum uvp_code weld_sorted(struct uvp_survey *survey, struct places *places)
{
    uint32_t *from;
    uint32_t *to;

    UVP_SURVEY_TAKE(survey, from, places->count);
    UVP_SURVEY_TAKE(survey, to, places->count);
    for (uint32_t i = 0; i < places->count; i++) {
        from[i] = i;
    }
    for (uint64_t run = 1; run < places->count; run *= 2) {
        uint32_t *const other = from;
        UVP_TRY(merge_runs(survey, places, from, to, run));
        from = to;
        to = other;
    }
    places->distinct = 0;
    for (uint32_t i = 0; i < places->count; i++) {
        const bool equal = i > 0 && compare(places, from[i - 1], from[i]) == 0;
        places->first[from[i]] = equal ? places->first[from[i - 1]] : from[i];
        places->distinct += !equal;
    }
    return UVP_OK;
}

static enum uvp_code weld(struct uvp_survey *survey, struct places *places)
{
    struct uvp_arena_mark mark;
    bool done = false;

    UVP_SURVEY_TAKE(survey, places->first, places->count);
    mark = uvp_arena_mark(survey->scratch);
    UVP_TRY(weld_hashed(survey, places, &done));
    uvp_arena_rewind(survey->scratch, mark);
    if (!done) {
        UVP_TRY(weld_sorted(survey, places));
        uvp_arena_rewind(survey->scratch, mark);
    }
    return UVP_OK;
}

/* ---- of the triangles ---- */

static enum uvp_code read_corner(struct uvp_survey *survey, uint32_t half,
                                 const struct places *positions, const struct places *uvs)
{
    const struct uvp_atlas_input *const input = survey->input;
    const uint32_t corner = input->triangles[half];
    uint32_t uv;

    if (corner >= input->corner_count || input->corner_vertex[corner] >= input->vertex_count) {
        return uvp_fail(survey->err, UVP_BAD_DATA, half / 3, "triangle %u: index out of range",
                        half / 3);
    }
    uv = survey->uvs->corner_uv != NULL ? survey->uvs->corner_uv[corner] : UVP_NOWHERE;
    survey->vertex[half] = positions->first[input->corner_vertex[corner]];
    survey->spot[half] = uv < survey->uvs->uv_count ? uvs->first[uv] : UVP_NOWHERE;
    return UVP_OK;
}

enum uvp_code uvp_survey_place(struct uvp_survey *survey)
{
    struct places positions = {
        .values = survey->input->positions, .width = 3, .count = survey->input->vertex_count};
    struct places uvs = {.values = survey->uvs->uv, .width = 2, .count = survey->uvs->uv_count};

    UVP_SURVEY_TAKE(survey, survey->vertex, 3 * (size_t)survey->count);
    UVP_SURVEY_TAKE(survey, survey->spot, 3 * (size_t)survey->count);
    UVP_TRY(weld(survey, &positions));
    UVP_TRY(weld(survey, &uvs));
    for (uint32_t half = 0; half < 3 * survey->count; half++) {
        UVP_TRY(read_corner(survey, half, &positions, &uvs));
        UVP_TRY(uvp_survey_count(survey, 4));
    }
    survey->figures->positions = positions.distinct;
    return UVP_OK;
}
