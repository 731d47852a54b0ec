/*
 * The JSON as tables: where each object of an array is. What is in them is read when it is
 * needed, so that a flaw nobody meets does no harm.
 */
#include "formats/mesh/gltf.h"

#define BUDGET_EXTRA (UINT64_C(1) << 20)
#define REQUIRED_MOST 256 /* names of extensions: each is looked for in all of them */

void uvp_gltf_find_fields(const struct uvp_json *json, uint32_t object,
                          const struct uvp_gltf_field *fields, uint32_t count)
{
    const struct uvp_json_token *const tokens = json->tokens;

    for (uint32_t i = 0; i < count; i++) {
        *fields[i].token = UVP_JSON_NONE;
    }
    if (object == UVP_JSON_NONE || tokens[object].kind != UVP_JSON_OBJECT) {
        return;
    }
    for (uint32_t key = object + 1; key < tokens[object].next; key = tokens[key + 1].next) {
        const char first =
            tokens[key].is_escaped ? '\\' : (char)json->text.data[tokens[key].start];
        for (uint32_t i = 0; i < count; i++) {
            if ((first == fields[i].key[0] || first == '\\') &&
                uvp_json_says(json, key, fields[i].key)) {
                *fields[i].token = key + 1;
                break;
            }
        }
    }
}

enum uvp_code uvp_gltf_fail(const struct uvp_gltf *gltf, uint32_t token, enum uvp_code code,
                            const char *what, uint32_t number, const char *text,
                            struct uvp_error *err)
{
    const size_t at = gltf->json_at + gltf->json.tokens[token].start;

    return uvp_fail(err, code, at, "byte %zu: %s %u: %s", at, what, number, text);
}

enum uvp_code uvp_gltf_number(const struct uvp_gltf *gltf, uint32_t token, uint64_t most,
                              uint64_t otherwise, uint64_t *number, struct uvp_error *err)
{
    *number = otherwise;
    if (token == UVP_JSON_NONE || uvp_json_count(&gltf->json, token, most, number)) {
        return UVP_OK;
    }
    return uvp_fail(err, UVP_BAD_DATA, gltf->json_at + gltf->json.tokens[token].start,
                    "byte %zu: not a whole number from 0 to %llu",
                    gltf->json_at + gltf->json.tokens[token].start, (unsigned long long)most);
}

enum uvp_code uvp_gltf_index(const struct uvp_gltf *gltf, uint32_t token, uint32_t count,
                             uint32_t *number, struct uvp_error *err)
{
    uint64_t value;

    if (token == UVP_JSON_NONE) {
        *number = UVP_GLTF_NONE;
        return UVP_OK;
    }
    if (!uvp_json_count(&gltf->json, token, UINT32_MAX, &value) || value >= count) {
        const size_t at = gltf->json_at + gltf->json.tokens[token].start;
        return uvp_fail(err, UVP_BAD_DATA, at, "byte %zu: not an index below %u", at, count);
    }
    *number = (uint32_t)value;
    return UVP_OK;
}

enum uvp_code uvp_gltf_spend(struct uvp_gltf *gltf, uint64_t bytes, struct uvp_error *err)
{
    if (bytes > gltf->budget) {
        return uvp_fail(err, UVP_LIMIT, 0, "accessors hold far more than the file does");
    }
    gltf->budget -= bytes;
    return UVP_OK;
}

/* ---- extensions ---- */

static bool is_required(const struct uvp_gltf *gltf, uint32_t key)
{
    const struct uvp_json *const json = &gltf->json;
    const struct uvp_span name = uvp_json_bytes(json, key);

    if (gltf->required_token == UVP_JSON_NONE) {
        return false;
    }
    for (uint32_t at = gltf->required_token + 1; at < json->tokens[gltf->required_token].next;
         at = json->tokens[at].next) {
        if (json->tokens[at].kind == UVP_JSON_STRING &&
            uvp_span_equal(uvp_json_bytes(json, at), name)) {
            return true;
        }
    }
    return false;
}

enum uvp_code uvp_gltf_check_extensions(const struct uvp_gltf *gltf, uint32_t object,
                                        const char *const *known, uint32_t known_count,
                                        struct uvp_error *err)
{
    const struct uvp_json *const json = &gltf->json;
    const uint32_t extensions = uvp_json_member(json, object, "extensions");

    if (extensions == UVP_JSON_NONE || json->tokens[extensions].kind != UVP_JSON_OBJECT ||
        gltf->required_token == UVP_JSON_NONE) {
        return UVP_OK;
    }
    for (uint32_t key = extensions + 1; key < json->tokens[extensions].next;
         key = json->tokens[key + 1].next) {
        const struct uvp_span name = uvp_json_bytes(json, key);
        bool is_known = false;

        for (uint32_t i = 0; i < known_count; i++) {
            is_known = is_known || uvp_json_says(json, key, known[i]);
        }
        if (!is_known && is_required(gltf, key)) {
            return uvp_fail(err, UVP_UNSUPPORTED, gltf->json_at + json->tokens[key].start,
                            "needs the extension %.*s",
                            (int)(name.bytes < 80 ? name.bytes : 80), (const char *)name.data);
        }
    }
    return UVP_OK;
}

/* ---- opening ---- */

static enum uvp_code check_version(const struct uvp_gltf *gltf, uint32_t asset,
                                   struct uvp_error *err)
{
    const struct uvp_json *const json = &gltf->json;
    uint32_t version;
    uint32_t least;
    const struct uvp_gltf_field fields[] = {{"version", &version}, {"minVersion", &least}};

    uvp_gltf_find_fields(json, asset, fields, 2);
    if (gltf->meshes_token != UVP_JSON_NONE &&
        json->tokens[gltf->meshes_token].kind == UVP_JSON_OBJECT) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "glTF 1.0"); /* it has tables by name */
    }
    if (version == UVP_JSON_NONE || json->tokens[version].kind != UVP_JSON_STRING) {
        return uvp_fail(err, UVP_BAD_DATA, gltf->json_at, "glTF without asset.version");
    }
    if (json->text.data[json->tokens[version].start] != '2') {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "glTF of another version than 2");
    }
    if (least != UVP_JSON_NONE && !uvp_json_says(json, least, "2.0")) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "glTF that needs a later version than 2.0");
    }
    return UVP_OK;
}

/* The objects of an array that may be missing; `each` is the size of a row, whose first member
 * is the token. */
static enum uvp_code list_objects(struct uvp_gltf *gltf, uint32_t array, size_t each,
                                  void **rows, uint32_t *count, struct uvp_error *err)
{
    const struct uvp_json *const json = &gltf->json;
    unsigned char *row;

    *count = 0;
    if (array != UVP_JSON_NONE) {
        if (json->tokens[array].kind != UVP_JSON_ARRAY) {
            return uvp_fail(err, UVP_BAD_DATA, gltf->json_at + json->tokens[array].start,
                            "byte %zu: not an array",
                            gltf->json_at + json->tokens[array].start);
        }
        *count = uvp_json_size(json, array);
    }
    *rows = uvp_arena_take_zeroed(gltf->arena, *count, each);
    if (*rows == NULL) {
        return uvp_fail_memory(err, *count * each);
    }
    row = *rows;
    for (uint32_t i = 0, at = array + 1; i < *count; i++, at = json->tokens[at].next) {
        if (json->tokens[at].kind != UVP_JSON_OBJECT) {
            return uvp_fail(err, UVP_BAD_DATA, gltf->json_at + json->tokens[at].start,
                            "byte %zu: not an object", gltf->json_at + json->tokens[at].start);
        }
        memcpy(row + i * each, &at, sizeof at);
    }
    return UVP_OK;
}

static enum uvp_code list_tables(struct uvp_gltf *gltf, struct uvp_error *err)
{
    void *rows = NULL;

    UVP_TRY(list_objects(gltf, gltf->buffers_token, sizeof *gltf->buffers, &rows,
                         &gltf->buffer_count, err));
    gltf->buffers = rows;
    UVP_TRY(list_objects(gltf, gltf->views_token, sizeof *gltf->views, &rows, &gltf->view_count,
                         err));
    gltf->views = rows;
    UVP_TRY(list_objects(gltf, gltf->accessors_token, sizeof *gltf->accessors, &rows,
                         &gltf->accessor_count, err));
    gltf->accessors = rows;
    for (uint32_t i = 0; i < gltf->accessor_count; i++) {
        gltf->accessors[i].domain = UVP_GLTF_NONE;
        gltf->accessors[i].moved_to = UVP_GLTF_NONE;
        gltf->accessors[i].group = UVP_GLTF_NONE;
    }
    return UVP_OK;
}

static bool is_array_or_none(const struct uvp_json *json, uint32_t token)
{
    return token == UVP_JSON_NONE || json->tokens[token].kind == UVP_JSON_ARRAY;
}

enum uvp_code uvp_gltf_open(const struct uvp_mesh_source *source, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_gltf *gltf, struct uvp_error *err)
{
    struct uvp_span text = {NULL, 0};
    uint32_t asset;
    const struct uvp_gltf_field fields[] = {
        {"asset", &asset},
        {"accessors", &gltf->accessors_token},
        {"bufferViews", &gltf->views_token},
        {"buffers", &gltf->buffers_token},
        {"meshes", &gltf->meshes_token},
        {"materials", &gltf->materials_token},
        {"extensionsRequired", &gltf->required_token},
        {"extensionsUsed", &gltf->used_token},
    };

    memset(gltf, 0, sizeof *gltf);
    gltf->file = source->bytes;
    gltf->siblings = source->siblings;
    gltf->arena = arena;
    gltf->stop = stop;
    gltf->budget = UVP_GLTF_BUDGET_FACTOR * (uint64_t)source->bytes.bytes + BUDGET_EXTRA;
    UVP_TRY(uvp_gltf_find_chunks(gltf, &text, err));
    UVP_TRY(uvp_json_read(text, arena, stop, &gltf->json, err));
    if (gltf->json.tokens[0].kind != UVP_JSON_OBJECT) {
        return uvp_fail(err, UVP_BAD_DATA, gltf->json_at, "glTF is not a JSON object");
    }
    uvp_gltf_find_fields(&gltf->json, 0, fields, sizeof fields / sizeof fields[0]);
    UVP_TRY(check_version(gltf, asset, err));
    if (!is_array_or_none(&gltf->json, gltf->required_token) ||
        !is_array_or_none(&gltf->json, gltf->used_token) ||
        !is_array_or_none(&gltf->json, gltf->materials_token)) {
        return uvp_fail(err, UVP_BAD_DATA, gltf->json_at,
                        "glTF with something that is no array");
    }
    if (gltf->required_token != UVP_JSON_NONE &&
        uvp_json_size(&gltf->json, gltf->required_token) > REQUIRED_MOST) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "needs more than %d extensions",
                        REQUIRED_MOST);
    }
    return list_tables(gltf, err);
}
