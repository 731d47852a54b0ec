/*
 * The steps that tasks share. Nothing here decides what a member comes to: that is the task's.
 */
#include "stages/unwrapper/work.h"

#include <string.h>

#include "pipeline/base/clock.h"
#include "stages/unwrapper/solution_vault.h"

#define OUTPUT_CEILING_FACTOR 16 /* faces of one-digit corners grow most */
#define OUTPUT_CEILING_EXTRA ((size_t)1 << 20)

/* ---- steps and their times ---- */

void uvp_work_begin_step(struct uvp_work *work, enum uvp_member_step step)
{
    const uint64_t now = uvp_clock_now_ns();

    work->member->step_ns[work->step] += now - work->step_began_ns;
    work->step = step;
    work->step_began_ns = now;
    uvp_desk_step(work->unwrapper->desk, uvp_member_step_name(step));
}

static void begin_atlas_step(void *ctx, enum uvp_atlas_step step)
{
    static const enum uvp_member_step steps[UVP_ATLAS_STEP_COUNT] = {
        [UVP_ATLAS_TOPOLOGY] = UVP_STEP_TOPOLOGY, [UVP_ATLAS_SEGMENT] = UVP_STEP_SEGMENT,
        [UVP_ATLAS_FLATTEN] = UVP_STEP_FLATTEN,   [UVP_ATLAS_MERGE] = UVP_STEP_MERGE,
        [UVP_ATLAS_PACK] = UVP_STEP_PACK,         [UVP_ATLAS_VERIFY] = UVP_STEP_VERIFY,
    };
    struct uvp_work *const work = ctx;

    uvp_work_begin_step(work, steps[step]);
    uvp_desk_note(work->unwrapper->desk, uvp_member_step_name(steps[step]),
                  work->member->entry.path);
}

static void begin_store(void *ctx)
{
    struct uvp_work *const work = ctx;

    uvp_work_begin_step(work, UVP_STEP_STORE);
    uvp_desk_note(work->unwrapper->desk, uvp_member_step_name(UVP_STEP_STORE),
                  work->member->entry.path);
}

/* ---- the steps ---- */

enum uvp_code uvp_work_load(struct uvp_work *work, struct uvp_error *err)
{
    uvp_work_begin_step(work, UVP_STEP_LOAD);
    UVP_TRY(uvp_entry_load(&work->member->entry, &work->unwrapper->store, &work->body, err));
    work->member->bytes_in = work->body.bytes;
    work->member->bytes_out = work->body.bytes;
    return UVP_OK;
}

struct uvp_atlases_tools uvp_work_tools(struct uvp_work *work)
{
    struct uvp_unwrapper *const unwrapper = work->unwrapper;
    const struct uvp_settings *const settings = work->settings;
    const struct uvp_atlases_tools tools = {
        .settings = settings,
        .crew = &unwrapper->crew,
        .path = work->member->entry.path,
        .has_u16 = work->format->has_u16 &&
                   (work->format->has_sets || settings->mesh.stl_to == UVP_COMPANION_GLB),
        .keep = &unwrapper->keep,
        .scratch = &unwrapper->scratch,
        .solve = unwrapper->shared->vault == NULL ? NULL : uvp_solution_from_vault,
        .vault = unwrapper->shared->vault,
        .packed = &unwrapper->packed,
        .begin_store = begin_store,
        .stop = &work->stop,
        .begin_step = begin_atlas_step,
        .ctx = work,
    };

    return tools;
}

static void count_meshes(struct uvp_work *work)
{
    struct uvp_member *const member = work->member;
    uint64_t triangles = 0;

    member->meshes = work->model.mesh_count;
    for (uint32_t m = 0; m < work->model.mesh_count; m++) {
        const struct uvp_mesh *const mesh = &work->model.meshes[m];
        const uint64_t corners =
            mesh->polygon_count == 0 ? 0 : mesh->corner_start[mesh->polygon_count];

        triangles += corners > 2 * (uint64_t)mesh->polygon_count
                         ? corners - 2 * (uint64_t)mesh->polygon_count
                         : 0;
        member->mapped += work->model.meshes[m].has_uvs ? 1 : 0;
        member->vertices += work->model.meshes[m].vertex_count;
        member->polygons += work->model.meshes[m].polygon_count;
    }
    uvp_desk_count(work->unwrapper->desk, triangles);
}

static struct uvp_span base_name(const char *path, size_t path_bytes)
{
    size_t first = path_bytes;

    while (first > 0 && path[first - 1] != '/') {
        first--;
    }
    return uvp_span_of(path + first, path_bytes - first);
}

/* UVP_UNSUPPORTED: nothing for us here, which is no failure; the error's text is the reason. */
enum uvp_code uvp_work_decode(struct uvp_work *work, struct uvp_error *err)
{
    const struct uvp_entry *const entry = &work->member->entry;
    const struct uvp_settings *const settings = work->settings;
    const char *reason = NULL;

    uvp_work_begin_step(work, UVP_STEP_DECODE);
    uvp_desk_note(work->unwrapper->desk, uvp_member_step_name(UVP_STEP_DECODE), entry->path);
    work->options = settings->mesh;
    work->options.wants_uvs = uvp_settings_want_uvs(settings);
    work->options.wants_groups = settings->atlas.seam_groups;
    /* one with another suffix is here because its bytes were looked at */
    work->format = uvp_format_find(
        entry->path,
        uvp_format_by_path(entry->path, entry->path_bytes) != NULL ? entry->path_bytes : 0,
        work->body, true, &reason);
    if (work->format == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s", reason);
    }
    work->member->format = work->format->name;
    work->source.bytes = work->body;
    if (work->target != UVP_CONTAINER_PLAIN) {
        work->source.name = base_name(entry->path, entry->path_bytes);
    }
    work->source.siblings = uvp_sibling_adapter_begin(&work->unwrapper->siblings, work->member);
    UVP_TRY(work->format->decode(&work->source, &work->options, &work->unwrapper->keep,
                                 &work->stop, &work->model, err));
    count_meshes(work);
    if (settings->task == UVP_TASK_UNWRAP && settings->mesh.existing == UVP_EXISTING_ADD &&
        !work->format->has_sets && work->model.meshes[0].has_uvs) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0,
                        "already has UVs, and %s files hold one set of them",
                        work->format->name);
    }
    return UVP_OK;
}

static size_t output_ceiling(const struct uvp_work *work)
{
    size_t ceiling;

    if (!uvp_size_multiply(work->body.bytes, OUTPUT_CEILING_FACTOR, &ceiling) ||
        !uvp_size_add(ceiling, OUTPUT_CEILING_EXTRA, &ceiling)) {
        return SIZE_MAX;
    }
    return ceiling;
}

void uvp_work_begin_product(struct uvp_work *work, struct uvp_product *product)
{
    struct uvp_unwrapper *const unwrapper = work->unwrapper;

    memset(product, 0, sizeof *product);
    product->body = &unwrapper->encoded;
    product->side = &unwrapper->side;
    product->body->ceiling_bytes = output_ceiling(work);
    product->side->ceiling_bytes = product->body->ceiling_bytes;
}

/* ---- into the archive's form ---- */

static enum uvp_code render(struct uvp_work *work, const struct uvp_entry *entry,
                            struct uvp_span body, struct uvp_buf *out,
                            struct uvp_rendered *rendered, struct uvp_error *err)
{
    const struct uvp_render_options options = {.target = work->target};

    uvp_work_begin_step(work, UVP_STEP_RENDER);
    return uvp_entry_render(entry, body, &options, out, rendered, err);
}

/* The member itself, with new contents or in another archive's form. */
enum uvp_code uvp_work_render_anew(struct uvp_work *work, struct uvp_span body,
                                   struct uvp_error *err)
{
    struct uvp_member *const member = work->member;

    UVP_TRY(render(work, &member->entry, body, &member->out, &member->rendered, err));
    member->rendered_anew = true;
    if (!member->has_side) {
        uvp_slices_reset(&member->entry.raw); /* nobody needs the original any more */
    }
    return UVP_OK;
}

/* The new member behind it, or in its place; a plain file has no room for two. */
static enum uvp_code render_side(struct uvp_work *work, const struct uvp_product *product,
                                 struct uvp_error *err)
{
    struct uvp_member *const member = work->member;

    if (product->side_suffix[0] == '\0') {
        return UVP_OK;
    }
    UVP_TRY(uvp_entry_beside(&member->entry, product->side_suffix, &member->side, err));
    UVP_TRY(render(work, &member->side, uvp_buf_span(product->side), &member->side_out,
                   &member->side_rendered, err));
    member->has_side = true;
    member->replaced = product->dropped || work->target == UVP_CONTAINER_PLAIN;
    return UVP_OK;
}

enum uvp_code uvp_work_deliver(struct uvp_work *work, const struct uvp_product *product,
                               struct uvp_error *err)
{
    struct uvp_member *const member = work->member;

    if (!product->rewritten && product->side_suffix[0] == '\0') {
        return uvp_fail(err, UVP_BUG, 0, "nothing came of it");
    }
    UVP_TRY(render_side(work, product, err));
    if (product->rewritten && !member->replaced) {
        UVP_TRY(uvp_work_render_anew(work, uvp_buf_span(product->body), err));
    }
    member->bytes_out = (product->rewritten ? product->body->bytes : 0) +
                        (member->has_side ? product->side->bytes : 0);
    member->note = product->note;
    return UVP_OK;
}
