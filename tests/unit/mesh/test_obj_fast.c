/* OBJ read and written 64 bytes at a time: files that are long enough for it. */
#include "formats/mesh/obj_fast.h"
#include "tests/support/obj_levels.h"
#include "tests/unit/mesh/obj_bench.h"

#define LINES 400

struct text {
    char *bytes;
    size_t count;
    size_t room;
};

static void text_open(struct text *text)
{
    text->room = (size_t)1 << 20;
    text->count = 0;
    text->bytes = malloc(text->room);
    assert_non_null(text->bytes);
}

static void text_add(struct text *text, const char *line)
{
    const size_t bytes = strlen(line);

    assert_true(text->count + bytes < text->room);
    memcpy(text->bytes + text->count, line, bytes);
    text->count += bytes;
}

/* Many plain lines, and one odd one in their middle. */
static void text_fill(struct text *text, const char *vertex, const char *face, const char *odd)
{
    text_open(text);
    for (int i = 0; i < LINES; i++) {
        text_add(text, vertex);
    }
    for (int i = 0; i < LINES; i++) {
        text_add(text, i == LINES / 2 ? odd : face);
    }
}

static void check_text(const struct text *text)
{
    static const struct uvp_mesh_options rows[] = {
        {0},
        {.wants_uvs = true},
        {.wants_groups = true},
        {.wants_uvs = true, .wants_groups = true},
    };
    char *const copy = copy_exactly(text->bytes, text->count);
    const struct uvp_span bytes = uvp_span_of(copy, text->count);
    struct bench bench;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(obj_levels_agree(bytes, &rows[i]));
    }
    bench_open(&bench);
    if (decode(&bench, copy, text->count) == UVP_OK) {
        struct made_uvs made;
        make_uvs(&made, &bench.mesh, 7);
        assert_true(obj_levels_write_the_same(bytes, &made.uvs));
        release_uvs(&made);
    }
    bench_close(&bench);
    free(copy);
}

static const char *const vertices[] = {
    "v 0.123456 -1.500000 12.345678\n",
    "v  1 2\t3 \n",
    "v 0.123456789 -0.00123456789 1.23456789\r\n",
    "v 0.123456789012345 -0.0123456789012345 123.456789012345\n",
    "v 0.30000001192092896 -4.0216554790014111 1e-16\n",
    "v 1 2 3 0.5 0.5 0.5 0.25 0.125 0.0625 0.03125 0.015625 0.0078125 0.00390625 0.001953125\n",
    "v .5 5. +1\n",
    "v 16777217 16777219 0.1\n",
};

static const char *const faces[] = {
    "f 1 2 3\n",
    "f 1//1 2//2 3//3\r\n",
    "f 1/1/1 2/2/2 3/3/3 4/4/4\n",
    "f 12/12 13/13 14/14 15/15 16/16 17/17 18/18 19/19 20/20 21/21 22/22 23/23 24/24 25/25\n",
    "f 00000001/00000002/00000003 00000001/00000002/00000003 00000001/00000002/00000003\n",
    "f -1 -2 -3\n",
    "f 1/ 2// 3/1/\n",
    "f 1 2/1 3//1\n",
    "f 1 2 3 # f 1 2\n",
    "  f\t1  2  3  \n",
    "vt 0.25 0.5\nf 1/1 2/1 3/1\n",
    "vt 0.25\nvt 1 2 3\nf 1/-1 2/-2 3/1\n",
    "usemtl a\nf 1 2 3\nusemtl b c\n",
};

static const char *const odd_lines[] = {
    "",
    "\n",
    "\r\n",
    "\r",
    "f 1 2 \\\n3\n",
    "# saved to C:\\models\\\n",
    "g a \\\nb f 1 2 3\n",
    "l 1/1 2/1\n",
    "surf 0 1 0 1 1/1/1\n",
    "vp 1 2\n",
    "vtx 1 2\n",
    "s 1\nsx\no a\nmtllib a b\nmg 1\n",
    "f 1 2 3\rf 3 2 1\n",
    "v nan inf -inf\n",
    "v 1 2\n",
    "v 1\n",
    "v 1 x 2\n",
    "f 401 1 2\n",
    "f 402 1 2\n",
    "f 0 1 2\n",
    "f 1/0 1/1 1/1\n",
    "f 1 2 99999999999\n",
    "f 1/123456789 2/1 3/1\n",
    "f 1/2/3/4 1 1\n",
    "f\n",
    "f 1\n",
    "vt 0 0\n",
    "vt x\n",
    "usemtl odd\n",
    "fo 1 2 3\n",
    "call file\n",
    "f 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
    "1 1 "
    "1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 "
    "1 1\n",
    "# a comment that is longer than a window of sixty-four bytes, and then some more of "
    "it\\\n",
    "f 1                                                                         2            "
    "3\n",
};

static void odd_lines_among_plain_ones(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof vertices / sizeof vertices[0]; v++) {
        for (size_t f = 0; f < sizeof faces / sizeof faces[0]; f++) {
            for (size_t i = (v + f) % 3; i < sizeof odd_lines / sizeof odd_lines[0]; i += 3) {
                struct text text;
                text_fill(&text, vertices[v], faces[f], odd_lines[i]);
                check_text(&text);
                free(text.bytes);
            }
        }
    }
}

/* One line more or less, a byte more or less: where windows and the file's end meet. */
static void ends_at_any_place(void **state)
{
    struct text text;

    (void)state;
    text_fill(&text, "v 0.25 1 -2.5\n", "f 1/1/1 2/1/2 3/1/3 4/1/4\n", "vt 1 1\n");
    for (size_t cut = 0; cut < 300; cut++) {
        const struct text part = {text.bytes, text.count - cut, text.room};
        const struct text later = {text.bytes + text.count - cut, cut, text.room};
        check_text(&part);
        check_text(&later);
    }
    free(text.bytes);
}

/* The error of the last line is the last line's. */
static void errors_have_their_line(void **state)
{
    struct bench bench;
    struct text text;

    (void)state;
    text_fill(&text, vertices[0], faces[0], faces[0]);
    text_add(&text, "f 1 2 500\n");
    bench_open(&bench);
    assert_int_equal(decode(&bench, text.bytes, text.count), UVP_BAD_DATA);
    assert_int_equal(bench.err.at, 2 * LINES + 1);
    assert_string_equal(bench.err.text, "line 801: vertex index 500 of 400");
    bench_close(&bench);
    free(text.bytes);
}

/* A second file of the same size needs no memory but what is held. */
static void a_warm_arena_takes_nothing(void **state)
{
    struct bench bench;
    struct text text;
    uint64_t calls = 0;

    (void)state;
    text_fill(&text, vertices[0], faces[2], faces[2]);
    bench_open(&bench);
    for (int round = 0; round < 4; round++) {
        calls = bench.mem.calls;
        uvp_arena_reset(&bench.arena, SIZE_MAX);
        assert_int_equal(decode(&bench, text.bytes, text.count), UVP_OK);
    }
    assert_int_equal(bench.mem.calls, calls);
    bench_close(&bench);
    free(text.bytes);
}

/* What is plain must not be left to the other reader, nor what is seldom odd. */
static void plain_files_are_read_once(void **state)
{
    static const char *const odd[] = {"f 1 2 3\n", "l 1/1 2/1\n", "f 1 2 \\\n3\n", "vp 1 2\n"};

    (void)state;
    for (int level = 0; level <= (int)uvp_text_level_best(); level++) {
        for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
            struct uvp_obj_reading reading = {
                .options = {.polygon_corners = 99, .corners = 9999, .vertices = 9999}};
            struct uvp_obj_notes notes;
            struct uvp_far_box box;
            struct bench bench;
            struct text text;
            text_fill(&text, vertices[i], faces[i], odd[i]);
            bench_open(&bench);
            assert_int_equal(uvp_obj_read_fast((enum uvp_text_level)level,
                                               uvp_span_of(text.bytes, text.count),
                                               &bench.arena, &bench.stop, &reading, &notes,
                                               &box, &bench.err),
                             level == UVP_TEXT_BYTES ? UVP_END : UVP_OK);
            bench_close(&bench);
            free(text.bytes);
        }
    }
}

/* ---- far from the origin ---- */

/* A square of one unit at places where float32 counts by half units. */
static void far_meshes_keep_their_shape(void **state)
{
    static const char *const corners[] = {
        "v 4649776.25 649776.125 100\n", "v 4649777.25 649776.125 100.0625\n",
        "v 4649777.25 649777.125 1000e-1\n", "v 4.64977625e6 649777.125 +100\n"};
    static const float expected[12] = {-0.5f, -0.5f, 0.0f, 0.5f,  -0.5f, 0.0625f,
                                       0.5f,  0.5f,  0.0f, -0.5f, 0.5f,  0.0f};
    struct text text;

    (void)state;
    text_open(&text);
    for (int i = 0; i < LINES; i++) {
        text_add(&text, corners[i % 4]);
    }
    text_add(&text, "f 1 2 3 4\n");
    check_text(&text);
    for (int level = 0; level <= (int)uvp_text_level_best(); level++) {
        struct obj_level read;
        const float *positions;
        obj_level_read(&read, (enum uvp_text_level)level, uvp_span_of(text.bytes, text.count),
                       NULL);
        assert_int_equal(read.code, UVP_OK);
        positions = read.model.meshes->positions;
        for (int i = 3; i < 12; i++) {
            /* the middle itself is a float32: what counts is what lies between the corners */
            assert_true(positions[i] - positions[i % 3] == expected[i] - expected[i % 3]);
        }
        uvp_arena_release(&read.arena);
    }
    free(text.bytes);
}

static void near_meshes_are_as_written(void **state)
{
    static const char text[] = "v 1024 0 0\nv 1025 0 0\nv 1024 2 0\nf 1 2 3\n";
    struct bench bench;

    (void)state;
    bench_open(&bench);
    assert_int_equal(decode(&bench, text, sizeof text - 1), UVP_OK);
    assert_true(bench.mesh.positions[0] == 1024.0f);
    assert_true(bench.mesh.positions[3] == 1025.0f);
    bench_close(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_lines_among_plain_ones),
        cmocka_unit_test(ends_at_any_place),
        cmocka_unit_test(plain_files_are_read_once),
        cmocka_unit_test(errors_have_their_line),
        cmocka_unit_test(a_warm_arena_takes_nothing),
        cmocka_unit_test(far_meshes_keep_their_shape),
        cmocka_unit_test(near_meshes_are_as_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
