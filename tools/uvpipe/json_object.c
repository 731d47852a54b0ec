/*
 * Objects are made by jansson, so that what is written is JSON whatever a name holds. Insertion
 * order is kept: the same run gives the same keys in the same places.
 */
#include "tools/uvpipe/json_object.h"

#include <math.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/escape.h"

#define FIGURES 9 /* significant ones of a real number: more than any of them has */

/* ---- values ---- */

json_t *uvp_json_integer(uint64_t value)
{
    return json_integer(value > INT64_MAX ? INT64_MAX : (json_int_t)value);
}

json_t *uvp_json_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *uvp_json_seconds(uint64_t ns)
{
    return json_real((double)ns / (double)UVP_NS_PER_S);
}

json_t *uvp_json_text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

/* Any bytes as a string: escaped where they are not UTF-8. */
json_t *uvp_json_text(struct uvp_mem *mem, const char *text, size_t bytes)
{
    const size_t room = UVP_ESCAPE_BOUND(bytes) + 4;
    char *safe = uvp_mem_take(mem, room);
    json_t *value = NULL;

    if (safe == NULL) {
        return NULL;
    }
    value = json_stringn(safe, uvp_escape_invalid(safe, room, text, bytes));
    uvp_mem_give(mem, safe, room);
    return value;
}

static json_t *base16_text(struct uvp_mem *mem, const char *text, size_t bytes)
{
    char *hex = uvp_mem_take(mem, 2 * bytes + 1);
    json_t *value = NULL;

    if (hex == NULL) {
        return NULL;
    }
    uvp_base16(hex, text, bytes);
    value = json_stringn(hex, 2 * bytes);
    uvp_mem_give(mem, hex, 2 * bytes + 1);
    return value;
}

struct uvp_json_object uvp_json_object(void)
{
    struct uvp_json_object object = {json_object(), false};

    object.failed = object.json == NULL;
    return object;
}

json_t *uvp_json_value(struct uvp_json_object *object)
{
    if (object->failed) {
        json_decref(object->json);
        return NULL;
    }
    return object->json;
}

void uvp_json_set(struct uvp_json_object *object, const char *key, json_t *value)
{
    if (json_object_set_new(object->json, key, value) != 0) {
        object->failed = true;
    }
}

void uvp_json_begin(struct uvp_json_object *object, const char *type)
{
    *object = uvp_json_object();
    uvp_json_set(object, "type", json_string(type));
    uvp_json_set(object, "version", json_integer(UVP_LEDGER_VERSION));
}

/* "input" and "input_bytes", "name" and "name_bytes". */
void uvp_json_set_name(struct uvp_json_object *object, struct uvp_mem *mem, const char *key,
                       const char *bytes_key, const char *text, size_t bytes)
{
    uvp_json_set(object, key, uvp_json_text(mem, text, bytes));
    if (!uvp_utf8_is_valid(text, bytes)) {
        uvp_json_set(object, bytes_key, base16_text(mem, text, bytes));
    }
}

json_t *uvp_json_error(struct uvp_mem *mem, const struct uvp_error *error)
{
    struct uvp_json_object object = uvp_json_object();

    uvp_json_set(&object, "code", json_string(uvp_code_name(error->code)));
    uvp_json_set(&object, "text", uvp_json_text(mem, error->text, strlen(error->text)));
    uvp_json_set(&object, "at", uvp_json_integer(error->at));
    return uvp_json_value(&object);
}

/* ---- lines ---- */

static int append_chunk(const char *data, size_t bytes, void *ctx)
{
    return uvp_buf_append(ctx, data, bytes, NULL) == UVP_OK ? 0 : -1;
}

static enum uvp_code append_object(struct uvp_buf *text, const struct uvp_json_object *object,
                                   struct uvp_error *err)
{
    const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(FIGURES);
    const size_t before = text->bytes;

    if (object->failed || json_dump_callback(object->json, append_chunk, text, flags) != 0 ||
        append_chunk("\n", 1, text) != 0) {
        text->bytes = before;
        return uvp_fail(err, UVP_NO_MEMORY, 0, "no memory for a line of the report");
    }
    return UVP_OK;
}

void uvp_json_finish(struct uvp_outbox *outbox, struct uvp_json_object *object)
{
    if (append_object(&outbox->text, object, &outbox->failure) == UVP_OK) {
        uvp_outbox_line(outbox);
    }
    json_decref(object->json);
}

void uvp_json_append(struct uvp_outbox *outbox, struct uvp_json_object *object)
{
    const enum uvp_code code = append_object(&outbox->text, object, &outbox->failure);

    (void)code; /* kept in outbox->failure */
    json_decref(object->json);
}
