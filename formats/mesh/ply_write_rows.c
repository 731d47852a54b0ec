/*
 * Rows of vertices and faces with UVs. A row is copied in pieces around what changes in it;
 * rows in which nothing changes are copied together. Copies of vertices follow the last row: in
 * text each on a line of its own, in the line ends that are there.
 */
#include "formats/mesh/ply_fast.h"
#include "formats/mesh/ply_write.h"
#include "formats/mesh/text.h"

#define ITEMS_PER_POLL UINT32_C(1024)
#define SKIMMED_WORDS_MAX 24

static enum uvp_code poll(struct uvp_ply_writing *writing, uint32_t i, struct uvp_error *err)
{
    return i % ITEMS_PER_POLL == 0 ? uvp_stop_poll(writing->cursor.stop, err) : UVP_OK;
}

static bool has_fixed_rows(const struct uvp_ply_writing *writing)
{
    return !uvp_ply_writing_is_text(writing) && writing->ply->vertex->list_count == 0;
}

unsigned char *uvp_ply_uv_write(const struct uvp_ply_writing *writing, unsigned char *to,
                                float value, uint8_t type)
{
    return uvp_ply_writing_is_text(writing)
               ? uvp_text_write_unit(to, value)
               : uvp_ply_store_number(to, (double)value, type, uvp_ply_writing_is_big(writing));
}

/*
 * A short line of so many words at least, without a look at them: they have been read before.
 * False, and nothing is changed, when it is not plainly one.
 */
static bool skim_row(struct uvp_ply_writing *writing, uint64_t words, struct uvp_ply_row *row)
{
    struct uvp_ply_cursor *const cursor = &writing->cursor;
    const unsigned char *at = cursor->at;

    if (!uvp_ply_writing_is_text(writing) || cursor->flow || words > SKIMMED_WORDS_MAX) {
        return false;
    }
    at += at < cursor->end && *at == '\r';
    at += at < cursor->end && *at == '\n';
    if (at == cursor->end || *at <= ' ' ||
        !uvp_ply_fast_line(at, cursor->end, (uint32_t)words, &row->stop, &row->end)) {
        return false;
    }
    row->begin = at;
    cursor->at = row->end;
    return true;
}

/* Of a vertex, only where it is. */
static enum uvp_code find_row(struct uvp_ply_writing *writing, struct uvp_ply_row *row,
                              struct uvp_error *err)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;

    if (vertex->list_count == 0 && skim_row(writing, vertex->property_count, row)) {
        return uvp_ply_poll(&writing->cursor, err);
    }
    return uvp_ply_row_next(&writing->cursor, vertex, row, err);
}

/* ---- vertices ---- */

static const float *uv_of_vertex(const struct uvp_ply_writing *writing, uint32_t vertex)
{
    static const float none[2] = {0.0f, 0.0f};
    const uint32_t uv = writing->split.vertex_uv[vertex];

    return uv == UVP_MESH_NO_UV ? none : writing->uvs->uv + 2 * (size_t)uv;
}

static void add_uv(struct uvp_ply_writing *writing, const float uv[2])
{
    for (int k = 0; k < 2; k++) {
        if (uvp_ply_writing_is_text(writing)) {
            *writing->to++ = ' ';
        }
        writing->to = uvp_ply_uv_write(writing, writing->to, uv[k], UVP_PLY_F32);
    }
}

static void overwrite(struct uvp_ply_writing *writing, const struct uvp_ply_field *field,
                      float value, uint8_t type)
{
    uvp_ply_writing_copy(writing, field->at);
    writing->to = uvp_ply_uv_write(writing, writing->to, value, type);
    writing->from = field->end;
}

/* One that is in no face keeps the UV it has. */
static void write_vertex(struct uvp_ply_writing *writing, const struct uvp_ply_row *row,
                         uint32_t vertex)
{
    const struct uvp_ply *const ply = writing->ply;
    const float *const uv = uv_of_vertex(writing, vertex);
    const int first = ply->roles[UVP_PLY_V] < ply->roles[UVP_PLY_U] ? 1 : 0;

    if (writing->adds_vertex_uvs) {
        uvp_ply_writing_copy(writing, row->stop);
        add_uv(writing, uv);
    } else if (writing->split.vertex_uv[vertex] != UVP_MESH_NO_UV) {
        for (int i = 0; i < 2; i++) {
            const int k = i ^ first;
            overwrite(writing, &row->fields[UVP_PLY_U + k], uv[k],
                      ply->roles[UVP_PLY_U + k]->type);
        }
    }
}

static enum uvp_code find_rows(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;
    const struct uvp_split *const split = &writing->split;
    struct uvp_ply_cursor *const cursor = &writing->cursor;
    struct uvp_ply_row row;
    uint32_t copy = 0;

    uvp_ply_writing_jump(writing, vertex->begin);
    for (uint32_t v = 0; copy < split->added_count; v++) {
        UVP_TRY(find_row(writing, &row, err));
        for (; copy < split->added_count && split->added_vertex[copy] == v; copy++) {
            writing->copy_begin[copy] = (size_t)(row.begin - cursor->data);
            writing->copies_bytes += (size_t)(row.end - row.begin);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_ply_copies_find(struct uvp_ply_writing *writing, struct uvp_arena *arena,
                                  struct uvp_error *err)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;
    const uint32_t count = writing->split.added_count;

    if (count == 0) {
        return UVP_OK;
    }
    writing->copy_begin = UVP_ARENA_ARRAY(arena, size_t, count);
    if (writing->copy_begin == NULL) {
        return uvp_fail_memory(err, count * sizeof *writing->copy_begin);
    }
    if (!has_fixed_rows(writing)) {
        return find_rows(writing, err);
    }
    for (uint32_t i = 0; i < count; i++) {
        writing->copy_begin[i] =
            vertex->begin + (size_t)vertex->row_bytes * writing->split.added_vertex[i];
    }
    writing->copies_bytes = (size_t)vertex->row_bytes * count;
    return UVP_OK;
}

/*
 * What divides copies: the line end at `at`, or where there is none, that of the header. In a
 * flow a blank: a file of fewer lines than rows must stay one, or it would be read by lines.
 */
static struct uvp_span find_eol(const struct uvp_ply_writing *writing, const unsigned char *at)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;
    const unsigned char *const end = writing->cursor.end;

    if (writing->cursor.flow) {
        return uvp_span_of(" ", 1);
    }
    if (at < end && (*at == '\n' || *at == '\r')) {
        const bool is_pair = *at == '\r' && at + 1 < end && at[1] == '\n';
        return uvp_span_of(at, is_pair ? 2 : 1);
    }
    return uvp_span_of(writing->ply->bytes.data + vertex->lines_end - vertex->eol_bytes,
                       vertex->eol_bytes);
}

/* In a flow a row may lie on several lines; its copy lies on one, for the same reason. */
static void join_lines(unsigned char *from, const unsigned char *to)
{
    for (; from < to; from++) {
        *from = *from == '\n' || *from == '\r' ? ' ' : *from;
    }
}

static enum uvp_code write_copies(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_split *const split = &writing->split;
    const unsigned char *const from = writing->from;
    const struct uvp_span eol = find_eol(writing, from);
    unsigned char *begin;
    struct uvp_ply_row row;

    for (uint32_t i = 0; i < split->added_count; i++) {
        UVP_TRY(poll(writing, i, err));
        uvp_ply_writing_jump(writing, writing->copy_begin[i]);
        UVP_TRY(uvp_ply_row_next(&writing->cursor, writing->ply->vertex, &row, err));
        if (uvp_ply_writing_is_text(writing)) {
            memcpy(writing->to, eol.data, eol.bytes);
            writing->to += eol.bytes;
        }
        begin = writing->to;
        writing->from = row.begin;
        write_vertex(writing, &row, split->vertex_count + i);
        uvp_ply_writing_copy(writing, row.end);
        if (writing->cursor.flow) {
            join_lines(begin, writing->to);
        }
    }
    writing->from = from;
    return UVP_OK;
}

/* Rows of one size that get two floats more: the common file. */
static enum uvp_code add_to_fixed_rows(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;
    const size_t bytes = (size_t)vertex->row_bytes;
    const unsigned char *const end = writing->cursor.end;

    uvp_ply_writing_copy(writing, writing->cursor.data + vertex->begin);
    for (uint32_t v = 0; v < writing->split.vertex_count; v++) {
        UVP_TRY(poll(writing, v, err));
        if (bytes <= 16 && end - writing->from >= 16) {
            memcpy(writing->to, writing->from, 16); /* what is too much is written over */
        } else {
            memcpy(writing->to, writing->from, bytes);
        }
        writing->from += bytes;
        writing->to += bytes;
        add_uv(writing, uv_of_vertex(writing, v));
    }
    return UVP_OK;
}

static enum uvp_code write_rows(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;
    struct uvp_ply_row row;

    uvp_ply_writing_jump(writing, vertex->begin);
    for (uint32_t v = 0; v < writing->split.vertex_count; v++) {
        UVP_TRY(writing->adds_vertex_uvs
                    ? find_row(writing, &row, err)
                    : uvp_ply_row_next(&writing->cursor, vertex, &row, err));
        write_vertex(writing, &row, v);
        if (v + 1 == writing->split.vertex_count) {
            uvp_ply_writing_copy(writing, row.end);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_ply_vertices_write(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    if (!writing->has_vertex_uvs) {
        return UVP_OK;
    }
    UVP_TRY(writing->adds_vertex_uvs && has_fixed_rows(writing)
                ? add_to_fixed_rows(writing, err)
                : write_rows(writing, err));
    return write_copies(writing, err);
}

/* ---- faces ---- */

static void write_index(struct uvp_ply_writing *writing, uint32_t index)
{
    writing->to = uvp_ply_writing_is_text(writing)
                      ? uvp_text_write_count(writing->to, index)
                      : uvp_ply_store_number(writing->to, (double)index, writing->index_type,
                                             uvp_ply_writing_is_big(writing));
}

static bool face_changes(const struct uvp_ply_writing *writing, uint32_t polygon)
{
    const uint32_t *const start = writing->mesh->corner_start;
    const size_t first = start[polygon];

    return writing->split.added_count != 0 &&
           memcmp(writing->mesh->corner_vertex + first, writing->split.corner_vertex + first,
                  4 * (start[polygon + 1] - first)) != 0;
}

static void write_indices(struct uvp_ply_writing *writing, const struct uvp_ply_field *list,
                          uint32_t polygon)
{
    const struct uvp_ply_property *const property = writing->ply->roles[UVP_PLY_INDICES];
    const uint32_t *const was = writing->mesh->corner_vertex;
    const uint32_t *const is = writing->split.corner_vertex;
    const bool is_text = uvp_ply_writing_is_text(writing);
    const bool all = !is_text && writing->index_type != property->type;
    const unsigned char *at = list->items;

    if (!all && !face_changes(writing, polygon)) {
        return;
    }
    for (uint32_t c = writing->mesh->corner_start[polygon];
         c < writing->mesh->corner_start[polygon + 1]; c++) {
        const unsigned char *const item = is_text ? uvp_ply_text_next(at, list->end) : at;

        at = is_text ? uvp_ply_text_word_end(item, list->end)
                     : item + uvp_ply_type_bytes(property->type);
        if (all || was[c] != is[c]) {
            uvp_ply_writing_copy(writing, item);
            write_index(writing, is[c]);
            writing->from = at;
        }
    }
}

static void write_wedge(struct uvp_ply_writing *writing, uint32_t polygon)
{
    const struct uvp_mesh *const mesh = writing->mesh;
    const uint32_t first = mesh->corner_start[polygon];
    const uint32_t end = mesh->corner_start[polygon + 1];
    const uint64_t count = 2 * (uint64_t)(end - first);
    const bool is_text = uvp_ply_writing_is_text(writing);

    writing->to =
        is_text ? uvp_text_write_count(writing->to, count)
                : uvp_ply_store_number(writing->to, (double)count, writing->wedge_count_type,
                                       uvp_ply_writing_is_big(writing));
    for (uint32_t c = first; c < end; c++) {
        const float *const uv = writing->uvs->uv + 2 * (size_t)writing->uvs->corner_uv[c];

        for (int k = 0; k < 2; k++) {
            if (is_text) {
                *writing->to++ = ' ';
            }
            writing->to = uvp_ply_uv_write(writing, writing->to, uv[k], writing->wedge_type);
        }
    }
}

static void write_old_wedge(struct uvp_ply_writing *writing, const struct uvp_ply_field *list,
                            uint32_t polygon)
{
    uvp_ply_writing_copy(writing, list->at);
    write_wedge(writing, polygon);
    writing->from = list->end;
}

static void write_new_wedge(struct uvp_ply_writing *writing, const struct uvp_ply_row *row,
                            uint32_t polygon)
{
    uvp_ply_writing_copy(writing, row->stop);
    if (uvp_ply_writing_is_text(writing)) {
        *writing->to++ = ' ';
    }
    write_wedge(writing, polygon);
}

static void write_face(struct uvp_ply_writing *writing, const struct uvp_ply_row *row,
                       uint32_t polygon)
{
    const struct uvp_ply_field *const indices = &row->fields[UVP_PLY_INDICES];
    const struct uvp_ply_field *const wedge = &row->fields[UVP_PLY_TEXCOORD];
    const bool has_old = writing->has_wedges && !writing->adds_wedges;
    const bool old_first = has_old && wedge->at < indices->at;

    if (old_first) {
        write_old_wedge(writing, wedge, polygon);
    }
    write_indices(writing, indices, polygon);
    if (has_old && !old_first) {
        write_old_wedge(writing, wedge, polygon);
    }
    if (writing->adds_wedges) {
        write_new_wedge(writing, row, polygon);
    }
}

/* Where each index lies follows from the corners before it: rows need not be looked at. */
static enum uvp_code patch_faces(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_ply_element *const face = writing->ply->face;
    const struct uvp_ply_property *const property = writing->ply->roles[UVP_PLY_INDICES];
    const struct uvp_mesh *const mesh = writing->mesh;
    const size_t item_bytes = uvp_ply_type_bytes(property->type);
    const unsigned char *at = writing->cursor.data + face->begin;
    struct uvp_ply_field list = {0};

    at += uvp_ply_type_bytes(property->count_type);
    for (const struct uvp_ply_property *p = face->properties; p < property; p++) {
        at += uvp_ply_type_bytes(p->type);
    }
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        UVP_TRY(poll(writing, p, err));
        if (face_changes(writing, p)) {
            list.items = at + face->row_bytes * p + item_bytes * mesh->corner_start[p];
            write_indices(writing, &list, p);
        }
    }
    return UVP_OK;
}

/* A face of which only the place matters, for its indices stay as they are. */
static bool skim_face(struct uvp_ply_writing *writing, uint32_t polygon,
                      struct uvp_ply_row *row)
{
    const struct uvp_ply_element *const face = writing->ply->face;
    const uint32_t *const start = writing->mesh->corner_start;
    const uint64_t words = (uint64_t)face->property_count + start[polygon + 1] - start[polygon];

    if (face->list_count != 1 || face_changes(writing, polygon) ||
        !skim_row(writing, words, row)) {
        return false;
    }
    if (writing->adds_wedges) {
        write_new_wedge(writing, row, polygon);
    }
    return true;
}

enum uvp_code uvp_ply_faces_write(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_ply_element *const face = writing->ply->face;
    const bool same_rows = !writing->has_wedges &&
                           writing->index_type == writing->ply->roles[UVP_PLY_INDICES]->type;
    struct uvp_ply_row row;

    if (!writing->has_wedges && writing->split.added_count == 0) {
        return UVP_OK;
    }
    if (same_rows && !uvp_ply_writing_is_text(writing) && face->list_count == 1) {
        return patch_faces(writing, err);
    }
    uvp_ply_writing_jump(writing, face->begin);
    for (uint32_t p = 0; p < writing->mesh->polygon_count; p++) {
        if (skim_face(writing, p, &row)) {
            UVP_TRY(uvp_ply_poll(&writing->cursor, err));
        } else {
            UVP_TRY(uvp_ply_row_next(&writing->cursor, face, &row, err));
            write_face(writing, &row, p);
        }
    }
    return UVP_OK;
}
