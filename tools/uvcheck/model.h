/*
 * model.h -- an OBJ file as the judge reads it
 *
 * Why:     the judge has its own reader, so that a fault of the formats shows.
 * Owner:   the model owns its arrays. Out of memory ends the program: this is a tool.
 * Threads: confined.
 */
#ifndef UVP_TOOLS_UVCHECK_MODEL_H
#define UVP_TOOLS_UVCHECK_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NO_INDEX UINT32_MAX

struct model {
    float *position; /* 3 a vertex */
    uint32_t vertex_count;
    float *uv; /* 2 a texture vertex */
    uint32_t uv_count;
    uint32_t *corner_vertex;
    uint32_t *corner_uv; /* NO_INDEX: the corner has none */
    uint32_t corner_count;
    uint32_t *face_end; /* of each face: its end in the corners */
    uint32_t face_count;
};

/* False with a message in `why` (at least 128 bytes) when the file cannot be read. */
bool model_read(struct model *model, const char *path, char *why, size_t why_bytes);
void model_release(struct model *model);

/* The same vertices in the same order, and the same faces on them. */
bool model_same_geometry(const struct model *a, const struct model *b);

uint32_t model_face_start(const struct model *model, uint32_t face);

/* realloc that ends the program when memory is out. */
void *room(void *old, size_t count, size_t each);

#endif
