/*
 * call.h -- what every call of the library sets up: memory, scratch room, a stop
 *
 * Why:     the public header promises limits and zero-filled options in one place; here they
 *          are read, once for all calls.
 * Use:     uvp_call_read each struct of the caller; uvp_call_begin; work; uvp_call_end.
 * Owner:   a call borrows `mem` and the caller's cancel flag.
 * Threads: confined; the cancel flag may be raised by others.
 */
#ifndef UVP_STAGES_LIBRARY_CALL_H
#define UVP_STAGES_LIBRARY_CALL_H

#include "pipeline/base/mem.h"
#include "pipeline/base/stop.h"
#include "stages/library/uvpipe.h"
#include "stages/unwrapper/atlas/atlas.h"

/* Between two looks at the stop, in loops over vertices or corners. */
#define UVP_CALL_ITEMS_PER_POLL 65536U

struct uvp_call {
    struct uvp_arena keep;    /* what lives until the call ends */
    struct uvp_arena scratch; /* the engine's own */
    struct uvp_stop stop;
};

/*
 * Copies a struct of the caller, whose first field is its size, over `to`, and fills the rest
 * with zeros. NULL: all zeros. `name` is what the text of an error calls it.
 *
 * Returns: UVP_OK
 *          UVP_USAGE  no size, or fields that this library does not know are not zero
 */
UVP_MUST_USE enum uvp_code uvp_call_read(void *to, size_t to_bytes, const void *from,
                                         const char *name, struct uvp_error *err);

/* Copies `from` into a struct that the caller has told the size of; that field stays. */
void uvp_call_fill(void *to, const void *from, size_t from_bytes);

/*
 * Sets `mem` up with the limits' memory, and the call's stop and arenas over it. To be ended,
 * whatever it returns.
 *
 * Returns: UVP_OK
 *          UVP_USAGE       the limits have no size
 *          UVP_CANCELLED   the flag was raised before
 */
UVP_MUST_USE enum uvp_code uvp_call_begin(struct uvp_call *call,
                                          const struct uvp_limits *limits, struct uvp_mem *mem,
                                          struct uvp_error *err);

/* Gives back what the call took from `mem`. */
void uvp_call_end(struct uvp_call *call);

/* UVP_OK but at every UVP_CALL_ITEMS_PER_POLL-th item, where the stop is asked. */
UVP_MUST_USE enum uvp_code uvp_call_poll(struct uvp_call *call, uint32_t item,
                                         struct uvp_error *err);

/* An object that holds a struct uvp_mem of its own cannot lie in it. NULL: no memory. */
void *uvp_call_take_object(size_t bytes) UVP_MUST_USE;
void uvp_call_give_object(void *object, size_t bytes);

/* The options for the engine; UVP_USAGE names the field. NULL: all defaults. */
UVP_MUST_USE enum uvp_code uvp_call_atlas_options(const struct uvp_unwrap_options *options,
                                                  struct uvp_atlas_options *atlas,
                                                  struct uvp_error *err);

/* What the caller is told of the engine's statistics. */
void uvp_call_tell_stats(const struct uvp_atlas_stats *stats, uint32_t pages,
                         struct uvp_unwrap_stats *to);

/* True for 1 to 1000 and UVP_PAGES_AUTO. */
bool uvp_call_pages_fit(uint32_t pages);

#endif
