/*
 * obj.h -- names shared by the files of the OBJ format
 *
 * Why:     probe, decoder and encoder are files of their own; registry.c sees uvp_format_obj.
 */
#ifndef UVP_FORMATS_MESH_OBJ_H
#define UVP_FORMATS_MESH_OBJ_H

#include "formats/mesh/format.h"
#include "formats/mesh/obj_scan.h"
#include "formats/mesh/text_scan.h"

extern const struct uvp_format uvp_format_obj;

enum uvp_probe uvp_obj_probe(struct uvp_span head, bool whole);

/* With its mark or without: NUL is a gap in OBJ, so 12 would be read as 1 and 2. */
bool uvp_obj_is_utf16(struct uvp_span bytes);

/* The format's decode, at a level of choice: all give the same, in every bit and word. */
UVP_MUST_USE enum uvp_code uvp_obj_decode(enum uvp_text_level level,
                                          const struct uvp_mesh_source *source,
                                          const struct uvp_mesh_options *options,
                                          struct uvp_arena *arena, struct uvp_stop *stop,
                                          struct uvp_model *model, struct uvp_error *err);

/* The format's encode, likewise. */
UVP_MUST_USE enum uvp_code
uvp_obj_encode_by(enum uvp_text_level level, const struct uvp_mesh_source *source,
                  const struct uvp_model *model, const struct uvp_mesh_uvs *uvs,
                  const struct uvp_mesh_options *options, struct uvp_arena *arena,
                  struct uvp_stop *stop, struct uvp_product *product, struct uvp_error *err);

UVP_MUST_USE enum uvp_code uvp_obj_encode(const struct uvp_mesh_source *source,
                                          const struct uvp_model *model,
                                          const struct uvp_mesh_uvs *uvs,
                                          const struct uvp_mesh_options *options,
                                          struct uvp_arena *arena, struct uvp_stop *stop,
                                          struct uvp_product *product, struct uvp_error *err);

#endif
