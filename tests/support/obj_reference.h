/*
 * obj_reference.h -- a slow second reader of OBJ text, to judge the first by
 *
 * Why:     shares no code with formats/mesh; joins, comments and references are worked out byte
 *          by byte, numbers by the C library.
 * Use:     reference_read a text; compare; reference_release.
 */
#ifndef UVP_TESTS_OBJ_REFERENCE_H
#define UVP_TESTS_OBJ_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reference_corner {
    long vertex; /* from 1 */
    long uv;     /* from 1; 0: none */
};

struct reference {
    long vertices;
    long faces;
    float *uvs; /* two each */
    size_t uv_count;
    size_t uvs_before; /* the first face */
    struct reference_corner *corners;
    size_t corner_count;
    long *referrals; /* the vt numbers of lines and surfaces, resolved; 0: none */
    size_t referral_count;
    char *rest; /* the text without vt numbers, and without the vt lines asked for */
    size_t rest_bytes;
};

/* Which vt lines to leave out of `rest`: numbers first up to, not including, last; from 0. */
struct reference_drop {
    size_t first;
    size_t last;
};

static bool reference_is_eol(char c)
{
    return c == '\n' || c == '\r';
}

/* The end of the line at `at`, without its line end; *next is behind that. */
static size_t reference_line(const char *text, size_t bytes, size_t at, size_t *next)
{
    while (at < bytes && !reference_is_eol(text[at])) {
        at++;
    }
    *next = at;
    if (*next < bytes) {
        *next += text[at] == '\r' && at + 1 < bytes && text[at + 1] == '\n' ? 2 : 1;
    }
    return at;
}

/* The end of the statement at `at`, its last line end included. */
static size_t reference_statement(const char *text, size_t bytes, size_t at)
{
    for (;;) {
        size_t next;
        const size_t stop = reference_line(text, bytes, at, &next);
        const bool joined = stop < bytes && stop > at && text[stop - 1] == '\\' &&
                            memchr(text + at, '#', stop - at) == NULL;
        if (!joined) {
            return next;
        }
        at = next;
    }
}

static bool reference_is_joint(const char *text, size_t bytes, size_t at)
{
    return text[at] == '\\' && (at + 1 == bytes || reference_is_eol(text[at + 1]));
}

static bool reference_is_gap(const char *text, size_t bytes, size_t at)
{
    return (unsigned char)text[at] <= ' ' || reference_is_joint(text, bytes, at);
}

/* The next token of the statement that ends at `end`; false at its end or its comment. */
static bool reference_token(const char *text, size_t bytes, size_t end, size_t *at,
                            size_t *token_end)
{
    while (*at < end && reference_is_gap(text, bytes, *at)) {
        ++*at;
    }
    if (*at == end || text[*at] == '#') {
        return false;
    }
    *token_end = *at;
    while (*token_end < end && text[*token_end] != '#' &&
           !reference_is_gap(text, bytes, *token_end)) {
        ++*token_end;
    }
    return true;
}

static void *reference_grow(void *array, size_t count, size_t each)
{
    /* powers of two only: doubled when full */
    if ((count & (count - 1)) == 0) {
        array = realloc(array, (count == 0 ? 1 : 2 * count) * each);
        if (array == NULL) {
            abort();
        }
    }
    return array;
}

/* A number inside the text; no bytes: none. */
struct reference_number {
    const char *text;
    size_t bytes;
};

static long reference_resolve(struct reference_number number, long so_far)
{
    const bool signed_ = number.text[0] == '-' || number.text[0] == '+';
    char copy[32] = {0};
    size_t zeros = signed_ ? 1 : 0;
    size_t bytes;
    long value;

    while (zeros + 1 < number.bytes && number.text[zeros] == '0') {
        zeros++;
    }
    bytes = number.bytes - zeros;
    bytes = bytes < sizeof copy - 1 ? bytes : sizeof copy - 1; /* more than 19 saturate */
    memcpy(copy, number.text + zeros, bytes);
    value = strtol(copy, NULL, 10);
    return number.text[0] == '-' && value != 0 ? so_far + 1 - value : value;
}

/* Divides a/b/c; false when the token is not of that form or has no a. */
static bool reference_divide(const char *token, size_t bytes, struct reference_number part[3])
{
    size_t field = 0;

    for (size_t i = 0; i < 3; i++) {
        part[i].text = token;
        part[i].bytes = 0;
    }
    for (size_t i = 0; i < bytes; i++) {
        const bool first = part[field].bytes == 0;
        const bool sign = (token[i] == '-' || token[i] == '+') && first;
        if (token[i] == '/') {
            if (++field == 3) {
                return false;
            }
            part[field].text = token + i + 1;
        } else if (!sign && (token[i] < '0' || token[i] > '9')) {
            return false;
        } else {
            part[field].bytes++;
        }
    }
    for (field = 0; field < 3; field++) {
        if (part[field].bytes == 1 &&
            (part[field].text[0] == '-' || part[field].text[0] == '+')) {
            return false;
        }
    }
    return part[0].bytes != 0;
}

static void reference_keep(struct reference *reference, const char *text, size_t bytes)
{
    memcpy(reference->rest + reference->rest_bytes, text, bytes);
    reference->rest_bytes += bytes;
}

static void reference_corner(struct reference *reference, const struct reference_number part[3])
{
    struct reference_corner *corner;

    reference->corners =
        reference_grow(reference->corners, reference->corner_count, sizeof *reference->corners);
    corner = &reference->corners[reference->corner_count++];
    corner->vertex = reference_resolve(part[0], reference->vertices);
    corner->uv = part[1].bytes == 0 ? 0 : reference_resolve(part[1], (long)reference->uv_count);
}

static void reference_referral(struct reference *reference,
                               const struct reference_number part[3])
{
    reference->referrals = reference_grow(reference->referrals, reference->referral_count,
                                          sizeof *reference->referrals);
    reference->referrals[reference->referral_count++] =
        part[1].bytes == 0 ? 0 : reference_resolve(part[1], (long)reference->uv_count);
}

/* A face, line or surface: its corners are noted, and kept without their vt numbers. */
static void reference_corners(struct reference *reference, const char *text, size_t bytes,
                              size_t at, size_t end, bool face)
{
    size_t kept = at;
    size_t token_end;

    while (reference_token(text, bytes, end, &at, &token_end)) {
        struct reference_number part[3];
        reference_keep(reference, text + kept, at - kept);
        kept = at;
        if (reference_divide(text + at, token_end - at, part)) {
            reference_keep(reference, part[0].text, part[0].bytes);
            if (part[2].bytes != 0) {
                reference_keep(reference, "//", 2);
                reference_keep(reference, part[2].text, part[2].bytes);
            }
            kept = token_end;
            if (face) {
                reference_corner(reference, part);
            } else if (memchr(text + at, '/', token_end - at) != NULL) {
                reference_referral(reference, part);
            }
        }
        at = token_end;
    }
    reference_keep(reference, text + kept, end - kept);
}

static void reference_uv(struct reference *reference, const char *text, size_t bytes, size_t at,
                         size_t end)
{
    float *uv;

    reference->uvs =
        reference_grow(reference->uvs, reference->uv_count, 2 * sizeof *reference->uvs);
    uv = reference->uvs + 2 * reference->uv_count++;
    for (int i = 0; i < 2; i++) {
        char number[64] = "0";
        size_t token_end = at;
        if (reference_token(text, bytes, end, &at, &token_end) && token_end - at < 64) {
            memcpy(number, text + at, token_end - at);
            number[token_end - at] = '\0';
        }
        uv[i] = strtof(number, NULL);
        at = token_end;
    }
}

static bool reference_is(const char *text, size_t at, size_t end, const char *keyword)
{
    return end - at == strlen(keyword) && memcmp(text + at, keyword, end - at) == 0;
}

static void reference_take(struct reference *reference, const char *text, size_t bytes,
                           size_t begin, size_t end, const struct reference_drop *drop)
{
    size_t at = begin;
    size_t key_end;

    if (!reference_token(text, bytes, end, &at, &key_end)) {
        reference_keep(reference, text + begin, end - begin);
        return;
    }
    if (reference_is(text, at, key_end, "vt")) {
        if (reference->uv_count < drop->first || reference->uv_count >= drop->last) {
            reference_keep(reference, text + begin, end - begin);
        }
        reference_uv(reference, text, bytes, key_end, end);
        return;
    }
    if (reference_is(text, at, key_end, "f") || reference_is(text, at, key_end, "fo")) {
        if (reference->faces++ == 0) {
            reference->uvs_before = reference->uv_count;
        }
        reference_keep(reference, text + begin, key_end - begin);
        reference_corners(reference, text, bytes, key_end, end, true);
        return;
    }
    if (reference_is(text, at, key_end, "l") || reference_is(text, at, key_end, "surf")) {
        reference_keep(reference, text + begin, key_end - begin);
        reference_corners(reference, text, bytes, key_end, end, false);
        return;
    }
    reference->vertices += reference_is(text, at, key_end, "v");
    reference_keep(reference, text + begin, end - begin);
}

static void reference_read(struct reference *reference, const char *text, size_t bytes,
                           struct reference_drop drop)
{
    size_t at = 0;

    memset(reference, 0, sizeof *reference);
    reference->rest = malloc(2 * bytes + 1); /* v/t/ grows by no byte, v/t/n by none */
    if (reference->rest == NULL) {
        abort();
    }
    if (bytes >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        reference_keep(reference, text, 3);
        at = 3;
    }
    while (at < bytes) {
        const size_t end = reference_statement(text, bytes, at);
        reference_take(reference, text, bytes, at, end, &drop);
        at = end;
    }
}

static void reference_release(struct reference *reference)
{
    free(reference->uvs);
    free(reference->corners);
    free(reference->referrals);
    free(reference->rest);
}

#endif
