/*
 * json.h -- JSON text as a list of tokens that know where they lie
 *
 * Why:     files are patched, not written anew: what matters of a value is its bytes. So no
 *          number is converted and no string is copied until somebody asks for it.
 * Use:     uvp_json_read, then walk: the first thing inside a container is token + 1, and what
 *          follows a token at its own level is its `next`. In an object keys and values take
 *          turns.
 * Owner:   tokens lie in the arena and refer to the text, which must outlive them.
 * Threads: confined.
 * Limits:  containers may be nested 64 deep; the text is smaller than 4 GiB; the time is linear
 *          in the text, and memory in its tokens.
 */
#ifndef UVP_FORMATS_MESH_JSON_H
#define UVP_FORMATS_MESH_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/span.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

#define UVP_JSON_DEPTH 64
#define UVP_JSON_NONE UINT32_MAX

enum uvp_json_kind {
    UVP_JSON_OBJECT = 0,
    UVP_JSON_ARRAY,
    UVP_JSON_STRING, /* its range is without the quotes */
    UVP_JSON_NUMBER,
    UVP_JSON_TRUE,
    UVP_JSON_FALSE,
    UVP_JSON_NULL,
};

struct uvp_json_token {
    uint32_t start; /* first byte; of a container its bracket */
    uint32_t end;   /* behind the last byte */
    uint32_t next;  /* token that follows this one and all that is in it */
    uint16_t kind;
    uint16_t is_escaped; /* a string with a backslash in it */
};

struct uvp_json {
    struct uvp_span text;
    const struct uvp_json_token *tokens; /* the first one is the whole value */
    uint32_t count;
};

/*
 * Reads one value with blanks around it; a byte order mark in front is skipped. Bytes of
 * strings are not judged as UTF-8, nor escapes as pairs of surrogates: they stay as they are.
 *
 * Returns: UVP_OK
 *          UVP_BAD_DATA  not JSON, or nested too deep; err->at is the byte
 *          UVP_LIMIT, UVP_NO_MEMORY, UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code uvp_json_read(struct uvp_span text, struct uvp_arena *arena,
                                         struct uvp_stop *stop, struct uvp_json *json,
                                         struct uvp_error *err);

/* The bytes of a token. */
struct uvp_span uvp_json_bytes(const struct uvp_json *json, uint32_t token);

/* Whether a string says `text`, which is plain ASCII; escapes are seen through. */
bool uvp_json_says(const struct uvp_json *json, uint32_t token, const char *text);

/*
 * The value of the member `key` of an object; UVP_JSON_NONE when there is none. The last one
 * counts when there are several, as most readers have it.
 */
uint32_t uvp_json_member(const struct uvp_json *json, uint32_t object, const char *key);

/* How many values an array has, or members an object. Walks over them. */
uint32_t uvp_json_size(const struct uvp_json *json, uint32_t container);

/*
 * A whole number from 0 to `most`, also when it is spelled 3.0 or 30e-1; false for any other
 * token.
 */
bool uvp_json_count(const struct uvp_json *json, uint32_t token, uint64_t most,
                    uint64_t *count) UVP_MUST_USE;

/*
 * The string with its escapes resolved, as UTF-8.
 *
 * Owner:   the bytes lie in the text, or in the arena.
 * Returns: UVP_OK
 *          UVP_BAD_DATA   half of a surrogate pair
 *          UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_json_string(const struct uvp_json *json, uint32_t token,
                                           struct uvp_arena *arena, struct uvp_span *string,
                                           struct uvp_error *err);

#endif
