/*
 * A binary PLY, after "The PLY Polygon File Format" (G. Turk, 1994). Its size is known before
 * the first byte, so room is taken once.
 */
#include "formats/mesh/little_endian.h"
#include "formats/mesh/split.h"
#include "formats/mesh/text.h"
#include "formats/mesh/write.h"

#define ITEMS_PER_POLL UINT32_C(16384)
#define HEADER_BYTES_MAX 512

struct ply_writing {
    const struct uvp_writing *writing;
    struct uvp_stop *stop;
    struct uvp_split *splits; /* one for each mesh */
    struct uvp_mesh_uvs *uvs; /* likewise */
    uint64_t vertices;
    uint64_t polygons;
    uint64_t corners;
    bool has_uvs; /* some mesh has; the others' are 0 */
    bool is_long; /* some polygon has more than 255 corners */
};

static enum uvp_code poll(const struct ply_writing *ply, uint32_t i, struct uvp_error *err)
{
    return i % ITEMS_PER_POLL == 0 ? uvp_stop_poll(ply->stop, err) : UVP_OK;
}

/* ---- what there is ---- */

static enum uvp_code split_mesh(struct ply_writing *ply, uint32_t m, struct uvp_arena *arena,
                                struct uvp_error *err)
{
    const struct uvp_mesh *const mesh = &ply->writing->model->meshes[m];
    struct uvp_split *const split = &ply->splits[m];

    ply->uvs[m] = uvp_writing_uvs(ply->writing, m);
    memset(split, 0, sizeof *split);
    split->vertex_count = mesh->vertex_count;
    split->corner_vertex = mesh->corner_vertex;
    if (ply->uvs[m].uv != NULL) {
        ply->has_uvs = true;
        UVP_TRY(uvp_split_make(mesh, &ply->uvs[m], arena, ply->stop, split, err));
    }
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        ply->is_long |= mesh->corner_start[p + 1] - mesh->corner_start[p] > 255;
    }
    ply->vertices += (uint64_t)split->vertex_count + split->added_count;
    ply->polygons += mesh->polygon_count;
    ply->corners += mesh->corner_start[mesh->polygon_count];
    return UVP_OK;
}

static enum uvp_code split_all(struct ply_writing *ply, struct uvp_arena *arena,
                               struct uvp_error *err)
{
    const uint32_t count = ply->writing->model->mesh_count;

    ply->splits = UVP_ARENA_ARRAY(arena, struct uvp_split, count);
    ply->uvs = UVP_ARENA_ARRAY(arena, struct uvp_mesh_uvs, count);
    if (ply->splits == NULL || ply->uvs == NULL) {
        return uvp_fail_memory(err, count * sizeof *ply->splits);
    }
    for (uint32_t m = 0; m < count; m++) {
        UVP_TRY(split_mesh(ply, m, arena, err));
    }
    if (ply->vertices > INT32_MAX || ply->polygons > INT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %d vertices or faces", INT32_MAX);
    }
    return UVP_OK;
}

/* ---- the header ---- */

static unsigned char *put_text(unsigned char *to, const char *text)
{
    const size_t bytes = strlen(text);

    memcpy(to, text, bytes);
    return to + bytes;
}

static size_t write_header(const struct ply_writing *ply, unsigned char *header)
{
    unsigned char *to = put_text(header, "ply\nformat binary_little_endian 1.0\n");

    to = put_text(to, ply->has_uvs ? "comment UVs by uvpipe\n" : "comment by uvpipe\n");
    to = put_text(to, "element vertex ");

    to = uvp_text_write_count(to, ply->vertices);
    to = put_text(to, ply->writing->origin == NULL
                          ? "\nproperty float x\nproperty float y\nproperty float z\n"
                          : "\nproperty double x\nproperty double y\nproperty double z\n");
    to = put_text(to, ply->has_uvs ? "property float s\nproperty float t\n" : "");
    to = put_text(to, "element face ");
    to = uvp_text_write_count(to, ply->polygons);
    to = put_text(to, ply->is_long ? "\nproperty list uint int vertex_indices\n"
                                   : "\nproperty list uchar int vertex_indices\n");
    to = put_text(to, "end_header\n");
    return (size_t)(to - header);
}

/* ---- the body ---- */

static unsigned char *put_vertex(const struct ply_writing *ply, const float *position,
                                 const float *uv, unsigned char *to)
{
    const float *const origin = ply->writing->origin;

    for (int i = 0; i < 3; i++) {
        to = origin == NULL ? uvp_le_put_float(to, position[i])
                            : uvp_le_put_double(to, (double)position[i] + (double)origin[i]);
    }
    if (!ply->has_uvs) {
        return to;
    }
    to = uvp_le_put_float(to, uv[0]);
    return uvp_le_put_float(to, uv[1]);
}

static enum uvp_code put_vertices(const struct ply_writing *ply, uint32_t m, unsigned char **to,
                                  struct uvp_error *err)
{
    static const float nowhere[2] = {0.0f, 0.0f};
    const struct uvp_split *const split = &ply->splits[m];
    const float *const positions = ply->writing->model->meshes[m].positions;
    const uint32_t all = split->vertex_count + split->added_count;

    for (uint32_t v = 0; v < all; v++) {
        const uint32_t from =
            v < split->vertex_count ? v : split->added_vertex[v - split->vertex_count];
        const uint32_t uv = split->vertex_uv == NULL ? UVP_MESH_NO_UV : split->vertex_uv[v];
        UVP_TRY(poll(ply, v, err));
        *to = put_vertex(ply, positions + (size_t)3 * from,
                         uv == UVP_MESH_NO_UV ? nowhere : ply->uvs[m].uv + (size_t)2 * uv, *to);
    }
    return UVP_OK;
}

static enum uvp_code put_polygons(const struct ply_writing *ply, uint32_t m, uint32_t base,
                                  unsigned char **to, struct uvp_error *err)
{
    const struct uvp_mesh *const mesh = &ply->writing->model->meshes[m];
    uint32_t corner = 0;

    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        const uint32_t count = mesh->corner_start[p + 1] - corner;
        UVP_TRY(poll(ply, p, err));
        if (ply->is_long) {
            *to = uvp_le_put32(*to, count);
        } else {
            *(*to)++ = (unsigned char)count;
        }
        for (; corner < mesh->corner_start[p + 1]; corner++) {
            *to = uvp_le_put32(*to, base + ply->splits[m].corner_vertex[corner]);
        }
    }
    return UVP_OK;
}

static enum uvp_code put_body(const struct ply_writing *ply, unsigned char **to,
                              struct uvp_error *err)
{
    const uint32_t count = ply->writing->model->mesh_count;
    uint32_t base = 0;

    for (uint32_t m = 0; m < count; m++) {
        UVP_TRY(put_vertices(ply, m, to, err));
    }
    for (uint32_t m = 0; m < count; m++) {
        UVP_TRY(put_polygons(ply, m, base, to, err));
        base += ply->splits[m].vertex_count + ply->splits[m].added_count;
    }
    return UVP_OK;
}

enum uvp_code uvp_write_ply(const struct uvp_writing *writing, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    struct ply_writing ply = {.writing = writing, .stop = stop};
    unsigned char header[HEADER_BYTES_MAX];
    unsigned char *to;
    size_t header_bytes;
    size_t each;
    size_t bytes;

    UVP_TRY(split_all(&ply, arena, err));
    header_bytes = write_header(&ply, header);
    /* counts below 2^32 times small numbers */
    each = (writing->origin == NULL ? (size_t)12 : 24) + (ply.has_uvs ? 8 : 0);
    bytes = header_bytes + ply.vertices * each + ply.polygons * (ply.is_long ? 4 : 1) +
            ply.corners * 4;
    UVP_TRY(uvp_buf_reserve_exact(out, bytes, err));
    to = out->data + out->bytes;
    memcpy(to, header, header_bytes);
    to += header_bytes;
    UVP_TRY(put_body(&ply, &to, err));
    out->bytes = (size_t)(to - out->data);
    return UVP_OK;
}
