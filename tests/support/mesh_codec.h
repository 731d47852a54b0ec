/*
 * mesh_codec.h -- a format's decoder and encoder, for tests of a file with one mesh
 */
#ifndef UVP_TESTS_MESH_CODEC_H
#define UVP_TESTS_MESH_CODEC_H

#include <string.h>

#include "formats/mesh/format.h"

/* *mesh is the model's first mesh, or empty. */
static inline enum uvp_code decode_with(const struct uvp_format *format, struct uvp_span bytes,
                                        const struct uvp_mesh_options *options,
                                        struct uvp_arena *arena, struct uvp_stop *stop,
                                        struct uvp_model *model, struct uvp_mesh *mesh,
                                        struct uvp_error *err)
{
    const struct uvp_mesh_source source = {.bytes = bytes};
    const enum uvp_code code = format->decode(&source, options, arena, stop, model, err);

    memset(mesh, 0, sizeof *mesh);
    if (code == UVP_OK) {
        *mesh = model->meshes[0];
    }
    return code;
}

/* The member anew. */
static inline enum uvp_code encode_with(const struct uvp_format *format, struct uvp_span bytes,
                                        const struct uvp_model *model,
                                        const struct uvp_mesh_uvs *uvs,
                                        const struct uvp_mesh_options *options,
                                        struct uvp_arena *arena, struct uvp_stop *stop,
                                        struct uvp_buf *out, struct uvp_error *err)
{
    const struct uvp_mesh_source source = {.bytes = bytes};
    struct uvp_product product = {.body = out};

    uvp_buf_reset(out);
    return format->encode(&source, model, uvs, options, arena, stop, &product, err);
}

#endif
