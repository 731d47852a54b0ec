/*
 * Who refers to what: what more than one thing refers to must not change under the others.
 *
 * Views are referred to by the key bufferView, wherever it stands: in accessors, images, and
 * extensions that nobody here knows. A count too high only means that a copy is made.
 */
#include "formats/mesh/gltf_plan.h"

static void use_accessor(struct uvp_gltf *gltf, uint32_t token)
{
    uint64_t number;

    if (uvp_json_count(&gltf->json, token, UINT32_MAX, &number) &&
        number < gltf->accessor_count) {
        gltf->accessors[number].uses++;
    }
}

static void use_view(struct uvp_gltf *gltf, uint32_t token)
{
    uint64_t number;

    if (uvp_json_count(&gltf->json, token, UINT32_MAX, &number) && number < gltf->view_count) {
        gltf->views[number].uses++;
    }
}

/* Attributes of instances of a node are accessors too. */
static void use_instances(struct uvp_gltf *gltf, uint32_t token)
{
    const struct uvp_json *const json = &gltf->json;
    const uint32_t attributes = uvp_json_member(json, token, "attributes");

    if (attributes == UVP_JSON_NONE || json->tokens[attributes].kind != UVP_JSON_OBJECT) {
        return;
    }
    for (uint32_t key = attributes + 1; key < json->tokens[attributes].next;
         key = json->tokens[key + 1].next) {
        use_accessor(gltf, key + 1);
    }
}

static void look_at(struct uvp_gltf *gltf, uint32_t key)
{
    const struct uvp_json *const json = &gltf->json;

    if (uvp_json_says(json, key, "bufferView")) {
        use_view(gltf, key + 1);
    } else if (uvp_json_says(json, key, "input") || uvp_json_says(json, key, "output") ||
               uvp_json_says(json, key, "inverseBindMatrices")) {
        use_accessor(gltf, key + 1);
    } else if (uvp_json_says(json, key, "EXT_mesh_gpu_instancing")) {
        use_instances(gltf, key + 1);
    }
}

void uvp_gltf_count_uses(struct uvp_gltf_plan *plan)
{
    struct uvp_gltf *const gltf = plan->gltf;
    const struct uvp_json *const json = &gltf->json;

    for (uint32_t i = 0; i + 1 < json->count; i++) {
        const struct uvp_json_token *const token = &json->tokens[i];
        const unsigned char first =
            token->kind == UVP_JSON_STRING ? json->text.data[token->start] : 0;
        if (first == 'b' || first == 'i' || first == 'o' || first == 'E' || first == '\\') {
            look_at(gltf, i);
        }
    }
    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        const struct uvp_gltf_primitive *const primitive = &gltf->primitives[i];
        if (primitive->indices != UVP_GLTF_NONE) {
            gltf->accessors[primitive->indices].uses++;
        }
    }
    for (uint32_t i = 0; i < gltf->attribute_count; i++) {
        gltf->accessors[gltf->attributes[i].accessor].uses++;
    }
}
