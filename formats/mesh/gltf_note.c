/*
 * What goes wrong when UVs are replaced: textures were painted for the old ones, tangents were
 * made from them, and KHR_texture_transform moves them.
 */
#include "formats/mesh/gltf_plan.h"

enum trouble {
    TROUBLE_TEXTURES = 1,
    TROUBLE_TANGENTS = 2,
    TROUBLE_TRANSFORMS = 4,
    TROUBLE_KNOWN = 8, /* of a material: it was looked at */
};

static const char *const notes[8] = {
    NULL,
    "textures were made for the UVs that are replaced",
    "tangents were made for the UVs that are replaced",
    "textures and tangents were made for the UVs that are replaced",
    "KHR_texture_transform moves the UVs that are replaced",
    "textures and KHR_texture_transform were made for the UVs that are replaced",
    "tangents and KHR_texture_transform were made for the UVs that are replaced",
    "textures, tangents and KHR_texture_transform were made for the UVs that are replaced",
};

static bool ends_with_texture(const struct uvp_json *json, uint32_t key)
{
    const struct uvp_span bytes = uvp_json_bytes(json, key);

    return bytes.bytes >= 7 && memcmp(bytes.data + bytes.bytes - 6, "exture", 6) == 0;
}

/* One texture of a material, by the set it uses. */
static uint32_t look_at_texture(const struct uvp_json *json, uint32_t texture, uint32_t set)
{
    const uint32_t texcoord = uvp_json_member(json, texture, "texCoord");
    const uint32_t extensions = uvp_json_member(json, texture, "extensions");
    const uint32_t transform = uvp_json_member(json, extensions, "KHR_texture_transform");
    const uint32_t other = uvp_json_member(json, transform, "texCoord");
    uint64_t used = 0;

    if (texcoord != UVP_JSON_NONE && !uvp_json_count(json, texcoord, UINT32_MAX, &used)) {
        return 0;
    }
    if (other != UVP_JSON_NONE && !uvp_json_count(json, other, UINT32_MAX, &used)) {
        return 0;
    }
    if (used != set) {
        return 0;
    }
    return TROUBLE_TEXTURES | (transform != UVP_JSON_NONE ? TROUBLE_TRANSFORMS : 0);
}

/* Members of any name that ends in Texture, however deep: extensions have theirs too. */
static uint32_t look_at_material(const struct uvp_json *json, uint32_t material, uint32_t set)
{
    uint32_t troubles = 0;

    for (uint32_t at = material + 1; at + 1 < json->tokens[material].next; at++) {
        if (json->tokens[at].kind == UVP_JSON_STRING &&
            json->tokens[at + 1].kind == UVP_JSON_OBJECT && ends_with_texture(json, at)) {
            troubles |= look_at_texture(json, at + 1, set);
        }
    }
    return troubles;
}

struct materials {
    uint32_t *tokens;
    unsigned char *troubles;
    uint32_t count;
};

static enum uvp_code list_materials(const struct uvp_gltf_plan *plan,
                                    struct materials *materials, struct uvp_error *err)
{
    const struct uvp_json *const json = &plan->gltf->json;
    const uint32_t array = plan->gltf->materials_token;

    materials->count = array == UVP_JSON_NONE ? 0 : uvp_json_size(json, array);
    materials->tokens = UVP_ARENA_ARRAY(plan->arena, uint32_t, materials->count);
    materials->troubles = uvp_arena_take_zeroed(plan->arena, materials->count, 1);
    if (materials->tokens == NULL || materials->troubles == NULL) {
        return uvp_fail_memory(err, (size_t)5 * materials->count);
    }
    for (uint32_t i = 0, at = array + 1; i < materials->count;
         i++, at = json->tokens[at].next) {
        materials->tokens[i] = at;
    }
    return UVP_OK;
}

/* A material is looked at once: with other sets it is judged by the first one. */
static uint32_t troubles_of(const struct uvp_gltf_plan *plan, struct materials *materials,
                            const struct uvp_gltf_primitive *primitive)
{
    const uint32_t tangents = primitive->has_tangent ? TROUBLE_TANGENTS : 0;
    unsigned char *troubles;

    if (primitive->material >= materials->count) {
        return tangents;
    }
    troubles = &materials->troubles[primitive->material];
    if (*troubles == 0) {
        *troubles = (unsigned char)(TROUBLE_KNOWN |
                                    look_at_material(&plan->gltf->json,
                                                     materials->tokens[primitive->material],
                                                     primitive->set));
    }
    return tangents | (*troubles & ~(uint32_t)TROUBLE_KNOWN);
}

/* Rows that were packed and are no longer. */
static bool was_unpacked(const struct uvp_gltf_plan *plan)
{
    const struct uvp_gltf *const gltf = plan->gltf;

    for (uint32_t i = 0; i < gltf->view_count; i++) {
        if (gltf->views[i].is_done && gltf->views[i].packed != UVP_JSON_NONE) {
            return true;
        }
    }
    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        if (gltf->primitives[i].has_draco && uvp_gltf_is_touched(plan, &gltf->primitives[i])) {
            return true;
        }
    }
    return false;
}

static enum uvp_code find_troubles(const struct uvp_gltf_plan *plan, uint32_t *troubles,
                                   struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;
    struct materials materials = {.count = 0};

    UVP_TRY(list_materials(plan, &materials, err));
    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        const struct uvp_gltf_primitive *const primitive = &gltf->primitives[i];
        if (uvp_gltf_is_touched(plan, primitive) && primitive->texcoord != UVP_GLTF_NONE) {
            *troubles |= troubles_of(plan, &materials, primitive);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_find_note(const struct uvp_gltf_plan *plan, const char **note,
                                 struct uvp_error *err)
{
    uint32_t troubles = 0;

    if (plan->options->existing != UVP_EXISTING_ADD) {
        UVP_TRY(find_troubles(plan, &troubles, err));
    }
    *note = notes[troubles];
    if (troubles == 0 && was_unpacked(plan)) {
        *note = "packed meshes are written unpacked, which takes more room";
    }
    return UVP_OK;
}
