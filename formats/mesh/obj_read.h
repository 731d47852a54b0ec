/*
 * obj_read.h -- the statements of an OBJ file, a byte at a time: what they mean
 *
 * Why:     defines the format. obj_fast.c reads what is plain, and gives the rest to these.
 * Use:     count, take arrays, then uvp_obj_read_all; or statement by statement.
 * Owner:   arrays lie in the arena they were taken from.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_MESH_OBJ_READ_H
#define UVP_FORMATS_MESH_OBJ_READ_H

#include "formats/mesh/format.h"
#include "formats/mesh/obj_groups.h"
#include "formats/mesh/obj_scan.h"

struct uvp_obj_counts {
    uint64_t vertices;
    uint64_t polygons;
    uint64_t corners; /* a bound: tokens of face lines, good or bad */
    uint64_t materials;
};

struct uvp_obj_reading {
    struct uvp_obj_scan scan;
    struct uvp_mesh_options options; /* zeros replaced */
    float *positions;
    uint32_t *corner_start;
    uint32_t *corner_vertex;
    uint64_t vertex_total; /* an index is below this */
    uint32_t vertices;     /* so far, as the rest */
    uint32_t polygons;
    uint32_t corners;
    uint32_t vertex_room;
    uint32_t polygon_room;
    uint32_t corner_room;
    uint64_t vertex_reach; /* one more than the highest index seen */
    uint64_t uv_reach;
    uint64_t uv_corners; /* with a vt */
    float *uvs;          /* NULL: not asked for; as the next */
    uint32_t *corner_uv;
    uint64_t uv_total;
    uint32_t uv_count; /* so far */
    uint32_t uv_room;
    uint32_t *polygon_group; /* NULL: not asked for */
    struct uvp_obj_groups groups;
    uint32_t group;
};

/* ---- counting ---- */

/* All statements; *notes is filled. */
UVP_MUST_USE enum uvp_code uvp_obj_count_all(struct uvp_span bytes, struct uvp_stop *stop,
                                             struct uvp_obj_counts *counts,
                                             struct uvp_obj_notes *notes,
                                             struct uvp_error *err);

/* Notes of nothing seen yet, but for the line end. */
void uvp_obj_notes_init(struct uvp_obj_notes *notes, struct uvp_span bytes);

/* The statement at scan->begin changes when UVs are written. */
void uvp_obj_note_edit(struct uvp_obj_notes *notes, const struct uvp_obj_scan *scan,
                       const unsigned char *data);

/* The tokens of a statement that may refer to vt lines; those that do are noted. */
UVP_MUST_USE enum uvp_code uvp_obj_count_referrals(struct uvp_obj_scan *scan,
                                                   const unsigned char *data,
                                                   struct uvp_obj_notes *notes,
                                                   struct uvp_error *err);

/* ---- reading: the scan is behind the keyword, and afterwards behind the statement ---- */

UVP_MUST_USE enum uvp_code uvp_obj_read_vertex(struct uvp_obj_reading *reading,
                                               struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_obj_read_uv(struct uvp_obj_reading *reading,
                                           struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_obj_read_face(struct uvp_obj_reading *reading,
                                             struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_obj_read_material(struct uvp_obj_reading *reading,
                                                 struct uvp_error *err);

/* All statements from scan.at on. */
UVP_MUST_USE enum uvp_code uvp_obj_read_all(struct uvp_obj_reading *reading,
                                            struct uvp_error *err);

#endif
