/*
 * OFF, the object file format of Geomview, in the forms programs write it. Without UVs a new
 * file is written beside it, for most programs know no UVs in OFF; on request, and where the
 * file has them already, they are columns of the vertices.
 */
#include "formats/mesh/off.h"

#include "formats/mesh/write.h"

static enum uvp_code decode(const struct uvp_mesh_source *source,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err)
{
    return uvp_off_decode(source, options, uvp_text_level_best(), arena, stop, model, err);
}

static enum uvp_code write_beside(const struct uvp_mesh_source *source,
                                  const struct uvp_model *model, const struct uvp_mesh_uvs *uvs,
                                  const struct uvp_mesh_options *options,
                                  struct uvp_arena *arena, struct uvp_stop *stop,
                                  struct uvp_product *product, struct uvp_error *err)
{
    const struct uvp_off_notes *const notes = model->format_private;
    const enum uvp_companion to = options == NULL ? UVP_COMPANION_OBJ : options->stl_to;
    struct uvp_writing writing = {.model = model, .uvs = uvs};

    if (options != NULL) {
        writing.uv_type = options->uv_type;
    }
    if (notes->is_far) {
        writing.origin = notes->origin;
    }
    if (to == UVP_COMPANION_OBJ) {
        UVP_TRY(uvp_off_spell(source->bytes, model, arena, stop, &writing.spelled, err));
    }
    UVP_TRY(uvp_write_companion(&writing, to, arena, stop, product, err));
    product->dropped = options != NULL && options->off == UVP_ROOMLESS_REPLACE;
    return UVP_OK;
}

static enum uvp_code encode(const struct uvp_mesh_source *source, const struct uvp_model *model,
                            const struct uvp_mesh_uvs *uvs,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_product *product,
                            struct uvp_error *err)
{
    const bool in_place = options != NULL && options->off == UVP_ROOMLESS_STOFF;

    if (!in_place && !model->meshes->has_uvs) {
        return write_beside(source, model, uvs, options, arena, stop, product, err);
    }
    if (!uvp_off_can_hold(model->format_private)) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0,
                        "columns of the vertices are not what the keyword says");
    }
    UVP_TRY(uvp_off_patch(source->bytes, model, uvs, arena, stop, product->body, err));
    product->rewritten = true;
    return UVP_OK;
}

/* The counts are evidence, even when they are too large for the head. */
static enum uvp_probe probe(struct uvp_span head, bool whole)
{
    struct uvp_off_header header;
    struct uvp_cursor cursor;
    struct uvp_stop never;
    bool fits;

    (void)whole;
    uvp_stop_init_child(&never, NULL, 0, NULL);
    uvp_cursor_init(&cursor, head, &never);
    fits = uvp_off_read_header(&cursor, &header, NULL) == UVP_OK;
    if (header.has_keyword) {
        return header.vertices_at != 0 ? UVP_PROBE_YES : UVP_PROBE_MAYBE;
    }
    return fits ? UVP_PROBE_MAYBE : UVP_PROBE_NO;
}

/*
 * Decoding takes at most 2 bytes per byte (a vertex line has 6 bytes and takes 12, a corner 2
 * and takes 4), and 4 where it has UVs that are asked for. The new file is at most some 5 times
 * the input for meshes as they are; corners of one digit may take more, and then the ceiling
 * of the output decides.
 */
static size_t cost_bound(size_t bytes)
{
    const size_t fixed = (size_t)64 << 10;

    return bytes > (SIZE_MAX - fixed) / 8 ? SIZE_MAX : 8 * bytes + fixed;
}

static const char *const suffixes[] = {".off", NULL};

const struct uvp_format uvp_format_off = {
    .name = "off",
    .suffixes = suffixes,
    .has_u16 = true,
    .probe = probe,
    .decode = decode,
    .encode = encode,
    .cost_bound = cost_bound,
};
