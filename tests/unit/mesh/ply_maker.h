/*
 * ply_maker.h -- PLY files made at random, with every feature of the format
 */
#ifndef UVP_TESTS_PLY_MAKER_H
#define UVP_TESTS_PLY_MAKER_H

#include "tests/unit/mesh/ply_bench.h"

enum encoding { TEXT = 0, LITTLE, BIG };

static const char *const type_names[] = {"char", "uchar", "short", "ushort",
                                         "int",  "uint",  "float", "double"};
static const char *const sized_names[] = {"int8",  "uint8",  "int16",   "uint16",
                                          "int32", "uint32", "float32", "float64"};

struct maker {
    uint64_t random;
    enum encoding encoding;
    const char *const *types;
    const char *eol;
    char *data;
    size_t bytes;
    size_t room;
    bool row_begun;
    bool is_one_line;
};

static inline uint32_t pick(struct maker *maker, uint32_t count)
{
    return next_random(&maker->random) % count;
}

static inline void put(struct maker *maker, const void *data, size_t bytes)
{
    assert_true(maker->bytes + bytes <= maker->room);
    memcpy(maker->data + maker->bytes, data, bytes);
    maker->bytes += bytes;
}

static inline void put_text(struct maker *maker, const char *text)
{
    put(maker, text, strlen(text));
}

static inline void put_line(struct maker *maker, const char *text)
{
    put_text(maker, text);
    put_text(maker, maker->eol);
}

static inline void put_number(struct maker *maker, double number, int type)
{
    char text[64];
    const float narrow = (float)number;
    const int64_t whole = type < 6 ? (int64_t)number : 0;
    unsigned char bytes[8];
    const size_t count = ref_type_bytes(type);

    if (maker->encoding == TEXT) {
        snprintf(text, sizeof text, "%s%.9g", maker->row_begun ? " " : "", number);
        put_text(maker, text);
        maker->row_begun = true;
        return;
    }
    if (type == 6) {
        memcpy(bytes, &narrow, 4);
    } else if (type == 7) {
        memcpy(bytes, &number, 8);
    } else {
        memcpy(bytes, &whole, 8);
    }
    for (size_t i = 0; i < count; i++) {
        put(maker, &bytes[maker->encoding == BIG ? count - 1 - i : i], 1);
    }
}

static inline void end_row(struct maker *maker)
{
    if (maker->encoding == TEXT && !maker->is_one_line) {
        if (pick(maker, 12) == 0) {
            put_text(maker, pick(maker, 2) == 0 ? " 7 8" : "  ");
        }
        put_text(maker, maker->eol);
        maker->row_begun = false;
    }
}

struct face_plan {
    int count_type;
    int index_type;
    bool is_first; /* of the face's properties */
    bool has_list; /* another one */
    bool has_uvs;
    bool has_texnumber;
};

static inline void put_face(struct maker *maker, const struct face_plan *plan,
                            uint32_t vertices)
{
    const uint32_t kind = pick(maker, 10);
    const uint32_t corners = kind < 5 ? 3 : kind < 8 ? 4 : pick(maker, 8);

    if (!plan->is_first) {
        put_number(maker, pick(maker, 100), 1);
    }
    put_number(maker, corners, plan->count_type);
    for (uint32_t i = 0; i < corners; i++) {
        put_number(maker, pick(maker, vertices), plan->index_type);
    }
    if (plan->has_list) {
        const uint32_t items = pick(maker, 4);
        put_number(maker, items, 3);
        for (uint32_t i = 0; i < items; i++) {
            put_number(maker, pick(maker, 100), 2);
        }
    }
    if (plan->has_uvs) {
        const uint32_t items = pick(maker, 5) == 0 ? pick(maker, 4) : 2 * corners;
        put_number(maker, items, 1);
        for (uint32_t i = 0; i < items; i++) {
            put_number(maker, pick(maker, 5) / 4.0, 6);
        }
    }
    if (plan->has_texnumber) {
        put_number(maker, pick(maker, 3), 4);
    }
    end_row(maker);
}

static inline void put_property(struct maker *maker, int count_type, int type, const char *name)
{
    char line[128];

    if (count_type >= 0) {
        snprintf(line, sizeof line, "property list %s %s %s", maker->types[count_type],
                 maker->types[type], name);
    } else {
        snprintf(line, sizeof line, "property %s %s", maker->types[type], name);
    }
    put_line(maker, line);
}

struct vertex_plan {
    int type;
    bool has_list;
    bool has_uvs;
    bool has_colour;
};

static inline void put_vertex(struct maker *maker, const struct vertex_plan *plan)
{
    if (plan->has_list) {
        const uint32_t items = pick(maker, 3);
        put_number(maker, items, 1);
        for (uint32_t i = 0; i < items; i++) {
            put_number(maker, pick(maker, 100), 6);
        }
    }
    for (int axis = 0; axis < 3; axis++) {
        put_number(maker, (double)pick(maker, 4000) / 16 - 125, plan->type);
    }
    if (plan->has_colour) {
        put_number(maker, pick(maker, 256), 1);
    }
    if (plan->has_uvs) {
        put_number(maker, pick(maker, 9) / 8.0, 6);
        put_number(maker, pick(maker, 9) / 8.0, 7);
    }
    end_row(maker);
}

static inline void put_element(struct maker *maker, const char *name, uint32_t count)
{
    char line[64];

    snprintf(line, sizeof line, "element %s %u", name, count);
    put_line(maker, line);
}

static inline void put_vertex_header(struct maker *maker, const struct vertex_plan *plan,
                                     uint32_t count)
{
    put_element(maker, "vertex", count);
    if (plan->has_list) {
        put_property(maker, 1, 6, "weights");
    }
    put_property(maker, -1, plan->type, "x");
    put_property(maker, -1, plan->type, "y");
    put_line(maker, "comment between");
    put_property(maker, -1, plan->type, "z");
    if (plan->has_colour) {
        put_property(maker, -1, 1, "red");
    }
    if (plan->has_uvs) {
        put_property(maker, -1, 6, "u");
        put_property(maker, -1, 7, "v");
    }
}

static inline void put_face_header(struct maker *maker, const struct face_plan *plan,
                                   uint32_t count)
{
    put_element(maker, "face", count);
    if (!plan->is_first) {
        put_property(maker, -1, 1, "flags");
    }
    put_property(maker, plan->count_type, plan->index_type, "vertex_indices");
    if (plan->has_list) {
        put_property(maker, 3, 2, "tags");
    }
    if (plan->has_uvs) {
        put_property(maker, 1, 6, "texcoord");
    }
    if (plan->has_texnumber) {
        put_property(maker, -1, 4, "texnumber");
    }
}

static inline void begin_file(struct maker *maker, uint64_t seed, size_t room)
{
    static const char *const eols[] = {"\n", "\n", "\r\n", "\r"};
    static const char *const formats[] = {"format ascii 1.0", "format binary_little_endian 1.0",
                                          "format binary_big_endian 1.0"};

    memset(maker, 0, sizeof *maker);
    maker->random = seed * 77;
    maker->room = room;
    maker->data = malloc(room);
    assert_non_null(maker->data);
    maker->encoding = (enum encoding)(seed % 3);
    maker->types = pick(maker, 2) == 0 ? type_names : sized_names;
    maker->eol = eols[pick(maker, 4)];
    maker->is_one_line = maker->encoding == TEXT && pick(maker, 8) == 0;
    put_line(maker, "ply");
    put_line(maker, formats[maker->encoding]);
}

static inline void make_file(struct maker *maker, uint64_t seed, uint32_t vertices,
                             uint32_t faces)
{
    static const int index_types[] = {4, 4, 4, 5, 1, 3, 0, 2, 6};
    static const int position_types[] = {6, 6, 6, 7, 2, 4};
    struct vertex_plan vertex = {0};
    struct face_plan face = {0};
    bool faces_first;

    begin_file(maker, seed, 4096 + (size_t)vertices * 200 + (size_t)faces * 400);
    face.count_type = pick(maker, 3) == 0 ? (int)pick(maker, 6) : 1;
    face.index_type = index_types[pick(maker, 9)];
    vertices = face.index_type < 2 && vertices > 100 ? 100 : vertices;
    face.is_first = pick(maker, 4) != 0;
    face.has_list = pick(maker, 5) == 0;
    face.has_uvs = pick(maker, 5) == 0;
    face.has_texnumber = pick(maker, 5) == 0;
    vertex.type = position_types[pick(maker, 6)];
    vertex.has_list = pick(maker, 6) == 0;
    vertex.has_uvs = pick(maker, 5) == 0;
    vertex.has_colour = pick(maker, 3) == 0;
    faces_first = pick(maker, 5) == 0;
    if (faces_first) {
        put_face_header(maker, &face, faces);
    }
    put_vertex_header(maker, &vertex, vertices);
    if (!faces_first) {
        put_face_header(maker, &face, faces);
    }
    put_line(maker, "end_header");
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; (round == 0) == faces_first && i < faces; i++) {
            put_face(maker, &face, vertices);
        }
        for (uint32_t i = 0; (round == 0) != faces_first && i < vertices; i++) {
            put_vertex(maker, &vertex);
        }
    }
    if (pick(maker, 4) == 0 && !maker->is_one_line) {
        put_text(maker, "the end");
    }
}

/* One mesh in six files: text, bytes of both orders, each also with an empty list a row, which
 * keeps the fast readers away. */
static inline void make_grid(struct maker *maker, uint64_t encoding, uint32_t side,
                             bool with_list)
{
    const uint32_t vertices = side * side;
    const uint32_t faces = 2 * (side - 1) * (side - 1);

    begin_file(maker, encoding, 4096 + (size_t)vertices * 60 + (size_t)faces * 60);
    maker->eol = "\n";
    maker->is_one_line = false;
    put_element(maker, "vertex", vertices);
    for (int axis = 0; axis < 3; axis++) {
        put_property(maker, -1, 6, axis == 0 ? "x" : axis == 1 ? "y" : "z");
    }
    if (with_list) {
        put_property(maker, 1, 4, "none");
    }
    put_element(maker, "face", faces);
    put_property(maker, 1, 4, "vertex_indices");
    if (with_list) {
        put_property(maker, 1, 4, "none");
    }
    put_line(maker, "end_header");
    maker->random = 5;
    for (uint32_t i = 0; i < vertices; i++) {
        put_number(maker, i % side, 6);
        put_number(maker, i / side, 6);
        put_number(maker, (double)((float)pick(maker, 10000) / 999.0f), 6);
        if (with_list) {
            put_number(maker, 0, 1);
        }
        put_text(maker, maker->encoding == TEXT ? "\n" : "");
        maker->row_begun = false;
    }
    for (uint32_t i = 0; i < faces; i++) {
        const uint32_t cell = i / 2;
        const uint32_t v = cell / (side - 1) * side + cell % (side - 1);
        put_number(maker, 3, 1);
        put_number(maker, v + 1, 4);
        put_number(maker, i % 2 == 0 ? v + side : v + side + 1, 4);
        put_number(maker, i % 2 == 0 ? v : v + side, 4);
        if (with_list) {
            put_number(maker, 0, 1);
        }
        put_text(maker, maker->encoding == TEXT ? "\n" : "");
        maker->row_begun = false;
    }
}

#endif
