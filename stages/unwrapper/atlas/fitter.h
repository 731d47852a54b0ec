/*
 * fitter.h -- charts with their borders, while they are cut to fit
 *
 * Why:     lines are weighed, charts cut and those longer than a page trimmed in different
 *          files, on the same pieces.
 * Owner:   everything lives in the scratch arena.
 */
#ifndef UVP_ATLAS_FITTER_H
#define UVP_ATLAS_FITTER_H

#include "stages/unwrapper/atlas/chop.h"
#include "stages/unwrapper/atlas/outline.h"

#define UVP_PARTS_MOST 6     /* of one cut */
#define UVP_LEAST_PART 0.01  /* of a chart's area */
#define UVP_FIT_TRIES_MOST 8 /* cuts of one chart that are tried */

/* A chart with its border, which it may share with nobody. */
struct uvp_piece {
    struct uvp_outline outline;
    const uint32_t *border;
    bool done; /* no cut helps */
};

struct uvp_fitter {
    struct uvp_atlas_work *work;
    const struct uvp_topology *topology;
    struct uvp_charts *charts;
    struct uvp_piece *piece; /* of each chart */
    struct uvp_chop chop;
    uint32_t cuts_max;
    uint32_t *spare;  /* triangles */
    uint32_t *next;   /* slots */
    double area;      /* of all charts */
    double unit;      /* its square root */
    double page;      /* a page's side, when charts are cut to its size; otherwise 0 */
    uint32_t room;    /* for charts */
    double seam_cost; /* area that a cut of length 1 must save, the area being 1 */
};

/* Charts get their pieces, and there is room for the parts of all cuts. */
UVP_MUST_USE enum uvp_code uvp_fitter_take(struct uvp_fitter *fitter,
                                           const struct uvp_outlines *outlines);

/* Area that a box takes; more if it is long against the page. */
double uvp_fitter_cost(const struct uvp_fitter *fitter, double width, double height);

static inline double uvp_piece_cost(const struct uvp_fitter *fitter, uint32_t c)
{
    const struct uvp_outline *const outline = &fitter->piece[c].outline;

    return uvp_fitter_cost(fitter, outline->width, outline->height);
}

/* How many pages are needed to hold a box, cut into tiles. */
double uvp_fitter_tiles(const struct uvp_fitter *fitter, double width, double height);

/* Makes charts of the parts that the chop found in chart c: the first keeps its number. */
UVP_MUST_USE enum uvp_code uvp_fitter_part(struct uvp_fitter *fitter, uint32_t c);

/* Takes that back: `whole` and `was` are chart c as it was, when there were `count` charts. */
void uvp_fitter_join(struct uvp_fitter *fitter, uint32_t c, struct uvp_chart whole,
                     struct uvp_piece was, uint32_t count);

/* Parts share the slots of their chart: every chart gets slots of its own again. */
UVP_MUST_USE enum uvp_code uvp_fitter_own_slots(struct uvp_fitter *fitter);

#endif
