/*
 * draft.h -- a mesh being made: flat arrays that grow
 *
 * Why:     shapes are long rows of "add a vertex, add a face"; a failure (memory, a limit, a
 *          stop) is kept in the draft, and everything added after it is let fall.
 * Use:     init; add vertices and faces; weld where patches were added one by one; look at
 *          error.code; release.
 * Owner:   the draft owns its arrays. Memory and stop are borrowed.
 * Threads: confined.
 * Limits:  UVP_DRAFT_MOST vertices and corners.
 */
#ifndef UVP_SHAPES_DRAFT_H
#define UVP_SHAPES_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

#define UVP_DRAFT_MOST ((UINT32_C(1) << 31) - 1)

struct uvp_draft {
    struct uvp_mem *mem;
    struct uvp_stop *stop;  /* asked now and then; NULL: nobody stops it */
    struct uvp_error error; /* the first failure; UVP_OK: none so far */
    double *position;       /* 3 a vertex */
    size_t vertex_count;
    size_t vertex_room;
    uint32_t *corner; /* vertex indices, from 0 */
    size_t corner_count;
    size_t corner_room;
    uint32_t *face_start; /* face_count + 1 entries, when there is a face; the first is 0 */
    size_t face_count;
    size_t face_room;
};

void uvp_draft_init(struct uvp_draft *draft, struct uvp_mem *mem, struct uvp_stop *stop);
void uvp_draft_release(struct uvp_draft *draft);
/* Empties it, and keeps the memory and the failure. */
void uvp_draft_clear(struct uvp_draft *draft);

/* False when it has failed, or was asked to stop just now: for long loops that add nothing. */
bool uvp_draft_goes_on(struct uvp_draft *draft);

/* The new vertex's number; 0 when the draft has failed. */
uint32_t uvp_draft_vertex(struct uvp_draft *draft, double x, double y, double z);
void uvp_draft_face(struct uvp_draft *draft, const uint32_t *vertices, size_t count);
void uvp_draft_triangle(struct uvp_draft *draft, uint32_t a, uint32_t b, uint32_t c);
void uvp_draft_quad(struct uvp_draft *draft, uint32_t a, uint32_t b, uint32_t c, uint32_t d);
/* As two triangles. */
void uvp_draft_split_quad(struct uvp_draft *draft, uint32_t a, uint32_t b, uint32_t c,
                          uint32_t d);

/* Makes vertices of bit-equal position one; faces follow. */
void uvp_draft_weld(struct uvp_draft *draft);

/* A face of n corners counts as n - 2. */
uint64_t uvp_draft_triangles(const struct uvp_draft *draft);

#endif
