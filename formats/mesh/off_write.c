/*
 * The input bytes, patched: ST in front of the keyword, the count of vertices, two columns
 * behind each vertex, copies of vertices behind the last one, and in faces the numbers of
 * vertices that have become copies. All else is copied as it is.
 */
#include "formats/mesh/off.h"
#include "formats/mesh/split.h"
#include "formats/mesh/text.h"

#define UV_BYTES ((size_t)2 * (UVP_TEXT_UNIT_BYTES + 1))
#define SPELLED_EXTRA ((size_t)2) /* "v" and a gap; the rest replaces as much */

struct patching {
    struct uvp_cursor cursor;
    const struct uvp_off_notes *notes;
    const struct uvp_mesh *mesh;
    const struct uvp_mesh_uvs *uvs;
    struct uvp_split split;
    const unsigned char *from; /* input not copied yet */
    struct uvp_buf *out;
    unsigned char eol[2];
    unsigned eol_bytes;
};

static enum uvp_code append(struct patching *patching, const void *data, size_t bytes,
                            struct uvp_error *err)
{
    return uvp_buf_append(patching->out, data, bytes, err);
}

static enum uvp_code copy_until(struct patching *patching, const unsigned char *until,
                                struct uvp_error *err)
{
    const unsigned char *const from = patching->from;

    patching->from = until;
    return append(patching, from, (size_t)(until - from), err);
}

static enum uvp_code append_count(struct patching *patching, uint64_t count,
                                  struct uvp_error *err)
{
    unsigned char text[UVP_TEXT_COUNT_BYTES];

    return append(patching, text, (size_t)(uvp_text_write_count(text, count) - text), err);
}

/* "u v" of a vertex, copies too. */
static enum uvp_code append_uv(struct patching *patching, uint32_t vertex,
                               struct uvp_error *err)
{
    static const float nowhere[2] = {0.0f, 0.0f};
    const uint32_t number = patching->split.vertex_uv[vertex];
    const float *const uv =
        number == UVP_MESH_NO_UV ? nowhere : patching->uvs->uv + (size_t)2 * number;
    unsigned char text[UV_BYTES];
    unsigned char *to = uvp_text_write_unit(text, uv[0]);

    *to++ = ' ';
    to = uvp_text_write_unit(to, uv[1]);
    return append(patching, text, (size_t)(to - text), err);
}

/* ---- header ---- */

static void note_eol(struct patching *patching)
{
    const unsigned char *at = patching->cursor.begin;
    const unsigned char *const end = patching->cursor.end;

    while (at < end && !uvp_cursor_is_eol(*at)) {
        at++;
    }
    patching->eol[0] = at < end ? *at : '\n';
    patching->eol[1] = '\n';
    patching->eol_bytes = at + 1 < end && *at == '\r' && at[1] == '\n' ? 2 : 1;
}

static enum uvp_code patch_header(struct patching *patching, struct uvp_error *err)
{
    const struct uvp_off_header *const header = &patching->notes->header;
    const unsigned char *const begin = patching->cursor.begin;

    UVP_TRY(copy_until(patching, begin + header->keyword_at, err));
    if (!header->has_keyword) {
        UVP_TRY(append(patching, "STOFF", 5, err));
        UVP_TRY(append(patching, patching->eol, patching->eol_bytes, err));
    } else if (!header->has_uvs) {
        UVP_TRY(append(patching, "ST", 2, err));
    }
    if (patching->split.added_count != 0) {
        UVP_TRY(copy_until(patching, begin + header->count_at, err));
        UVP_TRY(append_count(
            patching, (uint64_t)patching->mesh->vertex_count + patching->split.added_count,
            err));
        patching->from += header->count_bytes;
    }
    patching->cursor.at = begin + header->vertices_at;
    patching->cursor.next_poll = patching->cursor.at;
    return UVP_OK;
}

/* ---- vertices ---- */

/* Past the line end that every vertex line has: faces follow. */
static void pass_eol(struct patching *patching)
{
    struct uvp_cursor *const cursor = &patching->cursor;
    const bool pair = cursor->end - cursor->at >= 2 && memcmp(cursor->at, "\r\n", 2) == 0;

    cursor->at += cursor->at == cursor->end ? 0 : pair ? 2 : 1;
}

static enum uvp_code patch_vertex(struct patching *patching, uint32_t number,
                                  struct uvp_error *err)
{
    const bool replaces = patching->notes->header.has_uvs;
    struct uvp_off_vertex vertex;

    UVP_TRY(uvp_off_pass_vertex(&patching->cursor, &vertex, err));
    if (replaces && patching->split.vertex_uv[number] == UVP_MESH_NO_UV) {
        return UVP_OK; /* in no face: it keeps its own */
    }
    UVP_TRY(copy_until(patching, replaces ? vertex.uv : vertex.end, err));
    if (!replaces) {
        UVP_TRY(append(patching, " ", 1, err));
    }
    patching->from = vertex.end;
    return append_uv(patching, number, err);
}

static enum uvp_code append_copy(struct patching *patching, const struct uvp_off_vertex *vertex,
                                 uint32_t number, struct uvp_error *err)
{
    const unsigned char *const end =
        patching->notes->header.has_uvs ? vertex->lead_end : vertex->end;

    UVP_TRY(append(patching, vertex->at[0], (size_t)(end - vertex->at[0]), err));
    UVP_TRY(append(patching, " ", 1, err));
    UVP_TRY(append_uv(patching, number, err));
    return append(patching, patching->eol, patching->eol_bytes, err);
}

/* Copies come in the order of their vertices: one more round over those. */
static enum uvp_code append_copies(struct patching *patching, struct uvp_error *err)
{
    const struct uvp_split *const split = &patching->split;
    const unsigned char *const behind = patching->cursor.at;
    uint32_t copy = 0;

    patching->cursor.at = patching->cursor.begin + patching->notes->header.vertices_at;
    patching->cursor.next_poll = patching->cursor.at;
    for (uint32_t v = 0; copy < split->added_count; v++) {
        struct uvp_off_vertex vertex;
        UVP_TRY(uvp_off_pass_vertex(&patching->cursor, &vertex, err));
        for (; copy < split->added_count && split->added_vertex[copy] == v; copy++) {
            UVP_TRY(append_copy(patching, &vertex, split->vertex_count + copy, err));
        }
    }
    patching->cursor.at = behind;
    patching->cursor.next_poll = behind;
    return UVP_OK;
}

static enum uvp_code patch_vertices(struct patching *patching, struct uvp_error *err)
{
    for (uint32_t v = 0; v < patching->mesh->vertex_count; v++) {
        UVP_TRY(patch_vertex(patching, v, err));
    }
    if (patching->split.added_count == 0) {
        return UVP_OK;
    }
    pass_eol(patching);
    UVP_TRY(copy_until(patching, patching->cursor.at, err));
    return append_copies(patching, err);
}

/* ---- faces ---- */

static enum uvp_code patch_face(struct patching *patching, uint32_t face, struct uvp_error *err)
{
    const struct uvp_mesh *const mesh = patching->mesh;
    const unsigned char *begin;
    uint32_t number;

    UVP_TRY(uvp_off_read_number(&patching->cursor, &number, &begin, err));
    for (uint32_t c = mesh->corner_start[face]; c < mesh->corner_start[face + 1]; c++) {
        const uint32_t vertex = patching->split.corner_vertex[c];
        UVP_TRY(uvp_off_read_number(&patching->cursor, &number, &begin, err));
        if (vertex != number) {
            UVP_TRY(copy_until(patching, begin, err));
            UVP_TRY(append_count(patching, vertex, err));
            patching->from = patching->cursor.at;
        }
    }
    return uvp_cursor_seek_eol(&patching->cursor, err);
}

static enum uvp_code patch_faces(struct patching *patching, struct uvp_error *err)
{
    for (uint32_t f = 0; patching->split.added_count != 0 && f < patching->mesh->polygon_count;
         f++) {
        UVP_TRY(patch_face(patching, f, err));
    }
    return copy_until(patching, patching->cursor.end, err);
}

bool uvp_off_can_hold(const struct uvp_off_notes *notes)
{
    const struct uvp_off_header *const header = &notes->header;
    const uint32_t least =
        3 + 3 * (uint32_t)header->has_normals + 2 * (uint32_t)header->has_uvs;

    if (header->vertices == 0) {
        return false;
    }
    if (header->has_colours) {
        return notes->columns == least + 3 || notes->columns == least + 4;
    }
    return notes->columns == least;
}

/* What most files come to; more is taken when it is needed. */
static enum uvp_code take_room(struct patching *patching, size_t bytes, struct uvp_error *err)
{
    const size_t ceiling = patching->out->ceiling_bytes;
    const size_t room = ceiling == 0 ? SIZE_MAX : ceiling;
    size_t guess;

    if (!uvp_size_multiply(patching->mesh->vertex_count, UV_BYTES, &guess) ||
        !uvp_size_add(guess, bytes + bytes / 4, &guess)) {
        return uvp_fail_memory(err, SIZE_MAX);
    }
    return uvp_buf_reserve_exact(patching->out, guess < room ? guess : room, err);
}

enum uvp_code uvp_off_patch(struct uvp_span bytes, const struct uvp_model *model,
                            const struct uvp_mesh_uvs *uvs, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    struct patching patching;

    memset(&patching, 0, sizeof patching);
    patching.notes = model->format_private;
    patching.mesh = model->meshes;
    patching.uvs = uvs;
    patching.out = out;
    patching.from = bytes.data;
    uvp_cursor_init(&patching.cursor, bytes, stop);
    note_eol(&patching);
    UVP_TRY(uvp_split_make(model->meshes, uvs, arena, stop, &patching.split, err));
    UVP_TRY(take_room(&patching, bytes.bytes, err));
    UVP_TRY(patch_header(&patching, err));
    UVP_TRY(patch_vertices(&patching, err));
    return patch_faces(&patching, err);
}

/* ---- spelling ---- */

static enum uvp_code spell_vertex(struct uvp_cursor *cursor, unsigned char **to,
                                  struct uvp_error *err)
{
    struct uvp_off_vertex vertex;

    UVP_TRY(uvp_off_pass_vertex(cursor, &vertex, err));
    *(*to)++ = 'v';
    for (int i = 0; i < 3; i++) {
        const size_t bytes = (size_t)(vertex.at_end[i] - vertex.at[i]);
        *(*to)++ = ' ';
        memcpy(*to, vertex.at[i], bytes);
        *to += bytes;
    }
    *(*to)++ = '\n';
    return UVP_OK;
}

enum uvp_code uvp_off_spell(struct uvp_span bytes, const struct uvp_model *model,
                            struct uvp_arena *arena, struct uvp_stop *stop,
                            struct uvp_span *lines, struct uvp_error *err)
{
    const struct uvp_off_notes *const notes = model->format_private;
    const uint32_t vertices = model->meshes->vertex_count;
    const size_t room = bytes.bytes + SPELLED_EXTRA * ((size_t)vertices + 1);
    unsigned char *const begin = UVP_ARENA_ARRAY(arena, unsigned char, room);
    unsigned char *to = begin;
    struct uvp_cursor cursor;

    if (begin == NULL) {
        return uvp_fail_memory(err, room);
    }
    uvp_cursor_init(&cursor, bytes, stop);
    cursor.at = bytes.data + notes->header.vertices_at;
    cursor.next_poll = cursor.at;
    for (uint32_t v = 0; v < vertices; v++) {
        UVP_TRY(spell_vertex(&cursor, &to, err));
    }
    *lines = uvp_span_of(begin, (size_t)(to - begin));
    return UVP_OK;
}
