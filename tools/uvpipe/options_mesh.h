/*
 * options_mesh.h -- the setters of the options that say how mesh files are read and written
 *
 * Why:     the table (options_table.c) holds what is the program's own; these write into
 *          struct uvp_mesh_options.
 * Use:     as uvp_option.set; see options.h.
 */
#ifndef UVP_TOOLS_OPTIONS_MESH_H
#define UVP_TOOLS_OPTIONS_MESH_H

#include "tools/uvpipe/options.h"

enum uvp_code uvp_option_existing(struct uvp_options *options, const char *value,
                                  struct uvp_error *err);
enum uvp_code uvp_option_ply_uv(struct uvp_options *options, const char *value,
                                struct uvp_error *err);
enum uvp_code uvp_option_stl(struct uvp_options *options, const char *value,
                             struct uvp_error *err);
enum uvp_code uvp_option_stl_to(struct uvp_options *options, const char *value,
                                struct uvp_error *err);
enum uvp_code uvp_option_off(struct uvp_options *options, const char *value,
                             struct uvp_error *err);
enum uvp_code uvp_option_texcoord(struct uvp_options *options, const char *value,
                                  struct uvp_error *err);
enum uvp_code uvp_option_uv_type(struct uvp_options *options, const char *value,
                                 struct uvp_error *err);
enum uvp_code uvp_option_gltf_atlas(struct uvp_options *options, const char *value,
                                    struct uvp_error *err);

/* The words of each, in the order of its enumeration, up to a NULL. */
extern const char *const uvp_existing_words[];
extern const char *const uvp_ply_uv_words[];
extern const char *const uvp_stl_words[];
extern const char *const uvp_stl_to_words[];
extern const char *const uvp_off_words[];
extern const char *const uvp_uv_type_words[];
extern const char *const uvp_gltf_atlas_words[];

/* What the choices are called, as --report tells them. */
struct uvp_mesh_choices {
    const char *existing;
    const char *ply_uv;
    const char *stl;
    const char *stl_to;
    const char *off;
    const char *uv_type;
    const char *gltf_atlas;
};
struct uvp_mesh_choices uvp_mesh_choices(const struct uvp_mesh_options *mesh);

#endif
