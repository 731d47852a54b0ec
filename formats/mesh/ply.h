/*
 * ply.h -- names shared by the files of the PLY format
 *
 * Why:     header, rows, vertices, faces and the encoder are files of their own; registry.c
 * sees uvp_format_ply.
 */
#ifndef UVP_FORMATS_MESH_PLY_H
#define UVP_FORMATS_MESH_PLY_H

#include "formats/mesh/format.h"
#include "formats/mesh/ply_header.h"
#include "formats/mesh/ply_rows.h"

extern const struct uvp_format uvp_format_ply;

/* What is known of a file: lies in the model's format_private. */
struct uvp_ply {
    struct uvp_span bytes;
    struct uvp_ply_header header;
    struct uvp_ply_element *vertex;
    struct uvp_ply_element *face;
    struct uvp_ply_property *roles[UVP_PLY_ROLE_COUNT]; /* NULL: the file has none such */
    bool flow;                                          /* text that is not read by lines */
    bool has_wedges; /* some face has a texcoord list of the right length */
};

/*
 * Finds vertices, faces and the properties that matter, from the header alone.
 *
 * Returns: UVP_OK
 *          UVP_BAD_DATA     the header makes no sense, or more is declared than there is
 *          UVP_UNSUPPORTED  it is no mesh of polygons: the text says what instead
 *          UVP_LIMIT
 */
UVP_MUST_USE enum uvp_code uvp_ply_plan(struct uvp_ply *ply,
                                        const struct uvp_mesh_options *options,
                                        struct uvp_error *err);

/* The positions; `cursor` is at the vertices' first row, and behind the last one after it. */
UVP_MUST_USE enum uvp_code uvp_ply_vertices_read(const struct uvp_ply *ply,
                                                 struct uvp_ply_cursor *cursor,
                                                 struct uvp_arena *arena, struct uvp_mesh *mesh,
                                                 struct uvp_error *err);

/* The polygons, and whether they have UVs of their own; as above. */
UVP_MUST_USE enum uvp_code uvp_ply_faces_read(struct uvp_ply *ply,
                                              struct uvp_ply_cursor *cursor,
                                              const struct uvp_mesh_options *options,
                                              struct uvp_arena *arena, struct uvp_mesh *mesh,
                                              struct uvp_error *err);

/* UVs that are there, and materials, where they are wanted: once the mesh is complete. */
UVP_MUST_USE enum uvp_code uvp_ply_old_uvs_read(const struct uvp_ply *ply,
                                                struct uvp_arena *arena, struct uvp_stop *stop,
                                                struct uvp_mesh *mesh, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_ply_groups_read(const struct uvp_ply *ply,
                                               struct uvp_arena *arena, struct uvp_stop *stop,
                                               struct uvp_mesh *mesh, struct uvp_error *err);

UVP_MUST_USE enum uvp_code uvp_ply_encode(const struct uvp_mesh_source *source,
                                          const struct uvp_model *model,
                                          const struct uvp_mesh_uvs *uvs,
                                          const struct uvp_mesh_options *options,
                                          struct uvp_arena *arena, struct uvp_stop *stop,
                                          struct uvp_product *product, struct uvp_error *err);

#endif
