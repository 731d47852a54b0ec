/*
 * The first of two rounds over the bytes: it counts, so that every array is taken once, in its
 * final size, and bounded by bytes that are there; it also learns the last vertex, so that a
 * face may use vertices that come later.
 */
#include "formats/mesh/obj_read.h"

static void skip_token(struct uvp_obj_scan *scan)
{
    const unsigned char *at = scan->at;

    while (!uvp_obj_is_token_end(at, scan->end)) {
        at++;
    }
    scan->at = at;
}

static bool token_has_slash(const unsigned char *at, const unsigned char *end)
{
    return memchr(at, '/', (size_t)(end - at)) != NULL;
}

void uvp_obj_note_edit(struct uvp_obj_notes *notes, const struct uvp_obj_scan *scan,
                       const unsigned char *data)
{
    const size_t at = (size_t)(scan->begin - data);

    notes->first_edit = at < notes->first_edit ? at : notes->first_edit;
}

static enum uvp_code count_corners(struct uvp_obj_scan *scan, struct uvp_obj_counts *counts,
                                   struct uvp_error *err)
{
    while (uvp_obj_token(scan)) {
        counts->corners++;
        skip_token(scan);
        UVP_TRY(uvp_obj_poll(scan, err));
    }
    return uvp_obj_finish(scan, err);
}

enum uvp_code uvp_obj_count_referrals(struct uvp_obj_scan *scan, const unsigned char *data,
                                      struct uvp_obj_notes *notes, struct uvp_error *err)
{
    const uint64_t before = notes->referrals;

    while (uvp_obj_token(scan)) {
        const unsigned char *const token = scan->at;
        skip_token(scan);
        notes->referrals += token_has_slash(token, scan->at);
        UVP_TRY(uvp_obj_poll(scan, err));
    }
    if (notes->referrals != before) {
        uvp_obj_note_edit(notes, scan, data);
    }
    return uvp_obj_finish(scan, err);
}

static enum uvp_code count_statement(struct uvp_obj_scan *scan, const unsigned char *data,
                                     enum uvp_obj_statement statement,
                                     struct uvp_obj_counts *counts, struct uvp_obj_notes *notes,
                                     struct uvp_error *err)
{
    switch (statement) {
    case UVP_OBJ_VERTEX:
        counts->vertices++;
        return uvp_obj_skip(scan, err);
    case UVP_OBJ_UV:
        uvp_obj_note_edit(notes, scan, data);
        notes->uvs++;
        return uvp_obj_skip(scan, err);
    case UVP_OBJ_FACE:
        uvp_obj_note_edit(notes, scan, data);
        if (counts->polygons++ == 0) {
            notes->uvs_before = notes->uvs;
        }
        return count_corners(scan, counts, err);
    case UVP_OBJ_REFERRER:
        return uvp_obj_count_referrals(scan, data, notes, err);
    case UVP_OBJ_MATERIAL:
        counts->materials++;
        break;
    case UVP_OBJ_END:
    case UVP_OBJ_OTHER:
        break;
    }
    return uvp_obj_skip(scan, err);
}

static void note_eol(struct uvp_span bytes, struct uvp_obj_notes *notes)
{
    const unsigned char *at = bytes.data;
    const unsigned char *const end = bytes.data + bytes.bytes;

    while (at < end && *at != '\n' && *at != '\r') {
        at++;
    }
    notes->eol_bytes = uvp_obj_eol_bytes(at, end);
    if (notes->eol_bytes == 0) {
        notes->eol[0] = '\n';
        notes->eol_bytes = 1;
        return;
    }
    memcpy(notes->eol, at, notes->eol_bytes);
}

void uvp_obj_notes_init(struct uvp_obj_notes *notes, struct uvp_span bytes)
{
    memset(notes, 0, sizeof *notes);
    notes->first_edit = bytes.bytes;
    notes->has_bare_cr = true;
    note_eol(bytes, notes);
}

enum uvp_code uvp_obj_count_all(struct uvp_span bytes, struct uvp_stop *stop,
                                struct uvp_obj_counts *counts, struct uvp_obj_notes *notes,
                                struct uvp_error *err)
{
    struct uvp_obj_scan scan;

    memset(counts, 0, sizeof *counts);
    uvp_obj_notes_init(notes, bytes);
    uvp_obj_scan_init(&scan, bytes, stop);
    for (;;) {
        enum uvp_obj_statement statement;
        UVP_TRY(uvp_obj_next(&scan, &statement, err));
        if (statement == UVP_OBJ_END) {
            return UVP_OK;
        }
        UVP_TRY(count_statement(&scan, bytes.data, statement, counts, notes, err));
    }
}
