/* Choices by name. A name stands at the place of its value in the enumeration it is from. */
#include "tools/uvpipe/options_mesh.h"

#include <string.h>

#define MOST_TEXCOORD 31
#define COUNT_OF(list) (sizeof(list) / sizeof(list)[0])

static const char *const existing_names[] = {"skip", "replace", "add"};
static const char *const ply_uv_names[] = {"vertex", "wedge"};
static const char *const stl_names[] = {"beside", "replace", "pass"};
static const char *const stl_to_names[] = {"obj", "ply", "glb"};
static const char *const off_names[] = {"beside", "replace", "pass", "stoff"};
static const char *const uv_type_names[] = {"float", "u16"};
static const char *const gltf_atlas_names[] = {"mesh", "primitive", "file"};

/* The place of the value in the list; the list's length when it is not there. */
static unsigned find_choice(const char *const *names, size_t count, const char *value)
{
    unsigned i = 0;

    while (i < count && strcmp(names[i], value) != 0) {
        i++;
    }
    return i;
}

enum uvp_code uvp_option_existing(struct uvp_options *options, const char *value,
                                  struct uvp_error *err)
{
    const unsigned choice = find_choice(existing_names, COUNT_OF(existing_names), value);

    if (choice == COUNT_OF(existing_names)) {
        return uvp_option_refuse(err, "existing", value, "skip, replace or add");
    }
    options->settings.mesh.existing = (enum uvp_existing)choice;
    options->existing_given = true;
    return UVP_OK;
}

enum uvp_code uvp_option_ply_uv(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    const unsigned choice = find_choice(ply_uv_names, COUNT_OF(ply_uv_names), value);

    if (choice == COUNT_OF(ply_uv_names)) {
        return uvp_option_refuse(err, "ply-uv", value, "vertex or wedge");
    }
    options->settings.mesh.ply_uv = (enum uvp_ply_uv)choice;
    return UVP_OK;
}

enum uvp_code uvp_option_stl(struct uvp_options *options, const char *value,
                             struct uvp_error *err)
{
    const unsigned choice = find_choice(stl_names, COUNT_OF(stl_names), value);

    if (choice == COUNT_OF(stl_names)) {
        return uvp_option_refuse(err, "stl", value, "beside, replace or pass");
    }
    options->settings.mesh.stl = (enum uvp_roomless)choice;
    return UVP_OK;
}

enum uvp_code uvp_option_stl_to(struct uvp_options *options, const char *value,
                                struct uvp_error *err)
{
    const unsigned choice = find_choice(stl_to_names, COUNT_OF(stl_to_names), value);

    if (choice == COUNT_OF(stl_to_names)) {
        return uvp_option_refuse(err, "stl-to", value, "obj, ply or glb");
    }
    options->settings.mesh.stl_to = (enum uvp_companion)choice;
    return UVP_OK;
}

enum uvp_code uvp_option_off(struct uvp_options *options, const char *value,
                             struct uvp_error *err)
{
    const unsigned choice = find_choice(off_names, COUNT_OF(off_names), value);

    if (choice == COUNT_OF(off_names)) {
        return uvp_option_refuse(err, "off", value, "beside, replace, stoff or pass");
    }
    options->settings.mesh.off = (enum uvp_roomless)choice;
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
    const unsigned choice = find_choice(uv_type_names, COUNT_OF(uv_type_names), value);

    if (choice == COUNT_OF(uv_type_names)) {
        return uvp_option_refuse(err, "uv-type", value, "float or u16");
    }
    options->settings.mesh.uv_type = (enum uvp_uv_type)choice;
    return UVP_OK;
}

enum uvp_code uvp_option_gltf_atlas(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    const unsigned choice = find_choice(gltf_atlas_names, COUNT_OF(gltf_atlas_names), value);

    if (choice == COUNT_OF(gltf_atlas_names)) {
        return uvp_option_refuse(err, "gltf-atlas", value, "mesh, primitive or file");
    }
    options->settings.mesh.gltf_atlas = (enum uvp_gltf_atlas)choice;
    return UVP_OK;
}

struct uvp_mesh_choices uvp_mesh_choices(const struct uvp_mesh_options *mesh)
{
    const struct uvp_mesh_choices choices = {
        .existing = existing_names[mesh->existing],
        .ply_uv = ply_uv_names[mesh->ply_uv],
        .stl = stl_names[mesh->stl],
        .stl_to = stl_to_names[mesh->stl_to],
        .off = off_names[mesh->off],
        .uv_type = uv_type_names[mesh->uv_type],
        .gltf_atlas = gltf_atlas_names[mesh->gltf_atlas],
    };

    return choices;
}
