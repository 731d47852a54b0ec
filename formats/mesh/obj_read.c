#include "formats/mesh/obj_read.h"

#include "formats/mesh/text.h"

static enum uvp_code fail_at_line(const struct uvp_obj_reading *reading, enum uvp_code code,
                                  const char *text, struct uvp_error *err)
{
    return uvp_fail(err, code, reading->scan.line, "line %llu: %s",
                    (unsigned long long)reading->scan.line, text);
}

/* The next number of a v line; false when the line has no more. */
static bool read_coordinate(struct uvp_obj_scan *scan, float *value, bool *bad)
{
    const unsigned char *after;

    if (!uvp_obj_token(scan)) {
        return false;
    }
    after = uvp_text_read_float(scan->at, scan->end, value);
    if (after == NULL || !uvp_obj_is_token_end(after, scan->end)) {
        *bad = true;
        return false;
    }
    scan->at = after;
    return true;
}

enum uvp_code uvp_obj_read_vertex(struct uvp_obj_reading *reading, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    float *const position = reading->positions + (size_t)3 * reading->vertices;
    bool bad = false;
    int count = 0;

    if (reading->vertices == reading->vertex_room) {
        return fail_at_line(reading, UVP_BAD_DATA, "vertex with too few coordinates", err);
    }
    while (count < 3 && read_coordinate(scan, &position[count], &bad)) {
        count++;
    }
    if (bad) {
        return fail_at_line(reading, UVP_BAD_DATA, "coordinate is not a number", err);
    }
    if (count < 2) {
        return fail_at_line(reading, UVP_BAD_DATA, "vertex with too few coordinates", err);
    }
    if (count == 2) {
        position[2] = 0.0f; /* files of plane meshes */
    }
    reading->vertices++;
    return uvp_obj_token(scan) ? uvp_obj_skip(scan, err) : uvp_obj_finish(scan, err);
}

enum uvp_code uvp_obj_read_uv(struct uvp_obj_reading *reading, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    float *const uv = reading->uvs + (size_t)2 * reading->uv_count;
    bool bad = false;
    int count = 0;

    if (reading->uv_count == reading->uv_room) {
        return fail_at_line(reading, UVP_BAD_DATA, "vt without a number", err);
    }
    uv[1] = 0.0f; /* textures of one dimension */
    while (count < 2 && read_coordinate(scan, &uv[count], &bad)) {
        count++;
    }
    if (bad || count == 0) {
        return fail_at_line(reading, UVP_BAD_DATA,
                            bad ? "texture coordinate is not a number" : "vt without a number",
                            err);
    }
    reading->uv_count++;
    return uvp_obj_token(scan) ? uvp_obj_skip(scan, err) : uvp_obj_finish(scan, err);
}

/* What an index means, from 0, `so_far` being seen of `total`; false when it is nothing. */
static bool resolve(int64_t index, uint32_t so_far, uint64_t total, uint32_t *number,
                    uint64_t *reach)
{
    const int64_t at = index > 0 ? index - 1 : (int64_t)so_far + index;

    if (index == 0 || at < 0 || at >= (int64_t)total) {
        return false;
    }
    *number = (uint32_t)at;
    *reach = (uint64_t)at >= *reach ? (uint64_t)at + 1 : *reach;
    return true;
}

static enum uvp_code fail_index(const struct uvp_obj_reading *reading, const char *what,
                                int64_t index, uint32_t so_far, uint64_t total,
                                struct uvp_error *err)
{
    return uvp_fail(err, UVP_BAD_DATA, reading->scan.line, "line %llu: %s index %lld of %llu",
                    (unsigned long long)reading->scan.line, what, (long long)index,
                    index < 0 ? (unsigned long long)so_far : (unsigned long long)total);
}

/* Only when UVs are asked for: else the number is not even looked at. */
static enum uvp_code read_corner_uv(struct uvp_obj_reading *reading,
                                    const unsigned char *number, struct uvp_error *err)
{
    uint32_t *const uv = &reading->corner_uv[reading->corners];
    int64_t index = 0;

    *uv = UVP_MESH_NO_UV;
    if (number == NULL) {
        return UVP_OK;
    }
    if (uvp_text_read_integer(number, reading->scan.end, &index) == NULL ||
        !resolve(index, reading->uv_count, reading->uv_total, uv, &reading->uv_reach)) {
        return fail_index(reading, "vt", index, reading->uv_count, reading->uv_total, err);
    }
    return UVP_OK;
}

static inline enum uvp_code read_corner(struct uvp_obj_reading *reading, bool with_uvs,
                                        struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    struct uvp_obj_corner corner;
    int64_t index;
    const unsigned char *const after = uvp_text_read_integer(scan->at, scan->end, &index);

    if (after == NULL || !uvp_obj_divide(after, scan->end, &corner)) {
        return fail_at_line(reading, UVP_BAD_DATA, "face corner is not v, v/t, v//n or v/t/n",
                            err);
    }
    if (!resolve(index, reading->vertices, reading->vertex_total,
                 &reading->corner_vertex[reading->corners], &reading->vertex_reach)) {
        return fail_index(reading, "vertex", index, reading->vertices, reading->vertex_total,
                          err);
    }
    if (with_uvs) {
        UVP_TRY(read_corner_uv(reading, corner.uv, err));
    }
    reading->corners++;
    reading->uv_corners += corner.uv != NULL;
    scan->at = corner.after;
    return UVP_OK;
}

/* Corners by the hundred million: what is not asked for is not even asked about. */
static inline enum uvp_code read_corners(struct uvp_obj_reading *reading, bool with_uvs,
                                         struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    const uint32_t first = reading->corners;

    while (uvp_obj_token(scan)) {
        if (reading->corners - first == reading->options.polygon_corners) {
            return fail_at_line(reading, UVP_LIMIT, "face with too many corners", err);
        }
        if (reading->corners == reading->corner_room) {
            return fail_at_line(reading, UVP_LIMIT, "too many face corners", err);
        }
        UVP_TRY(read_corner(reading, with_uvs, err));
        UVP_TRY(uvp_obj_poll(scan, err));
    }
    reading->polygons++;
    reading->corner_start[reading->polygons] = reading->corners;
    return uvp_obj_finish(scan, err);
}

enum uvp_code uvp_obj_read_face(struct uvp_obj_reading *reading, struct uvp_error *err)
{
    if (reading->polygons == reading->polygon_room) {
        return fail_at_line(reading, UVP_LIMIT, "too many faces", err);
    }
    if (reading->polygon_group != NULL) {
        reading->polygon_group[reading->polygons] = reading->group;
    }
    return reading->corner_uv != NULL ? read_corners(reading, true, err)
                                      : read_corners(reading, false, err);
}

/* The name is the rest of the line: it may hold blanks, and '#'. */
enum uvp_code uvp_obj_read_material(struct uvp_obj_reading *reading, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    const unsigned char *from;

    (void)uvp_obj_token(scan);
    from = scan->at;
    UVP_TRY(uvp_obj_skip(scan, err));
    if (reading->polygon_group != NULL) {
        const unsigned char *to = scan->at;
        while (to > from && to[-1] <= ' ') {
            to--;
        }
        reading->group =
            uvp_obj_groups_number(&reading->groups, uvp_span_of(from, (size_t)(to - from)));
    }
    return UVP_OK;
}

enum uvp_code uvp_obj_read_all(struct uvp_obj_reading *reading, struct uvp_error *err)
{
    for (;;) {
        enum uvp_obj_statement statement;
        UVP_TRY(uvp_obj_next(&reading->scan, &statement, err));
        switch (statement) {
        case UVP_OBJ_END:
            return UVP_OK;
        case UVP_OBJ_VERTEX:
            UVP_TRY(uvp_obj_read_vertex(reading, err));
            break;
        case UVP_OBJ_FACE:
            UVP_TRY(uvp_obj_read_face(reading, err));
            break;
        case UVP_OBJ_UV:
            UVP_TRY(reading->uvs != NULL ? uvp_obj_read_uv(reading, err)
                                         : uvp_obj_skip(&reading->scan, err));
            break;
        case UVP_OBJ_MATERIAL:
            UVP_TRY(uvp_obj_read_material(reading, err));
            break;
        case UVP_OBJ_REFERRER:
        case UVP_OBJ_OTHER:
            UVP_TRY(uvp_obj_skip(&reading->scan, err));
            break;
        }
    }
}
