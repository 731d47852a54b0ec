/*
 * PLY in text and in both byte orders, by "The PLY Polygon File Format" (G. Turk, 1994) and by
 * what programs write since.
 *
 * Elements are read in the order of the file: faces may come before the vertices they use. All
 * of them are walked, also those that mean nothing here, so that a file that was cut is told
 * from a whole one. What follows the last row is left alone.
 */
#include "formats/mesh/ply.h"

static enum uvp_probe probe(struct uvp_span head, bool whole)
{
    (void)whole;
    return uvp_ply_header_begins(head) ? UVP_PROBE_YES : UVP_PROBE_NO;
}

static enum uvp_code read_elements(struct uvp_ply *ply, struct uvp_ply_cursor *cursor,
                                   const struct uvp_mesh_options *options,
                                   struct uvp_arena *arena, struct uvp_mesh *mesh,
                                   struct uvp_error *err)
{
    for (uint32_t i = 0; i < ply->header.element_count; i++) {
        struct uvp_ply_element *const element = &ply->header.elements[i];

        UVP_TRY(uvp_ply_cursor_enter(cursor, element, err));
        if (element == ply->vertex) {
            UVP_TRY(uvp_ply_vertices_read(ply, cursor, arena, mesh, err));
        } else if (element == ply->face) {
            UVP_TRY(uvp_ply_faces_read(ply, cursor, options, arena, mesh, err));
        } else {
            UVP_TRY(uvp_ply_rows_skip(cursor, element, element->count, err));
        }
    }
    return UVP_OK;
}

/* Rows that need a line each when text is read by lines. */
static uint64_t count_rows(const struct uvp_ply_header *header)
{
    uint64_t rows = 0;

    for (uint32_t i = 0; i < header->element_count; i++) {
        const struct uvp_ply_element *const element = &header->elements[i];

        if (element->property_count != 0) {
            rows = element->count > UINT64_MAX - rows ? UINT64_MAX : rows + element->count;
        }
    }
    return rows;
}

/*
 * Reading by lines may fail on other grounds before a line is too short; but fewer lines than
 * rows can only be a flow. What the encoder makes of a flow is told by this.
 */
static enum uvp_code has_few_lines(const struct uvp_ply *ply, struct uvp_stop *stop, bool *few,
                                   struct uvp_error *err)
{
    const uint64_t rows = count_rows(&ply->header);
    const unsigned char *const end = ply->bytes.data + ply->bytes.bytes;
    const unsigned char *at = ply->bytes.data + ply->header.bytes;
    uint64_t lines = 0;
    bool blank = true;

    for (; at < end && lines < rows; at++) {
        if (*at == '\n' || *at == '\r') {
            blank = true;
        } else if (blank && *at > ' ') {
            blank = false;
            lines++;
        }
        if ((end - at) % UVP_PLY_POLL_BYTES == 0) {
            UVP_TRY(uvp_stop_poll(stop, err));
        }
    }
    *few = lines < rows;
    return UVP_OK;
}

/* Text is read by lines; when that cannot be, all of it once more as a flow of words. */
static enum uvp_code read_body(struct uvp_ply *ply, const struct uvp_mesh_options *options,
                               struct uvp_arena *arena, struct uvp_stop *stop,
                               struct uvp_mesh *mesh, struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(arena);
    struct uvp_ply_cursor cursor;
    struct uvp_error first = {0};
    enum uvp_code code;
    bool retry;

    ply->flow = false;
    uvp_ply_cursor_init(&cursor, ply->bytes, &ply->header, false, stop);
    code = read_elements(ply, &cursor, options, arena, mesh, &first);
    retry = code == UVP_BAD_DATA && cursor.was_short;
    if (code == UVP_BAD_DATA && !retry && ply->header.encoding == UVP_PLY_ASCII) {
        UVP_TRY(has_few_lines(ply, stop, &retry, err));
    }
    if (retry) {
        uvp_arena_rewind(arena, mark);
        ply->flow = true;
        uvp_ply_cursor_init(&cursor, ply->bytes, &ply->header, true, stop);
        return read_elements(ply, &cursor, options, arena, mesh, err);
    }
    if (code != UVP_OK && err != NULL && err->code == UVP_OK) {
        *err = first;
    }
    return code;
}

static enum uvp_code read_more(const struct uvp_ply *ply,
                               const struct uvp_mesh_options *options, struct uvp_arena *arena,
                               struct uvp_stop *stop, struct uvp_mesh *mesh,
                               struct uvp_error *err)
{
    mesh->has_uvs = ply->has_wedges || ply->roles[UVP_PLY_U] != NULL;
    if (options->wants_uvs && mesh->has_uvs) {
        UVP_TRY(uvp_ply_old_uvs_read(ply, arena, stop, mesh, err));
    }
    if (options->wants_groups && ply->roles[UVP_PLY_MATERIAL] != NULL) {
        UVP_TRY(uvp_ply_groups_read(ply, arena, stop, mesh, err));
    }
    return UVP_OK;
}

static enum uvp_code decode(const struct uvp_mesh_source *source,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err)
{
    struct uvp_mesh *const mesh = uvp_model_single(model, arena);
    struct uvp_ply *const ply = uvp_arena_take_zeroed(arena, 1, sizeof *ply);
    const struct uvp_mesh_options filled = uvp_mesh_options_filled(options);

    if (mesh == NULL || ply == NULL) {
        return uvp_fail_memory(err, sizeof *mesh + sizeof *ply);
    }
    ply->bytes = source->bytes;
    UVP_TRY(uvp_ply_header_read(source->bytes, arena, stop, &ply->header, err));
    UVP_TRY(uvp_ply_plan(ply, &filled, err));
    UVP_TRY(read_body(ply, &filled, arena, stop, mesh, err));
    if (mesh->corner_start[mesh->polygon_count] == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "no faces with corners");
    }
    UVP_TRY(read_more(ply, &filled, arena, stop, mesh, err));
    model->format_private = ply;
    return UVP_OK;
}

/*
 * A byte of body gives at most 4 of positions and corners, and about as many when vertices are
 * split; common files stay below the half of that, and their output below twice the input.
 */
static size_t cost_bound(size_t bytes)
{
    const size_t fixed = (size_t)64 << 10;

    return bytes > (SIZE_MAX - fixed) / 12 ? SIZE_MAX : 12 * bytes + fixed;
}

static const char *const suffixes[] = {".ply", NULL};

const struct uvp_format uvp_format_ply = {
    .name = "ply",
    .suffixes = suffixes,
    .probe = probe,
    .decode = decode,
    .encode = uvp_ply_encode,
    .cost_bound = cost_bound,
};
