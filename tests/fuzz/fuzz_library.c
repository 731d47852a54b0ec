/*
 * Any bytes as what a caller of the library hands over: arrays of any shape and type, indices
 * and counts that fit or do not, options of any value and size. Whatever comes of it, nothing
 * outside of the arrays is read, and an atlas that is made is valid by the library's own
 * verdict.
 */
#include <stdlib.h>
#include <string.h>

#include "stages/library/uvpipe.h"

#define MEMORY_LIMIT ((size_t)256 << 20)
#define MOST_ITEMS 96U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

/* Bytes are taken from the front; behind the end all are zero. */
struct feed {
    const uint8_t *data;
    size_t bytes;
};

static uint8_t next(struct feed *feed)
{
    if (feed->bytes == 0) {
        return 0;
    }
    feed->bytes--;
    return *feed->data++;
}

/* Exactly `bytes` of its own, so that reading beyond them is seen. */
static void *array(struct feed *feed, size_t bytes, uint8_t most)
{
    uint8_t *const made = malloc(bytes != 0 ? bytes : 1);

    if (made == NULL) {
        abort();
    }
    for (size_t i = 0; i < bytes; i++) {
        made[i] = most != 0 ? (uint8_t)(next(feed) % most) : next(feed);
    }
    return made;
}

/* Numbers below `most`, each in `each` bytes; 255 of 256 times. */
static void *numbers(struct feed *feed, size_t count, size_t each, uint32_t most)
{
    uint8_t *const made = calloc(count + 1, each);

    if (made == NULL) {
        abort();
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t byte = next(feed);
        const uint32_t number =
            byte == 255 ? UINT32_MAX : byte % (most + (byte == 254 ? 2 : 0));
        memcpy(made + each * i, &number, each); /* little-endian */
    }
    return made;
}

/* Floats of small whole numbers, or of any bits. */
static void tame(void *positions, size_t count)
{
    float *const at = positions;

    for (size_t i = 0; i < count; i++) {
        uint8_t byte;
        memcpy(&byte, at + i, 1);
        at[i] = (float)(int8_t)byte;
    }
}

static void check_made(const struct uvp_geometry *geometry, struct uvp_unwrapped *made,
                       bool mirrors)
{
    struct uvp_geometry with = *geometry;
    struct uvp_judge_options options = {.struct_bytes = sizeof options,
                                        .pages = UVP_PAGES_AUTO};
    struct uvp_judgement judgement = {.struct_bytes = sizeof judgement};
    const uint32_t *sources;
    const uint32_t *uvs;
    const uint32_t *corners;
    uint32_t count;
    struct uvp_error err;

    with.uvs = uvp_unwrapped_uvs(made, &with.uv_count);
    with.uv_indices = uvp_unwrapped_uv_indices(made, &count);
    with.uv_stride_bytes = 0;
    if (uvp_judge(&with, &options, NULL, &judgement, &err) != UVP_OK ||
        (!judgement.valid && !mirrors) ||
        uvp_unwrapped_split(made, &count, &sources, &uvs, &corners, &err) != UVP_OK) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct feed feed = {data, bytes};
    const uint8_t kind = next(&feed);
    const uint32_t vertices = next(&feed) % MOST_ITEMS + 1;
    const uint32_t corners = next(&feed) % MOST_ITEMS / 3 * 3;
    const size_t position_bytes = (kind & 1) != 0 ? 24 : 12;
    const size_t stride = position_bytes + ((kind & 2) != 0 ? next(&feed) % 5 : 0);
    struct uvp_limits limits = {
        .struct_bytes = sizeof limits, .memory_bytes = MEMORY_LIMIT, .timeout_ms = 5000};
    struct uvp_unwrap_options options = {.struct_bytes = sizeof options};
    struct uvp_geometry geometry = {.struct_bytes = sizeof geometry};
    struct uvp_unwrapped *made = NULL;
    void *const positions = array(&feed, stride * (vertices - 1) + position_bytes, 0);
    void *const indices = numbers(&feed, corners, (kind & 4) != 0 ? 2 : 4, vertices);
    void *const sizes = numbers(&feed, corners, 4, 6);
    void *const uvs = array(&feed, (size_t)8 * corners, 0);

    if ((kind & 0x40) != 0 && stride == 12) {
        tame(positions, (size_t)3 * vertices);
    }
    geometry.positions = positions;
    geometry.position_type = (kind & 1) != 0 ? UVP_POSITION_DOUBLE : UVP_POSITION_FLOAT;
    geometry.position_stride_bytes = stride;
    geometry.vertex_count = vertices;
    geometry.indices = indices;
    geometry.index_type = (kind & 4) != 0 ? UVP_INDEX_UINT16 : UVP_INDEX_UINT32;
    geometry.corner_count = corners;
    geometry.face_corners = (kind & 8) != 0 ? sizes : NULL;
    geometry.face_count = (kind & 8) != 0 ? next(&feed) % (corners + 1) : 0;
    geometry.uvs = (kind & 16) != 0 ? uvs : NULL;
    options.keep_charts = (kind & 32) != 0;
    options.preset = (enum uvp_preset)(next(&feed) % 4);
    options.resolution_texels = 64;
    options.fix_winding = (kind & 128) != 0;
    if (uvp_unwrap(&geometry, &options, &limits, &made, NULL) == UVP_OK) {
        check_made(&geometry, made, options.fix_winding);
        uvp_unwrapped_destroy(made);
    }
    free(positions);
    free(indices);
    free(sizes);
    free(uvs);
    return 0;
}
