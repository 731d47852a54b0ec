/*
 * found.h -- where the atlas of a mesh came from
 */
#ifndef UVP_STAGES_STORE_FOUND_H
#define UVP_STAGES_STORE_FOUND_H

enum uvp_found {
    UVP_FOUND_NOT = 0, /* it was solved */
    UVP_FOUND_TWIN,    /* an equal mesh was solved in this run */
    UVP_FOUND_JOURNAL, /* by a run that was interrupted */
    UVP_FOUND_CACHE,   /* by an earlier run */
    UVP_FOUND_COUNT
};

#endif
