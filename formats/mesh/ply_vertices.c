/*
 * Positions are float32 in the mesh. Where the file has more digits and the model lies far from
 * the origin, as maps do, the middle of its box is taken off before rounding: shape is what is
 * unwrapped, and the file's own numbers stay as they are.
 */
#include "formats/mesh/far.h"
#include "formats/mesh/ply.h"
#include "formats/mesh/ply_fast.h"

#include "formats/mesh/ply_text.h"
#include "formats/mesh/text_scan.h"

#define FEW UINT32_C(64)
#define POINTS_PER_POLL UINT32_C(65536)
#define TEXT_ROWS ((size_t)1024) /* of text between polls */
#define COLUMNS_MAX ((size_t)16)
#define WIDE_ROWS ((size_t)64)

struct vertices {
    const struct uvp_ply *ply;
    struct uvp_ply_cursor *cursor;
    float *positions;
    float middle[3];
};

static const struct uvp_ply_property *axis_property(const struct uvp_ply *ply, int axis)
{
    return ply->roles[UVP_PLY_X + axis];
}

/* Where a property begins in a row, its element having no lists. */
static size_t offset_of(const struct uvp_ply_element *element,
                        const struct uvp_ply_property *property)
{
    size_t offset = 0;

    for (const struct uvp_ply_property *at = element->properties; at < property; at++) {
        offset += uvp_ply_type_bytes(at->type);
    }
    return offset;
}

/* ---- one row, of any kind ---- */

static enum uvp_code read_axis(const struct vertices *vertices,
                               const struct uvp_ply_field *field,
                               const struct uvp_ply_property *property, double *value,
                               struct uvp_error *err)
{
    const struct uvp_ply_cursor *const cursor = vertices->cursor;

    if (cursor->encoding != UVP_PLY_ASCII) {
        *value =
            uvp_ply_load_number(field->at, property->type, cursor->encoding == UVP_PLY_BIG);
        return UVP_OK;
    }
    if (!uvp_ply_text_double(field->at, field->end, value)) {
        return uvp_ply_fail(cursor, UVP_BAD_DATA, field->at, "coordinate is not a number", err);
    }
    return UVP_OK;
}

static enum uvp_code read_point(const struct vertices *vertices, double point[3],
                                struct uvp_error *err)
{
    const struct uvp_ply *const ply = vertices->ply;
    struct uvp_ply_row row;

    UVP_TRY(uvp_ply_row_next(vertices->cursor, ply->vertex, &row, err));
    for (int axis = 0; axis < 3; axis++) {
        const struct uvp_ply_property *const property = axis_property(ply, axis);

        point[axis] = 0;
        if (property != NULL) {
            UVP_TRY(read_axis(vertices, &row.fields[UVP_PLY_X + axis], property, &point[axis],
                              err));
        }
    }
    return UVP_OK;
}

/* ---- rows of text ---- */

static enum uvp_code read_text_point(const struct vertices *vertices, float *to,
                                     struct uvp_error *err)
{
    const struct uvp_ply *const ply = vertices->ply;
    struct uvp_ply_row row;

    UVP_TRY(uvp_ply_row_next(vertices->cursor, ply->vertex, &row, err));
    for (int axis = 0; axis < 3; axis++) {
        const struct uvp_ply_field *const field = &row.fields[UVP_PLY_X + axis];

        to[axis] = 0.0f;
        if (axis_property(ply, axis) != NULL &&
            !uvp_ply_text_float(field->at, field->end, &to[axis])) {
            return uvp_ply_fail(vertices->cursor, UVP_BAD_DATA, field->at,
                                "coordinate is not a number", err);
        }
    }
    return UVP_OK;
}

/* How many numbers a row has, when that is all it has and they are not too many; else 0. */
static uint32_t count_columns(const struct uvp_ply *ply)
{
    const uint32_t columns = ply->vertex->property_count;

    return ply->vertex->list_count == 0 && columns <= COLUMNS_MAX ? columns : 0;
}

static size_t column_of(const struct uvp_ply *ply, int axis)
{
    return (size_t)(axis_property(ply, axis) - ply->vertex->properties);
}

static bool begins_with_point(const struct uvp_ply *ply)
{
    return axis_property(ply, 2) != NULL && column_of(ply, 0) == 0 && column_of(ply, 1) == 1 &&
           column_of(ply, 2) == 2;
}

/* x, y and z of rows of any numbers. */
static size_t scan_wide_rows(const struct vertices *vertices,
                             const struct uvp_text_scanner *scanner, struct uvp_text *text,
                             uint32_t columns, size_t rows, float *to)
{
    float values[WIDE_ROWS * COLUMNS_MAX];
    const size_t done =
        scanner->rows(text, columns, rows < WIDE_ROWS ? rows : WIDE_ROWS, values);

    for (int axis = 0; axis < 3; axis++) {
        const bool is_there = axis_property(vertices->ply, axis) != NULL;
        const float *const from = values + (is_there ? column_of(vertices->ply, axis) : 0);

        for (size_t i = 0; i < done; i++) {
            to[3 * i + (size_t)axis] = is_there ? from[columns * i] : 0.0f;
        }
    }
    return done;
}

/* Rows that begin with x, y and z, and hold as many words as they should. */
static size_t scan_narrow_rows(const struct vertices *vertices,
                               const struct uvp_text_scanner *scanner, struct uvp_text *text,
                               uint32_t columns, size_t rows, float *to)
{
    const unsigned char *at = text->at;
    const size_t done = scanner->rows(text, 3, rows, to);

    if (columns == 3) {
        return done;
    }
    rows = uvp_ply_fast_lines(&at, vertices->cursor->end, columns, NULL, done);
    text->at = at;
    return rows;
}

/* Rows that are plainly numbers and lie by lines, many at once. */
static size_t scan_rows(const struct vertices *vertices, const struct uvp_text_scanner *scanner,
                        size_t rows, float *to)
{
    const struct uvp_ply *const ply = vertices->ply;
    struct uvp_ply_cursor *const cursor = vertices->cursor;
    const uint32_t columns = count_columns(ply);
    struct uvp_text text = {cursor->data, cursor->at, cursor->end};
    size_t done;

    if (cursor->flow || columns == 0) {
        return 0;
    }
    done = begins_with_point(ply)
               ? scan_narrow_rows(vertices, scanner, &text, columns, rows, to)
               : scan_wide_rows(vertices, scanner, &text, columns, rows, to);
    cursor->at = text.at;
    return done;
}

/* The more rows were plain, the more are tried at once. */
static enum uvp_code read_text(const struct vertices *vertices, struct uvp_error *err)
{
    const struct uvp_text_scanner *const scanner = uvp_text_scanner(uvp_text_level_best());
    const size_t count = (size_t)vertices->ply->vertex->count;
    size_t rows = TEXT_ROWS;
    size_t i = 0;

    while (i < count) {
        float *const to = vertices->positions + 3 * i;
        const size_t tried = rows < count - i ? rows : count - i;
        const size_t done = scan_rows(vertices, scanner, tried, to);

        rows = done < tried ? done / 2 + 1 : 2 * rows < TEXT_ROWS ? 2 * rows : TEXT_ROWS;
        i += done;
        UVP_TRY(uvp_ply_poll(vertices->cursor, err));
        if (done == 0) {
            UVP_TRY(read_text_point(vertices, to, err));
            uvp_ply_end_line(vertices->cursor);
            i++;
        }
    }
    return UVP_OK;
}

/* ---- rows of bytes ---- */

static bool are_plain_points(const struct uvp_ply *ply)
{
    for (int axis = 0; axis < 3; axis++) {
        const struct uvp_ply_property *const property = axis_property(ply, axis);

        if (property == NULL || property->type != UVP_PLY_F32 ||
            property != axis_property(ply, 0) + axis) {
            return false;
        }
    }
    return ply->vertex->list_count == 0;
}

static enum uvp_code read_plain_points(const struct vertices *vertices, struct uvp_error *err)
{
    const struct uvp_ply_element *const vertex = vertices->ply->vertex;
    struct uvp_ply_cursor *const cursor = vertices->cursor;
    const size_t stride = (size_t)vertex->row_bytes;
    const size_t offset = offset_of(vertex, axis_property(vertices->ply, 0));
    const size_t step = (size_t)UVP_PLY_POLL_BYTES / stride + 1;
    size_t count = (size_t)vertex->count;
    float *to = vertices->positions;

    if (count > (size_t)(cursor->end - cursor->at) / stride) {
        return uvp_ply_fail(cursor, UVP_BAD_DATA, cursor->end, "row beyond the end", err);
    }
    while (count > 0) {
        const size_t rows = count < step ? count : step;
        uvp_ply_fast_points(cursor->at + offset, cursor->end, stride, rows,
                            cursor->encoding == UVP_PLY_BIG, to);
        cursor->at += rows * stride;
        to += 3 * rows;
        count -= rows;
        UVP_TRY(uvp_ply_poll(cursor, err));
    }
    return UVP_OK;
}

static enum uvp_code read_any_points(const struct vertices *vertices, struct uvp_error *err)
{
    const uint32_t count = (uint32_t)vertices->ply->vertex->count;

    for (uint32_t i = 0; i < count; i++) {
        double point[3];
        UVP_TRY(read_point(vertices, point, err));
        for (int axis = 0; axis < 3; axis++) {
            vertices->positions[3 * (size_t)i + (size_t)axis] =
                (float)(point[axis] - (double)vertices->middle[axis]);
        }
    }
    return UVP_OK;
}

/* ---- far from the origin ---- */

/* float32 in, float32 out: there is nothing to be won. */
static bool has_more_digits(const struct uvp_ply *ply)
{
    for (int axis = 0; axis < 3; axis++) {
        const struct uvp_ply_property *const property = axis_property(ply, axis);

        if (property != NULL &&
            (ply->header.encoding == UVP_PLY_ASCII || property->type == UVP_PLY_F64 ||
             property->type == UVP_PLY_I32 || property->type == UVP_PLY_U32)) {
            return true;
        }
    }
    return false;
}

/* Whether the first `count` points are, and the middle of their box. */
static enum uvp_code find_middle(struct vertices *vertices, uint32_t count, bool *far,
                                 struct uvp_error *err)
{
    struct uvp_far_box box;

    uvp_far_box_init(&box);
    for (uint32_t done = 0; done < count;) {
        const uint32_t step = count - done < POINTS_PER_POLL ? count - done : POINTS_PER_POLL;

        UVP_TRY(uvp_stop_poll(vertices->cursor->stop, err));
        uvp_far_box_extend(&box, vertices->positions + (size_t)3 * done, step);
        done += step;
    }
    *far = uvp_far_box_middle(&box, vertices->middle);
    return UVP_OK;
}

static enum uvp_code read_near(struct vertices *vertices, const unsigned char *begin,
                               struct uvp_error *err)
{
    const uint32_t count = (uint32_t)vertices->ply->vertex->count;
    bool far = has_more_digits(vertices->ply);

    /* a few that are near speak for all: more points only make the box larger */
    if (far) {
        UVP_TRY(find_middle(vertices, count < FEW ? count : FEW, &far, err));
    }
    if (far) {
        UVP_TRY(find_middle(vertices, count, &far, err));
    }
    if (!far) {
        return UVP_OK;
    }
    vertices->cursor->at = begin;
    vertices->cursor->next_poll = begin;
    return read_any_points(vertices, err);
}

enum uvp_code uvp_ply_vertices_read(const struct uvp_ply *ply, struct uvp_ply_cursor *cursor,
                                    struct uvp_arena *arena, struct uvp_mesh *mesh,
                                    struct uvp_error *err)
{
    const unsigned char *const begin = cursor->at;
    const size_t floats = 3 * (size_t)ply->vertex->count + UVP_PLY_FAST_SLACK;
    struct vertices vertices = {.ply = ply, .cursor = cursor};

    vertices.positions = UVP_ARENA_ARRAY(arena, float, floats);
    if (vertices.positions == NULL) {
        return uvp_fail_memory(err, 4 * floats);
    }
    if (cursor->encoding == UVP_PLY_ASCII) {
        UVP_TRY(read_text(&vertices, err));
    } else if (are_plain_points(ply)) {
        UVP_TRY(read_plain_points(&vertices, err));
    } else {
        UVP_TRY(read_any_points(&vertices, err));
    }
    UVP_TRY(read_near(&vertices, begin, err));
    mesh->positions = vertices.positions;
    mesh->vertex_count = (uint32_t)ply->vertex->count;
    return UVP_OK;
}
