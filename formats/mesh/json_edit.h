/*
 * json_edit.h -- changes of JSON text, token by token
 *
 * Why:     what is not changed stays the same bytes: order, blanks, spelling of numbers, keys
 *          that nobody knows.
 * Use:     collect edits in any order; they must not overlap, and of several at one place the
 *          first made comes first. Then ask for the size, and write.
 * Owner:   texts of edits are copied into the arena.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_MESH_JSON_EDIT_H
#define UVP_FORMATS_MESH_JSON_EDIT_H

#include "formats/mesh/json.h"

/* Text that grows in an arena. */
struct uvp_json_text {
    struct uvp_arena *arena;
    char *data;
    size_t bytes;
    size_t room;
};

struct uvp_json_edit {
    uint32_t from; /* bytes of the old text that go */
    uint32_t to;
    struct uvp_span text; /* and what comes instead */
};

struct uvp_json_edits {
    struct uvp_arena *arena;
    struct uvp_json_edit *list;
    uint32_t count;
    uint32_t room;
};

/* What becomes of a member of an object. */
struct uvp_json_change {
    const char *key;       /* plain ASCII */
    struct uvp_span value; /* data == NULL: the member goes */
};

UVP_MUST_USE enum uvp_code uvp_json_text_put(struct uvp_json_text *text, const char *put,
                                             struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_json_text_put_bytes(struct uvp_json_text *text,
                                                   struct uvp_span put, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_json_text_put_count(struct uvp_json_text *text, uint64_t count,
                                                   struct uvp_error *err);

static inline struct uvp_span uvp_json_text_span(const struct uvp_json_text *text)
{
    return uvp_span_of(text->data, text->bytes);
}

/* The bytes [from, to) are replaced by `text`. */
UVP_MUST_USE enum uvp_code uvp_json_replace(struct uvp_json_edits *edits, uint32_t from,
                                            uint32_t to, struct uvp_span text,
                                            struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_json_replace_count(struct uvp_json_edits *edits,
                                                  const struct uvp_json *json, uint32_t token,
                                                  uint64_t count, struct uvp_error *err);

/*
 * Members that are there get another value, or go; others are added at the end. Values that are
 * changed must not be edited otherwise.
 */
UVP_MUST_USE enum uvp_code uvp_json_change_object(struct uvp_json_edits *edits,
                                                  const struct uvp_json *json, uint32_t object,
                                                  const struct uvp_json_change *changes,
                                                  uint32_t change_count, struct uvp_error *err);

/* `items`, values with commas between them, come behind the last one of an array. */
UVP_MUST_USE enum uvp_code uvp_json_add_items(struct uvp_json_edits *edits,
                                              const struct uvp_json *json, uint32_t array,
                                              struct uvp_span items, struct uvp_error *err);

/* The strings of an array that are among `names` go; the others stay. */
UVP_MUST_USE enum uvp_code uvp_json_drop_strings(struct uvp_json_edits *edits,
                                                 const struct uvp_json *json, uint32_t array,
                                                 const char *const *names, uint32_t name_count,
                                                 struct uvp_error *err);

/* Bytes of the text after the edits; puts them in order. */
UVP_MUST_USE enum uvp_code uvp_json_edits_size(struct uvp_json_edits *edits,
                                               const struct uvp_json *json, size_t *bytes,
                                               struct uvp_error *err);

/* Writes the text anew, after uvp_json_edits_size; returns the place behind it. */
unsigned char *uvp_json_edits_write(const struct uvp_json_edits *edits,
                                    const struct uvp_json *json, unsigned char *to);

#endif
