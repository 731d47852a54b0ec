/*
 * Rows of faces, with new indices, with UVs, or with both. Rows in which nothing changes are
 * copied together.
 */
#include "formats/mesh/ply_write.h"
#include "formats/mesh/text.h"

#define ROWS_PER_POLL UINT32_C(1024)

static enum uvp_code poll(struct uvp_ply_writing *writing, uint32_t i, struct uvp_error *err)
{
    return i % ROWS_PER_POLL == 0 ? uvp_stop_poll(writing->cursor.stop, err) : UVP_OK;
}

static void write_index(struct uvp_ply_writing *writing, uint32_t index)
{
    writing->to = uvp_ply_writing_is_text(writing)
                      ? uvp_text_write_count(writing->to, index)
                      : uvp_ply_store_number(writing->to, (double)index, writing->index_type,
                                             uvp_ply_writing_is_big(writing));
}

static bool face_changes(const struct uvp_ply_writing *writing, uint32_t polygon)
{
    const uint32_t *const was = writing->mesh->corner_vertex;
    const uint32_t *const is = writing->split.corner_vertex;
    const uint32_t end = writing->mesh->corner_start[polygon + 1];

    if (writing->split.added_count == 0) {
        return false;
    }
    for (uint32_t c = writing->mesh->corner_start[polygon]; c < end; c++) {
        if (was[c] != is[c]) {
            return true;
        }
    }
    return false;
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
        !uvp_ply_row_skim(writing, words, row)) {
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
