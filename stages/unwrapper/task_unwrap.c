/* Decode, unwrap, encode: a new file that has UVs. */
#include <string.h>

#include "stages/unwrapper/work.h"

static enum uvp_code unwrap(struct uvp_work *work, struct uvp_error *err)
{
    const struct uvp_atlases_tools tools = uvp_work_tools(work);
    struct uvp_member *const member = work->member;

    UVP_TRY(uvp_atlases_make(&work->atlases, &work->model, &tools, err));
    member->atlas = work->atlases.stats;
    memcpy(member->found, work->atlases.found, sizeof member->found);
    member->pages = work->atlases.pages;
    member->verdict = work->atlases.verdict;
    member->verified = true;
    return UVP_OK;
}

static const char *pick_note(const struct uvp_work *work, const struct uvp_product *product)
{
    if (work->atlases.u16_refused) {
        return "16 bits are too coarse for it: UVs are float";
    }
    return product->note != NULL ? product->note : work->model.note;
}

enum uvp_code uvp_work_unwrap(struct uvp_work *work, struct uvp_error *err)
{
    struct uvp_product product;

    UVP_TRY(unwrap(work, err));
    uvp_work_begin_step(work, UVP_STEP_ENCODE);
    uvp_work_begin_product(work, &product);
    UVP_TRY(work->format->encode(&work->source, &work->model, work->atlases.uvs, &work->options,
                                 &work->unwrapper->keep, &work->stop, &product, err));
    product.note = pick_note(work, &product);
    UVP_TRY(uvp_work_deliver(work, &product, err));
    work->member->status = UVP_MEMBER_UNWRAPPED;
    return UVP_OK;
}

enum uvp_code uvp_task_unwrap(struct uvp_work *work, struct uvp_error *err)
{
    UVP_TRY(uvp_work_decode(work, err));
    return uvp_work_unwrap(work, err);
}
