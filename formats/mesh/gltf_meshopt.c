/*
 * Views packed by EXT_meshopt_compression or KHR_meshopt_compression, unpacked by
 * libmeshoptimizer. The only file that knows the library; without it such files are left alone.
 *
 * The library takes any bytes, but trusts the sizes it is given: they are checked here. What a
 * view may become is bounded by what the codec can reach, 64 bytes for one, before memory is
 * taken for it.
 */
#include "formats/mesh/gltf.h"

#ifdef UVP_MESHOPT
#    include <meshoptimizer.h>

#    define EXPANSION_MOST UINT64_C(64)
#    define EXPANSION_EXTRA UINT64_C(4096)
#    define STRIDE_MOST 256
#    define COUNT_MOST (UINT64_C(1) << 53)

struct packed {
    uint32_t buffer;
    uint64_t offset;
    uint64_t bytes;
    uint64_t stride;
    uint64_t count;
    uint32_t mode;   /* tokens */
    uint32_t filter; /* UVP_JSON_NONE: none */
    struct uvp_span data;
};

static enum uvp_code read_packed(struct uvp_gltf *gltf, uint32_t token, struct packed *packed,
                                 struct uvp_error *err)
{
    uint32_t buffer;
    uint32_t offset;
    uint32_t bytes;
    uint32_t stride;
    uint32_t count;
    const struct uvp_gltf_field fields[] = {
        {"buffer", &buffer},         {"byteOffset", &offset}, {"byteLength", &bytes},
        {"byteStride", &stride},     {"count", &count},       {"mode", &packed->mode},
        {"filter", &packed->filter},
    };

    uvp_gltf_find_fields(&gltf->json, token, fields, 7);
    UVP_TRY(uvp_gltf_index(gltf, buffer, gltf->buffer_count, &packed->buffer, err));
    UVP_TRY(uvp_gltf_number(gltf, offset, COUNT_MOST, 0, &packed->offset, err));
    UVP_TRY(uvp_gltf_number(gltf, bytes, COUNT_MOST, 0, &packed->bytes, err));
    UVP_TRY(uvp_gltf_number(gltf, stride, STRIDE_MOST, 0, &packed->stride, err));
    return uvp_gltf_number(gltf, count, UINT32_MAX >> 1, 0, &packed->count, err);
}

static bool says(const struct uvp_gltf *gltf, uint32_t token, const char *text)
{
    return token != UVP_JSON_NONE && gltf->json.tokens[token].kind == UVP_JSON_STRING &&
           uvp_json_says(&gltf->json, token, text);
}

/* Sizes the library would trust. */
static bool sizes_fit(const struct uvp_gltf *gltf, const struct packed *packed,
                      const struct uvp_gltf_view *view)
{
    const uint64_t stride = packed->stride;

    if (stride == 0 || packed->count == 0 || packed->count * stride != view->bytes) {
        return false;
    }
    if (says(gltf, packed->mode, "ATTRIBUTES")) {
        return stride % 4 == 0;
    }
    if (says(gltf, packed->mode, "TRIANGLES")) {
        return (stride == 2 || stride == 4) && packed->count % 3 == 0;
    }
    return says(gltf, packed->mode, "INDICES") && (stride == 2 || stride == 4);
}

static bool decode(const struct uvp_gltf *gltf, const struct packed *packed, unsigned char *to)
{
    const size_t count = (size_t)packed->count;
    const size_t stride = (size_t)packed->stride;
    const struct uvp_span data = packed->data;

    if (says(gltf, packed->mode, "ATTRIBUTES")) {
        return meshopt_decodeVertexBuffer(to, count, stride, data.data, data.bytes) == 0;
    }
    if (says(gltf, packed->mode, "TRIANGLES")) {
        return meshopt_decodeIndexBuffer(to, count, stride, data.data, data.bytes) == 0;
    }
    return meshopt_decodeIndexSequence(to, count, stride, data.data, data.bytes) == 0;
}

static bool filter(const struct uvp_gltf *gltf, const struct packed *packed, unsigned char *to)
{
    const size_t count = (size_t)packed->count;
    const size_t stride = (size_t)packed->stride;

    if (packed->filter == UVP_JSON_NONE || says(gltf, packed->filter, "NONE")) {
        return true;
    }
    if (!says(gltf, packed->mode, "ATTRIBUTES")) {
        return false;
    }
    if (says(gltf, packed->filter, "OCTAHEDRAL") && (stride == 4 || stride == 8)) {
        meshopt_decodeFilterOct(to, count, stride);
        return true;
    }
    if (says(gltf, packed->filter, "QUATERNION") && stride == 8) {
        meshopt_decodeFilterQuat(to, count, stride);
        return true;
    }
    if (says(gltf, packed->filter, "EXPONENTIAL")) {
        meshopt_decodeFilterExp(to, count, stride);
        return true;
    }
    return false;
}

static enum uvp_code lend_packed(struct uvp_gltf *gltf, const struct uvp_gltf_view *view,
                                 uint32_t number, struct packed *packed, struct uvp_error *err)
{
    struct uvp_span data;

    if (packed->buffer == UVP_GLTF_NONE) {
        return uvp_gltf_fail(gltf, view->token, UVP_BAD_DATA, "bufferView", number,
                             "is packed, but nowhere", err);
    }
    UVP_TRY(uvp_gltf_resolve_buffer(gltf, packed->buffer, err));
    data = gltf->buffers[packed->buffer].data;
    if (packed->offset > data.bytes || packed->bytes > data.bytes - packed->offset) {
        return uvp_gltf_fail(gltf, view->token, UVP_BAD_DATA, "bufferView", number,
                             "is packed in bytes beyond its buffer", err);
    }
    packed->data = uvp_span_of(data.data + packed->offset, (size_t)packed->bytes);
    return UVP_OK;
}

enum uvp_code uvp_gltf_unpack(struct uvp_gltf *gltf, struct uvp_gltf_view *view,
                              uint32_t number, struct uvp_error *err)
{
    struct packed packed;
    unsigned char *to;

    memset(&packed, 0, sizeof packed);
    UVP_TRY(read_packed(gltf, view->packed, &packed, err));
    UVP_TRY(lend_packed(gltf, view, number, &packed, err));
    if (!sizes_fit(gltf, &packed, view) ||
        (view->stride != 0 && view->stride != packed.stride)) {
        return uvp_gltf_fail(gltf, view->token, UVP_BAD_DATA, "bufferView", number,
                             "is packed with sizes that do not fit", err);
    }
    if (view->bytes > EXPANSION_MOST * packed.bytes + EXPANSION_EXTRA) {
        return uvp_gltf_fail(gltf, view->token, UVP_BAD_DATA, "bufferView", number,
                             "is packed in too few bytes", err);
    }
    UVP_TRY(uvp_gltf_spend(gltf, view->bytes, err));
    UVP_TRY(uvp_stop_poll(gltf->stop, err));
    to = UVP_ARENA_ARRAY(gltf->arena, unsigned char, (size_t)view->bytes);
    if (to == NULL) {
        return uvp_fail_memory(err, (size_t)view->bytes);
    }
    if (!decode(gltf, &packed, to)) {
        return uvp_gltf_fail(gltf, view->token, UVP_UNSUPPORTED, "bufferView", number,
                             "cannot be unpacked: damaged, or of a later meshopt codec", err);
    }
    if (!filter(gltf, &packed, to)) {
        return uvp_gltf_fail(gltf, view->token, UVP_UNSUPPORTED, "bufferView", number,
                             "has a meshopt filter that is not known", err);
    }
    view->data = uvp_span_of(to, (size_t)view->bytes);
    return UVP_OK;
}

#else

enum uvp_code uvp_gltf_unpack(struct uvp_gltf *gltf, struct uvp_gltf_view *view,
                              uint32_t number, struct uvp_error *err)
{
    return uvp_gltf_fail(gltf, view->token, UVP_UNSUPPORTED, "bufferView", number,
                         "is packed by meshopt, which this program is built without", err);
}

#endif
