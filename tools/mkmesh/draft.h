/*
 * draft.h -- a mesh being made, and its OBJ text
 *
 * Use:     draft_init; add vertices and faces; draft_weld where patches were added one by one;
 *          draft_print; draft_release.
 * Owner:   the draft owns its arrays. Out of memory ends the program: this is a tool for tests.
 * Threads: confined.
 * Limits:  2^32 - 1 vertices and corners.
 */
#ifndef UVP_TOOLS_MKMESH_DRAFT_H
#define UVP_TOOLS_MKMESH_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct draft {
    double *position; /* 3 a vertex */
    size_t vertex_count;
    size_t vertex_room;
    uint32_t *corner; /* vertex indices, from 0 */
    size_t corner_count;
    size_t corner_room;
    uint32_t *face_end; /* of each face: its end in `corner` */
    size_t face_count;
    size_t face_room;
};

struct draft_style {
    const char *title; /* first comment line */
    bool attributes;   /* normals, groups, materials and smoothing besides */
    bool crlf;         /* lines end as on Windows */
};

void draft_init(struct draft *draft);
void draft_release(struct draft *draft);
void draft_clear(struct draft *draft);

uint32_t draft_vertex(struct draft *draft, double x, double y, double z);
void draft_face(struct draft *draft, const uint32_t *vertices, size_t count);
void draft_triangle(struct draft *draft, uint32_t a, uint32_t b, uint32_t c);
void draft_quad(struct draft *draft, uint32_t a, uint32_t b, uint32_t c, uint32_t d);
/* As two triangles. */
void draft_split_quad(struct draft *draft, uint32_t a, uint32_t b, uint32_t c, uint32_t d);

/* Makes vertices of bit-equal position one; faces follow. */
void draft_weld(struct draft *draft);

void draft_print(const struct draft *draft, const struct draft_style *style, FILE *file);

/* realloc that ends the program when memory is out. */
void *grow(void *old, size_t count, size_t each);

#endif
