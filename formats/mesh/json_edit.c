/*
 * Containers are edited in one walk: runs of values that go take the comma in front of the next
 * one that stays with them, or, at the end, the comma behind the last one that stays.
 */
#include "formats/mesh/json_edit.h"

#include <stdlib.h>
#include <string.h>

#include "formats/mesh/text.h"

#define ROOM_FIRST 64
#define TEXT_FIRST ((size_t)256)

/* ---- texts ---- */

enum uvp_code uvp_json_text_put_bytes(struct uvp_json_text *text, struct uvp_span put,
                                      struct uvp_error *err)
{
    if (put.bytes > text->room - text->bytes) {
        const size_t room = 2 * (text->bytes + put.bytes) + TEXT_FIRST;
        char *const data = UVP_ARENA_ARRAY(text->arena, char, room);
        if (data == NULL) {
            return uvp_fail_memory(err, room);
        }
        if (text->bytes != 0) {
            memcpy(data, text->data, text->bytes);
        }
        text->data = data;
        text->room = room;
    }
    if (put.bytes != 0) {
        memcpy(text->data + text->bytes, put.data, put.bytes);
    }
    text->bytes += put.bytes;
    return UVP_OK;
}

enum uvp_code uvp_json_text_put(struct uvp_json_text *text, const char *put,
                                struct uvp_error *err)
{
    return uvp_json_text_put_bytes(text, uvp_span_of_text(put), err);
}

enum uvp_code uvp_json_text_put_count(struct uvp_json_text *text, uint64_t count,
                                      struct uvp_error *err)
{
    unsigned char digits[UVP_TEXT_COUNT_BYTES];
    const unsigned char *const end = uvp_text_write_count(digits, count);

    return uvp_json_text_put_bytes(text, uvp_span_of(digits, (size_t)(end - digits)), err);
}

/* ---- edits ---- */

static enum uvp_code make_room(struct uvp_json_edits *edits, struct uvp_error *err)
{
    const uint32_t room = edits->room == 0 ? ROOM_FIRST : 2 * edits->room;
    struct uvp_json_edit *const list =
        UVP_ARENA_ARRAY(edits->arena, struct uvp_json_edit, room);

    if (list == NULL) {
        return uvp_fail_memory(err, room * sizeof *list);
    }
    if (edits->count != 0) {
        memcpy(list, edits->list, edits->count * sizeof *list);
    }
    edits->list = list;
    edits->room = room;
    return UVP_OK;
}

/* `text` is kept as it is: it lies in the arena already. */
static enum uvp_code add_edit(struct uvp_json_edits *edits, uint32_t from, uint32_t to,
                              struct uvp_span text, struct uvp_error *err)
{
    if (from == to && text.bytes == 0) {
        return UVP_OK;
    }
    if (edits->count == edits->room) {
        UVP_TRY(make_room(edits, err));
    }
    edits->list[edits->count++] = (struct uvp_json_edit){from, to, text};
    return UVP_OK;
}

enum uvp_code uvp_json_replace(struct uvp_json_edits *edits, uint32_t from, uint32_t to,
                               struct uvp_span text, struct uvp_error *err)
{
    const char *const copy =
        uvp_arena_copy_text(edits->arena, (const char *)text.data, text.bytes);

    if (copy == NULL) {
        return uvp_fail_memory(err, text.bytes);
    }
    return add_edit(edits, from, to, uvp_span_of(copy, text.bytes), err);
}

enum uvp_code uvp_json_replace_count(struct uvp_json_edits *edits, const struct uvp_json *json,
                                     uint32_t token, uint64_t count, struct uvp_error *err)
{
    struct uvp_json_text text = {.arena = edits->arena};

    UVP_TRY(uvp_json_text_put_count(&text, count, err));
    return add_edit(edits, json->tokens[token].start, json->tokens[token].end,
                    uvp_json_text_span(&text), err);
}

/* ---- containers ---- */

/* A string's range is without its quotes. */
static uint32_t outer_start(const struct uvp_json *json, uint32_t token)
{
    return json->tokens[token].start - (json->tokens[token].kind == UVP_JSON_STRING);
}

static uint32_t outer_end(const struct uvp_json *json, uint32_t token)
{
    return json->tokens[token].end + (json->tokens[token].kind == UVP_JSON_STRING);
}

/* A walk along a container, with what goes of it. */
struct walk {
    struct uvp_json_edits *edits;
    const struct uvp_json *json;
    uint32_t kept_end; /* behind the last value that stays, or behind the bracket */
    uint32_t run;      /* start of the run that goes; UVP_JSON_NONE: none */
    uint32_t end;      /* behind the last value passed */
    bool has_kept;
};

static void walk_begin(struct walk *walk, struct uvp_json_edits *edits,
                       const struct uvp_json *json, uint32_t container)
{
    walk->edits = edits;
    walk->json = json;
    walk->kept_end = json->tokens[container].start + 1;
    walk->run = UVP_JSON_NONE;
    walk->end = walk->kept_end;
    walk->has_kept = false;
}

static enum uvp_code walk_keep(struct walk *walk, uint32_t first, uint32_t last,
                               struct uvp_error *err)
{
    if (walk->run != UVP_JSON_NONE) {
        UVP_TRY(add_edit(walk->edits, walk->run, outer_start(walk->json, first),
                         uvp_span_of(NULL, 0), err));
        walk->run = UVP_JSON_NONE;
    }
    walk->has_kept = true;
    walk->kept_end = outer_end(walk->json, last);
    walk->end = walk->kept_end;
    return UVP_OK;
}

static void walk_drop(struct walk *walk, uint32_t first, uint32_t last)
{
    walk->run = walk->run == UVP_JSON_NONE ? outer_start(walk->json, first) : walk->run;
    walk->end = outer_end(walk->json, last);
}

/* `more` (values with commas between them) follows what stays. */
static enum uvp_code walk_end(struct walk *walk, struct uvp_span more, struct uvp_error *err)
{
    struct uvp_json_text text = {.arena = walk->edits->arena};
    uint32_t from = walk->end;

    if (walk->run != UVP_JSON_NONE) {
        from = walk->has_kept ? walk->kept_end : walk->run;
    }
    if (more.bytes != 0) {
        UVP_TRY(uvp_json_text_put(&text, walk->has_kept ? "," : "", err));
        UVP_TRY(uvp_json_text_put_bytes(&text, more, err));
    }
    return add_edit(walk->edits, from, walk->end, uvp_json_text_span(&text), err);
}

static const struct uvp_json_change *find_change(const struct uvp_json *json, uint32_t key,
                                                 const struct uvp_json_change *changes,
                                                 uint32_t change_count)
{
    for (uint32_t i = 0; i < change_count; i++) {
        if (uvp_json_says(json, key, changes[i].key)) {
            return &changes[i];
        }
    }
    return NULL;
}

static enum uvp_code write_added(const struct uvp_json *json, uint32_t object,
                                 const struct uvp_json_change *changes, uint32_t change_count,
                                 struct uvp_json_text *added, struct uvp_error *err)
{
    for (uint32_t i = 0; i < change_count; i++) {
        if (changes[i].value.data == NULL ||
            uvp_json_member(json, object, changes[i].key) != UVP_JSON_NONE) {
            continue;
        }
        UVP_TRY(uvp_json_text_put(added, added->bytes != 0 ? ",\"" : "\"", err));
        UVP_TRY(uvp_json_text_put(added, changes[i].key, err));
        UVP_TRY(uvp_json_text_put(added, "\":", err));
        UVP_TRY(uvp_json_text_put_bytes(added, changes[i].value, err));
    }
    return UVP_OK;
}

/* A key that is there more than once gets its new value each time: readers differ in which
 * they take. */
enum uvp_code uvp_json_change_object(struct uvp_json_edits *edits, const struct uvp_json *json,
                                     uint32_t object, const struct uvp_json_change *changes,
                                     uint32_t change_count, struct uvp_error *err)
{
    struct uvp_json_text added = {.arena = edits->arena};
    struct walk walk;

    walk_begin(&walk, edits, json, object);
    for (uint32_t key = object + 1; key < json->tokens[object].next;
         key = json->tokens[key + 1].next) {
        const struct uvp_json_change *const change =
            find_change(json, key, changes, change_count);
        if (change != NULL && change->value.data == NULL) {
            walk_drop(&walk, key, key + 1);
            continue;
        }
        UVP_TRY(walk_keep(&walk, key, key + 1, err));
        if (change != NULL) {
            UVP_TRY(uvp_json_replace(edits, outer_start(json, key + 1),
                                     outer_end(json, key + 1), change->value, err));
        }
    }
    UVP_TRY(write_added(json, object, changes, change_count, &added, err));
    return walk_end(&walk, uvp_json_text_span(&added), err);
}

enum uvp_code uvp_json_add_items(struct uvp_json_edits *edits, const struct uvp_json *json,
                                 uint32_t array, struct uvp_span items, struct uvp_error *err)
{
    struct walk walk;

    walk_begin(&walk, edits, json, array);
    for (uint32_t item = array + 1; item < json->tokens[array].next;
         item = json->tokens[item].next) {
        UVP_TRY(walk_keep(&walk, item, item, err));
    }
    return walk_end(&walk, items, err);
}

static bool is_among(const struct uvp_json *json, uint32_t token, const char *const *names,
                     uint32_t name_count)
{
    for (uint32_t i = 0; i < name_count; i++) {
        if (json->tokens[token].kind == UVP_JSON_STRING &&
            uvp_json_says(json, token, names[i])) {
            return true;
        }
    }
    return false;
}

enum uvp_code uvp_json_drop_strings(struct uvp_json_edits *edits, const struct uvp_json *json,
                                    uint32_t array, const char *const *names,
                                    uint32_t name_count, struct uvp_error *err)
{
    struct walk walk;

    walk_begin(&walk, edits, json, array);
    for (uint32_t item = array + 1; item < json->tokens[array].next;
         item = json->tokens[item].next) {
        if (is_among(json, item, names, name_count)) {
            walk_drop(&walk, item, item);
        } else {
            UVP_TRY(walk_keep(&walk, item, item, err));
        }
    }
    return walk_end(&walk, uvp_span_of(NULL, 0), err);
}

/* ---- the new text ---- */

/* Merges neighbouring runs of `width` edits from `from` into `to`; earlier ones stay first. */
static void merge_runs(const struct uvp_json_edit *from, struct uvp_json_edit *to,
                       uint32_t count, uint32_t width)
{
    for (uint32_t begin = 0; begin < count; begin += 2 * width) {
        const uint32_t middle = count - begin > width ? begin + width : count;
        const uint32_t end = count - middle > width ? middle + width : count;
        uint32_t a = begin;
        uint32_t b = middle;
        for (uint32_t i = begin; i < end; i++) {
            const bool from_a = a < middle && (b == end || from[a].from <= from[b].from);
            to[i] = from_a ? from[a] : from[b];
            a += from_a;
            b += !from_a;
        }
    }
}

static enum uvp_code sort(struct uvp_json_edits *edits, struct uvp_error *err)
{
    struct uvp_json_edit *other;
    uint32_t width = 1;

    if (edits->count < 2) {
        return UVP_OK;
    }
    other = UVP_ARENA_ARRAY(edits->arena, struct uvp_json_edit, edits->room);
    if (other == NULL) {
        return uvp_fail_memory(err, edits->room * sizeof *other);
    }
    for (; width < edits->count; width *= 2) {
        struct uvp_json_edit *const sorted = other;
        merge_runs(edits->list, sorted, edits->count, width);
        other = edits->list;
        edits->list = sorted;
    }
    return UVP_OK;
}

enum uvp_code uvp_json_edits_size(struct uvp_json_edits *edits, const struct uvp_json *json,
                                  size_t *bytes, struct uvp_error *err)
{
    uint32_t passed = 0;
    size_t size = json->text.bytes;

    UVP_TRY(sort(edits, err));
    for (uint32_t i = 0; i < edits->count; i++) {
        const struct uvp_json_edit *const edit = &edits->list[i];
        if (edit->from < passed || edit->to < edit->from || edit->to > json->text.bytes) {
            return uvp_fail(err, UVP_BUG, edit->from, "two edits of one place, byte %u",
                            edit->from);
        }
        passed = edit->to;
        size += edit->text.bytes;
        size -= edit->to - edit->from;
    }
    *bytes = size;
    return UVP_OK;
}

static unsigned char *copy(unsigned char *to, const unsigned char *from, size_t bytes)
{
    if (bytes != 0) {
        memcpy(to, from, bytes);
    }
    return to + bytes;
}

unsigned char *uvp_json_edits_write(const struct uvp_json_edits *edits,
                                    const struct uvp_json *json, unsigned char *to)
{
    size_t passed = 0;

    for (uint32_t i = 0; i < edits->count; i++) {
        const struct uvp_json_edit *const edit = &edits->list[i];
        to = copy(to, json->text.data + passed, edit->from - passed);
        to = copy(to, edit->text.data, edit->text.bytes);
        passed = edit->to;
    }
    return copy(to, json->text.data + passed, json->text.bytes - passed);
}
