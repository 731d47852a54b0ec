/*
 * Morph targets are mostly zeros, and files keep them as lists of the rows that are not.
 * Written out they would be many times as large; so their lists grow instead: by the copies of
 * rows that are in them.
 */
#include "formats/mesh/gltf_plan.h"

#define ROWS_PER_POLL UINT32_C(65536)

static bool is_zero(const unsigned char *row, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++) {
        if (row[i] != 0) {
            return false;
        }
    }
    return true;
}

static const unsigned char *row_of(const struct uvp_gltf_accessor *accessor,
                                   const struct uvp_split *split, uint32_t number)
{
    const uint32_t row = number < split->vertex_count
                             ? number
                             : split->added_vertex[number - split->vertex_count];

    return accessor->rows + row * accessor->stride;
}

/* Numbers of the rows that are not zeros; the first one when all are, for a list has an entry.
 */
static enum uvp_code pick_rows(struct uvp_gltf_plan *plan,
                               const struct uvp_gltf_accessor *accessor,
                               const struct uvp_split *split, uint32_t **picked,
                               uint32_t *count, struct uvp_error *err)
{
    const uint32_t rows = split->vertex_count + split->added_count;

    *count = 0;
    *picked = NULL;
    for (uint32_t round = 0; round < 2; round++) {
        uint32_t found = 0;
        for (uint32_t i = 0; i < rows; i++) {
            if (i % ROWS_PER_POLL == 0) {
                UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
            }
            if (is_zero(row_of(accessor, split, i), accessor->size)) {
                continue;
            }
            if (*picked != NULL) {
                (*picked)[found] = i;
            }
            found++;
        }
        if (round == 0) {
            *count = found == 0 ? 1 : found;
            *picked = uvp_arena_take_zeroed(plan->arena, *count, sizeof **picked);
        }
        if (*picked == NULL) {
            return uvp_fail_memory(err, *count * sizeof **picked);
        }
    }
    return UVP_OK;
}

/* The list of indices or of values: its view, and the type of the indices. */
static enum uvp_code give_bytes(struct uvp_gltf_plan *plan, uint32_t object,
                                struct uvp_gltf_blob blob, uint32_t component,
                                struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;
    struct uvp_json_text view_text = {.arena = plan->arena};
    struct uvp_json_text component_text = {.arena = plan->arena};
    struct uvp_json_change changes[3];
    uint32_t number;

    UVP_TRY(uvp_gltf_index(gltf, uvp_json_member(&gltf->json, object, "bufferView"),
                           gltf->view_count, &number, err));
    UVP_TRY(uvp_gltf_give_view(plan, blob, 0, &number, err));
    UVP_TRY(uvp_json_text_put_count(&view_text, number, err));
    UVP_TRY(uvp_json_text_put_count(&component_text, component, err));
    changes[0] = (struct uvp_json_change){"bufferView", uvp_json_text_span(&view_text)};
    changes[1] = (struct uvp_json_change){"byteOffset", {NULL, 0}};
    changes[2] = (struct uvp_json_change){"componentType", uvp_json_text_span(&component_text)};
    return uvp_json_change_object(&plan->edits, &gltf->json, object, changes,
                                  component == 0 ? 2 : 3, err);
}

enum uvp_code uvp_gltf_grow_sparse(struct uvp_gltf_plan *plan,
                                   const struct uvp_gltf_accessor *accessor,
                                   struct uvp_error *err)
{
    const struct uvp_json *const json = &plan->gltf->json;
    const struct uvp_gltf_domain *const domain = &plan->domains[accessor->domain];
    const uint32_t last = domain->split.vertex_count + domain->split.added_count - 1;
    const uint32_t size = last <= UINT8_MAX ? 1 : last <= UINT16_MAX ? 2 : 4;
    const uint32_t component = size == 1   ? UVP_GLTF_U8
                               : size == 2 ? UVP_GLTF_U16
                                           : UVP_GLTF_U32;
    struct uvp_gltf_blob indices = {.kind = UVP_GLTF_BLOB_INDICES, .domain = domain};
    struct uvp_gltf_blob values = {.kind = UVP_GLTF_BLOB_PICKED, .domain = domain};
    struct uvp_json_text text = {.arena = plan->arena};
    struct uvp_json_change change;
    uint32_t *picked;
    uint32_t count;

    UVP_TRY(pick_rows(plan, accessor, &domain->split, &picked, &count, err));
    indices.bytes = (uint64_t)count * size;
    indices.to_stride = size;
    indices.corners = picked;
    indices.corner_count = count;
    values.bytes = (uint64_t)count * accessor->size;
    values.rows = uvp_span_of(accessor->rows, accessor->stride * accessor->count);
    values.from_stride = accessor->stride;
    values.row_bytes = accessor->size;
    values.corners = picked;
    values.corner_count = count;
    UVP_TRY(uvp_json_text_put_count(&text, count, err));
    change = (struct uvp_json_change){"count", uvp_json_text_span(&text)};
    UVP_TRY(uvp_json_change_object(&plan->edits, json, accessor->sparse, &change, 1, err));
    UVP_TRY(give_bytes(plan, uvp_json_member(json, accessor->sparse, "indices"), indices,
                       component, err));
    return give_bytes(plan, uvp_json_member(json, accessor->sparse, "values"), values, 0, err);
}
