/*
 * The unwrapper group: phase 2. Decode, unwrap, encode: all the CPU work, no I/O, nothing
 * shared. The one place where a mesh format and the engine meet: the mesh's arrays are lent to
 * the engine as a view.
 *
 * A member's failure stays with the member: the original bytes go on and the error is told.
 *
 * When UVs are to be checked, the same steps lead to a verdict instead of a new file.
 */
#include <string.h>

#include "formats/mesh/format.h"
#include "pipeline/base/clock.h"
#include "stages/shared.h"
#include "stages/unwrapper/crew_adapter.h"
#include "stages/unwrapper/judge.h"
#include "stages/unwrapper/uv_weld.h"

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
    struct uvp_buf store;         /* a member's bytes when they are not in one piece */
    struct uvp_buf encoded;       /* the new file */
    size_t keep_bytes;            /* of each of the four, between members */
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
    struct uvp_mesh mesh;
    struct uvp_mesh_triangles triangles;
    const uint32_t *triangle_group; /* NULL: all alike */
    const uint32_t *old_corner_uv;  /* NULL: no UVs, or not asked for */
    struct uvp_atlas_result atlas;
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

/* Charts that are kept are packed anew: their mesh is worked on as others are. */
static bool leaves_alone(const struct uvp_settings *settings)
{
    return settings->task == UVP_TASK_UNWRAP && settings->existing == UVP_EXISTING_SKIP &&
           !settings->atlas.keep_charts;
}

/* The material of each triangle; NULL when there are none, or one array serves for both. */
static enum uvp_code group_triangles(struct job *job, struct uvp_error *err)
{
    const uint32_t *const polygon = job->triangles.polygon;
    const uint32_t *const group = job->mesh.polygon_group;
    uint32_t *to;

    job->triangle_group = group;
    if (group == NULL || polygon == NULL) {
        return UVP_OK;
    }
    to = UVP_ARENA_ARRAY(&job->unwrapper->keep, uint32_t, job->triangles.count);
    if (to == NULL) {
        return uvp_fail_memory(err, (size_t)4 * job->triangles.count);
    }
    for (uint32_t t = 0; t < job->triangles.count; t++) {
        to[t] = group[polygon[t]];
    }
    job->triangle_group = to;
    return UVP_OK;
}

/* UVP_UNSUPPORTED: nothing for us here, which is no failure; the error's text is the reason. */
static enum uvp_code decode(struct job *job, struct uvp_error *err)
{
    const struct uvp_entry *const entry = &job->member->entry;
    struct unwrapper *const unwrapper = job->unwrapper;
    const struct uvp_settings *const settings = unwrapper->shared->settings;
    const struct uvp_decode_options options = {
        .wants_uvs = settings->atlas.keep_charts || settings->task == UVP_TASK_CHECK,
        .wants_groups = settings->atlas.seam_groups,
    };
    const char *reason = NULL;

    begin_step(job, UVP_STEP_DECODE);
    job->format = uvp_format_find(entry->path, entry->path_bytes, job->body, true, &reason);
    if (job->format == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s", reason);
    }
    job->member->format = job->format->name;
    UVP_TRY(job->format->decode(job->body, &options, &unwrapper->keep, &job->stop, &job->mesh,
                                err));
    job->member->vertices = job->mesh.vertex_count;
    job->member->polygons = job->mesh.polygon_count;
    if (job->mesh.has_uvs && leaves_alone(settings)) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "already has UVs");
    }
    if (!job->mesh.has_uvs && settings->task == UVP_TASK_CHECK) {
        return UVP_OK; /* nothing to check */
    }
    UVP_TRY(uvp_mesh_triangulate(&job->mesh, &unwrapper->keep, &unwrapper->scratch, &job->stop,
                                 &job->triangles, err));
    UVP_TRY(uvp_uv_weld(&job->mesh, &unwrapper->keep, &unwrapper->scratch, &job->stop,
                        &job->old_corner_uv, err));
    return group_triangles(job, err);
}

static struct uvp_atlas_input input_of(const struct job *job)
{
    const struct uvp_atlas_input input = {
        .positions = job->mesh.positions,
        .vertex_count = job->mesh.vertex_count,
        .corner_vertex = job->mesh.corner_vertex,
        .corner_count = job->mesh.corner_start[job->mesh.polygon_count],
        .triangles = job->triangles.corners,
        .triangle_count = job->triangles.count,
        .triangle_polygon = job->triangles.polygon,
        .triangle_group = job->triangle_group,
        .old_uv = job->mesh.old_uv,
        .old_corner_uv = job->old_corner_uv,
        .old_uv_count = job->mesh.old_uv_count,
    };

    return input;
}

static enum uvp_code unwrap(struct job *job, struct uvp_error *err)
{
    struct unwrapper *const unwrapper = job->unwrapper;
    const struct uvp_atlas_input input = input_of(job);
    const struct uvp_atlas_crew *const crew =
        uvp_crew_adapter_lend(&unwrapper->crew, job->member->entry.path, job->triangles.count);

    UVP_TRY(uvp_atlas_make(&input, &unwrapper->shared->settings->atlas, &unwrapper->keep,
                           &unwrapper->scratch, crew, &job->stop, begin_atlas_step, job,
                           &job->atlas, err));
    job->member->atlas = job->atlas.stats;
    job->member->pages = job->atlas.page_count;
    begin_atlas_step(job, UVP_ATLAS_VERIFY);
    UVP_TRY(uvp_judge_result(&input, &job->atlas, &unwrapper->scratch, &job->stop,
                             &job->member->verdict, err));
    job->member->verified = true;
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

static enum uvp_code encode(struct job *job, struct uvp_error *err)
{
    struct uvp_buf *const encoded = &job->unwrapper->encoded;
    const struct uvp_mesh_uvs uvs = {
        .uv = job->atlas.uv,
        .uv_count = job->atlas.uv_count,
        .corner_uv = job->atlas.corner_uv,
    };

    begin_step(job, UVP_STEP_ENCODE);
    encoded->ceiling_bytes = output_ceiling(job);
    UVP_TRY(job->format->encode(job->body, &job->mesh, &uvs, &job->stop, encoded, err));
    job->member->bytes_out = encoded->bytes;
    return UVP_OK;
}

static enum uvp_code render(struct job *job, struct uvp_span body, struct uvp_error *err)
{
    struct uvp_member *const member = job->member;
    const struct uvp_render_options options = {.target = job->target};

    begin_step(job, UVP_STEP_RENDER);
    UVP_TRY(
        uvp_entry_render(&member->entry, body, &options, &member->out, &member->rendered, err));
    member->rendered_anew = true;
    uvp_slices_reset(&member->entry.raw); /* nobody needs the original any more */
    return UVP_OK;
}

static enum uvp_code unwrap_member(struct job *job, struct uvp_error *err)
{
    UVP_TRY(decode(job, err));
    UVP_TRY(unwrap(job, err));
    UVP_TRY(encode(job, err));
    UVP_TRY(render(job, uvp_buf_span(&job->unwrapper->encoded), err));
    job->member->status = UVP_MEMBER_UNWRAPPED;
    return UVP_OK;
}

static enum uvp_code check_member(struct job *job, struct uvp_error *err)
{
    struct uvp_member *const member = job->member;
    const struct uvp_settings *const settings = job->unwrapper->shared->settings;
    struct uvp_atlas_input input;
    struct uvp_atlas_uvs uvs;

    UVP_TRY(decode(job, err));
    if (!job->mesh.has_uvs) {
        member->status = UVP_MEMBER_BARE;
        return UVP_OK;
    }
    input = input_of(job);
    uvs = (struct uvp_atlas_uvs){
        .uv = job->mesh.old_uv,
        .uv_count = job->mesh.old_uv_count,
        .corner_uv = job->old_corner_uv,
    };
    begin_atlas_step(job, UVP_ATLAS_VERIFY);
    UVP_TRY(uvp_atlas_check(&input, &uvs, &job->unwrapper->scratch, &job->stop,
                            &member->verdict, err));
    if (settings->atlas.pages > 1) {
        member->verdict.outside = uvp_judge_off_pages(&input, &uvs, settings->atlas.pages);
    }
    member->triangles = job->triangles.count;
    member->status = (uvp_judge_faults(&member->verdict) & ~settings->allowed) == 0
                         ? UVP_MEMBER_VALID
                         : UVP_MEMBER_INVALID;
    return UVP_OK;
}

static enum uvp_code work_on(struct job *job, struct uvp_error *err)
{
    return job->unwrapper->shared->settings->task == UVP_TASK_CHECK ? check_member(job, err)
                                                                    : unwrap_member(job, err);
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
    if (job->body.data == NULL) {
        code = load(job, &error);
    }
    if (code == UVP_OK) {
        code = render(job, job->body, &error);
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
    uvp_arena_reset(&unwrapper->keep, unwrapper->keep_bytes);
    uvp_arena_reset(&unwrapper->scratch, unwrapper->keep_bytes);
    trim_buf(&unwrapper->store, unwrapper->keep_bytes);
    trim_buf(&unwrapper->encoded, unwrapper->keep_bytes);
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
    unwrapper->keep_bytes = uvp_shared_worker_keep_bytes(shared->settings) / 4;
    uvp_arena_init(&unwrapper->keep, shared->mem, 0);
    uvp_arena_init(&unwrapper->scratch, shared->mem, 0);
    uvp_buf_init(&unwrapper->store, shared->mem, LOAD_CEILING);
    uvp_buf_init(&unwrapper->encoded, shared->mem, 0);
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
