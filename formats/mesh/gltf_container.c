/*
 * Where the bytes are: the chunks of a GLB (Khronos glTF 2.0, section 4), data URIs, and files
 * of the same archive. Nothing else is ever opened.
 *
 * Files in use have JSON chunks of a length that is no multiple of four, and bytes behind the
 * declared end: both are taken as they are. A length that points outside is a failure.
 */
#include "formats/mesh/gltf.h"

#include "formats/mesh/base64.h"
#include "formats/mesh/little_endian.h"

#define HEADER_BYTES ((size_t)12)
#define CHUNK_HEADER_BYTES ((size_t)8)
#define CHUNK_JSON UINT32_C(0x4e4f534a)
#define BASE64_PIECE ((size_t)65536)
#define SIBLINGS_COUNTED 16 /* many buffers may name the same file */
#define CHUNK_BIN UINT32_C(0x004e4942)

bool uvp_gltf_is_glb(struct uvp_span bytes)
{
    return bytes.bytes >= 4 && memcmp(bytes.data, "glTF", 4) == 0;
}

static enum uvp_code fail_bytes(size_t at, const char *text, struct uvp_error *err)
{
    return uvp_fail(err, UVP_BAD_DATA, at, "byte %zu: %s", at, text);
}

static enum uvp_code check_header(struct uvp_gltf *gltf, struct uvp_error *err)
{
    const unsigned char *const data = gltf->file.data;

    if (gltf->file.bytes < HEADER_BYTES + CHUNK_HEADER_BYTES) {
        return fail_bytes(gltf->file.bytes, "GLB ends in its header", err);
    }
    if (uvp_le_get32(data + 4) != 2) {
        return uvp_fail(err, UVP_UNSUPPORTED, 4, "GLB of version %u", uvp_le_get32(data + 4));
    }
    gltf->end = uvp_le_get32(data + 8);
    if (gltf->end > gltf->file.bytes || gltf->end < HEADER_BYTES + CHUNK_HEADER_BYTES) {
        return fail_bytes(8, "GLB is not as long as it says", err);
    }
    if (uvp_le_get32(data + 16) != CHUNK_JSON) {
        return fail_bytes(16, "the first chunk of the GLB is not JSON", err);
    }
    return UVP_OK;
}

static enum uvp_code find_glb_chunks(struct uvp_gltf *gltf, struct uvp_span *text,
                                     struct uvp_error *err)
{
    const unsigned char *const data = gltf->file.data;
    size_t at = HEADER_BYTES;

    UVP_TRY(check_header(gltf, err));
    for (uint32_t chunk = 0; gltf->end - at >= CHUNK_HEADER_BYTES; chunk++) {
        const size_t bytes = uvp_le_get32(data + at);
        const uint32_t type = uvp_le_get32(data + at + 4);
        const size_t body = at + CHUNK_HEADER_BYTES;

        if (bytes > gltf->end - body) {
            return fail_bytes(at, "chunk reaches beyond the end of the GLB", err);
        }
        if (chunk == 0) {
            gltf->json_at = body;
            *text = uvp_span_of(data + body, bytes);
        } else if (type == CHUNK_BIN && gltf->bin_at == 0) {
            gltf->bin_at = body;
            gltf->bin_bytes = bytes;
        }
        at = body + bytes;
        if (chunk % 4096 == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_find_chunks(struct uvp_gltf *gltf, struct uvp_span *text,
                                   struct uvp_error *err)
{
    gltf->is_glb = uvp_gltf_is_glb(gltf->file);
    if (gltf->is_glb) {
        return find_glb_chunks(gltf, text, err);
    }
    gltf->end = gltf->file.bytes;
    *text = gltf->file;
    return UVP_OK;
}

/* ---- URIs ---- */

static int hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place; false when a percent sign is not followed by two digits. */
static bool decode_percents(unsigned char *text, size_t *bytes)
{
    size_t to = 0;

    for (size_t from = 0; from < *bytes; from++) {
        int high;
        int low;
        if (text[from] != '%') {
            text[to++] = text[from];
            continue;
        }
        high = *bytes - from > 2 ? hex_digit(text[from + 1]) : -1;
        low = *bytes - from > 2 ? hex_digit(text[from + 2]) : -1;
        if (high < 0 || low < 0) {
            return false;
        }
        text[to++] = (unsigned char)(16 * high + low);
        from += 2;
    }
    *bytes = to;
    return true;
}

/* Parts between slashes that are neither empty nor lead up; "./" in front is nothing. */
static bool is_inside(struct uvp_span *name)
{
    size_t part = 0;

    while (name->bytes >= 2 && memcmp(name->data, "./", 2) == 0) {
        name->data += 2;
        name->bytes -= 2;
    }
    for (size_t i = 0; i <= name->bytes; i++) {
        if (i < name->bytes && name->data[i] != '/') {
            if (name->data[i] < ' ' || name->data[i] == '\\') {
                return false;
            }
            continue;
        }
        if (i == part || (i - part == 1 && name->data[part] == '.') ||
            (i - part == 2 && memcmp(name->data + part, "..", 2) == 0)) {
            return false;
        }
        part = i + 1;
    }
    return true;
}

static bool has_scheme(struct uvp_span uri)
{
    for (size_t i = 0; i < uri.bytes && uri.data[i] != '/'; i++) {
        if (uri.data[i] == ':') {
            return true;
        }
    }
    return false;
}

/* The sibling that a URI names; false when it is none. The name lies in the arena. */
static enum uvp_code name_sibling(struct uvp_arena *arena, struct uvp_span uri,
                                  struct uvp_span *name, bool *is_one, struct uvp_error *err)
{
    unsigned char *const copy = UVP_ARENA_ARRAY(arena, unsigned char, uri.bytes);

    if (copy == NULL) {
        return uvp_fail_memory(err, uri.bytes);
    }
    if (uri.bytes != 0) {
        memcpy(copy, uri.data, uri.bytes);
    }
    *name = uvp_span_of(copy, uri.bytes);
    *is_one = !has_scheme(uri) && decode_percents(copy, &name->bytes) && is_inside(name);
    return UVP_OK;
}

static enum uvp_code find_sibling(struct uvp_gltf *gltf, uint32_t number, struct uvp_span uri,
                                  struct uvp_span *data, struct uvp_error *err)
{
    struct uvp_span name;
    bool is_one;

    UVP_TRY(name_sibling(gltf->arena, uri, &name, &is_one, err));
    if (!is_one) {
        return uvp_gltf_fail(gltf, gltf->buffers[number].token, UVP_UNSUPPORTED, "buffer",
                             number, "is not a file beside this one", err);
    }
    if (gltf->siblings == NULL) {
        return uvp_gltf_fail(gltf, gltf->buffers[number].token, UVP_UNSUPPORTED, "buffer",
                             number, "is in a file that cannot be reached", err);
    }
    UVP_TRY(gltf->siblings->find(gltf->siblings->ctx, name, data, err));
    if (gltf->siblings_read < SIBLINGS_COUNTED) {
        gltf->siblings_read++;
        gltf->budget += UVP_GLTF_BUDGET_FACTOR * (uint64_t)data->bytes;
    }
    return UVP_OK;
}

/* In pieces of whole groups of four; only the last one may have padding. */
static enum uvp_code read_base64(struct uvp_gltf *gltf, uint32_t number, struct uvp_span text,
                                 unsigned char *to, size_t *bytes, struct uvp_error *err)
{
    *bytes = 0;
    while (text.bytes != 0) {
        const bool is_last = text.bytes <= BASE64_PIECE;
        const struct uvp_span piece = {text.data, is_last ? text.bytes : BASE64_PIECE};
        size_t got;

        UVP_TRY(uvp_stop_poll(gltf->stop, err));
        if (!uvp_base64_read(piece, to + *bytes, &got) ||
            (!is_last && got != BASE64_PIECE / 4 * 3)) {
            return uvp_gltf_fail(gltf, gltf->buffers[number].token, UVP_BAD_DATA, "buffer",
                                 number, "bad base64", err);
        }
        *bytes += got;
        text.data += piece.bytes;
        text.bytes -= piece.bytes;
    }
    return UVP_OK;
}

/* Behind "data:"; only base64 is in use for buffers. */
static enum uvp_code read_data_uri(struct uvp_gltf *gltf, uint32_t number, struct uvp_span uri,
                                   struct uvp_span *data, struct uvp_error *err)
{
    const uint32_t token = gltf->buffers[number].token;
    const unsigned char *const comma = memchr(uri.data, ',', uri.bytes);
    const size_t head = comma == NULL ? 0 : (size_t)(comma - uri.data);
    struct uvp_span text;
    unsigned char *to;
    size_t bytes;

    if (head < 7 || memcmp(comma - 7, ";base64", 7) != 0) {
        return uvp_gltf_fail(gltf, token, UVP_BAD_DATA, "buffer", number,
                             "data URI without base64", err);
    }
    text = uvp_span_of(comma + 1, uri.bytes - head - 1);
    to = UVP_ARENA_ARRAY(gltf->arena, unsigned char, uvp_base64_room(text.bytes));
    if (to == NULL) {
        return uvp_fail_memory(err, uvp_base64_room(text.bytes));
    }
    UVP_TRY(read_base64(gltf, number, text, to, &bytes, err));
    *data = uvp_span_of(to, bytes);
    return UVP_OK;
}

static enum uvp_code uri_of(const struct uvp_gltf *gltf, uint32_t token, struct uvp_span *uri,
                            struct uvp_error *err)
{
    *uri = uvp_json_bytes(&gltf->json, token);
    return gltf->json.tokens[token].is_escaped
               ? uvp_json_string(&gltf->json, token, gltf->arena, uri, err)
               : UVP_OK;
}

static bool is_data_uri(struct uvp_span uri)
{
    return uri.bytes >= 5 && memcmp(uri.data, "data:", 5) == 0;
}

static enum uvp_code read_uri(struct uvp_gltf *gltf, uint32_t number, struct uvp_span *data,
                              struct uvp_error *err)
{
    struct uvp_span uri;

    UVP_TRY(uri_of(gltf, gltf->buffers[number].uri, &uri, err));
    if (is_data_uri(uri)) {
        return read_data_uri(gltf, number, uvp_span_of(uri.data + 5, uri.bytes - 5), data, err);
    }
    return find_sibling(gltf, number, uri, data, err);
}

/* ---- buffers ---- */

static enum uvp_code read_buffer(struct uvp_gltf *gltf, uint32_t number, struct uvp_error *err)
{
    static const char *const known[] = {"EXT_meshopt_compression", "KHR_meshopt_compression"};
    struct uvp_gltf_buffer *const buffer = &gltf->buffers[number];
    uint32_t bytes;
    const struct uvp_gltf_field fields[] = {
        {"byteLength", &bytes},
        {"uri", &buffer->uri},
    };

    if (buffer->is_read) {
        return UVP_OK;
    }
    uvp_gltf_find_fields(&gltf->json, buffer->token, fields, 2);
    UVP_TRY(uvp_gltf_number(gltf, bytes, UINT64_C(1) << 53, 0, &buffer->bytes, err));
    UVP_TRY(uvp_gltf_check_extensions(gltf, buffer->token, known, 2, err));
    if (buffer->uri != UVP_JSON_NONE &&
        gltf->json.tokens[buffer->uri].kind != UVP_JSON_STRING) {
        return uvp_gltf_fail(gltf, buffer->token, UVP_BAD_DATA, "buffer", number,
                             "uri is not a string", err);
    }
    buffer->is_read = true;
    return UVP_OK;
}

enum uvp_code uvp_gltf_resolve_buffer(struct uvp_gltf *gltf, uint32_t number,
                                      struct uvp_error *err)
{
    struct uvp_gltf_buffer *const buffer = &gltf->buffers[number];
    struct uvp_span data = {NULL, 0};

    if (buffer->is_resolved) {
        return UVP_OK;
    }
    UVP_TRY(read_buffer(gltf, number, err));
    if (buffer->uri != UVP_JSON_NONE) {
        UVP_TRY(read_uri(gltf, number, &data, err));
    } else if (gltf->is_glb && number == 0 && gltf->bin_at != 0) {
        data = uvp_span_of(gltf->file.data + gltf->bin_at, gltf->bin_bytes);
    } else {
        return uvp_gltf_fail(gltf, buffer->token, UVP_UNSUPPORTED, "buffer", number,
                             "has no data", err);
    }
    if (buffer->bytes > data.bytes) {
        return uvp_gltf_fail(gltf, buffer->token, UVP_BAD_DATA, "buffer", number,
                             "is longer than its data", err);
    }
    buffer->data = uvp_span_of(data.data, (size_t)buffer->bytes);
    buffer->is_resolved = true;
    return UVP_OK;
}

/* ---- what lies beside the file ---- */

bool uvp_gltf_is_listed(const struct uvp_span *names, uint32_t count, struct uvp_span name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (uvp_span_equal(names[i], name)) {
            return true;
        }
    }
    return false;
}

enum uvp_code uvp_gltf_list_siblings(struct uvp_gltf *gltf, struct uvp_span **list,
                                     uint32_t *count, struct uvp_error *err)
{
    struct uvp_span *const names =
        UVP_ARENA_ARRAY(gltf->arena, struct uvp_span, UVP_GLTF_NEEDS_MOST);

    *count = 0;
    *list = names;
    if (names == NULL) {
        return uvp_fail_memory(err, UVP_GLTF_NEEDS_MOST * sizeof *names);
    }
    for (uint32_t i = 0; i < gltf->buffer_count && *count < UVP_GLTF_NEEDS_MOST; i++) {
        const uint32_t token = uvp_json_member(&gltf->json, gltf->buffers[i].token, "uri");
        struct uvp_span uri;
        struct uvp_span name;
        bool is_one;

        if (token == UVP_JSON_NONE || gltf->json.tokens[token].kind != UVP_JSON_STRING) {
            continue;
        }
        UVP_TRY(uri_of(gltf, token, &uri, err));
        if (is_data_uri(uri)) {
            continue;
        }
        UVP_TRY(name_sibling(gltf->arena, uri, &name, &is_one, err));
        if (is_one && !uvp_gltf_is_listed(names, *count, name)) {
            names[(*count)++] = name;
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_list_needs(struct uvp_span bytes, struct uvp_arena *arena,
                                  struct uvp_stop *stop, struct uvp_span **names,
                                  uint32_t *count, struct uvp_error *err)
{
    const struct uvp_mesh_source source = {.bytes = bytes};
    struct uvp_error ignored = {.code = UVP_OK};
    struct uvp_gltf gltf;
    enum uvp_code code = uvp_gltf_open(&source, arena, stop, &gltf, &ignored);

    *names = NULL;
    *count = 0;
    if (code == UVP_OK) {
        code = uvp_gltf_list_siblings(&gltf, names, count, &ignored);
    }
    if (code == UVP_NO_MEMORY || code == UVP_CANCELLED) {
        return uvp_fail(err, code, ignored.at, "%s", ignored.text);
    }
    return UVP_OK;
}
