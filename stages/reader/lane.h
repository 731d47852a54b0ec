/*
 * lane.h -- one input on its way into the line
 *
 * Why:     the bytes of one input become parcels, in order, inside the budget.
 * Threads: confined to the reader thread that has the lane.
 */
#ifndef UVP_STAGES_READER_LANE_H
#define UVP_STAGES_READER_LANE_H

#include <sys/stat.h>

#include "formats/archive/input.h"
#include "stages/reader/scout.h"
#include "stages/shared.h"

struct uvp_lane {
    struct uvp_shared *shared;
    struct uvp_intake *intake;
    uint32_t number;
    const char *name; /* the input's path as given */
    bool is_folder;
    struct uvp_io io;           /* the system's, with the bytes counted */
    struct uvp_stream *stream;  /* until the input has it */
    struct uvp_codec_crew crew; /* of its decoder: the line's idle workers */
    enum uvp_codec codec;
    struct uvp_input *input;
    struct uvp_choice choice;
    bool foreign;               /* the output is of another kind: no raw bytes */
    struct uvp_parcel *parcel;  /* being filled; NULL: none */
    struct uvp_buf path;        /* of the member at hand */
    struct uvp_buf member_name; /* of a plain file's one member */
    struct stat status;         /* of the file, when has_status */
    bool has_status;
    struct uvp_member *spare;  /* the member being read */
    struct uvp_nearby *nearby; /* members that others may need; NULL until one came by */
    struct uvp_scout scout;
    uint32_t kept; /* for others, since one came by that could need them */
    uint64_t kept_bytes;
    uint32_t awaiting;       /* members of the parcel that wait for siblings */
    bool between_members;    /* what was sent does not end inside of one */
    bool cancelled;          /* the intake said so: nothing more goes in */
    enum uvp_code hook_code; /* a failure inside before_wait, kept for later */
    struct uvp_error hook_error;
};

/* Opens the file or folder and reads ahead a little; no budget is held yet. */
UVP_MUST_USE enum uvp_code uvp_lane_open(struct uvp_shared *shared, uint32_t number,
                                         struct uvp_intake *intake, struct uvp_lane **lane,
                                         struct uvp_error *err);
/* Reads to the end, sending parcels. */
UVP_MUST_USE enum uvp_code uvp_lane_run(struct uvp_lane *lane, struct uvp_error *err);
void uvp_lane_close(struct uvp_lane *lane);

/* ---- needs.c: members that lie in more than one file ---- */

/* A passed member that may be a part of a mesh: it is taken whole, so that it can be kept. */
bool uvp_lane_may_be_needed(const struct uvp_lane *lane, const struct uvp_header *header);
/* Keeps what was taken into the spare member, and gives it to those that wait for it. */
UVP_MUST_USE enum uvp_code uvp_lane_keep_nearby(struct uvp_lane *lane, struct uvp_error *err);
/* Finds what the mesh in the spare member needs, and adds it; *more_bytes is how much. */
UVP_MUST_USE enum uvp_code uvp_lane_add_siblings(struct uvp_lane *lane, uint64_t *more_bytes,
                                                 struct uvp_error *err);
/* True while the parcel waits for what a member of it needs; not for ever. */
bool uvp_lane_is_held(struct uvp_lane *lane);
void uvp_lane_forget_nearby(struct uvp_lane *lane);

/* ---- generator.c: members that are made ---- */

/* In place of reading: admits what settings->making tells, to the end. */
UVP_MUST_USE enum uvp_code uvp_lane_generate(struct uvp_lane *lane, struct uvp_error *err);

/* ---- gather.c: filling and sending parcels ---- */

/* Makes sure a parcel with a ticket is being filled, with `bytes` more of the budget. */
UVP_MUST_USE enum uvp_code uvp_lane_reserve(struct uvp_lane *lane, size_t bytes,
                                            struct uvp_error *err);
/* Sends the parcel being filled, if it holds anything. */
void uvp_lane_send(struct uvp_lane *lane);
/* Moves raw bytes from offset `at` of the input into the parcel. */
UVP_MUST_USE enum uvp_code uvp_lane_add_raw(struct uvp_lane *lane, uint64_t at,
                                            struct uvp_slices *raw, struct uvp_error *err);
/* Moves the raw bytes that were passed over into the parcel. */
UVP_MUST_USE enum uvp_code uvp_lane_gather(struct uvp_lane *lane, struct uvp_error *err);
/* Sends when the parcel is worth a hand-over. */
void uvp_lane_send_if_full(struct uvp_lane *lane);
/* A member that goes on as it is: counted, and recorded when somebody listens. */
UVP_MUST_USE enum uvp_code uvp_lane_note_passed(struct uvp_lane *lane,
                                                const struct uvp_header *header,
                                                const char *reason, struct uvp_error *err);
/* A member that could not be read whole; what follows it may still be read. */
UVP_MUST_USE enum uvp_code uvp_lane_note_failed(struct uvp_lane *lane,
                                                const struct uvp_header *header,
                                                const struct uvp_error *error,
                                                struct uvp_error *err);
/* Damage that was stepped over: told by the writer, in order. */
UVP_MUST_USE enum uvp_code uvp_lane_note_warning(struct uvp_lane *lane,
                                                 const struct uvp_error *warning,
                                                 struct uvp_error *err);

#endif
