/*
 * make_samples -- the files bench_mesh is measured with
 *
 *     make_samples FOLDER [MEGABYTES [SMALL_FILES]]
 *     make_samples --join OUT MEGABYTES IN.obj...
 *
 * Writes one wavy torus in every spelling worth telling apart, each of about so many megabytes
 * (default 140): OBJ as Blender writes it (blender.obj: %.6f, %.4f normals, quads a/b/c), with
 * normals (vn.obj: a//c), with nine digits (plain.obj: a b c) and with fifteen (double.obj);
 * mesh_ascii.ply, mesh_le.ply, mesh_be.ply, mesh_binary.stl, mesh_ascii.stl, mesh.off,
 * mesh.glb; and in the folder small so many files (default 10000) of about 24 kB as OBJ, PLY,
 * STL and GLB each.
 *
 * --join makes one large OBJ of real ones, text as found but for the indices of faces, which
 * are counted on; the list is gone through as often as it takes.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_ROOM 4096
#define TURN 6.283185307179586

/* A torus of rows * columns vertices and as many quads. */
struct torus {
    uint32_t rows;
    uint32_t columns;
    double phase; /* tells the small files apart */
};

struct point {
    double p[3];
    double n[3];
    double uv[2];
};

static uint32_t vertex_count(const struct torus *torus)
{
    return torus->rows * torus->columns;
}

static struct point point_at(const struct torus *torus, uint32_t vertex)
{
    const double a = TURN * (vertex / torus->columns) / torus->rows;
    const double b = TURN * (vertex % torus->columns) / torus->columns;
    const double r = 1.0 + 0.1 * sin(7 * a + 5 * b + torus->phase);
    const double ring = 3.0 + r * cos(b);
    const struct point point = {
        {ring * cos(a), ring * sin(a), r * sin(b)},
        {cos(a) * cos(b), sin(a) * cos(b), sin(b)},
        {a / TURN, b / TURN},
    };

    return point;
}

static void quad_at(const struct torus *torus, uint32_t quad, uint32_t corner[4])
{
    const uint32_t row = quad / torus->columns;
    const uint32_t column = quad % torus->columns;
    const uint32_t next_row = (row + 1) % torus->rows;
    const uint32_t next_column = (column + 1) % torus->columns;

    corner[0] = row * torus->columns + column;
    corner[1] = next_row * torus->columns + column;
    corner[2] = next_row * torus->columns + next_column;
    corner[3] = row * torus->columns + next_column;
}

/* Triangle 2q and 2q + 1 are the halves of quad q. */
static void triangle_at(const struct torus *torus, uint32_t triangle, uint32_t corner[3])
{
    uint32_t quad[4];

    quad_at(torus, triangle / 2, quad);
    corner[0] = quad[0];
    corner[1] = triangle % 2 == 0 ? quad[1] : quad[2];
    corner[2] = triangle % 2 == 0 ? quad[2] : quad[3];
}

/* ---- text ---- */

enum spelling { FIXED_4, FIXED_6, DIGITS_9, DIGITS_15 };

static void write_triple(FILE *out, const char *lead, const double value[3],
                         enum spelling spelling)
{
    const bool bare = lead[0] == '\0';

    fputs(lead, out);
    for (int k = 0; k < 3; k++) {
        if (k > 0 || !bare) {
            fputc(' ', out);
        }
        if (spelling == DIGITS_9) {
            fprintf(out, "%.9g", (double)(float)value[k]);
        } else if (spelling == DIGITS_15) {
            fprintf(out, "%.15g", value[k]);
        } else {
            fprintf(out, "%.*f", spelling == FIXED_4 ? 4 : 6, value[k]);
        }
    }
    fputc('\n', out);
}

static void write_positions(FILE *out, const struct torus *torus, const char *lead,
                            enum spelling spelling)
{
    for (uint32_t v = 0; v < vertex_count(torus); v++) {
        const struct point point = point_at(torus, v);
        write_triple(out, lead, point.p, spelling);
    }
}

static void write_normals(FILE *out, const struct torus *torus, enum spelling spelling)
{
    for (uint32_t v = 0; v < vertex_count(torus); v++) {
        const struct point point = point_at(torus, v);
        write_triple(out, "vn", point.n, spelling);
    }
}

static void write_obj_blender(FILE *out, const struct torus *torus)
{
    fputs("# Blender v3.4.1 OBJ File\nmtllib mesh.mtl\no Torus\n", out);
    write_positions(out, torus, "v", FIXED_6);
    for (uint32_t v = 0; v < vertex_count(torus); v++) {
        const struct point point = point_at(torus, v);
        fprintf(out, "vt %.6f %.6f\n", point.uv[0], point.uv[1]);
    }
    write_normals(out, torus, FIXED_4);
    fputs("usemtl Material\ns off\n", out);
    for (uint32_t q = 0; q < vertex_count(torus); q++) {
        uint32_t c[4];
        quad_at(torus, q, c);
        fprintf(out, "f %u/%u/%u %u/%u/%u %u/%u/%u %u/%u/%u\n", c[0] + 1, c[0] + 1, c[0] + 1,
                c[1] + 1, c[1] + 1, c[1] + 1, c[2] + 1, c[2] + 1, c[2] + 1, c[3] + 1, c[3] + 1,
                c[3] + 1);
    }
}

static void write_obj_vn(FILE *out, const struct torus *torus)
{
    write_positions(out, torus, "v", FIXED_6);
    write_normals(out, torus, FIXED_6);
    for (uint32_t t = 0; t < 2 * vertex_count(torus); t++) {
        uint32_t c[3];
        triangle_at(torus, t, c);
        fprintf(out, "f %u//%u %u//%u %u//%u\n", c[0] + 1, c[0] + 1, c[1] + 1, c[1] + 1,
                c[2] + 1, c[2] + 1);
    }
}

static void write_triangles(FILE *out, const struct torus *torus, const char *lead,
                            uint32_t base)
{
    for (uint32_t t = 0; t < 2 * vertex_count(torus); t++) {
        uint32_t c[3];
        triangle_at(torus, t, c);
        fprintf(out, "%s %u %u %u\n", lead, c[0] + base, c[1] + base, c[2] + base);
    }
}

static void write_obj_plain(FILE *out, const struct torus *torus)
{
    write_positions(out, torus, "v", DIGITS_9);
    write_triangles(out, torus, "f", 1);
}

static void write_obj_double(FILE *out, const struct torus *torus)
{
    write_positions(out, torus, "v", DIGITS_15);
    write_triangles(out, torus, "f", 1);
}

static void write_off(FILE *out, const struct torus *torus)
{
    fprintf(out, "OFF\n%u %u 0\n", vertex_count(torus), 2 * vertex_count(torus));
    write_positions(out, torus, "", FIXED_6);
    write_triangles(out, torus, "3", 0);
}

static void write_stl_ascii(FILE *out, const struct torus *torus)
{
    fputs("solid torus\n", out);
    for (uint32_t t = 0; t < 2 * vertex_count(torus); t++) {
        const struct point middle = point_at(torus, t / 2);
        uint32_t c[3];
        triangle_at(torus, t, c);
        fprintf(out, "  facet normal %.6e %.6e %.6e\n    outer loop\n", middle.n[0],
                middle.n[1], middle.n[2]);
        for (int k = 0; k < 3; k++) {
            const struct point point = point_at(torus, c[k]);
            fprintf(out, "      vertex %.6f %.6f %.6f\n", point.p[0], point.p[1], point.p[2]);
        }
        fputs("    endloop\n  endfacet\n", out);
    }
    fputs("endsolid torus\n", out);
}

/* ---- binary ---- */

static void put_u32(FILE *out, uint32_t value, bool big)
{
    unsigned char bytes[4];

    for (int i = 0; i < 4; i++) {
        bytes[big ? 3 - i : i] = (unsigned char)(value >> 8 * i);
    }
    fwrite(bytes, 1, 4, out);
}

static void put_float(FILE *out, double value, bool big)
{
    const float number = (float)value;
    uint32_t bits;

    memcpy(&bits, &number, 4);
    put_u32(out, bits, big);
}

static void put_position(FILE *out, const struct torus *torus, uint32_t vertex, bool big)
{
    const struct point point = point_at(torus, vertex);

    for (int k = 0; k < 3; k++) {
        put_float(out, point.p[k], big);
    }
}

static void write_ply(FILE *out, const struct torus *torus, const char *format)
{
    const bool big = strcmp(format, "binary_big_endian") == 0;

    fprintf(out,
            "ply\nformat %s 1.0\ncomment a torus\nelement vertex %u\nproperty float x\n"
            "property float y\nproperty float z\nelement face %u\n"
            "property list uchar int vertex_indices\nend_header\n",
            format, vertex_count(torus), 2 * vertex_count(torus));
    if (strcmp(format, "ascii") == 0) {
        write_positions(out, torus, "", FIXED_6);
        write_triangles(out, torus, "3", 0);
        return;
    }
    for (uint32_t v = 0; v < vertex_count(torus); v++) {
        put_position(out, torus, v, big);
    }
    for (uint32_t t = 0; t < 2 * vertex_count(torus); t++) {
        uint32_t c[3];
        triangle_at(torus, t, c);
        fputc(3, out);
        for (int k = 0; k < 3; k++) {
            put_u32(out, c[k], big);
        }
    }
}

static void write_ply_ascii(FILE *out, const struct torus *torus)
{
    write_ply(out, torus, "ascii");
}

static void write_ply_le(FILE *out, const struct torus *torus)
{
    write_ply(out, torus, "binary_little_endian");
}

static void write_ply_be(FILE *out, const struct torus *torus)
{
    write_ply(out, torus, "binary_big_endian");
}

static void write_stl(FILE *out, const struct torus *torus)
{
    char header[80] = "binary torus";

    fwrite(header, 1, sizeof header, out);
    put_u32(out, 2 * vertex_count(torus), false);
    for (uint32_t t = 0; t < 2 * vertex_count(torus); t++) {
        const struct point middle = point_at(torus, t / 2);
        uint32_t c[3];
        triangle_at(torus, t, c);
        for (int k = 0; k < 3; k++) {
            put_float(out, middle.n[k], false);
        }
        for (int k = 0; k < 3; k++) {
            put_position(out, torus, c[k], false);
        }
        fwrite("\0", 1, 2, out);
    }
}

static void write_glb(FILE *out, const struct torus *torus)
{
    const uint32_t vertices = vertex_count(torus);
    const uint32_t bytes_points = 12 * vertices;
    const uint32_t bytes_faces = 24 * vertices;
    char json[1024];
    int used = snprintf(
        json, sizeof json,
        "{\"asset\":{\"version\":\"2.0\"},\"scene\":0,\"scenes\":[{\"nodes\":[0]}],"
        "\"nodes\":[{\"mesh\":0}],\"meshes\":[{\"primitives\":[{\"attributes\":"
        "{\"POSITION\":0},\"indices\":1}]}],\"buffers\":[{\"byteLength\":%u}],"
        "\"bufferViews\":[{\"buffer\":0,\"byteOffset\":0,\"byteLength\":%u,\"target\":34962},"
        "{\"buffer\":0,\"byteOffset\":%u,\"byteLength\":%u,\"target\":34963}],"
        "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":%u,"
        "\"type\":\"VEC3\",\"min\":[-4.1,-4.1,-1.1],\"max\":[4.1,4.1,1.1]},"
        "{\"bufferView\":1,\"componentType\":5125,\"count\":%u,\"type\":\"SCALAR\"}]}",
        bytes_points + bytes_faces, bytes_points, bytes_points, bytes_faces, vertices,
        6 * vertices);

    while (used % 4 != 0) {
        json[used++] = ' ';
    }
    fwrite("glTF", 1, 4, out);
    put_u32(out, 2, false);
    put_u32(out, 12 + 8 + (uint32_t)used + 8 + bytes_points + bytes_faces, false);
    put_u32(out, (uint32_t)used, false);
    fwrite("JSON", 1, 4, out);
    fwrite(json, 1, (size_t)used, out);
    put_u32(out, bytes_points + bytes_faces, false);
    fwrite("BIN\0", 1, 4, out);
    for (uint32_t v = 0; v < vertices; v++) {
        put_position(out, torus, v, false);
    }
    for (uint32_t t = 0; t < 2 * vertices; t++) {
        uint32_t c[3];
        triangle_at(torus, t, c);
        for (int k = 0; k < 3; k++) {
            put_u32(out, c[k], false);
        }
    }
}

/* ---- files ---- */

struct sample {
    const char *name;
    uint32_t bytes_per_vertex; /* about, for a large torus */
    void (*write)(FILE *out, const struct torus *torus);
};

static const struct sample samples[] = {
    {"blender.obj", 162, write_obj_blender},
    {"vn.obj", 166, write_obj_vn},
    {"plain.obj", 85, write_obj_plain},
    {"double.obj", 106, write_obj_double},
    {"mesh_ascii.ply", 78, write_ply_ascii},
    {"mesh_le.ply", 38, write_ply_le},
    {"mesh_be.ply", 38, write_ply_be},
    {"mesh_binary.stl", 100, write_stl},
    {"mesh_ascii.stl", 390, write_stl_ascii},
    {"mesh.off", 78, write_off},
    {"mesh.glb", 36, write_glb},
};

static const struct sample small_samples[] = {
    {"obj", 73, write_obj_plain},
    {"ply", 38, write_ply_le},
    {"stl", 100, write_stl},
    {"glb", 36, write_glb},
};

#define COUNT(rows) (sizeof(rows) / sizeof(rows)[0])

static bool write_sample(const char *path, const struct sample *sample, double bytes,
                         double phase)
{
    const uint32_t side = (uint32_t)sqrt(bytes / sample->bytes_per_vertex);
    const struct torus torus = {side, side, phase};
    FILE *const out = fopen(path, "wb");
    bool good = out != NULL;

    if (good) {
        sample->write(out, &torus);
        good = !ferror(out);
        good = fclose(out) == 0 && good;
    }
    if (!good) {
        fprintf(stderr, "make_samples: %s: cannot be written\n", path);
    }
    return good;
}

static bool write_samples(const char *folder, double megabytes, uint32_t small_files)
{
    char path[PATH_ROOM];

    (void)mkdir(folder, 0777);
    for (size_t i = 0; i < COUNT(samples); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, samples[i].name);
        if (!write_sample(path, &samples[i], megabytes * 1e6, 0)) {
            return false;
        }
    }
    snprintf(path, sizeof path, "%s/small", folder);
    (void)mkdir(path, 0777);
    for (uint32_t n = 0; n < small_files; n++) {
        for (size_t i = 0; i < COUNT(small_samples); i++) {
            snprintf(path, sizeof path, "%s/small/%05u.%s", folder, n, small_samples[i].name);
            if (!write_sample(path, &small_samples[i], 20e3 + n % 100 * 110, n)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- joining ---- */

struct join {
    FILE *out;
    long bytes;
    long base[3]; /* v, vt, vn lines written before this file */
    long seen[3];
};

/* A token a/b/c with each positive number counted on by what came before the file. */
static void join_corner(struct join *join, const char *token)
{
    int part = 0;

    while (*token != '\0') {
        char *end;
        const long number = strtol(token, &end, 10);
        if (end == token) {
            fputc(*token, join->out);
            part += *token == '/';
            token++;
            continue;
        }
        fprintf(join->out, "%ld", number > 0 ? number + join->base[part % 3] : number);
        token = end;
    }
}

static void join_line(struct join *join, char *line)
{
    char *at = line + 1;

    if (line[0] == 'v') {
        join->seen[0] += line[1] == ' ';
        join->seen[1] += line[1] == 't';
        join->seen[2] += line[1] == 'n';
    }
    if ((line[0] != 'f' && line[0] != 'l') || line[1] != ' ') {
        fputs(line, join->out);
        return;
    }
    fputc(line[0], join->out);
    while (*at != '\0') {
        const size_t gap = strspn(at, " \t\r\n");
        const size_t token = strcspn(at + gap, " \t\r\n");
        const char after = at[gap + token];
        fwrite(at, 1, gap, join->out);
        at += gap;
        at[token] = '\0';
        join_corner(join, at);
        at[token] = after;
        at += token;
    }
}

static bool join_file(struct join *join, const char *path)
{
    FILE *const in = fopen(path, "rb");
    char *line = NULL;
    size_t room = 0;

    if (in == NULL) {
        fprintf(stderr, "make_samples: %s: cannot be read\n", path);
        return false;
    }
    memcpy(join->base, join->seen, sizeof join->base);
    while (getline(&line, &room, in) > 0) {
        join_line(join, line);
    }
    fputc('\n', join->out);
    free(line);
    fclose(in);
    return true;
}

static bool join_files(const char *path, double megabytes, char **inputs, int count)
{
    struct join join = {.out = fopen(path, "wb")};
    bool good = join.out != NULL && count > 0;

    for (int i = 0; good && (double)ftell(join.out) < megabytes * 1e6; i = (i + 1) % count) {
        good = join_file(&join, inputs[i]);
    }
    if (join.out != NULL) {
        good = fclose(join.out) == 0 && good;
    }
    return good;
}

int main(int argc, char **argv)
{
    if (argc >= 5 && strcmp(argv[1], "--join") == 0) {
        return join_files(argv[2], (double)strtoul(argv[3], NULL, 10), argv + 4, argc - 4) ? 0
                                                                                           : 1;
    }
    if (argc < 2 || argc > 4 || argv[1][0] == '-') {
        fprintf(stderr, "usage: make_samples FOLDER [MEGABYTES [SMALL_FILES]]\n"
                        "       make_samples --join OUT MEGABYTES IN.obj...\n");
        return 64;
    }
    return write_samples(argv[1], argc > 2 ? (double)strtoul(argv[2], NULL, 10) : 140,
                         argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 10000)
               ? 0
               : 1;
}
