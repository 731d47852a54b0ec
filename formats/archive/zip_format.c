#include "formats/archive/zip_format.h"

#include <libdeflate.h>

/* Steps to the next extra field; false at the end or where the rest is no field. */
static bool next_field(struct uvp_span extras, size_t *at, uint16_t *id, struct uvp_span *data)
{
    size_t bytes;

    if (extras.bytes - *at < 4) {
        return false;
    }
    *id = uvp_zip_u16(extras.data + *at);
    bytes = uvp_zip_u16(extras.data + *at + 2);
    if (extras.bytes - *at - 4 < bytes) {
        return false;
    }
    *data = uvp_span_of(extras.data + *at + 4, bytes);
    *at += 4 + bytes;
    return true;
}

struct uvp_span uvp_zip_extra_find(struct uvp_span extras, uint16_t id)
{
    struct uvp_span data = {NULL, 0};
    uint16_t found;
    size_t at = 0;

    while (next_field(extras, &at, &found, &data)) {
        if (found == id) {
            return data;
        }
    }
    return uvp_span_of(NULL, 0);
}

enum uvp_code uvp_zip_extra_copy_without(struct uvp_span extras, uint16_t id,
                                         struct uvp_buf *out, struct uvp_error *err)
{
    struct uvp_span data = {NULL, 0};
    uint16_t found;
    size_t at = 0;
    size_t from = 0;

    while (next_field(extras, &at, &found, &data)) {
        if (found != id) {
            UVP_TRY(uvp_buf_append(out, extras.data + from, at - from, err));
        }
        from = at;
    }
    return UVP_OK;
}

/* Replaces what was too big for 32 bits by the next number of the zip64 field. */
static bool widen(struct uvp_span field, size_t *at, uint64_t *value)
{
    if (*value != UVP_ZIP_FULL32) {
        return true;
    }
    if (field.data == NULL) {
        return true; /* a member of just 4 GiB - 1 */
    }
    if (field.bytes - *at < 8) {
        return false;
    }
    *value = uvp_zip_u64(field.data + *at);
    *at += 8;
    return true;
}

uint32_t uvp_zip_local_bytes(const unsigned char *head)
{
    if (uvp_zip_u32(head) != UVP_ZIP_LOCAL) {
        return 0;
    }
    return UVP_ZIP_LOCAL_BYTES + uvp_zip_u16(head + 26) + uvp_zip_u16(head + 28);
}

bool uvp_zip_local_parse(struct uvp_span head, struct uvp_zip_local *local)
{
    const unsigned char *const p = head.data;
    struct uvp_span field;
    size_t at = 0;

    local->version = uvp_zip_u16(p + 4);
    local->flags = uvp_zip_u16(p + 6);
    local->method = uvp_zip_u16(p + 8);
    local->time = uvp_zip_u16(p + 10);
    local->date = uvp_zip_u16(p + 12);
    local->crc = uvp_zip_u32(p + 14);
    local->stored_bytes = uvp_zip_u32(p + 18);
    local->size_bytes = uvp_zip_u32(p + 22);
    local->name_bytes = uvp_zip_u16(p + 26);
    local->extra_bytes = uvp_zip_u16(p + 28);
    local->head_bytes = UVP_ZIP_LOCAL_BYTES + local->name_bytes + local->extra_bytes;
    field = uvp_zip_extra_find(
        uvp_span_of(p + UVP_ZIP_LOCAL_BYTES + local->name_bytes, local->extra_bytes),
        UVP_ZIP_EXTRA_ZIP64);
    local->zip64 = field.data != NULL;
    return widen(field, &at, &local->size_bytes) && widen(field, &at, &local->stored_bytes);
}

uint32_t uvp_zip_record_bytes(const unsigned char *record)
{
    if (uvp_zip_u32(record) != UVP_ZIP_CENTRAL) {
        return 0;
    }
    return UVP_ZIP_CENTRAL_BYTES + uvp_zip_u16(record + 28) + uvp_zip_u16(record + 30) +
           uvp_zip_u16(record + 32);
}

bool uvp_zip_record_parse(struct uvp_span bytes, struct uvp_zip_record *record)
{
    const unsigned char *const p = bytes.data;
    struct uvp_span field;
    size_t at = 0;

    record->made_by = uvp_zip_u16(p + 4);
    record->flags = uvp_zip_u16(p + 8);
    record->method = uvp_zip_u16(p + 10);
    record->crc = uvp_zip_u32(p + 16);
    record->stored_bytes = uvp_zip_u32(p + 20);
    record->size_bytes = uvp_zip_u32(p + 24);
    record->name_bytes = uvp_zip_u16(p + 28);
    record->extra_bytes = uvp_zip_u16(p + 30);
    record->comment_bytes = uvp_zip_u16(p + 32);
    record->external = uvp_zip_u32(p + 38);
    record->local_at = uvp_zip_u32(p + 42);
    record->name_crc =
        uvp_zip_crc(0, uvp_span_of(p + UVP_ZIP_CENTRAL_BYTES, record->name_bytes));
    field = uvp_zip_extra_find(
        uvp_span_of(p + UVP_ZIP_CENTRAL_BYTES + record->name_bytes, record->extra_bytes),
        UVP_ZIP_EXTRA_ZIP64);
    return widen(field, &at, &record->size_bytes) && widen(field, &at, &record->stored_bytes) &&
           widen(field, &at, &record->local_at);
}

bool uvp_zip_is_next_signature(uint32_t signature)
{
    return signature == UVP_ZIP_LOCAL || signature == UVP_ZIP_CENTRAL ||
           signature == UVP_ZIP_END || signature == UVP_ZIP_END64 ||
           signature == UVP_ZIP_EXTRA_DATA;
}

const char *uvp_zip_why_not(uint16_t method, uint16_t flags)
{
    if ((flags & (UVP_ZIP_FLAG_ENCRYPTED | UVP_ZIP_FLAG_STRONG | UVP_ZIP_FLAG_MASKED)) != 0) {
        return "it is encrypted";
    }
    if (method != UVP_ZIP_STORED && method != UVP_ZIP_DEFLATE) {
        return "its zip compression method is neither stored nor deflate";
    }
    return NULL;
}

uint32_t uvp_zip_crc(uint32_t crc, struct uvp_span bytes)
{
    /* A NULL buffer would reset the sum. */
    return bytes.bytes == 0 ? crc : libdeflate_crc32(crc, bytes.data, bytes.bytes);
}
