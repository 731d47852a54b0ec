/*
 * verdict_lines.h -- what uvpipe check prints: a line for each mesh
 *
 * Form:    STATUS  INPUT: MEMBER: what there is, what is wrong
 * Use:     init; take stdout; member while the line runs; close. All but member are the
 *          outbox's.
 * Threads: as outbox.h.
 */
#ifndef UVP_TOOLS_VERDICT_LINES_H
#define UVP_TOOLS_VERDICT_LINES_H

#include "stages/record.h"
#include "tools/uvpipe/outbox.h"

/* `all`: also what is valid. Members that are no meshes have no line. */
void uvp_verdict_line(struct uvp_outbox *outbox, const struct uvp_record *record, bool all);

#endif
