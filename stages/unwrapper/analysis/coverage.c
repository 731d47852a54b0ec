/*
 * Triangles on a raster over the page: a pixel is covered by a triangle that its centre lies
 * in. A centre on a common edge is covered once: rows and columns are half-open, and a
 * crossing of an edge with a row is computed from its lower end to its upper one, so that both
 * triangles get the same bits.
 *
 * Two bits a pixel say covered, and covered again. What is covered twice stays so: words of 64
 * pixels that are full are stepped over from then on, so a raster is filled twice at most,
 * however many triangles lie on it.
 */
#include <math.h>
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

#define WORD_BITS 64U
#define ALL_BITS UINT64_MAX

struct raster {
    uint32_t side;  /* pixels */
    uint32_t words; /* a row */
    uint64_t *once;
    uint64_t *twice;
    uint16_t *next; /* words + 1 a row: at or behind each word, the first not full one */
};

/* The corners of a triangle in pixels, centres of which lie at whole numbers. */
struct shape {
    double x[3];
    double y[3];
};

static struct shape shape_of(const struct uvp_survey *survey, uint32_t t, double side)
{
    struct shape shape;

    for (uint32_t k = 0; k < 3; k++) {
        const struct uvp_uv_spot spot = uvp_survey_spot(survey, 3 * t + k);
        shape.x[k] = spot.u * side - 0.5;
        shape.y[k] = spot.v * side - 0.5;
    }
    return shape;
}

/* The first whole number at or above, in 0 ... side. */
static uint32_t first_from(double at, uint32_t side)
{
    return at <= 0 ? 0 : at >= side ? side : (uint32_t)ceil(at);
}

/* ---- a row ---- */

static uint32_t find_open(uint16_t *next, uint32_t word)
{
    while (next[word] != word) {
        next[word] = next[next[word]];
        word = next[word];
    }
    return word;
}

static void cover_word(struct raster *raster, uint32_t y, uint32_t word, uint64_t bits)
{
    uint64_t *const once = &raster->once[(size_t)y * raster->words + word];
    uint64_t *const twice = &raster->twice[(size_t)y * raster->words + word];

    *twice |= *once & bits;
    *once |= bits;
    if (*twice == ALL_BITS) {
        raster->next[(size_t)y * (raster->words + 1) + word] = (uint16_t)(word + 1);
    }
}

/* Pixels from x to end of row y. */
static void cover_span(struct raster *raster, uint32_t y, uint32_t x, uint32_t end)
{
    uint16_t *const next = raster->next + (size_t)y * (raster->words + 1);
    const uint32_t last = (end - 1) / WORD_BITS;
    uint32_t word = find_open(next, x / WORD_BITS);

    while (word <= last) {
        uint64_t bits = ALL_BITS;
        if (word == x / WORD_BITS) {
            bits &= ALL_BITS << x % WORD_BITS;
        }
        if (word == last) {
            bits &= ALL_BITS >> (WORD_BITS - 1 - (end - 1) % WORD_BITS);
        }
        cover_word(raster, y, word, bits);
        word = find_open(next, word + 1);
    }
}

/* ---- a triangle ---- */

/* Where edge k crosses row y; false: it does not. */
static bool cross_row(const struct shape *shape, int k, double y, double *x)
{
    const int a = shape->y[k] <= shape->y[(k + 1) % 3] ? k : (k + 1) % 3;
    const int b = a == k ? (k + 1) % 3 : k;

    if (!(shape->y[a] <= y && y < shape->y[b])) {
        return false;
    }
    *x = shape->x[a] +
         (shape->x[b] - shape->x[a]) * ((y - shape->y[a]) / (shape->y[b] - shape->y[a]));
    return true;
}

static void cover_row(struct raster *raster, const struct shape *shape, uint32_t y)
{
    double low = HUGE_VAL;
    double high = -HUGE_VAL;
    uint32_t first;
    uint32_t end;

    for (int k = 0; k < 3; k++) {
        double x;
        if (cross_row(shape, k, y, &x)) {
            low = fmin(low, x);
            high = fmax(high, x);
        }
    }
    if (!(low < high)) {
        return;
    }
    first = first_from(low, raster->side);
    end = first_from(high, raster->side);
    if (first < end) {
        cover_span(raster, y, first, end);
    }
}

static enum uvp_code cover_triangle(struct uvp_survey *survey, struct raster *raster,
                                    const struct shape *shape)
{
    const double low = fmin(shape->y[0], fmin(shape->y[1], shape->y[2]));
    const double high = fmax(shape->y[0], fmax(shape->y[1], shape->y[2]));
    const uint32_t end = first_from(high, raster->side);

    for (uint32_t y = first_from(low, raster->side); y < end; y++) {
        cover_row(raster, shape, y);
        UVP_TRY(uvp_survey_count(survey, 8));
    }
    return uvp_survey_count(survey, 4);
}

/* ---- all ---- */

static enum uvp_code take_raster(struct uvp_survey *survey, struct raster *raster)
{
    const uint32_t side = survey->options.coverage_texels;
    size_t words;

    raster->side = side;
    raster->words = (side + WORD_BITS - 1) / WORD_BITS;
    words = (size_t)side * raster->words;
    UVP_SURVEY_TAKE(survey, raster->once, words);
    UVP_SURVEY_TAKE(survey, raster->twice, words);
    UVP_SURVEY_TAKE(survey, raster->next, words + side);
    memset(raster->once, 0, words * sizeof *raster->once);
    memset(raster->twice, 0, words * sizeof *raster->twice);
    for (uint32_t y = 0; y < side; y++) {
        for (uint32_t word = 0; word <= raster->words; word++) {
            raster->next[(size_t)y * (raster->words + 1) + word] = (uint16_t)word;
        }
    }
    return UVP_OK;
}

static void count_pixels(struct uvp_survey *survey, const struct raster *raster)
{
    const size_t words = (size_t)raster->side * raster->words;
    const double pixels = (double)raster->side * raster->side;
    uint64_t once = 0;
    uint64_t twice = 0;

    for (size_t i = 0; i < words; i++) {
        once += (uint64_t)__builtin_popcountll(raster->once[i]);
        twice += (uint64_t)__builtin_popcountll(raster->twice[i]);
    }
    survey->figures->coverage = (double)once / pixels;
    survey->figures->overlap_pct = once > 0 ? 100 * (double)twice / (double)once : 0;
}

enum uvp_code uvp_survey_coverage(struct uvp_survey *survey)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct raster raster = {0};

    UVP_TRY(take_raster(survey, &raster));
    for (uint32_t t = 0; t < survey->count; t++) {
        if ((survey->state[t] & UVP_SURVEY_BAD) == 0) {
            const struct shape shape = shape_of(survey, t, raster.side);
            UVP_TRY(cover_triangle(survey, &raster, &shape));
        }
    }
    count_pixels(survey, &raster);
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}
