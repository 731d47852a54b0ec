/*
 * trade.h -- polygons go to the chart with which they share more
 *
 * Why:     cutting, halving and merging leave seams that are ragged by a polygon here and
 * there. Limits:  a polygon moves where all of its vertices are already, so no layout changes.
 */
#ifndef UVP_ATLAS_TRADE_H
#define UVP_ATLAS_TRADE_H

#include "stages/unwrapper/atlas/charts.h"

UVP_MUST_USE enum uvp_code uvp_trade_polygons(struct uvp_atlas_work *work,
                                              struct uvp_open_charts *open);

#endif
