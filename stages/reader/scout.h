/*
 * scout.h -- a second look at a lane's input, for what a member needs and comes later
 *
 * Why:     a glTF may lie before its buffers. Where the input can be opened again, they are
 *          found there; a pipe has only what came by before (nearby.h).
 * Use:     find, with paths as the archive has them; close.
 * Owner:   what is found lies in the lane's nearby members.
 * Threads: confined to the lane's reader.
 * Limits:  goes through the input once: what was passed and is no longer kept is not found.
 */
#ifndef UVP_STAGES_READER_SCOUT_H
#define UVP_STAGES_READER_SCOUT_H

#include "formats/archive/input.h"
#include "stages/reader/nearby.h"

enum uvp_scout_kind {
    UVP_SCOUT_NONE = 0, /* a pipe: nothing to look at */
    UVP_SCOUT_ARCHIVE,
    UVP_SCOUT_FOLDER,
    UVP_SCOUT_PLAIN, /* a single file: its own folder is looked into */
};

struct uvp_scout {
    enum uvp_scout_kind kind;
    const char *input; /* path as given */
    struct uvp_input_options options;
    struct uvp_input *opened; /* NULL: not yet, or over */
    bool over;
};

void uvp_scout_init(struct uvp_scout *scout, enum uvp_scout_kind kind, const char *input,
                    const struct uvp_input_options *options);
void uvp_scout_close(struct uvp_scout *scout);

/*
 * Looks for the member `path`, and keeps it and others like it in `nearby`. *found is NULL when
 * there is none, it is too long, or the input cannot be read to there.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY, UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code uvp_scout_find(struct uvp_scout *scout, struct uvp_span path,
                                          struct uvp_nearby *nearby,
                                          const struct uvp_entry **found,
                                          struct uvp_error *err);

#endif
