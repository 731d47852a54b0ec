/*
 *     # a comment
 *     max-stretch = 1.25      # another: after a blank
 *     [check]
 *     include = "models #1.obj"
 *
 * In quotes stand for themselves all characters but \\ \" \n \t and \xNN, a byte in base 16:
 * names in archives are any bytes.
 */
#include "tools/uvpipe/config_file.h"

#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/escape.h"

struct cursor {
    const unsigned char *at;
    const unsigned char *end;
};

static bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\t';
}

static bool is_key_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           (c >= 'A' && c <= 'Z');
}

static void skip_blanks(struct cursor *cursor)
{
    while (cursor->at < cursor->end && is_blank(*cursor->at)) {
        cursor->at++;
    }
}

/* Nothing more but blanks and a comment. */
static bool is_done(struct cursor *cursor)
{
    skip_blanks(cursor);
    return cursor->at == cursor->end || *cursor->at == '#';
}

static struct uvp_span take_key(struct cursor *cursor)
{
    const unsigned char *const from = cursor->at;

    while (cursor->at < cursor->end && is_key_char(*cursor->at)) {
        cursor->at++;
    }
    return uvp_span_of(from, (size_t)(cursor->at - from));
}

/* ---- values ---- */

static int digit_of(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The character after a backslash; false for one that stands for nothing. */
static bool take_escape(struct cursor *cursor, char *out)
{
    int high = -1;
    int low = -1;

    if (cursor->at == cursor->end) {
        return false;
    }
    switch (*cursor->at++) {
    case '\\':
        *out = '\\';
        return true;
    case '"':
        *out = '"';
        return true;
    case 'n':
        *out = '\n';
        return true;
    case 't':
        *out = '\t';
        return true;
    case 'x':
        if (cursor->end - cursor->at >= 2) {
            high = digit_of(cursor->at[0]);
            low = digit_of(cursor->at[1]);
            cursor->at += 2;
        }
        *out = (char)(16 * high + low);
        return high >= 0 && low >= 0 && *out != '\0';
    default:
        return false;
    }
}

static enum uvp_code take_quoted(struct cursor *cursor, char *out, struct uvp_error *err)
{
    cursor->at++;
    while (cursor->at < cursor->end && *cursor->at != '"') {
        const unsigned char c = *cursor->at++;

        if (c != '\\') {
            *out++ = (char)c;
        } else if (!take_escape(cursor, out++)) {
            return uvp_fail(err, UVP_USAGE, 0,
                            "in quotes a backslash stands before \\ \" n t or xNN");
        }
    }
    if (cursor->at == cursor->end) {
        return uvp_fail(err, UVP_USAGE, 0, "quotes that do not end");
    }
    cursor->at++;
    *out = '\0';
    return UVP_OK;
}

/* Up to a comment, without the blanks before it. */
static void take_plain(struct cursor *cursor, char *out)
{
    const unsigned char *const from = cursor->at;
    const unsigned char *last = from;

    while (cursor->at < cursor->end &&
           !(*cursor->at == '#' && cursor->at > from && is_blank(cursor->at[-1]))) {
        last = is_blank(*cursor->at) ? last : cursor->at + 1;
        cursor->at++;
    }
    memcpy(out, from, (size_t)(last - from));
    out[last - from] = '\0';
}

static enum uvp_code take_value(struct cursor *cursor, struct uvp_arena *arena,
                                struct uvp_config_line *line, struct uvp_error *err)
{
    const size_t most = (size_t)(cursor->end - cursor->at);
    char *const out = UVP_ARENA_ARRAY(arena, char, most + 1);

    if (out == NULL) {
        return uvp_fail_memory(err, most + 1);
    }
    if (*cursor->at == '"') {
        UVP_TRY(take_quoted(cursor, out, err));
    } else {
        take_plain(cursor, out);
    }
    line->value = out;
    if (!is_done(cursor)) {
        return uvp_fail(err, UVP_USAGE, 0, "something stands behind the quotes");
    }
    return UVP_OK;
}

/* ---- lines ---- */

static enum uvp_code take_heading(struct cursor *cursor, struct uvp_config_line *line,
                                  struct uvp_error *err)
{
    cursor->at++;
    skip_blanks(cursor);
    line->section = take_key(cursor);
    skip_blanks(cursor);
    if (line->section.bytes == 0 || cursor->at == cursor->end || *cursor->at != ']') {
        return uvp_fail(err, UVP_USAGE, 0, "a heading is [COMMAND]");
    }
    cursor->at++;
    if (!is_done(cursor)) {
        return uvp_fail(err, UVP_USAGE, 0, "something stands behind the heading");
    }
    line->key = uvp_span_of(NULL, 0);
    line->value = NULL;
    return UVP_OK;
}

static enum uvp_code take_setting(struct cursor *cursor, struct uvp_arena *arena,
                                  struct uvp_config_line *line, struct uvp_error *err)
{
    line->key = take_key(cursor);
    skip_blanks(cursor);
    if (line->key.bytes == 0 || cursor->at == cursor->end || *cursor->at != '=') {
        return uvp_fail(err, UVP_USAGE, 0, "a line is NAME = VALUE or [COMMAND]");
    }
    cursor->at++;
    if (is_done(cursor)) {
        return uvp_fail(err, UVP_USAGE, 0, "%.*s has no value",
                        line->key.bytes > 60 ? 60 : (int)line->key.bytes,
                        (const char *)line->key.data);
    }
    return take_value(cursor, arena, line, err);
}

static enum uvp_code judge_text(struct uvp_span text, uint32_t *number, struct uvp_error *err)
{
    *number = 0;
    if (text.bytes > UVP_CONFIG_FILE_BYTES) {
        return uvp_fail(err, UVP_USAGE, 0, "larger than 1 MiB");
    }
    *number = 1;
    for (size_t i = 0; i < text.bytes; i++) {
        const unsigned char c = text.data[i];
        const bool ends = c == '\r' && (i + 1 == text.bytes || text.data[i + 1] == '\n');

        if ((c < ' ' && c != '\t' && c != '\n' && !ends) || c == 0x7f) {
            return uvp_fail(err, UVP_USAGE, 0, "a control character");
        }
        *number += c == '\n' ? 1 : 0;
    }
    return UVP_OK;
}

static enum uvp_code take_line(struct cursor cursor, struct uvp_arena *arena,
                               struct uvp_config_line *line, uvp_config_line_fn take, void *ctx,
                               struct uvp_error *err)
{
    if (!uvp_utf8_is_valid((const char *)cursor.at, (size_t)(cursor.end - cursor.at))) {
        return uvp_fail(err, UVP_USAGE, 0, "not UTF-8");
    }
    if (is_done(&cursor)) {
        return UVP_OK;
    }
    if (*cursor.at == '[') {
        UVP_TRY(take_heading(&cursor, line, err));
    } else {
        UVP_TRY(take_setting(&cursor, arena, line, err));
    }
    return take(ctx, line, err);
}

enum uvp_code uvp_config_file_parse(struct uvp_span text, struct uvp_arena *arena,
                                    uvp_config_line_fn take, void *ctx, uint32_t *number,
                                    struct uvp_error *err)
{
    const bool has_mark = text.bytes >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0;
    struct uvp_config_line line = {.number = 0};
    const unsigned char *at = has_mark ? text.data + 3 : text.data;
    const unsigned char *const end = text.bytes != 0 ? text.data + text.bytes : at;

    UVP_TRY(judge_text(text, number, err));
    while (at < end) {
        const unsigned char *const feed = memchr(at, '\n', (size_t)(end - at));
        const unsigned char *last = feed != NULL ? feed : end;

        *number = ++line.number;
        last -= last > at && last[-1] == '\r' ? 1 : 0;
        UVP_TRY(take_line((struct cursor){at, last}, arena, &line, take, ctx, err));
        at = feed != NULL ? feed + 1 : end;
    }
    return UVP_OK;
}

/* ---- the way back ---- */

static bool needs_quotes(const char *value)
{
    const size_t bytes = strlen(value);

    if (bytes == 0 || is_blank((unsigned char)value[0]) || value[0] == '"' || value[0] == '#' ||
        is_blank((unsigned char)value[bytes - 1]) || !uvp_utf8_is_valid(value, bytes)) {
        return true;
    }
    for (size_t i = 0; i < bytes; i++) {
        const unsigned char c = (unsigned char)value[i];
        if (c < ' ' || c == 0x7f || (c == '#' && is_blank((unsigned char)value[i - 1]))) {
            return true;
        }
    }
    return false;
}

static enum uvp_code write_char(struct uvp_buf *text, unsigned char c, bool plain,
                                struct uvp_error *err)
{
    char escaped[8];
    int bytes = 0;

    if (c == '\\' || c == '"') {
        bytes = snprintf(escaped, sizeof escaped, "\\%c", c);
    } else if (c < ' ' || c == 0x7f || (c >= 0x80 && !plain)) {
        bytes = snprintf(escaped, sizeof escaped, "\\x%02x", c);
    } else {
        return uvp_buf_append(text, &c, 1, err);
    }
    return uvp_buf_append(text, escaped, (size_t)bytes, err);
}

enum uvp_code uvp_config_value_write(struct uvp_buf *text, const char *value,
                                     struct uvp_error *err)
{
    const size_t bytes = strlen(value);
    const bool plain = uvp_utf8_is_valid(value, bytes);

    if (!needs_quotes(value)) {
        return uvp_buf_append(text, value, bytes, err);
    }
    UVP_TRY(uvp_buf_append(text, "\"", 1, err));
    for (size_t i = 0; i < bytes; i++) {
        UVP_TRY(write_char(text, (unsigned char)value[i], plain, err));
    }
    return uvp_buf_append(text, "\"", 1, err);
}
