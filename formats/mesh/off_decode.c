/*
 * What an OFF file holds as a mesh. Lines go through the scanner of text_scan.h in blocks; what
 * it leaves, and all vertices whose further columns matter, is read by off_read.c.
 */
#include "formats/mesh/far.h"
#include "formats/mesh/off.h"
#include "formats/mesh/text.h"

#define ROWS_PER_BLOCK UINT32_C(1024)
#define SCANNED_CORNERS 16U /* of a face, at most */
#define NOTE_MORE "colours and normals are not in the new file"

struct reading {
    struct uvp_cursor cursor;
    struct uvp_off_notes *notes;
    struct uvp_mesh_options options; /* zeros replaced */
    struct uvp_far_box box;
    float *positions;
    float *uvs; /* NULL: not asked for */
    uint32_t *corner_start;
    uint32_t *corner_vertex;
    uint32_t vertices;
    uint32_t faces;
    uint32_t corners; /* so far */
    uint32_t corner_room;
    bool has_face_colours; /* of those that were looked at: the first one is */
    const struct uvp_text_scanner *scanner;
};

/* ---- vertices ---- */

static void note_columns(struct uvp_off_notes *notes, const struct uvp_off_vertex *vertex,
                         bool is_first)
{
    const uint32_t columns = vertex->is_spread ? UVP_OFF_COLUMNS_MIXED : vertex->columns;

    if (is_first) {
        notes->columns = columns;
    } else if (columns != notes->columns) {
        notes->columns = UVP_OFF_COLUMNS_MIXED;
    }
}

static void recentre(const struct reading *reading, const struct uvp_off_vertex *vertex,
                     float position[3])
{
    for (int i = 0; i < 3; i++) {
        const double value = uvp_far_read(vertex->at[i], reading->cursor.end, position[i]);
        position[i] = (float)(value - (double)reading->notes->origin[i]);
    }
}

static enum uvp_code read_uv(struct reading *reading, const struct uvp_off_vertex *vertex,
                             uint32_t number, struct uvp_error *err)
{
    const unsigned char *at = vertex->uv;
    const unsigned char *const end = reading->cursor.end;

    for (int i = 0; i < 2; i++) {
        float *const to = &reading->uvs[(size_t)2 * number + (size_t)i];
        at = at == NULL ? NULL : uvp_text_read_float(at, end, to);
        if (at == NULL || !uvp_off_is_end(at, end)) {
            return uvp_cursor_fail(&reading->cursor, UVP_BAD_DATA,
                                   "vertex without texture coordinates", err);
        }
        while (at < end && *at <= ' ') {
            at++;
        }
    }
    return UVP_OK;
}

static enum uvp_code read_vertex(struct reading *reading, uint32_t number,
                                 struct uvp_error *err)
{
    float *const position = reading->positions + (size_t)3 * number;
    struct uvp_off_vertex vertex;

    UVP_TRY(uvp_off_read_vertex(&reading->cursor, position, &vertex, err));
    note_columns(reading->notes, &vertex, number == 0);
    if (reading->uvs != NULL) {
        UVP_TRY(read_uv(reading, &vertex, number, err));
    }
    if (reading->notes->is_far) {
        recentre(reading, &vertex, position);
    }
    return UVP_OK;
}

/* A scanner begins at the begin of a line. */
static void pass_eol(struct uvp_cursor *cursor)
{
    const bool pair = cursor->end - cursor->at >= 2 && memcmp(cursor->at, "\r\n", 2) == 0;

    if (cursor->at < cursor->end && uvp_cursor_is_eol(*cursor->at)) {
        cursor->at += pair ? 2 : 1;
    }
}

/* Scanners do not look at columns behind the position. */
static bool can_scan_vertices(const struct reading *reading)
{
    return !reading->notes->is_far && !reading->notes->header.has_uvs &&
           reading->options.off != UVP_ROOMLESS_STOFF;
}

static uint32_t scan_vertices(struct reading *reading, uint32_t from, uint32_t count)
{
    struct uvp_cursor *const cursor = &reading->cursor;
    struct uvp_text text;
    size_t done;

    pass_eol(cursor);
    text = (struct uvp_text){cursor->begin, cursor->at, cursor->end};
    done = reading->scanner->rows(&text, 3, count, reading->positions + (size_t)3 * from);
    cursor->at = text.at;
    return (uint32_t)done;
}

/* Vertices from `from` to `end`: in one go, but for those the scanner leaves. */
static enum uvp_code read_block(struct reading *reading, uint32_t from, uint32_t end,
                                struct uvp_error *err)
{
    const bool scans = can_scan_vertices(reading);

    for (uint32_t v = from; v < end;) {
        v += scans ? scan_vertices(reading, v, end - v) : 0;
        UVP_TRY(uvp_cursor_poll(&reading->cursor, err));
        if (v < end) {
            UVP_TRY(read_vertex(reading, v++, err));
        }
    }
    uvp_far_box_extend(&reading->box, reading->positions + (size_t)3 * from, end - from);
    return UVP_OK;
}

static enum uvp_code read_vertices(struct reading *reading, struct uvp_error *err)
{
    for (uint32_t v = 0; v < reading->vertices;) {
        const uint32_t left = reading->vertices - v;
        const uint32_t end = v + (left < ROWS_PER_BLOCK ? left : ROWS_PER_BLOCK);
        UVP_TRY(read_block(reading, v, end, err));
        v = end;
    }
    return UVP_OK;
}

/* Once; and when they are far from the origin, once more. */
static enum uvp_code read_positions(struct reading *reading, struct uvp_error *err)
{
    struct uvp_off_notes *const notes = reading->notes;

    uvp_far_box_init(&reading->box);
    UVP_TRY(read_vertices(reading, err));
    if (!uvp_far_box_middle(&reading->box, notes->origin)) {
        return UVP_OK;
    }
    notes->is_far = true;
    reading->cursor.at = reading->cursor.begin + notes->header.vertices_at;
    reading->cursor.next_poll = reading->cursor.at;
    return read_vertices(reading, err);
}

/* ---- faces ---- */

/* Colours of any kind go to the line's end. */
static enum uvp_code pass_colours(struct reading *reading, struct uvp_error *err)
{
    struct uvp_cursor *const cursor = &reading->cursor;

    while (cursor->at < cursor->next_poll && (*cursor->at == ' ' || *cursor->at == '\t')) {
        cursor->at++;
    }
    if (cursor->at < cursor->end && uvp_cursor_is_eol(*cursor->at)) {
        return UVP_OK;
    }
    reading->has_face_colours |= !uvp_off_is_end(cursor->at, cursor->end);
    return uvp_cursor_seek_eol(cursor, err);
}

static enum uvp_code fail_index(const struct reading *reading, uint32_t index,
                                struct uvp_error *err)
{
    const uint64_t line = uvp_cursor_line(&reading->cursor, reading->cursor.at);

    return uvp_fail(err, UVP_BAD_DATA, line, "line %llu: index %u of %u vertices",
                    (unsigned long long)line, index, reading->vertices);
}

static enum uvp_code check_size(const struct reading *reading, uint32_t corners,
                                struct uvp_error *err)
{
    const struct uvp_cursor *const cursor = &reading->cursor;

    if (corners > reading->options.polygon_corners) {
        return uvp_cursor_fail(cursor, UVP_LIMIT, "face with too many corners", err);
    }
    if (corners > reading->options.corners - reading->corners) {
        return uvp_cursor_fail(cursor, UVP_LIMIT, "too many face corners", err);
    }
    if (corners > reading->corner_room - reading->corners) {
        return uvp_cursor_fail(cursor, UVP_BAD_DATA, "face with more corners than the file has",
                               err);
    }
    return UVP_OK;
}

static enum uvp_code read_face(struct reading *reading, uint32_t face, struct uvp_error *err)
{
    const unsigned char *begin;
    uint32_t corners;

    UVP_TRY(uvp_off_read_number(&reading->cursor, &corners, &begin, err));
    UVP_TRY(check_size(reading, corners, err));
    for (uint32_t i = 0; i < corners; i++) {
        uint32_t *const vertex = &reading->corner_vertex[reading->corners];
        UVP_TRY(uvp_off_read_number(&reading->cursor, vertex, &begin, err));
        if (*vertex >= reading->vertices) {
            return fail_index(reading, *vertex, err);
        }
        reading->corners++;
    }
    reading->corner_start[face + 1] = reading->corners;
    return pass_colours(reading, err);
}

/* Each corner is a digit and a gap, so the bytes left bound them all. */
static enum uvp_code take_faces(struct reading *reading, struct uvp_arena *arena,
                                struct uvp_error *err)
{
    const size_t most = reading->options.corners;
    size_t possible;

    UVP_TRY(uvp_cursor_skip_gaps(&reading->cursor, true, err));
    possible = (size_t)(reading->cursor.end - reading->cursor.at) / 2 + 1;
    reading->corner_room = (uint32_t)(possible < most ? possible : most);
    reading->corner_start = UVP_ARENA_ARRAY(arena, uint32_t, (size_t)reading->faces + 1);
    reading->corner_vertex = UVP_ARENA_ARRAY(arena, uint32_t, reading->corner_room);
    if (reading->corner_start == NULL || reading->corner_vertex == NULL) {
        return uvp_fail_memory(err, 4 * ((size_t)reading->faces + reading->corner_room));
    }
    reading->corner_start[0] = 0;
    return UVP_OK;
}

static uint32_t scan_faces(struct reading *reading, uint32_t from, uint32_t count)
{
    struct uvp_cursor *const cursor = &reading->cursor;
    struct uvp_text_faces faces = {
        .corner_start = reading->corner_start,
        .corner_vertex = reading->corner_vertex,
        .polygons = from,
        .corners = reading->corners,
        .polygon_room = from + count,
        .corner_room = reading->corner_room,
        .vertices = reading->vertices,
    };
    struct uvp_text text;

    pass_eol(cursor);
    text = (struct uvp_text){cursor->begin, cursor->at, cursor->end};
    (void)reading->scanner->faces(&text, count, &faces);
    cursor->at = text.at;
    reading->corners = faces.corners;
    return faces.polygons - from;
}

/* The first is looked at byte by byte, for its colours. */
static enum uvp_code read_faces(struct reading *reading, struct uvp_arena *arena,
                                struct uvp_error *err)
{
    const bool scans = reading->options.polygon_corners >= SCANNED_CORNERS;

    UVP_TRY(take_faces(reading, arena, err));
    for (uint32_t f = 0; f < reading->faces;) {
        const uint32_t left = reading->faces - f;
        const uint32_t block = left < ROWS_PER_BLOCK ? left : ROWS_PER_BLOCK;
        const uint32_t done = scans && f != 0 ? scan_faces(reading, f, block) : 0;
        UVP_TRY(uvp_cursor_poll(&reading->cursor, err));
        f += done;
        if (done < block) {
            UVP_TRY(read_face(reading, f++, err));
        }
    }
    return reading->corners != 0 ? UVP_OK : uvp_fail(err, UVP_UNSUPPORTED, 0, "no faces");
}

/* ---- the whole ---- */

static enum uvp_code begin_arrays(struct reading *reading, struct uvp_arena *arena,
                                  struct uvp_error *err)
{
    const struct uvp_off_header *const header = &reading->notes->header;

    if (header->faces == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "no faces");
    }
    if (header->vertices > reading->options.vertices || header->faces > UVP_MESH_COUNT_MOST) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vertices or %u faces",
                        reading->options.vertices, UVP_MESH_COUNT_MOST);
    }
    reading->vertices = (uint32_t)header->vertices;
    reading->faces = (uint32_t)header->faces;
    reading->positions = UVP_ARENA_ARRAY(arena, float, 3 * (size_t)reading->vertices);
    if (reading->positions == NULL) {
        return uvp_fail_memory(err, 12 * (size_t)reading->vertices);
    }
    if (!header->has_uvs || !reading->options.wants_uvs) {
        return UVP_OK;
    }
    reading->uvs = UVP_ARENA_ARRAY(arena, float, 2 * (size_t)reading->vertices);
    return reading->uvs != NULL ? UVP_OK : uvp_fail_memory(err, 8 * (size_t)reading->vertices);
}

static void hand_over(const struct reading *reading, struct uvp_model *model)
{
    struct uvp_mesh *const mesh = model->meshes;
    const struct uvp_off_notes *const notes = reading->notes;

    mesh->positions = reading->positions;
    mesh->vertex_count = reading->vertices;
    mesh->corner_start = reading->corner_start;
    mesh->polygon_count = reading->faces;
    mesh->corner_vertex = reading->corner_vertex;
    mesh->has_uvs = notes->header.has_uvs;
    if (reading->uvs != NULL) {
        mesh->old_uv = reading->uvs;
        mesh->old_uv_count = reading->vertices;
        mesh->corner_uv = reading->corner_vertex;
    }
    if (!mesh->has_uvs && reading->options.off != UVP_ROOMLESS_STOFF &&
        (notes->header.has_colours || notes->header.has_normals || reading->has_face_colours)) {
        model->note = NOTE_MORE;
    }
}

enum uvp_code uvp_off_decode(const struct uvp_mesh_source *source,
                             const struct uvp_mesh_options *options, enum uvp_text_level level,
                             struct uvp_arena *arena, struct uvp_stop *stop,
                             struct uvp_model *model, struct uvp_error *err)
{
    struct reading reading;

    memset(&reading, 0, sizeof reading);
    reading.options = uvp_mesh_options_filled(options);
    if (reading.options.off == UVP_ROOMLESS_PASS) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "OFF files are left alone");
    }
    reading.notes = uvp_arena_take_zeroed(arena, 1, sizeof *reading.notes);
    if (reading.notes == NULL || uvp_model_single(model, arena) == NULL) {
        return uvp_fail_memory(err, sizeof *reading.notes);
    }
    reading.scanner = uvp_text_scanner(level);
    uvp_cursor_init(&reading.cursor, source->bytes, stop);
    UVP_TRY(uvp_off_read_header(&reading.cursor, &reading.notes->header, err));
    UVP_TRY(begin_arrays(&reading, arena, err));
    UVP_TRY(read_positions(&reading, err));
    if (reading.options.off == UVP_ROOMLESS_STOFF && !uvp_off_can_hold(reading.notes)) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0,
                        "columns of the vertices are not what the keyword says");
    }
    UVP_TRY(read_faces(&reading, arena, err));
    hand_over(&reading, model);
    model->format_private = reading.notes;
    return UVP_OK;
}
