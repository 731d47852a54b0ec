/*
 * whole_file.h -- a file that appears complete, or not at all
 *
 * Why:     half a page is of no use, and must not take the place of an earlier one.
 * Use:     open; write to the descriptor and close it; commit or drop.
 * Owner:   the descriptor is the caller's to close.
 * Threads: confined.
 * Limits:  what is no regular file (a device, a pipe) is written in place. A program that is
 *          killed leaves a file with a random suffix behind.
 */
#ifndef UVP_TOOLS_WHOLE_FILE_H
#define UVP_TOOLS_WHOLE_FILE_H

#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"

struct uvp_whole_file {
    struct uvp_mem *mem;
    char *final_path;     /* links followed; NULL: not open */
    char *temporary_path; /* NULL: written in place */
    size_t path_bytes;    /* of each */
};

/* A file that is not open: drop may be called. */
void uvp_whole_file_init(struct uvp_whole_file *file, struct uvp_mem *mem);

/* `what` is for the message: "cannot create WHAT PATH". */
UVP_MUST_USE enum uvp_code uvp_whole_file_open(struct uvp_whole_file *file, const char *path,
                                               const char *what, int *fd,
                                               struct uvp_error *err);

/* Gives it its name. What fails leaves nothing behind. */
UVP_MUST_USE enum uvp_code uvp_whole_file_commit(struct uvp_whole_file *file,
                                                 struct uvp_error *err);

/* Leaves nothing behind. On a file that is not open it does nothing. */
void uvp_whole_file_drop(struct uvp_whole_file *file);

#endif
