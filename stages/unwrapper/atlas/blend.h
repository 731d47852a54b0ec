/*
 * blend.h -- two layouts side by side, bent until their seam closes
 *
 * Why:     where the two sides of a seam fit nearly, that is all it takes to join them: no
 *          system has to be solved.
 */
#ifndef UVP_ATLAS_BLEND_H
#define UVP_ATLAS_BLEND_H

#include "stages/unwrapper/atlas/patch.h"

/*
 * Sets patch->uv: the triangles before `own` lie as `shape` has them (3 a triangle), and so do
 * the others; vertices of both go half way, and what lies within `reach` of them follows, the
 * less the farther it is. A reach of 0 moves none but those of both.
 */
UVP_MUST_USE enum uvp_code uvp_blend_seam(struct uvp_atlas_work *work, struct uvp_patch *patch,
                                          uint32_t own, const struct uvp_vec2 *shape,
                                          double reach);

#endif
