/*
 * Decode, draw: a picture in the mesh's place. UVs are those that are there; meshes without any
 * get an atlas first when that is asked for.
 */
#include <string.h>

#include "stages/unwrapper/mesh_view.h"
#include "stages/unwrapper/work.h"

/* A picture of the most pixels that are allowed, should nothing of it be compressible. */
#define PICTURE_CEILING ((size_t)2 << 30)

static bool lacks_uvs(const struct uvp_model *model)
{
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        if (!model->meshes[m].has_uvs) {
            return true;
        }
    }
    return false;
}

/* One that has no area stays as it is: the others may. */
static enum uvp_code unwrap_missing(struct uvp_work *work, struct uvp_error *err)
{
    const struct uvp_atlases_tools tools = uvp_work_tools(work);
    struct uvp_error failure = {0};
    enum uvp_code code;

    if (!work->unwrapper->shared->settings->unwrap_missing || !lacks_uvs(&work->model)) {
        return UVP_OK;
    }
    code = uvp_atlases_make(&work->atlases, &work->model, &tools, &failure);
    if (code != UVP_OK && code != UVP_DEGENERATE) {
        *err = failure;
        return code;
    }
    return UVP_OK;
}

/* The UVs that were made for it, else those that came with it. */
static enum uvp_code show_mesh(struct uvp_work *work, uint32_t m,
                               struct uvp_picture_mesh *shown, struct uvp_error *err)
{
    struct uvp_unwrapper *const unwrapper = work->unwrapper;
    const struct uvp_mesh_uvs *const made =
        work->atlases.uvs == NULL ? NULL : &work->atlases.uvs[m];
    struct uvp_mesh_view view;

    UVP_TRY(uvp_mesh_view_lend(&work->model.meshes[m], &unwrapper->keep, &unwrapper->scratch,
                               &work->stop, &view, err));
    *shown = (struct uvp_picture_mesh){
        .positions = view.input.positions,
        .vertex_count = view.input.vertex_count,
        .corner_vertex = view.input.corner_vertex,
        .corner_count = view.input.corner_count,
        .triangles = view.input.triangles,
        .triangle_count = view.input.triangle_count,
        .uv = view.input.old_uv,
        .uv_count = view.input.old_uv_count,
        .corner_uv = view.input.old_corner_uv,
    };
    if (made != NULL && made->uv != NULL) {
        shown->uv = made->uv;
        shown->uv_count = made->uv_count;
        shown->corner_uv = made->corner_uv;
    }
    return UVP_OK;
}

/* Formats of printers and of CAD have z up, as is their custom; no file of theirs says so. */
static bool has_z_up(const struct uvp_work *work)
{
    return strcmp(work->format->name, "stl") == 0;
}

static struct uvp_span title_of(const struct uvp_entry *entry)
{
    size_t first = entry->path_bytes;

    while (first > 0 && entry->path[first - 1] != '/') {
        first--;
    }
    return uvp_span_of(entry->path + first, entry->path_bytes - first);
}

static enum uvp_code draw(struct uvp_work *work, struct uvp_buf *out, struct uvp_error *err)
{
    const struct uvp_settings *const settings = work->unwrapper->shared->settings;
    struct uvp_member *const member = work->member;
    struct uvp_picture_options options = settings->picture;
    const uint32_t count = work->model.mesh_count;
    struct uvp_picture_mesh *const shown =
        UVP_ARENA_ARRAY(&work->unwrapper->keep, struct uvp_picture_mesh, count);
    struct uvp_picture_facts facts;

    if (shown == NULL) {
        return uvp_fail_memory(err, count * sizeof *shown);
    }
    for (uint32_t m = 0; m < count; m++) {
        UVP_TRY(show_mesh(work, m, &shown[m], err));
    }
    options.z_is_up = settings->up_given ? options.z_is_up : has_z_up(work);
    UVP_TRY(uvp_picture_draw(shown, count, title_of(&member->entry), &options,
                             &work->unwrapper->scratch, &work->stop, out, &facts, err));
    member->triangles = facts.triangles;
    return uvp_buf_append(&member->facts, &facts, sizeof facts, err);
}

static enum uvp_code render(struct uvp_work *work, struct uvp_error *err)
{
    const bool is_svg = work->unwrapper->shared->settings->picture.is_svg;
    struct uvp_product product;

    UVP_TRY(uvp_work_decode(work, err));
    UVP_TRY(unwrap_missing(work, err));
    uvp_work_begin_step(work, UVP_STEP_ENCODE);
    uvp_desk_note(work->unwrapper->desk, "drawing", work->member->entry.path);
    uvp_work_begin_product(work, &product);
    product.side->ceiling_bytes = PICTURE_CEILING;
    UVP_TRY(draw(work, product.side, err));
    memcpy(product.side_suffix, is_svg ? ".svg" : ".png", sizeof ".png");
    product.dropped = true;
    UVP_TRY(uvp_work_deliver(work, &product, err));
    work->member->status = UVP_MEMBER_RENDERED;
    return UVP_OK;
}

/*
 * In an archive what cannot be read here is passed over, as by other tasks; of a file given by
 * itself, and of any mesh, a picture is missed.
 */
enum uvp_code uvp_task_render(struct uvp_work *work, struct uvp_error *err)
{
    struct uvp_error failure = {0};
    enum uvp_code code = render(work, &failure);

    if (code == UVP_DEGENERATE ||
        (code == UVP_UNSUPPORTED && work->target == UVP_CONTAINER_PLAIN)) {
        code = UVP_BAD_DATA;
        failure.code = code;
    }
    if (code != UVP_OK) {
        *err = failure;
    }
    return code;
}
