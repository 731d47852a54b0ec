#include "stages/unwrapper/atlas/pack.h"

enum uvp_code uvp_pack_make(struct uvp_atlas_work *work, const struct uvp_charts *charts,
                            const struct uvp_outlines *outlines, struct uvp_packing *packing)
{
    /* with very many charts the gaps alone would fill the page: they get at most a quarter */
    const double most = 0.5 / (1 + sqrt((double)outlines->count));

    (void)charts;
    packing->gap = fmin(work->gap, most);
    UVP_TAKE(work, packing->spot, outlines->count);
    return uvp_shelf_pack(work, outlines, packing);
}
