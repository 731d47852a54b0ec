/*
 * heat.h -- how far triangles are stretched by their UVs, and how far nearly all of them are
 *
 * Why:     one sliver decides the greatest stretch of a mesh; the stretch that 99 % of its area
 *          stay below tells what a mesh looks like.
 * Use:     init; add each mesh of a file; percentile. uvp_heat_of for single triangles.
 * Units:   Sander's L-infinity stretch, both areas of a mesh scaled to 1: 1 is none.
 * Threads: confined.
 * Limits:  a percentile is right to 0.15 %; stretch beyond 2^15 counts as that.
 */
#ifndef UVP_STAGES_UNWRAPPER_HEAT_H
#define UVP_STAGES_UNWRAPPER_HEAT_H

#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"
#include "stages/unwrapper/shape.h"

#define UVP_HEAT_OCTAVE 256                  /* bins a doubling */
#define UVP_HEAT_BINS (16 * UVP_HEAT_OCTAVE) /* from 1/2 on */

struct uvp_heat {
    double area;    /* of all triangles that have one */
    double uv_area; /* theirs */
    double bins[UVP_HEAT_BINS];
};

void uvp_heat_init(struct uvp_heat *heat);

/* Adds a mesh. *scale is what uvp_heat_of needs for it. UVP_OK, or UVP_CANCELLED, UVP_LIMIT. */
UVP_MUST_USE enum uvp_code uvp_heat_add(struct uvp_heat *heat, const struct uvp_shape *shape,
                                        struct uvp_stop *stop, double *scale,
                                        struct uvp_error *err);

/* Stretch that `part` of the area stays at or below; 0 when there is no area. */
double uvp_heat_percentile(const struct uvp_heat *heat, double part);

/* Stretch of one triangle: infinite where area in 3D has none in UV, 0 where there is none. */
double uvp_heat_of(const struct uvp_shape *shape, double scale, uint32_t triangle);

#endif
