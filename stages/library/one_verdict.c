/* uvp_judge: the verdict on UVs that the caller has. */
#include <string.h>

#include "stages/library/geometry.h"
#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/mesh_view.h"

static enum uvp_code judge(const struct uvp_geometry *geometry, uint32_t pages,
                           struct uvp_call *call, struct uvp_judgement *own,
                           struct uvp_error *err)
{
    struct uvp_atlas_verdict verdict;
    struct uvp_atlas_uvs uvs;
    struct uvp_mesh_view view;
    struct uvp_mesh mesh;

    UVP_TRY(uvp_geometry_lend(geometry, call, &mesh, err));
    if (mesh.corner_uv == NULL) {
        return uvp_fail(err, UVP_USAGE, 0, "geometry.uvs is NULL: there is nothing to judge");
    }
    UVP_TRY(uvp_mesh_view_lend(&mesh, &call->keep, &call->scratch, &call->stop, &view, err));
    uvs = uvp_mesh_view_old_uvs(&view);
    UVP_TRY(uvp_atlas_check(&view.input, &uvs, &call->scratch, &call->stop, &verdict, err));
    if (pages > 1) {
        verdict.outside = uvp_judge_off_pages(&view.input, &uvs, pages);
    }
    *own = (struct uvp_judgement){
        .struct_bytes = sizeof *own,
        .valid = (uvp_judge_faults(&verdict) & ~UVP_FAULTS_USUAL_ALLOWED) == 0,
        .triangles = view.triangles.count,
        .charts = verdict.charts,
        .flipped = verdict.flipped,
        .collapsed = verdict.collapsed,
        .mirrored = verdict.mirrored,
        .outside = verdict.outside,
        .unmapped = verdict.unmapped,
        .overlapping = verdict.overlapping,
        .overlapping_more = verdict.overlapping_more,
    };
    return UVP_OK;
}

enum uvp_code uvp_judge(const struct uvp_geometry *geometry,
                        const struct uvp_judge_options *options,
                        const struct uvp_limits *limits, struct uvp_judgement *judgement,
                        struct uvp_error *err)
{
    struct uvp_judge_options asked;
    struct uvp_judgement own;
    struct uvp_call call;
    struct uvp_mem mem;
    enum uvp_code code;

    uvp_error_clear(err);
    UVP_TRY(uvp_call_read(&asked, sizeof asked, options, "options", err));
    if (asked.pages != 0 && !uvp_call_pages_fit(asked.pages)) {
        return uvp_fail(
            err, UVP_USAGE, 0,
            "options.pages: expected a number from 1 to 1000, UVP_PAGES_AUTO, or 0");
    }
    if (judgement->struct_bytes < sizeof judgement->struct_bytes) {
        return uvp_fail(err, UVP_USAGE, 0, "judgement.struct_bytes is not set");
    }
    code = uvp_call_begin(&call, limits, &mem, err);
    if (code == UVP_OK) {
        code = judge(geometry, asked.pages, &call, &own, err);
    }
    uvp_call_end(&call);
    if (code == UVP_OK) {
        uvp_call_fill(judgement, &own, sizeof own);
    }
    return code;
}
