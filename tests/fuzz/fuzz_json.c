/*
 * Any bytes as JSON: tokens must lie inside each other and in order, and an edit of each object
 * must give JSON again, with the same number of members or one more.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/json_edit.h"

#define MEMORY_LIMIT ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

static void check_tokens(const struct uvp_json *json)
{
    uint32_t last = 0;

    require(json->tokens[0].next == json->count);
    for (uint32_t i = 0; i < json->count; i++) {
        const struct uvp_json_token *const token = &json->tokens[i];
        require(token->start <= token->end && token->end <= json->text.bytes);
        require(token->start >= last && token->next > i && token->next <= json->count);
        require(token->kind <= UVP_JSON_ARRAY || token->next == i + 1);
        last = token->start;
    }
}

static void check_values(const struct uvp_json *json, struct uvp_arena *arena)
{
    for (uint32_t i = 0; i < json->count; i++) {
        struct uvp_span string;
        struct uvp_error err = {.code = UVP_OK};
        uint64_t count = 0;

        if (uvp_json_count(json, i, 1000, &count)) {
            require(count <= 1000);
        }
        if (json->tokens[i].kind == UVP_JSON_STRING) {
            const enum uvp_code code = uvp_json_string(json, i, arena, &string, &err);
            require(code == UVP_OK || code == UVP_BAD_DATA);
            (void)uvp_json_says(json, i, "POSITION");
        }
    }
}

static void check_edit(const struct uvp_json *json, struct uvp_arena *arena,
                       struct uvp_stop *stop, const struct uvp_json_change *changes,
                       uint32_t count)
{
    struct uvp_json_edits edits = {.arena = arena};
    struct uvp_json again;
    uint32_t removed = 0;
    size_t bytes = 0;
    unsigned char *to;

    if (json->tokens[0].kind != UVP_JSON_OBJECT) {
        return;
    }
    for (uint32_t key = 1; key < json->tokens[0].next; key = json->tokens[key + 1].next) {
        removed += uvp_json_says(json, key, "a");
    }
    require(uvp_json_change_object(&edits, json, 0, changes, count, NULL) == UVP_OK);
    require(uvp_json_edits_size(&edits, json, &bytes, NULL) == UVP_OK);
    to = UVP_ARENA_ARRAY(arena, unsigned char, bytes);
    require(to != NULL);
    require(uvp_json_edits_write(&edits, json, to) == to + bytes);
    require(uvp_json_read(uvp_span_of(to, bytes), arena, stop, &again, NULL) == UVP_OK);
    require(uvp_json_member(&again, 0, "a") == UVP_JSON_NONE);
    require(uvp_json_size(&again, 0) == uvp_json_size(json, 0) - removed +
                                            (uvp_json_member(json, 0, "b") == UVP_JSON_NONE));
    require(uvp_json_member(&again, 0, "b") != UVP_JSON_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    const struct uvp_json_change changes[] = {
        {"a", {NULL, 0}},
        {"b", uvp_span_of_text("[1]")},
    };
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_stop stop;
    struct uvp_json json;
    enum uvp_code code;

    uvp_mem_init(&mem, MEMORY_LIMIT);
    uvp_arena_init(&arena, &mem, 0);
    uvp_stop_init_child(&stop, NULL, 0, NULL);
    code = uvp_json_read(uvp_span_of(data, bytes), &arena, &stop, &json, NULL);
    require(code == UVP_OK || code == UVP_BAD_DATA);
    if (code == UVP_OK) {
        check_tokens(&json);
        check_values(&json, &arena);
        check_edit(&json, &arena, &stop, changes, 2);
    }
    uvp_arena_release(&arena);
    require(mem.used_bytes == 0);
    return 0;
}
