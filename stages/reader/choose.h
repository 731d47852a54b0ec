/*
 * choose.h -- what is done with a member, and what the output is, judged by names and kinds
 *
 * Threads: pure functions.
 */
#ifndef UVP_STAGES_READER_CHOOSE_H
#define UVP_STAGES_READER_CHOOSE_H

#include "formats/archive/input.h"
#include "stages/shared.h"

/* What a look at a member's first bytes has shown. */
enum uvp_looked {
    UVP_LOOKED_NOT = 0, /* nobody looked */
    UVP_LOOKED_MESH,    /* a mesh, whatever it is called */
    UVP_LOOKED_OTHER,
};

/* NULL when the member is to be unwrapped, as far as its name tells, else why it is not. A name
 * without a suffix tells nothing: such a member goes on to where its bytes are seen. */
const char *uvp_choose_member(const struct uvp_settings *settings,
                              const struct uvp_header *header, enum uvp_looked looked);

/*
 * The kind of output that follows from the settings and an input: the first of the run, or
 * with `per_input` (the output is a folder) each for itself.
 *
 * Returns: UVP_OK
 *          UVP_USAGE  the settings ask for something that cannot be written
 */
UVP_MUST_USE enum uvp_code uvp_choose_output(const struct uvp_settings *settings,
                                             bool per_input, enum uvp_container container,
                                             enum uvp_codec codec, struct uvp_choice *choice,
                                             struct uvp_error *err);

/*
 * What a plain file's member is called in an archive or below a folder: `path` without what
 * would lead out of it ("/", "./", "../"), or its last part for a folder as output; and without
 * the suffix of the compression it is taken out of. Appended to `name`, with its NUL.
 */
UVP_MUST_USE enum uvp_code uvp_choose_name(const char *path, bool last_part,
                                           enum uvp_codec codec, struct uvp_buf *name,
                                           struct uvp_error *err);

#endif
