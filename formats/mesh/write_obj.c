/*
 * A plain Wavefront OBJ. Room is taken once by a bound that is seldom far off, or as much of it
 * as the ceiling allows; each block of lines then makes sure of its own.
 */
#include "formats/mesh/shortest.h"
#include "formats/mesh/write.h"

#define LINES_PER_BLOCK UINT32_C(1024)
#define CORNERS_PER_BLOCK UINT32_C(8192)
#define VERTEX_LINE_BYTES ((size_t)3 * (UVP_SHORTEST_BYTES + 1) + 2)
#define LIKELY_VERTEX_BYTES ((size_t)48)
#define UV_LINE_BYTES ((size_t)2 * (UVP_TEXT_UNIT_BYTES + 1) + 3)
#define CORNER_BYTES ((size_t)22) /* " 2147483648/2147483648" */
#define OBJECT_LINE_BYTES ((size_t)32)

struct obj_writing {
    const struct uvp_writing *writing;
    struct uvp_stop *stop;
    struct uvp_buf *out;
    uint64_t vertex_base; /* lines of the meshes before */
    uint64_t uv_base;
};

/* Before each block of lines. */
static enum uvp_code begin_block(struct obj_writing *obj, size_t bytes, struct uvp_error *err)
{
    UVP_TRY(uvp_stop_poll(obj->stop, err));
    return uvp_buf_reserve(obj->out, bytes, err);
}

static uint32_t block_end(uint32_t from, uint32_t count)
{
    return count - from < LINES_PER_BLOCK ? count : from + LINES_PER_BLOCK;
}

static inline unsigned char *write_vertex(unsigned char *to, const float *position,
                                          const float *origin)
{
    *to++ = 'v';
    for (int i = 0; i < 3; i++) {
        *to++ = ' ';
        to = uvp_shortest_write(to, origin == NULL ? position[i] : position[i] + origin[i]);
    }
    *to++ = '\n';
    return to;
}

static enum uvp_code write_vertices(struct obj_writing *obj, const struct uvp_mesh *mesh,
                                    struct uvp_error *err)
{
    struct uvp_buf *const out = obj->out;

    for (uint32_t v = 0; v < mesh->vertex_count;) {
        const uint32_t end = block_end(v, mesh->vertex_count);
        unsigned char *to;
        UVP_TRY(begin_block(obj, (end - v) * VERTEX_LINE_BYTES, err));
        to = out->data + out->bytes;
        for (; v < end; v++) {
            to = write_vertex(to, mesh->positions + (size_t)3 * v, obj->writing->origin);
        }
        out->bytes = (size_t)(to - out->data);
    }
    return UVP_OK;
}

static enum uvp_code write_uvs(struct obj_writing *obj, const struct uvp_mesh_uvs *uvs,
                               struct uvp_error *err)
{
    struct uvp_buf *const out = obj->out;

    for (uint32_t i = 0; i < uvs->uv_count;) {
        const uint32_t end = block_end(i, uvs->uv_count);
        unsigned char *to;
        UVP_TRY(begin_block(obj, (end - i) * UV_LINE_BYTES, err));
        to = out->data + out->bytes;
        for (; i < end; i++) {
            memcpy(to, "vt ", 3);
            to = uvp_text_write_unit(to + 3, uvs->uv[2 * (size_t)i]);
            *to++ = ' ';
            to = uvp_text_write_unit(to, uvs->uv[2 * (size_t)i + 1]);
            *to++ = '\n';
        }
        out->bytes = (size_t)(to - out->data);
    }
    return UVP_OK;
}

static inline unsigned char *write_corner(const struct obj_writing *obj,
                                          const struct uvp_mesh *mesh,
                                          const struct uvp_mesh_uvs *uvs, uint32_t corner,
                                          unsigned char *to)
{
    *to++ = ' ';
    to = uvp_text_write_count(to, obj->vertex_base + mesh->corner_vertex[corner] + 1);
    if (uvs->uv != NULL) {
        *to++ = '/';
        to = uvp_text_write_count(to, obj->uv_base + uvs->corner_uv[corner] + 1);
    }
    return to;
}

/* Polygons have any number of corners: one that is a block of its own goes piece by piece. */
static enum uvp_code write_large(struct obj_writing *obj, const struct uvp_mesh *mesh,
                                 const struct uvp_mesh_uvs *uvs, uint32_t polygon,
                                 struct uvp_error *err)
{
    struct uvp_buf *const out = obj->out;
    const uint32_t end = mesh->corner_start[polygon + 1];

    UVP_TRY(uvp_buf_append(out, "f", 1, err));
    for (uint32_t c = mesh->corner_start[polygon]; c < end;) {
        const uint32_t until = block_end(c, end);
        unsigned char *to;
        UVP_TRY(begin_block(obj, (until - c) * CORNER_BYTES, err));
        to = out->data + out->bytes;
        for (; c < until; c++) {
            to = write_corner(obj, mesh, uvs, c, to);
        }
        out->bytes = (size_t)(to - out->data);
    }
    return uvp_buf_append(out, "\n", 1, err);
}

/* A polygon without corners has no line: there is no such statement. */
static unsigned char *write_block(const struct obj_writing *obj, const struct uvp_mesh *mesh,
                                  const struct uvp_mesh_uvs *uvs, uint32_t polygon,
                                  uint32_t end, unsigned char *to)
{
    for (; polygon < end; polygon++) {
        const uint32_t last = mesh->corner_start[polygon + 1];
        uint32_t corner = mesh->corner_start[polygon];
        if (corner == last) {
            continue;
        }
        *to++ = 'f';
        for (; corner < last; corner++) {
            to = write_corner(obj, mesh, uvs, corner, to);
        }
        *to++ = '\n';
    }
    return to;
}

/* As many polygons from `from` as make a block; none when the first is too large for one. */
static uint32_t block_of_polygons(const struct uvp_mesh *mesh, uint32_t from)
{
    const uint32_t first = mesh->corner_start[from];
    uint32_t end = block_end(from, mesh->polygon_count);

    while (end > from && mesh->corner_start[end] - first > CORNERS_PER_BLOCK) {
        end = from + (end - from) / 2;
    }
    return end;
}

static enum uvp_code write_polygons(struct obj_writing *obj, const struct uvp_mesh *mesh,
                                    const struct uvp_mesh_uvs *uvs, struct uvp_error *err)
{
    struct uvp_buf *const out = obj->out;

    for (uint32_t p = 0; p < mesh->polygon_count;) {
        const uint32_t end = block_of_polygons(mesh, p);
        const uint32_t corners = mesh->corner_start[end] - mesh->corner_start[p];
        if (end == p) {
            UVP_TRY(write_large(obj, mesh, uvs, p++, err));
            continue;
        }
        UVP_TRY(begin_block(obj, corners * CORNER_BYTES + (size_t)2 * (end - p), err));
        out->bytes =
            (size_t)(write_block(obj, mesh, uvs, p, end, out->data + out->bytes) - out->data);
        p = end;
    }
    return UVP_OK;
}

static enum uvp_code write_object_line(struct obj_writing *obj, uint32_t number,
                                       struct uvp_error *err)
{
    unsigned char line[OBJECT_LINE_BYTES] = "o mesh";
    unsigned char *const end = uvp_text_write_count(line + 6, number);

    *end = '\n';
    return uvp_buf_append(obj->out, line, (size_t)(end + 1 - line), err);
}

static enum uvp_code write_mesh(struct obj_writing *obj, uint32_t m, struct uvp_error *err)
{
    const struct uvp_model *const model = obj->writing->model;
    const struct uvp_mesh *const mesh = &model->meshes[m];
    const struct uvp_mesh_uvs uvs = uvp_writing_uvs(obj->writing, m);

    if (model->mesh_count > 1) {
        UVP_TRY(write_object_line(obj, m, err));
    }
    if (obj->writing->spelled.bytes == 0) {
        UVP_TRY(write_vertices(obj, mesh, err));
    }
    if (uvs.uv != NULL) {
        UVP_TRY(write_uvs(obj, &uvs, err));
    }
    UVP_TRY(write_polygons(obj, mesh, &uvs, err));
    obj->vertex_base += mesh->vertex_count;
    obj->uv_base += uvs.uv == NULL ? 0 : uvs.uv_count;
    return UVP_OK;
}

static size_t count_digits(uint64_t value)
{
    size_t digits = 1;

    for (; value >= 10; value /= 10) {
        digits++;
    }
    return digits;
}

/* Sums over arrays that are in memory, times small numbers: far from 2^64. */
static uint64_t guess_bytes(const struct uvp_writing *writing)
{
    const struct uvp_model *const model = writing->model;
    uint64_t vertices = 0;
    uint64_t uvs = 0;
    uint64_t corners = 0;
    uint64_t polygons = 0;

    for (uint32_t m = 0; m < model->mesh_count; m++) {
        const struct uvp_mesh *const mesh = &model->meshes[m];
        vertices += mesh->vertex_count;
        uvs += writing->uvs[m].uv == NULL ? 0 : writing->uvs[m].uv_count;
        polygons += mesh->polygon_count;
        corners += mesh->corner_start[mesh->polygon_count];
    }
    return model->mesh_count * OBJECT_LINE_BYTES +
           (writing->spelled.bytes != 0 ? writing->spelled.bytes
                                        : vertices * LIKELY_VERTEX_BYTES) +
           uvs * UV_LINE_BYTES + 2 * polygons +
           corners * (2 + count_digits(vertices) + count_digits(uvs));
}

static enum uvp_code take_room(struct obj_writing *obj, struct uvp_error *err)
{
    const uint64_t guess = guess_bytes(obj->writing);
    const size_t ceiling = obj->out->ceiling_bytes;
    const size_t room = ceiling == 0 ? SIZE_MAX : ceiling - obj->out->bytes;

    return uvp_buf_reserve_exact(obj->out, guess < room ? (size_t)guess : room, err);
}

enum uvp_code uvp_write_obj(const struct uvp_writing *writing, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    struct obj_writing obj = {.writing = writing, .stop = stop, .out = out};

    (void)arena;
    UVP_TRY(take_room(&obj, err));
    UVP_TRY(uvp_buf_append(out, writing->spelled.data, writing->spelled.bytes, err));
    for (uint32_t m = 0; m < writing->model->mesh_count; m++) {
        UVP_TRY(write_mesh(&obj, m, err));
    }
    return UVP_OK;
}
