/*
 * Primitives packed by KHR_draco_mesh_compression, when the program is built to read them. What
 * is unpacked becomes the rows of their accessors, and is written as such.
 *
 * The library takes what memory it wants; what is made of it here is bounded by the counts of
 * the accessors, which must agree with what was packed.
 */
#include "formats/mesh/gltf.h"

bool uvp_gltf_reads_draco(void)
{
#ifdef UVP_DRACO
    return true;
#else
    return false;
#endif
}

#ifdef UVP_DRACO
#    include "formats/mesh/gltf_draco.h"

static enum uvp_code fail_primitive(const struct uvp_gltf *gltf,
                                    const struct uvp_gltf_primitive *primitive,
                                    const char *text, struct uvp_error *err)
{
    return uvp_gltf_fail(gltf, primitive->token, UVP_UNSUPPORTED, "mesh", primitive->mesh, text,
                         err);
}

static enum uvp_code take_rows(struct uvp_gltf *gltf, struct uvp_gltf_accessor *accessor,
                               unsigned char **rows, struct uvp_error *err)
{
    const size_t bytes = (size_t)accessor->count * accessor->size;

    UVP_TRY(uvp_gltf_spend(gltf, bytes, err));
    *rows = UVP_ARENA_ARRAY(gltf->arena, unsigned char, bytes);
    return *rows == NULL ? uvp_fail_memory(err, bytes) : UVP_OK;
}

static void give_rows(struct uvp_gltf_accessor *accessor, const unsigned char *rows)
{
    accessor->rows = rows;
    accessor->stride = accessor->size;
    accessor->has_rows = true;
    accessor->is_unpacked = true;
}

/* All whose names the extension has; others have rows of their own. */
static enum uvp_code unpack_attributes(struct uvp_gltf *gltf,
                                       const struct uvp_gltf_primitive *primitive,
                                       const struct uvp_draco *draco, uint32_t names,
                                       struct uvp_error *err)
{
    const struct uvp_json *const json = &gltf->json;

    if (names == UVP_JSON_NONE || json->tokens[names].kind != UVP_JSON_OBJECT) {
        return fail_primitive(gltf, primitive, "packed by Draco without attributes", err);
    }
    for (uint32_t i = 0; i < primitive->attribute_count; i++) {
        const struct uvp_gltf_attribute *const attribute =
            &gltf->attributes[primitive->first_attribute + i];
        struct uvp_gltf_accessor *const accessor = &gltf->accessors[attribute->accessor];
        const struct uvp_span name = uvp_json_bytes(json, attribute->value - 1);
        unsigned char *rows;

        for (uint32_t key = names + 1; !attribute->is_target && key < json->tokens[names].next;
             key = json->tokens[key + 1].next) {
            uint64_t id;
            if (accessor->has_rows || !uvp_span_equal(uvp_json_bytes(json, key), name)) {
                continue;
            }
            UVP_TRY(uvp_gltf_number(gltf, key + 1, UINT32_MAX, 0, &id, err));
            UVP_TRY(take_rows(gltf, accessor, &rows, err));
            if (!uvp_draco_read_attribute(draco, (uint32_t)id, accessor->component,
                                          accessor->width, rows)) {
                return fail_primitive(gltf, primitive, "packed by Draco without an attribute",
                                      err);
            }
            give_rows(accessor, rows);
        }
    }
    return UVP_OK;
}

static enum uvp_code unpack_indices(struct uvp_gltf *gltf,
                                    const struct uvp_gltf_primitive *primitive,
                                    const struct uvp_draco *draco, struct uvp_error *err)
{
    struct uvp_gltf_accessor *const accessor = &gltf->accessors[primitive->indices];
    uint32_t *corners;
    unsigned char *rows;

    if (accessor->has_rows) {
        return UVP_OK;
    }
    UVP_TRY(take_rows(gltf, accessor, &rows, err));
    corners = UVP_ARENA_ARRAY(gltf->arena, uint32_t, accessor->count);
    if (corners == NULL) {
        return uvp_fail_memory(err, (size_t)4 * accessor->count);
    }
    uvp_draco_read_corners(draco, corners);
    for (uint32_t i = 0; i < accessor->count; i++) {
        for (uint32_t byte = 0; byte < accessor->size; byte++) {
            rows[(size_t)i * accessor->size + byte] = (unsigned char)(corners[i] >> 8 * byte);
        }
    }
    give_rows(accessor, rows);
    return UVP_OK;
}

static enum uvp_code unpack(struct uvp_gltf *gltf, const struct uvp_gltf_primitive *primitive,
                            uint32_t extension, const struct uvp_draco *draco, uint32_t points,
                            uint32_t triangles, struct uvp_error *err)
{
    const struct uvp_gltf_accessor *const indices = &gltf->accessors[primitive->indices];

    if (points != primitive->vertex_count || triangles > UINT32_MAX / 3 ||
        3 * triangles != indices->count || indices->width != 1 || indices->size > 4) {
        return fail_primitive(gltf, primitive, "packed by Draco with other counts", err);
    }
    UVP_TRY(unpack_attributes(gltf, primitive, draco,
                              uvp_json_member(&gltf->json, extension, "attributes"), err));
    return unpack_indices(gltf, primitive, draco, err);
}

enum uvp_code uvp_gltf_unpack_primitive(struct uvp_gltf *gltf,
                                        const struct uvp_gltf_primitive *primitive,
                                        struct uvp_error *err)
{
    const struct uvp_json *const json = &gltf->json;
    const uint32_t extension =
        uvp_json_member(json, uvp_json_member(json, primitive->token, "extensions"),
                        "KHR_draco_mesh_compression");
    struct uvp_draco *draco;
    struct uvp_span data;
    uint32_t points = 0;
    uint32_t triangles = 0;
    uint32_t view;
    enum uvp_code code;

    UVP_TRY(uvp_gltf_index(gltf, uvp_json_member(json, extension, "bufferView"),
                           gltf->view_count, &view, err));
    if (view == UVP_GLTF_NONE) {
        return fail_primitive(gltf, primitive, "packed by Draco, but nowhere", err);
    }
    UVP_TRY(uvp_gltf_resolve_view(gltf, view, &data, err));
    UVP_TRY(uvp_stop_poll(gltf->stop, err));
    draco = uvp_draco_open(data.data, data.bytes, &points, &triangles);
    if (draco == NULL) {
        return fail_primitive(gltf, primitive, "what Draco packed cannot be unpacked", err);
    }
    code = unpack(gltf, primitive, extension, draco, points, triangles, err);
    uvp_draco_close(draco);
    return code;
}

#else

enum uvp_code uvp_gltf_unpack_primitive(struct uvp_gltf *gltf,
                                        const struct uvp_gltf_primitive *primitive,
                                        struct uvp_error *err)
{
    return uvp_gltf_fail(gltf, primitive->token, UVP_UNSUPPORTED, "mesh", primitive->mesh,
                         "packed by Draco, which this program is built without", err);
}

#endif
