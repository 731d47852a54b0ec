/*
 * trim.h -- charts longer than a page
 *
 * Why:     a chart longer than a page keeps every other chart small.
 * Use:     with fitter->page set.
 */
#ifndef UVP_ATLAS_TRIM_H
#define UVP_ATLAS_TRIM_H

#include "stages/unwrapper/atlas/fitter.h"

/* Cuts every chart until it fits on a page. */
UVP_MUST_USE enum uvp_code uvp_trim_all(struct uvp_fitter *fitter);

/* The longest charts, up to fitter->cuts_max times: they limit the scale of all others. */
UVP_MUST_USE enum uvp_code uvp_trim_longest(struct uvp_fitter *fitter);

#endif
