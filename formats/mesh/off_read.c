/*
 * The lines of vertices and faces. A line has as many columns as it has; what is not a position
 * is looked at only where it may be UVs. A vertex or face may go on in the next line.
 */
#include "formats/mesh/off.h"
#include "formats/mesh/text.h"

#define NUMBER_DIGITS_MAX 10

/* To the next word, in this line or a later one. */
static inline enum uvp_code next_word(struct uvp_cursor *cursor, struct uvp_error *err)
{
    const unsigned char *at = cursor->at;

    while (at < cursor->next_poll && *at <= ' ') {
        at++;
    }
    cursor->at = at;
    if (at < cursor->next_poll && *at != '#') {
        return UVP_OK;
    }
    UVP_TRY(uvp_cursor_skip_gaps(cursor, true, err));
    return uvp_cursor_poll(cursor, err);
}

static inline bool has_eol(const unsigned char *at, const unsigned char *end)
{
    while (at < end && !uvp_cursor_is_eol(*at)) {
        at++;
    }
    return at < end;
}

static const unsigned char *word_end(const unsigned char *at, const unsigned char *end)
{
    while (!uvp_off_is_end(at, end)) {
        at++;
    }
    return at;
}

/* The columns behind the position; the last two of them may be UVs. */
static enum uvp_code pass_columns(struct uvp_cursor *cursor, struct uvp_off_vertex *vertex,
                                  struct uvp_error *err)
{
    const unsigned char *last = NULL;
    const unsigned char *last_but_one_end = NULL;

    for (;;) {
        while (cursor->at < cursor->end && *cursor->at <= ' ' &&
               !uvp_cursor_is_eol(*cursor->at)) {
            cursor->at++;
        }
        UVP_TRY(uvp_cursor_poll(cursor, err));
        if (uvp_off_is_end(cursor->at, cursor->end)) {
            break;
        }
        vertex->uv = last;
        last = cursor->at;
        cursor->at = word_end(cursor->at, cursor->end);
        vertex->lead_end = last_but_one_end;
        last_but_one_end = vertex->end;
        vertex->end = cursor->at;
        vertex->columns++;
    }
    return cursor->at == cursor->end || *cursor->at != '#' ? UVP_OK
                                                           : uvp_cursor_seek_eol(cursor, err);
}

/* The end of a number that has been read before: `1.#INF` goes on behind the '#'. */
static inline const unsigned char *number_end(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *const behind = word_end(at, end);
    float value;

    return behind < end && *behind == '#' ? uvp_text_read_float(at, end, &value) : behind;
}

static inline enum uvp_code pass_vertex(struct uvp_cursor *cursor, float *position,
                                        struct uvp_off_vertex *vertex, struct uvp_error *err)
{
    memset(vertex, 0, sizeof *vertex);
    UVP_TRY(uvp_cursor_poll(cursor, err));
    for (uint32_t i = 0; i < 3; i++) {
        const unsigned char *after;
        UVP_TRY(next_word(cursor, err));
        vertex->at[i] = cursor->at;
        vertex->is_spread |= i != 0 && has_eol(vertex->end, cursor->at);
        after = position == NULL ? number_end(cursor->at, cursor->end)
                                 : uvp_text_read_float(cursor->at, cursor->end, &position[i]);
        if (after == NULL || !uvp_off_is_end(after, cursor->end)) {
            return uvp_cursor_fail(cursor, UVP_BAD_DATA,
                                   cursor->at == cursor->end ? "file ends within the vertices"
                                                             : "coordinate is not a number",
                                   err);
        }
        cursor->at = after;
        vertex->end = after;
        vertex->at_end[i] = after;
    }
    vertex->columns = 3;
    if (cursor->at < cursor->end && uvp_cursor_is_eol(*cursor->at)) {
        return UVP_OK;
    }
    return pass_columns(cursor, vertex, err);
}

enum uvp_code uvp_off_read_vertex(struct uvp_cursor *cursor, float position[3],
                                  struct uvp_off_vertex *vertex, struct uvp_error *err)
{
    return pass_vertex(cursor, position, vertex, err);
}

enum uvp_code uvp_off_pass_vertex(struct uvp_cursor *cursor, struct uvp_off_vertex *vertex,
                                  struct uvp_error *err)
{
    return pass_vertex(cursor, NULL, vertex, err);
}

enum uvp_code uvp_off_read_number(struct uvp_cursor *cursor, uint32_t *number,
                                  const unsigned char **begin, struct uvp_error *err)
{
    uint64_t value = 0;

    UVP_TRY(next_word(cursor, err));
    *begin = cursor->at;
    while (cursor->at < cursor->end && (unsigned)*cursor->at - '0' <= 9 &&
           cursor->at - *begin < NUMBER_DIGITS_MAX) {
        value = 10 * value + (uint64_t)(*cursor->at++ - '0');
    }
    if (cursor->at == *begin || !uvp_off_is_end(cursor->at, cursor->end) ||
        value > UINT32_MAX) {
        return uvp_cursor_fail(cursor, UVP_BAD_DATA,
                               *begin == cursor->end ? "file ends within the faces"
                                                     : "index is not a whole number in range",
                               err);
    }
    *number = (uint32_t)value;
    return UVP_OK;
}
