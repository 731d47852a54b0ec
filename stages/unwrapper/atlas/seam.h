/*
 * seam.h -- which charts lie beside each other, along which edges, and how well they would fit
 *
 * Why:     merging asks for the neighbours of charts that change all the time.
 * Use:     uvp_seams_make once; uvp_seams_join after every merge.
 * Owner:   arrays live in the scratch arena.
 */
#ifndef UVP_ATLAS_SEAM_H
#define UVP_ATLAS_SEAM_H

#include "stages/unwrapper/atlas/charts.h"

/* Two charts and all edges between them. */
struct uvp_seam {
    uint32_t chart[2];
    uint32_t next[2]; /* seam in the list of each of the charts */
    uint32_t first;   /* edge, in a list; UVP_NONE: the seam is gone */
    uint32_t last;
    double length;
};

struct uvp_seam_edge {
    uint32_t half; /* the lower half-edge */
    uint32_t next;
};

struct uvp_seams {
    struct uvp_seam *seam;
    uint32_t count;
    struct uvp_seam_edge *edge;
    uint32_t edges;
    uint32_t *first; /* seam of each chart, in a list */
    uint32_t *mark;  /* of each chart; UVP_NONE but while charts join */
};

/* How chart[1] comes to lie beside chart[0]: turned by (cosine, sine), then moved. */
struct uvp_bond {
    double length; /* of the edges it joins */
    double misfit; /* root mean square distance of their ends over that length */
    double cosine;
    double sine;
    double x;
    double y;
    uint32_t first; /* edges that it joins, in the order of the chains */
    uint32_t count; /* UVP_NONE: all */
};

UVP_MUST_USE enum uvp_code uvp_seams_make(struct uvp_atlas_work *work,
                                          struct uvp_open_charts *open,
                                          struct uvp_seams *seams);

/* Chart b has become part of chart a: its seams are now a's. */
void uvp_seams_join(struct uvp_seams *seams, uint32_t a, uint32_t b);

/* The seam of chart c after `s`, or its first when `s` is UVP_NONE; gone ones are left out. */
uint32_t uvp_seams_next(struct uvp_seams *seams, uint32_t c, uint32_t s);

/*
 * The best bond of a seam: over all edges when they fit, else over one chain of them or, if
 * `parts`, part of one. Two edges that share their ends in both charts belong to one chain.
 */
UVP_MUST_USE enum uvp_code uvp_seams_weigh(struct uvp_atlas_work *work,
                                           const struct uvp_open_charts *open,
                                           const struct uvp_seams *seams, uint32_t s,
                                           bool parts, struct uvp_bond *bond);

/* Sets or clears the cuts along those edges that the bond does not join. */
UVP_MUST_USE enum uvp_code uvp_seams_cut(struct uvp_atlas_work *work,
                                         struct uvp_open_charts *open,
                                         const struct uvp_seams *seams, uint32_t s,
                                         const struct uvp_bond *bond, bool cut);

/* The rigid motion that brings the ends of count half-edges' opposites onto theirs. */
void uvp_seams_fit(const struct uvp_open_charts *open, const uint32_t *half, uint32_t count,
                   struct uvp_bond *bond);

static inline struct uvp_vec2 uvp_bond_move(const struct uvp_bond *bond, struct uvp_vec2 p)
{
    return (struct uvp_vec2){bond->cosine * p.x - bond->sine * p.y + bond->x,
                             bond->sine * p.x + bond->cosine * p.y + bond->y};
}

/* Where a corner of half-edge h lies, in the mesh's units. */
static inline struct uvp_vec2 uvp_charts_corner(const struct uvp_charts *charts, uint32_t h)
{
    const struct uvp_point2 p = charts->slot[charts->corner[h]];
    const double step = charts->chart[charts->chart_of[h / 3]].step;

    return (struct uvp_vec2){p.x * step, p.y * step};
}

#endif
