/*
 * Recycling: pieces and members stay allocated with the parcel and are emptied, not freed, so
 * that in the steady state a parcel costs no allocation. Large output buffers are given back:
 * they would sit on the shelf outside any budget.
 */
#include "stages/parcel.h"

#include <string.h>

#define KEEP_BUF_BYTES ((size_t)128 << 10)
#define KEEP_TEXT_BYTES ((size_t)64 << 10)

void uvp_shelf_init(struct uvp_shelf *shelf, struct uvp_mem *mem)
{
    shelf->mem = mem;
    atomic_init(&shelf->parcels, NULL);
}

static void push_all(struct uvp_shelf *shelf, struct uvp_parcel *first, struct uvp_parcel *last)
{
    struct uvp_parcel *head = atomic_load(&shelf->parcels);

    do {
        last->next = head;
    } while (!atomic_compare_exchange_weak(&shelf->parcels, &head, first));
}

/*
 * Takes the whole list and puts the rest back: with nobody taking single parcels off the
 * list, a parcel cannot come back to its head behind a taker's back.
 */
static struct uvp_parcel *pop(struct uvp_shelf *shelf)
{
    struct uvp_parcel *const first = atomic_exchange(&shelf->parcels, NULL);

    if (first != NULL && first->next != NULL) {
        struct uvp_parcel *last = first->next;
        while (last->next != NULL) {
            last = last->next;
        }
        push_all(shelf, first->next, last);
    }
    return first;
}

void uvp_member_drop_siblings(struct uvp_member *member)
{
    while (member->sibling_count > 0) {
        struct uvp_entry *const sibling = member->siblings[--member->sibling_count];

        uvp_entry_release(sibling);
        uvp_mem_give(member->entry.mem, sibling, sizeof *sibling);
    }
}

enum uvp_code uvp_member_add_sibling(struct uvp_member *member, const struct uvp_entry *sibling,
                                     struct uvp_span name, struct uvp_error *err)
{
    struct uvp_entry *added;
    enum uvp_code code;

    if (member->sibling_count == UVP_MEMBER_SIBLINGS) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %d files are needed",
                        UVP_MEMBER_SIBLINGS);
    }
    added = uvp_mem_take(member->entry.mem, sizeof *added);
    if (added == NULL) {
        return uvp_fail_memory(err, sizeof *added);
    }
    uvp_entry_init(added, member->entry.mem);
    member->siblings[member->sibling_count++] = added;
    code = uvp_entry_share(sibling, added, err);
    if (code == UVP_OK) {
        code = uvp_entry_set_path(added, (const char *)name.data, name.bytes, err);
    }
    return code;
}

void uvp_member_destroy(struct uvp_member *member)
{
    if (member == NULL) {
        return;
    }
    uvp_member_drop_siblings(member);
    uvp_entry_release(&member->entry);
    uvp_buf_release(&member->out);
    uvp_entry_release(&member->side);
    uvp_buf_release(&member->side_out);
    uvp_buf_release(&member->exhibit);
    uvp_buf_release(&member->facts);
    uvp_mem_give(member->entry.mem, member, sizeof *member);
}

struct uvp_member *uvp_member_create(struct uvp_mem *mem)
{
    struct uvp_member *const member = uvp_mem_take_zeroed(mem, sizeof *member);

    if (member != NULL) {
        uvp_entry_init(&member->entry, mem);
        uvp_buf_init(&member->out, mem, 0);
        uvp_entry_init(&member->side, mem);
        uvp_buf_init(&member->side_out, mem, 0);
        uvp_buf_init(&member->exhibit, mem, 0);
        uvp_buf_init(&member->facts, mem, 0);
    }
    return member;
}

static void free_parcel(struct uvp_parcel *parcel)
{
    struct uvp_mem *const mem = parcel->mem;

    for (uint32_t i = 0; i < parcel->piece_capacity; i++) {
        uvp_slices_release(&parcel->pieces[i]->slices);
        uvp_mem_give(mem, parcel->pieces[i], sizeof *parcel->pieces[i]);
    }
    for (uint32_t i = 0; i < parcel->member_capacity; i++) {
        uvp_member_destroy(parcel->members[i]);
    }
    uvp_mem_give(mem, parcel->pieces, parcel->piece_capacity * sizeof *parcel->pieces);
    uvp_mem_give(mem, parcel->members, parcel->member_capacity * sizeof *parcel->members);
    uvp_arena_release(&parcel->texts);
    uvp_mem_give(mem, parcel, sizeof *parcel);
}

void uvp_shelf_release(struct uvp_shelf *shelf)
{
    struct uvp_parcel *parcel = atomic_exchange(&shelf->parcels, NULL);

    while (parcel != NULL) {
        struct uvp_parcel *const next = parcel->next;
        free_parcel(parcel);
        parcel = next;
    }
}

struct uvp_parcel *uvp_parcel_take(struct uvp_shelf *shelf, uint32_t lane)
{
    struct uvp_parcel *parcel = pop(shelf);

    if (parcel == NULL) {
        parcel = uvp_mem_take_zeroed(shelf->mem, sizeof *parcel);
        if (parcel == NULL) {
            return NULL;
        }
        parcel->mem = shelf->mem;
        uvp_arena_init(&parcel->texts, shelf->mem, 0);
    }
    memset(&parcel->item, 0, sizeof parcel->item);
    parcel->next = NULL;
    parcel->lane = lane;
    return parcel;
}

static void empty_buf(struct uvp_buf *buf)
{
    if (buf->capacity > KEEP_BUF_BYTES) {
        uvp_buf_release(buf);
    }
    uvp_buf_reset(buf);
}

static void empty_member(struct uvp_member *member)
{
    uvp_member_drop_siblings(member);
    uvp_entry_reset(&member->entry);
    empty_buf(&member->out);
    uvp_entry_reset(&member->side);
    empty_buf(&member->side_out);
    empty_buf(&member->exhibit);
    empty_buf(&member->facts);
}

void uvp_parcel_give(struct uvp_shelf *shelf, struct uvp_parcel *parcel)
{
    for (uint32_t i = 0; i < parcel->piece_count; i++) {
        uvp_slices_reset(&parcel->pieces[i]->slices);
    }
    for (uint32_t i = 0; i < parcel->member_count; i++) {
        empty_member(parcel->members[i]);
    }
    parcel->piece_count = 0;
    parcel->member_count = 0;
    parcel->raw_bytes = 0;
    parcel->member_bytes = 0;
    parcel->passed_unrecorded = 0;
    uvp_arena_reset(&parcel->texts, KEEP_TEXT_BYTES);
    push_all(shelf, parcel, parcel);
}

/* Makes a list of pointers one longer. */
static void *grow_list(struct uvp_mem *mem, void *list, uint32_t capacity)
{
    return uvp_mem_resize(mem, list, capacity * sizeof(void *),
                          ((size_t)capacity + 1) * sizeof(void *));
}

static struct uvp_piece *spare_piece(struct uvp_parcel *parcel)
{
    struct uvp_piece *piece;
    void *list;

    if (parcel->piece_count < parcel->piece_capacity) {
        return parcel->pieces[parcel->piece_count];
    }
    piece = uvp_mem_take_zeroed(parcel->mem, sizeof *piece);
    if (piece == NULL) {
        return NULL;
    }
    list = grow_list(parcel->mem, parcel->pieces, parcel->piece_capacity);
    if (list == NULL) {
        uvp_mem_give(parcel->mem, piece, sizeof *piece);
        return NULL;
    }
    uvp_slices_init(&piece->slices, parcel->mem);
    parcel->pieces = list;
    parcel->pieces[parcel->piece_capacity++] = piece;
    return piece;
}

static struct uvp_member *spare_member(struct uvp_parcel *parcel)
{
    struct uvp_member *member;
    void *list;

    if (parcel->member_count < parcel->member_capacity) {
        return parcel->members[parcel->member_count];
    }
    member = uvp_member_create(parcel->mem);
    if (member == NULL) {
        return NULL;
    }
    list = grow_list(parcel->mem, parcel->members, parcel->member_capacity);
    if (list == NULL) {
        uvp_member_destroy(member);
        return NULL;
    }
    parcel->members = list;
    parcel->members[parcel->member_capacity++] = member;
    return member;
}

struct uvp_piece *uvp_parcel_add(struct uvp_parcel *parcel, enum uvp_piece_kind kind)
{
    struct uvp_piece *const piece = spare_piece(parcel);

    if (piece == NULL) {
        return NULL;
    }
    piece->kind = kind;
    piece->at = 0;
    piece->member = NULL;
    piece->path = NULL;
    piece->reason = NULL;
    parcel->piece_count++;
    return piece;
}

void uvp_parcel_drop_last(struct uvp_parcel *parcel)
{
    struct uvp_piece *const piece = parcel->pieces[parcel->piece_count - 1];

    uvp_slices_reset(&piece->slices);
    if (piece->member != NULL) {
        empty_member(piece->member);
        parcel->member_count--;
    }
    parcel->piece_count--;
}

static void clear_results(struct uvp_member *member)
{
    member->seq = 0;
    member->unwrap = false;
    member->status = UVP_MEMBER_PASSED;
    member->reason = NULL;
    uvp_error_clear(&member->error);
    member->rendered_anew = false;
    member->lost = false;
    memset(&member->rendered, 0, sizeof member->rendered);
    member->has_side = false;
    member->awaits = false;
    member->replaced = false;
    memset(&member->side_rendered, 0, sizeof member->side_rendered);
    member->note = NULL;
    member->format = NULL;
    member->bytes_in = 0;
    member->bytes_out = 0;
    member->wall_ns = 0;
    memset(member->step_ns, 0, sizeof member->step_ns);
    member->meshes = 0;
    member->mapped = 0;
    member->vertices = 0;
    member->polygons = 0;
    memset(member->found, 0, sizeof member->found);
    memset(&member->atlas, 0, sizeof member->atlas);
    member->pages = 0;
    member->verified = false;
    member->triangles = 0;
    member->stretch_p99 = 0;
    member->score = 0;
    memset(&member->verdict, 0, sizeof member->verdict);
}

struct uvp_piece *uvp_parcel_add_member(struct uvp_parcel *parcel, enum uvp_piece_kind kind)
{
    struct uvp_member *const member = spare_member(parcel);
    struct uvp_piece *piece;

    if (member == NULL) {
        return NULL;
    }
    piece = uvp_parcel_add(parcel, kind);
    if (piece == NULL) {
        return NULL;
    }
    clear_results(member);
    piece->member = member;
    parcel->member_count++;
    return piece;
}

struct uvp_piece *uvp_parcel_add_filled(struct uvp_parcel *parcel, struct uvp_member **member)
{
    struct uvp_piece *const piece = uvp_parcel_add_member(parcel, UVP_PIECE_MEMBER);
    struct uvp_member *const filled = *member;

    if (piece == NULL) {
        return NULL;
    }
    *member = piece->member;
    clear_results(filled);
    parcel->members[parcel->member_count - 1] = filled;
    piece->member = filled;
    return piece;
}

/*
 * A member's raw bytes count even after they were given back: they lie in a block with other
 * members' bytes, and the block stays until the last of those has gone.
 */
size_t uvp_parcel_held_bytes(const struct uvp_parcel *parcel)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < parcel->piece_count; i++) {
        bytes += parcel->pieces[i]->slices.bytes;
    }
    for (uint32_t i = 0; i < parcel->member_count; i++) {
        bytes += uvp_entry_stored_bytes(&parcel->members[i]->entry);
        for (uint32_t k = 0; k < parcel->members[i]->sibling_count; k++) {
            bytes += parcel->members[i]->siblings[k]->raw.bytes;
        }
        bytes += parcel->members[i]->out.capacity;
        bytes += parcel->members[i]->side_out.capacity;
        bytes += parcel->members[i]->exhibit.capacity;
        bytes += parcel->members[i]->facts.capacity;
    }
    return (size_t)bytes;
}
