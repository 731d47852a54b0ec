/*
 * Where the scale is known before, charts longer than a page are cut whatever that saves, until
 * their boxes need no more pages.
 */
#include "stages/unwrapper/atlas/trim.h"

#include <math.h>

#include "stages/unwrapper/atlas/weigh.h"

#define LINES 8        /* that are tried */
#define TRIM_PART 0.04 /* of a chart's area */
#define FIT_LONGER 1.1 /* than a page, to be cut */

static bool is_too_long(const struct uvp_fitter *fitter, uint32_t c)
{
    const struct uvp_piece *const piece = &fitter->piece[c];

    return !piece->done && fmax(piece->outline.width, piece->outline.height) > fitter->page;
}

/* Takes the parts that the chop found, if there is room for them. */
static enum uvp_code take_parts(struct uvp_fitter *fitter, uint32_t c, bool *kept)
{
    *kept = fitter->chop.count > 1 &&
            fitter->chop.count - 1 <= fitter->room - fitter->charts->count;
    return *kept ? uvp_fitter_part(fitter, c) : UVP_OK;
}

/* Whatever the cut costs; where no line will do the chart falls into its polygons. */
static enum uvp_code trim_chart(struct uvp_fitter *fitter, uint32_t c)
{
    struct uvp_fit_cut best[LINES];
    const uint32_t count = uvp_weigh_lines(fitter, c, LINES, best);
    bool kept = false;

    for (uint32_t i = 0; i < 2 * count && !kept; i++) {
        const bool strict = i < count;
        if (!(best[i % count].saves > -HUGE_VAL)) {
            continue;
        }
        UVP_TRY(uvp_chop_parts(&fitter->chop, c, best[i % count].line, strict ? TRIM_PART : 0));
        if (!strict || fitter->chop.count <= UVP_PARTS_MOST) {
            UVP_TRY(take_parts(fitter, c, &kept));
        }
    }
    if (!kept) {
        uvp_chop_units(&fitter->chop, c);
        UVP_TRY(take_parts(fitter, c, &kept));
    }
    fitter->piece[c].done = !kept;
    return uvp_work_count(fitter->work, 400 * fitter->piece[c].outline.count);
}

enum uvp_code uvp_trim_all(struct uvp_fitter *fitter)
{
    for (uint32_t c = 0; c < fitter->charts->count; c++) {
        while (is_too_long(fitter, c)) {
            UVP_TRY(trim_chart(fitter, c));
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_trim_longest(struct uvp_fitter *fitter)
{
    for (uint32_t cuts = 0; cuts < fitter->cuts_max; cuts++) {
        uint32_t longest = UVP_NONE;
        double most = FIT_LONGER * fitter->page;
        for (uint32_t c = 0; c < fitter->charts->count; c++) {
            const struct uvp_outline *const outline = &fitter->piece[c].outline;
            const double length = fmax(outline->width, outline->height);
            if (length > most && !fitter->piece[c].done) {
                longest = c;
                most = length;
            }
        }
        if (longest == UVP_NONE) {
            break;
        }
        UVP_TRY(trim_chart(fitter, longest));
    }
    return UVP_OK;
}
