/*
 * foreign_scene.h -- a file of another program, once a library has read it
 *
 * Why:     one file knows the library (foreign_import.c); all others see plain arrays.
 * Use:     import; arrange; then the model is what a decoder returns, and the nodes are what
 *          the writer of GLB wants.
 * Owner:   everything lies in the arena given.
 * Threads: confined; imports of several threads wait for each other.
 */
#ifndef UVP_FORMATS_MESH_FOREIGN_SCENE_H
#define UVP_FORMATS_MESH_FOREIGN_SCENE_H

#include "formats/mesh/foreign.h"
#include "formats/mesh/write.h"

/* A node of the file, with the meshes that stand there. */
struct uvp_foreign_node {
    uint32_t parent;    /* a node before this one, or UVP_WRITING_NONE */
    float matrix[3][4]; /* to the parent: three rows, the last column is where it stands */
    uint32_t first_use; /* in uses */
    uint32_t use_count;
};

struct uvp_foreign_graph {
    struct uvp_foreign_node *nodes;
    uint32_t node_count;
    uint32_t *uses; /* numbers of meshes */
    uint32_t use_count;
    bool moves; /* it has bones or animations, which nothing here keeps */
};

/* What an encoder wants to know of the model. */
struct uvp_foreign_scene {
    struct uvp_writing_node *nodes;
    uint32_t node_count;
    uint32_t baked_count; /* meshes that are there once more, as no node could move them */
};

/*
 * Reads a file with libassimp: all its meshes, those without polygons too, and its nodes.
 * Points and lines are left out, corners of the same coordinates are one vertex. Nothing but
 * `bytes` is read, whatever the file names. UVs are read when the options want them or meshes
 * that have some are left as they are.
 *
 * Limits:  the library takes memory of its own, of one file at a time, and cannot be stopped.
 * Returns: UVP_OK
 *          UVP_BAD_DATA  the library's words, or what it returned makes no sense
 *          UVP_LIMIT, UVP_CANCELLED, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_foreign_import(enum uvp_foreign_kind kind, struct uvp_span bytes,
                                              const struct uvp_mesh_options *options,
                                              struct uvp_arena *arena, struct uvp_stop *stop,
                                              struct uvp_model *model,
                                              struct uvp_foreign_graph *graph,
                                              struct uvp_error *err);

/*
 * Keeps what the scene shows: meshes with polygons that some node uses, once however many do,
 * and nodes that lead to one. What a node of glTF cannot do (shear) is done to a copy of the
 * mesh instead, which is a mesh of its own then.
 *
 * Returns: UVP_OK
 *          UVP_UNSUPPORTED  no mesh is left
 *          UVP_BAD_DATA     a matrix holds what is no number
 *          UVP_LIMIT, UVP_CANCELLED, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_foreign_arrange(const struct uvp_foreign_graph *graph,
                                               const struct uvp_mesh_options *options,
                                               struct uvp_arena *arena, struct uvp_stop *stop,
                                               struct uvp_model *model,
                                               struct uvp_foreign_scene *scene,
                                               struct uvp_error *err);

/*
 * The matrix as a move, a turn and a scaling; false when it is none: sheared, flat, or not of
 * numbers.
 */
bool uvp_foreign_take_apart(const float matrix[3][4], struct uvp_writing_node *node);

#endif
