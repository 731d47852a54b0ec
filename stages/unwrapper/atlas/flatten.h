/*
 * flatten.h -- segments in, valid flat charts out
 *
 * Why:     every method may fail; what counts is the verdict, and that something always passes.
 * Order:   a single polygon: single.c. Else uvp_solve_patch (solve.h), the bounds, the verdict;
 *          what overlaps is cut (cut.c), what fails otherwise is divided where it was joined
 *          (lineage.c) or halved (halve.c).
 */
#ifndef UVP_ATLAS_FLATTEN_H
#define UVP_ATLAS_FLATTEN_H

#include <stdbool.h>

#include "stages/unwrapper/atlas/patch.h"
#include "stages/unwrapper/atlas/segment.h"
#include "stages/unwrapper/atlas/verdict.h"

UVP_MUST_USE enum uvp_code uvp_flatten_make(struct uvp_atlas_work *work,
                                            const struct uvp_topology *topology,
                                            const struct uvp_segments *segments,
                                            struct uvp_charts *charts);

/* A view of the patch for the verdict. */
struct uvp_flat uvp_flatten_flat(const struct uvp_patch *patch);

/* What is to be said about the patch's lattice coordinates. */
UVP_MUST_USE enum uvp_code uvp_flatten_judge(struct uvp_atlas_work *work,
                                             const struct uvp_patch *patch,
                                             enum uvp_verdict *verdict);

/* Whether they are valid. */
UVP_MUST_USE enum uvp_code uvp_flatten_check(struct uvp_atlas_work *work,
                                             const struct uvp_patch *patch, bool *valid);

/*
 * Whether the border of a valid patch also keeps clear of itself when all of it moves outwards
 * by SPARE steps of the lattice: a slit that is open by a hair would close when the chart is
 * placed.
 */
UVP_MUST_USE enum uvp_code uvp_flatten_clears(struct uvp_atlas_work *work,
                                              const struct uvp_patch *patch, bool *clears);

/* project.c: onto the plane of the summed normals, lengths kept in that plane. */
void uvp_project_patch(const struct uvp_topology *topology, struct uvp_patch *patch);

/* single.c: a patch of one unit; `at` and `step` are valid afterwards. */
UVP_MUST_USE enum uvp_code uvp_single_lay(struct uvp_atlas_work *work,
                                          const struct uvp_topology *topology,
                                          const struct uvp_pieces *pieces,
                                          struct uvp_patch *patch);

/*
 * single.c: the layout that cannot fail, with at least `least` lattice steps between vertices
 * and in every height; about `step` of length a lattice step.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, or UVP_UNSUPPORTED when the polygon has too many corners
 */
UVP_MUST_USE enum uvp_code uvp_single_terrain(struct uvp_atlas_work *work,
                                              const struct uvp_topology *topology,
                                              const struct uvp_pieces *pieces,
                                              struct uvp_patch *patch, double step,
                                              int32_t least);

/*
 * halve.c: reorders the triangles (whole units) so that connected parts follow each other, and
 * labels them by `label` + place of their first triangle. part[] gets the size of each; there
 * are at least two. `shatter`: every unit a part. pieces->local must be of this list, and
 * stays.
 */
UVP_MUST_USE enum uvp_code uvp_split_piece(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           struct uvp_pieces *pieces, uint32_t label,
                                           uint32_t *triangles, uint32_t count, bool shatter,
                                           uint32_t *part, uint32_t *part_count);

/* halve.c: as above, by sides that are known: 0 or 1 for each place, spoilt; units are whole.
 */
UVP_MUST_USE enum uvp_code uvp_split_sides(struct uvp_atlas_work *work,
                                           const struct uvp_topology *topology,
                                           struct uvp_pieces *pieces, uint32_t label,
                                           uint32_t *triangles, uint32_t count, uint32_t *side,
                                           uint32_t *part, uint32_t *part_count);

/* Triangle in its own plane: from its corner 0, corner 1 at (x1, 0), corner 2 at (x2, y2). */
struct uvp_rest {
    double x1;
    double x2;
    double y2;
};

static inline struct uvp_rest uvp_rest_of(struct uvp_vec3 a, struct uvp_vec3 b,
                                          struct uvp_vec3 c)
{
    const struct uvp_vec3 ab = uvp_vec3_sub(b, a);
    const struct uvp_vec3 ac = uvp_vec3_sub(c, a);
    const double length = uvp_vec3_length(ab);
    const struct uvp_vec3 along = uvp_vec3_scale(ab, 1 / length);

    return (struct uvp_rest){length, uvp_vec3_dot(ac, along),
                             uvp_vec3_length(uvp_vec3_cross(along, ac))};
}

#endif
