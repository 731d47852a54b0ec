/*
 * What the JSON says about primitives, and the lists of the whole file: new views and accessors
 * at the end of theirs, extensions that nothing uses any more taken out.
 */
#include "formats/mesh/gltf_plan.h"

#define DRACO "KHR_draco_mesh_compression"

/* ---- primitives ---- */

/* The set that is written, and those below it that are not there: the first one is 0, and none
 * may be left out. */
static enum uvp_code set_texcoords(struct uvp_gltf_plan *plan,
                                   const struct uvp_gltf_primitive *primitive,
                                   struct uvp_error *err)
{
    const struct uvp_json *const json = &plan->gltf->json;
    const uint32_t accessor = plan->domains[primitive->domain].accessor;
    struct uvp_json_change *const changes =
        UVP_ARENA_ARRAY(plan->arena, struct uvp_json_change, primitive->set + 1);
    char *const names =
        UVP_ARENA_ARRAY(plan->arena, char, (primitive->set + 1) * (size_t)UVP_GLTF_SET_BYTES);
    struct uvp_json_text text = {.arena = plan->arena};
    uint32_t count = 0;

    if (changes == NULL || names == NULL) {
        return uvp_fail_memory(err, (primitive->set + 1) * (size_t)UVP_GLTF_SET_BYTES);
    }
    UVP_TRY(uvp_json_text_put_count(&text, accessor, err));
    for (uint32_t set = 0; set <= primitive->set; set++) {
        char *const name = names + set * (size_t)UVP_GLTF_SET_BYTES;
        uvp_gltf_name_set(set, name);
        if (set == primitive->set ||
            uvp_json_member(json, primitive->attributes, name) == UVP_JSON_NONE) {
            changes[count++] = (struct uvp_json_change){name, uvp_json_text_span(&text)};
        }
    }
    return uvp_json_change_object(&plan->edits, json, primitive->attributes, changes, count,
                                  err);
}

/* Attributes and targets whose accessor could not grow refer to the copy that has. */
static enum uvp_code move_attributes(struct uvp_gltf_plan *plan,
                                     const struct uvp_gltf_primitive *primitive,
                                     struct uvp_error *err)
{
    struct uvp_gltf *const gltf = plan->gltf;

    for (uint32_t i = 0; i < primitive->attribute_count; i++) {
        const struct uvp_gltf_attribute *const attribute =
            &gltf->attributes[primitive->first_attribute + i];
        const uint32_t moved_to = gltf->accessors[attribute->accessor].moved_to;
        if (moved_to != UVP_GLTF_NONE && !uvp_gltf_is_replaced(plan, primitive, attribute)) {
            UVP_TRY(uvp_json_replace_count(&plan->edits, &gltf->json, attribute->value,
                                           moved_to, err));
        }
    }
    return UVP_OK;
}

/* What Draco has packed is no longer what the accessors hold. */
static enum uvp_code drop_draco(struct uvp_gltf_plan *plan,
                                const struct uvp_gltf_primitive *primitive,
                                struct uvp_json_change *changes, uint32_t *count,
                                struct uvp_error *err)
{
    static const struct uvp_json_change gone = {DRACO, {NULL, 0}};
    const struct uvp_json *const json = &plan->gltf->json;
    const uint32_t extensions = uvp_json_member(json, primitive->token, "extensions");

    if (!primitive->has_draco) {
        return UVP_OK;
    }
    if (uvp_json_size(json, extensions) == 1) {
        changes[(*count)++] = (struct uvp_json_change){"extensions", {NULL, 0}};
        return UVP_OK;
    }
    return uvp_json_change_object(&plan->edits, json, extensions, &gone, 1, err);
}

static enum uvp_code edit_primitive(struct uvp_gltf_plan *plan,
                                    const struct uvp_gltf_primitive *primitive,
                                    struct uvp_error *err)
{
    struct uvp_json_change changes[3];
    struct uvp_json_text text = {.arena = plan->arena};
    uint32_t count = 0;
    uint32_t indices;

    UVP_TRY(set_texcoords(plan, primitive, err));
    UVP_TRY(move_attributes(plan, primitive, err));
    UVP_TRY(uvp_gltf_plan_indices(plan, primitive, &indices, err));
    if (indices != primitive->indices) {
        UVP_TRY(uvp_json_text_put_count(&text, indices, err));
        changes[count++] = (struct uvp_json_change){"indices", uvp_json_text_span(&text)};
    }
    if (primitive->mode != UVP_GLTF_TRIANGLES) {
        changes[count++] = (struct uvp_json_change){"mode", uvp_span_of_text("4")};
    }
    UVP_TRY(drop_draco(plan, primitive, changes, &count, err));
    return uvp_json_change_object(&plan->edits, &plan->gltf->json, primitive->token, changes,
                                  count, err);
}

enum uvp_code uvp_gltf_plan_edits(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = plan->gltf;

    uvp_gltf_count_uses(plan);
    UVP_TRY(uvp_gltf_grow_accessors(plan, err));
    for (uint32_t i = 0; i < plan->domain_count; i++) {
        UVP_TRY(uvp_gltf_add_uvs(plan, &plan->domains[i], err));
    }
    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        if (uvp_gltf_is_touched(plan, &gltf->primitives[i])) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
            UVP_TRY(edit_primitive(plan, &gltf->primitives[i], err));
        }
    }
    UVP_TRY(uvp_gltf_plan_places(plan, err));
    return uvp_gltf_plan_views(plan, err);
}

/* ---- extensions of the file ---- */

#define NAMES_MOST 3

struct gone {
    const char *names[NAMES_MOST];
    uint32_t count;
};

static bool has_extension(const struct uvp_json *json, uint32_t object, const char *name)
{
    return uvp_json_member(json, uvp_json_member(json, object, "extensions"), name) !=
           UVP_JSON_NONE;
}

/* Whether a packing is no longer needed (gone from views), and no longer named at all. */
static void judge_packing(const struct uvp_gltf *gltf, const char *name, struct gone *required,
                          struct gone *used)
{
    bool was_moved = false;
    bool is_left = false;
    bool is_named = false;

    for (uint32_t i = 0; i < gltf->view_count; i++) {
        const struct uvp_gltf_view *const view = &gltf->views[i];
        const bool has = has_extension(&gltf->json, view->token, name);
        was_moved = was_moved || (has && view->is_done);
        is_left = is_left || (has && !view->is_done);
    }
    if (!was_moved || is_left) {
        return;
    }
    required->names[required->count++] = name;
    for (uint32_t i = 0; i < gltf->buffer_count; i++) {
        is_named = is_named || has_extension(&gltf->json, gltf->buffers[i].token, name);
    }
    if (!is_named) {
        used->names[used->count++] = name;
    }
}

static void judge_draco(const struct uvp_gltf_plan *plan, struct gone *required,
                        struct gone *used)
{
    bool was_dropped = false;
    bool is_left = false;

    for (uint32_t i = 0; i < plan->gltf->primitive_count; i++) {
        const struct uvp_gltf_primitive *const primitive = &plan->gltf->primitives[i];
        const bool is_touched = uvp_gltf_is_touched(plan, primitive);
        was_dropped = was_dropped || (primitive->has_draco && is_touched);
        is_left = is_left || (primitive->has_draco && !is_touched);
    }
    if (was_dropped && !is_left) {
        required->names[required->count++] = DRACO;
        used->names[used->count++] = DRACO;
    }
}

/* A list without names must not be there at all. */
static enum uvp_code drop_names(struct uvp_gltf_plan *plan, uint32_t array, const char *key,
                                const struct gone *gone, struct uvp_json_change *changes,
                                uint32_t *count, struct uvp_error *err)
{
    const struct uvp_json *const json = &plan->gltf->json;
    uint32_t left = 0;

    if (gone->count == 0 || array == UVP_JSON_NONE) {
        return UVP_OK;
    }
    for (uint32_t at = array + 1; at < json->tokens[array].next; at = json->tokens[at].next) {
        bool is_gone = false;
        for (uint32_t i = 0; i < gone->count; i++) {
            is_gone = is_gone || (json->tokens[at].kind == UVP_JSON_STRING &&
                                  uvp_json_says(json, at, gone->names[i]));
        }
        left += !is_gone;
    }
    if (left == 0) {
        changes[(*count)++] = (struct uvp_json_change){key, {NULL, 0}};
        return UVP_OK;
    }
    return uvp_json_drop_strings(&plan->edits, json, array, gone->names, gone->count, err);
}

/* ---- arrays of the file ---- */

static enum uvp_code add_items(struct uvp_gltf_plan *plan, uint32_t array, const char *key,
                               struct uvp_span items, struct uvp_json_change *changes,
                               uint32_t *count, struct uvp_error *err)
{
    struct uvp_json_text text = {.arena = plan->arena};

    if (items.bytes == 0) {
        return UVP_OK;
    }
    if (array != UVP_JSON_NONE) {
        return uvp_json_add_items(&plan->edits, &plan->gltf->json, array, items, err);
    }
    UVP_TRY(uvp_json_text_put(&text, "[", err));
    UVP_TRY(uvp_json_text_put_bytes(&text, items, err));
    UVP_TRY(uvp_json_text_put(&text, "]", err));
    changes[(*count)++] = (struct uvp_json_change){key, uvp_json_text_span(&text)};
    return UVP_OK;
}

static enum uvp_code change_buffer(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct uvp_json_text text = {.arena = plan->arena};
    struct uvp_json_change change = {"byteLength", {NULL, 0}};

    UVP_TRY(uvp_json_text_put_count(&text, plan->base + plan->bytes, err));
    change.value = uvp_json_text_span(&text);
    return uvp_json_change_object(&plan->edits, &plan->gltf->json,
                                  plan->gltf->buffers[plan->buffer].token, &change, 1, err);
}

static enum uvp_code write_buffer(const struct uvp_gltf_plan *plan, struct uvp_span uri,
                                  struct uvp_json_text *text, struct uvp_error *err)
{
    UVP_TRY(uvp_json_text_put(text, "{\"byteLength\":", err));
    UVP_TRY(uvp_json_text_put_count(text, plan->bytes, err));
    UVP_TRY(uvp_json_text_put(text, ",\"uri\":\"", err));
    UVP_TRY(uvp_json_text_put_bytes(text, uri, err));
    return uvp_json_text_put(text, "\"}", err);
}

enum uvp_code uvp_gltf_plan_root(struct uvp_gltf_plan *plan, struct uvp_span uri,
                                 struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;
    struct uvp_json_text buffer = {.arena = plan->arena};
    struct uvp_json_change changes[4];
    struct gone required = {.count = 0};
    struct gone used = {.count = 0};
    uint32_t count = 0;

    if (plan->is_new_buffer) {
        UVP_TRY(write_buffer(plan, uri, &buffer, err));
    } else {
        UVP_TRY(change_buffer(plan, err));
    }
    judge_packing(gltf, "EXT_meshopt_compression", &required, &used);
    judge_packing(gltf, "KHR_meshopt_compression", &required, &used);
    judge_draco(plan, &required, &used);
    UVP_TRY(drop_names(plan, gltf->required_token, "extensionsRequired", &required, changes,
                       &count, err));
    UVP_TRY(drop_names(plan, gltf->used_token, "extensionsUsed", &used, changes, &count, err));
    UVP_TRY(add_items(plan, gltf->views_token, "bufferViews",
                      uvp_json_text_span(&plan->new_views), changes, &count, err));
    UVP_TRY(add_items(plan, gltf->buffers_token, "buffers", uvp_json_text_span(&buffer),
                      changes, &count, err));
    UVP_TRY(add_items(plan, gltf->accessors_token, "accessors",
                      uvp_json_text_span(&plan->new_accessors), changes, &count, err));
    return uvp_json_change_object(&plan->edits, &gltf->json, 0, changes, count, err);
}
