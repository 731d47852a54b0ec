/*
 * glTF 2.0 (Khronos, 2021; ISO/IEC 12113:2022), as text and as GLB; VRM is a GLB of another
 * name.
 */
#include "formats/mesh/gltf.h"

#define LOOK_BYTES ((size_t)4096)

/* ---- probe ---- */

static bool contains(struct uvp_span bytes, const char *text)
{
    const size_t length = strlen(text);

    for (size_t i = 0; i + length <= bytes.bytes; i++) {
        if (memcmp(bytes.data + i, text, length) == 0) {
            return true;
        }
    }
    return false;
}

/* Text is told by its first byte that is no blank, and by a key that every glTF has. */
static enum uvp_probe probe(struct uvp_span head, bool whole)
{
    size_t at = head.bytes >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct uvp_span look = head;

    (void)whole;
    if (uvp_gltf_is_glb(head)) {
        return UVP_PROBE_YES;
    }
    while (at < head.bytes && at < LOOK_BYTES && head.data[at] <= ' ' && head.data[at] != 0) {
        at++;
    }
    if (at >= head.bytes || head.data[at] != '{') {
        return UVP_PROBE_NO;
    }
    look.bytes = look.bytes < LOOK_BYTES ? look.bytes : LOOK_BYTES;
    return contains(look, "\"asset\"") && contains(look, "\"version\"") ? UVP_PROBE_YES
                                                                        : UVP_PROBE_MAYBE;
}

/* ---- decode ---- */

static enum uvp_code decode(const struct uvp_mesh_source *source,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err)
{
    const struct uvp_mesh_options filled = uvp_mesh_options_filled(options);
    struct uvp_gltf *const gltf = UVP_ARENA_ARRAY(arena, struct uvp_gltf, 1);

    memset(model, 0, sizeof *model);
    if (gltf == NULL) {
        return uvp_fail_memory(err, sizeof *gltf);
    }
    UVP_TRY(uvp_gltf_open(source, arena, stop, gltf, err));
    gltf->vertices_most = filled.vertices;
    gltf->corners_most = filled.corners;
    UVP_TRY(uvp_gltf_read_primitives(gltf, filled.texcoord, err));
    UVP_TRY(uvp_gltf_make_model(gltf, &filled, model, err));
    model->format_private = gltf;
    return UVP_OK;
}

/*
 * Decoding takes 4 bytes for each byte of indices, 12 for each position that does not lie
 * ready, and 16 for each token of the JSON; encoding about as much again and the output. Packed
 * files may take far more: what they unpack to is bounded by what their bytes can hold.
 */
static size_t cost_bound(size_t bytes)
{
    const size_t fixed = (size_t)64 << 10;

    return bytes > (SIZE_MAX - fixed) / 8 ? SIZE_MAX : 8 * bytes + fixed;
}

static const char *const suffixes[] = {".glb", ".gltf", ".vrm", NULL};

const struct uvp_format uvp_format_gltf = {
    .name = "gltf",
    .suffixes = suffixes,
    .has_sets = true,
    .has_u16 = true,
    .probe = probe,
    .decode = decode,
    .encode = uvp_gltf_encode,
    .needs = uvp_gltf_list_needs,
    .cost_bound = cost_bound,
};
