/*
 * Order of events in a lane: open the stream and decompress a little (may happen while an
 * earlier lane is still being read); wait for the turn; find out what it is; choose the
 * output (the first lane's choice is the run's); then member by member to the end.
 *
 * Raw mode (output of the same kind): members that nobody touches are never looked at: their
 * bytes go on as slices of the blocks they were read into.
 * Foreign mode (another kind): every member is taken, or sent on in decoded pieces when long.
 */
#include "stages/reader/lane.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stages/reader/ahead_stream.h"
#include "stages/reader/choose.h"
#include "stages/reader/range_stream.h"

#define LONG_BYTES ((uint64_t)4 << 20) /* longer passed members go in steps */
#define GATHER_BYTES ((uint64_t)256 << 10)
#define MESH_COST_FACTOR                                                                       \
    10 /* engine's memory per byte of mesh, a rough guess until decoded                        \
        */
#define SPOOL_LIMIT ((size_t)1 << 40)

/* ---- opening ---- */

static ssize_t counted_read(void *ctx, int fd, void *to, size_t bytes)
{
    struct uvp_shared *const shared = ctx;
    const ssize_t got = uvp_io_system.read(uvp_io_system.ctx, fd, to, bytes);

    if (got > 0) {
        uvp_shared_count(&shared->bytes_in, (uint64_t)got);
    }
    return got;
}

static enum uvp_code open_descriptor(struct uvp_lane *lane, int *fd, bool *owned,
                                     struct uvp_error *err)
{
    struct stat *const status = &lane->status;
    int flags = O_RDONLY | O_CLOEXEC;

    *owned = false;
    *fd = STDIN_FILENO;
    if (strcmp(lane->name, "-") == 0) {
        return UVP_OK;
    }
    if (stat(lane->name, status) == 0 && S_ISFIFO(status->st_mode)) {
        flags |= O_NONBLOCK; /* its writer is waited for where a stop is heard */
    }
    *fd = open(lane->name, flags);
    if (*fd < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot open");
    }
    lane->has_status = fstat(*fd, status) == 0;
    if (lane->has_status && S_ISDIR(status->st_mode)) {
        (void)close(*fd);
        *fd = -1;
        lane->is_folder = true;
        return UVP_OK;
    }
    *owned = true;
    return UVP_OK;
}

/* Inputs that are opened before their turn must not take the memory. */
static bool may_decode_ahead(void *ctx)
{
    return uvp_intake_is_head(ctx);
}

static void run_frames(void *ctx, uint32_t count,
                       void (*task)(void *arg, uint32_t i, uint32_t hand), void *arg)
{
    const struct uvp_desk_batch batch = {
        .task = task, .arg = arg, .count = count, .label = "decompressing"};

    uvp_intake_run(ctx, &batch);
}

static void count_range(void *ctx, uint64_t bytes)
{
    struct uvp_shared *const shared = ctx;

    uvp_shared_count(&shared->bytes_in, bytes);
}

/* A file that anybody can read anywhere: by several threads, where they are to spare. */
static enum uvp_code read_in_ranges(struct uvp_lane *lane, struct uvp_stream *stream,
                                    struct uvp_error *err)
{
    const struct uvp_range_options options = {
        .intake = lane->intake,
        .pool = lane->shared->pool,
        .mem = lane->shared->mem,
        .count = count_range,
        .count_ctx = lane->shared,
    };
    const enum uvp_code code = uvp_range_stream_open(stream, &options, &lane->stream, err);

    if (code != UVP_OK) {
        lane->stream = NULL;
        uvp_stream_close(stream);
    }
    return code;
}

/* Wraps the descriptor's stream in a decoder and, where it pays, in a thread. */
static enum uvp_code stack_streams(struct uvp_lane *lane, struct uvp_stream *stream,
                                   struct uvp_error *err)
{
    const bool pays_seekable = stream->ops->read_at == NULL || !stream->size_known;
    struct uvp_stream *decoded = NULL;
    struct uvp_stream *ahead = NULL;
    enum uvp_code code = uvp_codec_open(stream, lane->shared->pool, lane->shared->mem,
                                        &lane->crew, &decoded, &lane->codec, err);

    if (code != UVP_OK) {
        uvp_stream_close(stream);
        return code;
    }
    if (lane->codec == UVP_CODEC_NONE && !pays_seekable) {
        return read_in_ranges(lane, decoded, err);
    }
    code = uvp_ahead_stream_open(decoded, lane->intake, lane->shared->mem, &ahead, err);
    if (code != UVP_OK) {
        uvp_stream_close(decoded);
        return code;
    }
    lane->stream = ahead;
    return UVP_OK;
}

static enum uvp_code open_stream(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_fd_stream_options options = {
        .io = &lane->io,
        .stop = lane->shared->stop,
        .pool = lane->shared->pool,
        .mem = lane->shared->mem,
    };
    struct uvp_stream *stream = NULL;
    int fd;
    enum uvp_code code;

    UVP_TRY(open_descriptor(lane, &fd, &options.owns_fd, err));
    if (lane->is_folder) {
        return UVP_OK;
    }
    code = uvp_fd_stream_open(fd, &options, &stream, err);
    if (code != UVP_OK) {
        if (options.owns_fd) {
            (void)close(fd);
        }
        return code;
    }
    return stack_streams(lane, stream, err);
}

void uvp_lane_close(struct uvp_lane *lane)
{
    struct uvp_mem *const mem = lane->shared->mem;

    if (lane->input != NULL) {
        uvp_input_close(lane->input);
    }
    uvp_stream_close(lane->stream);
    uvp_lane_forget_nearby(lane);
    if (lane->parcel != NULL) {
        uvp_parcel_give(&lane->shared->shelf, lane->parcel);
    }
    uvp_member_destroy(lane->spare);
    uvp_buf_release(&lane->path);
    uvp_buf_release(&lane->member_name);
    uvp_mem_give(mem, lane, sizeof *lane);
}

enum uvp_code uvp_lane_open(struct uvp_shared *shared, uint32_t number,
                            struct uvp_intake *intake, struct uvp_lane **out,
                            struct uvp_error *err)
{
    struct uvp_lane *const lane = uvp_mem_take_zeroed(shared->mem, sizeof *lane);
    enum uvp_code code;

    if (lane == NULL) {
        return uvp_fail_memory(err, sizeof *lane);
    }
    lane->shared = shared;
    lane->intake = intake;
    lane->number = number;
    lane->name = uvp_shared_input(shared, number);
    lane->io = uvp_io_system;
    lane->io.read = counted_read;
    lane->io.ctx = shared;
    lane->crew = (struct uvp_codec_crew){
        .ctx = intake,
        .hands = uvp_intake_hands(intake),
        .most_bytes = shared->settings->memory_bytes / UVP_SHARED_AHEAD_PART,
        .may = may_decode_ahead,
        .run = run_frames,
    };
    uvp_buf_init(&lane->path, shared->mem, 0);
    uvp_buf_init(&lane->member_name, shared->mem, 0);
    lane->spare = uvp_member_create(shared->mem);
    uvp_intake_note(intake, "opening", lane->name);
    code = lane->spare == NULL ? uvp_fail_memory(err, sizeof *lane->spare) : UVP_OK;
    if (code == UVP_OK && !uvp_task_traits(shared->settings->task).makes) {
        code = open_stream(lane, err);
    }
    if (code != UVP_OK) {
        uvp_lane_close(lane);
        return code;
    }
    *out = lane;
    return UVP_OK;
}

/* ---- getting under way ---- */

static void warn(void *ctx, const struct uvp_error *warning)
{
    struct uvp_lane *const lane = ctx;

    if (lane->hook_code == UVP_OK) {
        lane->hook_code = uvp_lane_note_warning(lane, warning, &lane->hook_error);
    }
}

/* The input has nothing at hand: let go what was gathered, so that it comes out meanwhile. */
static void before_wait(void *ctx)
{
    struct uvp_lane *const lane = ctx;

    if (lane->hook_code == UVP_OK && lane->input != NULL) {
        lane->hook_code = uvp_lane_gather(lane, &lane->hook_error);
    }
    if (lane->parcel != NULL && !uvp_parcel_is_empty(lane->parcel) && !uvp_lane_is_held(lane)) {
        uvp_lane_send(lane);
    }
    uvp_intake_note(lane->intake, "waiting for input", lane->name);
}

static enum uvp_code open_input(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_input_options options = {
        .pool = lane->shared->pool,
        .mem = lane->shared->mem,
        .stop = lane->shared->stop,
        .status = lane->has_status && S_ISREG(lane->status.st_mode) ? &lane->status : NULL,
        .spool_limit_bytes = SPOOL_LIMIT,
        .warn = warn,
        .warn_ctx = lane,
    };
    struct uvp_stream *const stream = lane->stream;
    enum uvp_code code;

    if (lane->is_folder) {
        return uvp_input_open_folder(lane->name, &options, &lane->input, err);
    }
    UVP_TRY(uvp_choose_name(lane->name, lane->shared->per_input, lane->codec,
                            &lane->member_name, err));
    options.path = (const char *)lane->member_name.data;
    options.may_be_empty =
        uvp_format_by_path(options.path, lane->member_name.bytes - 1) != NULL;
    code = uvp_input_open(stream, &options, &lane->input, err);
    if (code == UVP_OK) {
        lane->stream = NULL; /* the input has it now */
        stream->before_wait = before_wait;
        stream->before_wait_ctx = lane;
    }
    return code;
}

static bool has_raw_bytes(enum uvp_container container)
{
    return container != UVP_CONTAINER_FOLDER && container != UVP_CONTAINER_SEVENZIP;
}

/* The first lane's choice is the run's, unless every input has an output of its own. */
static enum uvp_code choose(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_shared *const shared = lane->shared;
    const enum uvp_container source = uvp_input_container(lane->input);

    if (shared->per_input || lane->number == 0) {
        UVP_TRY(uvp_choose_output(shared->settings, shared->per_input, source, lane->codec,
                                  &lane->choice, err));
    } else {
        lane->choice = shared->choice;
    }
    if (lane->number == 0) {
        shared->choice = lane->choice;
    }
    lane->foreign = source != lane->choice.container || !has_raw_bytes(source) ||
                    uvp_task_traits(shared->settings->task).made_only;
    uvp_input_keep_metadata(lane->input, lane->foreign);
    return UVP_OK;
}

static enum uvp_code announce_input(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_piece *piece;

    UVP_TRY(uvp_lane_reserve(lane, 0, err));
    lane->parcel->target = lane->choice.container; /* taken before the choice was made */
    lane->parcel->foreign = lane->foreign;
    piece = uvp_parcel_add(lane->parcel, UVP_PIECE_OPEN);
    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *piece);
    }
    piece->choice = lane->choice;
    piece->source = uvp_input_container(lane->input);
    return UVP_OK;
}

/* ---- members ---- */

/* What a member will hold at its worst, from load to render. */
static size_t mesh_cost(const struct uvp_header *header)
{
    const struct uvp_format *const format =
        uvp_format_by_path(header->path, header->path_bytes);
    const uint64_t size = header->size_bytes > UINT32_MAX ? UINT32_MAX : header->size_bytes;
    size_t cost = (size_t)size * MESH_COST_FACTOR;

    if (format != NULL && format->cost_bound != NULL) {
        cost += format->cost_bound((size_t)size);
    }
    return cost;
}

/* A header's views end with the next call on the input; what is told later is kept here. */
static enum uvp_code keep_path(struct uvp_lane *lane, struct uvp_header *header,
                               struct uvp_error *err)
{
    uvp_buf_reset(&lane->path);
    UVP_TRY(uvp_buf_append(&lane->path, header->path, header->path_bytes + 1, err));
    header->path = (const char *)lane->path.data;
    return UVP_OK;
}

static bool ends_the_lane(enum uvp_code code)
{
    return code == UVP_CANCELLED || code == UVP_NO_MEMORY || code == UVP_BUG;
}

/*
 * Reads a whole member into the spare one. When that fails the member is told as failed and the
 * lane goes on: whether the input is broken as a whole shows when the next one is asked for.
 * The bytes it had are flushed like passed ones.
 */
static enum uvp_code read_member(struct uvp_lane *lane, const struct uvp_header *header,
                                 bool *whole, struct uvp_error *err)
{
    struct uvp_error failure = {0};
    const enum uvp_code code = uvp_input_take(lane->input, &lane->spare->entry, &failure);

    *whole = code == UVP_OK;
    if (*whole) {
        return UVP_OK;
    }
    uvp_entry_reset(&lane->spare->entry);
    if (ends_the_lane(code)) {
        *err = failure;
        return code;
    }
    return uvp_lane_note_failed(lane, header, &failure, err);
}

/*
 * Takes a member into the parcel; `reason` NULL: to be unwrapped. It joins only when it is all
 * there: while the input is waited for, the parcel may be sent.
 */
static enum uvp_code take_member(struct uvp_lane *lane, struct uvp_header *header,
                                 const char *reason, struct uvp_error *err)
{
    size_t cost = reason == NULL ? mesh_cost(header) : (size_t)header->size_bytes * 2;
    struct uvp_piece *piece;
    uint64_t more = 0;
    bool awaits;
    bool whole = false;

    UVP_TRY(keep_path(lane, header, err));
    UVP_TRY(uvp_lane_gather(lane, err));
    UVP_TRY(uvp_lane_reserve(lane, cost, err));
    UVP_TRY(read_member(lane, header, &whole, err));
    if (!whole) {
        return UVP_OK;
    }
    if (reason == NULL) {
        UVP_TRY(uvp_lane_add_siblings(lane, &more, err));
        cost += (size_t)more * MESH_COST_FACTOR;
    } else if (uvp_lane_may_be_needed(lane, header)) {
        UVP_TRY(uvp_lane_keep_nearby(lane, err));
    }
    if (lane->parcel == NULL || more != 0) {
        UVP_TRY(uvp_lane_reserve(lane, lane->parcel == NULL ? cost : (size_t)more, err));
    }
    awaits = lane->spare->awaits;
    piece = uvp_parcel_add_filled(lane->parcel, &lane->spare);
    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *piece->member);
    }
    piece->member->awaits = awaits;
    lane->awaiting += awaits ? 1 : 0;
    piece->member->unwrap = reason == NULL;
    piece->member->reason = reason;
    piece->member->seq = lane->shared->next_seq++;
    lane->parcel->member_bytes += piece->member->entry.raw.bytes;
    uvp_shared_count(&lane->shared->members_read, 1);
    return UVP_OK;
}

/* A member that goes on as it is, and is kept for others: no worker needs to see it. */
static enum uvp_code pass_and_keep(struct uvp_lane *lane, struct uvp_header *header,
                                   const char *reason, struct uvp_error *err)
{
    struct uvp_entry *const entry = &lane->spare->entry;
    bool whole = false;

    UVP_TRY(keep_path(lane, header, err));
    UVP_TRY(uvp_lane_gather(lane, err));
    UVP_TRY(uvp_lane_reserve(lane, (size_t)header->stored_bytes, err));
    UVP_TRY(read_member(lane, header, &whole, err));
    if (!whole) {
        return UVP_OK;
    }
    if (lane->parcel == NULL) { /* it was sent while the input was waited for */
        UVP_TRY(uvp_lane_reserve(lane, (size_t)header->stored_bytes, err));
    }
    UVP_TRY(uvp_lane_keep_nearby(lane, err));
    UVP_TRY(uvp_lane_note_passed(lane, header, reason, err));
    if (uvp_settings_pass_on(lane->shared->settings)) {
        UVP_TRY(uvp_lane_add_raw(lane, entry->at, &entry->raw, err));
    }
    uvp_entry_reset(entry);
    return UVP_OK;
}

/* A long member that goes on as it is, in steps of about a block. */
static enum uvp_code pass_long(struct uvp_lane *lane, struct uvp_error *err)
{
    bool more = true;

    while (more) {
        UVP_TRY(uvp_input_pass(lane->input, &more, err));
        UVP_TRY(uvp_lane_gather(lane, err));
        uvp_lane_send_if_full(lane);
    }
    return UVP_OK;
}

static enum uvp_code send_data(struct uvp_lane *lane, bool *more, struct uvp_error *err)
{
    struct uvp_slices data;
    struct uvp_piece *piece;
    enum uvp_code code;

    uvp_slices_init(&data, lane->shared->mem);
    code = uvp_input_read(lane->input, &data, more, err);
    if (code == UVP_OK) {
        code = uvp_lane_reserve(lane, (size_t)data.bytes, err);
    }
    if (code == UVP_OK && data.bytes != 0) {
        lane->parcel->raw_bytes += data.bytes;
        piece = uvp_parcel_add(lane->parcel, UVP_PIECE_DATA);
        code = piece == NULL ? uvp_fail_memory(err, sizeof *piece)
                             : uvp_slices_move(&piece->slices, &data, err);
    }
    uvp_slices_release(&data);
    return code;
}

/* A long member for another kind of output: announced, then its bytes, then its end. */
static enum uvp_code convert_long(struct uvp_lane *lane, const struct uvp_header *header,
                                  const char *reason, struct uvp_error *err)
{
    const uint64_t size = header->size_bytes;
    struct uvp_piece *piece;
    bool more = true;

    /* as with members taken: it joins when all that is told of it is there */
    UVP_TRY(uvp_input_announce(lane->input, &lane->spare->entry, err));
    UVP_TRY(uvp_lane_reserve(lane, 0, err));
    piece = uvp_parcel_add_filled(lane->parcel, &lane->spare);
    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *piece->member);
    }
    piece->kind = UVP_PIECE_BEGIN;
    piece->member->reason = reason;
    piece->member->bytes_in = size;
    piece->member->bytes_out = size;
    piece->member->seq = lane->shared->next_seq++;
    uvp_shared_count(&lane->shared->members_read, 1);
    while (more) {
        UVP_TRY(send_data(lane, &more, err));
        uvp_lane_send_if_full(lane);
    }
    UVP_TRY(uvp_lane_reserve(lane, 0, err));
    piece = uvp_parcel_add(lane->parcel, UVP_PIECE_END);
    return piece == NULL ? uvp_fail_memory(err, sizeof *piece) : UVP_OK;
}

/* A sparse file has other bytes in its tar than it has itself: it is read, not taken. */
static bool is_stored_otherwise(const struct uvp_lane *lane, const struct uvp_header *header)
{
    return uvp_input_container(lane->input) == UVP_CONTAINER_TAR &&
           header->type == UVP_ENTRY_FILE && header->size_bytes != 0 && !header->replaceable;
}

static enum uvp_code pass_member(struct uvp_lane *lane, struct uvp_header *header,
                                 const char *reason, struct uvp_error *err)
{
    const uint64_t bytes =
        header->stored_bytes > header->size_bytes ? header->stored_bytes : header->size_bytes;
    const bool dry = !uvp_settings_pass_on(lane->shared->settings);
    const bool is_long = !header->size_known || bytes > LONG_BYTES;
    const bool keep = uvp_lane_may_be_needed(lane, header);

    if (keep && (!lane->foreign || dry)) {
        return pass_and_keep(lane, header, reason, err);
    }
    if (keep || (lane->foreign && !dry && !is_long && !is_stored_otherwise(lane, header))) {
        return take_member(lane, header, reason, err);
    }
    if (lane->foreign && !dry) {
        return convert_long(lane, header, reason, err);
    }
    UVP_TRY(uvp_lane_note_passed(lane, header, reason, err));
    if (is_long) {
        return pass_long(lane, err);
    }
    return uvp_input_flushable(lane->input) >= GATHER_BYTES ? uvp_lane_gather(lane, err)
                                                            : UVP_OK;
}

/* A mesh that should be looked at, and that this archive does not let us read. */
static enum uvp_code refuse_member(struct uvp_lane *lane, const struct uvp_header *header,
                                   struct uvp_error *err)
{
    struct uvp_error failure = {0};

    (void)uvp_fail(&failure, UVP_UNSUPPORTED, 0, "cannot be read: %s",
                   header->why_not == NULL ? "not as a whole" : header->why_not);
    UVP_TRY(uvp_lane_note_failed(lane, header, &failure, err));
    return !header->size_known || header->stored_bytes > LONG_BYTES ? pass_long(lane, err)
                                                                    : UVP_OK;
}

/* What was given as an input of its own is meant to be something: a cut or mistaken file must
 * not pass in silence. */
static bool has_known_name(const struct uvp_lane *lane)
{
    return uvp_format_by_path((const char *)lane->member_name.data,
                              lane->member_name.bytes - 1) != NULL;
}

/* Whether a plain file is a mesh by its bytes, of which always the same are looked at: how fast
 * they come in must not decide. */
static enum uvp_code look_at_head(struct uvp_lane *lane, enum uvp_looked *looked,
                                  const char **why, struct uvp_error *err)
{
    const char *const name = (const char *)lane->member_name.data;
    unsigned char *const head = uvp_mem_take(lane->shared->mem, UVP_FORMAT_HEAD_BYTES);
    size_t bytes = 0;
    bool whole = false;
    enum uvp_code code;

    if (head == NULL) {
        return uvp_fail_memory(err, UVP_FORMAT_HEAD_BYTES);
    }
    code = uvp_input_head(lane->input, head, UVP_FORMAT_HEAD_BYTES, &bytes, &whole, err);
    if (code == UVP_OK) {
        const size_t name_bytes = has_known_name(lane) ? strlen(name) : 0;

        *looked =
            uvp_format_find(name, name_bytes, uvp_span_of(head, bytes), whole, why) != NULL
                ? UVP_LOOKED_MESH
                : UVP_LOOKED_OTHER;
    }
    uvp_mem_give(lane->shared->mem, head, UVP_FORMAT_HEAD_BYTES);
    return code;
}

/* A plain file that nothing will come of; its bytes know better than its name why. */
static enum uvp_code warn_of_stranger(struct uvp_lane *lane, const char *why,
                                      const char **reason, struct uvp_error *err)
{
    const char *const nothing = uvp_format_why_not("", 0);
    const bool unwraps = lane->shared->settings->task == UVP_TASK_UNWRAP;
    struct uvp_error warning = {0};

    if (strcmp(why, nothing) != 0) {
        *reason = why;
    }
    (void)uvp_fail(&warning, UVP_UNSUPPORTED, 0, "%s%s",
                   strcmp(*reason, nothing) == 0
                       ? "neither an archive nor a mesh that is known here"
                       : *reason,
                   unwraps ? ": passed through" : "");
    return uvp_lane_note_warning(lane, &warning, err);
}

static enum uvp_code handle_member(struct uvp_lane *lane, struct uvp_header *header,
                                   struct uvp_error *err)
{
    const bool plain = uvp_input_container(lane->input) == UVP_CONTAINER_PLAIN;
    const char *why = "";
    const char *reason;
    enum uvp_looked looked = UVP_LOOKED_NOT;

    if (lane->is_folder) { /* its files are not read through counted_read */
        uvp_shared_count(&lane->shared->bytes_in, header->size_bytes);
    }
    if (plain) {
        UVP_TRY(look_at_head(lane, &looked, &why, err));
    }
    reason = uvp_choose_member(lane->shared->settings, header, looked);
    if (plain && reason != NULL && looked == UVP_LOOKED_OTHER && !has_known_name(lane)) {
        UVP_TRY(warn_of_stranger(lane, why, &reason, err));
    }
    if (reason == NULL && !header->replaceable) {
        UVP_TRY(refuse_member(lane, header, err));
    } else if (reason == NULL) {
        uvp_intake_note(lane->intake, "reading", header->path);
        UVP_TRY(take_member(lane, header, NULL, err));
    } else {
        UVP_TRY(pass_member(lane, header, reason, err));
    }
    uvp_lane_send_if_full(lane);
    return UVP_OK;
}

static enum uvp_code read_members(struct uvp_lane *lane, struct uvp_error *err)
{
    for (;;) {
        struct uvp_header header;
        const enum uvp_code code = uvp_input_next(lane->input, &header, err);

        if (lane->hook_code != UVP_OK) {
            *err = lane->hook_error;
            return lane->hook_code;
        }
        if (code != UVP_OK) {
            return code == UVP_END ? UVP_OK : code;
        }
        UVP_TRY(handle_member(lane, &header, err));
    }
}

static enum uvp_code read_trailer(struct uvp_lane *lane, struct uvp_slices *raw, uint64_t *at,
                                  struct uvp_error *err)
{
    if (lane->foreign || !uvp_settings_write(lane->shared->settings)) {
        return UVP_OK;
    }
    UVP_TRY(uvp_input_trailer(lane->input, raw, at, err));
    if (lane->hook_code != UVP_OK) {
        *err = lane->hook_error;
    }
    return lane->hook_code;
}

/* The piece is made when all of it is there: while the input is waited for, parcels go. */
static enum uvp_code send_trailer(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_slices raw;
    struct uvp_piece *piece;
    uint64_t at = 0;
    enum uvp_code code;

    UVP_TRY(uvp_lane_gather(lane, err));
    uvp_slices_init(&raw, lane->shared->mem);
    code = read_trailer(lane, &raw, &at, err);
    if (code == UVP_OK) {
        code = uvp_lane_reserve(lane, (size_t)raw.bytes, err);
    }
    if (code == UVP_OK) {
        piece = uvp_parcel_add(lane->parcel, UVP_PIECE_TRAILER);
        code = piece == NULL ? uvp_fail_memory(err, sizeof *piece)
                             : uvp_slices_move(&piece->slices, &raw, err);
        if (piece != NULL) {
            piece->at = at;
        }
    }
    uvp_slices_release(&raw);
    return code;
}

static enum uvp_code run_steps(struct uvp_lane *lane, struct uvp_error *err)
{
    if (uvp_task_traits(lane->shared->settings->task).makes) {
        return uvp_lane_generate(lane, err);
    }
    UVP_TRY(uvp_lane_reserve(lane, 0, err)); /* waits for the lane's turn */
    UVP_TRY(open_input(lane, err));
    UVP_TRY(choose(lane, err));
    UVP_TRY(announce_input(lane, err));
    UVP_TRY(read_members(lane, err));
    return send_trailer(lane, err);
}

enum uvp_code uvp_lane_run(struct uvp_lane *lane, struct uvp_error *err)
{
    enum uvp_code code = run_steps(lane, err);

    if (code != UVP_OK && code != UVP_CANCELLED && lane->input != NULL && !lane->cancelled) {
        /* what was read before the damage still goes out */
        const enum uvp_code rest = uvp_lane_gather(lane, NULL);
        code = rest == UVP_CANCELLED ? rest : code;
    }
    uvp_lane_send(lane);
    return code;
}
