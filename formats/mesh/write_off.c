/* A plain OFF: the counts, a line for each vertex, a line for each polygon. */
#include "formats/mesh/shortest.h"
#include "formats/mesh/write.h"

#define LINES_PER_BLOCK UINT32_C(1024)
#define CORNERS_PER_BLOCK UINT32_C(8192)
#define VERTEX_LINE_BYTES ((size_t)3 * (UVP_SHORTEST_BYTES + 1) + 1)
#define CORNER_BYTES ((size_t)11)
#define HEAD_BYTES ((size_t)3 * (UVP_TEXT_COUNT_BYTES + 1) + 8)

struct off_writing {
    const struct uvp_writing *writing;
    struct uvp_stop *stop;
    struct uvp_buf *out;
    uint64_t vertex_base; /* lines of the meshes before */
};

static enum uvp_code begin_block(struct off_writing *off, size_t bytes, struct uvp_error *err)
{
    UVP_TRY(uvp_stop_poll(off->stop, err));
    return uvp_buf_reserve(off->out, bytes, err);
}

static enum uvp_code write_head(struct off_writing *off, struct uvp_error *err)
{
    const struct uvp_model *const model = off->writing->model;
    uint64_t vertices = 0;
    uint64_t polygons = 0;
    unsigned char *to;

    for (uint32_t m = 0; m < model->mesh_count; m++) {
        vertices += model->meshes[m].vertex_count;
        polygons += model->meshes[m].polygon_count;
    }
    UVP_TRY(begin_block(off, HEAD_BYTES, err));
    to = off->out->data + off->out->bytes;
    memcpy(to, "OFF\n", 4);
    to = uvp_text_write_count(to + 4, vertices);
    *to++ = ' ';
    to = uvp_text_write_count(to, polygons);
    memcpy(to, " 0\n", 3);
    off->out->bytes = (size_t)(to + 3 - off->out->data);
    return UVP_OK;
}

static enum uvp_code write_vertices(struct off_writing *off, const struct uvp_mesh *mesh,
                                    struct uvp_error *err)
{
    const float *const origin = off->writing->origin;

    for (uint32_t v = 0; v < mesh->vertex_count;) {
        const uint32_t left = mesh->vertex_count - v;
        const uint32_t end = v + (left < LINES_PER_BLOCK ? left : LINES_PER_BLOCK);
        unsigned char *to;

        UVP_TRY(begin_block(off, (end - v) * VERTEX_LINE_BYTES, err));
        to = off->out->data + off->out->bytes;
        for (; v < end; v++) {
            for (size_t k = 0; k < 3; k++) {
                const float at = mesh->positions[3 * (size_t)v + k];

                to = uvp_shortest_write(to, origin == NULL ? at : at + origin[k]);
                *to++ = k < 2 ? ' ' : '\n';
            }
        }
        off->out->bytes = (size_t)(to - off->out->data);
    }
    return UVP_OK;
}

static enum uvp_code write_corners(struct off_writing *off, const struct uvp_mesh *mesh,
                                   uint32_t from, uint32_t until, struct uvp_error *err)
{
    for (uint32_t c = from; c < until;) {
        const uint32_t end = until - c < CORNERS_PER_BLOCK ? until : c + CORNERS_PER_BLOCK;
        unsigned char *to;

        UVP_TRY(uvp_buf_reserve(off->out, (end - c) * CORNER_BYTES, err));
        to = off->out->data + off->out->bytes;
        for (; c < end; c++) {
            *to++ = ' ';
            to = uvp_text_write_count(to, off->vertex_base + mesh->corner_vertex[c]);
        }
        off->out->bytes = (size_t)(to - off->out->data);
    }
    return UVP_OK;
}

static enum uvp_code write_polygons(struct off_writing *off, const struct uvp_mesh *mesh,
                                    struct uvp_error *err)
{
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        const uint32_t from = mesh->corner_start[p];
        const uint32_t until = mesh->corner_start[p + 1];
        unsigned char *to;

        if (p % LINES_PER_BLOCK == 0) {
            UVP_TRY(uvp_stop_poll(off->stop, err));
        }
        UVP_TRY(uvp_buf_reserve(off->out, UVP_TEXT_COUNT_BYTES, err));
        to = uvp_text_write_count(off->out->data + off->out->bytes, until - from);
        off->out->bytes = (size_t)(to - off->out->data);
        UVP_TRY(write_corners(off, mesh, from, until, err));
        UVP_TRY(uvp_buf_append(off->out, "\n", 1, err));
    }
    return UVP_OK;
}

enum uvp_code uvp_write_off(const struct uvp_writing *writing, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    struct off_writing off = {.writing = writing, .stop = stop, .out = out};
    const struct uvp_model *const model = writing->model;

    (void)arena;
    UVP_TRY(write_head(&off, err));
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        UVP_TRY(write_vertices(&off, &model->meshes[m], err));
    }
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        UVP_TRY(write_polygons(&off, &model->meshes[m], err));
        off.vertex_base += model->meshes[m].vertex_count;
    }
    return UVP_OK;
}
