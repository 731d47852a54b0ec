#include "stages/unwrapper/solution_vault.h"

#include "stages/store/vault.h"
#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/mesh_key.h"
#include "stages/unwrapper/solution_pack.h"

/* More than was asked for would be found right by the verdict, which asks the result. */
static bool has_allowed_pages(const struct uvp_atlas_options *options,
                              const struct uvp_atlas_result *atlas)
{
    const uint32_t most = options->pages == 0 ? 1 : options->pages;

    return atlas->page_count <= most;
}

/*
 * What was found, unpacked and judged.
 *
 * Returns: UVP_OK; UVP_BUG: it is not right; UVP_NO_MEMORY; UVP_CANCELLED, UVP_LIMIT
 */
static enum uvp_code believe(const struct uvp_atlas_input *input,
                             const struct uvp_atlases_tools *tools,
                             struct uvp_solution *solution, struct uvp_error *err)
{
    const enum uvp_code code = uvp_solution_unpack(
        input, uvp_buf_span(tools->packed), tools->keep, tools->scratch, &solution->atlas, err);

    if (code == UVP_BAD_DATA ||
        (code == UVP_OK && !has_allowed_pages(&tools->settings->atlas, &solution->atlas))) {
        return UVP_BUG;
    }
    UVP_TRY(code);
    tools->begin_step(tools->ctx, UVP_ATLAS_VERIFY);
    return uvp_judge_result(input, &solution->atlas, tools->scratch, tools->stop,
                            &solution->verdict, err);
}

static enum uvp_code make_and_keep(const struct uvp_atlas_input *input,
                                   const struct uvp_atlases_tools *tools,
                                   struct uvp_visit *visit, struct uvp_solution *solution,
                                   struct uvp_error *err)
{
    const enum uvp_code code = uvp_solution_make(input, tools, solution, err);
    struct uvp_span made = {NULL, 0};

    if (code == UVP_OK) {
        tools->begin_store(tools->ctx);
        uvp_buf_reset(tools->packed);
        if (uvp_solution_pack(input, &solution->atlas, tools->scratch, tools->packed, NULL) ==
            UVP_OK) {
            made = uvp_buf_span(tools->packed);
        }
    }
    uvp_vault_leave(tools->vault, visit, made.data == NULL ? NULL : &made);
    return code;
}

enum uvp_code uvp_solution_from_vault(const struct uvp_atlas_input *input,
                                      const struct uvp_atlases_tools *tools,
                                      struct uvp_solution *solution, struct uvp_error *err)
{
    struct uvp_error disbelief = {0};
    struct uvp_store_key key;
    struct uvp_visit visit;
    enum uvp_code code;

    tools->begin_store(tools->ctx);
    key = uvp_mesh_key(input, &tools->settings->atlas);
    uvp_buf_reset(tools->packed);
    UVP_TRY(uvp_vault_enter(tools->vault, &visit, &key, uvp_solution_bound(input), tools->stop,
                            tools->packed, err));
    if (visit.found == UVP_FOUND_NOT) {
        return make_and_keep(input, tools, &visit, solution, err);
    }
    solution->found = visit.found;
    code = believe(input, tools, solution, &disbelief);
    if (code == UVP_BUG) {
        uvp_vault_distrust(tools->vault, &visit);
        return make_and_keep(input, tools, &visit, solution, err);
    }
    if (code != UVP_OK) {
        *err = disbelief;
    }
    return code;
}
