/*
 * uvp_file_unwrap: a mesh file in memory through the same decoders, engine and encoders as a
 * member of an archive. It is a file of its own: nothing lies beside it, and what has no room
 * for UVs is replaced.
 */
#include <string.h>

#include "stages/library/call.h"
#include "stages/unwrapper/atlases.h"

/* A face of one-digit corners grows most, as in archives. */
#define OUTPUT_CEILING_FACTOR 16
#define OUTPUT_CEILING_EXTRA ((size_t)1 << 20)

struct uvp_unwrapped_file {
    struct uvp_mem mem; /* what the buffers are from; has the limit of the call */
    struct uvp_buf body;
    struct uvp_buf side;
    bool is_side; /* the file is `side` */
    char suffix[UVP_PRODUCT_SUFFIX_BYTES];
    struct uvp_unwrap_stats stats;
};

/* One file on its way. */
struct errand {
    struct uvp_settings settings;
    struct uvp_mesh_source source;
    const struct uvp_format *format;
    struct uvp_model model;
    struct uvp_atlases atlases;
    struct uvp_call call;
};

static void begin_step(void *ctx, enum uvp_atlas_step step)
{
    (void)ctx;
    (void)step;
}

static enum uvp_code read_options(struct errand *errand, const struct uvp_file_options *options,
                                  struct uvp_error *err)
{
    struct uvp_settings *const settings = &errand->settings;
    struct uvp_file_options own;

    UVP_TRY(uvp_call_read(&own, sizeof own, options, "options", err));
    if (own.existing != UVP_FILE_SKIP && own.existing != UVP_FILE_REPLACE) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "options.existing: expected an enum uvp_file_existing");
    }
    settings->mesh.existing =
        own.existing == UVP_FILE_REPLACE ? UVP_EXISTING_REPLACE : UVP_EXISTING_SKIP;
    settings->mesh.ply_uv = own.ply_wedge ? UVP_PLY_WEDGE : UVP_PLY_VERTEX;
    settings->mesh.stl = UVP_ROOMLESS_REPLACE;
    settings->mesh.off = UVP_ROOMLESS_REPLACE;
    UVP_TRY(uvp_call_atlas_options(own.unwrap, &settings->atlas, err));
    settings->mesh.wants_uvs = settings->atlas.keep_charts;
    settings->mesh.wants_groups = settings->atlas.seam_groups;
    return UVP_OK;
}

static enum uvp_code decode(struct errand *errand, const char *name, struct uvp_error *err)
{
    const size_t name_bytes = name != NULL ? strlen(name) : 0;
    const char *reason = NULL;

    errand->format = uvp_format_find(name != NULL ? name : "", name_bytes, errand->source.bytes,
                                     true, &reason);
    if (errand->format == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s", reason);
    }
    return errand->format->decode(&errand->source, &errand->settings.mesh, &errand->call.keep,
                                  &errand->call.stop, &errand->model, err);
}

static enum uvp_code unwrap(struct errand *errand, struct uvp_error *err)
{
    const struct uvp_atlases_tools tools = {
        .settings = &errand->settings,
        .keep = &errand->call.keep,
        .scratch = &errand->call.scratch,
        .stop = &errand->call.stop,
        .begin_step = begin_step,
    };

    return uvp_atlases_make(&errand->atlases, &errand->model, &tools, err);
}

static size_t output_ceiling(size_t bytes)
{
    size_t ceiling = 0;

    if (!uvp_size_multiply(bytes, OUTPUT_CEILING_FACTOR, &ceiling) ||
        !uvp_size_add(ceiling, OUTPUT_CEILING_EXTRA, &ceiling)) {
        return SIZE_MAX;
    }
    return ceiling;
}

static enum uvp_code encode(struct errand *errand, struct uvp_unwrapped_file *to,
                            struct uvp_error *err)
{
    const size_t ceiling = output_ceiling(errand->source.bytes.bytes);
    struct uvp_product product = {.body = &to->body, .side = &to->side};

    uvp_buf_init(&to->body, &to->mem, ceiling);
    uvp_buf_init(&to->side, &to->mem, ceiling);
    UVP_TRY(errand->format->encode(&errand->source, &errand->model, errand->atlases.uvs,
                                   &errand->settings.mesh, &errand->call.keep,
                                   &errand->call.stop, &product, err));
    to->is_side = product.side_suffix[0] != '\0';
    if (!to->is_side && !product.rewritten) {
        return uvp_fail(err, UVP_BUG, 0, "nothing came of it");
    }
    memcpy(to->suffix, product.side_suffix, sizeof to->suffix);
    uvp_call_tell_stats(&errand->atlases.stats, errand->atlases.pages, &to->stats);
    return UVP_OK;
}

static enum uvp_code make(struct errand *errand, const char *name,
                          struct uvp_unwrapped_file *to, struct uvp_error *err)
{
    UVP_TRY(decode(errand, name, err));
    UVP_TRY(unwrap(errand, err));
    return encode(errand, to, err);
}

enum uvp_code uvp_file_unwrap(const void *data, size_t data_bytes, const char *name,
                              const struct uvp_file_options *options,
                              const struct uvp_limits *limits, struct uvp_unwrapped_file **file,
                              struct uvp_error *err)
{
    struct errand errand = {.source = {.bytes = uvp_span_of(data, data_bytes)}};
    struct uvp_unwrapped_file *made;
    enum uvp_code code;

    uvp_error_clear(err);
    UVP_TRY(read_options(&errand, options, err));
    if (data == NULL && data_bytes != 0) {
        return uvp_fail(err, UVP_USAGE, 0, "data is NULL");
    }
    made = uvp_call_take_object(sizeof *made);
    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    code = uvp_call_begin(&errand.call, limits, &made->mem, err);
    uvp_buf_init(&made->body, &made->mem, 0);
    uvp_buf_init(&made->side, &made->mem, 0);
    if (code == UVP_OK) {
        code = make(&errand, name, made, err);
    }
    uvp_call_end(&errand.call);
    if (code != UVP_OK) {
        uvp_unwrapped_file_destroy(made);
        return code;
    }
    *file = made;
    return UVP_OK;
}

void uvp_unwrapped_file_destroy(struct uvp_unwrapped_file *file)
{
    if (file != NULL) {
        uvp_buf_release(&file->body);
        uvp_buf_release(&file->side);
        uvp_call_give_object(file, sizeof *file);
    }
}

/* ---- reading it ---- */

const void *uvp_unwrapped_file_data(const struct uvp_unwrapped_file *file, size_t *data_bytes)
{
    const struct uvp_buf *const from = file->is_side ? &file->side : &file->body;

    *data_bytes = from->bytes;
    return from->data;
}

const char *uvp_unwrapped_file_suffix(const struct uvp_unwrapped_file *file)
{
    return file->suffix;
}

void uvp_unwrapped_file_stats(const struct uvp_unwrapped_file *file,
                              struct uvp_unwrap_stats *stats)
{
    uvp_call_fill(stats, &file->stats, sizeof file->stats);
}
