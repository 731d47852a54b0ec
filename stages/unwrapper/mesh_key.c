#include "stages/unwrapper/mesh_key.h"

#include "stages/run_digest.h"

/* An array that is not there differs from an empty one. */
static void add_array(struct uvp_blake2b *digest, const void *data, size_t count, size_t each)
{
    uvp_blake2b_u64(digest, data == NULL ? UINT64_MAX : (uint64_t)count);
    if (data != NULL) {
        uvp_blake2b_update(digest, data, count * each);
    }
}

/* Triangle t over the corners 3t, 3t + 1, 3t + 2: a mesh of triangles, as most are. */
static bool is_plain(const struct uvp_atlas_input *input)
{
    for (uint32_t i = 0; i < 3 * input->triangle_count; i++) {
        if (input->triangles[i] != i) {
            return false;
        }
    }
    return true;
}

struct uvp_store_key uvp_mesh_key(const struct uvp_atlas_input *input,
                                  const struct uvp_atlas_options *options)
{
    const bool plain = is_plain(input);
    struct uvp_store_key key;
    struct uvp_blake2b digest;

    uvp_blake2b_init(&digest);
    uvp_blake2b_text(&digest, "uvpipe mesh 1");
    uvp_blake2b_u32(&digest, UVP_ATLAS_VERSION);
    uvp_blake2b_u64(&digest, UVP_ATLAS_GOLDEN);
    uvp_run_add_atlas(&digest, options);
    add_array(&digest, input->positions, input->vertex_count, 3 * sizeof *input->positions);
    add_array(&digest, input->corner_vertex, input->corner_count, sizeof *input->corner_vertex);
    uvp_blake2b_u32(&digest, input->triangle_count);
    add_array(&digest, plain ? NULL : input->triangles, 3 * (size_t)input->triangle_count,
              sizeof *input->triangles);
    add_array(&digest, input->triangle_polygon, input->triangle_count,
              sizeof *input->triangle_polygon);
    if (options->seam_groups) {
        add_array(&digest, input->triangle_group, input->triangle_count,
                  sizeof *input->triangle_group);
    }
    if (options->keep_charts) {
        add_array(&digest, input->old_uv, input->old_uv_count, 2 * sizeof *input->old_uv);
        add_array(&digest, input->old_corner_uv, input->corner_count,
                  sizeof *input->old_corner_uv);
    }
    uvp_blake2b_finish(&digest, key.bytes);
    return key;
}
