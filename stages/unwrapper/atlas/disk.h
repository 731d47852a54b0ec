/*
 * disk.h -- first layouts for patches whose projection is folded
 *
 * Use:     begin; then either layout, as often as wanted; both write patch->uv.
 * Owner:   arrays live in the scratch arena after the caller's mark.
 */
#ifndef UVP_ATLAS_DISK_H
#define UVP_ATLAS_DISK_H

#include "stages/unwrapper/atlas/loops.h"

/* The patch with its holes filled by a vertex each, its outer border held in place. */
struct uvp_disk {
    struct uvp_solver *solver;
    struct uvp_loops loops;
    struct uvp_sparse matrix;
    bool *held;          /* of each vertex: on the outer border */
    struct uvp_vec2 *at; /* values of the vertices, holes last */
    struct uvp_vec2 *spare;
    bool ready; /* false: no disk, or too much work */
};

UVP_MUST_USE enum uvp_code uvp_disk_begin(struct uvp_solver *solver, struct uvp_disk *disk);

/* Makes at[] harmonic: held vertices keep their values, the others' hold what pulls them. */
UVP_MUST_USE enum uvp_code uvp_disk_extend(const struct uvp_disk *disk);

/* bff.c: whether the patch bends no more inside than a developable surface of so many vertices.
 */
UVP_MUST_USE enum uvp_code uvp_disk_unrolls(const struct uvp_solver *solver, bool *unrolls);

/* bff.c: conformal, the outer border in its own lengths; may turn triangles. */
UVP_MUST_USE enum uvp_code uvp_disk_conformal(const struct uvp_disk *disk);

/* disk.c: the outer border on a circle; turns no triangle, but stretches them. */
UVP_MUST_USE enum uvp_code uvp_disk_round(const struct uvp_disk *disk);

#endif
