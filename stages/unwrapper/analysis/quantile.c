/*
 * Weighted quantiles without sorting: values are dealt into buckets by the leading bits of what
 * still tells them apart, the bucket that the wanted weight falls into is dealt again, until
 * few are left. Two passes over all values are usual, six are the most.
 */
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

#define BUCKET_BITS 11U
#define BUCKETS (1U << BUCKET_BITS)
#define FEW 64U

struct weighed {
    uint64_t key;
    double weight;
};

struct bucket {
    double weight;
    uint32_t count;
};

/* Keys are ordered as the doubles are. */
static uint64_t key_of(double value)
{
    const double one_zero = value + 0.0;
    uint64_t bits;

    memcpy(&bits, &one_zero, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double value_of(uint64_t key)
{
    const uint64_t bits = key >> 63 ? key & ~(UINT64_C(1) << 63) : ~key;
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* So far to the right that all keys fit into the buckets. */
static unsigned shift_of(uint64_t span)
{
    unsigned shift = 0;

    while (span >> shift >= BUCKETS) {
        shift++;
    }
    return shift;
}

/* The bucket that `wanted` falls into; what lies below it is taken off. */
static uint32_t find_bucket(const struct bucket *bucket, double *wanted)
{
    double below = 0;
    uint32_t last = 0;

    for (uint32_t b = 0; b < BUCKETS; b++) {
        if (bucket[b].count == 0) {
            continue;
        }
        last = b;
        if (below + bucket[b].weight >= *wanted) {
            break;
        }
        below += bucket[b].weight;
    }
    *wanted -= below;
    return last;
}

static double find_among_few(struct weighed *items, uint32_t count, double wanted)
{
    double sum = 0;

    for (uint32_t i = 1; i < count; i++) {
        const struct weighed item = items[i];
        uint32_t j = i;
        for (; j > 0 && items[j - 1].key > item.key; j--) {
            items[j] = items[j - 1];
        }
        items[j] = item;
    }
    for (uint32_t i = 0; i < count; i++) {
        sum += items[i].weight;
        if (sum >= wanted) {
            return value_of(items[i].key);
        }
    }
    return value_of(items[count - 1].key);
}

struct dealing {
    uint64_t least;
    unsigned shift;
    struct bucket bucket[BUCKETS];
};

static enum uvp_code deal(struct uvp_survey *survey, const struct weighed *items,
                          uint32_t count, struct dealing *dealing)
{
    uint64_t most = items[0].key;

    dealing->least = items[0].key;
    for (uint32_t i = 0; i < count; i++) {
        dealing->least = items[i].key < dealing->least ? items[i].key : dealing->least;
        most = items[i].key > most ? items[i].key : most;
    }
    dealing->shift = shift_of(most - dealing->least);
    memset(dealing->bucket, 0, sizeof dealing->bucket);
    for (uint32_t i = 0; i < count; i++) {
        struct bucket *const bucket =
            &dealing->bucket[(items[i].key - dealing->least) >> dealing->shift];
        bucket->weight += items[i].weight;
        bucket->count++;
    }
    return uvp_survey_count(survey, count);
}

/* Puts the items of one bucket into `few`. */
static enum uvp_code gather(struct uvp_survey *survey, const struct weighed *items,
                            uint32_t count, const struct dealing *dealing, uint32_t bucket,
                            struct weighed *few)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++) {
        if ((items[i].key - dealing->least) >> dealing->shift == bucket) {
            few[found++] = items[i];
        }
    }
    return uvp_survey_count(survey, count);
}

static enum uvp_code find_one(struct uvp_survey *survey, const struct weighed *items,
                              uint32_t count, const struct dealing *first, double wanted,
                              double *found)
{
    const struct dealing *dealing = first;
    struct dealing *next;

    UVP_SURVEY_TAKE(survey, next, 1);
    for (;;) {
        const uint32_t b = find_bucket(dealing->bucket, &wanted);
        const uint32_t left = dealing->bucket[b].count;
        struct weighed *few;
        if (dealing->shift == 0) {
            *found = value_of(dealing->least + b);
            return UVP_OK;
        }
        UVP_SURVEY_TAKE(survey, few, left);
        UVP_TRY(gather(survey, items, count, dealing, b, few));
        if (left <= FEW) {
            *found = find_among_few(few, left, wanted);
            return UVP_OK;
        }
        UVP_TRY(deal(survey, few, left, next));
        dealing = next;
        items = few;
        count = left;
    }
}

static enum uvp_code find_all(struct uvp_survey *survey, const struct weighed *items,
                              uint32_t count, double total, const double *parts,
                              uint32_t part_count, double *found)
{
    struct dealing *dealing;

    UVP_SURVEY_TAKE(survey, dealing, 1);
    UVP_TRY(deal(survey, items, count, dealing));
    for (uint32_t p = 0; p < part_count; p++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
        UVP_TRY(find_one(survey, items, count, dealing, parts[p] * total, &found[p]));
        uvp_arena_rewind(survey->scratch, mark);
    }
    return UVP_OK;
}

enum uvp_code uvp_survey_quantiles(struct uvp_survey *survey, const double *value,
                                   const double *weight, uint32_t count, const double *parts,
                                   uint32_t part_count, double *found)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct weighed *items;
    double total = 0;

    if (count == 0) {
        return UVP_OK;
    }
    UVP_SURVEY_TAKE(survey, items, count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = (struct weighed){key_of(value[i]), weight != NULL ? weight[i] : 1};
        total += items[i].weight;
    }
    UVP_TRY(find_all(survey, items, count, total, parts, part_count, found));
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}
