#include "formats/mesh/cursor.h"

void uvp_cursor_init(struct uvp_cursor *cursor, struct uvp_span bytes, struct uvp_stop *stop)
{
    cursor->begin = bytes.data;
    cursor->at = bytes.data;
    cursor->end = bytes.data + bytes.bytes;
    cursor->stop = stop;
    if (bytes.bytes >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0) {
        cursor->at += 3;
    }
    cursor->next_poll = cursor->at;
}

uint64_t uvp_cursor_line(const struct uvp_cursor *cursor, const unsigned char *at)
{
    uint64_t line = 1;

    for (const unsigned char *c = cursor->begin; c < at; c++) {
        const bool pair = *c == '\r' && c + 1 < cursor->end && c[1] == '\n';
        line += uvp_cursor_is_eol(*c) && !pair;
    }
    return line;
}

enum uvp_code uvp_cursor_fail(const struct uvp_cursor *cursor, enum uvp_code code,
                              const char *text, struct uvp_error *err)
{
    const uint64_t line = uvp_cursor_line(cursor, cursor->at);

    return uvp_fail(err, code, line, "line %llu: %s", (unsigned long long)line, text);
}

enum uvp_code uvp_cursor_poll_now(struct uvp_cursor *cursor, struct uvp_error *err)
{
    const ptrdiff_t left = cursor->end - cursor->at;

    cursor->next_poll =
        cursor->at + (left < UVP_CURSOR_POLL_BYTES ? left : UVP_CURSOR_POLL_BYTES);
    return uvp_stop_poll(cursor->stop, err);
}

/* Nonzero when one of the 8 bytes is LF or CR. */
static uint64_t find_eol_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t lf = word ^ (ones * '\n');
    const uint64_t cr = word ^ (ones * '\r');

    return (((lf - ones) & ~lf) | ((cr - ones) & ~cr)) & (ones * 0x80);
}

static const unsigned char *find_eol(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        if (find_eol_bytes(word) != 0) {
            break;
        }
        at += 8;
    }
    while (at < end && !uvp_cursor_is_eol(*at)) {
        at++;
    }
    return at;
}

enum uvp_code uvp_cursor_seek_eol(struct uvp_cursor *cursor, struct uvp_error *err)
{
    for (;;) {
        const ptrdiff_t left = cursor->end - cursor->at;
        const unsigned char *const until =
            cursor->at + (left < UVP_CURSOR_POLL_BYTES ? left : UVP_CURSOR_POLL_BYTES);
        cursor->at = find_eol(cursor->at, until);
        if (cursor->at < until || until == cursor->end) {
            return UVP_OK;
        }
        UVP_TRY(uvp_cursor_poll(cursor, err));
    }
}

enum uvp_code uvp_cursor_skip_gaps(struct uvp_cursor *cursor, bool comments,
                                   struct uvp_error *err)
{
    for (;;) {
        const ptrdiff_t left = cursor->end - cursor->at;
        const unsigned char *const until =
            cursor->at + (left < UVP_CURSOR_POLL_BYTES ? left : UVP_CURSOR_POLL_BYTES);
        while (cursor->at < until && uvp_cursor_is_gap(*cursor->at)) {
            cursor->at++;
        }
        if (cursor->at < until && comments && *cursor->at == '#') {
            UVP_TRY(uvp_cursor_seek_eol(cursor, err));
        } else if (cursor->at < until || until == cursor->end) {
            return UVP_OK;
        }
        UVP_TRY(uvp_cursor_poll(cursor, err));
    }
}
