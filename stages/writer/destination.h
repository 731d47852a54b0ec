/*
 * destination.h -- one output: where its bytes go, and when it counts as there
 *
 * Why:     a file appears under its name whole or not at all; standard output gets no end mark
 *          unless everything before it was written.
 * Use:     open; write members through `output`; flush now and then; end; it is complete when
 *          its last frame has been collected.
 * Owner:   the writer's. Threads: confined to the writer's thread.
 */
#ifndef UVP_STAGES_WRITER_DESTINATION_H
#define UVP_STAGES_WRITER_DESTINATION_H

#include "formats/archive/output.h"
#include "stages/shared.h"

struct uvp_frames;

struct uvp_destination {
    struct uvp_shared *shared;
    int fd; /* -1: none (folders) */
    bool owns_fd;
    char *final_path; /* NULL for standard output and folders */
    char *temporary_path;
    size_t path_room; /* bytes of each of the two */
    struct uvp_fd_sink *file;
    struct uvp_sink_ops file_ops;
    struct uvp_sink *sink;
    struct uvp_output *output;
    struct uvp_frames *frames; /* NULL: not compressed */
    bool wants_member; /* without one it does not appear: a file that nothing was made for */
    bool ended;
    bool completed;
    struct uvp_destination *next; /* the writer's list */
};

/*
 * `name` is what the output is called inside a folder given as output (per_input), else NULL.
 * Returns: UVP_OK, UVP_IO, UVP_NO_MEMORY
 *          UVP_USAGE  binary to a terminal
 */
UVP_MUST_USE enum uvp_code uvp_destination_open(struct uvp_shared *shared,
                                                const struct uvp_choice *choice,
                                                const char *name, bool single_input,
                                                struct uvp_destination **destination,
                                                struct uvp_error *err);

/* Everything written so far leaves the gather list; what was viewed may be released. */
UVP_MUST_USE enum uvp_code uvp_destination_flush(struct uvp_destination *destination,
                                                 struct uvp_outlet *outlet,
                                                 struct uvp_error *err);

/* No more members. `complete`: with end marks. Jobs may still be under way. */
UVP_MUST_USE enum uvp_code uvp_destination_end(struct uvp_destination *destination,
                                               struct uvp_outlet *outlet, bool complete,
                                               struct uvp_error *err);

/* After end, once no job is under way: the file takes its name. */
UVP_MUST_USE enum uvp_code uvp_destination_complete(struct uvp_destination *destination,
                                                    struct uvp_error *err);
bool uvp_destination_is_idle(const struct uvp_destination *destination);

/* Removes what was not completed. */
void uvp_destination_close(struct uvp_destination *destination);

#endif
