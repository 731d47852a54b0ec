/*
 * How many corners there are is not declared. The first face tells how many each might have,
 * and room is taken for as many; when that is not enough, the corners that are left are
 * counted, and larger room is taken once.
 */
#include "formats/mesh/ply.h"
#include "formats/mesh/ply_fast.h"
#include "formats/mesh/ply_text.h"
#include "formats/mesh/text_scan.h"

#define ROWS_PER_BLOCK ((size_t)4096)
#define TEXT_ROWS ((size_t)1024)
#define SCANNED_CORNERS_MAX 16 /* of a face: what a scanner may take */

struct faces {
    struct uvp_ply *ply;
    struct uvp_ply_cursor *cursor;
    const struct uvp_mesh_options *options;
    struct uvp_arena *arena;
    uint32_t *corner_start;
    uint32_t *corner_vertex;
    size_t room;
    size_t corners;    /* so far */
    uint32_t polygons; /* so far */
};

static uint32_t polygons_left(const struct faces *faces)
{
    return (uint32_t)faces->ply->face->count - faces->polygons;
}

/* ---- room ---- */

static enum uvp_code take_room(struct faces *faces, size_t room, struct uvp_error *err)
{
    uint32_t *const grown = UVP_ARENA_ARRAY(faces->arena, uint32_t, room + UVP_PLY_FAST_SLACK);

    if (grown == NULL) {
        return uvp_fail_memory(err, 4 * (room + UVP_PLY_FAST_SLACK));
    }
    if (faces->corners != 0) {
        memcpy(grown, faces->corner_vertex, 4 * faces->corners);
    }
    faces->corner_vertex = grown;
    faces->room = room;
    return UVP_OK;
}

static size_t item_bytes_min(const struct faces *faces)
{
    return faces->cursor->encoding == UVP_PLY_ASCII
               ? 2
               : uvp_ply_type_bytes(faces->ply->roles[UVP_PLY_INDICES]->type);
}

static enum uvp_code take_first_room(struct faces *faces, struct uvp_error *err)
{
    const struct uvp_ply_element *const face = faces->ply->face;
    const size_t most =
        (size_t)(faces->cursor->end - faces->cursor->at) / item_bytes_min(faces);
    struct uvp_ply_cursor ahead = *faces->cursor;
    struct uvp_ply_row row;
    struct uvp_error error = {0};
    const enum uvp_code code = uvp_ply_row_next(&ahead, face, &row, &error);
    uint64_t guess = 0;

    if (code == UVP_OK) {
        guess = row.fields[UVP_PLY_INDICES].count;
    } else if (code != UVP_BAD_DATA) {
        return uvp_fail(err, code, error.at, "%s", error.text);
    }
    guess = guess < most ? guess : most;
    guess = guess * face->count < most ? guess * face->count : most;
    return take_room(faces, guess < faces->options->corners ? (size_t)guess : 0, err);
}

/* From the row that did not fit on, which begins at `begin`. */
static enum uvp_code take_more_room(struct faces *faces, const unsigned char *begin,
                                    struct uvp_error *err)
{
    struct uvp_ply_cursor ahead = *faces->cursor;
    struct uvp_ply_row row;
    uint64_t corners = faces->corners;

    ahead.at = begin;
    ahead.next_poll = begin;
    for (uint32_t left = polygons_left(faces); left > 0; left--) {
        UVP_TRY(uvp_ply_row_next(&ahead, faces->ply->face, &row, err));
        corners += row.fields[UVP_PLY_INDICES].count;
        if (corners > faces->options->corners) {
            return uvp_fail(err, UVP_LIMIT, 0, "more than %u face corners",
                            faces->options->corners);
        }
    }
    return take_room(faces, (size_t)corners, err);
}

/* ---- one face ---- */

static enum uvp_code fail_index(const struct faces *faces, const unsigned char *at,
                                struct uvp_error *err)
{
    return uvp_ply_fail(faces->cursor, UVP_BAD_DATA, at, "index of no vertex", err);
}

static enum uvp_code read_binary_corners(struct faces *faces, const struct uvp_ply_field *list,
                                         struct uvp_error *err)
{
    const uint8_t type = faces->ply->roles[UVP_PLY_INDICES]->type;
    const uint32_t bytes = uvp_ply_type_bytes(type);
    const bool is_big = faces->cursor->encoding == UVP_PLY_BIG;
    const uint64_t vertices = faces->ply->vertex->count;
    uint32_t *const to = faces->corner_vertex + faces->corners;
    const unsigned char *at = list->items;

    for (uint64_t i = 0; i < list->count; i++, at += bytes) {
        if (uvp_ply_type_is_float(type)) {
            const double number = uvp_ply_load_number(at, type, is_big);
            if (!(number >= 0 && number < (double)vertices) ||
                number != (double)(uint32_t)number) {
                return fail_index(faces, at, err);
            }
            to[i] = (uint32_t)number;
        } else {
            const int64_t index = uvp_ply_load_integer(at, type, is_big);
            if (index < 0 || (uint64_t)index >= vertices) {
                return fail_index(faces, at, err);
            }
            to[i] = (uint32_t)index;
        }
    }
    return UVP_OK;
}

static enum uvp_code read_text_corners(struct faces *faces, const struct uvp_ply_field *list,
                                       struct uvp_error *err)
{
    const uint64_t vertices = faces->ply->vertex->count;
    uint32_t *const to = faces->corner_vertex + faces->corners;
    const unsigned char *at = list->items;

    for (uint64_t i = 0; i < list->count; i++) {
        const unsigned char *const word = uvp_ply_text_next(at, list->end);
        int64_t index;

        at = uvp_ply_text_word_end(word, list->end);
        if (!uvp_ply_text_whole(word, at, &index)) {
            return uvp_ply_fail(faces->cursor, UVP_BAD_DATA, word, "index is no whole number",
                                err);
        }
        if (index < 0 || (uint64_t)index >= vertices) {
            return fail_index(faces, word, err);
        }
        to[i] = (uint32_t)index;
    }
    return UVP_OK;
}

static enum uvp_code read_face(struct faces *faces, struct uvp_error *err)
{
    struct uvp_ply *const ply = faces->ply;
    const unsigned char *const begin = faces->cursor->at;
    struct uvp_ply_row row;
    const struct uvp_ply_field *const list = &row.fields[UVP_PLY_INDICES];

    UVP_TRY(uvp_ply_row_next(faces->cursor, ply->face, &row, err));
    if (list->count > faces->options->polygon_corners) {
        return uvp_ply_fail(faces->cursor, UVP_LIMIT, list->at, "face with too many corners",
                            err);
    }
    if (list->count > faces->room - faces->corners) {
        UVP_TRY(take_more_room(faces, begin, err));
    }
    UVP_TRY(faces->cursor->encoding == UVP_PLY_ASCII ? read_text_corners(faces, list, err)
                                                     : read_binary_corners(faces, list, err));
    if (ply->roles[UVP_PLY_TEXCOORD] != NULL && list->count > 0) {
        ply->has_wedges =
            ply->has_wedges || row.fields[UVP_PLY_TEXCOORD].count == 2 * list->count;
    }
    faces->corners += (size_t)list->count;
    faces->corner_start[++faces->polygons] = (uint32_t)faces->corners;
    return UVP_OK;
}

/* ---- many triangles ---- */

/* True when the rows have one list, of one-byte counts and four-byte indices. */
static bool find_layout(const struct faces *faces, struct uvp_ply_fast_faces *layout)
{
    const struct uvp_ply_element *const face = faces->ply->face;
    const struct uvp_ply_property *const list = faces->ply->roles[UVP_PLY_INDICES];

    if (faces->cursor->encoding == UVP_PLY_ASCII || face->list_count != 1 ||
        faces->options->polygon_corners < 4 || uvp_ply_type_bytes(list->count_type) != 1 ||
        (list->type != UVP_PLY_I32 && list->type != UVP_PLY_U32)) {
        return false;
    }
    layout->before = 0;
    for (const struct uvp_ply_property *at = face->properties; at < list; at++) {
        layout->before += uvp_ply_type_bytes(at->type);
    }
    layout->row_bytes = (size_t)face->row_bytes;
    layout->is_big = faces->cursor->encoding == UVP_PLY_BIG;
    layout->vertex_count = (uint32_t)faces->ply->vertex->count;
    return true;
}

static size_t rows_with_room(const struct faces *faces, size_t corners_each)
{
    const size_t room = (faces->room - faces->corners) / corners_each;
    const size_t left = polygons_left(faces);
    const size_t rows = room < left ? room : left;

    return rows < ROWS_PER_BLOCK ? rows : ROWS_PER_BLOCK;
}

/* As many as follow each other here, at most a block; false: fewer than a block. */
static bool read_triangles(struct faces *faces, const struct uvp_ply_fast_faces *layout)
{
    struct uvp_ply_cursor *const cursor = faces->cursor;
    const size_t rows = rows_with_room(faces, 3);
    const size_t taken = uvp_ply_fast_triangles(layout, cursor->at, cursor->end, rows,
                                                faces->corner_vertex + faces->corners);

    cursor->at += taken * (layout->row_bytes + 12);
    for (size_t i = 0; i < taken; i++) {
        faces->corner_start[faces->polygons + 1 + i] = (uint32_t)(faces->corners + 3 * i + 3);
    }
    faces->polygons += (uint32_t)taken;
    faces->corners += 3 * taken;
    return taken == rows;
}

/* Likewise, with quads among them. */
static void read_mixed(struct faces *faces, const struct uvp_ply_fast_faces *layout)
{
    struct uvp_ply_cursor *const cursor = faces->cursor;
    const size_t taken = uvp_ply_fast_mixed(
        layout, &cursor->at, cursor->end, rows_with_room(faces, 4),
        faces->corner_start + faces->polygons, faces->corner_vertex + faces->corners);

    faces->polygons += (uint32_t)taken;
    faces->corners = faces->corner_start[faces->polygons];
}

static enum uvp_code read_binary_rows(struct faces *faces, struct uvp_error *err)
{
    struct uvp_ply_fast_faces layout;
    const bool is_fast = find_layout(faces, &layout);

    while (polygons_left(faces) > 0) {
        if (is_fast) {
            if (!read_triangles(faces, &layout)) {
                read_mixed(faces, &layout);
            }
            UVP_TRY(uvp_ply_poll(faces->cursor, err));
        }
        if (polygons_left(faces) > 0) {
            UVP_TRY(read_face(faces, err));
        }
    }
    return UVP_OK;
}

/* ---- many lines ---- */

/* Rows that begin with the list, and hold as many words as they should, many at once. */
static size_t scan_rows(struct faces *faces, const struct uvp_text_scanner *scanner,
                        size_t rows)
{
    struct uvp_ply_cursor *const cursor = faces->cursor;
    const uint32_t words = faces->ply->face->property_count;
    uint32_t *const start = faces->corner_start + faces->polygons;
    struct uvp_text text = {cursor->data, cursor->at, cursor->end};
    struct uvp_text_faces to = {
        .corner_start = faces->corner_start,
        .corner_vertex = faces->corner_vertex,
        .polygons = faces->polygons,
        .corners = (uint32_t)faces->corners,
        .polygon_room = (uint32_t)faces->ply->face->count,
        .corner_room = (uint32_t)faces->room,
        .vertices = (uint32_t)faces->ply->vertex->count,
    };
    size_t done = scanner->faces(&text, rows, &to);

    if (words > 1) {
        text.at = cursor->at;
        done = uvp_ply_fast_lines(&text.at, cursor->end, words, start, done);
    }
    cursor->at = text.at;
    faces->polygons += (uint32_t)done;
    faces->corners = start[done];
    return done;
}

/* The scanner stops at the last face by itself. */
static enum uvp_code read_text_rows(struct faces *faces, struct uvp_error *err)
{
    const struct uvp_text_scanner *const scanner = uvp_text_scanner(uvp_text_level_best());
    const struct uvp_ply_element *const face = faces->ply->face;
    const bool is_fast = !faces->cursor->flow && face->list_count == 1 &&
                         face->properties == faces->ply->roles[UVP_PLY_INDICES] &&
                         faces->options->polygon_corners >= SCANNED_CORNERS_MAX;
    size_t rows = TEXT_ROWS;

    while (polygons_left(faces) > 0) {
        const size_t done = is_fast ? scan_rows(faces, scanner, rows) : 0;

        rows = done < rows ? done / 2 + 1 : 2 * rows < TEXT_ROWS ? 2 * rows : TEXT_ROWS;
        UVP_TRY(uvp_ply_poll(faces->cursor, err));
        if (done == 0) {
            UVP_TRY(read_face(faces, err));
            uvp_ply_end_line(faces->cursor);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_ply_faces_read(struct uvp_ply *ply, struct uvp_ply_cursor *cursor,
                                 const struct uvp_mesh_options *options,
                                 struct uvp_arena *arena, struct uvp_mesh *mesh,
                                 struct uvp_error *err)
{
    const size_t count = (size_t)ply->face->count;
    struct faces faces = {.ply = ply, .cursor = cursor, .options = options, .arena = arena};

    faces.corner_start = UVP_ARENA_ARRAY(arena, uint32_t, count + 1);
    if (faces.corner_start == NULL) {
        return uvp_fail_memory(err, 4 * (count + 1));
    }
    faces.corner_start[0] = 0;
    ply->has_wedges = false;
    UVP_TRY(take_first_room(&faces, err));
    UVP_TRY(cursor->encoding == UVP_PLY_ASCII ? read_text_rows(&faces, err)
                                              : read_binary_rows(&faces, err));
    mesh->corner_start = faces.corner_start;
    mesh->polygon_count = faces.polygons;
    mesh->corner_vertex = faces.corner_vertex;
    return UVP_OK;
}
