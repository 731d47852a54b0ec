/*
 * The input bytes, patched. What is not edited is copied: `from` marks the bytes not copied
 * yet, and an edit first copies up to where it begins.
 *
 * Edits: a block of vt lines before the first face; in each face token the vt number; when the
 * mesh had UVs, its vt lines go and other statements' references to them as well. When it had
 * none, old vt lines stay, and references to them by lines other than faces are written anew
 * as absolute numbers, for the block shifts what comes after it.
 *
 * The size of the output is bounded before the first byte is written, so that writing needs no
 * further checks of room.
 */
#include "formats/mesh/obj.h"

#include "formats/mesh/obj_write.h"
#include "formats/mesh/text.h"

#define UVS_PER_POLL UINT32_C(4096)
#define SHORT_UV_LEAST 0.0625F /* from here on, and below 1, a multiple of 2^-24 takes */
#define SHORT_UV_BYTES ((size_t)11)

/* ---- the block of vt lines ---- */

static enum uvp_code write_block(struct uvp_obj_writing *writing, struct uvp_error *err)
{
    const struct uvp_mesh_uvs *const uvs = writing->uvs;
    const struct uvp_obj_notes *const notes = writing->notes;
    unsigned char *to = writing->to;

    for (uint32_t i = 0; i < uvs->uv_count; i++) {
        if (i % UVS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(writing->scan.stop, err));
        }
        memcpy(to, "vt ", 3);
        to = uvp_text_write_uv(to + 3, uvs->uv[2 * (size_t)i], uvs->uv[2 * (size_t)i + 1]);
        memcpy(to, notes->eol, notes->eol_bytes);
        to += notes->eol_bytes;
    }
    writing->to = to;
    writing->block_done = true;
    return UVP_OK;
}

/* ---- statements ---- */

static enum uvp_code fail_changed(struct uvp_error *err)
{
    return uvp_fail(err, UVP_BUG, 0, "mesh and bytes do not belong together");
}

/* v, v/t, v//n, v/t/n -> v/T, v/T/n; the numbers v and n are copied as text. */
static enum uvp_code write_corner(struct uvp_obj_writing *writing, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &writing->scan;
    const unsigned char *const end = scan->end;
    struct uvp_obj_corner corner;
    uint32_t uv;

    if (writing->corner == writing->corners ||
        !uvp_obj_divide(uvp_obj_skip_number(scan->at, end), end, &corner)) {
        return fail_changed(err);
    }
    uv = writing->uvs->corner_uv[writing->corner++];
    uvp_obj_copy_until(writing, corner.vertex_end);
    *writing->to++ = '/';
    writing->to = uvp_text_write_count(writing->to, writing->base + uv + 1);
    writing->from = corner.has_normal ? corner.uv_end : corner.after;
    scan->at = corner.after;
    return UVP_OK;
}

static enum uvp_code write_face(struct uvp_obj_writing *writing, struct uvp_error *err)
{
    if (!writing->block_done) {
        uvp_obj_copy_until(writing, writing->scan.begin);
        UVP_TRY(write_block(writing, err));
    }
    while (uvp_obj_token(&writing->scan)) {
        UVP_TRY(write_corner(writing, err));
        UVP_TRY(uvp_obj_poll(&writing->scan, err));
    }
    return uvp_obj_finish(&writing->scan, err);
}

static enum uvp_code write_uv_line(struct uvp_obj_writing *writing, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &writing->scan;
    const unsigned char *const begin = scan->begin;

    writing->uvs_now++;
    UVP_TRY(uvp_obj_skip(scan, err));
    if (writing->mesh->has_uvs) {
        uvp_obj_copy_until(writing, begin);
        writing->from = scan->at;
    }
    return UVP_OK;
}

/* Where an old vt line is in the new file, from 1; 0 when the number refers to none. */
static uint64_t place_of_uv(const struct uvp_obj_writing *writing, int64_t index)
{
    const struct uvp_obj_notes *const notes = writing->notes;
    const int64_t place = index > 0 ? index : (int64_t)writing->uvs_now + 1 + index;

    if (writing->mesh->has_uvs || index == 0 || place < 1 || place > (int64_t)notes->uvs) {
        return 0;
    }
    return (uint64_t)place <= notes->uvs_before ? (uint64_t)place
                                                : (uint64_t)place + writing->uvs->uv_count;
}

/* A token of `l` or `surf`: what is no corner with a vt is left alone. */
static void write_referral(struct uvp_obj_writing *writing)
{
    struct uvp_obj_scan *const scan = &writing->scan;
    const unsigned char *const number = uvp_obj_skip_number(scan->at, scan->end);
    struct uvp_obj_corner corner;
    int64_t index;
    uint64_t place;

    if (number == scan->at || !uvp_obj_divide(number, scan->end, &corner)) {
        while (!uvp_obj_is_token_end(scan->at, scan->end)) {
            scan->at++;
        }
        return;
    }
    scan->at = corner.after;
    if (corner.uv == NULL || uvp_text_read_integer(corner.uv, scan->end, &index) == NULL) {
        return;
    }
    place = place_of_uv(writing, index);
    if (place != 0) {
        uvp_obj_copy_until(writing, corner.uv);
        writing->to = uvp_text_write_count(writing->to, place);
        writing->from = corner.uv_end;
        return;
    }
    uvp_obj_copy_until(writing, corner.vertex_end);
    if (corner.has_normal) {
        *writing->to++ = '/';
    }
    writing->from = corner.has_normal ? corner.uv_end : corner.after;
}

static enum uvp_code write_referrer(struct uvp_obj_writing *writing, struct uvp_error *err)
{
    while (uvp_obj_token(&writing->scan)) {
        write_referral(writing);
        UVP_TRY(uvp_obj_poll(&writing->scan, err));
    }
    return uvp_obj_finish(&writing->scan, err);
}

static enum uvp_code write_statement(struct uvp_obj_writing *writing,
                                     enum uvp_obj_statement statement, struct uvp_error *err)
{
    switch (statement) {
    case UVP_OBJ_FACE:
        return write_face(writing, err);
    case UVP_OBJ_UV:
        return write_uv_line(writing, err);
    case UVP_OBJ_REFERRER:
        return write_referrer(writing, err);
    case UVP_OBJ_VERTEX:
    case UVP_OBJ_MATERIAL:
    case UVP_OBJ_OTHER:
    case UVP_OBJ_END:
        break;
    }
    return uvp_obj_skip(&writing->scan, err);
}

/* Plain lines at speed, in steps between polls; the scan is at the begin of a line. */
static enum uvp_code write_plain(const struct uvp_obj_lines *lines,
                                 struct uvp_obj_writing *writing, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &writing->scan;

    while (scan->end - scan->at > UVP_OBJ_WRITE_REACH) {
        const ptrdiff_t left = scan->end - scan->at - UVP_OBJ_WRITE_REACH;
        const unsigned char *const limit =
            scan->at + (left < UVP_OBJ_POLL_BYTES ? left : UVP_OBJ_POLL_BYTES);
        UVP_TRY(uvp_obj_poll(scan, err));
        scan->at = lines->write(writing, scan->at, limit);
        if (scan->at < limit) {
            break;
        }
    }
    return UVP_OK;
}

static enum uvp_code write_all(const struct uvp_obj_lines *lines,
                               struct uvp_obj_writing *writing, struct uvp_error *err)
{
    for (;;) {
        enum uvp_obj_statement statement;
        if (lines != NULL) {
            UVP_TRY(write_plain(lines, writing, err));
        }
        UVP_TRY(uvp_obj_next(&writing->scan, &statement, err));
        if (statement == UVP_OBJ_END) {
            uvp_obj_copy_until(writing, writing->scan.end);
            return writing->corner == writing->corners ? UVP_OK : fail_changed(err);
        }
        UVP_TRY(write_statement(writing, statement, err));
    }
}

/* ---- size ---- */

static size_t count_digits(uint64_t value)
{
    size_t digits = 1;

    for (; value >= 10; value /= 10) {
        digits++;
    }
    return digits;
}

/* The most bytes of all the numbers in the block. */
static enum uvp_code bound_numbers(const struct uvp_obj_writing *writing, size_t *bytes,
                                   struct uvp_error *err)
{
    const struct uvp_mesh_uvs *const uvs = writing->uvs;
    const size_t count = (size_t)2 * uvs->uv_count;

    *bytes = 0;
    for (size_t i = 0; i < count;) {
        const size_t end = count - i < UVS_PER_POLL ? count : i + UVS_PER_POLL;
        size_t long_ones = 0;
        const size_t begin = i;
        UVP_TRY(uvp_stop_poll(writing->scan.stop, err));
        for (; i < end; i++) {
            long_ones += !(uvs->uv[i] >= SHORT_UV_LEAST && uvs->uv[i] < 1.0F);
        }
        *bytes +=
            (end - begin) * SHORT_UV_BYTES + long_ones * (UVP_TEXT_UNIT_BYTES - SHORT_UV_BYTES);
    }
    return UVP_OK;
}

/* Whether all corners' UVs are there. */
static enum uvp_code check_corner_uvs(const struct uvp_obj_writing *writing,
                                      struct uvp_error *err)
{
    const uint32_t *const corner_uv = writing->uvs->corner_uv;
    uint32_t highest = 0;

    for (uint32_t c = 0; c < writing->corners;) {
        const uint32_t end =
            writing->corners - c < UVS_PER_POLL ? writing->corners : c + UVS_PER_POLL;
        UVP_TRY(uvp_stop_poll(writing->scan.stop, err));
        for (; c < end; c++) {
            highest = corner_uv[c] > highest ? corner_uv[c] : highest;
        }
    }
    if (highest >= writing->uvs->uv_count) {
        return uvp_fail(err, UVP_BUG, 0, "UV %u of %u", highest, writing->uvs->uv_count);
    }
    return UVP_OK;
}

/* All terms are products of counts below 2^34 and small numbers: no overflow in 64 bits. */
static enum uvp_code bound_output(const struct uvp_obj_writing *writing, size_t bytes,
                                  size_t *bound, struct uvp_error *err)
{
    const struct uvp_mesh_uvs *const uvs = writing->uvs;
    const uint64_t highest = writing->notes->uvs + uvs->uv_count;
    const size_t number = count_digits(highest);
    const size_t line = 3 + 1 + writing->notes->eol_bytes;
    size_t more;

    if (highest > INT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %d UVs", INT32_MAX);
    }
    UVP_TRY(bound_numbers(writing, &more, err));
    more += UVP_OBJ_COPY_STEP + uvs->uv_count * line;
    more += (size_t)writing->corners * (number + 1);
    more += (size_t)writing->notes->referrals * number;
    if (!uvp_size_add(bytes, more, bound)) {
        return uvp_fail_memory(err, SIZE_MAX);
    }
    return UVP_OK;
}

enum uvp_code uvp_obj_encode_by(enum uvp_text_level level, const struct uvp_mesh_source *source,
                                const struct uvp_model *model, const struct uvp_mesh_uvs *uvs,
                                const struct uvp_mesh_options *options, struct uvp_arena *arena,
                                struct uvp_stop *stop, struct uvp_product *product,
                                struct uvp_error *err)
{
    const struct uvp_obj_notes *const notes = model->format_private;
    const struct uvp_mesh *const mesh = model->meshes;
    const struct uvp_span bytes = source->bytes;
    struct uvp_buf *const out = product->body;
    struct uvp_obj_writing writing;
    size_t bound;

    (void)options;
    (void)arena;
    memset(&writing, 0, sizeof writing);
    writing.notes = notes;
    writing.mesh = mesh;
    writing.uvs = uvs;
    writing.corners = mesh->corner_start[mesh->polygon_count];
    writing.base = mesh->has_uvs ? 0 : notes->uvs_before;
    uvp_obj_scan_init(&writing.scan, bytes, stop);
    writing.scan.at = bytes.data + notes->first_edit;
    writing.scan.next_poll = writing.scan.at;
    writing.from = bytes.data;
    UVP_TRY(check_corner_uvs(&writing, err));
    UVP_TRY(bound_output(&writing, bytes.bytes, &bound, err));
    UVP_TRY(uvp_buf_reserve_exact(out, bound, err));
    writing.to = out->data + out->bytes;
    UVP_TRY(write_all(notes->has_bare_cr ? NULL : uvp_obj_lines_of(level), &writing, err));
    out->bytes = (size_t)(writing.to - out->data);
    product->rewritten = true;
    return UVP_OK;
}

enum uvp_code uvp_obj_encode(const struct uvp_mesh_source *source,
                             const struct uvp_model *model, const struct uvp_mesh_uvs *uvs,
                             const struct uvp_mesh_options *options, struct uvp_arena *arena,
                             struct uvp_stop *stop, struct uvp_product *product,
                             struct uvp_error *err)
{
    return uvp_obj_encode_by(uvp_text_level_best(), source, model, uvs, options, arena, stop,
                             product, err);
}
