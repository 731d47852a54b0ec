/*
 * The end record is looked for from the end of the file, first where its comment reaches
 * exactly to the last byte, then where something follows it; the first one that has its
 * directory directly in front of it is taken.
 */
#include "formats/archive/zip_directory.h"

#include <string.h>

#define TAIL_BYTES ((size_t)UVP_ZIP_END_BYTES + 0xffff + 1024)
#define READ_AHEAD ((size_t)64 << 10)
#define FIRST_CAPACITY ((size_t)64)

/* ---- window ---- */

void uvp_zip_window_init(struct uvp_zip_window *window, struct uvp_zip_source source,
                         uint64_t limit, size_t read_ahead, struct uvp_mem *mem)
{
    memset(window, 0, sizeof *window);
    window->source = source;
    window->limit = limit;
    window->read_ahead = read_ahead;
    uvp_buf_init(&window->held, mem, 0);
}

void uvp_zip_window_release(struct uvp_zip_window *window)
{
    uvp_buf_release(&window->held);
}

enum uvp_code uvp_zip_window_view(struct uvp_zip_window *window, uint64_t at, size_t bytes,
                                  struct uvp_span *view, struct uvp_error *err)
{
    const uint64_t left = at < window->limit ? window->limit - at : 0;
    size_t want = bytes > window->read_ahead ? bytes : window->read_ahead;

    if (left < bytes) {
        return uvp_fail(err, UVP_BAD_DATA, at, "the zip directory is cut off");
    }
    if (at < window->held_at || at - window->held_at > window->held.bytes ||
        window->held.bytes - (size_t)(at - window->held_at) < bytes) {
        want = want > left ? (size_t)left : want;
        uvp_buf_reset(&window->held);
        UVP_TRY(uvp_buf_reserve(&window->held, want, err));
        UVP_TRY(window->source.copy(window->source.ctx, at, window->held.data, want, err));
        window->held.bytes = want;
        window->held_at = at;
    }
    *view = uvp_span_of(window->held.data + (at - window->held_at), bytes);
    return UVP_OK;
}

/* ---- walk ---- */

static enum uvp_code walk_records(struct uvp_zip_window *window, uvp_zip_visit *visit,
                                  void *ctx, struct uvp_zip_end *end, uint64_t *count,
                                  struct uvp_error *err)
{
    uint64_t at = end->directory_at;
    struct uvp_zip_record record;
    struct uvp_span view = {NULL, 0};

    for (;;) {
        uint32_t bytes;

        UVP_TRY(uvp_zip_window_view(window, at, 4, &view, err));
        if (uvp_zip_u32(view.data) != UVP_ZIP_CENTRAL) {
            break;
        }
        UVP_TRY(uvp_zip_window_view(window, at, UVP_ZIP_CENTRAL_BYTES, &view, err));
        bytes = uvp_zip_record_bytes(view.data);
        UVP_TRY(uvp_zip_window_view(window, at, bytes, &view, err));
        if (!uvp_zip_record_parse(view, &record)) {
            return uvp_fail(err, UVP_BAD_DATA, at, "a damaged zip directory record");
        }
        UVP_TRY(visit(ctx, &record, view, at, err));
        at += bytes;
        *count += 1;
    }
    end->directory_bytes = at - end->directory_at;
    end->after = at;
    return UVP_OK;
}

/* A signature over the directory. */
static enum uvp_code walk_signed(struct uvp_zip_window *window, struct uvp_zip_end *end,
                                 struct uvp_error *err)
{
    struct uvp_span view = {NULL, 0};

    UVP_TRY(uvp_zip_window_view(window, end->after, 4, &view, err));
    if (uvp_zip_u32(view.data) != UVP_ZIP_SIGNED) {
        return UVP_OK;
    }
    UVP_TRY(uvp_zip_window_view(window, end->after, 6, &view, err));
    end->signed_at = end->after;
    end->signed_bytes = 6u + uvp_zip_u16(view.data + 4);
    end->after += end->signed_bytes;
    return UVP_OK;
}

static enum uvp_code walk_end64(struct uvp_zip_window *window, struct uvp_zip_end *end,
                                struct uvp_error *err)
{
    struct uvp_span view = {NULL, 0};
    uint64_t rest;

    UVP_TRY(uvp_zip_window_view(window, end->after, 4, &view, err));
    if (uvp_zip_u32(view.data) != UVP_ZIP_END64) {
        return UVP_OK;
    }
    UVP_TRY(uvp_zip_window_view(window, end->after, UVP_ZIP_END64_BYTES, &view, err));
    rest = uvp_zip_u64(view.data + 4);
    if (rest < UVP_ZIP_END64_BYTES - 12 || rest > 0xffff) {
        return uvp_fail(err, UVP_BAD_DATA, end->after, "a damaged zip64 end record");
    }
    end->end64_at = end->after;
    end->end64_bytes = 12 + rest;
    end->count = uvp_zip_u64(view.data + 32);
    end->stated_at = uvp_zip_u64(view.data + 48);
    end->after += end->end64_bytes;
    UVP_TRY(uvp_zip_window_view(window, end->after, UVP_ZIP_LOCATOR64_BYTES, &view, err));
    if (uvp_zip_u32(view.data) != UVP_ZIP_LOCATOR64) {
        return uvp_fail(err, UVP_BAD_DATA, end->after, "the zip64 locator is missing");
    }
    end->after += UVP_ZIP_LOCATOR64_BYTES;
    return UVP_OK;
}

static enum uvp_code walk_end(struct uvp_zip_window *window, struct uvp_zip_end *end,
                              struct uvp_error *err)
{
    struct uvp_span view = {NULL, 0};

    UVP_TRY(uvp_zip_window_view(window, end->after, UVP_ZIP_END_BYTES, &view, err));
    if (uvp_zip_u32(view.data) != UVP_ZIP_END) {
        return uvp_fail(err, UVP_BAD_DATA, end->after, "the zip directory has no end record");
    }
    end->end_at = end->after;
    end->comment_bytes = uvp_zip_u16(view.data + 20);
    if (end->end64_bytes == 0) {
        end->count = uvp_zip_u16(view.data + 10);
        end->stated_at = uvp_zip_u32(view.data + 16);
    }
    end->after += UVP_ZIP_END_BYTES;
    if (end->comment_bytes != 0) {
        UVP_TRY(uvp_zip_window_view(window, end->after, end->comment_bytes, &view, err));
        end->after += end->comment_bytes;
    }
    return UVP_OK;
}

static bool is_count(const struct uvp_zip_end *end, uint64_t count)
{
    /* Old writers let the short count run over. */
    return end->end64_bytes != 0 ? end->count == count : end->count == (count & 0xffff);
}

enum uvp_code uvp_zip_directory_walk(struct uvp_zip_window *window, uint64_t at,
                                     uvp_zip_visit *visit, void *ctx, struct uvp_zip_end *end,
                                     struct uvp_error *err)
{
    uint64_t count = 0;

    memset(end, 0, sizeof *end);
    end->directory_at = at;
    UVP_TRY(walk_records(window, visit, ctx, end, &count, err));
    UVP_TRY(walk_signed(window, end, err));
    UVP_TRY(walk_end64(window, end, err));
    UVP_TRY(walk_end(window, end, err));
    if (!is_count(end, count)) {
        return uvp_fail(err, UVP_BAD_DATA, end->end_at,
                        "the zip directory has %llu records and says %llu",
                        (unsigned long long)count, (unsigned long long)end->count);
    }
    return UVP_OK;
}

/* ---- find ---- */

struct finder {
    struct uvp_zip_window window;
    uint64_t base;
    uint64_t size;
    bool divided;
    struct uvp_error failure; /* not of the data: it ends the search */
};

static bool see(struct finder *finder, uint64_t at, size_t bytes, struct uvp_span *view)
{
    struct uvp_error found;
    enum uvp_code code;

    uvp_error_clear(&found);
    code = uvp_zip_window_view(&finder->window, at, bytes, view, &found);
    if (code != UVP_OK && code != UVP_BAD_DATA && finder->failure.code == UVP_OK) {
        finder->failure = found;
    }
    return code == UVP_OK;
}

/* The zip64 end record, which a locator in front of the end record points at. */
static bool find_end64(struct finder *finder, uint64_t end_at, uint64_t *end64_at)
{
    struct uvp_span view = {NULL, 0};
    const uint64_t locator_at = end_at - UVP_ZIP_LOCATOR64_BYTES;
    uint64_t places[2];

    if (end_at < finder->base + UVP_ZIP_LOCATOR64_BYTES + UVP_ZIP_END64_BYTES ||
        !see(finder, locator_at, UVP_ZIP_LOCATOR64_BYTES, &view) ||
        uvp_zip_u32(view.data) != UVP_ZIP_LOCATOR64) {
        return false;
    }
    places[0] = uvp_zip_u64(view.data + 8);
    places[1] = locator_at - UVP_ZIP_END64_BYTES; /* behind a prefix */
    for (int i = 0; i < 2; i++) {
        if (places[i] >= finder->base && places[i] <= locator_at - UVP_ZIP_END64_BYTES &&
            see(finder, places[i], UVP_ZIP_END64_BYTES, &view) &&
            uvp_zip_u32(view.data) == UVP_ZIP_END64 &&
            uvp_zip_u64(view.data + 4) == locator_at - places[i] - 12) {
            *end64_at = places[i];
            return true;
        }
    }
    return false;
}

/* Is there a directory directly in front of the end record at `end_at`? */
static bool try_end(struct finder *finder, uint64_t end_at, uint64_t *directory_at)
{
    struct uvp_span view = {NULL, 0};
    uint64_t end64_at = end_at;
    uint64_t bytes;
    uint64_t stated;
    uint32_t disks;

    if (!see(finder, end_at, UVP_ZIP_END_BYTES, &view)) {
        return false;
    }
    disks = uvp_zip_u32(view.data + 4);
    bytes = uvp_zip_u32(view.data + 12);
    stated = uvp_zip_u32(view.data + 16);
    if (find_end64(finder, end_at, &end64_at)) {
        if (!see(finder, end64_at, UVP_ZIP_END64_BYTES, &view)) {
            return false;
        }
        disks = uvp_zip_u32(view.data + 16) | uvp_zip_u32(view.data + 20);
        bytes = uvp_zip_u64(view.data + 40);
        stated = uvp_zip_u64(view.data + 48);
    }
    if (disks != 0) {
        finder->divided = true;
        return false;
    }
    if (bytes > end64_at - finder->base || stated > end64_at - bytes) {
        return false;
    }
    *directory_at = end64_at - bytes;
    if (bytes == 0) {
        return finder->failure.code == UVP_OK;
    }
    return finder->failure.code == UVP_OK && see(finder, *directory_at, 4, &view) &&
           uvp_zip_u32(view.data) == UVP_ZIP_CENTRAL;
}

/* Goes through a copy of the file's end; `exact`: the comment must reach the last byte. */
static bool search_tail(struct finder *finder, struct uvp_span tail, uint64_t tail_at,
                        bool exact, uint64_t *directory_at)
{
    for (size_t i = tail.bytes - UVP_ZIP_END_BYTES + 1;
         i-- > 0 && finder->failure.code == UVP_OK;) {
        const unsigned char *const p = tail.data + i;
        size_t end;

        if (p[0] != 'P' || uvp_zip_u32(p) != UVP_ZIP_END) {
            continue;
        }
        end = i + UVP_ZIP_END_BYTES + uvp_zip_u16(p + 20);
        if ((exact ? end == tail.bytes : end < tail.bytes) &&
            try_end(finder, tail_at + i, directory_at)) {
            return true;
        }
    }
    return false;
}

static enum uvp_code repeat_failure(const struct finder *finder, struct uvp_error *err)
{
    if (err != NULL && err->code == UVP_OK) {
        *err = finder->failure;
    }
    return finder->failure.code;
}

/* Why there is no directory to be found. */
static enum uvp_code tell_missing(const struct finder *finder, struct uvp_error *err)
{
    if (finder->failure.code != UVP_OK) {
        return repeat_failure(finder, err);
    }
    if (finder->divided) {
        return uvp_fail(err, UVP_UNSUPPORTED, finder->size,
                        "the zip archive is divided over several files");
    }
    return uvp_fail(err, UVP_BAD_DATA, finder->size, "the zip directory is missing");
}

static enum uvp_code find_directory(struct finder *finder, struct uvp_mem *mem,
                                    uint64_t *directory_at, struct uvp_error *err)
{
    const uint64_t there = finder->size - finder->base;
    const size_t bytes = there < TAIL_BYTES ? (size_t)there : TAIL_BYTES;
    const uint64_t tail_at = finder->size - bytes;
    struct uvp_buf tail;
    enum uvp_code code;

    uvp_buf_init(&tail, mem, 0);
    code = uvp_buf_reserve(&tail, bytes + 1, err);
    if (code == UVP_OK) {
        code = finder->window.source.copy(finder->window.source.ctx, tail_at, tail.data, bytes,
                                          err);
    }
    if (code == UVP_OK) {
        tail.bytes = bytes;
        if (bytes < UVP_ZIP_END_BYTES ||
            (!search_tail(finder, uvp_buf_span(&tail), tail_at, true, directory_at) &&
             !search_tail(finder, uvp_buf_span(&tail), tail_at, false, directory_at))) {
            code = tell_missing(finder, err);
        }
    }
    uvp_buf_release(&tail);
    return code;
}

/* ---- load ---- */

void uvp_zip_directory_init(struct uvp_zip_directory *directory, struct uvp_mem *mem)
{
    memset(directory, 0, sizeof *directory);
    directory->mem = mem;
}

void uvp_zip_directory_release(struct uvp_zip_directory *directory)
{
    uvp_mem_give(directory->mem, directory->records,
                 directory->capacity * sizeof *directory->records);
    uvp_zip_directory_init(directory, directory->mem);
}

static enum uvp_code add_record(void *ctx, const struct uvp_zip_record *record,
                                struct uvp_span bytes, uint64_t at, struct uvp_error *err)
{
    struct uvp_zip_directory *const directory = ctx;

    (void)bytes;
    (void)at;
    if (directory->count == directory->capacity) {
        const size_t each = sizeof *directory->records;
        const size_t capacity =
            directory->capacity == 0 ? FIRST_CAPACITY : directory->capacity * 2;
        struct uvp_zip_record *const records = uvp_mem_resize(
            directory->mem, directory->records, directory->capacity * each, capacity * each);

        if (records == NULL) {
            return uvp_fail_memory(err, capacity * each);
        }
        directory->records = records;
        directory->capacity = capacity;
    }
    directory->records[directory->count++] = *record;
    return UVP_OK;
}

static void sift_down(struct uvp_zip_record *records, size_t root, size_t count)
{
    const struct uvp_zip_record moved = records[root];

    for (;;) {
        size_t child = 2 * root + 1;

        if (child >= count) {
            break;
        }
        if (child + 1 < count && records[child + 1].local_at > records[child].local_at) {
            child++;
        }
        if (records[child].local_at <= moved.local_at) {
            break;
        }
        records[root] = records[child];
        root = child;
    }
    records[root] = moved;
}

/* A heap sort: in place, and no order of the input makes it slow. */
static void sort_records(struct uvp_zip_directory *directory)
{
    struct uvp_zip_record *const records = directory->records;
    size_t sorted = 1;

    while (sorted < directory->count &&
           records[sorted - 1].local_at <= records[sorted].local_at) {
        sorted++;
    }
    if (sorted >= directory->count) {
        return;
    }
    for (size_t i = directory->count / 2; i-- > 0;) {
        sift_down(records, i, directory->count);
    }
    for (size_t last = directory->count; last-- > 1;) {
        const struct uvp_zip_record top = records[0];

        records[0] = records[last];
        records[last] = top;
        sift_down(records, 0, last);
    }
}

/* From offsets in the archive to offsets in the input. */
static enum uvp_code place_records(struct uvp_zip_directory *directory, struct uvp_error *err)
{
    const uint64_t shift = directory->end.directory_at - directory->end.stated_at;

    for (size_t i = 0; i < directory->count; i++) {
        struct uvp_zip_record *const record = &directory->records[i];

        if (record->local_at >= directory->end.stated_at) {
            return uvp_fail(err, UVP_BAD_DATA, record->local_at,
                            "a zip directory record points behind the members");
        }
        record->local_at += shift;
    }
    return UVP_OK;
}

enum uvp_code uvp_zip_directory_load(struct uvp_zip_directory *directory,
                                     struct uvp_zip_source source, uint64_t base, uint64_t size,
                                     struct uvp_error *err)
{
    struct finder finder = {.base = base, .size = size, .divided = false};
    uint64_t directory_at = 0;
    enum uvp_code code;

    directory->count = 0;
    /* Looking about needs no more than it asks for; the walk goes forward. */
    uvp_zip_window_init(&finder.window, source, size, 0, directory->mem);
    code = find_directory(&finder, directory->mem, &directory_at, err);
    finder.window.read_ahead = READ_AHEAD;
    if (code == UVP_OK) {
        code = uvp_zip_directory_walk(&finder.window, directory_at, add_record, directory,
                                      &directory->end, err);
    }
    uvp_zip_window_release(&finder.window);
    if (code != UVP_OK) {
        return code;
    }
    if (directory->end.stated_at > directory_at) {
        return uvp_fail(err, UVP_BAD_DATA, directory_at,
                        "the zip directory is not where it should be");
    }
    UVP_TRY(place_records(directory, err));
    sort_records(directory);
    return UVP_OK;
}

enum uvp_code uvp_zip_directory_check(const struct uvp_zip_directory *directory,
                                      struct uvp_error *err)
{
    for (size_t i = 0; i < directory->count; i++) {
        const struct uvp_zip_record *const record = &directory->records[i];
        const uint64_t boundary = i + 1 < directory->count ? directory->records[i + 1].local_at
                                                           : directory->end.directory_at;
        const uint64_t room = boundary - record->local_at;
        const uint64_t head = UVP_ZIP_LOCAL_BYTES + (uint64_t)record->name_bytes;

        if (room < head || room - head < record->stored_bytes) {
            return uvp_fail(err, UVP_BAD_DATA, record->local_at,
                            "members of the zip archive overlap");
        }
    }
    return UVP_OK;
}

void uvp_zip_tally_add(struct uvp_zip_tally *tally, uint64_t at)
{
    uint64_t mixed = at + UINT64_C(0x9e3779b97f4a7c15);

    /* The finaliser of splitmix64: sums of its values tell sets apart. */
    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    tally->sum += mixed ^ mixed >> 31;
    tally->count++;
}
