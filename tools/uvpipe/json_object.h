/*
 * json_object.h -- objects of JSON, one a line, for programs
 *
 * Why:     whatever a name holds, what is written is JSON: text that is not UTF-8 goes in
 *          escaped, and its bytes in base16 beside it; a number that JSON does not have is
 * null. Use:     begin; set ...; finish. Or, for an object inside of another: uvp_json_object;
 * set
 *          ...; uvp_json_value. Values may be NULL, for want of memory: the object then fails,
 *          once, in finish.
 * Owner:   set takes the value; finish frees the object.
 * Threads: confined.
 */
#ifndef UVP_TOOLS_JSON_OBJECT_H
#define UVP_TOOLS_JSON_OBJECT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/status.h"
#include "tools/uvpipe/outbox.h"

#define UVP_LEDGER_VERSION 1 /* of the schema in docs/report.md */

struct uvp_json_object {
    json_t *json;
    bool failed; /* some part could not be made */
};

/* ---- values ---- */

json_t *uvp_json_integer(uint64_t value);
json_t *uvp_json_real(double value); /* null when it is not finite */
json_t *uvp_json_seconds(uint64_t ns);
json_t *uvp_json_text_or_null(const char *text); /* UTF-8 */
/* Any bytes as a string: escaped where they are not UTF-8. */
json_t *uvp_json_text(struct uvp_mem *mem, const char *text, size_t bytes);
/* {"code", "text", "at"} */
json_t *uvp_json_error(struct uvp_mem *mem, const struct uvp_error *error);

/* ---- objects ---- */

struct uvp_json_object uvp_json_object(void);
/* The object as a value; NULL when it has failed. */
json_t *uvp_json_value(struct uvp_json_object *object);

/* An object for a line of its own: "type" and "version". */
void uvp_json_begin(struct uvp_json_object *object, const char *type);
void uvp_json_set(struct uvp_json_object *object, const char *key, json_t *value);
/* "name" and, when it is not UTF-8, "name_bytes" in base16. */
void uvp_json_set_name(struct uvp_json_object *object, struct uvp_mem *mem, const char *key,
                       const char *bytes_key, const char *text, size_t bytes);
/* Appends the object as a line, lets out what is due, and frees it. A failure is kept by the
 * outbox. */
void uvp_json_finish(struct uvp_outbox *outbox, struct uvp_json_object *object);

/* As finish, but nothing is let out yet. */
void uvp_json_append(struct uvp_outbox *outbox, struct uvp_json_object *object);

#endif
