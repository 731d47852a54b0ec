/*
 * analysis.h -- what UVs are worth, in figures: distortion, packing, seams, topology
 *
 * Why:     UVs of any origin are measured by one measure, whoever made them, and the figures
 *          have one table (figures.def) that reports, gates and comparisons read.
 * Use:     fill the input as for the engine, and the UVs; uvp_analysis_make; read the fields,
 *          or go through uvp_figures.
 * Owner:   inputs stay the caller's. The island table lies in `keep`.
 * Threads: confined; shares nothing. One thread, a fixed order of sums: the same bits always.
 * Limits:  positions and UVs may hold anything. What is not finite or has no area is counted
 *          and left out. The work is bounded by n log n; where pairs are looked for, by a
 * number of looks in proportion to the triangles (overlap.complete, gap.complete).
 */
#ifndef UVP_ANALYSIS_H
#define UVP_ANALYSIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"
#include "stages/unwrapper/atlas/atlas.h"

/* Every figure is a double: whole numbers to 2^53, flags 0 or 1. NaN: there is none. */
struct uvp_analysis {
#define UVP_FIGURE(field, name, kind, joined, better, meaning) double field;
#include "stages/unwrapper/analysis/figures.def"
#undef UVP_FIGURE
};

/* What is measured; bits. The rest of the figures is NaN. */
enum uvp_analysis_part {
    UVP_ANALYSIS_DISTORTION = 1, /* stretch, symdir, angle, area, density */
    UVP_ANALYSIS_RASTER = 2,     /* coverage, overlap.pct */
    UVP_ANALYSIS_TOPOLOGY = 4,
    UVP_ANALYSIS_VERDICT = 8,  /* exact: verdict */
    UVP_ANALYSIS_OVERLAP = 16, /* pairs; quick where the verdict is asked for, too */
    UVP_ANALYSIS_GAP = 32,
};

/* Zero means the default of every field. Islands, seams, bounds and packing are always told. */
struct uvp_analysis_options {
    unsigned parts;             /* default: all */
    uint32_t coverage_texels;   /* side of the raster, up to 8192; default 1024 */
    uint32_t resolution_texels; /* side of the page, for gaps and density; default 1024 */
    double gap_max_texels;      /* gaps are looked for up to this; default 8 */
    /* what uvp_atlas_check says, where it was asked before; NULL: it is asked */
    const struct uvp_atlas_verdict *verdict;
    bool islands; /* fill the table of islands */
};

/* One island: a piece of triangles that share edges in UV. */
struct uvp_island_row {
    uint32_t mesh; /* number in the file */
    uint32_t triangles;
    uint32_t flipped; /* turned against the others */
    uint32_t mirrored;
    double stretch_max; /* as stretch.max, stretch.mean; NaN: no triangle can be measured */
    double stretch_mean;
    double surface_area;
    double measured_area; /* of the triangles that have a stretch */
    double uv_area;
    double bounds[4]; /* least u and v, largest u and v */
};

struct uvp_island_table {
    struct uvp_island_row *row; /* by their first triangle */
    uint32_t count;
};

/* What a record tells of a member whose UVs were measured: this, and behind it its islands. */
struct uvp_analysis_facts {
    struct uvp_analysis figures; /* of all its meshes */
    uint32_t meshes;             /* measured */
    uint32_t made;               /* of these, without UVs of their own: made to be measured */
    uint64_t island_count;       /* rows that follow */
};

static inline const struct uvp_island_row *
uvp_analysis_islands(const struct uvp_analysis_facts *facts)
{
    return (const void *)(facts + 1);
}

/*
 * Measures. `islands` (NULL allowed) is filled when options.islands. `scratch` is left as it
 * was.
 *
 * Returns: UVP_OK
 *          UVP_BAD_DATA    an index is out of range
 *          UVP_NO_MEMORY; UVP_CANCELLED, UVP_LIMIT from `stop`
 */
UVP_MUST_USE enum uvp_code
uvp_analysis_make(const struct uvp_atlas_input *input, const struct uvp_atlas_uvs *uvs,
                  const struct uvp_analysis_options *options, struct uvp_arena *keep,
                  struct uvp_arena *scratch, struct uvp_stop *stop,
                  struct uvp_analysis *analysis, struct uvp_island_table *islands,
                  struct uvp_error *err);

/*
 * Adds the figures of the next mesh of a file to those of the `meshes` before it: sums, worst
 * and means, as figures.def says.
 */
void uvp_analysis_join(struct uvp_analysis *sum, const struct uvp_analysis *next,
                       uint32_t meshes);

/* ---- the table ---- */

enum uvp_figure_kind { UVP_FIGURE_COUNT, UVP_FIGURE_REAL, UVP_FIGURE_FLAG };

enum uvp_figure_joined {
    UVP_JOINED_SUM,
    UVP_JOINED_MOST,
    UVP_JOINED_LEAST,
    UVP_JOINED_AREA,
    UVP_JOINED_MESH,
    UVP_JOINED_ROOT,
};

enum uvp_figure_better { UVP_BETTER_NEITHER, UVP_BETTER_DOWN, UVP_BETTER_UP };

struct uvp_figure {
    const char *name; /* "stretch.max": group and key; no dot: a key without a group */
    enum uvp_figure_kind kind;
    enum uvp_figure_joined joined;
    enum uvp_figure_better better; /* where good values lie */
    const char *meaning;
    size_t offset; /* in struct uvp_analysis */
};

/* All figures in their order; *count of them. */
const struct uvp_figure *uvp_figures(uint32_t *count);

static inline double uvp_figure_of(const struct uvp_analysis *analysis,
                                   const struct uvp_figure *figure)
{
    return *(const double *)(const void *)((const char *)analysis + figure->offset);
}

/* The figure of that name, or NULL. */
const struct uvp_figure *uvp_figure_find(const char *name, size_t bytes);

#endif
