/*
 * lineage.h -- which facets each segment is made of, in the order in which they joined
 *
 * Why:     what cannot be laid flat is best divided where segmentation joined it with least
 *          conviction: both sides were regions of their own, with a seam made for them.
 * Use:     every facet is a leaf; uvp_lineage_join for every join; uvp_lineage_finish numbers
 *          the leaves so that every region that ever was is a range of numbers.
 * Owner:   `place` and `height` lie where uvp_lineage_take took them, the lists in the scratch
 *          arena after uvp_lineage_start's caller's mark.
 * Threads: uvp_lineage_sides only reads the lineage.
 * Limits:  4 bytes a unit and 4 a leaf; with more leaves than `room` there is no lineage.
 */
#ifndef UVP_ATLAS_LINEAGE_H
#define UVP_ATLAS_LINEAGE_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/atlas_internal.h"

struct uvp_lineage {
    uint32_t *place;  /* of each unit: its leaf, in the end the leaf's place in the order */
    uint32_t *height; /* of each place: number of the join between it and the next place */
    uint32_t room;
    uint32_t count; /* leaves; 0: no lineage */
    uint32_t joins;
    /* while regions join */
    uint32_t *next; /* of each leaf in its region's list; UVP_NONE: the last */
    uint32_t *rise; /* of each leaf: the join between it and the next */
    uint32_t *head; /* of each region */
    uint32_t *last;
};

UVP_MUST_USE enum uvp_code uvp_lineage_take(struct uvp_atlas_work *work, uint32_t units,
                                            struct uvp_lineage *lineage);

/* Every region is a leaf; label[u]: of each unit, UVP_NONE for units all dead. */
UVP_MUST_USE enum uvp_code uvp_lineage_start(struct uvp_atlas_work *work, uint32_t units,
                                             const uint32_t *label, uint32_t count,
                                             struct uvp_lineage *lineage);

/* Region `from` becomes part of `to`. */
void uvp_lineage_join(struct uvp_lineage *lineage, uint32_t to, uint32_t from);

/* number[r]: what region r is called from now on, UVP_NONE: it is gone. */
UVP_MUST_USE enum uvp_code uvp_lineage_renumber(struct uvp_atlas_work *work,
                                                const uint32_t *number, uint32_t count,
                                                struct uvp_lineage *lineage);

/* Units that went to another region get the leaf of a neighbour there. */
UVP_MUST_USE enum uvp_code uvp_lineage_adopt(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             const uint32_t *label, uint32_t count,
                                             struct uvp_lineage *lineage);

/* No more joins: `count` regions are left. */
UVP_MUST_USE enum uvp_code uvp_lineage_finish(struct uvp_atlas_work *work, uint32_t units,
                                              uint32_t count, struct uvp_lineage *lineage);

/*
 * side[i] is 1 for those of the triangles, all of one segment, that were in the largest region
 * that has at most 7/8 of them, and 0 for the others. `*found` is false when there is no such
 * region with at least 1/8.
 */
UVP_MUST_USE enum uvp_code uvp_lineage_sides(struct uvp_atlas_work *work,
                                             const struct uvp_topology *topology,
                                             const struct uvp_lineage *lineage,
                                             const uint32_t *triangles, uint32_t count,
                                             uint32_t *side, bool *found);

#endif
