/*
 * What the JSON says about rows: accessors that get more of them, and the views these lie in.
 *
 * Nothing is numbered anew. An accessor that only primitives with new UVs use as an attribute
 * keeps its number and grows; any other stays as it is, and a copy of it grows. A view in which
 * nothing but such accessors lie, side by side in its rows, keeps its number and points to the
 * grown rows; else the accessor moves to a view of its own.
 */
#include "formats/mesh/gltf_plan.h"

#define CHANGES_MOST 8
#define CORNERS_PER_POLL UINT32_C(65536)

/* ---- texts ---- */

static enum uvp_code count_text(struct uvp_gltf_plan *plan, uint64_t count,
                                struct uvp_span *text, struct uvp_error *err)
{
    struct uvp_json_text digits = {.arena = plan->arena};

    UVP_TRY(uvp_json_text_put_count(&digits, count, err));
    *text = uvp_json_text_span(&digits);
    return UVP_OK;
}

/* Changes of one object; counts are spelled into the arena. */
struct changing {
    struct uvp_gltf_plan *plan;
    struct uvp_json_change list[CHANGES_MOST];
    uint32_t count;
};

static enum uvp_code set_count(struct changing *changing, const char *key, uint64_t count,
                               struct uvp_error *err)
{
    struct uvp_json_change *const change = &changing->list[changing->count++];

    change->key = key;
    return count_text(changing->plan, count, &change->value, err);
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

static enum uvp_code put_field(struct uvp_json_text *text, const char *before, uint64_t count,
                               struct uvp_error *err)
{
    UVP_TRY(uvp_json_text_put(text, before, err));
    return uvp_json_text_put_count(text, count, err);
}

/* ---- views ---- */

static enum uvp_code add_view(struct uvp_gltf_plan *plan, struct uvp_gltf_blob blob,
                              uint32_t stride, uint32_t target, uint32_t *number,
                              struct uvp_error *err)
{
    *number = plan->gltf->view_count + plan->new_view_count++;
    blob.view = *number;
    blob.stride = stride;
    blob.target = target;
    return uvp_gltf_add_blob(plan, blob, err);
}

static enum uvp_code move_view(struct uvp_gltf_plan *plan, uint32_t number,
                               struct uvp_gltf_blob blob, bool has_rows, struct uvp_error *err)
{
    struct uvp_gltf_view *const view = &plan->gltf->views[number];

    view->is_done = true;
    blob.view = number;
    blob.is_moved = true;
    blob.stride = has_rows ? view->stride : 0;
    return uvp_gltf_add_blob(plan, blob, err);
}

enum uvp_code uvp_gltf_give_view(struct uvp_gltf_plan *plan, struct uvp_gltf_blob blob,
                                 uint32_t target, uint32_t *number, struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;

    if (*number != UVP_GLTF_NONE && gltf->views[*number].uses == 1) {
        return move_view(plan, *number, blob, false, err);
    }
    return add_view(plan, blob, 0, target, number, err);
}

/* ---- accessors ---- */

static bool is_changed(const struct changing *changing, uint32_t key)
{
    for (uint32_t i = 0; i < changing->count; i++) {
        if (uvp_json_says(&changing->plan->gltf->json, key, changing->list[i].key)) {
            return true;
        }
    }
    return false;
}

/* A copy of an accessor's object, with changes, as the next new one. */
static enum uvp_code copy_accessor(struct changing *changing, uint32_t object, uint32_t *number,
                                   struct uvp_error *err)
{
    struct uvp_gltf_plan *const plan = changing->plan;
    const struct uvp_json *const json = &plan->gltf->json;
    struct uvp_json_text *const text = &plan->new_accessors;
    const char *between = "";

    UVP_TRY(uvp_json_text_put(text, text->bytes != 0 ? ",{" : "{", err));
    for (uint32_t key = object + 1; key < json->tokens[object].next;
         key = json->tokens[key + 1].next) {
        const uint32_t from = json->tokens[key].start - 1;
        const uint32_t to =
            json->tokens[key + 1].end + (json->tokens[key + 1].kind == UVP_JSON_STRING);
        if (is_changed(changing, key)) {
            continue;
        }
        UVP_TRY(uvp_json_text_put(text, between, err));
        UVP_TRY(
            uvp_json_text_put_bytes(text, uvp_span_of(json->text.data + from, to - from), err));
        between = ",";
    }
    for (uint32_t i = 0; i < changing->count; i++) {
        if (changing->list[i].value.data == NULL) {
            continue;
        }
        UVP_TRY(uvp_json_text_put(text, between, err));
        UVP_TRY(uvp_json_text_put(text, "\"", err));
        UVP_TRY(uvp_json_text_put(text, changing->list[i].key, err));
        UVP_TRY(uvp_json_text_put(text, "\":", err));
        UVP_TRY(uvp_json_text_put_bytes(text, changing->list[i].value, err));
        between = ",";
    }
    *number = plan->gltf->accessor_count + plan->new_accessor_count++;
    return uvp_json_text_put(text, "}", err);
}

static bool grows_in_place(const struct uvp_gltf_accessor *accessor)
{
    return accessor->touched_uses != 0 && accessor->uses == accessor->touched_uses;
}

static struct uvp_gltf_blob rows_blob(const struct uvp_gltf_domain *domain,
                                      struct uvp_span rows, size_t from_stride,
                                      size_t row_bytes, size_t to_stride)
{
    const uint64_t count = (uint64_t)domain->vertex_count + domain->split.added_count;
    const struct uvp_gltf_blob blob = {
        .kind = UVP_GLTF_BLOB_ROWS,
        .domain = domain,
        .bytes = count * to_stride,
        .rows = rows,
        .from_stride = from_stride,
        .row_bytes = row_bytes,
        .to_stride = to_stride,
    };

    return blob;
}

static bool grows_with_view(const struct uvp_gltf *gltf,
                            const struct uvp_gltf_accessor *accessor)
{
    const struct uvp_gltf_view *view;

    if (!grows_in_place(accessor) || accessor->view == UVP_GLTF_NONE ||
        accessor->sparse != UVP_JSON_NONE) {
        return false;
    }
    view = &gltf->views[accessor->view];
    return !view->is_mixed && view->uses == view->grown_uses;
}

/* Rows of the whole view, everything between them included. */
static enum uvp_code grow_view(struct uvp_gltf_plan *plan,
                               const struct uvp_gltf_accessor *accessor, struct uvp_error *err)
{
    const struct uvp_gltf_view *const view = &plan->gltf->views[accessor->view];

    if (view->is_done) {
        return UVP_OK;
    }
    return move_view(plan, accessor->view,
                     rows_blob(&plan->domains[accessor->domain], view->data, view->row,
                               view->row, view->row),
                     true, err);
}

static enum uvp_code move_rows(struct changing *changing,
                               const struct uvp_gltf_accessor *accessor, struct uvp_error *err)
{
    static const uint32_t array_buffer = 34962;
    struct uvp_gltf_plan *const plan = changing->plan;
    const struct uvp_gltf_domain *const domain = &plan->domains[accessor->domain];
    const uint32_t stride = (accessor->size + 3) / 4 * 4;
    const size_t bytes = (accessor->count - 1) * accessor->stride + accessor->size;
    uint32_t view;

    UVP_TRY(add_view(plan,
                     rows_blob(domain, uvp_span_of(accessor->rows, bytes), accessor->stride,
                               accessor->size, stride),
                     stride == accessor->size ? 0 : stride, array_buffer, &view, err));
    UVP_TRY(set_count(changing, "bufferView", view, err));
    set_gone(changing, "byteOffset");
    set_gone(changing, "sparse");
    return UVP_OK;
}

static enum uvp_code grow_accessor(struct uvp_gltf_plan *plan,
                                   struct uvp_gltf_accessor *accessor, struct uvp_error *err)
{
    const struct uvp_split *const split = &plan->domains[accessor->domain].split;
    struct changing changing = {.plan = plan};

    if (split->added_count == 0 && !accessor->is_unpacked) {
        return UVP_OK;
    }
    UVP_TRY(set_count(&changing, "count", (uint64_t)accessor->count + split->added_count, err));
    if (grows_in_place(accessor) && uvp_gltf_stays_sparse(accessor)) {
        UVP_TRY(uvp_gltf_grow_sparse(plan, accessor, err));
    } else if (grows_with_view(plan->gltf, accessor)) {
        UVP_TRY(grow_view(plan, accessor, err));
    } else if (accessor->rows != NULL) {
        UVP_TRY(move_rows(&changing, accessor, err));
    }
    return grows_in_place(accessor)
               ? apply(&changing, accessor->token, err)
               : copy_accessor(&changing, accessor->token, &accessor->moved_to, err);
}

/* ---- which views may grow ---- */

static void judge_view(struct uvp_gltf *gltf, const struct uvp_gltf_accessor *accessor)
{
    struct uvp_gltf_view *const view = &gltf->views[accessor->view];
    const uint32_t row = view->stride != 0 ? view->stride : accessor->size;

    if (view->grown_uses++ == 0) {
        view->domain = accessor->domain;
        view->row = row;
    }
    if (view->domain != accessor->domain || view->row != row ||
        accessor->offset + accessor->size > row) {
        view->is_mixed = true;
    }
}

/* Accessors that nobody will use any more do not keep their view from growing. */
static void adopt_dead(const struct uvp_gltf_plan *plan, struct uvp_gltf_primitive *primitive)
{
    struct uvp_gltf *const gltf = plan->gltf;

    for (uint32_t i = 0; i < primitive->attribute_count; i++) {
        const struct uvp_gltf_attribute *const attribute =
            &gltf->attributes[primitive->first_attribute + i];
        struct uvp_gltf_accessor *const accessor = &gltf->accessors[attribute->accessor];
        if (accessor->domain == UVP_GLTF_NONE && accessor->uses == accessor->replaced_uses) {
            accessor->domain = primitive->domain;
        }
    }
}

static void judge_views(struct uvp_gltf_plan *plan)
{
    struct uvp_gltf *const gltf = plan->gltf;

    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        if (uvp_gltf_is_touched(plan, &gltf->primitives[i])) {
            adopt_dead(plan, &gltf->primitives[i]);
        }
    }
    for (uint32_t i = 0; i < gltf->accessor_count; i++) {
        const struct uvp_gltf_accessor *const accessor = &gltf->accessors[i];
        const bool is_dead = accessor->touched_uses == 0;
        if (accessor->domain != UVP_GLTF_NONE && accessor->view != UVP_GLTF_NONE &&
            accessor->sparse == UVP_JSON_NONE && (is_dead || grows_in_place(accessor))) {
            judge_view(gltf, accessor);
        }
    }
}

enum uvp_code uvp_gltf_grow_accessors(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = plan->gltf;

    judge_views(plan);
    for (uint32_t i = 0; i < gltf->accessor_count; i++) {
        if (i % 1024 == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
        if (gltf->accessors[i].touched_uses != 0) {
            UVP_TRY(grow_accessor(plan, &gltf->accessors[i], err));
        }
    }
    return UVP_OK;
}

/* ---- what is new ---- */

enum uvp_code uvp_gltf_add_uvs(struct uvp_gltf_plan *plan, struct uvp_gltf_domain *domain,
                               struct uvp_error *err)
{
    static const uint32_t array_buffer = 34962;
    const uint64_t count = (uint64_t)domain->vertex_count + domain->split.added_count;
    const size_t size = domain->is_u16 ? 4 : 8;
    const struct uvp_gltf_blob blob = {
        .kind = UVP_GLTF_BLOB_UVS,
        .domain = domain,
        .bytes = count * size,
        .to_stride = size,
    };
    struct uvp_json_text *const text = &plan->new_accessors;
    uint32_t view;

    UVP_TRY(add_view(plan, blob, 0, array_buffer, &view, err));
    UVP_TRY(put_field(text, text->bytes != 0 ? ",{\"bufferView\":" : "{\"bufferView\":", view,
                      err));
    UVP_TRY(put_field(
        text, ",\"componentType\":", domain->is_u16 ? UVP_GLTF_U16 : UVP_GLTF_FLOAT, err));
    UVP_TRY(uvp_json_text_put(text, domain->is_u16 ? ",\"normalized\":true" : "", err));
    UVP_TRY(put_field(text, ",\"count\":", count, err));
    UVP_TRY(uvp_json_text_put(text, ",\"type\":\"VEC2\"}", err));
    domain->accessor = plan->gltf->accessor_count + plan->new_accessor_count++;
    return UVP_OK;
}

/* ---- indices ---- */

/* The least type that holds them, but never a smaller one; 255 and 65535 are no indices. */
static uint32_t index_size(const struct uvp_gltf_accessor *accessor, uint64_t vertices)
{
    const uint32_t least = vertices <= UINT8_MAX ? 1 : vertices <= UINT16_MAX ? 2 : 4;
    const uint32_t now = accessor == NULL ? 2 : accessor->size;

    return now > least ? now : least;
}

static enum uvp_code set_range(struct changing *changing, const struct uvp_gltf_blob *blob,
                               uint32_t object, struct uvp_error *err)
{
    const struct uvp_json *const json = &changing->plan->gltf->json;
    uint32_t range[2] = {UINT32_MAX, 0};
    static const char *const keys[2] = {"min", "max"};

    for (uint32_t i = 0; i < blob->corner_count; i++) {
        if (i % CORNERS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(changing->plan->gltf->stop, err));
        }
        range[0] = blob->corners[i] < range[0] ? blob->corners[i] : range[0];
        range[1] = blob->corners[i] > range[1] ? blob->corners[i] : range[1];
    }
    for (uint32_t i = 0; i < 2; i++) {
        struct uvp_json_text text = {.arena = changing->plan->arena};
        if (uvp_json_member(json, object, keys[i]) == UVP_JSON_NONE) {
            continue;
        }
        UVP_TRY(put_field(&text, "[", range[i], err));
        UVP_TRY(uvp_json_text_put(&text, "]", err));
        changing->list[changing->count++] =
            (struct uvp_json_change){keys[i], uvp_json_text_span(&text)};
    }
    return UVP_OK;
}

/* The accessor of this primitive alone gets new indices. */
static enum uvp_code change_indices(struct uvp_gltf_plan *plan, uint32_t number,
                                    struct uvp_gltf_blob blob, uint32_t component,
                                    struct uvp_error *err)
{
    static const uint32_t element_buffer = 34963;
    const struct uvp_gltf_accessor *const accessor = &plan->gltf->accessors[number];
    struct changing changing = {.plan = plan};
    uint32_t view = accessor->sparse == UVP_JSON_NONE ? accessor->view : UVP_GLTF_NONE;

    UVP_TRY(uvp_gltf_give_view(plan, blob, element_buffer, &view, err));
    UVP_TRY(set_count(&changing, "bufferView", view, err));
    UVP_TRY(set_count(&changing, "componentType", component, err));
    UVP_TRY(set_count(&changing, "count", blob.corner_count, err));
    UVP_TRY(set_range(&changing, &blob, accessor->token, err));
    set_gone(&changing, "byteOffset");
    set_gone(&changing, "sparse");
    return apply(&changing, accessor->token, err);
}

static enum uvp_code add_indices(struct uvp_gltf_plan *plan, struct uvp_gltf_blob blob,
                                 uint32_t component, uint32_t *number, struct uvp_error *err)
{
    static const uint32_t element_buffer = 34963;
    struct uvp_json_text *const text = &plan->new_accessors;
    uint32_t view;

    UVP_TRY(add_view(plan, blob, 0, element_buffer, &view, err));
    UVP_TRY(put_field(text, text->bytes != 0 ? ",{\"bufferView\":" : "{\"bufferView\":", view,
                      err));
    UVP_TRY(put_field(text, ",\"componentType\":", component, err));
    UVP_TRY(put_field(text, ",\"count\":", blob.corner_count, err));
    UVP_TRY(uvp_json_text_put(text, ",\"type\":\"SCALAR\"}", err));
    *number = plan->gltf->accessor_count + plan->new_accessor_count++;
    return UVP_OK;
}

enum uvp_code uvp_gltf_plan_indices(struct uvp_gltf_plan *plan,
                                    const struct uvp_gltf_primitive *primitive,
                                    uint32_t *number, struct uvp_error *err)
{
    static const uint32_t components[5] = {0, UVP_GLTF_U8, UVP_GLTF_U16, 0, UVP_GLTF_U32};
    const struct uvp_gltf_domain *const domain = &plan->domains[primitive->domain];
    const struct uvp_gltf_accessor *const old =
        primitive->indices == UVP_GLTF_NONE ? NULL : &plan->gltf->accessors[primitive->indices];
    const uint32_t *const before = domain->corner_row + primitive->domain_corner;
    const uint32_t *const now = domain->split.corner_vertex + primitive->domain_corner;
    const uint32_t size =
        index_size(old, (uint64_t)domain->vertex_count + domain->split.added_count);
    const struct uvp_gltf_blob blob = {
        .kind = UVP_GLTF_BLOB_INDICES,
        .domain = domain,
        .bytes = (uint64_t)primitive->corner_count * size,
        .to_stride = size,
        .corners = now,
        .corner_count = primitive->corner_count,
    };

    *number = primitive->indices;
    if (primitive->mode == UVP_GLTF_TRIANGLES &&
        (old != NULL || domain->split.added_count == 0) && (old == NULL || !old->is_unpacked) &&
        memcmp(before, now, (size_t)4 * primitive->corner_count) == 0) {
        return UVP_OK;
    }
    if (old != NULL && old->uses == 1) {
        return change_indices(plan, primitive->indices, blob, components[size], err);
    }
    return add_indices(plan, blob, components[size], number, err);
}
