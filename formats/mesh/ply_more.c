/*
 * What is read only on demand: UVs that are there, and materials. Both go over the rows once
 * more, for they are seldom asked for.
 */
#include "formats/mesh/ply.h"
#include "formats/mesh/ply_text.h"

static void begin_rows(const struct uvp_ply *ply, const struct uvp_ply_element *element,
                       struct uvp_stop *stop, struct uvp_ply_cursor *cursor)
{
    uvp_ply_cursor_init(cursor, ply->bytes, &ply->header, ply->flow, stop);
    cursor->at = ply->bytes.data + element->begin;
    cursor->next_poll = cursor->at;
}

static enum uvp_code read_uv(const struct uvp_ply_cursor *cursor, const unsigned char *at,
                             const unsigned char *end, uint8_t type, float *value,
                             struct uvp_error *err)
{
    if (cursor->encoding != UVP_PLY_ASCII) {
        *value = (float)uvp_ply_load_number(at, type, cursor->encoding == UVP_PLY_BIG);
        return UVP_OK;
    }
    if (!uvp_ply_text_float(at, end, value)) {
        return uvp_ply_fail(cursor, UVP_BAD_DATA, at, "texture coordinate is not a number",
                            err);
    }
    return UVP_OK;
}

/* ---- UVs of the vertices ---- */

static enum uvp_code read_vertex_uvs(const struct uvp_ply *ply, struct uvp_arena *arena,
                                     struct uvp_stop *stop, struct uvp_mesh *mesh,
                                     struct uvp_error *err)
{
    float *const uv = UVP_ARENA_ARRAY(arena, float, (size_t)2 * mesh->vertex_count);
    struct uvp_ply_cursor cursor;
    struct uvp_ply_row row;

    if (uv == NULL) {
        return uvp_fail_memory(err, (size_t)8 * mesh->vertex_count);
    }
    begin_rows(ply, ply->vertex, stop, &cursor);
    for (uint32_t i = 0; i < mesh->vertex_count; i++) {
        UVP_TRY(uvp_ply_row_next(&cursor, ply->vertex, &row, err));
        for (size_t k = 0; k < 2; k++) {
            const struct uvp_ply_field *const field = &row.fields[UVP_PLY_U + k];
            UVP_TRY(read_uv(&cursor, field->at, field->end, ply->roles[UVP_PLY_U + k]->type,
                            &uv[2 * (size_t)i + k], err));
        }
    }
    mesh->old_uv = uv;
    mesh->old_uv_count = mesh->vertex_count;
    mesh->corner_uv = mesh->corner_vertex;
    return UVP_OK;
}

/* ---- UVs of the corners ---- */

static enum uvp_code read_list(const struct uvp_ply_cursor *cursor,
                               const struct uvp_ply_field *list, uint8_t type, float *to,
                               struct uvp_error *err)
{
    const uint32_t bytes = uvp_ply_type_bytes(type);
    const unsigned char *at = list->items;

    for (uint64_t i = 0; i < list->count; i++) {
        const unsigned char *end = at + bytes;

        if (cursor->encoding == UVP_PLY_ASCII) {
            at = uvp_ply_text_next(at, list->end);
            end = uvp_ply_text_word_end(at, list->end);
        }
        UVP_TRY(read_uv(cursor, at, end, type, &to[i], err));
        at = end;
    }
    return UVP_OK;
}

static enum uvp_code read_wedges(const struct uvp_ply *ply, struct uvp_stop *stop,
                                 const struct uvp_mesh *mesh, float *uv, uint32_t *corner_uv,
                                 struct uvp_error *err)
{
    struct uvp_ply_cursor cursor;
    struct uvp_ply_row row;

    begin_rows(ply, ply->face, stop, &cursor);
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        const uint32_t first = mesh->corner_start[p];
        const uint32_t corners = mesh->corner_start[p + 1] - first;
        const struct uvp_ply_field *const list = &row.fields[UVP_PLY_TEXCOORD];
        bool fits;

        UVP_TRY(uvp_ply_row_next(&cursor, ply->face, &row, err));
        fits = list->count == 2 * (uint64_t)corners;
        if (fits) {
            UVP_TRY(read_list(&cursor, list, ply->roles[UVP_PLY_TEXCOORD]->type,
                              uv + 2 * (size_t)first, err));
        } else {
            memset(uv + 2 * (size_t)first, 0, (size_t)8 * corners);
        }
        for (uint32_t c = first; c < first + corners; c++) {
            corner_uv[c] = fits ? c : UVP_MESH_NO_UV;
        }
    }
    return UVP_OK;
}

static enum uvp_code read_corner_uvs(const struct uvp_ply *ply, struct uvp_arena *arena,
                                     struct uvp_stop *stop, struct uvp_mesh *mesh,
                                     struct uvp_error *err)
{
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];
    float *const uv = UVP_ARENA_ARRAY(arena, float, (size_t)2 * corners);
    uint32_t *const corner_uv = UVP_ARENA_ARRAY(arena, uint32_t, corners);

    if (uv == NULL || corner_uv == NULL) {
        return uvp_fail_memory(err, (size_t)12 * corners);
    }
    UVP_TRY(read_wedges(ply, stop, mesh, uv, corner_uv, err));
    mesh->old_uv = uv;
    mesh->old_uv_count = corners;
    mesh->corner_uv = corner_uv;
    return UVP_OK;
}

enum uvp_code uvp_ply_old_uvs_read(const struct uvp_ply *ply, struct uvp_arena *arena,
                                   struct uvp_stop *stop, struct uvp_mesh *mesh,
                                   struct uvp_error *err)
{
    return ply->has_wedges ? read_corner_uvs(ply, arena, stop, mesh, err)
                           : read_vertex_uvs(ply, arena, stop, mesh, err);
}

/* ---- materials ---- */

enum uvp_code uvp_ply_groups_read(const struct uvp_ply *ply, struct uvp_arena *arena,
                                  struct uvp_stop *stop, struct uvp_mesh *mesh,
                                  struct uvp_error *err)
{
    const uint8_t type = ply->roles[UVP_PLY_MATERIAL]->type;
    uint32_t *const group = UVP_ARENA_ARRAY(arena, uint32_t, mesh->polygon_count);
    struct uvp_ply_cursor cursor;
    struct uvp_ply_row row;
    const struct uvp_ply_field *const field = &row.fields[UVP_PLY_MATERIAL];

    if (group == NULL) {
        return uvp_fail_memory(err, (size_t)4 * mesh->polygon_count);
    }
    begin_rows(ply, ply->face, stop, &cursor);
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        int64_t number = 0;

        UVP_TRY(uvp_ply_row_next(&cursor, ply->face, &row, err));
        if (cursor.encoding != UVP_PLY_ASCII) {
            number = uvp_ply_load_integer(field->at, type, cursor.encoding == UVP_PLY_BIG);
        } else if (!uvp_ply_text_whole(field->at, field->end, &number)) {
            return uvp_ply_fail(&cursor, UVP_BAD_DATA, field->at, "material is no number", err);
        }
        group[p] = (uint32_t)number;
    }
    mesh->polygon_group = group;
    return UVP_OK;
}
