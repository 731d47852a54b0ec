/*
 * Rows of vertices with UVs. A row is copied in pieces around what changes in it. Copies of
 * vertices follow the last row: in text by lines each on a line of its own, in the line ends
 * that are there.
 */
#include "formats/mesh/ply_write.h"

#define ROWS_PER_POLL UINT32_C(1024)

static enum uvp_code poll(struct uvp_ply_writing *writing, uint32_t i, struct uvp_error *err)
{
    return i % ROWS_PER_POLL == 0 ? uvp_stop_poll(writing->cursor.stop, err) : UVP_OK;
}

static bool has_fixed_rows(const struct uvp_ply_writing *writing)
{
    return !uvp_ply_writing_is_text(writing) && writing->ply->vertex->list_count == 0;
}

/* Of a vertex, only where it is. */
static enum uvp_code find_row(struct uvp_ply_writing *writing, struct uvp_ply_row *row,
                              struct uvp_error *err)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;

    if (vertex->list_count == 0 && uvp_ply_row_skim(writing, vertex->property_count, row)) {
        return uvp_ply_poll(&writing->cursor, err);
    }
    return uvp_ply_row_next(&writing->cursor, vertex, row, err);
}

static const float *uv_of_vertex(const struct uvp_ply_writing *writing, uint32_t vertex)
{
    static const float none[2] = {0.0f, 0.0f};
    const uint32_t uv = writing->split.vertex_uv[vertex];

    return uv == UVP_MESH_NO_UV ? none : writing->uvs->uv + 2 * (size_t)uv;
}

static void add_uv(struct uvp_ply_writing *writing, const float uv[2])
{
    const bool is_text = uvp_ply_writing_is_text(writing);
    unsigned char *to = writing->to;

    for (int k = 0; k < 2; k++) {
        if (is_text) {
            *to++ = ' ';
        }
        to = uvp_ply_uv_write(writing, to, uv[k], UVP_PLY_F32);
    }
    writing->to = to;
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
