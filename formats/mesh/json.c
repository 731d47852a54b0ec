/*
 * RFC 8259, read in one pass. Containers that are open lie on a stack of fixed size, so there
 * is no recursion; what comes next is one of three states.
 *
 * Long runs, which are the insides of strings and the blanks of indented files, are passed 16
 * bytes at a time. The last bytes of the text, and processors without SSE2, take the way byte
 * by byte, with the same results.
 */
#include "formats/mesh/json.h"

#include <string.h>

#if defined(__SSE2__) && !defined(UVP_JSON_BYTEWISE)
#    include <emmintrin.h>
#    define WIDE 16
#endif

#define TOKENS_FIRST ((size_t)512)
#define BYTES_PER_POLL ((ptrdiff_t)65536)
#define COUNT_DIGITS_MAX 18

enum expect {
    EXPECT_VALUE,
    EXPECT_KEY,
    EXPECT_MORE, /* what follows a value: a comma, the end of a container or of the text */
    EXPECT_NOTHING,
};

struct reader {
    const unsigned char *begin;
    const unsigned char *at;
    const unsigned char *end;
    const unsigned char *next_poll;
    struct uvp_json_token *tokens;
    size_t count;
    size_t room;
    uint32_t open[UVP_JSON_DEPTH]; /* tokens of the open containers */
    uint32_t depth;
    struct uvp_arena *arena;
    struct uvp_stop *stop;
    struct uvp_error *err;
};

static enum uvp_code fail_here(const struct reader *reader, const char *what)
{
    const unsigned long long at = (unsigned long long)(reader->at - reader->begin);

    return uvp_fail(reader->err, UVP_BAD_DATA, at, "JSON, byte %llu: %s", at, what);
}

static enum uvp_code poll_now(struct reader *reader)
{
    reader->next_poll =
        reader->at +
        (reader->end - reader->at < BYTES_PER_POLL ? reader->end - reader->at : BYTES_PER_POLL);
    return uvp_stop_poll(reader->stop, reader->err);
}

/* ---- tokens ---- */

static enum uvp_code grow(struct reader *reader)
{
    const size_t room = reader->room == 0 ? TOKENS_FIRST : 2 * reader->room;
    struct uvp_json_token *const tokens =
        UVP_ARENA_ARRAY(reader->arena, struct uvp_json_token, room);

    if (tokens == NULL) {
        return uvp_fail_memory(reader->err, room * sizeof *tokens);
    }
    if (reader->count != 0) {
        memcpy(tokens, reader->tokens, reader->count * sizeof *tokens);
    }
    reader->tokens = tokens;
    reader->room = room;
    return UVP_OK;
}

static inline enum uvp_code add_token(struct reader *reader, enum uvp_json_kind kind,
                                      const unsigned char *start, const unsigned char *end,
                                      bool is_escaped)
{
    struct uvp_json_token *token;

    if (reader->count == reader->room) {
        UVP_TRY(grow(reader));
    }
    token = &reader->tokens[reader->count++];
    token->start = (uint32_t)(start - reader->begin);
    token->end = (uint32_t)(end - reader->begin);
    token->next = (uint32_t)reader->count;
    token->kind = (uint16_t)kind;
    token->is_escaped = is_escaped;
    return UVP_OK;
}

/* ---- runs ---- */

static inline bool is_blank(unsigned char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

#ifdef WIDE
/* Passes whole steps of blanks; the rest is for the byte-wise loop. */
static inline const unsigned char *pass_blanks(const unsigned char *at,
                                               const unsigned char *end)
{
    const __m128i space = _mm_set1_epi8(' ');
    const __m128i tab = _mm_set1_epi8('\t');

    while (end - at >= WIDE) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        const int blank = _mm_movemask_epi8(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, space), _mm_cmpeq_epi8(bytes, tab)));
        if (blank != 0xffff) {
            return at + __builtin_ctz(~(unsigned)blank);
        }
        at += WIDE;
    }
    return at;
}

/* Passes bytes that are plain inside of a string: no quote, backslash or control byte. */
static inline const unsigned char *pass_plain(const unsigned char *at, const unsigned char *end)
{
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);

    while (end - at >= WIDE) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        const int odd = _mm_movemask_epi8(_mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes)));
        if (odd != 0) {
            return at + __builtin_ctz((unsigned)odd);
        }
        at += WIDE;
    }
    return at;
}
#else
static inline const unsigned char *pass_blanks(const unsigned char *at,
                                               const unsigned char *end)
{
    (void)end;
    return at;
}

static inline const unsigned char *pass_plain(const unsigned char *at, const unsigned char *end)
{
    (void)end;
    return at;
}
#endif

static inline void skip_blanks(struct reader *reader)
{
    const unsigned char *at = reader->at;

    if (at<reader->end && * at> ' ') {
        return;
    }
    while (at < reader->end && is_blank(*at)) {
        at++;
        if (at < reader->end && *at == ' ') {
            at = pass_blanks(at, reader->end);
        }
    }
    reader->at = at;
}

/* ---- scalars ---- */

static inline bool is_digit(unsigned char c)
{
    return (unsigned char)(c - '0') <= 9;
}

static unsigned hex_value(unsigned char c)
{
    if (is_digit(c)) {
        return c - (unsigned)'0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - (unsigned)'a' + 10 : 16;
}

/* at[0..3] as hexadecimal; more than 0xffff when they are not. */
static unsigned hex4(const unsigned char *at)
{
    unsigned value = 0;

    for (int i = 0; i < 4; i++) {
        const unsigned digit = hex_value(at[i]);
        if (digit > 15) {
            return UINT32_MAX;
        }
        value = 16 * value + digit;
    }
    return value;
}

/* Behind a backslash; NULL when that is no escape. */
static const unsigned char *pass_escape(const unsigned char *at, const unsigned char *end)
{
    if (at >= end || *at == '\0') {
        return NULL;
    }
    if (*at == 'u') {
        return end - at >= 5 && hex4(at + 1) <= 0xffff ? at + 5 : NULL;
    }
    return strchr("\"\\/bfnrt", *at) != NULL ? at + 1 : NULL;
}

/* From the opening quote to behind the closing one. */
static inline enum uvp_code read_string(struct reader *reader)
{
    const unsigned char *const start = reader->at + 1;
    bool is_escaped = false;

    reader->at = start;
    for (;;) {
        /* long strings are polled in pieces */
        const unsigned char *const stretch = reader->end - reader->at > BYTES_PER_POLL
                                                 ? reader->at + BYTES_PER_POLL
                                                 : reader->end;
        const unsigned char *at = pass_plain(reader->at, stretch);

        while (at < stretch && *at != '"' && *at != '\\' && *at >= ' ') {
            at++;
        }
        reader->at = at;
        if (at == stretch && stretch != reader->end) {
            UVP_TRY(poll_now(reader));
            continue;
        }
        if (at == reader->end || *at < ' ') {
            return fail_here(reader, at == reader->end ? "string without end"
                                                       : "control byte in a string");
        }
        if (*at == '"') {
            reader->at = at + 1;
            return add_token(reader, UVP_JSON_STRING, start, at, is_escaped);
        }
        is_escaped = true;
        at = pass_escape(at + 1, reader->end);
        if (at == NULL) {
            return fail_here(reader, "no such escape");
        }
        reader->at = at;
    }
}

static inline const unsigned char *pass_digits(const unsigned char *at,
                                               const unsigned char *end)
{
    while (at < end && is_digit(*at)) {
        at++;
    }
    return at;
}

/* The place behind the number; NULL when it is none. */
static inline const unsigned char *pass_number(const unsigned char *at,
                                               const unsigned char *end)
{
    const unsigned char *from;

    at += *at == '-';
    from = at;
    at = pass_digits(at, end);
    if (at == from || (*from == '0' && at - from > 1)) {
        return NULL;
    }
    if (at < end && *at == '.') {
        from = at + 1;
        at = pass_digits(from, end);
        if (at == from) {
            return NULL;
        }
    }
    if (at < end && (*at | 0x20) == 'e') {
        at++;
        at += at < end && (*at == '+' || *at == '-');
        from = at;
        at = pass_digits(from, end);
        if (at == from) {
            return NULL;
        }
    }
    return at;
}

static inline enum uvp_code read_number(struct reader *reader)
{
    const unsigned char *const start = reader->at;
    const unsigned char *const after = pass_number(start, reader->end);

    if (after == NULL) {
        return fail_here(reader, "not a number");
    }
    reader->at = after;
    return add_token(reader, UVP_JSON_NUMBER, start, after, false);
}

static enum uvp_code read_word(struct reader *reader)
{
    static const struct {
        const char *word;
        size_t bytes;
        enum uvp_json_kind kind;
    } rows[] = {
        {"true", 4, UVP_JSON_TRUE},
        {"false", 5, UVP_JSON_FALSE},
        {"null", 4, UVP_JSON_NULL},
    };
    const unsigned char *const start = reader->at;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((size_t)(reader->end - start) >= rows[i].bytes &&
            memcmp(start, rows[i].word, rows[i].bytes) == 0) {
            reader->at = start + rows[i].bytes;
            return add_token(reader, rows[i].kind, start, reader->at, false);
        }
    }
    return fail_here(reader, start == reader->end ? "ends too early" : "not a value");
}

/* ---- containers ---- */

static inline enum uvp_code close_container(struct reader *reader, enum expect *expect)
{
    struct uvp_json_token *const token = &reader->tokens[reader->open[--reader->depth]];

    reader->at++;
    token->end = (uint32_t)(reader->at - reader->begin);
    token->next = (uint32_t)reader->count;
    *expect = EXPECT_MORE;
    return UVP_OK;
}

static inline enum uvp_code open_container(struct reader *reader, enum uvp_json_kind kind,
                                           enum expect *expect)
{
    if (reader->depth == UVP_JSON_DEPTH) {
        return fail_here(reader, "nested too deep");
    }
    UVP_TRY(add_token(reader, kind, reader->at, reader->at + 1, false));
    reader->open[reader->depth++] = (uint32_t)reader->count - 1;
    reader->at++;
    skip_blanks(reader);
    if (reader->at < reader->end && *reader->at == (kind == UVP_JSON_OBJECT ? '}' : ']')) {
        return close_container(reader, expect);
    }
    *expect = kind == UVP_JSON_OBJECT ? EXPECT_KEY : EXPECT_VALUE;
    return UVP_OK;
}

static inline enum uvp_code read_value(struct reader *reader, enum expect *expect)
{
    const unsigned char c = reader->at < reader->end ? *reader->at : 0;

    *expect = EXPECT_MORE;
    if (c == '"') {
        return read_string(reader);
    }
    if (is_digit(c) || c == '-') {
        return read_number(reader);
    }
    if (c == '{') {
        return open_container(reader, UVP_JSON_OBJECT, expect);
    }
    if (c == '[') {
        return open_container(reader, UVP_JSON_ARRAY, expect);
    }
    return read_word(reader);
}

static inline enum uvp_code read_key(struct reader *reader, enum expect *expect)
{
    if (reader->at == reader->end || *reader->at != '"') {
        return fail_here(reader, "no key");
    }
    UVP_TRY(read_string(reader));
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != ':') {
        return fail_here(reader, "no colon");
    }
    reader->at++;
    *expect = EXPECT_VALUE;
    return UVP_OK;
}

static inline enum uvp_code read_more(struct reader *reader, enum expect *expect)
{
    const unsigned char c = reader->at < reader->end ? *reader->at : 0;
    bool in_object;

    if (reader->depth == 0) {
        *expect = EXPECT_NOTHING;
        return reader->at == reader->end ? UVP_OK
                                         : fail_here(reader, "something behind the value");
    }
    in_object = reader->tokens[reader->open[reader->depth - 1]].kind == UVP_JSON_OBJECT;
    if (c == ',') {
        reader->at++;
        *expect = in_object ? EXPECT_KEY : EXPECT_VALUE;
        return UVP_OK;
    }
    if (c == (in_object ? '}' : ']')) {
        return close_container(reader, expect);
    }
    return fail_here(reader, reader->at == reader->end ? "ends too early" : "no comma");
}

static enum uvp_code read_all(struct reader *reader)
{
    enum expect expect = EXPECT_VALUE;

    while (expect != EXPECT_NOTHING) {
        if (reader->at >= reader->next_poll) {
            UVP_TRY(poll_now(reader));
        }
        skip_blanks(reader);
        switch (expect) {
        case EXPECT_KEY:
            UVP_TRY(read_key(reader, &expect));
            skip_blanks(reader);
            UVP_TRY(read_value(reader, &expect));
            break;
        case EXPECT_VALUE:
            UVP_TRY(read_value(reader, &expect));
            break;
        case EXPECT_MORE:
        case EXPECT_NOTHING:
            UVP_TRY(read_more(reader, &expect));
            break;
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_json_read(struct uvp_span text, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_json *json, struct uvp_error *err)
{
    struct reader reader = {
        .begin = text.data,
        .at = text.data,
        .end = text.data + text.bytes,
        .next_poll = text.data,
        .arena = arena,
        .stop = stop,
        .err = err,
    };

    if (text.bytes >= UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "JSON of 4 GiB or more");
    }
    if (text.bytes >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0) {
        reader.at += 3;
    }
    UVP_TRY(read_all(&reader));
    json->text = text;
    json->tokens = reader.tokens;
    json->count = (uint32_t)reader.count;
    return UVP_OK;
}

/* ---- what tokens mean ---- */

struct uvp_span uvp_json_bytes(const struct uvp_json *json, uint32_t token)
{
    const struct uvp_json_token *const at = &json->tokens[token];

    return uvp_span_of(json->text.data + at->start, at->end - at->start);
}

/* One character of a string with escapes; *at moves behind it. Surrogates come one by one. */
static unsigned next_character(const unsigned char **at)
{
    const unsigned char *const from = *at;
    const char *const plain = "\"\\/bfnrt";
    const char *const meaning = "\"\\/\b\f\n\r\t";

    if (*from != '\\') {
        *at = from + 1;
        return *from;
    }
    if (from[1] == 'u') {
        *at = from + 6;
        return hex4(from + 2);
    }
    *at = from + 2;
    return (unsigned char)meaning[strchr(plain, from[1]) - plain];
}

bool uvp_json_says(const struct uvp_json *json, uint32_t token, const char *text)
{
    const struct uvp_span bytes = uvp_json_bytes(json, token);
    const unsigned char *at = bytes.data;

    if (!json->tokens[token].is_escaped) {
        return strncmp((const char *)bytes.data, text, bytes.bytes) == 0 &&
               text[bytes.bytes] == '\0';
    }
    for (; at < bytes.data + bytes.bytes; text++) {
        if (*text == '\0' || next_character(&at) != (unsigned char)*text) {
            return false;
        }
    }
    return *text == '\0';
}

uint32_t uvp_json_member(const struct uvp_json *json, uint32_t object, const char *key)
{
    uint32_t found = UVP_JSON_NONE;

    if (object == UVP_JSON_NONE || json->tokens[object].kind != UVP_JSON_OBJECT) {
        return UVP_JSON_NONE;
    }
    for (uint32_t at = object + 1; at < json->tokens[object].next;
         at = json->tokens[at + 1].next) {
        found = uvp_json_says(json, at, key) ? at + 1 : found;
    }
    return found;
}

uint32_t uvp_json_size(const struct uvp_json *json, uint32_t container)
{
    const uint32_t step = json->tokens[container].kind == UVP_JSON_OBJECT ? 1 : 0;
    uint32_t size = 0;

    if (json->tokens[container].kind > UVP_JSON_ARRAY) {
        return 0;
    }
    for (uint32_t at = container + 1; at < json->tokens[container].next;
         at = json->tokens[at + step].next) {
        size++;
    }
    return size;
}

/* A number as digits and a power of ten; zeros in front and at the end do not count. */
struct decimal {
    uint64_t digits;
    int digit_count;
    int64_t exponent;
};

static bool add_digit(struct decimal *decimal, unsigned digit, uint64_t *zeros)
{
    if (digit == 0) {
        *zeros += decimal->digits != 0; /* they may be the last digits: not yet taken */
        return true;
    }
    for (; *zeros != 0; (*zeros)--) {
        if (++decimal->digit_count > COUNT_DIGITS_MAX) {
            return false;
        }
        decimal->digits *= 10;
    }
    decimal->digits = decimal->digits * 10 + digit;
    return ++decimal->digit_count <= COUNT_DIGITS_MAX;
}

static bool read_decimal(const unsigned char *at, const unsigned char *end,
                         struct decimal *decimal)
{
    uint64_t zeros = 0;
    bool after_point = false;
    int64_t exponent = 0;
    bool negative;

    memset(decimal, 0, sizeof *decimal);
    for (; at < end && (*at | 0x20) != 'e'; at++) {
        if (*at == '.') {
            after_point = true;
            continue;
        }
        decimal->exponent -= after_point;
        if (!add_digit(decimal, *at - (unsigned)'0', &zeros)) {
            return false;
        }
    }
    decimal->exponent += (int64_t)zeros;
    if (at < end) {
        at++;
        negative = *at == '-';
        at += *at == '-' || *at == '+';
        for (; at < end; at++) {
            exponent = exponent < INT64_C(10000000000) ? exponent * 10 + (*at - '0') : exponent;
        }
        decimal->exponent += negative ? -exponent : exponent;
    }
    return true;
}

bool uvp_json_count(const struct uvp_json *json, uint32_t token, uint64_t most, uint64_t *count)
{
    struct uvp_span bytes;
    struct decimal decimal;

    if (token == UVP_JSON_NONE || json->tokens[token].kind != UVP_JSON_NUMBER) {
        return false;
    }
    bytes = uvp_json_bytes(json, token);
    if (bytes.data[0] == '-') {
        /* -0 is 0, in all its spellings */
        bytes.data++;
        bytes.bytes--;
        most = 0;
    }
    if (!read_decimal(bytes.data, bytes.data + bytes.bytes, &decimal) ||
        (decimal.digits != 0 &&
         (decimal.exponent < 0 || decimal.exponent > COUNT_DIGITS_MAX - decimal.digit_count))) {
        return false;
    }
    for (; decimal.digits != 0 && decimal.exponent > 0; decimal.exponent--) {
        decimal.digits *= 10;
    }
    *count = decimal.digits;
    return decimal.digits <= most;
}

static unsigned char *put_utf8(unsigned char *to, unsigned code)
{
    if (code < 0x80) {
        *to++ = (unsigned char)code;
        return to;
    }
    if (code < 0x800) {
        *to++ = (unsigned char)(0xc0 | code >> 6);
    } else if (code < 0x10000) {
        *to++ = (unsigned char)(0xe0 | code >> 12);
        *to++ = (unsigned char)(0x80 | (code >> 6 & 0x3f));
    } else {
        *to++ = (unsigned char)(0xf0 | code >> 18);
        *to++ = (unsigned char)(0x80 | (code >> 12 & 0x3f));
        *to++ = (unsigned char)(0x80 | (code >> 6 & 0x3f));
    }
    *to++ = (unsigned char)(0x80 | (code & 0x3f));
    return to;
}

enum uvp_code uvp_json_string(const struct uvp_json *json, uint32_t token,
                              struct uvp_arena *arena, struct uvp_span *string,
                              struct uvp_error *err)
{
    const struct uvp_span bytes = uvp_json_bytes(json, token);
    const unsigned char *at = bytes.data;
    unsigned char *const copy = UVP_ARENA_ARRAY(arena, unsigned char, bytes.bytes);
    unsigned char *to = copy;

    if (copy == NULL) {
        return uvp_fail_memory(err, bytes.bytes);
    }
    while (at < bytes.data + bytes.bytes) {
        const bool is_escape = at[0] == '\\' && at[1] == 'u';
        unsigned code = next_character(&at);
        if (!is_escape) {
            *to++ = (unsigned char)code;
            continue;
        }
        if (code >= 0xd800 && code < 0xdc00 && bytes.data + bytes.bytes - at >= 6 &&
            at[0] == '\\' && at[1] == 'u') {
            const unsigned low = next_character(&at);
            code = low >= 0xdc00 && low < 0xe000
                       ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00)
                       : 0xd800;
        }
        if (code >= 0xd800 && code < 0xe000) {
            return uvp_fail(err, UVP_BAD_DATA, json->tokens[token].start,
                            "JSON, byte %u: half of a surrogate pair",
                            json->tokens[token].start);
        }
        to = put_utf8(to, code);
    }
    *string = uvp_span_of(copy, (size_t)(to - copy));
    return UVP_OK;
}
