/*
 * plan.h -- the options, resolved to the numbers the steps work with
 *
 * Why:     presets and defaults are looked up in one place; steps see plain bounds.
 * Limits:  every field is in range whatever the options held.
 */
#ifndef UVP_ATLAS_PLAN_H
#define UVP_ATLAS_PLAN_H

#include "stages/unwrapper/atlas/atlas.h"

struct uvp_plan {
    enum uvp_atlas_preset preset;
    uint32_t resolution;    /* texels a page's side */
    double gap;             /* between charts, as a part of the page's side */
    double texels_per_unit; /* 0: fitted */
    uint32_t pages_max;
    uint32_t pack_effort;
    uint32_t cuts_max;            /* so that charts pack better, */
    double cut_below;             /* when they would fill less of the page than this */
    double cut_price;             /* times all area: what cuts as long as all seams must save */
    uint32_t chart_triangles_max; /* UINT32_MAX: no limit */
    double seam_cosine;           /* normals with a smaller cosine bend at a seam; -2: none */
    bool seam_groups;
    bool keep_charts;
    bool fix_winding;

    /* symmetric Dirichlet energy, 1 for an isometry, mean over a chart's area */
    double chart_energy; /* most that flattening accepts before it splits */
    double merge_energy; /* most that a merged chart may have */
    double mesh_energy;  /* most that merging may raise the whole mesh to */
    double stretch_max;  /* least part of a chart may be stretched more than this: */
    double stretch_part; /* that part of its area */
    bool merge_patient;  /* solves where bending tells that it will hardly help */
    double merge_slack;  /* how badly seams may fit, in times what suits the default stretch */
    double merge_work;   /* triangles flattened by merging, in times the mesh's */
};

void uvp_plan_make(const struct uvp_atlas_options *options, struct uvp_plan *plan);

#endif
