/*
 * The input with UVs in it, in the convention the file has, else in the one that is asked for:
 * two floats a vertex, or a list a face. Where vertices have the UVs, those at seams get copies
 * behind the last one, and the faces' indices are changed in place.
 *
 * The size of the output is bounded before the first byte is written, so that writing needs no
 * further checks of room.
 */
#include "formats/mesh/ply_fast.h"
#include "formats/mesh/ply_write.h"
#include "formats/mesh/text.h"

#define CORNERS_PER_POLL UINT32_C(65536)
#define SKIMMED_WORDS_MAX 24
#define NOTE_WIDENED "face indices have a wider type now, for the vertices that seams added"

/* ---- what is written ---- */

static bool is_free(const struct uvp_ply *ply, const struct uvp_ply_element *element,
                    const char *name)
{
    return uvp_ply_property_find(ply->bytes, element, name) == NULL;
}

static enum uvp_code choose_names(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    static const char *const names[][2] = {{"s", "t"}, {"u", "v"}, {"texture_u", "texture_v"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (is_free(writing->ply, writing->ply->vertex, names[i][0]) &&
            is_free(writing->ply, writing->ply->vertex, names[i][1])) {
            writing->u_name = names[i][0];
            writing->v_name = names[i][1];
            return UVP_OK;
        }
    }
    return uvp_fail(err, UVP_UNSUPPORTED, 0, "all names for UVs of vertices are taken");
}

/* What the file has is kept; lists that fit no face count only when they are to be replaced. */
static enum uvp_code choose(struct uvp_ply_writing *writing,
                            const struct uvp_mesh_options *options, struct uvp_error *err)
{
    const struct uvp_ply *const ply = writing->ply;
    const bool has_list = ply->roles[UVP_PLY_TEXCOORD] != NULL;
    const bool replaces = options != NULL && options->existing == UVP_EXISTING_REPLACE;

    writing->has_vertex_uvs = ply->roles[UVP_PLY_U] != NULL;
    writing->has_wedges = has_list && (ply->has_wedges || replaces);
    if (writing->has_vertex_uvs || writing->has_wedges) {
        return UVP_OK;
    }
    if (options == NULL || options->ply_uv == UVP_PLY_VERTEX) {
        writing->has_vertex_uvs = true;
        writing->adds_vertex_uvs = true;
        return choose_names(writing, err);
    }
    writing->has_wedges = true;
    writing->adds_wedges = !has_list;
    if (!has_list && !is_free(ply, ply->face, "texcoord")) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0,
                        "texcoord of the faces is there, and no list of floats");
    }
    return UVP_OK;
}

/* ---- types ---- */

static uint64_t greatest_of(uint8_t type)
{
    static const uint64_t greatest[] = {INT8_MAX,          UINT8_MAX,        INT16_MAX,
                                        UINT16_MAX,        INT32_MAX,        UINT32_MAX,
                                        UINT64_C(1) << 24, UINT64_C(1) << 53};

    return greatest[type];
}

static void choose_index_type(struct uvp_ply_writing *writing)
{
    const uint8_t type = writing->ply->roles[UVP_PLY_INDICES]->type;
    const uint64_t vertices =
        (uint64_t)writing->split.vertex_count + writing->split.added_count;

    writing->index_type = type;
    if (writing->split.added_count != 0 && vertices - 1 > greatest_of(type)) {
        writing->index_type = uvp_ply_type_is_float(type) ? UVP_PLY_F64 : UVP_PLY_I32;
    }
}

/* Splitting looks at this by itself. */
static enum uvp_code check_corners(const struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_mesh_uvs *const uvs = writing->uvs;
    const uint32_t corners = writing->mesh->corner_start[writing->mesh->polygon_count];

    for (uint32_t c = 0; c < corners; c++) {
        if (c % CORNERS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(writing->cursor.stop, err));
        }
        if (uvs->corner_uv[c] >= uvs->uv_count) {
            return uvp_fail(err, UVP_BUG, c, "UV %u of %u", uvs->corner_uv[c], uvs->uv_count);
        }
    }
    return UVP_OK;
}

static enum uvp_code choose_wedge_types(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    static const uint8_t types[] = {UVP_PLY_U8, UVP_PLY_U16, UVP_PLY_U32};
    const struct uvp_ply_property *const old = writing->ply->roles[UVP_PLY_TEXCOORD];
    const struct uvp_mesh *const mesh = writing->mesh;
    uint32_t most = 0;
    size_t i = 0;

    if (!writing->has_wedges) {
        return UVP_OK;
    }
    UVP_TRY(check_corners(writing, err));
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        const uint32_t corners = mesh->corner_start[p + 1] - mesh->corner_start[p];

        if (p % CORNERS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(writing->cursor.stop, err));
        }
        most = corners > most ? corners : most;
    }
    while (2 * (uint64_t)most > greatest_of(types[i])) {
        i++;
    }
    writing->wedge_count_type = types[i];
    writing->wedge_type = UVP_PLY_F32;
    if (old != NULL) {
        writing->wedge_type = old->type;
        if (2 * (uint64_t)most <= greatest_of(old->count_type)) {
            writing->wedge_count_type = old->count_type;
        }
    }
    return UVP_OK;
}

/* ---- size ---- */

static size_t count_digits(uint64_t value)
{
    size_t digits = 1;

    for (; value >= 10; value /= 10) {
        digits++;
    }
    return digits;
}

static enum uvp_code find_longest_uv(const struct uvp_ply_writing *writing, size_t *longest,
                                     struct uvp_error *err)
{
    const struct uvp_mesh_uvs *const uvs = writing->uvs;

    *longest = 1;
    for (size_t i = 0; i < (size_t)2 * uvs->uv_count; i++) {
        const size_t bytes = uvp_text_unit_bound(uvs->uv[i]);

        if (i % CORNERS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(writing->cursor.stop, err));
        }
        *longest = bytes > *longest ? bytes : *longest;
    }
    return UVP_OK;
}

static enum uvp_code count_changes(const struct uvp_ply_writing *writing, size_t *changes,
                                   struct uvp_error *err)
{
    const uint32_t *const was = writing->mesh->corner_vertex;
    const uint32_t *const is = writing->split.corner_vertex;
    const uint32_t corners = writing->mesh->corner_start[writing->mesh->polygon_count];

    *changes = 0;
    for (uint32_t c = 0; writing->split.added_count != 0 && c < corners;) {
        const uint32_t end = corners - c < CORNERS_PER_POLL ? corners : c + CORNERS_PER_POLL;

        UVP_TRY(uvp_stop_poll(writing->cursor.stop, err));
        for (; c < end; c++) {
            *changes += was[c] != is[c];
        }
    }
    return UVP_OK;
}

/* All terms are products of counts below 2^32 and small numbers: no overflow in 64 bits. */
static enum uvp_code bound_output(const struct uvp_ply_writing *writing, size_t *bound,
                                  struct uvp_error *err)
{
    const struct uvp_ply *const ply = writing->ply;
    const struct uvp_mesh *const mesh = writing->mesh;
    const bool is_text = uvp_ply_writing_is_text(writing);
    const size_t corners = mesh->corner_start[mesh->polygon_count];
    const size_t rows = (size_t)writing->split.vertex_count + writing->split.added_count;
    size_t more = UVP_PLY_HEADER_MORE + UVP_PLY_COPY_STEP;
    size_t uv_bytes = 8;
    size_t changes;

    if (is_text) {
        UVP_TRY(find_longest_uv(writing, &uv_bytes, err));
        uv_bytes++; /* the blank before it */
    }
    UVP_TRY(count_changes(writing, &changes, err));
    if (writing->has_vertex_uvs) {
        more += writing->copies_bytes + 2 * uv_bytes * rows + 2 * writing->split.added_count;
    }
    if (is_text) {
        more += changes * count_digits(rows);
    } else if (writing->index_type != ply->roles[UVP_PLY_INDICES]->type) {
        more += corners * uvp_ply_type_bytes(writing->index_type);
    }
    if (writing->has_wedges) {
        more += (size_t)mesh->polygon_count * (UVP_TEXT_COUNT_BYTES + 1);
        more += 2 * uv_bytes * corners;
    }
    if (!uvp_size_add(ply->bytes.bytes, more, bound)) {
        return uvp_fail_memory(err, SIZE_MAX);
    }
    return UVP_OK;
}

/* ---- what rows of both kinds need ---- */

bool uvp_ply_row_skim(struct uvp_ply_writing *writing, uint64_t words, struct uvp_ply_row *row)
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

static unsigned char *store_float(unsigned char *to, float value, bool is_big)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    for (unsigned i = 0; i < 4; i++) {
        to[i] = (unsigned char)(bits >> (is_big ? 24 - 8 * i : 8 * i));
    }
    return to + 4;
}

unsigned char *uvp_ply_uv_write(const struct uvp_ply_writing *writing, unsigned char *to,
                                float value, uint8_t type)
{
    const bool is_big = uvp_ply_writing_is_big(writing);

    if (uvp_ply_writing_is_text(writing)) {
        return uvp_text_write_unit(to, value);
    }
    if (type != UVP_PLY_F32) {
        return uvp_ply_store_number(to, (double)value, type, is_big);
    }
    return is_big ? store_float(to, value, true) : store_float(to, value, false);
}

/* ---- the whole ---- */

static enum uvp_code prepare(struct uvp_ply_writing *writing,
                             const struct uvp_mesh_options *options, struct uvp_arena *arena,
                             struct uvp_stop *stop, struct uvp_error *err)
{
    UVP_TRY(choose(writing, options, err));
    if (writing->has_vertex_uvs) {
        UVP_TRY(uvp_split_make(writing->mesh, writing->uvs, arena, stop, &writing->split, err));
    }
    choose_index_type(writing);
    UVP_TRY(choose_wedge_types(writing, err));
    return uvp_ply_copies_find(writing, arena, err);
}

static enum uvp_code write_all(struct uvp_ply_writing *writing, struct uvp_error *err)
{
    const struct uvp_ply *const ply = writing->ply;

    uvp_ply_header_write(writing);
    for (uint32_t i = 0; i < ply->header.element_count; i++) {
        const struct uvp_ply_element *const element = &ply->header.elements[i];

        if (element == ply->vertex) {
            UVP_TRY(uvp_ply_vertices_write(writing, err));
        } else if (element == ply->face) {
            UVP_TRY(uvp_ply_faces_write(writing, err));
        }
    }
    uvp_ply_writing_copy(writing, writing->cursor.end);
    return UVP_OK;
}

enum uvp_code uvp_ply_encode(const struct uvp_mesh_source *source,
                             const struct uvp_model *model, const struct uvp_mesh_uvs *uvs,
                             const struct uvp_mesh_options *options, struct uvp_arena *arena,
                             struct uvp_stop *stop, struct uvp_product *product,
                             struct uvp_error *err)
{
    const struct uvp_ply *const ply = model->format_private;
    struct uvp_buf *const out = product->body;
    struct uvp_ply_writing writing = {.ply = ply, .mesh = model->meshes, .uvs = uvs};
    size_t bound;

    (void)source; /* the same bytes as when it was decoded */
    if (uvs->uv == NULL) {
        return UVP_OK; /* the only mesh there is stays as it is */
    }
    uvp_ply_cursor_init(&writing.cursor, ply->bytes, &ply->header, ply->flow, stop);
    writing.from = ply->bytes.data;
    UVP_TRY(prepare(&writing, options, arena, stop, err));
    UVP_TRY(bound_output(&writing, &bound, err));
    UVP_TRY(uvp_buf_reserve_exact(out, bound, err));
    writing.to = out->data + out->bytes;
    UVP_TRY(write_all(&writing, err));
    out->bytes = (size_t)(writing.to - out->data);
    product->rewritten = true;
    if (writing.index_type != ply->roles[UVP_PLY_INDICES]->type) {
        product->note = NOTE_WIDENED;
    }
    return UVP_OK;
}
