/*
 * Members go out as they come; what the directory will have to say is gathered meanwhile.
 *
 * A zip that passes through whole keeps its own directory byte for byte. Otherwise each of its
 * records is kept but for what moved or was replaced, and records of members from elsewhere
 * are made from the local headers they were given. Records wait in memory, and in a file once
 * they are more than a few MiB.
 *
 * Formats: PKWARE APPNOTE 6.3.10.
 */
#include <archive_entry.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/archive/container.h"
#include "formats/archive/spool.h"
#include "formats/archive/zip_directory.h"
#include "formats/archive/zip_map.h"
#include "formats/archive/zip_metadata.h"

#define RECORDS_MOST_BYTES ((size_t)4 << 20)
#define COPY_BYTES ((size_t)64 << 10)
#define VERSION_ZIP64 45u
#define MADE_BY (3u << 8 | 63u) /* Unix, 6.3 */

/* A member of unknown sums being written. */
struct long_member {
    bool open;
    bool wide;
    uint64_t out;
    uint64_t bytes;
    uint32_t crc;
    uint32_t external;
    struct uvp_buf head;
};

struct zip_output {
    struct uvp_output base;
    uint64_t origin;        /* where the archive begins in the sink */
    struct uvp_zip_map map; /* of the input that is being passed */
    struct uvp_buf records;
    struct uvp_spool *spool; /* the records before those, or NULL */
    struct uvp_buf own; /* records of new members among those of the input, see own_record */
    size_t own_at;      /* those before are in `records` */
    uint64_t count;
    uint64_t shift; /* what the archive's own offsets leave out: a prefix */
    bool keep_end64;
    bool verbatim; /* the input's own directory went out */
    struct uvp_buf comment;
    struct uvp_buf rest; /* what was behind the end of the one input */
    struct long_member now;
    struct uvp_buf scratch;
};

static struct zip_output *zip_of(struct uvp_output *output)
{
    return (struct zip_output *)output;
}

static uint64_t place_of(const struct zip_output *zip)
{
    return uvp_sink_at(zip->base.sink) - zip->origin;
}

/* ---- records ---- */

static enum uvp_code spill_records(struct zip_output *zip, struct uvp_error *err)
{
    if (zip->records.bytes < RECORDS_MOST_BYTES) {
        return UVP_OK;
    }
    if (zip->spool == NULL) {
        UVP_TRY(uvp_spool_create(UINT64_MAX, zip->base.options.mem, &zip->spool, err));
    }
    UVP_TRY(uvp_spool_add(zip->spool, uvp_buf_span(&zip->records), err));
    uvp_buf_reset(&zip->records);
    return UVP_OK;
}

/* The zip64 field a record needs; the 32-bit places say "look there". */
static size_t make_wide_field(unsigned char field[28], unsigned char *fixed,
                              const struct uvp_zip_record *record)
{
    size_t bytes = 4;

    uvp_zip_put32(fixed + 20, (uint32_t)record->stored_bytes);
    uvp_zip_put32(fixed + 24, (uint32_t)record->size_bytes);
    uvp_zip_put32(fixed + 42, (uint32_t)record->local_at);
    if (record->size_bytes >= UVP_ZIP_FULL32) {
        uvp_zip_put32(fixed + 24, UVP_ZIP_FULL32);
        uvp_zip_put64(field + bytes, record->size_bytes);
        bytes += 8;
    }
    if (record->stored_bytes >= UVP_ZIP_FULL32) {
        uvp_zip_put32(fixed + 20, UVP_ZIP_FULL32);
        uvp_zip_put64(field + bytes, record->stored_bytes);
        bytes += 8;
    }
    if (record->local_at >= UVP_ZIP_FULL32) {
        uvp_zip_put32(fixed + 42, UVP_ZIP_FULL32);
        uvp_zip_put64(field + bytes, record->local_at);
        bytes += 8;
    }
    uvp_zip_put16(field, UVP_ZIP_EXTRA_ZIP64);
    uvp_zip_put16(field + 2, (unsigned)(bytes - 4));
    return bytes > 4 ? bytes : 0;
}

/* Appends a record: `fixed` with the numbers of `record`, and its three texts. */
static enum uvp_code append_record(struct zip_output *zip, unsigned char *fixed,
                                   const struct uvp_zip_record *record, struct uvp_span name,
                                   struct uvp_span extras, struct uvp_span comment,
                                   struct uvp_error *err)
{
    unsigned char field[28];
    const size_t wide = make_wide_field(field, fixed, record);
    const size_t at = zip->records.bytes;
    size_t extra_bytes;

    if (wide != 0 && uvp_zip_u16(fixed + 6) < VERSION_ZIP64) {
        uvp_zip_put16(fixed + 6, VERSION_ZIP64);
    }
    UVP_TRY(uvp_buf_append(&zip->records, fixed, UVP_ZIP_CENTRAL_BYTES, err));
    UVP_TRY(uvp_buf_append(&zip->records, name.data, name.bytes, err));
    UVP_TRY(uvp_buf_append(&zip->records, field, wide, err));
    UVP_TRY(uvp_zip_extra_copy_without(extras, UVP_ZIP_EXTRA_ZIP64, &zip->records, err));
    extra_bytes = zip->records.bytes - at - UVP_ZIP_CENTRAL_BYTES - name.bytes;
    if (extra_bytes > UINT16_MAX) {
        return uvp_fail(err, UVP_LIMIT, record->local_at,
                        "more extra fields than a zip directory can hold");
    }
    uvp_zip_put16(zip->records.data + at + 30, (unsigned)extra_bytes);
    UVP_TRY(uvp_buf_append(&zip->records, comment.data, comment.bytes, err));
    zip->count++;
    return spill_records(zip, err);
}

/* A member from elsewhere: its record follows its local header. */
static enum uvp_code add_own_record(struct zip_output *zip, struct uvp_span head,
                                    const struct uvp_zip_record *record, struct uvp_error *err)
{
    const size_t name_bytes = uvp_zip_u16(head.data + 26);
    const size_t extra_at = UVP_ZIP_LOCAL_BYTES + name_bytes;
    unsigned char fixed[UVP_ZIP_CENTRAL_BYTES] = {0};

    uvp_zip_put32(fixed, UVP_ZIP_CENTRAL);
    uvp_zip_put16(fixed + 4, MADE_BY);
    memcpy(fixed + 6, head.data + 4, 10); /* version, flags, method, time, date */
    uvp_zip_put16(fixed + 10, record->method);
    uvp_zip_put32(fixed + 16, record->crc);
    uvp_zip_put16(fixed + 28, (unsigned)name_bytes);
    uvp_zip_put32(fixed + 38, record->external);
    return append_record(
        zip, fixed, record, uvp_span_of(head.data + UVP_ZIP_LOCAL_BYTES, name_bytes),
        uvp_span_of(head.data + extra_at, head.bytes - extra_at), uvp_span_of(NULL, 0), err);
}

/*
 * New members among those of an input: their records wait until the input's directory is here,
 * for records come in the order of the members.
 */
struct own_record {
    struct uvp_zip_record record;
    uint32_t head_bytes; /* of the local header that follows */
};

static enum uvp_code hold_own_record(struct zip_output *zip, struct uvp_span head,
                                     const struct uvp_zip_record *record, struct uvp_error *err)
{
    struct own_record own;

    memset(&own, 0, sizeof own);
    own.record = *record;
    own.head_bytes = (uint32_t)head.bytes;
    UVP_TRY(uvp_buf_append(&zip->own, &own, sizeof own, err));
    return uvp_buf_append(&zip->own, head.data, head.bytes, err);
}

/* Adds the records of new members that lie before `place` in the archive. */
static enum uvp_code release_own_records(struct zip_output *zip, uint64_t place,
                                         struct uvp_error *err)
{
    while (zip->own_at < zip->own.bytes) {
        const unsigned char *const at = zip->own.data + zip->own_at;
        struct own_record own;

        memcpy(&own, at, sizeof own);
        if (own.record.local_at >= place) {
            return UVP_OK;
        }
        own.record.local_at -= zip->shift;
        UVP_TRY(add_own_record(zip, uvp_span_of(at + sizeof own, own.head_bytes), &own.record,
                               err));
        zip->own_at += sizeof own + own.head_bytes;
    }
    uvp_buf_reset(&zip->own);
    zip->own_at = 0;
    return UVP_OK;
}

static uint32_t external_of(const struct uvp_entry *entry)
{
    static const uint32_t usual[] = {
        [UVP_ENTRY_FILE] = S_IFREG | 0644,
        [UVP_ENTRY_FOLDER] = S_IFDIR | 0755,
        [UVP_ENTRY_LINK] = S_IFLNK | 0777,
        [UVP_ENTRY_OTHER] = S_IFREG | 0644,
    };
    const uint32_t type = usual[entry->type] & S_IFMT;
    const uint32_t mode = entry->metadata != NULL
                              ? type | (archive_entry_perm(entry->metadata) & 07777u)
                              : usual[entry->type];

    return mode << 16 | (entry->type == UVP_ENTRY_FOLDER ? 0x10u : 0u);
}

/* ---- members ---- */

static enum uvp_code put_raw(struct uvp_output *output, const struct uvp_slices *raw,
                             uint64_t at, struct uvp_error *err)
{
    struct zip_output *const zip = zip_of(output);

    UVP_TRY(uvp_zip_map_place(&zip->map, at, raw->bytes, place_of(zip), err));
    return uvp_sink_slices(output->sink, raw, err);
}

static enum uvp_code put_original(struct uvp_output *output, const struct uvp_entry *entry,
                                  struct uvp_error *err)
{
    if (entry->container != UVP_CONTAINER_ZIP) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at,
                        "a member of a %s archive cannot go into a zip as it is",
                        uvp_container_name(entry->container));
    }
    return put_raw(output, &entry->raw, entry->at, err);
}

static enum uvp_code put_member(struct uvp_output *output, const struct uvp_entry *entry,
                                struct uvp_span bytes, const struct uvp_rendered *rendered,
                                struct uvp_error *err)
{
    struct zip_output *const zip = zip_of(output);

    if (rendered->head_bytes < UVP_ZIP_LOCAL_BYTES || rendered->head_bytes > bytes.bytes) {
        return uvp_fail(err, UVP_BUG, entry->at, "a zip member without a local header");
    }
    if (entry->container == UVP_CONTAINER_ZIP) {
        const struct uvp_zip_change change = {
            .at = entry->at,
            .stored_bytes = rendered->stored_bytes,
            .size_bytes = rendered->size_bytes,
            .crc = rendered->crc,
            .method = rendered->method,
        };
        UVP_TRY(uvp_zip_map_change(&zip->map, &change, err));
        UVP_TRY(uvp_zip_map_place(&zip->map, entry->at, uvp_entry_stored_bytes(entry),
                                  place_of(zip), err));
    } else {
        const struct uvp_zip_record record = {
            .local_at = place_of(zip),
            .stored_bytes = rendered->stored_bytes,
            .size_bytes = rendered->size_bytes,
            .crc = rendered->crc,
            .method = rendered->method,
            .external = external_of(entry),
        };
        const struct uvp_span head = uvp_span_of(bytes.data, rendered->head_bytes);
        UVP_TRY(uvp_zip_map_is_empty(&zip->map) ? add_own_record(zip, head, &record, err)
                                                : hold_own_record(zip, head, &record, err));
    }
    return uvp_sink_view(output->sink, bytes, err);
}

static enum uvp_code drop(struct uvp_output *output, const struct uvp_entry *entry,
                          struct uvp_error *err)
{
    const struct uvp_zip_change change = {.at = entry->at, .dropped = true};

    if (entry->container != UVP_CONTAINER_ZIP) {
        return UVP_OK;
    }
    return uvp_zip_map_change(&zip_of(output)->map, &change, err);
}

/* ---- long members: stored, sums behind ---- */

static enum uvp_code begin(struct uvp_output *output, const struct uvp_entry *entry,
                           struct uvp_error *err)
{
    struct zip_output *const zip = zip_of(output);
    struct long_member *const now = &zip->now;

    if (entry->type != UVP_ENTRY_FILE) {
        return uvp_fail(err, UVP_UNSUPPORTED, entry->at, "a long member that is no file");
    }
    now->wide = entry->size_bytes >= UVP_ZIP_FULL32;
    now->out = place_of(zip);
    now->bytes = 0;
    now->crc = 0;
    now->external = external_of(entry);
    uvp_buf_reset(&now->head);
    UVP_TRY(uvp_zip_new_header(entry, UVP_ZIP_STORED, UVP_ZIP_FLAG_DESCRIPTOR, now->wide,
                               &now->head, err));
    UVP_TRY(uvp_sink_copy(output->sink, uvp_buf_span(&now->head), err));
    now->open = true;
    return UVP_OK;
}

static enum uvp_code data(struct uvp_output *output, const struct uvp_slices *decoded,
                          struct uvp_error *err)
{
    struct long_member *const now = &zip_of(output)->now;

    if (!now->open) {
        return uvp_fail(err, UVP_USAGE, 0, "data of a member that was not begun");
    }
    if (!now->wide && decoded->bytes >= UVP_ZIP_FULL32 - now->bytes) {
        return uvp_fail(err, UVP_LIMIT, 0, "a member grew to 4 GiB and had not said so");
    }
    for (uint32_t i = 0; i < decoded->count; i++) {
        now->crc = uvp_zip_crc(now->crc, uvp_slice_span(&decoded->items[i]));
    }
    now->bytes += decoded->bytes;
    return uvp_sink_slices(output->sink, decoded, err);
}

static enum uvp_code end(struct uvp_output *output, struct uvp_error *err)
{
    struct zip_output *const zip = zip_of(output);
    struct long_member *const now = &zip->now;
    const struct uvp_zip_record record = {
        .local_at = now->out,
        .stored_bytes = now->bytes,
        .size_bytes = now->bytes,
        .crc = now->crc,
        .method = UVP_ZIP_STORED,
        .external = now->external,
    };
    unsigned char descriptor[UVP_ZIP_DESCRIPTOR_MOST];

    if (!now->open) {
        return uvp_fail(err, UVP_USAGE, 0, "the end of a member that was not begun");
    }
    now->open = false;
    uvp_zip_put32(descriptor, UVP_ZIP_DESCRIPTOR);
    uvp_zip_put32(descriptor + 4, now->crc);
    if (now->wide) {
        uvp_zip_put64(descriptor + 8, now->bytes);
        uvp_zip_put64(descriptor + 16, now->bytes);
    } else {
        uvp_zip_put32(descriptor + 8, (uint32_t)now->bytes);
        uvp_zip_put32(descriptor + 12, (uint32_t)now->bytes);
    }
    UVP_TRY(uvp_sink_copy(output->sink, uvp_span_of(descriptor, now->wide ? 24 : 16), err));
    return add_own_record(zip, uvp_buf_span(&now->head), &record, err);
}

/* ---- the end of an input ---- */

struct slices_source {
    const struct uvp_slices *raw;
    uint64_t at;
};

static enum uvp_code copy_from_slices(void *ctx, uint64_t at, void *to, size_t bytes,
                                      struct uvp_error *err)
{
    const struct slices_source *const from = ctx;

    (void)err; /* the window's limit is the end of the slices */
    uvp_slices_copy(from->raw, at - from->at, to, bytes);
    return UVP_OK;
}

static enum uvp_code visit_nothing(void *ctx, const struct uvp_zip_record *record,
                                   struct uvp_span bytes, uint64_t at, struct uvp_error *err)
{
    (void)ctx;
    (void)record;
    (void)bytes;
    (void)at;
    (void)err;
    return UVP_OK;
}

struct collector {
    struct zip_output *zip;
    uint64_t old_shift; /* from the record's offset to the input's */
};

/* One record of the input, with what moved or changed. */
static enum uvp_code collect_record(void *ctx, const struct uvp_zip_record *old,
                                    struct uvp_span bytes, uint64_t at, struct uvp_error *err)
{
    const struct collector *const collector = ctx;
    struct zip_output *const zip = collector->zip;
    const uint64_t input_at = old->local_at + collector->old_shift;
    const struct uvp_zip_change *const change = uvp_zip_map_find_change(&zip->map, input_at);
    const unsigned char *const texts = bytes.data + UVP_ZIP_CENTRAL_BYTES;
    unsigned char fixed[UVP_ZIP_CENTRAL_BYTES];
    struct uvp_zip_record record = *old;
    uint64_t out = 0;

    if (change != NULL && change->dropped) {
        return UVP_OK;
    }
    if (!uvp_zip_map_find(&zip->map, input_at, &out) || out < zip->shift) {
        return uvp_fail(err, UVP_BAD_DATA, at, "a zip directory record of no member");
    }
    UVP_TRY(release_own_records(zip, out, err));
    record.local_at = out - zip->shift;
    if (change == NULL && record.local_at == old->local_at) {
        UVP_TRY(uvp_buf_append(&zip->records, bytes.data, bytes.bytes, err));
        zip->count++;
        return spill_records(zip, err);
    }
    memcpy(fixed, bytes.data, sizeof fixed);
    uvp_zip_put16(fixed + 34, 0); /* the disk */
    if (change != NULL) {
        record.stored_bytes = change->stored_bytes;
        record.size_bytes = change->size_bytes;
        uvp_zip_put16(fixed + 8, old->flags & ~UVP_ZIP_FLAG_DESCRIPTOR);
        uvp_zip_put16(fixed + 10, change->method);
        uvp_zip_put32(fixed + 16, change->crc);
    }
    return append_record(
        zip, fixed, &record, uvp_span_of(texts, old->name_bytes),
        uvp_span_of(texts + old->name_bytes, old->extra_bytes),
        uvp_span_of(texts + old->name_bytes + old->extra_bytes, old->comment_bytes), err);
}

/* What is kept of the input's end besides its records. */
static enum uvp_code keep_end(struct zip_output *zip, const struct uvp_slices *raw, uint64_t at,
                              const struct uvp_zip_end *found, struct uvp_error *err)
{
    const uint64_t rest = at + raw->bytes - found->after;

    if (zip->comment.bytes == 0 && found->comment_bytes != 0) {
        UVP_TRY(uvp_buf_reserve(&zip->comment, found->comment_bytes, err));
        uvp_slices_copy(raw, found->end_at + UVP_ZIP_END_BYTES - at, zip->comment.data,
                        found->comment_bytes);
        zip->comment.bytes = found->comment_bytes;
    }
    if (!zip->base.options.single_input) {
        return UVP_OK;
    }
    zip->shift = at - found->stated_at;
    zip->keep_end64 = found->end64_bytes != 0;
    if (rest != 0) {
        UVP_TRY(uvp_buf_reserve(&zip->rest, (size_t)rest, err));
        uvp_slices_copy(raw, found->after - at, zip->rest.data, (size_t)rest);
        zip->rest.bytes = (size_t)rest;
    }
    return UVP_OK;
}

static enum uvp_code collect(struct zip_output *zip, struct uvp_zip_window *window,
                             const struct uvp_slices *raw, uint64_t at, struct uvp_error *err)
{
    struct collector collector = {.zip = zip, .old_shift = 0};
    struct uvp_zip_end found;

    /* Once for where the archive thinks it is, then for the records. */
    UVP_TRY(uvp_zip_directory_walk(window, at, visit_nothing, NULL, &found, err));
    if (found.stated_at > at) {
        return uvp_fail(err, UVP_BAD_DATA, at, "the zip directory is not where it should be");
    }
    collector.old_shift = at - found.stated_at;
    UVP_TRY(keep_end(zip, raw, at, &found, err));
    return uvp_zip_directory_walk(window, at, collect_record, &collector, &found, err);
}

static enum uvp_code trailer(struct uvp_output *output, const struct uvp_slices *raw,
                             uint64_t at, struct uvp_error *err)
{
    struct zip_output *const zip = zip_of(output);
    struct slices_source from = {.raw = raw, .at = at};
    const struct uvp_zip_source source = {.copy = copy_from_slices, .ctx = &from};
    struct uvp_zip_window window;
    enum uvp_code code;

    if (raw->bytes == 0 && uvp_zip_map_is_empty(&zip->map)) {
        return UVP_OK; /* an input of another kind */
    }
    if (output->options.single_input && zip->count == 0 && zip->own.bytes == 0 &&
        place_of(zip) == at && uvp_zip_map_is_identity(&zip->map)) {
        zip->verbatim = true;
        uvp_zip_map_reset(&zip->map);
        return uvp_sink_slices(output->sink, raw, err);
    }
    uvp_zip_window_init(&window, source, at + raw->bytes, COPY_BYTES, output->options.mem);
    code = collect(zip, &window, raw, at, err);
    if (code == UVP_OK) {
        code = release_own_records(zip, UINT64_MAX, err);
    }
    uvp_zip_window_release(&window);
    uvp_zip_map_reset(&zip->map);
    return code;
}

/* ---- the end of the archive ---- */

static enum uvp_code put_records(struct zip_output *zip, struct uvp_error *err)
{
    const uint64_t spilled = zip->spool != NULL ? uvp_spool_bytes(zip->spool) : 0;

    for (uint64_t at = 0; at < spilled;) {
        const size_t some = spilled - at < COPY_BYTES ? (size_t)(spilled - at) : COPY_BYTES;

        uvp_buf_reset(&zip->scratch);
        UVP_TRY(uvp_buf_reserve(&zip->scratch, some, err));
        UVP_TRY(uvp_spool_copy(zip->spool, at, zip->scratch.data, some, err));
        zip->scratch.bytes = some;
        UVP_TRY(uvp_sink_copy(zip->base.sink, uvp_buf_span(&zip->scratch), err));
        at += some;
    }
    return uvp_sink_copy(zip->base.sink, uvp_buf_span(&zip->records), err);
}

static enum uvp_code put_end64(struct zip_output *zip, uint64_t at, uint64_t bytes,
                               struct uvp_error *err)
{
    unsigned char record[UVP_ZIP_END64_BYTES + UVP_ZIP_LOCATOR64_BYTES] = {0};
    unsigned char *const locator = record + UVP_ZIP_END64_BYTES;

    uvp_zip_put32(record, UVP_ZIP_END64);
    uvp_zip_put64(record + 4, UVP_ZIP_END64_BYTES - 12);
    uvp_zip_put16(record + 12, MADE_BY);
    uvp_zip_put16(record + 14, VERSION_ZIP64);
    uvp_zip_put64(record + 24, zip->count);
    uvp_zip_put64(record + 32, zip->count);
    uvp_zip_put64(record + 40, bytes);
    uvp_zip_put64(record + 48, at);
    uvp_zip_put32(locator, UVP_ZIP_LOCATOR64);
    uvp_zip_put64(locator + 8, at + bytes);
    uvp_zip_put32(locator + 16, 1);
    return uvp_sink_copy(zip->base.sink, uvp_span_of(record, sizeof record), err);
}

static enum uvp_code put_end(struct zip_output *zip, uint64_t at, uint64_t bytes,
                             struct uvp_error *err)
{
    const bool many = zip->count >= UVP_ZIP_FULL16;
    const bool far = at >= UVP_ZIP_FULL32;
    const bool big = bytes >= UVP_ZIP_FULL32;
    unsigned char record[UVP_ZIP_END_BYTES] = {0};

    if (many || far || big || zip->keep_end64) {
        UVP_TRY(put_end64(zip, at, bytes, err));
    }
    uvp_zip_put32(record, UVP_ZIP_END);
    uvp_zip_put16(record + 8, many ? UVP_ZIP_FULL16 : (unsigned)zip->count);
    uvp_zip_put16(record + 10, many ? UVP_ZIP_FULL16 : (unsigned)zip->count);
    uvp_zip_put32(record + 12, big ? UVP_ZIP_FULL32 : (uint32_t)bytes);
    uvp_zip_put32(record + 16, far ? UVP_ZIP_FULL32 : (uint32_t)at);
    uvp_zip_put16(record + 20, (unsigned)zip->comment.bytes);
    UVP_TRY(uvp_sink_copy(zip->base.sink, uvp_span_of(record, sizeof record), err));
    UVP_TRY(uvp_sink_copy(zip->base.sink, uvp_buf_span(&zip->comment), err));
    return uvp_sink_copy(zip->base.sink, uvp_buf_span(&zip->rest), err);
}

static enum uvp_code finish(struct uvp_output *output, struct uvp_error *err)
{
    struct zip_output *const zip = zip_of(output);
    uint64_t at;

    if (zip->verbatim) {
        return UVP_OK;
    }
    if (!uvp_zip_map_is_empty(&zip->map) || zip->now.open) {
        return uvp_fail(err, UVP_USAGE, place_of(zip), "the end of a zip before its members'");
    }
    at = place_of(zip);
    UVP_TRY(put_records(zip, err));
    return put_end(zip, at - zip->shift, place_of(zip) - at, err);
}

static void destroy(struct uvp_output *output)
{
    struct zip_output *const zip = zip_of(output);

    uvp_zip_map_release(&zip->map);
    uvp_buf_release(&zip->records);
    uvp_buf_release(&zip->own);
    uvp_buf_release(&zip->comment);
    uvp_buf_release(&zip->rest);
    uvp_buf_release(&zip->now.head);
    uvp_buf_release(&zip->scratch);
    uvp_spool_destroy(zip->spool);
    uvp_mem_give(zip->base.options.mem, zip, sizeof *zip);
}

static const struct uvp_output_ops zip_ops = {
    .raw = put_raw,
    .original = put_original,
    .member = put_member,
    .drop = drop,
    .begin = begin,
    .data = data,
    .end = end,
    .trailer = trailer,
    .finish = finish,
    .destroy = destroy,
};

enum uvp_code uvp_zip_output_create(const struct uvp_output_options *options,
                                    struct uvp_sink *sink, struct uvp_output **output,
                                    struct uvp_error *err)
{
    struct zip_output *const zip = uvp_mem_take_zeroed(options->mem, sizeof *zip);

    if (zip == NULL) {
        return uvp_fail_memory(err, sizeof *zip);
    }
    zip->base.ops = &zip_ops;
    zip->base.options = *options;
    zip->base.sink = sink;
    zip->origin = uvp_sink_at(sink);
    uvp_zip_map_init(&zip->map, options->mem);
    uvp_buf_init(&zip->records, options->mem, 0);
    uvp_buf_init(&zip->own, options->mem, 0);
    uvp_buf_init(&zip->comment, options->mem, 0);
    uvp_buf_init(&zip->rest, options->mem, 0);
    uvp_buf_init(&zip->now.head, options->mem, 0);
    uvp_buf_init(&zip->scratch, options->mem, 0);
    *output = &zip->base;
    return UVP_OK;
}
