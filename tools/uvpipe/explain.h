/*
 * explain.h -- what the words mean that messages, reports and exit codes use
 *
 * Why:     whoever meets a code should learn in one step how it comes about and what to do.
 *          One const table serves the program, docs/errors.md and the tests.
 * Threads: read-only.
 */
#ifndef UVP_TOOLS_EXPLAIN_H
#define UVP_TOOLS_EXPLAIN_H

#include <stdbool.h>

#include "pipeline/base/buf.h"

enum uvp_explained {
    UVP_EXPLAINED_CODE = 0, /* of an error: uvp_code_name */
    UVP_EXPLAINED_STATUS,   /* of a member: uvp_member_status_name */
    UVP_EXPLAINED_FAULT,    /* of UVs: uvp_fault_name */
    UVP_EXPLAINED_WARNING,  /* about an input or a mesh */
    UVP_EXPLAINED_EXIT,     /* exit codes of the program */
    UVP_EXPLAINED_COUNT
};

struct uvp_explanation {
    enum uvp_explained kind;
    const char *name;
    const char *meaning;  /* one line */
    const char *causes;   /* how it comes about: one a line */
    const char *remedies; /* what to do: one a line */
    const char *see;      /* where to read on: one a line */
};

/* Ends with a NULL name. */
extern const struct uvp_explanation uvp_explanations[];

/* "error code", "status of a member", ... */
const char *uvp_explained_name(enum uvp_explained kind);

/* Case does not matter, nor whether it is written with '-' or '_'. NULL: there is none. */
const struct uvp_explanation *uvp_explanation_find(const char *name);
/* The one most like it; NULL: none is near. */
const char *uvp_explanation_near(const char *name);

/* A line for each. */
UVP_MUST_USE enum uvp_code uvp_explain_list(struct uvp_buf *text, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_explain_text(const struct uvp_explanation *entry,
                                            struct uvp_buf *text, struct uvp_error *err);

#endif
