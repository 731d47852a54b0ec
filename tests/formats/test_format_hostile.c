/*
 * Files made to hurt, as rows of hostile_rows.h: each has its reaction written beside it.
 * Whatever a file declares, memory stays within what is told in advance from its size, the time
 * is linear, and the decoder asks often whether to go on. docs/testing.md says which row shows
 * what.
 */
#include "tests/support/every_format.h"

#include <time.h>

#include "tests/formats/hostile_rows.h"

#define MOST_SECONDS 20 /* sanitizers and busy machines included */

struct text {
    unsigned char *data;
    size_t bytes;
};

static struct text build(const struct hostile_row *row)
{
    struct text text = {NULL, 0};

    for (const struct hostile_piece *piece = row->pieces; piece->text != NULL; piece++) {
        text.bytes += piece->bytes * piece->times;
    }
    text.data = malloc(text.bytes + 1);
    assert_non_null(text.data);
    text.bytes = 0;
    for (const struct hostile_piece *piece = row->pieces; piece->text != NULL; piece++) {
        for (size_t i = 0; i < piece->times; i++) {
            memcpy(text.data + text.bytes, piece->text, piece->bytes);
            text.bytes += piece->bytes;
        }
    }
    return text;
}

/* The length in the head of a GLB, and in that of its first chunk, are what they should be. */
static void mend_lengths(struct text *text)
{
    const size_t total = text->bytes;

    if (total >= 20 && memcmp(text->data, "glTF\2\0\0\0____", 12) == 0) {
        for (size_t i = 0; i < 4; i++) {
            text->data[8 + i] = (unsigned char)(total >> 8 * i);
            text->data[12 + i] = (unsigned char)((total - 20) >> 8 * i);
        }
    }
}

static const struct uvp_format *format_of(const struct hostile_row *row)
{
    return uvp_format_by_path(row->name, strlen(row->name));
}

/* All rows are tried, and all that is wrong is told. */
static unsigned complaints;

static void complain(const char *format, ...) UVP_PRINTF(1, 2);

static void complain(const char *format, ...)
{
    char text[512];
    va_list list;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    print_error("%s\n", text);
    complaints++;
}

static void judge(const struct hostile_row *row, struct every_bench *every, size_t bytes,
                  enum uvp_code code)
{
    const struct bench *const bench = &every->bench;

    if (code != row->code) {
        complain("%s: %s (%s), not %s", row->title, uvp_code_name(code), bench->err.text,
                 uvp_code_name(row->code));
    }
    if (row->word != NULL && strstr(bench->err.text, row->word) == NULL) {
        complain("%s: the reason does not say \"%s\": %s", row->title, row->word,
                 bench->err.text);
    }
    /* files like no real one may take a few times what is told, but never what they declare */
    if (bench->mem.peak_bytes >
        3 * every->sample->format->cost_bound(bytes) + ((size_t)1 << 20)) {
        complain("%s: %zu bytes of memory for a file of %zu", row->title,
                 (size_t)bench->mem.peak_bytes, bytes);
    }
    if (code == UVP_OK && bench->stop.polls < bytes >> 19) {
        complain("%s: asked %zu times whether to go on, in %zu bytes", row->title,
                 (size_t)bench->stop.polls, bytes);
    }
}

/* What is read can be written, and read again. */
static void go_round(const struct hostile_row *row, struct every_bench *every,
                     const struct uvp_mesh_options *options)
{
    const struct uvp_format *const format = every->sample->format;
    struct bench *const bench = &every->bench;
    const struct uvp_mesh_uvs *const uvs = every_uvs(bench, 3, false);
    struct every_bench again;
    enum uvp_code code;

    if (bench_encode(bench, format, uvs, options) != UVP_OK) {
        complain("%s: not encoded: %s", row->title, bench->err.text);
        return;
    }
    if (bench->product.rewritten) {
        every_open(&again, every->sample);
        code = bench_decode(&again.bench, format, bench->body.data, bench->body.bytes, options);
        if (code != UVP_OK ||
            corner_count(again.bench.model.meshes) != corner_count(bench->model.meshes)) {
            complain("%s: what was made is not the same: %s", row->title, again.bench.err.text);
        }
        every_close(&again);
    }
}

/* Half way through and at the last poll: it stops there. */
static void stop_within(const struct hostile_row *row, const struct every_sample *sample,
                        const struct text *text, const struct uvp_mesh_options *options,
                        uint64_t polls)
{
    const uint64_t places[] = {polls / 2, polls};

    for (size_t i = 0; i < 2; i++) {
        struct every_bench every;
        enum uvp_code code;
        if (places[i] != 0) {
            every_open(&every, sample);
            every.bench.stop.stop_at_poll = places[i];
            code = bench_decode(&every.bench, sample->format, text->data, text->bytes, options);
            if (code != UVP_CANCELLED) {
                complain("%s: told to stop at poll %zu: %s", row->title, (size_t)places[i],
                         uvp_code_name(code));
            }
            every_close(&every);
        }
    }
}

static void try_row(const struct hostile_row *row)
{
    const struct uvp_mesh_options options = {
        .existing = UVP_EXISTING_REPLACE, .wants_uvs = true, .wants_groups = true};
    struct every_sample sample = {.format = format_of(row)};
    const clock_t began = clock();
    struct text text = build(row);
    struct every_bench every;
    enum uvp_code code;

    assert_non_null(sample.format);
    mend_lengths(&text);
    snprintf(sample.name, sizeof sample.name, "%s", row->name);
    snprintf(sample.folder, sizeof sample.folder, "/nonexistent");
    every_open(&every, &sample);
    code = bench_decode(&every.bench, sample.format, text.data, text.bytes, &options);
    judge(row, &every, text.bytes, code);
    stop_within(row, &sample, &text, &options, every.bench.stop.polls);
    if (code == UVP_OK) {
        go_round(row, &every, &options);
    }
    every_close(&every);
    free(text.data);
    if ((double)(clock() - began) / CLOCKS_PER_SEC > MOST_SECONDS) {
        complain("%s: took too long", row->title);
    }
}

static void rows_get_their_reaction(void **state)
{
    (void)state;
    for (const struct hostile_row *row = hostile_rows; row->name != NULL; row++) {
        try_row(row);
    }
    assert_int_equal(complaints, 0);
}

/* ---- what no format takes for its own, whatever its suffix ---- */

#define STRANGER(text)                                                                         \
    {                                                                                          \
        text, sizeof(text) - 1                                                                 \
    }

static void strangers_pass_with_a_reason(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;
    } texts[] = {
        STRANGER(""),
        STRANGER("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
        STRANGER("<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n"),
        STRANGER("\xff\xfev\0 \0000\0 \0000\0 \0000\0\n"),
        STRANGER("Kaydara FBX Binary  "),
        STRANGER("%PDF-1.4\n"),
        STRANGER("PK\3\4"),
    };

    (void)state;
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            const struct every_sample sample = {.format = *at};
            struct every_bench every;
            const char *reason = NULL;
            char path[64];
            snprintf(path, sizeof path, "x%s", (*at)->suffixes[0]);
            if (uvp_format_find(path, strlen(path), uvp_span_of(texts[i].text, texts[i].bytes),
                                true, &reason) != NULL) {
                every_open(&every, &sample);
                assert_int_not_equal(
                    bench_decode(&every.bench, *at, texts[i].text, texts[i].bytes, NULL),
                    UVP_OK);
                every_close(&every);
            } else {
                assert_true(reason != NULL && reason[0] != '\0');
            }
        }
    }
}

/* ---- bytes behind the geometry stay there ---- */

/* True when it decodes with them; then they are the last of what is made. */
static bool keeps_tail(const struct every_sample *sample, const char *tail)
{
    const size_t more = strlen(tail);
    unsigned char *const data = malloc(sample->bytes + more);
    const struct uvp_mesh_options options = {.existing = UVP_EXISTING_REPLACE};
    struct every_bench every;
    bool decoded;

    assert_non_null(data);
    memcpy(data, sample->data, sample->bytes);
    memcpy(data + sample->bytes, tail, more);
    every_open(&every, sample);
    decoded = bench_decode(&every.bench, sample->format, data, sample->bytes + more,
                           &options) == UVP_OK;
    if (decoded) {
        const struct bench *const bench = &every.bench;
        assert_int_equal(bench_encode(&every.bench, sample->format,
                                      every_uvs(&every.bench, 1, false), &options),
                         UVP_OK);
        if (bench->product.rewritten &&
            (bench->body.bytes < more ||
             memcmp(bench->body.data + bench->body.bytes - more, tail, more) != 0)) {
            fail_msg("%s/%s: what was behind it is gone", sample->format->name, sample->name);
        }
    }
    every_close(&every);
    free(data);
    return decoded;
}

static size_t tails_kept;

static void add_tails(const struct every_sample *sample)
{
    static const char *const tails[] = {"\n", "\n\n\r\n", "\n# the end\n", "\n#\0 ", "\n \t"};

    for (size_t i = 0; sample->kind == EVERY_GOOD && i < 5; i++) {
        tails_kept += keeps_tail(sample, tails[i]);
    }
}

static void tails_are_kept(void **state)
{
    (void)state;
    tails_kept = 0;
    every_sample(add_tails);
    assert_true(tails_kept > 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_get_their_reaction),
        cmocka_unit_test(strangers_pass_with_a_reason),
        cmocka_unit_test(tails_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
