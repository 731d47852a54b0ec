/*
 * The unwrapper group: phase 2. Decode, unwrap, encode: all the CPU work, no I/O, nothing
 * shared.
 *
 * A member's failure stays with the member: the original bytes go on and the error is told.
 *
 * When UVs are to be checked, the same steps lead to a verdict instead of a new file.
 */
#include <string.h>

#include "formats/mesh/format.h"
#include "pipeline/base/clock.h"
#include "stages/shared.h"
#include "stages/unwrapper/atlases.h"
#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/sibling_adapter.h"

#define LABEL_STEP_LOAD "load"
#define OUTPUT_CEILING_FACTOR 16 /* faces of one-digit corners grow most */
#define OUTPUT_CEILING_EXTRA ((size_t)1 << 20)
#define LOAD_CEILING ((size_t)4 << 30)

struct unwrapper {
    struct uvp_shared *shared;
    struct uvp_desk *desk;
    struct uvp_arena keep;        /* mesh and layout of the member at hand */
    struct uvp_arena scratch;     /* the engine's own; also when it helps with another's mesh */
    struct uvp_crew_adapter crew; /* who helps with the mesh at hand */
    struct uvp_sibling_adapter siblings;
    struct uvp_buf store;   /* a member's bytes when they are not in one piece */
    struct uvp_buf encoded; /* the new file */
    struct uvp_buf side;    /* the file beside it */
    size_t keep_bytes;      /* of each of the five, between members */
};

/* One member on its way through the steps. */
struct job {
    struct unwrapper *unwrapper;
    struct uvp_member *member;
    enum uvp_container target;
    struct uvp_stop stop;
    uint64_t step_began_ns;
    enum uvp_member_step step;
    struct uvp_span body;
    const struct uvp_format *format;
    struct uvp_mesh_options options;
    struct uvp_mesh_source source;
    struct uvp_model model;
    struct uvp_atlases atlases;
};

/* ---- steps and their times ---- */

static void begin_step(struct job *job, enum uvp_member_step step)
{
    const uint64_t now = uvp_clock_now_ns();

    job->member->step_ns[job->step] += now - job->step_began_ns;
    job->step = step;
    job->step_began_ns = now;
}

static void begin_atlas_step(void *ctx, enum uvp_atlas_step step)
{
    static const enum uvp_member_step steps[UVP_ATLAS_STEP_COUNT] = {
        [UVP_ATLAS_TOPOLOGY] = UVP_STEP_TOPOLOGY, [UVP_ATLAS_SEGMENT] = UVP_STEP_SEGMENT,
        [UVP_ATLAS_FLATTEN] = UVP_STEP_FLATTEN,   [UVP_ATLAS_MERGE] = UVP_STEP_MERGE,
        [UVP_ATLAS_PACK] = UVP_STEP_PACK,         [UVP_ATLAS_VERIFY] = UVP_STEP_VERIFY,
    };
    struct job *const job = ctx;

    begin_step(job, steps[step]);
    uvp_desk_note(job->unwrapper->desk, uvp_member_step_name(steps[step]),
                  job->member->entry.path);
}

/* ---- the steps ---- */

static enum uvp_code load(struct job *job, struct uvp_error *err)
{
    begin_step(job, UVP_STEP_LOAD);
    UVP_TRY(uvp_entry_load(&job->member->entry, &job->unwrapper->store, &job->body, err));
    job->member->bytes_in = job->body.bytes;
    job->member->bytes_out = job->body.bytes;
    return UVP_OK;
}

static struct uvp_atlases_tools tools_of(struct job *job)
{
    struct unwrapper *const unwrapper = job->unwrapper;
    const struct uvp_settings *const settings = unwrapper->shared->settings;
    const struct uvp_atlases_tools tools = {
        .settings = settings,
        .crew = &unwrapper->crew,
        .path = job->member->entry.path,
        .has_u16 = job->format->has_u16 &&
                   (job->format->has_sets || settings->mesh.stl_to == UVP_COMPANION_GLB),
        .keep = &unwrapper->keep,
        .scratch = &unwrapper->scratch,
        .stop = &job->stop,
        .begin_step = begin_atlas_step,
        .ctx = job,
    };

    return tools;
}

static void count_meshes(struct job *job)
{
    struct uvp_member *const member = job->member;

    member->meshes = job->model.mesh_count;
    for (uint32_t m = 0; m < job->model.mesh_count; m++) {
        member->mapped += job->model.meshes[m].has_uvs ? 1 : 0;
        member->vertices += job->model.meshes[m].vertex_count;
        member->polygons += job->model.meshes[m].polygon_count;
    }
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
static enum uvp_code decode(struct job *job, struct uvp_error *err)
{
    const struct uvp_entry *const entry = &job->member->entry;
    const struct uvp_settings *const settings = job->unwrapper->shared->settings;
    const char *reason = NULL;

    begin_step(job, UVP_STEP_DECODE);
    job->options = settings->mesh;
    job->options.wants_uvs = settings->atlas.keep_charts || settings->task == UVP_TASK_CHECK;
    job->options.wants_groups = settings->atlas.seam_groups;
    /* one with another suffix is here because its bytes were looked at */
    job->format = uvp_format_find(
        entry->path,
        uvp_format_by_path(entry->path, entry->path_bytes) != NULL ? entry->path_bytes : 0,
        job->body, true, &reason);
    if (job->format == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s", reason);
    }
    job->member->format = job->format->name;
    job->source.bytes = job->body;
    if (job->target != UVP_CONTAINER_PLAIN) {
        job->source.name = base_name(entry->path, entry->path_bytes);
    }
    job->source.siblings = uvp_sibling_adapter_begin(&job->unwrapper->siblings, job->member);
    UVP_TRY(job->format->decode(&job->source, &job->options, &job->unwrapper->keep, &job->stop,
                                &job->model, err));
    count_meshes(job);
    if (settings->task == UVP_TASK_UNWRAP && settings->mesh.existing == UVP_EXISTING_ADD &&
        !job->format->has_sets && job->model.meshes[0].has_uvs) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0,
                        "already has UVs, and %s files hold one set of them",
                        job->format->name);
    }
    return UVP_OK;
}

static enum uvp_code unwrap(struct job *job, struct uvp_error *err)
{
    const struct uvp_atlases_tools tools = tools_of(job);
    struct uvp_member *const member = job->member;

    UVP_TRY(uvp_atlases_make(&job->atlases, &job->model, &tools, err));
    member->atlas = job->atlases.stats;
    member->pages = job->atlases.pages;
    member->verdict = job->atlases.verdict;
    member->verified = true;
    return UVP_OK;
}

static size_t output_ceiling(const struct job *job)
{
    size_t ceiling;

    if (!uvp_size_multiply(job->body.bytes, OUTPUT_CEILING_FACTOR, &ceiling) ||
        !uvp_size_add(ceiling, OUTPUT_CEILING_EXTRA, &ceiling)) {
        return SIZE_MAX;
    }
    return ceiling;
}

static const char *pick_note(const struct job *job, const struct uvp_product *product)
{
    if (job->atlases.u16_refused) {
        return "16 bits are too coarse for it: UVs are float";
    }
    return product->note != NULL ? product->note : job->model.note;
}

static void begin_product(struct job *job, struct uvp_product *product)
{
    struct unwrapper *const unwrapper = job->unwrapper;

    memset(product, 0, sizeof *product);
    product->body = &unwrapper->encoded;
    product->side = &unwrapper->side;
    product->body->ceiling_bytes = output_ceiling(job);
    product->side->ceiling_bytes = product->body->ceiling_bytes;
}

/* ---- into the archive's form ---- */

static enum uvp_code render(struct job *job, const struct uvp_entry *entry,
                            struct uvp_span body, struct uvp_buf *out,
                            struct uvp_rendered *rendered, struct uvp_error *err)
{
    const struct uvp_render_options options = {.target = job->target};

    begin_step(job, UVP_STEP_RENDER);
    return uvp_entry_render(entry, body, &options, out, rendered, err);
}

/* The member itself, with new contents or in another archive's form. */
static enum uvp_code render_anew(struct job *job, struct uvp_span body, struct uvp_error *err)
{
    struct uvp_member *const member = job->member;

    UVP_TRY(render(job, &member->entry, body, &member->out, &member->rendered, err));
    member->rendered_anew = true;
    if (!member->has_side) {
        uvp_slices_reset(&member->entry.raw); /* nobody needs the original any more */
    }
    return UVP_OK;
}

/* The new member behind it, or in its place; a plain file has no room for two. */
static enum uvp_code render_side(struct job *job, const struct uvp_product *product,
                                 struct uvp_error *err)
{
    struct uvp_member *const member = job->member;

    if (product->side_suffix[0] == '\0') {
        return UVP_OK;
    }
    UVP_TRY(uvp_entry_beside(&member->entry, product->side_suffix, &member->side, err));
    UVP_TRY(render(job, &member->side, uvp_buf_span(product->side), &member->side_out,
                   &member->side_rendered, err));
    member->has_side = true;
    member->replaced = product->dropped || job->target == UVP_CONTAINER_PLAIN;
    return UVP_OK;
}

static enum uvp_code deliver(struct job *job, const struct uvp_product *product,
                             struct uvp_error *err)
{
    struct uvp_member *const member = job->member;

    if (!product->rewritten && product->side_suffix[0] == '\0') {
        return uvp_fail(err, UVP_BUG, 0, "nothing came of it");
    }
    UVP_TRY(render_side(job, product, err));
    if (product->rewritten && !member->replaced) {
        UVP_TRY(render_anew(job, uvp_buf_span(product->body), err));
    }
    member->bytes_out = (product->rewritten ? product->body->bytes : 0) +
                        (member->has_side ? product->side->bytes : 0);
    member->note = pick_note(job, product);
    return UVP_OK;
}

static enum uvp_code unwrap_member(struct job *job, struct uvp_error *err)
{
    struct uvp_product product;

    UVP_TRY(decode(job, err));
    UVP_TRY(unwrap(job, err));
    begin_step(job, UVP_STEP_ENCODE);
    begin_product(job, &product);
    UVP_TRY(job->format->encode(&job->source, &job->model, job->atlases.uvs, &job->options,
                                &job->unwrapper->keep, &job->stop, &product, err));
    UVP_TRY(deliver(job, &product, err));
    job->member->status = UVP_MEMBER_UNWRAPPED;
    return UVP_OK;
}

static enum uvp_code check_member(struct job *job, struct uvp_error *err)
{
    struct uvp_member *const member = job->member;
    const struct uvp_settings *const settings = job->unwrapper->shared->settings;
    struct uvp_atlases_tools tools;

    UVP_TRY(decode(job, err));
    tools = tools_of(job);
    UVP_TRY(uvp_atlases_check(&job->atlases, &job->model, &tools, err));
    if (job->atlases.made == 0) {
        member->status = UVP_MEMBER_BARE;
        return UVP_OK;
    }
    member->verdict = job->atlases.verdict;
    member->triangles = job->atlases.triangles;
    member->status = (uvp_judge_faults(&member->verdict) & ~settings->allowed) == 0
                         ? UVP_MEMBER_VALID
                         : UVP_MEMBER_INVALID;
    return UVP_OK;
}

/* A polygon of n corners is n - 2 triangles, whatever its shape. */
static enum uvp_code list_member(struct job *job, struct uvp_error *err)
{
    struct uvp_member *const member = job->member;

    UVP_TRY(decode(job, err));
    for (uint32_t m = 0; m < job->model.mesh_count; m++) {
        const struct uvp_mesh *const mesh = &job->model.meshes[m];

        for (uint32_t p = 0; p < mesh->polygon_count; p++) {
            const uint32_t corners = mesh->corner_start[p + 1] - mesh->corner_start[p];
            member->triangles += corners < 3 ? 0 : corners - 2;
        }
    }
    member->status = UVP_MEMBER_LISTED;
    return UVP_OK;
}

static enum uvp_code work_on(struct job *job, struct uvp_error *err)
{
    switch (job->unwrapper->shared->settings->task) {
    case UVP_TASK_CHECK:
        return check_member(job, err);
    case UVP_TASK_LIST:
        return list_member(job, err);
    default:
        return unwrap_member(job, err);
    }
}

/* ---- outcomes ---- */

static void settle_status(struct uvp_member *member, enum uvp_code code,
                          const struct uvp_error *error)
{
    if (code == UVP_OK) {
        return;
    }
    member->error = *error;
    if (code == UVP_UNSUPPORTED || code == UVP_DEGENERATE) {
        member->status = UVP_MEMBER_PASSED;
        member->reason = member->error.text;
        return;
    }
    member->status = UVP_MEMBER_FAILED;
}

/* The original bytes cannot stand in an archive of another kind: render them as they are. */
static void carry_over(struct job *job)
{
    struct uvp_member *const member = job->member;
    struct uvp_error error = {0};
    enum uvp_code code = UVP_OK;

    uvp_buf_reset(&member->out);
    if (member->status == UVP_MEMBER_UNWRAPPED && member->replaced) {
        return; /* it does not go on at all */
    }
    if (job->body.data == NULL) {
        code = load(job, &error);
    }
    if (code == UVP_OK) {
        code = render_anew(job, job->body, &error);
    }
    if (code != UVP_OK) {
        member->error = member->status == UVP_MEMBER_FAILED ? member->error : error;
        member->status = UVP_MEMBER_FAILED;
        member->lost = true;
    }
}

static void trace_outcome(const struct job *job)
{
    const struct uvp_member *const member = job->member;
    const struct uvp_trace *const trace = job->unwrapper->shared->trace;

    if (!uvp_trace_on(trace, UVP_TRACE_DEBUG)) {
        return;
    }
    if (member->status == UVP_MEMBER_FAILED) {
        uvp_trace(trace, UVP_TRACE_DEBUG, "Failed %s: %s", member->entry.path,
                  member->error.text);
    } else {
        uvp_trace(trace, UVP_TRACE_DEBUG, "Completed %s: %s", member->entry.path,
                  member->status == UVP_MEMBER_PASSED ? member->reason
                                                      : uvp_member_status_name(member->status));
    }
}

/* ---- one member ---- */

static uint64_t deadline_of(const struct uvp_shared *shared, uint64_t now)
{
    return shared->settings->member_timeout_ns == 0 ? 0
                                                    : now + shared->settings->member_timeout_ns;
}

static void handle_member(struct unwrapper *unwrapper, struct uvp_member *member,
                          const struct uvp_parcel *parcel)
{
    struct job job = {.unwrapper = unwrapper, .member = member, .target = parcel->target};
    struct uvp_error error = {0};
    const uint64_t began = uvp_clock_now_ns();
    enum uvp_code code;

    job.step_began_ns = began;
    uvp_stop_init_child(&job.stop, unwrapper->shared->stop,
                        deadline_of(unwrapper->shared, began), "member time limit");
    uvp_desk_note(unwrapper->desk, LABEL_STEP_LOAD, member->entry.path);
    uvp_trace(unwrapper->shared->trace, UVP_TRACE_DEBUG, "Starting %s", member->entry.path);
    code = load(&job, &error);
    if (member->unwrap || code != UVP_OK) {
        code = code == UVP_OK ? work_on(&job, &error) : code;
        settle_status(member, code, &error);
    }
    if (parcel->foreign && !member->rendered_anew &&
        uvp_settings_write(unwrapper->shared->settings)) {
        carry_over(&job);
    }
    begin_step(&job, UVP_STEP_LOAD);
    member->wall_ns = uvp_clock_now_ns() - began;
    trace_outcome(&job);
    uvp_stop_release(&job.stop);
}

static void trim_buf(struct uvp_buf *buf, size_t keep_bytes)
{
    if (buf->capacity > keep_bytes) {
        uvp_buf_release(buf);
    }
    uvp_buf_reset(buf);
}

static void reset_between_members(struct unwrapper *unwrapper)
{
    uvp_sibling_adapter_end(&unwrapper->siblings);
    uvp_arena_reset(&unwrapper->keep, unwrapper->keep_bytes);
    uvp_arena_reset(&unwrapper->scratch, unwrapper->keep_bytes);
    trim_buf(&unwrapper->store, unwrapper->keep_bytes);
    trim_buf(&unwrapper->encoded, unwrapper->keep_bytes);
    trim_buf(&unwrapper->side, unwrapper->keep_bytes);
}

/* ---- the stage ---- */

static enum uvp_code work(void *worker, struct uvp_desk *desk, struct uvp_item *item,
                          struct uvp_error *err)
{
    struct unwrapper *const unwrapper = worker;
    struct uvp_parcel *const parcel = (struct uvp_parcel *)item;

    for (uint32_t i = 0; i < parcel->piece_count; i++) {
        struct uvp_piece *const piece = parcel->pieces[i];

        if (piece->kind != UVP_PIECE_MEMBER) {
            continue;
        }
        if (uvp_stop_level(unwrapper->shared->stop) >= UVP_STOP_ABORT) {
            return uvp_fail(err, UVP_CANCELLED, 0, "cancelled");
        }
        handle_member(unwrapper, piece->member, parcel);
        reset_between_members(unwrapper);
    }
    uvp_desk_settle(desk, item, uvp_parcel_held_bytes(parcel));
    uvp_desk_note(desk, "waiting for work", "");
    return UVP_OK;
}

static struct uvp_arena *scratch_of(void *worker)
{
    struct unwrapper *const unwrapper = worker;

    return &unwrapper->scratch;
}

/* It has helped with the mesh of another worker. */
static void rest(void *worker)
{
    struct unwrapper *const unwrapper = worker;

    uvp_arena_reset(&unwrapper->scratch, unwrapper->keep_bytes);
}

static enum uvp_code create(void *ctx, struct uvp_desk *desk, void **worker,
                            struct uvp_error *err)
{
    struct uvp_shared *const shared = ctx;
    struct unwrapper *const unwrapper = uvp_mem_take_zeroed(shared->mem, sizeof *unwrapper);

    if (unwrapper == NULL) {
        return uvp_fail_memory(err, sizeof *unwrapper);
    }
    unwrapper->shared = shared;
    unwrapper->desk = desk;
    uvp_crew_adapter_init(&unwrapper->crew, desk, scratch_of);
    uvp_sibling_adapter_init(&unwrapper->siblings, shared->mem);
    unwrapper->keep_bytes = uvp_shared_worker_keep_bytes(shared->settings) / 5;
    uvp_arena_init(&unwrapper->keep, shared->mem, 0);
    uvp_arena_init(&unwrapper->scratch, shared->mem, 0);
    uvp_buf_init(&unwrapper->store, shared->mem, LOAD_CEILING);
    uvp_buf_init(&unwrapper->encoded, shared->mem, 0);
    uvp_buf_init(&unwrapper->side, shared->mem, 0);
    *worker = unwrapper;
    return UVP_OK;
}

static void destroy(void *worker)
{
    struct unwrapper *const unwrapper = worker;

    uvp_arena_release(&unwrapper->keep);
    uvp_arena_release(&unwrapper->scratch);
    uvp_buf_release(&unwrapper->store);
    uvp_buf_release(&unwrapper->encoded);
    uvp_buf_release(&unwrapper->side);
    uvp_mem_give(unwrapper->shared->mem, unwrapper, sizeof *unwrapper);
}

void uvp_unwrapper_stage_fill(struct uvp_shared *shared, struct uvp_worker_stage *stage)
{
    stage->ctx = shared;
    stage->create = create;
    stage->work = work;
    stage->destroy = destroy;
    stage->rest = rest;
}
