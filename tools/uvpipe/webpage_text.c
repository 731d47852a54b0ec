#include "tools/uvpipe/webpage_text.h"

#include <stdio.h>
#include <string.h>

#include "formats/mesh/base64.h"
#include "tools/uvpipe/escape.h"

#define PIECE_BYTES 3072U /* of base64 at a time: a multiple of 3 */

static void append(struct uvp_outbox *outbox, const char *text, size_t bytes)
{
    enum uvp_code code = UVP_OK;

    if (!uvp_outbox_is_silent(outbox)) {
        code = uvp_buf_append(&outbox->text, text, bytes, &outbox->failure);
    }
    (void)code; /* kept in outbox->failure */
}

/* U+2028 and U+2029 end lines in scripts, though not in JSON. */
static bool is_line_end(const unsigned char *at, size_t left)
{
    return left >= 3 && at[0] == 0xe2 && at[1] == 0x80 && (at[2] == 0xa8 || at[2] == 0xa9);
}

/* What to write for the character at `at`, and how long it is; NULL: as it is. */
static const char *replacement(const unsigned char *at, size_t left, bool in_string,
                               char room[8], size_t *length)
{
    const unsigned char c = *at;

    *length = 1;
    if (is_line_end(at, left)) {
        *length = 3;
        return at[2] == 0xa8 ? "\\u2028" : "\\u2029";
    }
    if (in_string && (c == '"' || c == '\\')) {
        return c == '"' ? "\\\"" : "\\\\";
    }
    if (c < 0x20 || c == 0x7f || c == '<' || c == '>' || c == '&') {
        (void)snprintf(room, 8, "\\u%04x", (unsigned)c);
        return room;
    }
    return NULL;
}

static void append_safely(struct uvp_outbox *outbox, const unsigned char *text, size_t bytes,
                          bool in_string)
{
    size_t from = 0;
    size_t at = 0;

    while (at < bytes) {
        char room[8];
        size_t length;
        const char *const other = replacement(text + at, bytes - at, in_string, room, &length);

        if (other != NULL) {
            append(outbox, (const char *)text + from, at - from);
            append(outbox, other, strlen(other));
            from = at + length;
        }
        at += length;
    }
    append(outbox, (const char *)text + from, at - from);
}

void uvp_webpage_string(struct uvp_outbox *outbox, const char *text, size_t bytes)
{
    char safe[UVP_WEBPAGE_NAME_BYTES];
    const size_t length = uvp_escape(safe, sizeof safe, text, bytes);

    append(outbox, "\"", 1);
    append_safely(outbox, (const unsigned char *)safe, length, true);
    append(outbox, "\"", 1);
}

void uvp_webpage_json(struct uvp_outbox *outbox, struct uvp_span json)
{
    append_safely(outbox, json.data, json.bytes, false);
}

void uvp_webpage_number(struct uvp_outbox *outbox, int64_t number)
{
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%lld", (long long)number);

    append(outbox, digits, (size_t)length);
}

void uvp_webpage_key(struct uvp_outbox *outbox, const char *key)
{
    const struct uvp_buf *const text = &outbox->text;

    if (text->bytes != 0 && text->data[text->bytes - 1] != '{') {
        append(outbox, ",", 1);
    }
    append(outbox, "\"", 1);
    append(outbox, key, strlen(key));
    append(outbox, "\":", 2);
}

void uvp_webpage_base64(struct uvp_outbox *outbox, struct uvp_span bytes)
{
    unsigned char piece[PIECE_BYTES / 3 * 4];

    append(outbox, "\"", 1);
    for (size_t at = 0; at < bytes.bytes; at += PIECE_BYTES) {
        const size_t left = bytes.bytes - at;
        const unsigned char *const end = uvp_base64_write(
            piece, uvp_span_of(bytes.data + at, left < PIECE_BYTES ? left : PIECE_BYTES));

        append(outbox, (const char *)piece, (size_t)(end - piece));
    }
    append(outbox, "\"", 1);
}
