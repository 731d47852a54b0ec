/*
 * Field by field, for a struct has gaps that hold anything. A test flips every byte of the
 * structs and looks whether the digest follows, so that no new field is forgotten.
 */
#include "stages/run_digest.h"

#include <inttypes.h>
#include <stdio.h>

void uvp_run_add_atlas(struct uvp_blake2b *digest, const struct uvp_atlas_options *options)
{
    uvp_blake2b_u32(digest, (uint32_t)options->preset);
    uvp_blake2b_u32(digest, options->resolution_texels);
    uvp_blake2b_float(digest, options->padding_texels);
    uvp_blake2b_float(digest, options->max_stretch);
    uvp_blake2b_float(digest, options->texels_per_unit);
    uvp_blake2b_u32(digest, options->pages);
    uvp_blake2b_u32(digest, options->pack_effort);
    uvp_blake2b_u32(digest, options->max_chart_triangles);
    uvp_blake2b_float(digest, options->seam_degrees);
    uvp_blake2b_u32(digest, options->seam_groups ? 1 : 0);
    uvp_blake2b_u32(digest, options->whole_charts ? 1 : 0);
    uvp_blake2b_u32(digest, options->keep_charts ? 1 : 0);
    uvp_blake2b_u32(digest, options->fix_winding ? 1 : 0);
}

static void add_mesh(struct uvp_blake2b *digest, const struct uvp_mesh_options *options)
{
    uvp_blake2b_u32(digest, options->polygon_corners);
    uvp_blake2b_u32(digest, options->corners);
    uvp_blake2b_u32(digest, options->vertices);
    uvp_blake2b_u32(digest, options->wants_uvs ? 1 : 0);
    uvp_blake2b_u32(digest, options->wants_groups ? 1 : 0);
    uvp_blake2b_u32(digest, (uint32_t)options->existing);
    uvp_blake2b_u32(digest, (uint32_t)options->ply_uv);
    uvp_blake2b_u32(digest, (uint32_t)options->stl);
    uvp_blake2b_u32(digest, (uint32_t)options->stl_to);
    uvp_blake2b_u32(digest, (uint32_t)options->off);
    uvp_blake2b_u32(digest, options->texcoord);
    uvp_blake2b_u32(digest, (uint32_t)options->uv_type);
    uvp_blake2b_u32(digest, (uint32_t)options->gltf_atlas);
}

static void add_texts(struct uvp_blake2b *digest, const char *const *texts, uint32_t count)
{
    uvp_blake2b_u32(digest, count);
    for (uint32_t i = 0; i < count; i++) {
        uvp_blake2b_text(digest, texts[i]);
    }
}

struct uvp_store_key uvp_run_digest(const struct uvp_settings *settings)
{
    struct uvp_store_key key;
    struct uvp_blake2b digest;

    uvp_blake2b_init(&digest);
    uvp_blake2b_text(&digest, "uvpipe run 1");
    uvp_blake2b_u32(&digest, (uint32_t)settings->task);
    add_texts(&digest, settings->inputs, settings->input_count);
    uvp_blake2b_text(&digest, settings->output);
    add_texts(&digest, settings->include, settings->include_count);
    add_texts(&digest, settings->exclude, settings->exclude_count);
    add_mesh(&digest, &settings->mesh);
    uvp_blake2b_u32(&digest, (uint32_t)settings->on_error);
    uvp_blake2b_u64(&digest, settings->max_errors);
    uvp_blake2b_u32(&digest, settings->container_given ? 1 + (uint32_t)settings->container : 0);
    uvp_blake2b_u32(&digest, settings->codec_given ? 1 + (uint32_t)settings->codec : 0);
    uvp_blake2b_u32(&digest, settings->level_given ? 1 : 0);
    uvp_blake2b_u32(&digest, settings->level_given ? (uint32_t)settings->level : 0);
    uvp_blake2b_u32(&digest, settings->seek_table ? 1 : 0);
    uvp_run_add_atlas(&digest, &settings->atlas);
    uvp_blake2b_finish(&digest, key.bytes);
    return key;
}

void uvp_run_engine(char out[UVP_RUN_ENGINE_BYTES])
{
    (void)snprintf(out, UVP_RUN_ENGINE_BYTES, "uvpipe engine %u %016" PRIx64, UVP_ATLAS_VERSION,
                   UVP_ATLAS_GOLDEN);
}
