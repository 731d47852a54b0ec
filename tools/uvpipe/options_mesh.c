/* Choices by name. A name stands at the place of its value in the enumeration it is from. */
#include "tools/uvpipe/options_mesh.h"

#define MOST_TEXCOORD 31

const char *const uvp_existing_words[] = {"skip", "replace", "add", NULL};
const char *const uvp_ply_uv_words[] = {"vertex", "wedge", NULL};
const char *const uvp_stl_words[] = {"beside", "replace", "pass", NULL};
const char *const uvp_stl_to_words[] = {"obj", "ply", "glb", NULL};
const char *const uvp_off_words[] = {"beside", "replace", "pass", "stoff", NULL};
const char *const uvp_uv_type_words[] = {"float", "u16", NULL};
const char *const uvp_gltf_atlas_words[] = {"mesh", "primitive", "file", NULL};

enum uvp_code uvp_option_existing(struct uvp_options *options, const char *value,
                                  struct uvp_error *err)
{
    (void)err;
    options->settings.mesh.existing =
        (enum uvp_existing)uvp_option_choice(uvp_existing_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_ply_uv(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    (void)err;
    options->settings.mesh.ply_uv = (enum uvp_ply_uv)uvp_option_choice(uvp_ply_uv_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_stl(struct uvp_options *options, const char *value,
                             struct uvp_error *err)
{
    (void)err;
    options->settings.mesh.stl = (enum uvp_roomless)uvp_option_choice(uvp_stl_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_stl_to(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    (void)err;
    options->settings.mesh.stl_to =
        (enum uvp_companion)uvp_option_choice(uvp_stl_to_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_off(struct uvp_options *options, const char *value,
                             struct uvp_error *err)
{
    (void)err;
    options->settings.mesh.off = (enum uvp_roomless)uvp_option_choice(uvp_off_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_texcoord(struct uvp_options *options, const char *value,
                                  struct uvp_error *err)
{
    if (!uvp_option_count(value, 0, MOST_TEXCOORD, &options->settings.mesh.texcoord)) {
        return uvp_option_refuse(err, "texcoord", value, "a number from 0 to 31");
    }
    return UVP_OK;
}

enum uvp_code uvp_option_uv_type(struct uvp_options *options, const char *value,
                                 struct uvp_error *err)
{
    (void)err;
    options->settings.mesh.uv_type =
        (enum uvp_uv_type)uvp_option_choice(uvp_uv_type_words, value);
    return UVP_OK;
}

enum uvp_code uvp_option_gltf_atlas(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    (void)err;
    options->settings.mesh.gltf_atlas =
        (enum uvp_gltf_atlas)uvp_option_choice(uvp_gltf_atlas_words, value);
    return UVP_OK;
}

struct uvp_mesh_choices uvp_mesh_choices(const struct uvp_mesh_options *mesh)
{
    const struct uvp_mesh_choices choices = {
        .existing = uvp_existing_words[mesh->existing],
        .ply_uv = uvp_ply_uv_words[mesh->ply_uv],
        .stl = uvp_stl_words[mesh->stl],
        .stl_to = uvp_stl_to_words[mesh->stl_to],
        .off = uvp_off_words[mesh->off],
        .uv_type = uvp_uv_type_words[mesh->uv_type],
        .gltf_atlas = uvp_gltf_atlas_words[mesh->gltf_atlas],
    };

    return choices;
}
