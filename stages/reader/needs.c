/*
 * A mesh that lies in several members: a glTF and its buffers.
 *
 * On the way past, files that buffers are usually kept in are remembered, up to a bound. When a
 * mesh names what it needs, it is looked for there, and then further on, where the input can be
 * opened a second time. From a pipe the parcel that has the mesh is kept back until it has come
 * by, up to the same bound. What is not found is the decoder's to tell.
 */
#include <string.h>

#include "formats/mesh/format.h"
#include "stages/reader/lane.h"

#define NEARBY_LEAST ((uint64_t)4 << 20)
#define NEARBY_MOST ((uint64_t)256 << 20)
#define HELD_PIECES_MOST 4096

static bool is_alone(const struct uvp_lane *lane)
{
    return uvp_input_container(lane->input) == UVP_CONTAINER_PLAIN;
}

static enum uvp_scout_kind scout_kind(const struct uvp_lane *lane)
{
    if (lane->is_folder) {
        return UVP_SCOUT_FOLDER;
    }
    if (!lane->has_status || !S_ISREG(lane->status.st_mode)) {
        return UVP_SCOUT_NONE;
    }
    return is_alone(lane) ? UVP_SCOUT_PLAIN : UVP_SCOUT_ARCHIVE;
}

/* Of members kept, and of a parcel held back: what is found should not depend on --memory
 * where little is enough. */
static uint64_t most_bytes(const struct uvp_lane *lane)
{
    const uint64_t part = lane->shared->settings->memory_bytes / UVP_SHARED_AHEAD_PART;

    return part < NEARBY_LEAST ? NEARBY_LEAST : part < NEARBY_MOST ? part : NEARBY_MOST;
}

static enum uvp_code open_nearby(struct uvp_lane *lane, struct uvp_error *err)
{
    const struct uvp_input_options options = {
        .pool = lane->shared->pool,
        .mem = lane->shared->mem,
        .stop = lane->shared->stop,
        .spool_limit_bytes = (size_t)1 << 40,
    };

    if (lane->nearby != NULL) {
        return UVP_OK;
    }
    lane->nearby = uvp_mem_take(lane->shared->mem, sizeof *lane->nearby);
    if (lane->nearby == NULL) {
        return uvp_fail_memory(err, sizeof *lane->nearby);
    }
    uvp_nearby_init(lane->nearby, most_bytes(lane), lane->shared->mem);
    uvp_scout_init(&lane->scout, scout_kind(lane), lane->name, &options);
    return UVP_OK;
}

void uvp_lane_forget_nearby(struct uvp_lane *lane)
{
    if (lane->nearby != NULL) {
        uvp_scout_close(&lane->scout);
        uvp_nearby_release(lane->nearby);
        uvp_mem_give(lane->shared->mem, lane->nearby, sizeof *lane->nearby);
        lane->nearby = NULL;
    }
}

/* Where the input can be opened again nothing needs to be kept on the way. More of such files
 * in a row than can be kept are probably not of meshes at all: then they pass as all others do.
 */
bool uvp_lane_may_be_needed(const struct uvp_lane *lane, const struct uvp_header *header)
{
    const uint64_t most = most_bytes(lane);
    const struct uvp_nearby limits = {
        .most_bytes = lane->kept_bytes < most ? most - lane->kept_bytes : 0};

    return scout_kind(lane) == UVP_SCOUT_NONE && !is_alone(lane) &&
           lane->kept < UVP_NEARBY_MEMBERS && header->type == UVP_ENTRY_FILE &&
           header->size_known && header->replaceable &&
           uvp_nearby_wants(&limits, header->path, header->path_bytes, header->size_bytes);
}

/* ---- what a mesh needs ---- */

struct needs {
    struct uvp_arena arena;
    struct uvp_buf store;
    struct uvp_buf path;
    struct uvp_span *names;
    uint32_t count;
};

static enum uvp_code read_needs(struct uvp_lane *lane, const struct uvp_member *member,
                                const struct uvp_format *format, struct needs *needs,
                                struct uvp_error *err)
{
    struct uvp_span body = {NULL, 0};
    struct uvp_error failure = {0};
    enum uvp_code code = uvp_entry_load(&member->entry, &needs->store, &body, &failure);

    if (code == UVP_OK) {
        code = format->needs(body, &needs->arena, lane->shared->stop, &needs->names,
                             &needs->count, &failure);
    }
    if (code == UVP_NO_MEMORY || code == UVP_CANCELLED) {
        *err = failure;
        return code;
    }
    return UVP_OK; /* one that is damaged needs nothing; the worker says so */
}

static enum uvp_code find_one(struct uvp_lane *lane, struct uvp_member *member,
                              struct needs *needs, struct uvp_span name, uint64_t *more_bytes,
                              struct uvp_error *err)
{
    const char *const path = is_alone(lane) ? "" : member->entry.path;
    const struct uvp_entry *found;

    uvp_buf_reset(&needs->path);
    if (!uvp_nearby_path(path, strlen(path), name, &needs->path)) {
        return UVP_OK;
    }
    found = uvp_nearby_find(lane->nearby, uvp_buf_span(&needs->path));
    if (found == NULL) {
        UVP_TRY(uvp_scout_find(&lane->scout, uvp_buf_span(&needs->path), lane->nearby, &found,
                               err));
    }
    if (found == NULL) {
        member->awaits = lane->scout.kind == UVP_SCOUT_NONE;
        return UVP_OK;
    }
    if (member->sibling_count == UVP_MEMBER_SIBLINGS) {
        return UVP_OK;
    }
    *more_bytes += found->size_bytes;
    return uvp_member_add_sibling(member, found, name, err);
}

/* Anew, from what is nearby now. */
static enum uvp_code add_siblings(struct uvp_lane *lane, struct uvp_member *member,
                                  uint64_t *more_bytes, struct uvp_error *err)
{
    const struct uvp_entry *const entry = &member->entry;
    const struct uvp_format *const format = uvp_format_by_path(entry->path, entry->path_bytes);
    struct needs needs = {.count = 0};
    enum uvp_code code;

    *more_bytes = 0;
    uvp_member_drop_siblings(member);
    member->awaits = false;
    if (format == NULL || format->needs == NULL) {
        return UVP_OK;
    }
    lane->kept = 0;
    lane->kept_bytes = 0;
    uvp_arena_init(&needs.arena, lane->shared->mem, 0);
    uvp_buf_init(&needs.store, lane->shared->mem, 0);
    uvp_buf_init(&needs.path, lane->shared->mem, 0);
    code = open_nearby(lane, err);
    if (code == UVP_OK) {
        code = read_needs(lane, member, format, &needs, err);
    }
    for (uint32_t i = 0; code == UVP_OK && i < needs.count; i++) {
        code = find_one(lane, member, &needs, needs.names[i], more_bytes, err);
    }
    uvp_buf_release(&needs.path);
    uvp_buf_release(&needs.store);
    uvp_arena_release(&needs.arena);
    return code;
}

enum uvp_code uvp_lane_add_siblings(struct uvp_lane *lane, uint64_t *more_bytes,
                                    struct uvp_error *err)
{
    return add_siblings(lane, lane->spare, more_bytes, err);
}

/* ---- what has come by ---- */

/* Members of the parcel that wait look around again. */
static enum uvp_code settle_awaiting(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_parcel *const parcel = lane->parcel;

    for (uint32_t i = 0; parcel != NULL && lane->awaiting != 0 && i < parcel->member_count;
         i++) {
        struct uvp_member *const member = parcel->members[i];
        uint64_t more = 0;

        if (!member->awaits) {
            continue;
        }
        UVP_TRY(add_siblings(lane, member, &more, err));
        lane->awaiting -= member->awaits ? 0 : 1;
    }
    return UVP_OK;
}

enum uvp_code uvp_lane_keep_nearby(struct uvp_lane *lane, struct uvp_error *err)
{
    UVP_TRY(open_nearby(lane, err));
    UVP_TRY(uvp_nearby_keep(lane->nearby, &lane->spare->entry, err));
    lane->kept++;
    lane->kept_bytes += lane->spare->entry.raw.bytes;
    return settle_awaiting(lane, err);
}

bool uvp_lane_is_held(struct uvp_lane *lane)
{
    const struct uvp_parcel *const parcel = lane->parcel;

    if (lane->awaiting != 0 && (parcel == NULL || parcel->piece_count >= HELD_PIECES_MOST ||
                                parcel->raw_bytes + parcel->member_bytes >= most_bytes(lane))) {
        lane->awaiting = 0; /* it goes without, and the decoder says what is missing */
    }
    return lane->awaiting != 0;
}
