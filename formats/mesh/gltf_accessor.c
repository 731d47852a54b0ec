/*
 * Rows of accessors, where they lie; sparse ones are put together first. All bounds are checked
 * in 64 bits before a byte is touched.
 */
#include "formats/mesh/gltf.h"

#include "formats/mesh/little_endian.h"

#define COUNT_MOST (UINT64_C(1) << 53) /* what a JSON number holds exactly */
#define ROWS_MOST ((UINT32_C(1) << 31) - 1)
#define STRIDE_LEAST 4
#define STRIDE_MOST 252
#define ROWS_PER_POLL UINT32_C(65536)

/* ---- components ---- */

static uint32_t component_bytes(uint32_t component)
{
    switch (component) {
    case UVP_GLTF_I8:
    case UVP_GLTF_U8:
        return 1;
    case UVP_GLTF_I16:
    case UVP_GLTF_U16:
        return 2;
    case UVP_GLTF_U32:
    case UVP_GLTF_FLOAT:
        return 4;
    default:
        return 0;
    }
}

static float read_float(const unsigned char *at)
{
    const uint32_t bits = uvp_le_get32(at);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static float at_least_minus_one(float value)
{
    return value < -1.0F ? -1.0F : value;
}

static float read_component(const unsigned char *at, uint32_t component, bool normalized)
{
    switch (component) {
    case UVP_GLTF_I8: {
        const float value = (float)(int8_t)at[0];
        return normalized ? at_least_minus_one(value / 127.0F) : value;
    }
    case UVP_GLTF_U8:
        return normalized ? (float)at[0] / 255.0F : (float)at[0];
    case UVP_GLTF_I16: {
        const float value = (float)(int16_t)uvp_le_get16(at);
        return normalized ? at_least_minus_one(value / 32767.0F) : value;
    }
    case UVP_GLTF_U16:
        return normalized ? (float)uvp_le_get16(at) / 65535.0F : (float)uvp_le_get16(at);
    case UVP_GLTF_U32:
        return (float)uvp_le_get32(at);
    default:
        return read_float(at);
    }
}

/* ---- views ---- */

/* Fields that the view and the extension that packs it have in common. */
static enum uvp_code read_view_range(struct uvp_gltf *gltf, struct uvp_gltf_view *view,
                                     uint32_t number, struct uvp_error *err)
{
    uint32_t buffer;
    uint32_t offset;
    uint32_t bytes;
    uint32_t stride;
    uint64_t value = 0;
    const struct uvp_gltf_field fields[] = {
        {"buffer", &buffer},
        {"byteOffset", &offset},
        {"byteLength", &bytes},
        {"byteStride", &stride},
    };

    uvp_gltf_find_fields(&gltf->json, view->token, fields, 4);
    UVP_TRY(uvp_gltf_index(gltf, buffer, gltf->buffer_count, &view->buffer, err));
    UVP_TRY(uvp_gltf_number(gltf, offset, COUNT_MOST, 0, &view->offset, err));
    UVP_TRY(uvp_gltf_number(gltf, bytes, COUNT_MOST, 0, &view->bytes, err));
    UVP_TRY(uvp_gltf_number(gltf, stride, COUNT_MOST, 0, &value, err));
    if (view->buffer == UVP_GLTF_NONE || bytes == UVP_JSON_NONE) {
        return uvp_gltf_fail(gltf, view->token, UVP_BAD_DATA, "bufferView", number,
                             "has no buffer or no length", err);
    }
    if (stride != UVP_JSON_NONE && (value < STRIDE_LEAST || value > STRIDE_MOST)) {
        return uvp_gltf_fail(gltf, view->token, UVP_BAD_DATA, "bufferView", number,
                             "has a byteStride that is not 4 to 252", err);
    }
    view->stride = (uint32_t)value;
    return UVP_OK;
}

enum uvp_code uvp_gltf_read_view(struct uvp_gltf *gltf, uint32_t number, struct uvp_error *err)
{
    static const char *const known[] = {"EXT_meshopt_compression", "KHR_meshopt_compression"};
    struct uvp_gltf_view *const view = &gltf->views[number];
    const uint32_t extensions = uvp_json_member(&gltf->json, view->token, "extensions");

    if (view->is_read) {
        return UVP_OK;
    }
    UVP_TRY(uvp_gltf_check_extensions(gltf, view->token, known, 2, err));
    UVP_TRY(read_view_range(gltf, view, number, err));
    view->packed = UVP_JSON_NONE;
    for (uint32_t i = 0; i < 2 && view->packed == UVP_JSON_NONE; i++) {
        view->packed = uvp_json_member(&gltf->json, extensions, known[i]);
    }
    view->is_read = true;
    return UVP_OK;
}

static enum uvp_code resolve_view(struct uvp_gltf *gltf, uint32_t number, struct uvp_error *err)
{
    struct uvp_gltf_view *const view = &gltf->views[number];
    const struct uvp_gltf_buffer *buffer;

    if (view->is_resolved) {
        return UVP_OK;
    }
    UVP_TRY(uvp_gltf_read_view(gltf, number, err));
    if (view->packed != UVP_JSON_NONE) {
        UVP_TRY(uvp_gltf_unpack(gltf, view, number, err));
        view->is_resolved = true;
        return UVP_OK;
    }
    UVP_TRY(uvp_gltf_resolve_buffer(gltf, view->buffer, err));
    buffer = &gltf->buffers[view->buffer];
    if (view->offset > buffer->data.bytes || view->bytes > buffer->data.bytes - view->offset) {
        return uvp_gltf_fail(gltf, view->token, UVP_BAD_DATA, "bufferView", number,
                             "reaches beyond its buffer", err);
    }
    view->data = uvp_span_of(buffer->data.data + view->offset, (size_t)view->bytes);
    view->is_resolved = true;
    return UVP_OK;
}

enum uvp_code uvp_gltf_resolve_view(struct uvp_gltf *gltf, uint32_t number,
                                    struct uvp_span *data, struct uvp_error *err)
{
    UVP_TRY(resolve_view(gltf, number, err));
    *data = gltf->views[number].data;
    return UVP_OK;
}

/* ---- accessors ---- */

struct accessor_tokens {
    uint32_t view;
    uint32_t offset;
    uint32_t component;
    uint32_t normalized;
    uint32_t count;
    uint32_t type;
};

/* Columns of matrices begin at multiples of four bytes. */
static uint32_t matrix_bytes(uint32_t columns, uint32_t bytes)
{
    return columns * ((columns * bytes + 3) / 4 * 4);
}

static bool read_type(const struct uvp_json *json, uint32_t token,
                      struct uvp_gltf_accessor *accessor)
{
    static const struct {
        const char *name;
        uint32_t width;
        uint32_t columns;
    } rows[] = {
        {"SCALAR", 1, 0}, {"VEC2", 2, 0}, {"VEC3", 3, 0},  {"VEC4", 4, 0},
        {"MAT2", 4, 2},   {"MAT3", 9, 3}, {"MAT4", 16, 4},
    };
    const uint32_t bytes = component_bytes(accessor->component);

    for (size_t i = 0; bytes != 0 && token != UVP_JSON_NONE && i < sizeof rows / sizeof rows[0];
         i++) {
        if (json->tokens[token].kind == UVP_JSON_STRING &&
            uvp_json_says(json, token, rows[i].name)) {
            accessor->width = rows[i].width;
            accessor->size = rows[i].columns == 0 ? bytes * rows[i].width
                                                  : matrix_bytes(rows[i].columns, bytes);
            return true;
        }
    }
    return false;
}

static enum uvp_code read_tokens(struct uvp_gltf *gltf, struct uvp_gltf_accessor *accessor,
                                 uint32_t number, const struct accessor_tokens *tokens,
                                 struct uvp_error *err)
{
    uint64_t component;
    uint64_t count;

    UVP_TRY(uvp_gltf_index(gltf, tokens->view, gltf->view_count, &accessor->view, err));
    UVP_TRY(uvp_gltf_number(gltf, tokens->offset, COUNT_MOST, 0, &accessor->offset, err));
    UVP_TRY(uvp_gltf_number(gltf, tokens->component, UINT16_MAX, 0, &component, err));
    UVP_TRY(uvp_gltf_number(gltf, tokens->count, COUNT_MOST, 0, &count, err));
    accessor->component = (uint32_t)component;
    accessor->normalized = tokens->normalized != UVP_JSON_NONE &&
                           gltf->json.tokens[tokens->normalized].kind == UVP_JSON_TRUE;
    if (!read_type(&gltf->json, tokens->type, accessor)) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                             "is of no type that there is", err);
    }
    if (tokens->count == UVP_JSON_NONE || count > ROWS_MOST) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                             "has no count, or too large a one", err);
    }
    accessor->count = (uint32_t)count;
    return UVP_OK;
}

enum uvp_code uvp_gltf_read_accessor(struct uvp_gltf *gltf, uint32_t number,
                                     struct uvp_error *err)
{
    struct uvp_gltf_accessor *const accessor = &gltf->accessors[number];
    struct accessor_tokens tokens;
    const struct uvp_gltf_field fields[] = {
        {"bufferView", &tokens.view},
        {"byteOffset", &tokens.offset},
        {"componentType", &tokens.component},
        {"normalized", &tokens.normalized},
        {"count", &tokens.count},
        {"type", &tokens.type},
        {"sparse", &accessor->sparse},
    };

    if (accessor->is_read) {
        return UVP_OK;
    }
    uvp_gltf_find_fields(&gltf->json, accessor->token, fields, 7);
    UVP_TRY(uvp_gltf_check_extensions(gltf, accessor->token, NULL, 0, err));
    UVP_TRY(read_tokens(gltf, accessor, number, &tokens, err));
    accessor->is_read = true;
    return UVP_OK;
}

/* `count` rows of `size` bytes at `offset` of a view, `stride` apart. */
static enum uvp_code find_rows(struct uvp_gltf *gltf, uint32_t number, uint32_t view_number,
                               uint64_t offset, uint32_t count, uint32_t size,
                               const unsigned char **rows, size_t *stride,
                               struct uvp_error *err)
{
    const struct uvp_gltf_view *const view = &gltf->views[view_number];
    const uint32_t token = gltf->accessors[number].token;
    uint64_t apart;

    UVP_TRY(resolve_view(gltf, view_number, err));
    apart = view->stride == 0 ? size : view->stride;
    if (apart < size) {
        return uvp_gltf_fail(gltf, token, UVP_BAD_DATA, "accessor", number,
                             "has rows larger than their stride", err);
    }
    if (count != 0 &&
        (offset > view->data.bytes || apart * (count - 1) + size > view->data.bytes - offset)) {
        return uvp_gltf_fail(gltf, token, UVP_BAD_DATA, "accessor", number,
                             "reaches beyond its bufferView", err);
    }
    *rows = view->data.data + offset;
    *stride = (size_t)apart;
    return UVP_OK;
}

/* ---- sparse accessors ---- */

struct sparse {
    uint32_t count;
    uint32_t index_bytes;
    const unsigned char *indices;
    const unsigned char *values;
    size_t value_stride;
};

static enum uvp_code read_sparse_part(struct uvp_gltf *gltf, uint32_t number, uint32_t token,
                                      uint32_t *view, uint64_t *offset, uint64_t *component,
                                      struct uvp_error *err)
{
    uint32_t view_token;
    uint32_t offset_token;
    uint32_t component_token;
    const struct uvp_gltf_field fields[] = {
        {"bufferView", &view_token},
        {"byteOffset", &offset_token},
        {"componentType", &component_token},
    };

    uvp_gltf_find_fields(&gltf->json, token, fields, 3);
    UVP_TRY(uvp_gltf_index(gltf, view_token, gltf->view_count, view, err));
    UVP_TRY(uvp_gltf_number(gltf, offset_token, COUNT_MOST, 0, offset, err));
    UVP_TRY(uvp_gltf_number(gltf, component_token, UINT16_MAX, 0, component, err));
    if (*view == UVP_GLTF_NONE) {
        return uvp_gltf_fail(gltf, gltf->accessors[number].token, UVP_BAD_DATA, "accessor",
                             number, "is sparse without values", err);
    }
    return UVP_OK;
}

static enum uvp_code read_sparse(struct uvp_gltf *gltf, uint32_t number, struct sparse *sparse,
                                 struct uvp_error *err)
{
    const struct uvp_gltf_accessor *const accessor = &gltf->accessors[number];
    uint32_t count_token;
    uint32_t indices;
    uint32_t values;
    uint32_t view;
    uint64_t count;
    uint64_t offset;
    uint64_t component;
    size_t stride;
    const struct uvp_gltf_field fields[] = {
        {"count", &count_token},
        {"indices", &indices},
        {"values", &values},
    };

    uvp_gltf_find_fields(&gltf->json, accessor->sparse, fields, 3);
    UVP_TRY(uvp_gltf_number(gltf, count_token, accessor->count, 0, &count, err));
    if (count == 0) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                             "is sparse without values", err);
    }
    sparse->count = (uint32_t)count;
    UVP_TRY(read_sparse_part(gltf, number, indices, &view, &offset, &component, err));
    sparse->index_bytes = component_bytes((uint32_t)component);
    if (component != UVP_GLTF_U8 && component != UVP_GLTF_U16 && component != UVP_GLTF_U32) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                             "has sparse indices of a wrong type", err);
    }
    UVP_TRY(find_rows(gltf, number, view, offset, sparse->count, sparse->index_bytes,
                      &sparse->indices, &stride, err));
    if (stride != sparse->index_bytes) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                             "has sparse indices with a stride", err);
    }
    UVP_TRY(read_sparse_part(gltf, number, values, &view, &offset, &component, err));
    return find_rows(gltf, number, view, offset, sparse->count, accessor->size, &sparse->values,
                     &sparse->value_stride, err);
}

static uint32_t read_index(const unsigned char *at, uint32_t bytes)
{
    return bytes == 1 ? at[0] : bytes == 2 ? uvp_le_get16(at) : uvp_le_get32(at);
}

static enum uvp_code put_sparse(struct uvp_gltf *gltf, uint32_t number,
                                const struct sparse *sparse, unsigned char *rows,
                                struct uvp_error *err)
{
    const struct uvp_gltf_accessor *const accessor = &gltf->accessors[number];
    uint64_t least = 0; /* that the next one may be */

    for (uint32_t i = 0; i < sparse->count; i++) {
        const uint32_t index =
            read_index(sparse->indices + (size_t)i * sparse->index_bytes, sparse->index_bytes);
        if (i % ROWS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
        if (index < least || index >= accessor->count) {
            return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                                 "has sparse indices out of order or range", err);
        }
        least = (uint64_t)index + 1;
        memcpy(rows + (size_t)index * accessor->size, sparse->values + i * sparse->value_stride,
               accessor->size);
    }
    return UVP_OK;
}

static enum uvp_code build_rows(struct uvp_gltf *gltf, uint32_t number, struct uvp_error *err)
{
    struct uvp_gltf_accessor *const accessor = &gltf->accessors[number];
    const unsigned char *const base = accessor->rows;
    const size_t bytes = (size_t)accessor->count * accessor->size;
    struct sparse sparse;
    unsigned char *rows;

    UVP_TRY(read_sparse(gltf, number, &sparse, err));
    UVP_TRY(uvp_gltf_spend(gltf, bytes, err));
    rows = uvp_arena_take_zeroed(gltf->arena, accessor->count, accessor->size);
    if (rows == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    for (uint32_t i = 0; base != NULL && i < accessor->count; i++) {
        if (i % ROWS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
        memcpy(rows + (size_t)i * accessor->size, base + i * accessor->stride, accessor->size);
    }
    UVP_TRY(put_sparse(gltf, number, &sparse, rows, err));
    accessor->rows = rows;
    accessor->stride = accessor->size;
    return UVP_OK;
}

enum uvp_code uvp_gltf_resolve_rows(struct uvp_gltf *gltf, uint32_t number,
                                    struct uvp_error *err)
{
    struct uvp_gltf_accessor *const accessor = &gltf->accessors[number];

    if (accessor->has_rows) {
        return UVP_OK;
    }
    UVP_TRY(uvp_gltf_read_accessor(gltf, number, err));
    accessor->rows = NULL;
    accessor->stride = 0;
    if (accessor->view != UVP_GLTF_NONE) {
        UVP_TRY(find_rows(gltf, number, accessor->view, accessor->offset, accessor->count,
                          accessor->size, &accessor->rows, &accessor->stride, err));
    }
    if (accessor->sparse != UVP_JSON_NONE) {
        UVP_TRY(build_rows(gltf, number, err));
    }
    accessor->has_rows = true;
    return UVP_OK;
}

/* ---- numbers ---- */

void uvp_gltf_read_row(const struct uvp_gltf_accessor *accessor, uint32_t row, uint32_t width,
                       float *to)
{
    const uint32_t bytes = component_bytes(accessor->component);
    const unsigned char *const from =
        accessor->rows == NULL ? NULL : accessor->rows + row * accessor->stride;

    for (uint32_t k = 0; k < width; k++) {
        to[k] = from == NULL ? 0.0F
                             : read_component(from + k * bytes, accessor->component,
                                              accessor->normalized);
    }
}

/* Floats, by far most often. */
static void read_float_row(const unsigned char *row, float *to)
{
    for (uint32_t k = 0; k < 3; k++) {
        to[k] = read_float(row + (size_t)4 * k);
    }
}

enum uvp_code uvp_gltf_read_floats(const struct uvp_gltf *gltf,
                                   const struct uvp_gltf_accessor *accessor, float *to,
                                   struct uvp_error *err)
{
    const bool is_plain = accessor->rows != NULL && accessor->component == UVP_GLTF_FLOAT;

    for (uint32_t first = 0; first < accessor->count; first += ROWS_PER_POLL) {
        const uint32_t left = accessor->count - first;
        const uint32_t end = first + (left < ROWS_PER_POLL ? left : ROWS_PER_POLL);

        UVP_TRY(uvp_stop_poll(gltf->stop, err));
        for (uint32_t i = first; is_plain && i < end; i++) {
            read_float_row(accessor->rows + i * accessor->stride, to + 3 * (size_t)i);
        }
        for (uint32_t i = first; !is_plain && i < end; i++) {
            uvp_gltf_read_row(accessor, i, 3, to + 3 * (size_t)i);
        }
    }
    return UVP_OK;
}

/* Widens `count` numbers; the largest of them is returned. */
static uint32_t widen(const unsigned char *from, uint32_t bytes, uint32_t count, uint32_t *to)
{
    uint32_t largest = 0;

    for (uint32_t i = 0; i < count; i++) {
        to[i] = bytes == 2   ? uvp_le_get16(from + (size_t)2 * i)
                : bytes == 4 ? uvp_le_get32(from + (size_t)4 * i)
                             : from[i];
        largest = to[i] > largest ? to[i] : largest;
    }
    return largest;
}

static enum uvp_code check_index_type(struct uvp_gltf *gltf, uint32_t number,
                                      struct uvp_error *err)
{
    const struct uvp_gltf_accessor *const accessor = &gltf->accessors[number];
    const uint32_t component = accessor->component;

    if (accessor->width != 1 || accessor->size > 4 || accessor->normalized ||
        (component != UVP_GLTF_U8 && component != UVP_GLTF_U16 && component != UVP_GLTF_U32)) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                             "is of no type for indices", err);
    }
    if (accessor->rows != NULL && accessor->stride != accessor->size) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                             "has indices with a stride", err);
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_read_indices(struct uvp_gltf *gltf, uint32_t number, uint32_t vertices,
                                    uint32_t *to, struct uvp_error *err)
{
    const struct uvp_gltf_accessor *const accessor = &gltf->accessors[number];
    uint32_t restart;
    uint32_t bound;

    UVP_TRY(check_index_type(gltf, number, err));
    /* the largest value there is means a new strip: it is no index */
    restart = accessor->size == 4 ? UINT32_MAX : (UINT32_C(1) << 8 * accessor->size) - 1;
    bound = vertices < restart ? vertices : restart;
    for (uint32_t first = 0; first < accessor->count; first += ROWS_PER_POLL) {
        const uint32_t left = accessor->count - first;
        const uint32_t step = left < ROWS_PER_POLL ? left : ROWS_PER_POLL;
        uint32_t largest = 0;

        UVP_TRY(uvp_stop_poll(gltf->stop, err));
        if (accessor->rows == NULL) {
            memset(to + first, 0, sizeof *to * step);
        } else {
            largest = widen(accessor->rows + (size_t)first * accessor->size, accessor->size,
                            step, to + first);
        }
        if (largest >= bound) {
            return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor", number,
                                 largest == restart ? "has a restart among its indices"
                                                    : "has an index out of range",
                                 err);
        }
    }
    return UVP_OK;
}
