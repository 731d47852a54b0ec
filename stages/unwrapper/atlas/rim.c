/*
 * Lists are joined end to end; what no longer is border is found out when somebody walks by.
 */
#include "stages/unwrapper/atlas/rim.h"

#include <string.h>

/* Whether half-edge h is on the border of chart c. */
static bool is_rim(const struct uvp_open_charts *open, uint32_t c, uint32_t h)
{
    const uint32_t g = open->topology->opposite[h];

    return uvp_pieces_label(&open->pieces, h / 3) == c &&
           (g == UVP_NONE || uvp_pieces_label(&open->pieces, g / 3) != c ||
            (open->pieces.cut[h / 3] >> h % 3 & 1) != 0);
}

static uint32_t count_rims(const struct uvp_open_charts *open, uint32_t t)
{
    const uint32_t c = open->charts->chart_of[t];
    uint32_t count = 0;

    for (uint32_t h = 3 * t; c != UVP_NONE && h < 3 * t + 3; h++) {
        count += is_rim(open, c, h);
    }
    return count;
}

void uvp_rims_add(struct uvp_rims *rims, uint32_t c, uint32_t h)
{
    const uint32_t e = rims->count++;

    rims->half[e] = h;
    rims->next[e] = UVP_NONE;
    if (rims->first[c] == UVP_NONE) {
        rims->first[c] = e;
    } else {
        rims->next[rims->last[c]] = e;
    }
    rims->last[c] = e;
    rims->length[c]++;
}

enum uvp_code uvp_rims_make(struct uvp_atlas_work *work, struct uvp_open_charts *open,
                            struct uvp_rims *rims)
{
    const uint32_t triangles = open->topology->triangle_count;
    const uint32_t charts = open->charts->count;
    uint32_t count = 0;

    for (uint32_t t = 0; t < triangles; t++) {
        count += count_rims(open, t);
        UVP_TRY(uvp_work_count(work, 5));
    }
    *rims = (struct uvp_rims){.room = count <= UVP_NONE / 2 ? count + count / 2 : count};
    UVP_TAKE(work, rims->half, rims->room);
    UVP_TAKE(work, rims->next, rims->room);
    UVP_TAKE(work, rims->first, charts);
    UVP_TAKE(work, rims->last, charts);
    UVP_TAKE(work, rims->length, charts);
    memset(rims->first, 0xff, charts * sizeof *rims->first);
    memset(rims->last, 0xff, charts * sizeof *rims->last);
    memset(rims->length, 0, charts * sizeof *rims->length);
    for (uint32_t t = 0; t < triangles; t++) {
        const uint32_t c = open->charts->chart_of[t];
        for (uint32_t h = 3 * t; c != UVP_NONE && h < 3 * t + 3; h++) {
            if (is_rim(open, c, h)) {
                uvp_rims_add(rims, c, h);
            }
        }
        UVP_TRY(uvp_work_count(work, 5));
    }
    open->rims = rims;
    return UVP_OK;
}

void uvp_rims_join(struct uvp_rims *rims, uint32_t a, uint32_t b)
{
    if (rims->first[b] == UVP_NONE) {
        return;
    }
    if (rims->first[a] == UVP_NONE) {
        rims->first[a] = rims->first[b];
    } else {
        rims->next[rims->last[a]] = rims->first[b];
    }
    rims->last[a] = rims->last[b];
    rims->first[b] = UVP_NONE;
    rims->length[a] += rims->length[b];
    rims->length[b] = 0;
}

uint32_t uvp_rims_next(const struct uvp_open_charts *open, uint32_t c, uint32_t e)
{
    struct uvp_rims *const rims = open->rims;
    uint32_t *const link = e == UVP_NONE ? &rims->first[c] : &rims->next[e];

    while (*link != UVP_NONE && !is_rim(open, c, rims->half[*link])) {
        if (rims->last[c] == *link) {
            rims->last[c] = e; /* none when the list is empty now */
        }
        *link = rims->next[*link];
        rims->length[c]--;
    }
    return *link;
}
