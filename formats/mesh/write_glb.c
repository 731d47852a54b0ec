/*
 * A binary glTF 2.0, after the Khronos specification of that name: a JSON chunk of arrays that
 * refer to each other by number, and a chunk of data. Of each mesh the data are positions,
 * UVs and indices, each a buffer view of its own.
 *
 * glTF knows triangles only, and numbers that are numbers: triangles with a coordinate that is
 * none are left out, and such coordinates are 0.
 */
#include <math.h>

#include "formats/mesh/little_endian.h"
#include "formats/mesh/split.h"
#include "formats/mesh/text.h"
#include "formats/mesh/write.h"

#define ITEMS_PER_POLL UINT32_C(16384)
#define GLB_MAGIC UINT32_C(0x46546c67)
#define CHUNK_JSON UINT32_C(0x4e4f534a)
#define CHUNK_BIN UINT32_C(0x004e4942)
#define FRAME_BYTES ((uint64_t)12 + 8 + 8)
#define JSON_BYTES_PER_MESH                                                                    \
    ((size_t)1280) /* all pieces below with all numbers at their longest */
#define JSON_BYTES_PER_NODE ((size_t)512) /* likewise */
#define JSON_BYTES_REST ((size_t)512)
#define EXACT_BITS 60                /* ten times a fraction of so many fits in 64 bits */
#define EXACT_SHIFT 40               /* likewise 24 bits moved up */
#define U16_VERTICES UINT32_C(65535) /* the last number would mean a restart */

enum view { VIEW_POSITIONS, VIEW_UVS, VIEW_INDICES, VIEW_COUNT };

struct part {
    const struct uvp_mesh *mesh;
    uint32_t number; /* of the mesh in the model */
    struct uvp_mesh_uvs uvs;
    struct uvp_split split;
    struct uvp_mesh_triangles triangles;
    uint32_t vertices;
    uint32_t indices; /* of triangles that stay */
    float least[3];
    float most[3];
    bool has_u16_indices;
    bool has_u16_uvs;
    bool has_gaps; /* some coordinate is no number */
    uint64_t offset[VIEW_COUNT];
    uint64_t bytes[VIEW_COUNT];
};

struct glb {
    const struct uvp_writing *writing;
    struct uvp_arena *arena;
    struct uvp_stop *stop;
    struct part *parts; /* of meshes with triangles */
    uint32_t count;
    uint64_t data_bytes;
    unsigned char *json;
    unsigned char *to; /* behind what is there of it */
};

static enum uvp_code poll(const struct glb *glb, uint32_t i, struct uvp_error *err)
{
    return i % ITEMS_PER_POLL == 0 ? uvp_stop_poll(glb->stop, err) : UVP_OK;
}

/* ---- what there is ---- */

static float number_or_zero(float value)
{
    return isfinite(value) ? value : 0.0f;
}

static enum uvp_code measure_positions(const struct glb *glb, struct part *part,
                                       struct uvp_error *err)
{
    const float *const positions = part->mesh->positions;

    for (int i = 0; i < 3; i++) {
        part->least[i] = number_or_zero(positions[i]);
        part->most[i] = part->least[i];
    }
    for (uint32_t v = 0; v < part->mesh->vertex_count; v++) {
        UVP_TRY(poll(glb, v, err));
        for (int i = 0; i < 3; i++) {
            const float value = positions[(size_t)3 * v + (size_t)i];
            const float number = number_or_zero(value);
            part->has_gaps |= !isfinite(value);
            part->least[i] = number < part->least[i] ? number : part->least[i];
            part->most[i] = number > part->most[i] ? number : part->most[i];
        }
    }
    return UVP_OK;
}

static bool has_gap(const struct part *part, const uint32_t *corners)
{
    for (int k = 0; k < 3; k++) {
        const float *const at =
            part->mesh->positions + (size_t)3 * part->mesh->corner_vertex[corners[k]];
        if (!isfinite(at[0]) || !isfinite(at[1]) || !isfinite(at[2])) {
            return true;
        }
    }
    return false;
}

static enum uvp_code count_indices(const struct glb *glb, struct part *part,
                                   struct uvp_error *err)
{
    uint32_t gone = 0;

    for (uint32_t t = 0; part->has_gaps && t < part->triangles.count; t++) {
        UVP_TRY(poll(glb, t, err));
        gone += has_gap(part, part->triangles.corners + (size_t)3 * t);
    }
    part->indices = 3 * (part->triangles.count - gone);
    return UVP_OK;
}

static void lay_out(struct glb *glb, struct part *part)
{
    part->vertices = part->split.vertex_count + part->split.added_count;
    part->has_u16_indices = part->vertices <= U16_VERTICES;
    part->has_u16_uvs = part->uvs.is_u16 && glb->writing->uv_type == UVP_UV_U16;
    part->bytes[VIEW_POSITIONS] = (uint64_t)12 * part->vertices;
    part->bytes[VIEW_UVS] =
        part->uvs.uv == NULL ? 0 : (uint64_t)(part->has_u16_uvs ? 4 : 8) * part->vertices;
    part->bytes[VIEW_INDICES] = (uint64_t)(part->has_u16_indices ? 2 : 4) * part->indices;
    for (int view = 0; view < VIEW_COUNT; view++) {
        part->offset[view] = glb->data_bytes;
        glb->data_bytes += (part->bytes[view] + 3) & ~UINT64_C(3);
    }
}

static enum uvp_code begin_part(struct glb *glb, uint32_t m, struct uvp_error *err)
{
    const struct uvp_mesh *const mesh = &glb->writing->model->meshes[m];
    struct part *const part = &glb->parts[glb->count];

    memset(part, 0, sizeof *part);
    part->mesh = mesh;
    part->number = m;
    part->uvs = uvp_writing_uvs(glb->writing, m);
    UVP_TRY(
        uvp_mesh_triangulate(mesh, glb->arena, glb->arena, glb->stop, &part->triangles, err));
    if (part->triangles.count == 0) {
        return UVP_OK;
    }
    UVP_TRY(measure_positions(glb, part, err));
    UVP_TRY(count_indices(glb, part, err));
    part->split.vertex_count = mesh->vertex_count;
    part->split.corner_vertex = mesh->corner_vertex;
    if (part->indices != 0 && part->uvs.uv != NULL) {
        UVP_TRY(uvp_split_make(mesh, &part->uvs, glb->arena, glb->stop, &part->split, err));
    }
    if (part->indices != 0) {
        lay_out(glb, part);
        glb->count++;
    }
    return UVP_OK;
}

static enum uvp_code begin_parts(struct glb *glb, struct uvp_error *err)
{
    const uint32_t meshes = glb->writing->model->mesh_count;

    glb->parts = UVP_ARENA_ARRAY(glb->arena, struct part, meshes);
    if (glb->parts == NULL) {
        return uvp_fail_memory(err, meshes * sizeof *glb->parts);
    }
    for (uint32_t m = 0; m < meshes; m++) {
        UVP_TRY(begin_part(glb, m, err));
    }
    if (glb->count == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "no triangle that glTF could hold");
    }
    return UVP_OK;
}

/* ---- JSON ---- */

static void put_text(struct glb *glb, const char *text)
{
    const size_t bytes = strlen(text);

    memcpy(glb->to, text, bytes);
    glb->to += bytes;
}

static void put_count(struct glb *glb, const char *before, uint64_t count)
{
    put_text(glb, before);
    glb->to = uvp_text_write_count(glb->to, count);
}

static void put_numbers(struct glb *glb, const char *before, const float *numbers, int count)
{
    put_text(glb, before);
    for (int i = 0; i < count; i++) {
        *glb->to++ = i == 0 ? '[' : ',';
        glb->to = uvp_text_write_float(glb->to, numbers[i]);
    }
    *glb->to++ = ']';
}

/*
 * All digits of a number: the shortest spelling of a float32 is another number to those who
 * read doubles. What has bits below 2^-60 is left short.
 */
static void put_exactly(struct glb *glb, float value)
{
    int exponent;
    uint64_t whole = (uint64_t)(ldexpf(frexpf(fabsf(value), &exponent), 24));

    exponent -= 24;
    if (whole == 0 || exponent < -EXACT_BITS || exponent > EXACT_SHIFT) {
        glb->to = uvp_text_write_float(glb->to, value);
        return;
    }
    put_text(glb, value < 0.0f ? "-" : "");
    if (exponent >= 0) {
        put_count(glb, "", whole << exponent);
        return;
    }
    put_count(glb, "", whole >> -exponent);
    put_text(glb, ".");
    do {
        whole = (whole & ((UINT64_C(1) << -exponent) - 1)) * 10;
        *glb->to++ = (unsigned char)('0' + (whole >> -exponent));
    } while ((whole & ((UINT64_C(1) << -exponent) - 1)) != 0);
}

static void put_separator(struct glb *glb, uint32_t number)
{
    put_text(glb, number == 0 ? "" : ",");
}

static uint32_t views_of(const struct part *part)
{
    return part->uvs.uv == NULL ? 2 : 3;
}

/* Without nodes of the file: one for each mesh. */
static void put_own_nodes(struct glb *glb)
{
    put_text(glb, "\"scene\":0,\"scenes\":[{\"nodes\":[");
    for (uint32_t i = 0; i < glb->count; i++) {
        put_separator(glb, i);
        put_count(glb, "", i);
    }
    put_text(glb, "]}],\"nodes\":[");
    for (uint32_t i = 0; i < glb->count; i++) {
        put_separator(glb, i);
        put_count(glb, "{\"mesh\":", i);
        for (int k = 0; glb->writing->origin != NULL && k < 3; k++) {
            put_text(glb, k == 0 ? ",\"translation\":[" : ",");
            put_exactly(glb, glb->writing->origin[k]);
            put_text(glb, k == 2 ? "]" : "");
        }
        put_text(glb, "}");
    }
    put_text(glb, "],");
}

/* Chains of nodes with the same parent, by number; that of the roots comes last. */
struct family {
    uint32_t *first; /* of each node's children, and of the roots */
    uint32_t *next;
    uint32_t *part; /* of each mesh of the model, or none */
};

static enum uvp_code find_family(const struct glb *glb, struct family *family,
                                 struct uvp_error *err)
{
    const struct uvp_writing *const writing = glb->writing;
    const uint32_t count = writing->node_count;
    const uint32_t meshes = writing->model->mesh_count;

    family->first = UVP_ARENA_ARRAY(glb->arena, uint32_t, (size_t)count + 1);
    family->next = UVP_ARENA_ARRAY(glb->arena, uint32_t, count);
    family->part = UVP_ARENA_ARRAY(glb->arena, uint32_t, meshes);
    if (family->first == NULL || family->next == NULL || family->part == NULL) {
        return uvp_fail_memory(err, (size_t)8 * count + (size_t)4 * meshes);
    }
    memset(family->first, 0xff, 4 * ((size_t)count + 1));
    memset(family->part, 0xff, 4 * (size_t)meshes);
    for (uint32_t i = count; i-- > 0;) {
        const uint32_t parent = writing->nodes[i].parent;
        uint32_t *const first = &family->first[parent == UVP_WRITING_NONE ? count : parent];
        UVP_TRY(poll(glb, i, err));
        family->next[i] = *first;
        *first = i;
    }
    for (uint32_t i = 0; i < glb->count; i++) {
        family->part[glb->parts[i].number] = i;
    }
    return UVP_OK;
}

static void put_chain(struct glb *glb, const struct family *family, uint32_t first)
{
    for (uint32_t i = first; i != UVP_WRITING_NONE; i = family->next[i]) {
        put_count(glb, i == first ? "" : ",", i);
    }
    put_text(glb, "]");
}

/* Every member ends in a comma; the last one of the node is taken back. */
static void put_node(struct glb *glb, const struct family *family, uint32_t number)
{
    const struct uvp_writing_node *const node = &glb->writing->nodes[number];

    put_text(glb, "{");
    if (node->mesh != UVP_WRITING_NONE && family->part[node->mesh] != UVP_WRITING_NONE) {
        put_count(glb, "\"mesh\":", family->part[node->mesh]);
        put_text(glb, ",");
    }
    if (node->is_moved) {
        put_numbers(glb, "\"translation\":", node->translation, 3);
        put_numbers(glb, ",\"rotation\":", node->rotation, 4);
        put_numbers(glb, ",\"scale\":", node->scale, 3);
        put_text(glb, ",");
    }
    if (family->first[number] != UVP_WRITING_NONE) {
        put_text(glb, "\"children\":[");
        put_chain(glb, family, family->first[number]);
        put_text(glb, ",");
    }
    glb->to -= glb->to[-1] == ',' ? 1 : 0;
    put_text(glb, "}");
}

static enum uvp_code put_nodes(struct glb *glb, struct uvp_error *err)
{
    const uint32_t count = glb->writing->node_count;
    struct family family;

    if (glb->writing->nodes == NULL) {
        put_own_nodes(glb);
        return UVP_OK;
    }
    UVP_TRY(find_family(glb, &family, err));
    put_text(glb, "\"scene\":0,\"scenes\":[{\"nodes\":[");
    put_chain(glb, &family, family.first[count]);
    put_text(glb, "}],\"nodes\":[");
    for (uint32_t i = 0; i < count; i++) {
        UVP_TRY(poll(glb, i, err));
        put_separator(glb, i);
        put_node(glb, &family, i);
    }
    put_text(glb, "],");
    return UVP_OK;
}

/* Views and accessors stand in the same order: one number for both. */
static void put_meshes(struct glb *glb)
{
    uint32_t accessor = 0;

    put_text(glb, "\"meshes\":[");
    for (uint32_t i = 0; i < glb->count; i++) {
        const uint32_t views = views_of(&glb->parts[i]);
        put_separator(glb, i);
        put_count(glb, "{\"primitives\":[{\"attributes\":{\"POSITION\":", accessor);
        if (views == 3) {
            put_count(glb, ",\"TEXCOORD_0\":", accessor + 1);
        }
        put_count(glb, "},\"indices\":", accessor + views - 1);
        put_text(glb, ",\"mode\":4}]}");
        accessor += views;
    }
    put_text(glb, "],");
}

static void put_accessors(struct glb *glb)
{
    uint32_t accessor = 0;

    put_text(glb, "\"accessors\":[");
    for (uint32_t i = 0; i < glb->count; i++) {
        const struct part *const part = &glb->parts[i];
        put_separator(glb, i);
        put_count(glb, "{\"bufferView\":", accessor++);
        put_count(glb, ",\"componentType\":5126,\"count\":", part->vertices);
        put_text(glb, ",\"type\":\"VEC3\"");
        put_numbers(glb, ",\"min\":", part->least, 3);
        put_numbers(glb, ",\"max\":", part->most, 3);
        if (part->uvs.uv != NULL) {
            put_count(glb, "},{\"bufferView\":", accessor++);
            put_text(glb, part->has_u16_uvs ? ",\"componentType\":5123,\"normalized\":true"
                                            : ",\"componentType\":5126");
            put_count(glb, ",\"count\":", part->vertices);
            put_text(glb, ",\"type\":\"VEC2\"");
        }
        put_count(glb, "},{\"bufferView\":", accessor++);
        put_count(glb, ",\"componentType\":", part->has_u16_indices ? 5123 : 5125);
        put_count(glb, ",\"count\":", part->indices);
        put_text(glb, ",\"type\":\"SCALAR\"}");
    }
    put_text(glb, "],");
}

static void put_views(struct glb *glb)
{
    bool first = true;

    put_text(glb, "\"bufferViews\":[");
    for (uint32_t i = 0; i < glb->count; i++) {
        const struct part *const part = &glb->parts[i];
        for (int view = 0; view < VIEW_COUNT; view++) {
            if (part->bytes[view] == 0) {
                continue;
            }
            put_separator(glb, first ? 0 : 1);
            put_count(glb, "{\"buffer\":0,\"byteOffset\":", part->offset[view]);
            put_count(glb, ",\"byteLength\":", part->bytes[view]);
            put_count(glb, ",\"target\":", view == VIEW_INDICES ? 34963 : 34962);
            put_text(glb, "}");
            first = false;
        }
    }
    put_text(glb, "],");
}

static enum uvp_code make_json(struct glb *glb, struct uvp_error *err)
{
    size_t bytes;
    size_t node_bytes;

    if (!uvp_size_multiply(glb->count, JSON_BYTES_PER_MESH, &bytes) ||
        !uvp_size_multiply(glb->writing->node_count, JSON_BYTES_PER_NODE, &node_bytes) ||
        !uvp_size_add(bytes, node_bytes, &bytes) ||
        !uvp_size_add(bytes, JSON_BYTES_REST, &bytes)) {
        return uvp_fail_memory(err, SIZE_MAX);
    }
    glb->json = UVP_ARENA_ARRAY(glb->arena, unsigned char, bytes);
    if (glb->json == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    glb->to = glb->json;
    put_text(glb, "{\"asset\":{\"version\":\"2.0\",\"generator\":\"uvpipe\"},");
    UVP_TRY(put_nodes(glb, err));
    put_meshes(glb);
    put_accessors(glb);
    put_views(glb);
    put_count(glb, "\"buffers\":[{\"byteLength\":", glb->data_bytes);
    put_text(glb, "}]}");
    while ((glb->to - glb->json) % 4 != 0) {
        *glb->to++ = ' ';
    }
    return UVP_OK;
}

/* ---- data ---- */

static uint32_t source_vertex(const struct part *part, uint32_t vertex)
{
    return vertex < part->split.vertex_count
               ? vertex
               : part->split.added_vertex[vertex - part->split.vertex_count];
}

static enum uvp_code put_positions(struct glb *glb, const struct part *part,
                                   struct uvp_error *err)
{
    for (uint32_t v = 0; v < part->vertices; v++) {
        const float *const at = part->mesh->positions + (size_t)3 * source_vertex(part, v);
        UVP_TRY(poll(glb, v, err));
        for (int i = 0; i < 3; i++) {
            glb->to = uvp_le_put_float(glb->to, number_or_zero(at[i]));
        }
    }
    return UVP_OK;
}

static uint32_t round_u16(float value)
{
    return (uint32_t)(value * 65535.0f + 0.5f);
}

/* Images begin at the top in glTF: V is turned over. Vertices of no triangle get 0, 0. */
static enum uvp_code put_uvs(struct glb *glb, const struct part *part, struct uvp_error *err)
{
    for (uint32_t v = 0; v < part->vertices; v++) {
        const uint32_t number = part->split.vertex_uv[v];
        const bool is_used = number != UVP_MESH_NO_UV;
        const float u = is_used ? part->uvs.uv[(size_t)2 * number] : 0.0f;
        const float down = is_used ? part->uvs.uv[(size_t)2 * number + 1] : 1.0f;
        UVP_TRY(poll(glb, v, err));
        if (part->has_u16_uvs) {
            glb->to = uvp_le_put16(glb->to, round_u16(u));
            glb->to = uvp_le_put16(glb->to, 65535 - round_u16(down));
        } else {
            glb->to = uvp_le_put_float(glb->to, number_or_zero(u));
            glb->to = uvp_le_put_float(glb->to, number_or_zero(1.0f - down));
        }
    }
    return UVP_OK;
}

static enum uvp_code put_indices(struct glb *glb, const struct part *part,
                                 struct uvp_error *err)
{
    for (uint32_t t = 0; t < part->triangles.count; t++) {
        const uint32_t *const corners = part->triangles.corners + (size_t)3 * t;
        UVP_TRY(poll(glb, t, err));
        if (part->has_gaps && has_gap(part, corners)) {
            continue;
        }
        for (int k = 0; k < 3; k++) {
            const uint32_t vertex = part->split.corner_vertex[corners[k]];
            glb->to = part->has_u16_indices ? uvp_le_put16(glb->to, vertex)
                                            : uvp_le_put32(glb->to, vertex);
        }
    }
    if (part->bytes[VIEW_INDICES] % 4 != 0) {
        glb->to = uvp_le_put16(glb->to, 0);
    }
    return UVP_OK;
}

static enum uvp_code put_data(struct glb *glb, struct uvp_error *err)
{
    for (uint32_t i = 0; i < glb->count; i++) {
        const struct part *const part = &glb->parts[i];
        UVP_TRY(put_positions(glb, part, err));
        if (part->uvs.uv != NULL) {
            UVP_TRY(put_uvs(glb, part, err));
        }
        UVP_TRY(put_indices(glb, part, err));
    }
    return UVP_OK;
}

enum uvp_code uvp_write_glb(const struct uvp_writing *writing, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    struct glb glb = {.writing = writing, .arena = arena, .stop = stop};
    size_t json_bytes;
    uint64_t bytes;

    UVP_TRY(begin_parts(&glb, err));
    UVP_TRY(make_json(&glb, err));
    json_bytes = (size_t)(glb.to - glb.json);
    bytes = FRAME_BYTES + json_bytes + glb.data_bytes;
    if (bytes > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than 4 GiB of glTF");
    }
    UVP_TRY(uvp_buf_reserve_exact(out, (size_t)bytes, err));
    glb.to = out->data + out->bytes;
    glb.to = uvp_le_put32(glb.to, GLB_MAGIC);
    glb.to = uvp_le_put32(glb.to, 2);
    glb.to = uvp_le_put32(glb.to, (uint32_t)bytes);
    glb.to = uvp_le_put32(glb.to, (uint32_t)json_bytes);
    glb.to = uvp_le_put32(glb.to, CHUNK_JSON);
    memcpy(glb.to, glb.json, json_bytes);
    glb.to = uvp_le_put32(glb.to + json_bytes, (uint32_t)glb.data_bytes);
    glb.to = uvp_le_put32(glb.to, CHUNK_BIN);
    UVP_TRY(put_data(&glb, err));
    out->bytes += (size_t)bytes;
    return UVP_OK;
}
