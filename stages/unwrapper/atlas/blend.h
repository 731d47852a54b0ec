/*
 * blend.h -- two layouts side by side, bent until their seam closes
 *
 * Why:     where the two sides of a seam fit nearly, that is all it takes to join them: no
 *          system has to be solved.
 */
#ifndef UVP_ATLAS_BLEND_H
#define UVP_ATLAS_BLEND_H

#include "stages/unwrapper/atlas/couple.h"

/*
 * The couple lies as it was made, its seam closed by moving the seam's vertices alone: what
 * lies within `reach` of them follows, the less the farther it is.
 */
UVP_MUST_USE enum uvp_code uvp_blend_seam(struct uvp_atlas_work *work,
                                          struct uvp_couple *couple, double reach);

#endif
