#include "formats/mesh/obj_scan.h"

#define KEYWORD_BYTES 7 /* one more than the longest: what is longer is none of them */

void uvp_obj_scan_init(struct uvp_obj_scan *scan, struct uvp_span bytes, struct uvp_stop *stop)
{
    memset(scan, 0, sizeof *scan);
    scan->at = bytes.data;
    scan->end = bytes.data + bytes.bytes;
    if (bytes.bytes >= 3 && memcmp(bytes.data, "\xef\xbb\xbf", 3) == 0) {
        scan->at += 3;
    }
    scan->begin = scan->at;
    scan->next_poll = scan->at;
    scan->line = 1;
    scan->stop = stop;
}

enum uvp_code uvp_obj_poll_now(struct uvp_obj_scan *scan, struct uvp_error *err)
{
    const ptrdiff_t left = scan->end - scan->at;

    scan->next_poll = scan->at + (left < UVP_OBJ_POLL_BYTES ? left : UVP_OBJ_POLL_BYTES);
    return uvp_stop_poll(scan->stop, err);
}

void uvp_obj_skip_joints(struct uvp_obj_scan *scan)
{
    const unsigned char *at = scan->at;

    while (at < scan->end) {
        if (uvp_obj_is_gap(*at)) {
            at++;
        } else if (uvp_obj_is_joint(at, scan->end)) {
            const unsigned eol_bytes = uvp_obj_eol_bytes(at + 1, scan->end);
            at += 1 + eol_bytes;
            scan->line += eol_bytes != 0;
        } else {
            break;
        }
    }
    scan->at = at;
}

/* Nonzero when one of the 8 bytes is LF or CR; its lowest byte set is the first such. */
static uint64_t find_eol_bytes(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t lf = word ^ (ones * '\n');
    const uint64_t cr = word ^ (ones * '\r');

    return (((lf - ones) & ~lf) | ((cr - ones) & ~cr)) & (ones * 0x80);
}

/* The first LF or CR from `at`, or `end`. */
static const unsigned char *find_eol(const unsigned char *at, const unsigned char *end)
{
    while (end - at >= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        if (find_eol_bytes(word) != 0) {
            break; /* which byte depends on byte order: found below */
        }
        at += 8;
    }
    while (at < end && *at != '\n' && *at != '\r') {
        at++;
    }
    return at;
}

/* To the line end, with a poll now and then in a very long line. */
static enum uvp_code seek_eol(struct uvp_obj_scan *scan, struct uvp_error *err)
{
    for (;;) {
        const ptrdiff_t left = scan->end - scan->at;
        const unsigned char *const until =
            scan->at + (left < UVP_OBJ_POLL_BYTES ? left : UVP_OBJ_POLL_BYTES);
        scan->at = find_eol(scan->at, until);
        if (scan->at < until || until == scan->end) {
            return UVP_OK;
        }
        UVP_TRY(uvp_obj_poll(scan, err));
    }
}

static void pass_eol(struct uvp_obj_scan *scan)
{
    const unsigned bytes = uvp_obj_eol_bytes(scan->at, scan->end);

    scan->at += bytes;
    scan->line += bytes != 0;
}

/* True when the line from `from` to the line end at `at` goes on: a comment never does. */
static bool goes_on(const struct uvp_obj_scan *scan, const unsigned char *from)
{
    return scan->at > from && scan->at < scan->end && scan->at[-1] == '\\' &&
           memchr(from, '#', (size_t)(scan->at - from)) == NULL;
}

enum uvp_code uvp_obj_skip(struct uvp_obj_scan *scan, struct uvp_error *err)
{
    bool joined;

    do {
        const unsigned char *const from = scan->at;
        UVP_TRY(seek_eol(scan, err));
        joined = goes_on(scan, from);
        pass_eol(scan);
        UVP_TRY(uvp_obj_poll(scan, err));
    } while (joined);
    return UVP_OK;
}

enum uvp_code uvp_obj_finish(struct uvp_obj_scan *scan, struct uvp_error *err)
{
    UVP_TRY(seek_eol(scan, err));
    pass_eol(scan);
    return UVP_OK;
}

static enum uvp_obj_statement name_keyword(const unsigned char *at, size_t bytes)
{
    static const struct {
        const char *name;
        size_t bytes;
        enum uvp_obj_statement statement;
    } keywords[] = {
        {"v", 1, UVP_OBJ_VERTEX},        {"f", 1, UVP_OBJ_FACE},
        {"vt", 2, UVP_OBJ_UV},           {"fo", 2, UVP_OBJ_FACE},
        {"l", 1, UVP_OBJ_REFERRER},      {"surf", 4, UVP_OBJ_REFERRER},
        {"usemtl", 6, UVP_OBJ_MATERIAL},
    };

    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (bytes == keywords[i].bytes && memcmp(at, keywords[i].name, bytes) == 0) {
            return keywords[i].statement;
        }
    }
    return UVP_OBJ_OTHER;
}

/* The keyword at `at`; only as far as the longest that matters. */
static enum uvp_obj_statement read_keyword(struct uvp_obj_scan *scan)
{
    const unsigned char *at = scan->at;
    const ptrdiff_t left = scan->end - at;
    const unsigned char *const limit = left > KEYWORD_BYTES ? at + KEYWORD_BYTES : scan->end;
    enum uvp_obj_statement statement;

    if (left >= 2 && at[1] == ' ' && (*at == 'v' || *at == 'f')) {
        scan->at = at + 2;
        return *at == 'v' ? UVP_OBJ_VERTEX : UVP_OBJ_FACE;
    }
    while (at < limit && !uvp_obj_is_token_end(at, scan->end)) {
        at++;
    }
    statement = name_keyword(scan->at, (size_t)(at - scan->at));
    scan->at = at;
    return statement;
}

enum uvp_code uvp_obj_next(struct uvp_obj_scan *scan, enum uvp_obj_statement *statement,
                           struct uvp_error *err)
{
    *statement = UVP_OBJ_END;
    for (;;) {
        UVP_TRY(uvp_obj_poll(scan, err));
        scan->begin = scan->at;
        if (uvp_obj_token(scan)) {
            *statement = read_keyword(scan);
            return UVP_OK;
        }
        if (scan->at == scan->end) {
            return UVP_OK;
        }
        UVP_TRY(uvp_obj_finish(scan, err));
    }
}
