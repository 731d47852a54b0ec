#include "tests/support/line/round_trip.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/obj_reference.h"

#define INPUTS_MOST 8

/* ---- runs ---- */

void round_trip_run_all(const struct round_trip *how, const struct test_bytes *in,
                        const char *const *names, uint32_t count, struct line_run *run)
{
    const void *inputs[INPUTS_MOST];
    size_t bytes[INPUTS_MOST];

    if (count > INPUTS_MOST) {
        abort();
    }
    for (uint32_t i = 0; i < count; i++) {
        inputs[i] = in[i].data;
        bytes[i] = in[i].bytes;
    }
    memset(run, 0, sizeof *run);
    run->inputs = inputs;
    run->input_bytes = bytes;
    run->input_count = count;
    run->input_names = names;
    run->through_pipe = how->through_pipe;
    run->settings = how->settings;
    run->settings.record_passed = true;
    run->options.workers = how->workers;
    run->options.readers = how->readers;
    run->options.budget_bytes = how->budget_bytes;
    run->options.window_items = how->window_items;
    run->options.unordered = how->unordered;
    line_run(run);
    run->inputs = NULL;
    run->input_bytes = NULL;
    if (run->leaked_bytes != 0) {
        abort();
    }
}

void round_trip_run(const struct round_trip *how, const struct test_bytes *in,
                    struct line_run *run)
{
    round_trip_run_all(how, in, NULL, 1, run);
}

/* ---- compression ---- */

static la_ssize_t catch_bytes(struct archive *writer, void *ctx, const void *data, size_t bytes)
{
    (void)writer;
    test_bytes_add(ctx, data, bytes);
    return (la_ssize_t)bytes;
}

static int add_filter(struct archive *writer, enum uvp_codec codec)
{
    switch (codec) {
    case UVP_CODEC_ZSTD:
        return archive_write_add_filter_zstd(writer);
    case UVP_CODEC_GZIP:
        return archive_write_add_filter_gzip(writer);
    case UVP_CODEC_XZ:
        return archive_write_add_filter_xz(writer);
    case UVP_CODEC_BZIP2:
        return archive_write_add_filter_bzip2(writer);
    case UVP_CODEC_LZ4:
        return archive_write_add_filter_lz4(writer);
    default:
        return archive_write_add_filter_none(writer);
    }
}

void round_trip_compress(enum uvp_codec codec, const struct test_bytes *in,
                         struct test_bytes *out)
{
    struct archive *const writer = archive_write_new();
    struct archive_entry *const entry = archive_entry_new();

    if (writer == NULL || entry == NULL || add_filter(writer, codec) != ARCHIVE_OK ||
        archive_write_set_format_raw(writer) != ARCHIVE_OK) {
        abort();
    }
    (void)archive_write_set_filter_option(writer, NULL, "compression-level", "1");
    (void)archive_write_set_bytes_in_last_block(writer, 1);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_pathname(entry, "data");
    if (archive_write_open(writer, out, NULL, catch_bytes, NULL) != ARCHIVE_OK ||
        archive_write_header(writer, entry) != ARCHIVE_OK ||
        archive_write_data(writer, in->data, in->bytes) != (la_ssize_t)in->bytes ||
        archive_write_close(writer) != ARCHIVE_OK) {
        abort();
    }
    archive_entry_free(entry);
    (void)archive_write_free(writer);
}

static bool read_all(struct archive *reader, struct test_bytes *out)
{
    unsigned char piece[65536];

    for (;;) {
        const la_ssize_t got = archive_read_data(reader, piece, sizeof piece);

        if (got <= 0) {
            return got == 0;
        }
        test_bytes_add(out, piece, (size_t)got);
    }
}

bool round_trip_expand(const unsigned char *data, size_t bytes, struct test_bytes *out)
{
    struct archive *const reader = archive_read_new();
    struct archive_entry *entry;
    bool whole;

    if (reader == NULL) {
        abort();
    }
    (void)archive_read_support_filter_all(reader);
    (void)archive_read_support_format_raw(reader);
    whole = archive_read_open_memory(reader, data, bytes) == ARCHIVE_OK &&
            archive_read_next_header(reader, &entry) == ARCHIVE_OK && read_all(reader, out);
    (void)archive_read_free(reader);
    return whole;
}

/* ---- reading back ---- */

static char *copy_text(const char *text)
{
    char *const copy = text == NULL ? NULL : strdup(text);

    if (text != NULL && copy == NULL) {
        abort();
    }
    return copy;
}

static char *copy_note(struct archive_entry *entry)
{
    const char *name;
    const void *value;
    size_t bytes;
    char *copy;

    (void)archive_entry_xattr_reset(entry);
    while (archive_entry_xattr_next(entry, &name, &value, &bytes) == ARCHIVE_OK) {
        if (strcmp(name, "user.note") != 0) {
            continue;
        }
        copy = calloc(1, bytes + 1);
        if (copy == NULL) {
            abort();
        }
        memcpy(copy, value, bytes);
        return copy;
    }
    return NULL;
}

static struct seen_member *add_seen(struct seen *seen)
{
    if ((seen->count & (seen->count + 1)) == 0) {
        seen->items = realloc(seen->items, 2 * (seen->count + 1) * sizeof *seen->items);
        if (seen->items == NULL) {
            abort();
        }
    }
    memset(&seen->items[seen->count], 0, sizeof *seen->items);
    return &seen->items[seen->count++];
}

static bool see_member(struct archive *reader, struct archive_entry *entry, struct seen *seen)
{
    struct seen_member *const member = add_seen(seen);
    struct test_bytes body = {0};
    const bool whole = read_all(reader, &body);

    member->path = copy_text(archive_entry_pathname(entry));
    member->type = archive_entry_filetype(entry);
    member->mode = archive_entry_perm(entry);
    member->mtime = archive_entry_mtime(entry);
    member->mtime_ns = archive_entry_mtime_nsec(entry);
    member->uid = archive_entry_uid(entry);
    member->gid = archive_entry_gid(entry);
    member->symlink = copy_text(archive_entry_symlink(entry));
    member->hardlink = copy_text(archive_entry_hardlink(entry));
    member->note = copy_note(entry);
    member->data = body.data;
    member->bytes = body.bytes;
    return whole;
}

void seen_read(const unsigned char *data, size_t bytes, struct seen *seen)
{
    struct archive *const reader = archive_read_new();
    struct archive_entry *entry;
    struct test_bytes plain = {0};
    int result;

    memset(seen, 0, sizeof *seen);
    if (reader == NULL) {
        abort();
    }
    /* expanded first: without random access a zip is read without its directory */
    seen->whole = round_trip_expand(data, bytes, &plain);
    (void)archive_read_support_format_all(reader);
    result = archive_read_open_memory(reader, plain.data, plain.bytes);
    while (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
        result = archive_read_next_header(reader, &entry);
        if (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
            seen->whole = see_member(reader, entry, seen) && seen->whole;
        }
    }
    seen->whole = seen->whole && result == ARCHIVE_EOF;
    (void)archive_read_free(reader);
    test_bytes_release(&plain);
}

void seen_release(struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        free(seen->items[i].path);
        free(seen->items[i].symlink);
        free(seen->items[i].hardlink);
        free(seen->items[i].note);
        free(seen->items[i].data);
    }
    free(seen->items);
    memset(seen, 0, sizeof *seen);
}

const struct seen_member *seen_find(const struct seen *seen, const char *path)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (strcmp(seen->items[i].path, path) == 0) {
            return &seen->items[i];
        }
    }
    return NULL;
}

/* ---- meshes ---- */

static bool has_uvs(const struct reference *mesh)
{
    for (size_t i = 0; i < mesh->corner_count; i++) {
        if (mesh->corners[i].uv != 0) {
            return true;
        }
    }
    return false;
}

static bool uvs_are_good(const struct reference *in, const struct reference *out)
{
    if (in->corner_count != out->corner_count || in->vertices != out->vertices) {
        return false;
    }
    for (size_t i = 0; i < out->corner_count; i++) {
        const struct reference_corner *const corner = &out->corners[i];
        const float *uv;

        if (corner->vertex != in->corners[i].vertex || corner->uv < 1 ||
            (size_t)corner->uv > out->uv_count) {
            return false;
        }
        uv = out->uvs + 2 * (corner->uv - 1);
        if (!(uv[0] >= 0 && uv[0] <= 1 && uv[1] >= 0 && uv[1] <= 1)) {
            return false;
        }
    }
    return true;
}

bool obj_is_unwrapped(const void *in, size_t in_bytes, const void *out, size_t out_bytes)
{
    struct reference before;
    struct reference after;
    struct reference_drop drop = {0, 0};
    bool good;

    reference_read(&before, in, in_bytes, drop);
    if (has_uvs(&before)) { /* replaced: all vt lines are the engine's */
        reference_release(&before);
        drop.last = SIZE_MAX;
        reference_read(&before, in, in_bytes, drop);
        reference_read(&after, out, out_bytes, drop);
    } else {
        reference_read(&after, out, out_bytes, drop);
        drop.first = before.uvs_before;
        drop.last = before.uvs_before + after.uv_count - before.uv_count;
        reference_release(&after);
        reference_read(&after, out, out_bytes, drop);
    }
    good = uvs_are_good(&before, &after) && before.rest_bytes == after.rest_bytes &&
           memcmp(before.rest, after.rest, after.rest_bytes) == 0;
    reference_release(&before);
    reference_release(&after);
    return good;
}
