/*
 * Primitives of all meshes, in the order of the file, and the triangles of those that have any.
 *
 * Those of points and lines are there too: they may share accessors with the others.
 */
#include "formats/mesh/gltf.h"

#include "formats/mesh/text.h"

#define CORNERS_PER_POLL UINT32_C(65536)

struct reading {
    struct uvp_gltf *gltf;
    char texcoord[sizeof "TEXCOORD_" + UVP_TEXT_COUNT_BYTES];
};

static const char *const known_extensions[] = {
    "KHR_draco_mesh_compression",
    "KHR_materials_variants",
    "KHR_mesh_quantization",
};

/* ---- counting ---- */

/* The primitives of a mesh; UVP_JSON_NONE: none. */
static uint32_t primitives_of(const struct uvp_json *json, uint32_t mesh)
{
    const uint32_t array = uvp_json_member(json, mesh, "primitives");

    return array != UVP_JSON_NONE && json->tokens[array].kind == UVP_JSON_ARRAY ? array
                                                                                : UVP_JSON_NONE;
}

static uint32_t count_attributes(const struct uvp_json *json, uint32_t primitive)
{
    const uint32_t attributes = uvp_json_member(json, primitive, "attributes");
    const uint32_t targets = uvp_json_member(json, primitive, "targets");
    uint32_t count = attributes == UVP_JSON_NONE ? 0 : uvp_json_size(json, attributes);

    if (targets != UVP_JSON_NONE && json->tokens[targets].kind == UVP_JSON_ARRAY) {
        for (uint32_t at = targets + 1; at < json->tokens[targets].next;
             at = json->tokens[at].next) {
            count += uvp_json_size(json, at);
        }
    }
    return count;
}

static enum uvp_code take_arrays(struct uvp_gltf *gltf, struct uvp_error *err)
{
    const struct uvp_json *const json = &gltf->json;
    uint32_t primitives = 0;
    uint32_t attributes = 0;

    for (uint32_t m = 0, mesh = gltf->meshes_token + 1; m < gltf->mesh_count;
         m++, mesh = json->tokens[mesh].next) {
        const uint32_t array = primitives_of(json, mesh);
        if (array == UVP_JSON_NONE) {
            continue;
        }
        for (uint32_t at = array + 1; at < json->tokens[array].next;
             at = json->tokens[at].next) {
            primitives++;
            attributes += count_attributes(json, at);
        }
    }
    gltf->primitives = uvp_arena_take_zeroed(gltf->arena, primitives, sizeof *gltf->primitives);
    gltf->attributes = uvp_arena_take_zeroed(gltf->arena, attributes, sizeof *gltf->attributes);
    if (gltf->primitives == NULL || gltf->attributes == NULL) {
        return uvp_fail_memory(err, primitives * sizeof *gltf->primitives);
    }
    return UVP_OK;
}

/* ---- one primitive ---- */

static enum uvp_code read_attribute(struct reading *reading, uint32_t key, bool is_target,
                                    struct uvp_gltf_primitive *primitive, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = reading->gltf;
    struct uvp_gltf_attribute *const attribute = &gltf->attributes[gltf->attribute_count];

    attribute->value = key + 1;
    attribute->is_target = is_target;
    UVP_TRY(uvp_gltf_index(gltf, key + 1, gltf->accessor_count, &attribute->accessor, err));
    gltf->attribute_count++;
    primitive->attribute_count++;
    if (is_target) {
        return UVP_OK;
    }
    if (uvp_json_says(&gltf->json, key, "POSITION")) {
        primitive->position = attribute->accessor;
    } else if (uvp_json_says(&gltf->json, key, reading->texcoord)) {
        primitive->texcoord = attribute->accessor;
    } else if (uvp_json_says(&gltf->json, key, "TANGENT")) {
        primitive->has_tangent = true;
    }
    return UVP_OK;
}

static enum uvp_code read_attributes(struct reading *reading, uint32_t object, bool is_target,
                                     struct uvp_gltf_primitive *primitive,
                                     struct uvp_error *err)
{
    const struct uvp_json *const json = &reading->gltf->json;

    if (json->tokens[object].kind != UVP_JSON_OBJECT) {
        return uvp_gltf_fail(reading->gltf, object, UVP_BAD_DATA, "mesh", primitive->mesh,
                             "attributes are no object", err);
    }
    for (uint32_t key = object + 1; key < json->tokens[object].next;
         key = json->tokens[key + 1].next) {
        UVP_TRY(read_attribute(reading, key, is_target, primitive, err));
    }
    return UVP_OK;
}

static enum uvp_code read_targets(struct reading *reading, uint32_t targets,
                                  struct uvp_gltf_primitive *primitive, struct uvp_error *err)
{
    const struct uvp_json *const json = &reading->gltf->json;

    if (targets == UVP_JSON_NONE || json->tokens[targets].kind != UVP_JSON_ARRAY) {
        return UVP_OK;
    }
    for (uint32_t at = targets + 1; at < json->tokens[targets].next;
         at = json->tokens[at].next) {
        UVP_TRY(read_attributes(reading, at, true, primitive, err));
    }
    return UVP_OK;
}

/* All accessors of a primitive have as many rows as its positions. */
static enum uvp_code check_counts(struct uvp_gltf *gltf, struct uvp_gltf_primitive *primitive,
                                  struct uvp_error *err)
{
    const struct uvp_gltf_attribute *const attributes =
        gltf->attributes + primitive->first_attribute;

    UVP_TRY(uvp_gltf_read_accessor(gltf, primitive->position, err));
    primitive->vertex_count = gltf->accessors[primitive->position].count;
    for (uint32_t i = 0; i < primitive->attribute_count; i++) {
        UVP_TRY(uvp_gltf_read_accessor(gltf, attributes[i].accessor, err));
        if (gltf->accessors[attributes[i].accessor].count != primitive->vertex_count) {
            return uvp_gltf_fail(gltf, primitive->token, UVP_BAD_DATA, "mesh", primitive->mesh,
                                 "attributes are not of the same count", err);
        }
    }
    return UVP_OK;
}

static enum uvp_code check_positions(struct uvp_gltf *gltf,
                                     const struct uvp_gltf_primitive *primitive,
                                     struct uvp_error *err)
{
    const struct uvp_gltf_accessor *const accessor = &gltf->accessors[primitive->position];

    if (accessor->width != 3 || accessor->component == UVP_GLTF_U32) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor",
                             primitive->position, "is of no type for positions", err);
    }
    return UVP_OK;
}

static enum uvp_code count_corners(struct uvp_gltf *gltf, struct uvp_gltf_primitive *primitive,
                                   struct uvp_error *err)
{
    uint64_t count = primitive->vertex_count;
    uint64_t corners;

    if (primitive->indices != UVP_GLTF_NONE) {
        UVP_TRY(uvp_gltf_read_accessor(gltf, primitive->indices, err));
        count = gltf->accessors[primitive->indices].count;
    }
    corners = count < 3                               ? 0
              : primitive->mode == UVP_GLTF_TRIANGLES ? count / 3 * 3
                                                      : (count - 2) * 3;
    if (corners > gltf->corners_most || primitive->vertex_count > gltf->vertices_most) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vertices or %u corners",
                        gltf->vertices_most, gltf->corners_most);
    }
    primitive->corner_count = (uint32_t)corners;
    return UVP_OK;
}

/* Draco keeps the geometry to itself, unless there is a fallback for readers without it. */
static bool is_out_of_reach(struct uvp_gltf *gltf, const struct uvp_gltf_primitive *primitive)
{
    return primitive->has_draco &&
           (gltf->accessors[primitive->position].view == UVP_GLTF_NONE ||
            (primitive->indices != UVP_GLTF_NONE &&
             gltf->accessors[primitive->indices].view == UVP_GLTF_NONE));
}

static bool can_unpack(const struct uvp_gltf_primitive *primitive)
{
    return uvp_gltf_reads_draco() && primitive->mode == UVP_GLTF_TRIANGLES &&
           primitive->indices != UVP_GLTF_NONE;
}

static enum uvp_code judge(struct uvp_gltf *gltf, struct uvp_gltf_primitive *primitive,
                           struct uvp_error *err)
{
    if (primitive->mode < UVP_GLTF_TRIANGLES || primitive->position == UVP_GLTF_NONE) {
        return UVP_OK;
    }
    UVP_TRY(uvp_gltf_check_extensions(gltf, primitive->token, known_extensions, 3, err));
    UVP_TRY(check_counts(gltf, primitive, err));
    UVP_TRY(count_corners(gltf, primitive, err));
    primitive->is_packed = is_out_of_reach(gltf, primitive);
    if (primitive->is_packed && !can_unpack(primitive)) {
        gltf->left_why = "meshes packed by KHR_draco_mesh_compression are left as they are";
        return UVP_OK;
    }
    UVP_TRY(check_positions(gltf, primitive, err));
    primitive->is_usable = primitive->corner_count != 0;
    return UVP_OK;
}

static enum uvp_code read_primitive(struct reading *reading, uint32_t mesh, uint32_t token,
                                    struct uvp_error *err)
{
    struct uvp_gltf *const gltf = reading->gltf;
    struct uvp_gltf_primitive *const primitive = &gltf->primitives[gltf->primitive_count++];
    uint32_t mode;
    uint32_t indices;
    uint32_t material;
    uint32_t targets;
    uint32_t extensions;
    uint64_t value;
    const struct uvp_gltf_field fields[] = {
        {"attributes", &primitive->attributes},
        {"mode", &mode},
        {"indices", &indices},
        {"material", &material},
        {"targets", &targets},
        {"extensions", &extensions},
    };

    primitive->token = token;
    primitive->mesh = mesh;
    primitive->group = UVP_GLTF_NONE;
    primitive->position = UVP_GLTF_NONE;
    primitive->texcoord = UVP_GLTF_NONE;
    primitive->first_attribute = gltf->attribute_count;
    uvp_gltf_find_fields(&gltf->json, token, fields, 6);
    UVP_TRY(uvp_gltf_number(gltf, mode, UVP_GLTF_MODE_LAST, UVP_GLTF_TRIANGLES, &value, err));
    primitive->mode = (uint32_t)value;
    UVP_TRY(uvp_gltf_index(gltf, indices, gltf->accessor_count, &primitive->indices, err));
    UVP_TRY(uvp_gltf_index(gltf, material, UINT32_MAX, &primitive->material, err));
    primitive->has_draco =
        uvp_json_member(&gltf->json, extensions, "KHR_draco_mesh_compression") != UVP_JSON_NONE;
    if (primitive->attributes != UVP_JSON_NONE) {
        UVP_TRY(read_attributes(reading, primitive->attributes, false, primitive, err));
    }
    UVP_TRY(read_targets(reading, targets, primitive, err));
    return judge(gltf, primitive, err);
}

static enum uvp_code read_mesh(struct reading *reading, uint32_t mesh, uint32_t token,
                               struct uvp_error *err)
{
    const struct uvp_json *const json = &reading->gltf->json;
    const uint32_t array = primitives_of(json, token);

    if (array == UVP_JSON_NONE) {
        return UVP_OK;
    }
    UVP_TRY(uvp_stop_poll(reading->gltf->stop, err));
    for (uint32_t at = array + 1; at < json->tokens[array].next; at = json->tokens[at].next) {
        if (json->tokens[at].kind != UVP_JSON_OBJECT) {
            return uvp_gltf_fail(reading->gltf, at, UVP_BAD_DATA, "mesh", mesh,
                                 "a primitive is no object", err);
        }
        UVP_TRY(read_primitive(reading, mesh, at, err));
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_read_primitives(struct uvp_gltf *gltf, uint32_t texcoord,
                                       struct uvp_error *err)
{
    struct reading reading = {.gltf = gltf, .texcoord = "TEXCOORD_"};
    const struct uvp_json *const json = &gltf->json;
    unsigned char *end = (unsigned char *)reading.texcoord + strlen(reading.texcoord);

    end = uvp_text_write_count(end, texcoord);
    *end = '\0';
    gltf->mesh_count = 0;
    if (gltf->meshes_token != UVP_JSON_NONE &&
        json->tokens[gltf->meshes_token].kind == UVP_JSON_ARRAY) {
        gltf->mesh_count = uvp_json_size(json, gltf->meshes_token);
    }
    UVP_TRY(take_arrays(gltf, err));
    for (uint32_t m = 0, mesh = gltf->meshes_token + 1; m < gltf->mesh_count;
         m++, mesh = json->tokens[mesh].next) {
        UVP_TRY(read_mesh(&reading, m, mesh, err));
    }
    return UVP_OK;
}

/* ---- triangles ---- */

/*
 * Strips and fans, in place: what is read lies at the end of the array, and is overtaken by
 * what is written only when the last triangle is done.
 */
static enum uvp_code spread(struct uvp_gltf *gltf, bool is_fan, uint32_t *to, uint32_t count,
                            struct uvp_error *err)
{
    const uint32_t triangles = count - 2;
    const uint32_t *const from = to + 3 * (size_t)triangles - count;
    const uint32_t hub = from[0];

    for (uint32_t i = 0; i < triangles; i++) {
        const uint32_t a = from[i];
        const uint32_t b = from[i + 1];
        const uint32_t c = from[i + 2];
        const bool turned = !is_fan && i % 2 == 1;

        if (i % CORNERS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
        to[0] = is_fan ? b : a;
        to[1] = is_fan || turned ? c : b;
        to[2] = is_fan ? hub : turned ? b : c;
        to += 3;
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_read_corners(struct uvp_gltf *gltf,
                                    const struct uvp_gltf_primitive *primitive, uint32_t *to,
                                    struct uvp_error *err)
{
    const bool is_indexed = primitive->indices != UVP_GLTF_NONE;
    const bool is_list = primitive->mode == UVP_GLTF_TRIANGLES;
    const uint32_t count =
        is_indexed ? gltf->accessors[primitive->indices].count : primitive->vertex_count;
    uint32_t *const from = is_list ? to : to + primitive->corner_count - count;

    if (is_indexed) {
        UVP_TRY(uvp_gltf_resolve_rows(gltf, primitive->indices, err));
        UVP_TRY(uvp_gltf_read_indices(gltf, primitive->indices, primitive->vertex_count, from,
                                      err));
    } else {
        for (uint32_t i = 0; i < count; i++) {
            if (i % CORNERS_PER_POLL == 0) {
                UVP_TRY(uvp_stop_poll(gltf->stop, err));
            }
            from[i] = i;
        }
    }
    return is_list ? UVP_OK : spread(gltf, primitive->mode == UVP_GLTF_FAN, to, count, err);
}
