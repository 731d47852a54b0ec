/*
 * New bytes: rows with copies behind them, UVs, indices. Sizes first, bytes when the file is
 * put together.
 */
#include "formats/mesh/gltf_plan.h"

#include "formats/mesh/little_endian.h"

#define ROOM_FIRST 16
#define ITEMS_PER_POLL UINT32_C(16384)
#define U16_STEPS 65535.0F

static enum uvp_code make_room(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    const uint32_t room = plan->blob_room == 0 ? ROOM_FIRST : 2 * plan->blob_room;
    struct uvp_gltf_blob *const blobs =
        UVP_ARENA_ARRAY(plan->arena, struct uvp_gltf_blob, room);

    if (blobs == NULL) {
        return uvp_fail_memory(err, room * sizeof *blobs);
    }
    if (plan->blob_count != 0) {
        memcpy(blobs, plan->blobs, plan->blob_count * sizeof *blobs);
    }
    plan->blobs = blobs;
    plan->blob_room = room;
    return UVP_OK;
}

enum uvp_code uvp_gltf_add_blob(struct uvp_gltf_plan *plan, struct uvp_gltf_blob blob,
                                struct uvp_error *err)
{
    if (plan->blob_count == plan->blob_room) {
        UVP_TRY(make_room(plan, err));
    }
    blob.offset = plan->bytes;
    plan->blobs[plan->blob_count++] = blob;
    plan->bytes += (blob.bytes + 3) / 4 * 4;
    return UVP_OK;
}

/* ---- rows ---- */

static enum uvp_code write_copies(const struct uvp_gltf_plan *plan,
                                  const struct uvp_gltf_blob *blob, unsigned char *to,
                                  struct uvp_error *err)
{
    const struct uvp_split *const split = &blob->domain->split;

    for (uint32_t i = 0; i < split->added_count; i++, to += blob->to_stride) {
        const size_t from = split->added_vertex[i] * blob->from_stride;
        const size_t left = blob->rows.bytes - from;
        if (i % ITEMS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
        }
        memcpy(to, blob->rows.data + from, left < blob->row_bytes ? left : blob->row_bytes);
    }
    return UVP_OK;
}

static enum uvp_code write_rows(const struct uvp_gltf_plan *plan,
                                const struct uvp_gltf_blob *blob, unsigned char *to,
                                struct uvp_error *err)
{
    const uint32_t count = blob->domain->vertex_count;
    const bool in_one = blob->from_stride == blob->to_stride;

    for (uint32_t first = 0; first < count; first += ITEMS_PER_POLL) {
        const uint32_t left = count - first;
        const uint32_t end = first + (left < ITEMS_PER_POLL ? left : ITEMS_PER_POLL);
        const size_t from = first * blob->from_stride;
        const size_t whole = (end - first) * blob->from_stride;

        UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
        if (in_one) {
            const size_t there = blob->rows.bytes - from;
            memcpy(to + from, blob->rows.data + from, there < whole ? there : whole);
            continue;
        }
        for (uint32_t i = first; i < end; i++) {
            memcpy(to + i * blob->to_stride, blob->rows.data + i * blob->from_stride,
                   blob->row_bytes);
        }
    }
    return write_copies(plan, blob, to + count * blob->to_stride, err);
}

/* ---- UVs ---- */

static unsigned char *write_u16(unsigned char *to, float value, bool flipped)
{
    const uint32_t steps = (uint32_t)(value * U16_STEPS + 0.5F);
    const uint32_t inside = steps > UINT16_MAX ? UINT16_MAX : steps;

    return uvp_le_put16(to, flipped ? UINT16_MAX - inside : inside);
}

/* v runs down from the upper edge of the image. A vertex of no triangle has 0, 0. */
static enum uvp_code write_uvs(const struct uvp_gltf_plan *plan,
                               const struct uvp_gltf_blob *blob, unsigned char *to,
                               struct uvp_error *err)
{
    const struct uvp_gltf_domain *const domain = blob->domain;
    const uint32_t count = domain->vertex_count + domain->split.added_count;

    for (uint32_t i = 0; i < count; i++) {
        const uint32_t number = domain->split.vertex_uv[i];
        const float *const uv = domain->uv + 2 * (size_t)number;
        if (i % ITEMS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
        }
        if (number == UVP_MESH_NO_UV) {
            memset(to, 0, blob->to_stride);
            to += blob->to_stride;
        } else if (domain->is_u16) {
            to = write_u16(write_u16(to, uv[0], false), uv[1], true);
        } else {
            to = uvp_le_put_float(uvp_le_put_float(to, uv[0]), 1.0F - uv[1]);
        }
    }
    return UVP_OK;
}

/* ---- indices ---- */

static enum uvp_code write_indices(const struct uvp_gltf_plan *plan,
                                   const struct uvp_gltf_blob *blob, unsigned char *to,
                                   struct uvp_error *err)
{
    for (uint32_t i = 0; i < blob->corner_count; i++) {
        if (i % ITEMS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
        }
        if (blob->to_stride == 1) {
            *to++ = (unsigned char)blob->corners[i];
        } else {
            to = blob->to_stride == 2 ? uvp_le_put16(to, blob->corners[i])
                                      : uvp_le_put32(to, blob->corners[i]);
        }
    }
    return UVP_OK;
}

/* ---- picked rows ---- */

static enum uvp_code write_picked(const struct uvp_gltf_plan *plan,
                                  const struct uvp_gltf_blob *blob, unsigned char *to,
                                  struct uvp_error *err)
{
    const struct uvp_split *const split = &blob->domain->split;

    for (uint32_t i = 0; i < blob->corner_count; i++, to += blob->row_bytes) {
        const uint32_t number = blob->corners[i];
        const uint32_t row = number < split->vertex_count
                                 ? number
                                 : split->added_vertex[number - split->vertex_count];
        if (i % ITEMS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
        }
        memcpy(to, blob->rows.data + row * blob->from_stride, blob->row_bytes);
    }
    return UVP_OK;
}

static enum uvp_code write_blob(const struct uvp_gltf_plan *plan,
                                const struct uvp_gltf_blob *blob, unsigned char *to,
                                struct uvp_error *err)
{
    switch (blob->kind) {
    case UVP_GLTF_BLOB_ROWS:
        /* gaps between rows, and what a short last row lacks */
        if (blob->row_bytes != blob->to_stride || blob->from_stride == blob->to_stride) {
            memset(to, 0, (size_t)blob->bytes);
        }
        return write_rows(plan, blob, to, err);
    case UVP_GLTF_BLOB_UVS:
        return write_uvs(plan, blob, to, err);
    case UVP_GLTF_BLOB_INDICES:
        return write_indices(plan, blob, to, err);
    case UVP_GLTF_BLOB_PICKED:
        return write_picked(plan, blob, to, err);
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_write_blobs(const struct uvp_gltf_plan *plan, unsigned char *to,
                                   struct uvp_error *err)
{
    for (uint32_t i = 0; i < plan->blob_count; i++) {
        const struct uvp_gltf_blob *const blob = &plan->blobs[i];
        const size_t padding = (size_t)((blob->bytes + 3) / 4 * 4 - blob->bytes);

        UVP_TRY(write_blob(plan, blob, to + blob->offset, err));
        memset(to + blob->offset + blob->bytes, 0, padding);
    }
    return UVP_OK;
}
