/* Neighbours along the curve are near each other, so a balanced tree over it has small boxes.
 */
#include "stages/unwrapper/analysis/box_tree.h"

#include <math.h>

#define CURVE_BITS 16U

static struct uvp_uv_box joined(struct uvp_uv_box a, struct uvp_uv_box b)
{
    for (int axis = 0; axis < 2; axis++) {
        a.low[axis] = b.low[axis] < a.low[axis] ? b.low[axis] : a.low[axis];
        a.high[axis] = b.high[axis] > a.high[axis] ? b.high[axis] : a.high[axis];
    }
    return a;
}

static uint64_t spread_bits(uint32_t value)
{
    uint64_t bits = value & 0xffff;

    bits = (bits | bits << 8) & UINT64_C(0x00ff00ff);
    bits = (bits | bits << 4) & UINT64_C(0x0f0f0f0f);
    bits = (bits | bits << 2) & UINT64_C(0x33333333);
    return (bits | bits << 1) & UINT64_C(0x55555555);
}

static uint64_t curve_key(const struct uvp_uv_box *box, const struct uvp_uv_box *whole)
{
    uint64_t key = 0;

    for (int axis = 0; axis < 2; axis++) {
        const double span = whole->high[axis] - whole->low[axis];
        const double middle = (box->low[axis] + box->high[axis]) / 2 - whole->low[axis];
        const double place = span > 0 ? middle / span * ((1U << CURVE_BITS) - 1) : 0;
        key |= spread_bits(place > 0 ? (uint32_t)place : 0) << axis;
    }
    return key;
}

/* By the curve; what lies at one place, as it comes. */
static enum uvp_code sort_boxes(struct uvp_survey *survey, const struct uvp_uv_box *box,
                                struct uvp_boxes *boxes)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct uvp_uv_box whole = box[0];
    uint32_t *start;
    uint32_t *spare;
    uint32_t *key;

    UVP_SURVEY_TAKE(survey, start, (1U << CURVE_BITS) + 1);
    UVP_SURVEY_TAKE(survey, spare, boxes->count);
    UVP_SURVEY_TAKE(survey, key, boxes->count);
    for (uint32_t i = 0; i < boxes->count; i++) {
        whole = joined(whole, box[i]);
    }
    for (uint32_t i = 0; i < boxes->count; i++) {
        key[i] = (uint32_t)curve_key(&box[i], &whole);
        boxes->order[i] = i;
    }
    for (unsigned shift = 0; shift < 2 * CURVE_BITS; shift += CURVE_BITS) {
        for (uint32_t digit = 0; digit <= 1U << CURVE_BITS; digit++) {
            start[digit] = 0;
        }
        for (uint32_t i = 0; i < boxes->count; i++) {
            start[(key[i] >> shift & 0xffff) + 1]++;
        }
        for (uint32_t digit = 0; digit < 1U << CURVE_BITS; digit++) {
            start[digit + 1] += start[digit];
        }
        for (uint32_t i = 0; i < boxes->count; i++) {
            spare[start[key[boxes->order[i]] >> shift & 0xffff]++] = boxes->order[i];
        }
        for (uint32_t i = 0; i < boxes->count; i++) {
            boxes->order[i] = spare[i];
        }
        UVP_TRY(uvp_survey_count(survey, boxes->count));
    }
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}

static enum uvp_code fill_leaves(struct uvp_survey *survey, const struct uvp_uv_box *box,
                                 const uint32_t *tag, struct uvp_boxes *boxes)
{
    static const struct uvp_uv_box nothing = {{HUGE_VAL, HUGE_VAL}, {-HUGE_VAL, -HUGE_VAL}};

    for (uint32_t i = 0; i < boxes->leaves; i++) {
        const uint32_t n = boxes->leaves + i;
        const uint32_t from = i < boxes->count ? boxes->order[i] : UVP_NOWHERE;
        boxes->node[n] = from != UVP_NOWHERE ? box[from] : nothing;
        boxes->tag[n] = from != UVP_NOWHERE ? tag[from] : UVP_BOX_MIXED;
        boxes->last[n] = i;
        UVP_TRY(uvp_survey_count(survey, 2));
    }
    return UVP_OK;
}

enum uvp_code uvp_boxes_build(struct uvp_survey *survey, const struct uvp_uv_box *box,
                              const uint32_t *tag, uint32_t count, struct uvp_boxes *boxes)
{
    boxes->count = count;
    boxes->leaves = 1;
    while (boxes->leaves < count) {
        boxes->leaves *= 2;
    }
    UVP_SURVEY_TAKE(survey, boxes->order, count);
    UVP_SURVEY_TAKE(survey, boxes->node, 2 * (size_t)boxes->leaves);
    UVP_SURVEY_TAKE(survey, boxes->tag, 2 * (size_t)boxes->leaves);
    UVP_SURVEY_TAKE(survey, boxes->last, 2 * (size_t)boxes->leaves);
    UVP_TRY(sort_boxes(survey, box, boxes));
    UVP_TRY(fill_leaves(survey, box, tag, boxes));
    for (uint32_t n = boxes->leaves; n-- > 1;) {
        const bool alike = boxes->tag[2 * n] == boxes->tag[2 * n + 1];
        boxes->node[n] = joined(boxes->node[2 * n], boxes->node[2 * n + 1]);
        boxes->tag[n] = alike ? boxes->tag[2 * n] : UVP_BOX_MIXED;
        boxes->last[n] = boxes->last[2 * n + 1];
        UVP_TRY(uvp_survey_count(survey, 4));
    }
    return UVP_OK;
}
