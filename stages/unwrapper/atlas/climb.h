/*
 * climb.h -- the search for an order of the charts that fits on a smaller page
 *
 * Use:     uvp_climb_take once a mesh; uvp_climb_bracket for a tray that was drawn, then
 *          uvp_climb_search for as long as there are steps.
 */
#ifndef UVP_ATLAS_CLIMB_H
#define UVP_ATLAS_CLIMB_H

#include "stages/unwrapper/atlas/tray.h"

struct uvp_climb {
    struct uvp_tray *tray;
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    struct uvp_layout now;  /* being tried */
    struct uvp_layout base; /* where the search stands; its order was laid out as it is */
    struct uvp_layout best;
    int32_t best_side;   /* of a square about it; 0: nothing fitted yet */
    uint32_t *order;     /* the base's, with what did not fit moved forward */
    int32_t first_width; /* that a drawing was tried at */
    int32_t side;
    double left;       /* of the base */
    double left_first; /* part of the area left over by the first try of a drawing */
    uint32_t fails;
    uint32_t kinds;     /* orders tried */
    uint64_t slowest;   /* steps of a layout */
    uint64_t steps_max; /* to begin another layout */
    uint32_t random;
};

UVP_MUST_USE enum uvp_code uvp_climb_take(struct uvp_climb *climb, struct uvp_tray *tray,
                                          uint32_t seed);

/* Forgets places, which belong to masks that will be drawn anew; directions are remembered. */
void uvp_climb_forget(struct uvp_climb *climb);

/* Finds a side that works with the best order known, and then smaller ones, in about so many
 * tries. Nothing fits, not even the whole page: best_side stays 0. */
UVP_MUST_USE enum uvp_code uvp_climb_bracket(struct uvp_climb *climb, uint32_t tries);

UVP_MUST_USE enum uvp_code uvp_climb_search(struct uvp_climb *climb);

#endif
