/*
 * list_lines.h -- what uvpipe list prints: a line for each member
 *
 * Form:    FORMAT TRIANGLES VERTICES UVS INPUT: MEMBER (why it is not a mesh)
 * Use:     as verdict_lines.h.
 * Threads: as outbox.h.
 */
#ifndef UVP_TOOLS_LIST_LINES_H
#define UVP_TOOLS_LIST_LINES_H

#include "stages/record.h"
#include "tools/uvpipe/outbox.h"

/* `all`: also what is no mesh. */
void uvp_list_line(struct uvp_outbox *outbox, const struct uvp_record *record, bool all);

#endif
