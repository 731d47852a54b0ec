#include "formats/mesh/text_scan.h"

#include <string.h>

#include "formats/mesh/text.h"
#include "formats/mesh/text_levels.h"

#define TAIL_LEFT ((ptrdiff_t)256)

#define FOUR(x) (x), (x), (x), (x)
#define EIGHT(x) FOUR(x), FOUR(x)
#define SIXTEEN(x) EIGHT(x), EIGHT(x)
#define ALL(x) SIXTEEN(x), SIXTEEN(x)
#define PAIRS(x, y) x, y, x, y, x, y, x, y, x, y, x, y, x, y, x, y

const struct uvp_text_constants uvp_text_constants = {
    .space = {ALL(' ')},
    .eol = {ALL('\n')},
    .cr = {ALL('\r')},
    .slash = {ALL('/')},
    .zero = {ALL('0')},
    .nine = {ALL(9)},
    .nibble = {ALL(15)},
    .point = {ALL('.' - '0' + 256)},
    .letter_v = {ALL('v')},
    .letter_f = {ALL('f')},
    .letter_t = {ALL('t')},
    .letter_u = {ALL('u')},
    .letter_s = {ALL('s')},
    .tens = {PAIRS(10, 1), PAIRS(10, 1)},
    .hundreds = {PAIRS(100, 1)},
    .ten_thousands = {PAIRS(10000, 1)},
    .one = {EIGHT(1)},
    .middle_mask = {FOUR(0x1fffffff)},
    .middle = {FOUR(0x10000000)},
    .hundred_million = {FOUR(1e8)},
};

enum uvp_text_level uvp_text_level_best(void)
{
#if UVP_TEXT_HAS_SIMD
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
                   __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt")
               ? UVP_TEXT_AVX2
               : UVP_TEXT_SSE2;
#else
    return UVP_TEXT_BYTES;
#endif
}

static size_t read_no_rows(struct uvp_text *text, uint32_t columns, size_t rows, float *values)
{
    (void)text;
    (void)columns;
    (void)rows;
    (void)values;
    return 0;
}

static size_t read_no_faces(struct uvp_text *text, size_t rows, struct uvp_text_faces *faces)
{
    (void)text;
    (void)rows;
    (void)faces;
    return 0;
}

const struct uvp_text_scanner *uvp_text_scanner(enum uvp_text_level level)
{
    static const struct uvp_text_scanner none = {.rows = read_no_rows, .faces = read_no_faces};

#if UVP_TEXT_HAS_SIMD
    if (level != UVP_TEXT_BYTES) {
        return level == UVP_TEXT_AVX2 ? &uvp_text_scanner_avx2 : &uvp_text_scanner_sse2;
    }
#endif
    (void)level;
    return &none;
}

size_t uvp_text_tail(struct uvp_text *text, unsigned char tail[UVP_TEXT_TAIL_BYTES])
{
    const ptrdiff_t left = text->end - text->at;
    const ptrdiff_t before = UVP_TEXT_BEHIND;

    if (left > TAIL_LEFT || left <= 0) {
        return 0;
    }
    memset(tail, '\n', UVP_TEXT_TAIL_BYTES);
    memcpy(tail + before, text->at, (size_t)left);
    text->begin = tail;
    text->at = tail + before;
    text->end = tail + UVP_TEXT_TAIL_BYTES;
    return (size_t)left;
}

bool uvp_text_read_token(const unsigned char *at, const unsigned char *end, float *value)
{
    const unsigned char *const after = uvp_text_read_float(at, end, value);

    return after == end;
}
