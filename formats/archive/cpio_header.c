/*
 * The heads of cpio members: System V's newc and crc (hexadecimal), POSIX.1 odc (octal) and the
 * old binary form, whose 32-bit numbers are two 16-bit words, the high one first, each in the
 * byte order of the machine that wrote it.
 */
#include <string.h>

#include "formats/archive/tar_header.h"

#define NEWC_HEADER 110
#define NEWC_SIZE_AT 54
#define NEWC_CHECK_AT 102
#define ODC_HEADER 76
#define ODC_SIZE_AT 65
#define ODC_SIZE_DIGITS 11
#define BINARY_HEADER 26
#define BINARY_SIZE_AT 22

struct dialect_row {
    enum uvp_cpio_dialect dialect;
    const char *magic;
    size_t magic_bytes;
    size_t header_bytes;
    size_t align;
    uint64_t size_max;
};

static const struct dialect_row dialects[] = {
    {UVP_CPIO_NEWC, "070701", 6, NEWC_HEADER, 4, UINT32_MAX},
    {UVP_CPIO_CRC, "070702", 6, NEWC_HEADER, 4, UINT32_MAX},
    {UVP_CPIO_ODC, "070707", 6, ODC_HEADER, 1, UINT64_C(077777777777)},
    {UVP_CPIO_BINARY_LITTLE, "\307\161", 2, BINARY_HEADER, 2, INT32_MAX},
    {UVP_CPIO_BINARY_BIG, "\161\307", 2, BINARY_HEADER, 2, INT32_MAX},
};

static const struct dialect_row *find_row(struct uvp_span head)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        const struct dialect_row *const row = &dialects[i];

        if (head.bytes >= row->header_bytes &&
            memcmp(head.data, row->magic, row->magic_bytes) == 0) {
            return row;
        }
    }
    return NULL;
}

enum uvp_cpio_dialect uvp_cpio_dialect(struct uvp_span head)
{
    const struct dialect_row *const row = find_row(head);

    return row == NULL ? UVP_CPIO_UNKNOWN : row->dialect;
}

size_t uvp_cpio_padding(enum uvp_cpio_dialect dialect, uint64_t body_bytes)
{
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++) {
        if (dialects[i].dialect == dialect) {
            const size_t align = dialects[i].align;

            return (align - (size_t)(body_bytes % align)) % align;
        }
    }
    return 0;
}

static uint32_t sum_bytes(struct uvp_span body)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < body.bytes; i++) {
        sum += body.data[i];
    }
    return sum;
}

/* Writers differ in the case of their digits: ours follow the head's own. */
static const char *pick_digits(const unsigned char *head)
{
    for (size_t i = 6; i < NEWC_HEADER; i++) {
        if (head[i] >= 'A' && head[i] <= 'F') {
            return "0123456789ABCDEF";
        }
    }
    return "0123456789abcdef";
}

static void write_hex(unsigned char *field, uint32_t value, const char *digits)
{
    for (size_t i = 8; i > 0; i--) {
        field[i - 1] = (unsigned char)digits[value & 15];
        value >>= 4;
    }
}

static void patch_newc(unsigned char *head, bool with_check, struct uvp_span body)
{
    const char *const digits = pick_digits(head);

    write_hex(head + NEWC_SIZE_AT, (uint32_t)body.bytes, digits);
    if (with_check) {
        write_hex(head + NEWC_CHECK_AT, sum_bytes(body), digits);
    }
}

static void patch_odc(unsigned char *head, uint64_t size)
{
    for (size_t i = ODC_SIZE_DIGITS; i > 0; i--) {
        head[ODC_SIZE_AT + i - 1] = (unsigned char)('0' + (size & 7));
        size >>= 3;
    }
}

static void patch_binary(unsigned char *head, bool big, uint32_t size)
{
    const uint32_t words[2] = {size >> 16, size & 0xffff};

    for (size_t i = 0; i < 2; i++) {
        unsigned char *const at = head + BINARY_SIZE_AT + 2 * i;

        at[big ? 0 : 1] = (unsigned char)(words[i] >> 8);
        at[big ? 1 : 0] = (unsigned char)words[i];
    }
}

enum uvp_code uvp_cpio_patch(unsigned char *head, size_t head_bytes, struct uvp_span body,
                             struct uvp_error *err)
{
    const struct dialect_row *const row = find_row(uvp_span_of(head, head_bytes));

    if (row == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "a cpio header we cannot patch");
    }
    if (body.bytes > row->size_max) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%zu bytes are too many for this kind of cpio",
                        body.bytes);
    }
    if (row->dialect == UVP_CPIO_ODC) {
        patch_odc(head, body.bytes);
    } else if (row->align == 4) {
        patch_newc(head, row->dialect == UVP_CPIO_CRC, body);
    } else {
        patch_binary(head, row->dialect == UVP_CPIO_BINARY_BIG, (uint32_t)body.bytes);
    }
    return UVP_OK;
}

static bool read_hex(const unsigned char *field, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < 8; i++) {
        const unsigned char c = field[i];
        uint32_t digit;

        if (c >= '0' && c <= '9') {
            digit = (uint32_t)(c - '0');
        } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        } else {
            return false;
        }
        *value = *value << 4 | digit;
    }
    return true;
}

bool uvp_cpio_check(struct uvp_span head, struct uvp_span body)
{
    uint32_t said;

    if (uvp_cpio_dialect(head) != UVP_CPIO_CRC) {
        return true;
    }
    return read_hex(head.data + NEWC_CHECK_AT, &said) && said == sum_bytes(body);
}

static size_t make_newc(const struct uvp_cpio_fields *fields, bool with_check,
                        uint32_t name_bytes, unsigned char *header)
{
    const uint32_t values[13] = {fields->ino,
                                 fields->mode,
                                 fields->uid,
                                 fields->gid,
                                 fields->nlink,
                                 fields->mtime,
                                 fields->size,
                                 fields->devmajor,
                                 fields->devminor,
                                 0,
                                 0,
                                 name_bytes,
                                 0};

    memcpy(header, with_check ? "070702" : "070701", 6);
    for (size_t i = 0; i < 13; i++) {
        write_hex(header + 6 + 8 * i, values[i], "0123456789ABCDEF");
    }
    return NEWC_HEADER;
}

static void write_octal(unsigned char *field, size_t digits, uint64_t value)
{
    for (size_t i = digits; i > 0; i--) {
        field[i - 1] = (unsigned char)('0' + (value & 7));
        value >>= 3;
    }
}

static size_t make_odc(const struct uvp_cpio_fields *fields, uint32_t name_bytes,
                       unsigned char *header)
{
    const uint32_t six[7] = {
        0, fields->ino, fields->mode, fields->uid, fields->gid, fields->nlink, 0};

    memcpy(header, "070707", 6);
    for (size_t i = 0; i < 7; i++) {
        write_octal(header + 6 + 6 * i, 6, six[i]);
    }
    write_octal(header + 48, 11, fields->mtime);
    write_octal(header + 59, 6, name_bytes);
    write_octal(header + ODC_SIZE_AT, ODC_SIZE_DIGITS, fields->size);
    return ODC_HEADER;
}

static size_t make_binary(const struct uvp_cpio_fields *fields, bool big, uint32_t name_bytes,
                          unsigned char *header)
{
    const uint32_t words[13] = {
        070707,        0, fields->ino,         fields->mode,  fields->uid, fields->gid,
        fields->nlink, 0, fields->mtime >> 16, fields->mtime, name_bytes,  fields->size >> 16,
        fields->size};

    for (size_t i = 0; i < 13; i++) {
        header[2 * i + (big ? 0 : 1)] = (unsigned char)(words[i] >> 8);
        header[2 * i + (big ? 1 : 0)] = (unsigned char)words[i];
    }
    return BINARY_HEADER;
}

enum uvp_code uvp_cpio_make(enum uvp_cpio_dialect dialect, const struct uvp_cpio_fields *fields,
                            const char *name, struct uvp_buf *out, struct uvp_error *err)
{
    static const unsigned char zeros[4];
    const size_t name_bytes = strlen(name) + 1;
    const size_t align = dialect == UVP_CPIO_ODC                               ? 1
                         : dialect == UVP_CPIO_NEWC || dialect == UVP_CPIO_CRC ? 4
                                                                               : 2;
    unsigned char header[NEWC_HEADER];
    size_t header_bytes;

    if (name_bytes > UINT16_MAX) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "a name of %zu bytes is too long for cpio",
                        name_bytes - 1);
    }
    if (align == 2 && fields->size > INT32_MAX) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%u bytes are too many for this kind of cpio",
                        fields->size);
    }
    if (align == 4) {
        header_bytes = make_newc(fields, dialect == UVP_CPIO_CRC, (uint32_t)name_bytes, header);
    } else if (align == 1) {
        header_bytes = make_odc(fields, (uint32_t)name_bytes, header);
    } else {
        header_bytes =
            make_binary(fields, dialect == UVP_CPIO_BINARY_BIG, (uint32_t)name_bytes, header);
    }
    UVP_TRY(uvp_buf_append(out, header, header_bytes, err));
    UVP_TRY(uvp_buf_append(out, name, name_bytes, err));
    return uvp_buf_append(out, zeros, (align - (header_bytes + name_bytes) % align) % align,
                          err);
}
