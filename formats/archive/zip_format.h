/*
 * zip_format.h -- the records of a zip file, taken apart
 *
 * Why:     reader, scanner, renderer and writer all need the same few structures.
 * Formats: PKWARE APPNOTE 6.3.10 (local header 4.3.7, descriptor 4.3.9, zip64 4.5.3);
 *          Info-ZIP extra fields 0x5455 and 0x7875.
 * Threads: pure functions.
 */
#ifndef UVP_FORMATS_ARCHIVE_ZIP_FORMAT_H
#define UVP_FORMATS_ARCHIVE_ZIP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/buf.h"
#include "pipeline/base/span.h"
#include "pipeline/base/status.h"

#define UVP_ZIP_LOCAL UINT32_C(0x04034b50)
#define UVP_ZIP_CENTRAL UINT32_C(0x02014b50)
#define UVP_ZIP_END UINT32_C(0x06054b50)
#define UVP_ZIP_END64 UINT32_C(0x06064b50)
#define UVP_ZIP_LOCATOR64 UINT32_C(0x07064b50)
#define UVP_ZIP_DESCRIPTOR UINT32_C(0x08074b50) /* also: first part of a divided archive */
#define UVP_ZIP_WHOLE UINT32_C(0x30304b50)      /* was to be divided and came out as one */
#define UVP_ZIP_SIGNED UINT32_C(0x05054b50)
#define UVP_ZIP_EXTRA_DATA UINT32_C(0x08064b50)

#define UVP_ZIP_LOCAL_BYTES 30u
#define UVP_ZIP_CENTRAL_BYTES 46u
#define UVP_ZIP_END_BYTES 22u
#define UVP_ZIP_END64_BYTES 56u
#define UVP_ZIP_LOCATOR64_BYTES 20u
#define UVP_ZIP_DESCRIPTOR_MOST 24u

#define UVP_ZIP_FLAG_ENCRYPTED 0x0001u
#define UVP_ZIP_FLAG_DESCRIPTOR 0x0008u
#define UVP_ZIP_FLAG_STRONG 0x0040u
#define UVP_ZIP_FLAG_UTF8 0x0800u
#define UVP_ZIP_FLAG_MASKED 0x2000u

#define UVP_ZIP_STORED 0u
#define UVP_ZIP_DEFLATE 8u

#define UVP_ZIP_EXTRA_ZIP64 0x0001u
#define UVP_ZIP_EXTRA_TIMES 0x5455u
#define UVP_ZIP_EXTRA_OWNER 0x7875u

#define UVP_ZIP_FULL16 UINT16_C(0xffff)
#define UVP_ZIP_FULL32 UINT32_C(0xffffffff)

/* Deflate makes at most 1032 bytes of one. */
#define UVP_ZIP_MOST_RATIO 1032u

struct uvp_zip_local {
    uint16_t version;
    uint16_t flags;
    uint16_t method;
    uint16_t time;
    uint16_t date;
    uint32_t crc;
    uint64_t stored_bytes;
    uint64_t size_bytes;
    uint16_t name_bytes;
    uint16_t extra_bytes;
    uint32_t head_bytes; /* all of the header */
    bool zip64;          /* has the extra field, so that a descriptor has long sizes */
};

/* A record of the central directory. */
struct uvp_zip_record {
    uint64_t local_at; /* as written there */
    uint64_t stored_bytes;
    uint64_t size_bytes;
    uint32_t crc;
    uint32_t name_crc;
    uint32_t external;
    uint16_t made_by;
    uint16_t flags;
    uint16_t method;
    uint16_t name_bytes;
    uint16_t extra_bytes;
    uint16_t comment_bytes;
};

static inline uint16_t uvp_zip_u16(const unsigned char *p)
{
    return (uint16_t)(p[0] | (unsigned)p[1] << 8);
}

static inline uint32_t uvp_zip_u32(const unsigned char *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t uvp_zip_u64(const unsigned char *p)
{
    return uvp_zip_u32(p) | (uint64_t)uvp_zip_u32(p + 4) << 32;
}

static inline void uvp_zip_put16(unsigned char *p, unsigned value)
{
    p[0] = (unsigned char)(value & 0xff);
    p[1] = (unsigned char)(value >> 8 & 0xff);
}

static inline void uvp_zip_put32(unsigned char *p, uint32_t value)
{
    uvp_zip_put16(p, value & 0xffff);
    uvp_zip_put16(p + 2, value >> 16);
}

static inline void uvp_zip_put64(unsigned char *p, uint64_t value)
{
    uvp_zip_put32(p, (uint32_t)value);
    uvp_zip_put32(p + 4, (uint32_t)(value >> 32));
}

/* The contents of the first extra field `id`; data is NULL when there is none. */
struct uvp_span uvp_zip_extra_find(struct uvp_span extras, uint16_t id);

/* Appends `extras` without the fields `id`, and without what does not parse as a field. */
UVP_MUST_USE enum uvp_code uvp_zip_extra_copy_without(struct uvp_span extras, uint16_t id,
                                                      struct uvp_buf *out,
                                                      struct uvp_error *err);

/* Bytes of the whole local header that begins with these 30; 0 when it is none. */
uint32_t uvp_zip_local_bytes(const unsigned char *head);
/* `head` is a whole local header. False when its zip64 field is too short. */
bool uvp_zip_local_parse(struct uvp_span head, struct uvp_zip_local *local);

/* Bytes of the whole record that begins with these 46; 0 when it is none. */
uint32_t uvp_zip_record_bytes(const unsigned char *record);
bool uvp_zip_record_parse(struct uvp_span bytes, struct uvp_zip_record *record);

/* Does this signature begin something that may follow a member? */
bool uvp_zip_is_next_signature(uint32_t signature);

/* Why a member's contents cannot be read and written anew; NULL when they can. */
const char *uvp_zip_why_not(uint16_t method, uint16_t flags);

/* CRC-32 of a span; `crc` is 0 at first. */
uint32_t uvp_zip_crc(uint32_t crc, struct uvp_span bytes);

#endif
