/*
 * [ST][C][N][4][n]OFF, then the counts of vertices, faces and edges: after the manual of
 * Geomview, and as programs write it. The first count may touch the keyword, the third may be
 * missing, the keyword too, and comments may stand anywhere.
 */
#include "formats/mesh/off.h"
#include "formats/mesh/text.h"

#define VERTEX_BYTES_MIN UINT64_C(6) /* 0 0 0 and a line end */
#define FACE_BYTES_MIN UINT64_C(2)

static bool take_letters(struct uvp_cursor *cursor, const char *letters, size_t bytes)
{
    if ((size_t)(cursor->end - cursor->at) < bytes || memcmp(cursor->at, letters, bytes) != 0) {
        return false;
    }
    cursor->at += bytes;
    return true;
}

static bool is_digit(const struct uvp_cursor *cursor)
{
    return cursor->at < cursor->end && (unsigned)*cursor->at - '0' <= 9;
}

/* A count may touch the keyword. */
static bool is_keyword_end(const struct uvp_cursor *cursor)
{
    return is_digit(cursor) || uvp_off_is_end(cursor->at, cursor->end);
}

static enum uvp_code refuse_kind(const char *kind, struct uvp_error *err)
{
    return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s files are not read", kind);
}

static enum uvp_code read_keyword(struct uvp_cursor *cursor, struct uvp_off_header *header,
                                  struct uvp_error *err)
{
    const char *other = NULL;
    const unsigned char *begin;

    UVP_TRY(uvp_cursor_skip_gaps(cursor, true, err));
    begin = cursor->at;
    header->keyword_at = (size_t)(begin - cursor->begin);
    header->has_uvs = take_letters(cursor, "ST", 2);
    header->has_colours = take_letters(cursor, "C", 1);
    header->has_normals = take_letters(cursor, "N", 1);
    other = take_letters(cursor, "4", 1) ? "4OFF" : NULL;
    other = take_letters(cursor, "n", 1) ? "nOFF" : other;
    header->has_keyword = take_letters(cursor, "OFF", 3) || take_letters(cursor, "off", 3);
    if (!header->has_keyword && begin < cursor->end && (unsigned)*begin - '0' <= 9) {
        cursor->at = begin; /* it begins with the counts */
        return UVP_OK;
    }
    header->has_keyword = header->has_keyword && is_keyword_end(cursor);
    if (!header->has_keyword) {
        return uvp_cursor_fail(cursor, UVP_BAD_DATA, "no keyword OFF", err);
    }
    if (other != NULL) {
        return refuse_kind(other, err);
    }
    UVP_TRY(uvp_cursor_skip_gaps(cursor, true, err));
    return take_letters(cursor, "BINARY", 6) ? refuse_kind("OFF BINARY", err) : UVP_OK;
}

static enum uvp_code read_count(struct uvp_cursor *cursor, uint64_t *count,
                                struct uvp_error *err)
{
    const unsigned char *after;
    int64_t value = 0;

    UVP_TRY(uvp_cursor_skip_gaps(cursor, true, err));
    after = uvp_text_read_integer(cursor->at, cursor->end, &value);
    if (after == NULL || !uvp_off_is_end(after, cursor->end) || value < 0) {
        return uvp_cursor_fail(cursor, UVP_BAD_DATA, "count is not a whole number", err);
    }
    cursor->at = after;
    *count = (uint64_t)value;
    return UVP_OK;
}

/* Only when it is alone in its line or behind the others: else it is a coordinate. */
static bool has_edge_count(const struct uvp_cursor *cursor, bool alone)
{
    const unsigned char *at = cursor->at;
    int64_t edges;

    at = uvp_text_read_integer(at, cursor->end, &edges);
    if (at == NULL || !uvp_off_is_end(at, cursor->end)) {
        return false;
    }
    while (alone && at < cursor->end && *at <= ' ' && !uvp_cursor_is_eol(*at)) {
        at++;
    }
    return !alone || at == cursor->end || uvp_cursor_is_eol(*at) || *at == '#';
}

static enum uvp_code skip_edge_count(struct uvp_cursor *cursor, bool one_a_line,
                                     struct uvp_error *err)
{
    const unsigned char *const begin = cursor->at;
    uint64_t edges;

    while (cursor->at < cursor->end && *cursor->at <= ' ' && !uvp_cursor_is_eol(*cursor->at)) {
        cursor->at++;
    }
    if (one_a_line) {
        UVP_TRY(uvp_cursor_skip_gaps(cursor, true, err));
    }
    if (!has_edge_count(cursor, one_a_line)) {
        cursor->at = begin;
        return UVP_OK;
    }
    return read_count(cursor, &edges, err);
}

static bool has_eol(const unsigned char *at, const unsigned char *end)
{
    return memchr(at, '\n', (size_t)(end - at)) != NULL ||
           memchr(at, '\r', (size_t)(end - at)) != NULL;
}

static enum uvp_code read_counts(struct uvp_cursor *cursor, struct uvp_off_header *header,
                                 struct uvp_error *err)
{
    const unsigned char *behind;

    UVP_TRY(uvp_cursor_skip_gaps(cursor, true, err));
    header->count_at = (size_t)(cursor->at - cursor->begin);
    UVP_TRY(read_count(cursor, &header->vertices, err));
    behind = cursor->at;
    header->count_bytes = (size_t)(behind - cursor->begin) - header->count_at;
    UVP_TRY(read_count(cursor, &header->faces, err));
    UVP_TRY(skip_edge_count(cursor, has_eol(behind, cursor->at), err));
    header->vertices_at = (size_t)(cursor->at - cursor->begin);
    return UVP_OK;
}

enum uvp_code uvp_off_read_header(struct uvp_cursor *cursor, struct uvp_off_header *header,
                                  struct uvp_error *err)
{
    uint64_t left;

    memset(header, 0, sizeof *header);
    UVP_TRY(read_keyword(cursor, header, err));
    UVP_TRY(read_counts(cursor, header, err));
    left = (uint64_t)(cursor->end - cursor->at) + 1; /* the last line end may be missing */
    if (header->vertices > left / VERTEX_BYTES_MIN || header->faces > left / FACE_BYTES_MIN ||
        header->vertices * VERTEX_BYTES_MIN + header->faces * FACE_BYTES_MIN > left) {
        return uvp_cursor_fail(cursor, UVP_BAD_DATA, "counts are too large for the file", err);
    }
    return UVP_OK;
}
