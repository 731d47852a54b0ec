/*
 * The unwrapper group: phase 2. Decode, unwrap, encode: all the CPU work; no I/O on
 * inputs and output, and nothing shared but the vault of solved meshes.
 *
 * A member's failure stays with the member: the original bytes go on and the error is told.
 */
#include <string.h>

#include "pipeline/base/clock.h"
#include "stages/unwrapper/showcase.h"
#include "stages/unwrapper/work.h"

#define LABEL_STEP_LOAD "load"
#define LOAD_CEILING ((size_t)4 << 30)

static enum uvp_code work_on(struct uvp_work *work, struct uvp_error *err)
{
    static enum uvp_code (*const tasks[UVP_TASK_COUNT])(struct uvp_work *,
                                                        struct uvp_error *) = {
        [UVP_TASK_UNWRAP] = uvp_task_unwrap,     [UVP_TASK_CHECK] = uvp_task_check,
        [UVP_TASK_LIST] = uvp_task_list,         [UVP_TASK_COMPARE] = uvp_task_compare,
        [UVP_TASK_GENERATE] = uvp_task_generate, [UVP_TASK_RENDER] = uvp_task_render,
        [UVP_TASK_ANALYZE] = uvp_task_analyze,   [UVP_TASK_OPTIMIZE] = uvp_task_optimize,
    };

    return tasks[work->settings->task](work, err);
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

/* What should have been made has no original that could go on. */
static void settle_made(struct uvp_member *member, enum uvp_code code,
                        const struct uvp_error *error)
{
    if (code != UVP_OK) {
        member->error = *error;
        member->status = UVP_MEMBER_FAILED;
        member->lost = true;
        uvp_buf_reset(&member->out);
    }
}

/* The original bytes cannot stand in an archive of another kind: render them as they are. */
static void carry_over(struct uvp_work *work)
{
    struct uvp_member *const member = work->member;
    struct uvp_error error = {0};
    enum uvp_code code = UVP_OK;

    uvp_buf_reset(&member->out);
    if (member->status == UVP_MEMBER_UNWRAPPED && member->replaced) {
        return; /* it does not go on at all */
    }
    if (work->body.data == NULL) {
        code = uvp_work_load(work, &error);
    }
    if (code == UVP_OK) {
        code = uvp_work_render_anew(work, work->body, &error);
    }
    if (code != UVP_OK) {
        member->error = member->status == UVP_MEMBER_FAILED ? member->error : error;
        member->status = UVP_MEMBER_FAILED;
        member->lost = true;
    }
}

static void trace_outcome(const struct uvp_work *work)
{
    const struct uvp_member *const member = work->member;
    const struct uvp_trace *const trace = work->unwrapper->shared->trace;

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

static uint64_t deadline_of(const struct uvp_settings *settings, uint64_t now)
{
    const uint64_t times = settings->trials.count; /* each may take as long */
    const uint64_t limit = settings->member_timeout_ns;

    return limit == 0 ? 0 : now + limit * (times == 0 ? 1 : times);
}

/* The settings of this member: those of the run, but where they were told to differ. */
static enum uvp_code settle_settings(struct uvp_work *work, const struct uvp_parcel *parcel,
                                     struct uvp_error *err)
{
    const struct uvp_shared *const shared = work->unwrapper->shared;
    const struct uvp_overrides *const overrides = shared->settings->overrides;
    const struct uvp_entry *const entry = &work->member->entry;
    enum uvp_code code = UVP_END;

    work->settings = shared->settings;
    if (overrides != NULL) {
        code = overrides->find(overrides->ctx, shared->settings,
                               uvp_shared_input(shared, parcel->lane),
                               uvp_span_of(entry->path, entry->path_bytes), &work->own, err);
    }
    if (code == UVP_OK) {
        work->settings = &work->own;
    }
    return code == UVP_END ? UVP_OK : code;
}

static void handle_member(struct uvp_unwrapper *unwrapper, struct uvp_member *member,
                          const struct uvp_parcel *parcel)
{
    struct uvp_work work = {.unwrapper = unwrapper, .member = member, .target = parcel->target};
    const bool makes = uvp_task_traits(unwrapper->shared->settings->task).makes;
    struct uvp_error error = {0};
    const uint64_t began = uvp_clock_now_ns();
    enum uvp_code code = settle_settings(&work, parcel, &error);

    work.step_began_ns = began;
    uvp_stop_init_child(&work.stop, unwrapper->shared->stop, deadline_of(work.settings, began),
                        "member time limit");
    uvp_desk_start(unwrapper->desk, LABEL_STEP_LOAD, member->entry.path);
    uvp_trace(unwrapper->shared->trace, UVP_TRACE_DEBUG, "Starting %s", member->entry.path);
    if (code == UVP_OK && !makes) {
        code = uvp_work_load(&work, &error);
    }
    if (member->unwrap || code != UVP_OK) {
        code = code == UVP_OK ? work_on(&work, &error) : code;
        (makes ? settle_made : settle_status)(member, code, &error);
    }
    if (parcel->foreign && !makes && !member->rendered_anew &&
        uvp_settings_pass_on(unwrapper->shared->settings)) {
        carry_over(&work);
    }
    uvp_work_begin_step(&work, UVP_STEP_LOAD);
    member->wall_ns = uvp_clock_now_ns() - began;
    uvp_showcase_member(&work);
    trace_outcome(&work);
    uvp_stop_release(&work.stop);
}

static void trim_buf(struct uvp_buf *buf, size_t keep_bytes)
{
    if (buf->capacity > keep_bytes) {
        uvp_buf_release(buf);
    }
    uvp_buf_reset(buf);
}

static void reset_between_members(struct uvp_unwrapper *unwrapper)
{
    uvp_sibling_adapter_end(&unwrapper->siblings);
    uvp_arena_reset(&unwrapper->keep, unwrapper->keep_bytes);
    uvp_arena_reset(&unwrapper->scratch, unwrapper->keep_bytes);
    trim_buf(&unwrapper->store, unwrapper->keep_bytes);
    trim_buf(&unwrapper->encoded, unwrapper->keep_bytes);
    trim_buf(&unwrapper->side, unwrapper->keep_bytes);
    trim_buf(&unwrapper->packed, unwrapper->keep_bytes);
}

/* ---- the stage ---- */

static enum uvp_code work(void *worker, struct uvp_desk *desk, struct uvp_item *item,
                          struct uvp_error *err)
{
    struct uvp_unwrapper *const unwrapper = worker;
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
    struct uvp_unwrapper *const unwrapper = worker;

    return &unwrapper->scratch;
}

/* It has helped with the mesh of another worker. */
static void rest(void *worker)
{
    struct uvp_unwrapper *const unwrapper = worker;

    uvp_arena_reset(&unwrapper->scratch, unwrapper->keep_bytes);
}

static enum uvp_code create(void *ctx, struct uvp_desk *desk, void **worker,
                            struct uvp_error *err)
{
    struct uvp_shared *const shared = ctx;
    struct uvp_unwrapper *const unwrapper = uvp_mem_take_zeroed(shared->mem, sizeof *unwrapper);

    if (unwrapper == NULL) {
        return uvp_fail_memory(err, sizeof *unwrapper);
    }
    unwrapper->shared = shared;
    unwrapper->desk = desk;
    uvp_crew_adapter_init(&unwrapper->crew, desk, scratch_of);
    uvp_sibling_adapter_init(&unwrapper->siblings, shared->mem);
    unwrapper->keep_bytes = uvp_shared_worker_keep_bytes(shared->settings) / 6;
    uvp_arena_init(&unwrapper->keep, shared->mem, 0);
    uvp_arena_init(&unwrapper->scratch, shared->mem, 0);
    uvp_buf_init(&unwrapper->store, shared->mem, LOAD_CEILING);
    uvp_buf_init(&unwrapper->encoded, shared->mem, 0);
    uvp_buf_init(&unwrapper->side, shared->mem, 0);
    uvp_buf_init(&unwrapper->packed, shared->mem, 0);
    *worker = unwrapper;
    return UVP_OK;
}

static void destroy(void *worker)
{
    struct uvp_unwrapper *const unwrapper = worker;

    uvp_arena_release(&unwrapper->keep);
    uvp_arena_release(&unwrapper->scratch);
    uvp_buf_release(&unwrapper->store);
    uvp_buf_release(&unwrapper->encoded);
    uvp_buf_release(&unwrapper->side);
    uvp_buf_release(&unwrapper->packed);
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
