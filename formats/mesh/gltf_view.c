/*
 * What the JSON says about views, when all places are known.
 */
#include "formats/mesh/gltf_plan.h"

/* Changes of one view: its place, its stride, its extensions. */
#define CHANGES_MOST 5

struct changing {
    struct uvp_gltf_plan *plan;
    struct uvp_json_change list[CHANGES_MOST];
    uint32_t count;
};

static enum uvp_code set_count(struct changing *changing, const char *key, uint64_t count,
                               struct uvp_error *err)
{
    struct uvp_json_text text = {.arena = changing->plan->arena};

    UVP_TRY(uvp_json_text_put_count(&text, count, err));
    changing->list[changing->count++] =
        (struct uvp_json_change){key, uvp_json_text_span(&text)};
    return UVP_OK;
}

static void set_gone(struct changing *changing, const char *key)
{
    changing->list[changing->count++] = (struct uvp_json_change){key, {NULL, 0}};
}

static enum uvp_code apply(struct changing *changing, uint32_t object, struct uvp_error *err)
{
    return uvp_json_change_object(&changing->plan->edits, &changing->plan->gltf->json, object,
                                  changing->list, changing->count, err);
}

/* ---- views with new bytes ---- */

static enum uvp_code put_field(struct uvp_json_text *text, const char *before, uint64_t count,
                               struct uvp_error *err)
{
    UVP_TRY(uvp_json_text_put(text, before, err));
    return uvp_json_text_put_count(text, count, err);
}

static enum uvp_code write_new(struct uvp_gltf_plan *plan, const struct uvp_gltf_blob *blob,
                               struct uvp_error *err)
{
    struct uvp_json_text *const text = &plan->new_views;

    UVP_TRY(put_field(text, text->bytes != 0 ? ",{\"buffer\":" : "{\"buffer\":", plan->buffer,
                      err));
    UVP_TRY(put_field(text, ",\"byteOffset\":", plan->base + blob->offset, err));
    UVP_TRY(put_field(text, ",\"byteLength\":", blob->bytes, err));
    if (blob->stride != 0) {
        UVP_TRY(put_field(text, ",\"byteStride\":", blob->stride, err));
    }
    if (blob->target != 0) {
        UVP_TRY(put_field(text, ",\"target\":", blob->target, err));
    }
    return uvp_json_text_put(text, "}", err);
}

/* The extension goes, and the object that holds it when nothing else is in it. */
static enum uvp_code unpack_view(struct changing *changing, const struct uvp_gltf_view *view,
                                 struct uvp_error *err)
{
    static const struct uvp_json_change both[] = {
        {"EXT_meshopt_compression", {NULL, 0}},
        {"KHR_meshopt_compression", {NULL, 0}},
    };
    const struct uvp_json *const json = &changing->plan->gltf->json;
    uint32_t extensions;
    uint32_t packing = 0;

    if (view->packed == UVP_JSON_NONE) {
        return UVP_OK;
    }
    extensions = uvp_json_member(json, view->token, "extensions");
    for (uint32_t key = extensions + 1; key < json->tokens[extensions].next;
         key = json->tokens[key + 1].next) {
        packing +=
            uvp_json_says(json, key, both[0].key) || uvp_json_says(json, key, both[1].key);
    }
    if (packing == uvp_json_size(json, extensions)) {
        set_gone(changing, "extensions");
        return UVP_OK;
    }
    return uvp_json_change_object(&changing->plan->edits, json, extensions, both, 2, err);
}

static enum uvp_code change_moved(struct uvp_gltf_plan *plan, const struct uvp_gltf_blob *blob,
                                  struct uvp_error *err)
{
    const struct uvp_gltf_view *const view = &plan->gltf->views[blob->view];
    struct changing changing = {.plan = plan};

    UVP_TRY(set_count(&changing, "buffer", plan->buffer, err));
    UVP_TRY(set_count(&changing, "byteOffset", plan->base + blob->offset, err));
    UVP_TRY(set_count(&changing, "byteLength", blob->bytes, err));
    if (blob->stride == 0) {
        set_gone(&changing, "byteStride");
    }
    UVP_TRY(unpack_view(&changing, view, err));
    return apply(&changing, view->token, err);
}

/* ---- views behind holes ---- */

static uint64_t bytes_of_holes_before(const struct uvp_gltf_plan *plan, uint64_t offset)
{
    uint32_t first = 0;
    uint32_t end = plan->hole_count;

    while (first < end) {
        const uint32_t middle = first + (end - first) / 2;
        if (plan->holes[middle].to <= offset) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first == 0 ? 0
                      : plan->holes[first - 1].before +
                            (plan->holes[first - 1].to - plan->holes[first - 1].from);
}

/* A view, or the extension that says where it is packed. */
static enum uvp_code shift(struct uvp_gltf_plan *plan, uint32_t object, struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;
    uint32_t buffer;
    uint32_t offset;
    uint64_t number;
    uint64_t at;
    uint64_t before;
    const struct uvp_gltf_field fields[] = {{"buffer", &buffer}, {"byteOffset", &offset}};
    struct changing changing = {.plan = plan};

    uvp_gltf_find_fields(&gltf->json, object, fields, 2);
    if (!uvp_json_count(&gltf->json, buffer, UINT32_MAX, &number) || number != 0 ||
        !uvp_json_count(&gltf->json, offset, gltf->bin_bytes, &at)) {
        return UVP_OK;
    }
    before = bytes_of_holes_before(plan, at);
    if (before == 0) {
        return UVP_OK;
    }
    UVP_TRY(set_count(&changing, "byteOffset", at - before, err));
    return apply(&changing, object, err);
}

static enum uvp_code shift_all(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;

    for (uint32_t i = 0; i < gltf->view_count; i++) {
        if (gltf->views[i].is_done) {
            continue;
        }
        UVP_TRY(shift(plan, gltf->views[i].token, err));
        if (gltf->views[i].packed != UVP_JSON_NONE) {
            UVP_TRY(shift(plan, gltf->views[i].packed, err));
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_plan_views(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    for (uint32_t i = 0; i < plan->blob_count; i++) {
        const struct uvp_gltf_blob *const blob = &plan->blobs[i];
        UVP_TRY(blob->is_moved ? change_moved(plan, blob, err) : write_new(plan, blob, err));
    }
    return plan->hole_count == 0 ? UVP_OK : shift_all(plan, err);
}
