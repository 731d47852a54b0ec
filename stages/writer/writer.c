/*
 * The writer group: phase 3. Members in ticket order into the output; errors and the report.
 *
 * Parcels are kept until what points into them has been flushed, and given back together.
 */
#include <string.h>

#include "stages/shared.h"
#include "stages/writer/destination.h"
#include "stages/writer/frames.h"

#define FLUSH_BYTES ((size_t)1 << 20)

struct uvp_writer {
    struct uvp_shared *shared;
    struct uvp_destination *current; /* members go here */
    struct uvp_destination *folder;  /* all plain files of a folder output go here */
    struct uvp_destination *ended;   /* their last frames may still be under way */
    struct uvp_parcel *held;         /* oldest first */
    struct uvp_parcel *held_last;
    bool skips; /* a long member has no place in this output: its data is let go */
    uint64_t failed;
};

enum uvp_code uvp_writer_create(struct uvp_shared *shared, struct uvp_writer **out,
                                struct uvp_error *err)
{
    struct uvp_writer *const writer = uvp_mem_take_zeroed(shared->mem, sizeof *writer);

    if (writer == NULL) {
        return uvp_fail_memory(err, sizeof *writer);
    }
    writer->shared = shared;
    *out = writer;
    return UVP_OK;
}

/* ---- parcels held until they are flushed ---- */

static void hold(struct uvp_writer *writer, struct uvp_parcel *parcel)
{
    parcel->next = NULL;
    if (writer->held_last == NULL) {
        writer->held = parcel;
    } else {
        writer->held_last->next = parcel;
    }
    writer->held_last = parcel;
}

static void release_held(struct uvp_writer *writer, struct uvp_outlet *outlet)
{
    struct uvp_parcel *parcel = writer->held;

    writer->held = NULL;
    writer->held_last = NULL;
    while (parcel != NULL) {
        struct uvp_parcel *const next = parcel->next;
        uvp_outlet_release(outlet, &parcel->item);
        uvp_parcel_give(&writer->shared->shelf, parcel);
        parcel = next;
    }
}

static enum uvp_code flush(struct uvp_writer *writer, struct uvp_outlet *outlet,
                           struct uvp_error *err)
{
    if (writer->current != NULL) {
        UVP_TRY(uvp_destination_flush(writer->current, outlet, err));
    }
    release_held(writer, outlet);
    return UVP_OK;
}

/* ---- destinations ---- */

/* What an input's output is called below the folder given as output. */
static const char *output_name(const struct uvp_shared *shared, uint32_t lane)
{
    const char *const input = uvp_shared_input(shared, lane);

    return strcmp(input, "-") == 0 ? "stdin" : uvp_shared_last_part(input);
}

static enum uvp_code open_destination(struct uvp_writer *writer, const struct uvp_piece *piece,
                                      uint32_t lane, struct uvp_error *err)
{
    struct uvp_shared *const shared = writer->shared;
    const bool folder = piece->choice.container == UVP_CONTAINER_FOLDER;
    const bool single = shared->per_input || shared->settings->input_count <= 1;
    const char *const name = shared->per_input && !folder ? output_name(shared, lane) : NULL;

    if (folder && writer->folder != NULL) {
        writer->current = writer->folder;
        return UVP_OK;
    }
    UVP_TRY(uvp_destination_open(shared, &piece->choice, name, single, &writer->current, err));
    if (folder) {
        writer->folder = writer->current;
    }
    return UVP_OK;
}

static enum uvp_code open_input(struct uvp_writer *writer, const struct uvp_piece *piece,
                                uint32_t lane, struct uvp_error *err)
{
    if (!uvp_settings_write(writer->shared->settings) || writer->current != NULL) {
        return UVP_OK;
    }
    return open_destination(writer, piece, lane, err);
}

/* Completes the ended ones whose last frame has come back. */
static enum uvp_code reap(struct uvp_writer *writer, struct uvp_error *err)
{
    struct uvp_destination **link = &writer->ended;

    while (*link != NULL) {
        struct uvp_destination *const destination = *link;

        if (!destination->ended || !uvp_destination_is_idle(destination)) {
            link = &destination->next;
            continue;
        }
        UVP_TRY(uvp_destination_complete(destination, err));
        *link = destination->next;
        uvp_destination_close(destination);
    }
    return UVP_OK;
}

static enum uvp_code end_current(struct uvp_writer *writer, struct uvp_outlet *outlet,
                                 bool complete, struct uvp_error *err)
{
    struct uvp_destination *const destination = writer->current;

    if (destination == NULL) {
        return UVP_OK;
    }
    writer->current = NULL;
    writer->folder = destination == writer->folder ? NULL : writer->folder;
    destination->next = writer->ended;
    writer->ended = destination;
    UVP_TRY(uvp_destination_end(destination, outlet, complete, err));
    release_held(writer, outlet);
    return reap(writer, err);
}

/* An input is over: with a folder as output, so is its file. */
static enum uvp_code close_input(struct uvp_writer *writer, struct uvp_outlet *outlet,
                                 const struct uvp_piece *piece, struct uvp_error *err)
{
    if (writer->current == NULL) {
        return UVP_OK;
    }
    UVP_TRY(uvp_output_trailer(writer->current->output, &piece->slices, piece->at, err));
    if (!writer->shared->per_input) {
        return UVP_OK;
    }
    if (writer->current == writer->folder) {
        writer->current = NULL; /* goes on with the next plain input */
        return UVP_OK;
    }
    return end_current(writer, outlet, true, err);
}

/* ---- records ---- */

static void tell(struct uvp_writer *writer, const struct uvp_record *record)
{
    const struct uvp_listener *const listener = writer->shared->listener;

    if (listener != NULL && listener->member != NULL) {
        listener->member(listener->ctx, record);
    }
}

static void count_status(struct uvp_shared *shared, enum uvp_member_status status,
                         uint64_t count)
{
    uvp_shared_count(&shared->members_by_status[status], count);
}

static void record_passed(struct uvp_writer *writer, const struct uvp_piece *piece,
                          uint32_t lane)
{
    const struct uvp_record record = {
        .seq = piece->seq,
        .lane = lane,
        .input = uvp_shared_input(writer->shared, lane),
        .path = piece->path,
        .path_bytes = piece->path_bytes,
        .status = UVP_MEMBER_PASSED,
        .reason = piece->reason,
        .bytes_in = piece->size_bytes,
        .bytes_out = piece->size_bytes,
    };

    count_status(writer->shared, UVP_MEMBER_PASSED, 1);
    tell(writer, &record);
}

static void record_member(struct uvp_writer *writer, const struct uvp_member *member,
                          uint32_t lane, bool dropped)
{
    struct uvp_shared *const shared = writer->shared;
    struct uvp_record record = {
        .seq = member->seq,
        .lane = lane,
        .input = uvp_shared_input(shared, lane),
        .path = member->entry.path,
        .path_bytes = member->entry.path_bytes,
        .status = member->status,
        .reason = member->reason,
        .note = member->note,
        .added = member->has_side ? member->side.path + member->entry.path_bytes : NULL,
        .replaced = member->replaced,
        .error = member->error,
        .dropped = dropped,
        .format = member->format,
        .bytes_in = member->bytes_in,
        .bytes_out = dropped ? 0 : member->bytes_out,
        .wall_ns = member->wall_ns,
        .meshes = member->meshes,
        .mapped = member->mapped,
        .vertices = member->vertices,
        .polygons = member->polygons,
        .atlas = member->atlas,
        .pages = member->pages,
        .verified = member->verified,
        .verdict = member->verdict,
        .triangles = member->triangles,
        .stretch_p99 = member->stretch_p99,
        .score = member->score,
        .exhibit = uvp_buf_span(&member->exhibit),
        .facts = uvp_buf_span(&member->facts),
    };

    memcpy(record.step_ns, member->step_ns, sizeof record.step_ns);
    memcpy(record.found, member->found, sizeof record.found);
    for (int i = 0; i < UVP_FOUND_COUNT; i++) {
        uvp_shared_count(&shared->found[i], member->found[i]);
    }
    count_status(shared, member->status, 1);
    uvp_shared_count(&shared->dropped, dropped ? 1 : 0);
    uvp_shared_count(&shared->mesh_ns, member->unwrap ? member->wall_ns : 0);
    uvp_shared_count(&shared->triangles, member->status == UVP_MEMBER_UNWRAPPED
                                             ? member->atlas.triangles
                                             : member->triangles);
    if (member->status != UVP_MEMBER_PASSED || shared->settings->record_passed) {
        tell(writer, &record);
    }
}

static void pass_on_warning(struct uvp_writer *writer, const struct uvp_piece *piece,
                            uint32_t lane)
{
    const struct uvp_listener *const listener = writer->shared->listener;

    uvp_shared_count(&writer->shared->warnings, 1);
    if (listener != NULL && listener->warning != NULL) {
        listener->warning(listener->ctx, uvp_shared_input(writer->shared, lane), piece->error);
    }
}

/* ---- members ---- */

static enum uvp_code write_member(struct uvp_writer *writer, const struct uvp_member *member,
                                  bool drop, struct uvp_error *err)
{
    struct uvp_output *const output = writer->current == NULL ? NULL : writer->current->output;

    if (output == NULL || !uvp_settings_pass_on(writer->shared->settings)) {
        return UVP_OK;
    }
    if (drop || member->replaced) {
        return uvp_output_drop(output, &member->entry, err);
    }
    if (member->rendered_anew) {
        return uvp_output_member(output, &member->entry, uvp_buf_span(&member->out),
                                 &member->rendered, err);
    }
    return uvp_output_original(output, &member->entry, err);
}

static enum uvp_code write_side(struct uvp_writer *writer, const struct uvp_member *member,
                                struct uvp_error *err)
{
    if (writer->current == NULL) {
        return UVP_OK;
    }
    writer->current->wants_member = false;
    return uvp_output_member(writer->current->output, &member->side,
                             uvp_buf_span(&member->side_out), &member->side_rendered, err);
}

/* Counts a failed member; a failure of the run when there have been enough. */
static enum uvp_code count_failed(struct uvp_writer *writer, struct uvp_error *err)
{
    const struct uvp_settings *const settings = writer->shared->settings;

    writer->failed++;
    if (settings->on_error == UVP_ON_ERROR_STOP) {
        return uvp_fail(err, UVP_LIMIT, 0, "stopped at the first member that failed");
    }
    if (settings->max_errors != 0 && writer->failed >= settings->max_errors) {
        return uvp_fail(err, UVP_LIMIT, 0, "%llu members failed, which is the limit",
                        (unsigned long long)writer->failed);
    }
    return UVP_OK;
}

/*
 * What came of writing a member. UVP_UNSUPPORTED from an output means that this member has no
 * place there: it is told as failed and the run goes on.
 */
static enum uvp_code settle_member(struct uvp_writer *writer, struct uvp_member *member,
                                   uint32_t lane, bool drop, enum uvp_code code,
                                   const struct uvp_error *place, struct uvp_error *err)
{
    if (code != UVP_OK && code != UVP_UNSUPPORTED) {
        *err = *place;
        return code;
    }
    if (code == UVP_UNSUPPORTED) {
        member->status = UVP_MEMBER_FAILED;
        member->error = *place;
        drop = true;
    }
    record_member(writer, member, lane, drop);
    return member->status == UVP_MEMBER_FAILED ? count_failed(writer, err) : UVP_OK;
}

static enum uvp_code place_member(struct uvp_writer *writer, struct uvp_member *member,
                                  uint32_t lane, struct uvp_error *err)
{
    const bool failed = member->status == UVP_MEMBER_FAILED;
    const bool drop =
        member->lost || (failed && writer->shared->settings->on_error == UVP_ON_ERROR_DROP);
    struct uvp_error place = {0};
    enum uvp_code code = write_member(writer, member, drop, &place);

    if (code == UVP_OK && !drop && member->has_side) {
        code = write_side(writer, member, &place);
    }
    return settle_member(writer, member, lane, drop, code, &place, err);
}

static enum uvp_code begin_long(struct uvp_writer *writer, struct uvp_member *member,
                                uint32_t lane, struct uvp_error *err)
{
    struct uvp_error place = {0};
    enum uvp_code code = UVP_OK;

    if (writer->current != NULL) {
        code = uvp_output_begin(writer->current->output, &member->entry, &place);
    }
    writer->skips = code == UVP_UNSUPPORTED;
    return settle_member(writer, member, lane, false, code, &place, err);
}

static enum uvp_code end_long(struct uvp_writer *writer, struct uvp_error *err)
{
    const bool skipped = writer->skips;

    writer->skips = false;
    return skipped ? UVP_OK : uvp_output_end(writer->current->output, err);
}

/* A member that was not read whole: what there was of it is in raw pieces, if anywhere. */
static enum uvp_code tell_failed(struct uvp_writer *writer, const struct uvp_piece *piece,
                                 uint32_t lane, bool lost, struct uvp_error *err)
{
    const struct uvp_record record = {
        .seq = piece->seq,
        .lane = lane,
        .input = uvp_shared_input(writer->shared, lane),
        .path = piece->path,
        .path_bytes = piece->path_bytes,
        .status = UVP_MEMBER_FAILED,
        .error = *piece->error,
        .dropped = lost,
        .bytes_in = piece->size_bytes,
    };

    count_status(writer->shared, UVP_MEMBER_FAILED, 1);
    uvp_shared_count(&writer->shared->dropped, lost ? 1 : 0);
    tell(writer, &record);
    return count_failed(writer, err);
}

static enum uvp_code put_bytes(struct uvp_writer *writer, const struct uvp_piece *piece,
                               struct uvp_error *err)
{
    if (writer->current == NULL) {
        return UVP_OK;
    }
    switch (piece->kind) {
    case UVP_PIECE_RAW:
        return uvp_output_raw(writer->current->output, &piece->slices, piece->at, err);
    case UVP_PIECE_DATA:
        return writer->skips ? UVP_OK
                             : uvp_output_data(writer->current->output, &piece->slices, err);
    default:
        return end_long(writer, err);
    }
}

static enum uvp_code put_piece(struct uvp_writer *writer, struct uvp_outlet *outlet,
                               const struct uvp_parcel *parcel, struct uvp_piece *piece,
                               struct uvp_error *err)
{
    switch (piece->kind) {
    case UVP_PIECE_OPEN:
        return open_input(writer, piece, parcel->lane, err);
    case UVP_PIECE_MEMBER:
        return place_member(writer, piece->member, parcel->lane, err);
    case UVP_PIECE_BEGIN:
        return begin_long(writer, piece->member, parcel->lane, err);
    case UVP_PIECE_FAILED:
        return tell_failed(writer, piece, parcel->lane,
                           parcel->foreign && uvp_settings_pass_on(writer->shared->settings),
                           err);
    case UVP_PIECE_PASSED:
        record_passed(writer, piece, parcel->lane);
        return UVP_OK;
    case UVP_PIECE_WARNING:
        pass_on_warning(writer, piece, parcel->lane);
        return UVP_OK;
    case UVP_PIECE_TRAILER:
        return close_input(writer, outlet, piece, err);
    default:
        return put_bytes(writer, piece, err);
    }
}

/* ---- the stage ---- */

static void set_outlet(struct uvp_writer *writer, struct uvp_outlet *outlet)
{
    if (writer->current != NULL && writer->current->frames != NULL) {
        uvp_frames_set_outlet(writer->current->frames, outlet);
    }
}

static enum uvp_code put(void *ctx, struct uvp_outlet *outlet, struct uvp_item *item,
                         struct uvp_error *err)
{
    struct uvp_writer *const writer = ctx;
    struct uvp_parcel *const parcel = (struct uvp_parcel *)item;
    enum uvp_code code = UVP_OK;

    uvp_outlet_note(outlet, "writing", uvp_shared_input(writer->shared, parcel->lane));
    set_outlet(writer, outlet);
    count_status(writer->shared, UVP_MEMBER_PASSED, parcel->passed_unrecorded);
    for (uint32_t i = 0; code == UVP_OK && i < parcel->piece_count; i++) {
        code = put_piece(writer, outlet, parcel, parcel->pieces[i], err);
    }
    uvp_shared_count(&writer->shared->load_done, parcel->load_bytes);
    hold(writer, parcel);
    if (code != UVP_OK) {
        return code;
    }
    if (writer->current == NULL || writer->current->sink == NULL ||
        uvp_sink_pending(writer->current->sink) >= FLUSH_BYTES) {
        return flush(writer, outlet, err);
    }
    return UVP_OK;
}

static enum uvp_code collect(void *ctx, struct uvp_outlet *outlet, struct uvp_job *job,
                             struct uvp_error *err)
{
    struct uvp_writer *const writer = ctx;

    (void)outlet;
    UVP_TRY(uvp_frames_collect(uvp_frames_of(job), job, err));
    return reap(writer, err);
}

static enum uvp_code idle(void *ctx, struct uvp_outlet *outlet, struct uvp_error *err)
{
    struct uvp_writer *const writer = ctx;

    UVP_TRY(flush(writer, outlet, err));
    uvp_outlet_note(outlet, "waiting for members", "");
    return UVP_OK;
}

static enum uvp_code finish(void *ctx, struct uvp_outlet *outlet, bool complete,
                            struct uvp_error *err)
{
    struct uvp_writer *const writer = ctx;

    if (writer->current == NULL) {
        writer->current = writer->folder;
    }
    return end_current(writer, outlet, complete, err);
}

static enum uvp_code finish_jobs(void *ctx, struct uvp_outlet *outlet, bool complete,
                                 struct uvp_error *err)
{
    (void)outlet;
    (void)complete;
    return reap(ctx, err);
}

static void discard(void *ctx, struct uvp_item *item)
{
    struct uvp_writer *const writer = ctx;

    uvp_parcel_give(&writer->shared->shelf, (struct uvp_parcel *)item);
}

static void discard_job(void *ctx, struct uvp_job *job)
{
    (void)ctx;
    uvp_frames_discard(uvp_frames_of(job), job);
}

void uvp_writer_stage_fill(struct uvp_writer *writer, struct uvp_writer_stage *stage)
{
    stage->ctx = writer;
    stage->put = put;
    stage->collect = collect;
    stage->idle = idle;
    stage->finish = finish;
    stage->finish_jobs = finish_jobs;
    stage->discard = discard;
    stage->discard_job = discard_job;
}

static void close_all(struct uvp_destination *destination)
{
    while (destination != NULL) {
        struct uvp_destination *const next = destination->next;
        uvp_destination_close(destination);
        destination = next;
    }
}

void uvp_writer_destroy(struct uvp_writer *writer)
{
    if (writer == NULL) {
        return;
    }
    while (writer->held != NULL) {
        struct uvp_parcel *const next = writer->held->next;
        uvp_parcel_give(&writer->shared->shelf, writer->held);
        writer->held = next;
    }
    if (writer->current != NULL) {
        writer->folder = writer->folder == writer->current ? NULL : writer->folder;
        uvp_destination_close(writer->current);
    }
    if (writer->folder != NULL) {
        uvp_destination_close(writer->folder);
    }
    close_all(writer->ended);
    uvp_mem_give(writer->shared->mem, writer, sizeof *writer);
}
