/*
 * obj_groups.h -- names of materials to numbers
 *
 * Why:     two runs of faces of one material are one group, however often the file goes back
 *          and forth between materials.
 * Use:     init with the count of names that will come at most; one call a name.
 * Owner:   the table lies in the arena; names are borrowed.
 * Threads: confined.
 * Limits:  a name is looked for in so many places and no more: of names that are chosen to meet
 *          there, some get a number of their own each time they come.
 */
#ifndef UVP_FORMATS_MESH_OBJ_GROUPS_H
#define UVP_FORMATS_MESH_OBJ_GROUPS_H

#include "pipeline/base/mem.h"
#include "pipeline/base/span.h"
#include "pipeline/base/status.h"

struct uvp_obj_group; /* one name */

struct uvp_obj_groups {
    struct uvp_obj_group *groups;
    uint32_t *places; /* number of a group and one, or 0 */
    uint32_t mask;
    uint32_t count;
};

UVP_MUST_USE enum uvp_code uvp_obj_groups_init(struct uvp_obj_groups *groups,
                                               uint32_t names_max, struct uvp_arena *arena,
                                               struct uvp_error *err);

/* The number of a name, from 1; 0 is left for what comes before any name. */
uint32_t uvp_obj_groups_number(struct uvp_obj_groups *groups, struct uvp_span name);

#endif
