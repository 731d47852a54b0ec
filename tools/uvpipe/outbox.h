/*
 * outbox.h -- lines on their way to a descriptor, gathered so that writing costs little
 *
 * Use:     init; open a file or take stdout; append to `text` and say that a line is due;
 *          close.
 * Owner:   owns the descriptor.
 * Threads: confined.
 * Limits:  up to 64 KiB wait, and no line longer than a second once the next one is due; on a
 *          terminal none waits.
 */
#ifndef UVP_TOOLS_OUTBOX_H
#define UVP_TOOLS_OUTBOX_H

#include <stdbool.h>

#include "pipeline/base/buf.h"

struct uvp_outbox {
    const char *name; /* of the file; NULL: nothing is open, every call does nothing */
    int fd;
    bool terminal;
    bool is_stdout;
    struct uvp_buf text;      /* not written yet */
    uint64_t written_ns;      /* when text last went out */
    struct uvp_error failure; /* the first one; nothing is written after it */
};

void uvp_outbox_init(struct uvp_outbox *outbox, struct uvp_mem *mem);

/* Empties or creates the file. */
UVP_MUST_USE enum uvp_code uvp_outbox_open(struct uvp_outbox *outbox, const char *path,
                                           struct uvp_error *err);
void uvp_outbox_take_stdout(struct uvp_outbox *outbox);
/* Lines go out at once, each in one write; stderr stays open after close. */
void uvp_outbox_take_stderr(struct uvp_outbox *outbox);
/* An open file, which `name` is told of. */
void uvp_outbox_take_file(struct uvp_outbox *outbox, int fd, const char *name);

/* True when lines are of no use any more: it is not open, or has failed. */
bool uvp_outbox_is_silent(const struct uvp_outbox *outbox);

/* Appends a piece of a line. A failure is kept. */
void uvp_outbox_add(struct uvp_outbox *outbox, const char *piece);

/* A line was appended to `text`: writes out what is due. A failure is kept. */
void uvp_outbox_line(struct uvp_outbox *outbox);

/* Returns the first failure of any of the calls above, or of writing and closing now. */
UVP_MUST_USE enum uvp_code uvp_outbox_close(struct uvp_outbox *outbox, struct uvp_error *err);

#endif
