/*
 * How full a parcel gets: enough members or bytes that handing it over costs nothing beside
 * them (a wake-up is dearer than a tiny mesh), little enough that workers share the load: a
 * mesh of size goes at once when a worker may be idle. What is sent when the input would wait
 * depends on time, and no byte of the output depends on how the pieces were parcelled.
 */
#include "stages/reader/lane.h"

#define FULL_RAW_BYTES ((uint64_t)1 << 20)
#define FULL_MEMBER_BYTES ((uint64_t)96 << 10)
#define LARGE_MEMBER_BYTES ((uint64_t)24 << 10) /* worth a worker of its own */
#define FULL_MEMBERS 32
#define FULL_PIECES 256
#define FULL_UNRECORDED 65536

static enum uvp_code take_parcel(struct uvp_lane *lane, struct uvp_error *err)
{
    lane->parcel = uvp_parcel_take(&lane->shared->shelf, lane->number);
    if (lane->parcel == NULL) {
        return uvp_fail_memory(err, sizeof *lane->parcel);
    }
    lane->parcel->target = lane->choice.container;
    lane->parcel->foreign = lane->foreign;
    return UVP_OK;
}

enum uvp_code uvp_lane_reserve(struct uvp_lane *lane, size_t bytes, struct uvp_error *err)
{
    enum uvp_code code;

    if (lane->cancelled) {
        return uvp_fail(err, UVP_CANCELLED, 0, "cancelled");
    }
    if (lane->parcel == NULL) {
        UVP_TRY(take_parcel(lane, err));
    }
    code = uvp_intake_reserve(lane->intake, &lane->parcel->item, bytes, err);
    if (code == UVP_CANCELLED) {
        lane->cancelled = true;
        if (!lane->parcel->item.has_ticket) {
            uvp_parcel_give(&lane->shared->shelf, lane->parcel);
            lane->parcel = NULL;
        }
    }
    return code;
}

static bool needs_worker(const struct uvp_parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->piece_count; i++) {
        if (parcel->pieces[i]->kind == UVP_PIECE_MEMBER) {
            return true;
        }
    }
    return false;
}

/*
 * Where an unordered run must keep order: at the ends of an input, and where a member lies in
 * several parcels. Raw bytes may end inside of one; after a whole member nothing is open.
 */
static bool must_keep_place(struct uvp_lane *lane, const struct uvp_parcel *parcel)
{
    bool fixed = !lane->between_members;

    for (uint32_t i = 0; i < parcel->piece_count; i++) {
        switch (parcel->pieces[i]->kind) {
        case UVP_PIECE_OPEN:
        case UVP_PIECE_TRAILER:
            fixed = true;
            lane->between_members = true;
            break;
        case UVP_PIECE_MEMBER:
        case UVP_PIECE_END:
            lane->between_members = true;
            break;
        case UVP_PIECE_RAW:
        case UVP_PIECE_BEGIN:
        case UVP_PIECE_DATA:
            lane->between_members = false;
            break;
        default:
            break;
        }
    }
    return fixed || !lane->between_members;
}

void uvp_lane_send(struct uvp_lane *lane)
{
    struct uvp_parcel *const parcel = lane->parcel;

    if (parcel == NULL || !parcel->item.has_ticket) {
        return;
    }
    lane->parcel = NULL;
    lane->awaiting = 0;
    parcel->item.direct = !needs_worker(parcel);
    parcel->load_bytes = parcel->raw_bytes + parcel->member_bytes;
    uvp_shared_count(&lane->shared->load_read, parcel->load_bytes);
    atomic_store_explicit(&lane->shared->bytes_sent, atomic_load(&lane->shared->bytes_in),
                          memory_order_relaxed);
    parcel->item.fixed = must_keep_place(lane, parcel);
    uvp_intake_send(lane->intake, &parcel->item);
}

static bool ends_with_large_member(const struct uvp_parcel *parcel)
{
    return parcel->member_count != 0 &&
           parcel->members[parcel->member_count - 1]->entry.raw.bytes >= LARGE_MEMBER_BYTES;
}

void uvp_lane_send_if_full(struct uvp_lane *lane)
{
    const struct uvp_parcel *const parcel = lane->parcel;

    if (parcel == NULL || uvp_lane_is_held(lane)) {
        return;
    }
    if (parcel->raw_bytes >= FULL_RAW_BYTES || parcel->member_bytes >= FULL_MEMBER_BYTES ||
        parcel->member_count >= FULL_MEMBERS || parcel->piece_count >= FULL_PIECES ||
        parcel->passed_unrecorded >= FULL_UNRECORDED) {
        uvp_lane_send(lane);
    } else if (ends_with_large_member(parcel) && !uvp_intake_is_crowded(lane->intake)) {
        uvp_lane_send(lane);
    }
}

/* Adds slices to the last piece when it goes on there, else to a new one. */
static struct uvp_piece *raw_piece(struct uvp_parcel *parcel, uint64_t at)
{
    struct uvp_piece *last = NULL;

    if (parcel->piece_count != 0) {
        last = parcel->pieces[parcel->piece_count - 1];
    }
    if (last != NULL && last->kind == UVP_PIECE_RAW && last->at + last->slices.bytes == at) {
        return last;
    }
    last = uvp_parcel_add(parcel, UVP_PIECE_RAW);
    if (last != NULL) {
        last->at = at;
    }
    return last;
}

enum uvp_code uvp_lane_add_raw(struct uvp_lane *lane, uint64_t at, struct uvp_slices *raw,
                               struct uvp_error *err)
{
    const uint64_t bytes = raw->bytes;
    struct uvp_piece *piece;

    if (bytes == 0) {
        return UVP_OK;
    }
    piece = raw_piece(lane->parcel, at);
    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *piece);
    }
    UVP_TRY(uvp_slices_move(&piece->slices, raw, err));
    lane->parcel->raw_bytes += bytes;
    return UVP_OK;
}

static enum uvp_code move_raw(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    uvp_slices_init(&raw, lane->shared->mem);
    code = uvp_input_flush(lane->input, &raw, &at, err);
    if (code == UVP_OK) {
        code = uvp_lane_add_raw(lane, at, &raw, err);
    }
    uvp_slices_release(&raw);
    return code;
}

static enum uvp_code drop_raw(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_slices raw;
    uint64_t at = 0;
    enum uvp_code code;

    uvp_slices_init(&raw, lane->shared->mem);
    code = uvp_input_flush(lane->input, &raw, &at, err);
    uvp_slices_release(&raw);
    return code;
}

enum uvp_code uvp_lane_gather(struct uvp_lane *lane, struct uvp_error *err)
{
    const uint64_t bytes = uvp_input_flushable(lane->input);

    if (bytes == 0) {
        return UVP_OK;
    }
    if (lane->foreign || lane->shared->settings->dry_run) {
        return drop_raw(lane, err);
    }
    UVP_TRY(uvp_lane_reserve(lane, (size_t)bytes, err));
    return move_raw(lane, err);
}

/* A piece that tells of a member and holds no bytes. */
static enum uvp_code add_note(struct uvp_lane *lane, enum uvp_piece_kind kind,
                              const struct uvp_header *header, struct uvp_piece **out,
                              struct uvp_error *err)
{
    struct uvp_piece *const piece = uvp_parcel_add(lane->parcel, kind);

    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *piece);
    }
    piece->path = uvp_arena_copy_text(&lane->parcel->texts, header->path, header->path_bytes);
    if (piece->path == NULL) {
        uvp_parcel_drop_last(lane->parcel);
        return uvp_fail_memory(err, header->path_bytes);
    }
    piece->path_bytes = header->path_bytes;
    piece->size_bytes = header->size_bytes;
    *out = piece;
    return UVP_OK;
}

static const struct uvp_error *copy_error(struct uvp_lane *lane, const struct uvp_error *error)
{
    struct uvp_error *const copy = UVP_ARENA_ARRAY(&lane->parcel->texts, struct uvp_error, 1);

    if (copy != NULL) {
        *copy = *error;
    }
    return copy;
}

enum uvp_code uvp_lane_note_passed(struct uvp_lane *lane, const struct uvp_header *header,
                                   const char *reason, struct uvp_error *err)
{
    struct uvp_piece *piece = NULL;

    if (lane->parcel == NULL) {
        UVP_TRY(uvp_lane_reserve(lane, 0, err));
    }
    if (lane->shared->settings->record_passed) {
        UVP_TRY(add_note(lane, UVP_PIECE_PASSED, header, &piece, err));
        piece->reason = reason;
        piece->seq = lane->shared->next_seq;
    } else {
        lane->parcel->passed_unrecorded++;
    }
    lane->shared->next_seq++;
    uvp_shared_count(&lane->shared->members_read, 1);
    return UVP_OK;
}

enum uvp_code uvp_lane_note_failed(struct uvp_lane *lane, const struct uvp_header *header,
                                   const struct uvp_error *error, struct uvp_error *err)
{
    struct uvp_piece *piece = NULL;

    UVP_TRY(uvp_lane_reserve(lane, 0, err));
    UVP_TRY(add_note(lane, UVP_PIECE_FAILED, header, &piece, err));
    piece->error = copy_error(lane, error);
    if (piece->error == NULL) {
        uvp_parcel_drop_last(lane->parcel);
        return uvp_fail_memory(err, sizeof *error);
    }
    piece->seq = lane->shared->next_seq++;
    uvp_shared_count(&lane->shared->members_read, 1);
    return UVP_OK;
}

enum uvp_code uvp_lane_note_warning(struct uvp_lane *lane, const struct uvp_error *warning,
                                    struct uvp_error *err)
{
    const struct uvp_error *copy;
    struct uvp_piece *piece;

    UVP_TRY(uvp_lane_reserve(lane, 0, err));
    copy = copy_error(lane, warning);
    piece = copy == NULL ? NULL : uvp_parcel_add(lane->parcel, UVP_PIECE_WARNING);
    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *warning);
    }
    piece->error = copy;
    return UVP_OK;
}
