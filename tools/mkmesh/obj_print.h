/*
 * obj_print.h -- a draft as OBJ text, in the ways modellers write it
 *
 * Threads: confined.
 */
#ifndef UVP_TOOLS_MKMESH_OBJ_PRINT_H
#define UVP_TOOLS_MKMESH_OBJ_PRINT_H

#include <stdio.h>

#include "stages/unwrapper/shapes/draft.h"

struct obj_style {
    const char *title; /* first comment line */
    bool attributes;   /* normals, groups, materials and smoothing besides */
    bool crlf;         /* lines end as on Windows */
};

/* Ends the program when the draft has failed: this is a tool for tests. */
void obj_print(const struct uvp_draft *draft, const struct obj_style *style, FILE *file);

#endif
