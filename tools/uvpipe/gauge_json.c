/* Counts are flat and called as in the run object of the report; rates are a second's. */
#include "tools/uvpipe/gauge_json.h"

#include <string.h>

#include "tools/uvpipe/json_object.h"

static void set_bytes(struct uvp_json_object *object, const struct uvp_gauge_reading *reading)
{
    uvp_json_set(object, "bytes_read", uvp_json_integer(reading->bytes_read));
    uvp_json_set(object, "bytes_done", uvp_json_integer(reading->bytes_done));
    uvp_json_set(object, "bytes_total",
                 reading->bytes_total != 0 ? uvp_json_integer(reading->bytes_total)
                                           : json_null());
}

/* By what they are called in the report: "ok", "failed", "no_uvs" ... */
static void set_counts(struct uvp_json_object *object, const struct uvp_progress *counts)
{
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        char key[32];
        size_t used = 0;

        for (const char *at = uvp_member_status_name((enum uvp_member_status)i);
             *at != '\0' && used + 1 < sizeof key; at++) {
            key[used++] = *at == '-' || *at == ' ' ? '_' : *at;
        }
        key[used] = '\0';
        uvp_json_set(object, key, uvp_json_integer(counts->members_by_status[i]));
    }
    uvp_json_set(object, "members", uvp_json_integer(counts->members_read));
    uvp_json_set(object, "triangles", uvp_json_integer(counts->triangles));
    uvp_json_set(object, "bytes_out", uvp_json_integer(counts->bytes_out));
}

static json_t *last_of(const struct uvp_gauge_last *last)
{
    struct uvp_json_object object;

    if (!last->there) {
        return json_null();
    }
    object = uvp_json_object();
    uvp_json_set(&object, "name", json_string(last->name));
    uvp_json_set(&object, "status", json_string(uvp_member_status_name(last->status)));
    uvp_json_set(&object, "triangles", uvp_json_integer(last->triangles));
    uvp_json_set(&object, "charts", uvp_json_integer(last->charts));
    uvp_json_set(&object, "seconds", uvp_json_seconds(last->wall_ns));
    return uvp_json_value(&object);
}

static json_t *busy_of(const struct uvp_gauge_busy *busy)
{
    struct uvp_json_object object;

    if (!busy->there) {
        return json_null();
    }
    object = uvp_json_object();
    uvp_json_set(&object, "name", json_string(busy->name));
    uvp_json_set(&object, "step", json_string(busy->step));
    uvp_json_set(&object, "triangles",
                 busy->triangles != 0 ? uvp_json_integer(busy->triangles) : json_null());
    uvp_json_set(&object, "seconds", uvp_json_real(busy->seconds));
    return uvp_json_value(&object);
}

void uvp_gauge_tell(const struct uvp_gauge_reading *reading, const struct uvp_progress *counts,
                    const int *exit_code, struct uvp_outbox *outbox)
{
    struct uvp_json_object object;

    if (uvp_outbox_is_silent(outbox)) {
        return;
    }
    uvp_json_begin(&object, "progress");
    uvp_json_set(&object, "done", json_boolean(exit_code != NULL));
    uvp_json_set(&object, "exit_code",
                 exit_code != NULL ? json_integer(*exit_code) : json_null());
    uvp_json_set(&object, "seconds", uvp_json_real(reading->seconds));
    uvp_json_set(&object, "eta_seconds",
                 exit_code == NULL && reading->has_left ? uvp_json_real(reading->left)
                                                        : json_null());
    set_bytes(&object, reading);
    set_counts(&object, counts);
    uvp_json_set(&object, "active", uvp_json_integer(reading->active));
    uvp_json_set(&object, "queued", uvp_json_integer(reading->queued));
    uvp_json_set(&object, "waiting", uvp_json_integer(reading->waiting));
    uvp_json_set(&object, "bytes_per_second", uvp_json_real(reading->bytes_rate));
    uvp_json_set(&object, "meshes_per_second", uvp_json_real(reading->meshes_rate));
    uvp_json_set(&object, "triangles_per_second", uvp_json_real(reading->triangles_rate));
    uvp_json_set(&object, "last", last_of(&reading->last));
    uvp_json_set(&object, "busy", busy_of(&reading->busy));
    uvp_json_finish(outbox, &object);
}
