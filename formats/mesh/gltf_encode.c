/*
 * The file anew: its own bytes with the JSON edited, and behind them what is new.
 *
 * New bytes go where the format has room for them: into the binary chunk of a GLB, behind what
 * is there; else into a new buffer, which is a file beside this one when its buffers are, and a
 * data URI otherwise. In the chunk, what nothing refers to any more makes room.
 */
#include "formats/mesh/gltf_plan.h"

#include "formats/mesh/base64.h"
#include "formats/mesh/little_endian.h"
#include "formats/mesh/text.h"

#define SIDE_SUFFIX_HEAD ".uvpipe"
#define SIDE_SUFFIX_TAIL ".bin"
#define SIDE_NUMBERS_MOST UINT32_C(9999)
#define DATA_URI "data:application/octet-stream;base64,"
#define BASE64_PIECE ((size_t)49152) /* whole groups of three */
#define CHUNK_HEADER_BYTES ((size_t)8)

/* ---- where new bytes go ---- */

static uint64_t round_up(uint64_t bytes)
{
    return (bytes + 3) / 4 * 4;
}

static bool has_files(const struct uvp_gltf *gltf)
{
    for (uint32_t i = 0; i < gltf->buffer_count; i++) {
        const uint32_t uri = uvp_json_member(&gltf->json, gltf->buffers[i].token, "uri");
        const struct uvp_span text =
            uri == UVP_JSON_NONE ? uvp_span_of(NULL, 0) : uvp_json_bytes(&gltf->json, uri);
        if (uri != UVP_JSON_NONE && (text.bytes < 5 || memcmp(text.data, "data:", 5) != 0)) {
            return true;
        }
    }
    return false;
}

static enum uvp_code choose_buffer(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = plan->gltf;
    const bool has_chunk =
        gltf->is_glb && gltf->bin_at != 0 && gltf->buffer_count != 0 &&
        uvp_json_member(&gltf->json, gltf->buffers[0].token, "uri") == UVP_JSON_NONE;

    plan->is_new_buffer = !has_chunk;
    plan->buffer = has_chunk ? 0 : gltf->buffer_count;
    plan->base = 0;
    if (has_chunk) {
        UVP_TRY(uvp_gltf_resolve_buffer(gltf, 0, err));
        plan->base = round_up(gltf->bin_bytes); /* unless holes are found */
    }
    return UVP_OK;
}

static enum uvp_code check_bytes(const struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    return plan->bytes <= UINT32_MAX ? UVP_OK
                                     : uvp_fail(err, UVP_LIMIT, 0, "glTF of 4 GiB or more");
}

/* NAME.uvpipe.bin; with a number in it when the file has a buffer of that name already, as one
 * has that was made here before. */
static enum uvp_code choose_suffix(const struct uvp_gltf_plan *plan, struct uvp_span name,
                                   char suffix[UVP_PRODUCT_SUFFIX_BYTES], struct uvp_error *err)
{
    const size_t head = sizeof SIDE_SUFFIX_HEAD - 1;
    char *const path =
        UVP_ARENA_ARRAY(plan->arena, char, name.bytes + UVP_PRODUCT_SUFFIX_BYTES);
    struct uvp_span *names;
    uint32_t count;

    UVP_TRY(uvp_gltf_list_siblings(plan->gltf, &names, &count, err));
    if (path == NULL) {
        return uvp_fail_memory(err, name.bytes + UVP_PRODUCT_SUFFIX_BYTES);
    }
    memcpy(path, name.data, name.bytes);
    memcpy(suffix, SIDE_SUFFIX_HEAD, head);
    for (uint32_t number = 1; number <= SIDE_NUMBERS_MOST; number++) {
        unsigned char *end = (unsigned char *)suffix + head;
        size_t bytes;
        end = number == 1 ? end : uvp_text_write_count(end, number);
        memcpy(end, SIDE_SUFFIX_TAIL, sizeof SIDE_SUFFIX_TAIL);
        bytes = strlen(suffix);
        memcpy(path + name.bytes, suffix, bytes);
        if (!uvp_gltf_is_listed(names, count, uvp_span_of(path, name.bytes + bytes))) {
            return UVP_OK;
        }
    }
    return uvp_fail(err, UVP_UNSUPPORTED, 0, "no name is free for a new buffer");
}

/* Everything but letters, digits and a few signs as %XX: then it needs no escapes in JSON. */
static enum uvp_code write_uri(const struct uvp_gltf_plan *plan, struct uvp_span name,
                               const char *suffix, struct uvp_json_text *uri,
                               struct uvp_error *err)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    static const char digits[] = "0123456789ABCDEF";

    uri->arena = plan->arena;
    for (size_t i = 0; i < name.bytes; i++) {
        const unsigned char c = name.data[i];
        const char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
        const bool is_plain = memchr(plain, c, sizeof plain - 1) != NULL;
        UVP_TRY(uvp_json_text_put_bytes(
            uri, is_plain ? uvp_span_of(name.data + i, 1) : uvp_span_of(escape, 3), err));
    }
    return uvp_json_text_put(uri, suffix, err);
}

static enum uvp_code write_side(const struct uvp_gltf_plan *plan, struct uvp_span name,
                                struct uvp_product *product, struct uvp_json_text *uri,
                                struct uvp_error *err)
{
    char suffix[UVP_PRODUCT_SUFFIX_BYTES] = {0};

    UVP_TRY(choose_suffix(plan, name, suffix, err));
    UVP_TRY(write_uri(plan, name, suffix, uri, err));
    UVP_TRY(uvp_buf_reserve_exact(product->side, (size_t)plan->bytes, err));
    UVP_TRY(uvp_gltf_write_blobs(plan, product->side->data + product->side->bytes, err));
    product->side->bytes += (size_t)plan->bytes;
    memcpy(product->side_suffix, suffix, sizeof suffix);
    return UVP_OK;
}

static enum uvp_code write_base64(const struct uvp_gltf_plan *plan, unsigned char *to,
                                  struct uvp_span bytes, struct uvp_error *err)
{
    while (bytes.bytes != 0) {
        const size_t piece = bytes.bytes < BASE64_PIECE ? bytes.bytes : BASE64_PIECE;
        UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
        to = uvp_base64_write(to, uvp_span_of(bytes.data, piece));
        bytes.data += piece;
        bytes.bytes -= piece;
    }
    return UVP_OK;
}

static enum uvp_code write_data_uri(const struct uvp_gltf_plan *plan, struct uvp_span *uri,
                                    const struct uvp_product *product, struct uvp_error *err)
{
    const size_t head = sizeof DATA_URI - 1;
    const size_t bytes = head + uvp_base64_text_bytes((size_t)plan->bytes);
    const size_t ceiling = product->body->ceiling_bytes;
    unsigned char *data;
    unsigned char *text;

    if (ceiling != 0 && bytes > ceiling) {
        return uvp_fail(err, UVP_LIMIT, 0, "output larger than %zu bytes", ceiling);
    }
    data = UVP_ARENA_ARRAY(plan->arena, unsigned char, (size_t)plan->bytes);
    text = UVP_ARENA_ARRAY(plan->arena, unsigned char, bytes);
    if (data == NULL || text == NULL) {
        return uvp_fail_memory(err, bytes);
    }
    UVP_TRY(uvp_gltf_write_blobs(plan, data, err));
    memcpy(text, DATA_URI, head);
    UVP_TRY(write_base64(plan, text + head, uvp_span_of(data, (size_t)plan->bytes), err));
    *uri = uvp_span_of(text, bytes);
    return UVP_OK;
}

static enum uvp_code place_new_bytes(struct uvp_gltf_plan *plan,
                                     const struct uvp_mesh_source *source,
                                     struct uvp_product *product, struct uvp_error *err)
{
    struct uvp_json_text name = {.arena = plan->arena};
    struct uvp_span uri = {NULL, 0};

    if (plan->is_new_buffer && has_files(plan->gltf) && source->name.bytes != 0) {
        UVP_TRY(write_side(plan, source->name, product, &name, err));
        uri = uvp_json_text_span(&name);
    } else if (plan->is_new_buffer) {
        UVP_TRY(write_data_uri(plan, &uri, product, err));
    }
    return uvp_gltf_plan_root(plan, uri, err);
}

/* ---- the new file ---- */

static unsigned char *copy(unsigned char *to, const unsigned char *from, size_t bytes)
{
    if (bytes != 0) {
        memcpy(to, from, bytes);
    }
    return to + bytes;
}

static enum uvp_code write_text(const struct uvp_gltf_plan *plan, size_t json_bytes,
                                struct uvp_buf *body, struct uvp_error *err)
{
    UVP_TRY(uvp_buf_reserve_exact(body, json_bytes, err));
    (void)uvp_json_edits_write(&plan->edits, &plan->gltf->json, body->data + body->bytes);
    body->bytes += json_bytes;
    return UVP_OK;
}

/* The binary chunk with the new bytes behind the old ones. */
static enum uvp_code write_chunk(const struct uvp_gltf_plan *plan, unsigned char **to,
                                 struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;
    unsigned char *body;
    unsigned char *end;

    *to = uvp_le_put32(*to, (uint32_t)(plan->base + plan->bytes));
    body = copy(*to, gltf->file.data + gltf->bin_at - 4, 4);
    end = uvp_gltf_write_kept(plan, body);
    memset(end, 0, (size_t)(plan->base - (uint64_t)(end - body)));
    UVP_TRY(uvp_gltf_write_blobs(plan, body + plan->base, err));
    *to = body + plan->base + plan->bytes;
    return UVP_OK;
}

static enum uvp_code write_glb(const struct uvp_gltf_plan *plan, size_t json_bytes,
                               struct uvp_buf *body, struct uvp_error *err)
{
    const struct uvp_gltf *const gltf = plan->gltf;
    const unsigned char *const file = gltf->file.data;
    const size_t padding = (size_t)round_up(json_bytes) - json_bytes;
    const size_t rest_at = gltf->json_at + gltf->json.text.bytes;
    const uint64_t chunk_before = plan->is_new_buffer ? 0 : gltf->bin_bytes;
    const uint64_t chunk_now = plan->is_new_buffer ? 0 : plan->base + plan->bytes;
    const uint64_t bytes =
        gltf->json_at + round_up(json_bytes) + (gltf->end - rest_at) - chunk_before + chunk_now;
    const size_t all = (size_t)bytes + (gltf->file.bytes - gltf->end);
    unsigned char *to;

    if (bytes > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "glTF of 4 GiB or more");
    }
    UVP_TRY(uvp_buf_reserve_exact(body, all, err));
    to = copy(body->data + body->bytes, file, 8);
    to = uvp_le_put32(to, (uint32_t)bytes);
    to = uvp_le_put32(to, (uint32_t)round_up(json_bytes));
    to = copy(to, file + 16, 4);
    to = uvp_json_edits_write(&plan->edits, &gltf->json, to);
    memset(to, ' ', padding);
    to += padding;
    if (plan->is_new_buffer) {
        (void)copy(to, file + rest_at, gltf->file.bytes - rest_at);
    } else {
        const size_t before = gltf->bin_at - CHUNK_HEADER_BYTES - rest_at;
        const size_t after = gltf->bin_at + gltf->bin_bytes;
        to = copy(to, file + rest_at, before);
        UVP_TRY(write_chunk(plan, &to, err));
        (void)copy(to, file + after, gltf->file.bytes - after);
    }
    body->bytes += all;
    return UVP_OK;
}

static enum uvp_code write_all(struct uvp_gltf_plan *plan, struct uvp_buf *body,
                               struct uvp_error *err)
{
    size_t json_bytes;

    UVP_TRY(uvp_json_edits_size(&plan->edits, &plan->gltf->json, &json_bytes, err));
    return plan->gltf->is_glb ? write_glb(plan, json_bytes, body, err)
                              : write_text(plan, json_bytes, body, err);
}

enum uvp_code uvp_gltf_encode(const struct uvp_mesh_source *source,
                              const struct uvp_model *model, const struct uvp_mesh_uvs *uvs,
                              const struct uvp_mesh_options *options, struct uvp_arena *arena,
                              struct uvp_stop *stop, struct uvp_product *product,
                              struct uvp_error *err)
{
    static const struct uvp_mesh_options defaults;
    struct uvp_gltf *const gltf = model->format_private;
    struct uvp_gltf_plan plan = {
        .gltf = gltf,
        .uvs = uvs,
        .options = options != NULL ? options : &defaults,
        .arena = arena,
        .edits = {.arena = arena},
        .new_accessors = {.arena = arena},
        .new_views = {.arena = arena},
    };

    gltf->arena = arena;
    gltf->stop = stop;
    UVP_TRY(choose_buffer(&plan, err));
    UVP_TRY(uvp_gltf_plan_splits(&plan, err));
    UVP_TRY(uvp_gltf_plan_edits(&plan, err));
    UVP_TRY(check_bytes(&plan, err));
    UVP_TRY(uvp_gltf_find_note(&plan, &product->note, err));
    UVP_TRY(place_new_bytes(&plan, source, product, err));
    UVP_TRY(write_all(&plan, product->body, err));
    product->rewritten = true;
    return UVP_OK;
}
