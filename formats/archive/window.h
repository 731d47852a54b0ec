/*
 * window.h -- what was read of a stream and not yet handed on, found by offset
 *
 * Why:     a parser runs ahead of what is flushed and taken; the bytes between are kept here as
 *          slices, and ranges of them are handed on without copying.
 * Use:     push what the stream gives; show ranges; forget what was handed on.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_WINDOW_H
#define UVP_FORMATS_ARCHIVE_WINDOW_H

#include <stdbool.h>

#include "formats/archive/blocks.h"

struct uvp_window {
    struct uvp_mem *mem;
    struct uvp_slice *items; /* [first, first + count) are in use */
    uint32_t first;
    uint32_t count;
    uint32_t capacity;
    uint64_t begin; /* offset of the first byte held */
    uint64_t end;   /* and behind the last */
};

void uvp_window_init(struct uvp_window *window, struct uvp_mem *mem);
void uvp_window_release(struct uvp_window *window);

/* Takes over the slice's reference on success. */
UVP_MUST_USE enum uvp_code uvp_window_push(struct uvp_window *window,
                                           const struct uvp_slice *slice,
                                           struct uvp_error *err);

/* Adds references to [from, to), which must be held, to the end of `slices`; on failure
 * `slices` is as it was. */
UVP_MUST_USE enum uvp_code uvp_window_show(const struct uvp_window *window, uint64_t from,
                                           uint64_t to, struct uvp_slices *slices,
                                           struct uvp_error *err);

/* Copies [from, from + bytes), which must be held. */
void uvp_window_copy(const struct uvp_window *window, uint64_t from, void *to, size_t bytes);

/* What lies in one piece from `at` on; empty at the end. */
struct uvp_span uvp_window_piece(const struct uvp_window *window, uint64_t at);

/* Lets go of everything before `upto`, which is at most `end`. */
void uvp_window_forget(struct uvp_window *window, uint64_t upto);

#endif
