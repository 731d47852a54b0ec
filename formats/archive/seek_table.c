#include "formats/archive/seek_table.h"

#include "formats/archive/zip_format.h" /* little-endian numbers */

#define SKIPPABLE_MAGIC UINT32_C(0x184d2a5e)
#define TABLE_MAGIC UINT32_C(0x8f92eab1)
#define FRAMES_MOST UINT32_C(0x8000000)
#define ENTRY_BYTES 8
#define HEADER_BYTES 8
#define FOOTER_BYTES 9

void uvp_seek_table_init(struct uvp_seek_table *table, struct uvp_mem *mem)
{
    uvp_buf_init(&table->entries, mem, 0);
    table->count = 0;
}

void uvp_seek_table_release(struct uvp_seek_table *table)
{
    uvp_buf_release(&table->entries);
}

enum uvp_code uvp_seek_table_add(struct uvp_seek_table *table, uint64_t stored_bytes,
                                 uint64_t content_bytes, struct uvp_error *err)
{
    unsigned char entry[ENTRY_BYTES];

    if (table->count == FRAMES_MOST || stored_bytes > UINT32_MAX ||
        content_bytes > UINT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "too much for a seek table");
    }
    uvp_zip_put32(entry, (uint32_t)stored_bytes);
    uvp_zip_put32(entry + 4, (uint32_t)content_bytes);
    UVP_TRY(uvp_buf_append(&table->entries, entry, sizeof entry, err));
    table->count++;
    return UVP_OK;
}

enum uvp_code uvp_seek_table_write(const struct uvp_seek_table *table, struct uvp_buf *out,
                                   struct uvp_error *err)
{
    unsigned char header[HEADER_BYTES];
    unsigned char footer[FOOTER_BYTES];

    uvp_zip_put32(header, SKIPPABLE_MAGIC);
    uvp_zip_put32(header + 4, table->count * ENTRY_BYTES + FOOTER_BYTES);
    uvp_zip_put32(footer, table->count);
    footer[4] = 0; /* no checksums: the frames have their own */
    uvp_zip_put32(footer + 5, TABLE_MAGIC);
    UVP_TRY(uvp_buf_append(out, header, sizeof header, err));
    UVP_TRY(uvp_buf_append(out, table->entries.data, table->entries.bytes, err));
    return uvp_buf_append(out, footer, sizeof footer, err);
}
