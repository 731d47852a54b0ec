/*
 * output.h -- an archive written member by member into a sink
 *
 * Use:     create for a container; raw, entry, member pieces in order; then trailer for each
 *          input, and finish. Without finish the stream carries no end mark: it is seen to be
 * cut. Owner:   borrows the sink. Viewed bytes must stay until the sink is flushed. Threads:
 * confined.
 */
#ifndef UVP_FORMATS_ARCHIVE_OUTPUT_H
#define UVP_FORMATS_ARCHIVE_OUTPUT_H

#include "formats/archive/entry.h"
#include "formats/archive/sink.h"

struct uvp_output;

struct uvp_output_options {
    enum uvp_container container;
    const char *folder; /* where UVP_CONTAINER_FOLDER writes; made when missing */
    bool single_input;  /* the input's own end marks are passed on as they are */
    struct uvp_mem *mem;
};

UVP_MUST_USE enum uvp_code uvp_output_create(const struct uvp_output_options *options,
                                             struct uvp_sink *sink, struct uvp_output **output,
                                             struct uvp_error *err);
void uvp_output_destroy(struct uvp_output *output);

/* Raw bytes of an input of the same container, from its offset `at`. */
UVP_MUST_USE enum uvp_code uvp_output_raw(struct uvp_output *output,
                                          const struct uvp_slices *raw, uint64_t at,
                                          struct uvp_error *err);
/* A member as it came: its raw bytes (same container). */
UVP_MUST_USE enum uvp_code uvp_output_original(struct uvp_output *output,
                                               const struct uvp_entry *entry,
                                               struct uvp_error *err);
/* A member as uvp_entry_render made it. */
UVP_MUST_USE enum uvp_code uvp_output_member(struct uvp_output *output,
                                             const struct uvp_entry *entry,
                                             struct uvp_span bytes,
                                             const struct uvp_rendered *rendered,
                                             struct uvp_error *err);
/* A member of the same container that is left out: nothing is written, its directory record
 * is dropped. */
UVP_MUST_USE enum uvp_code uvp_output_drop(struct uvp_output *output,
                                           const struct uvp_entry *entry,
                                           struct uvp_error *err);
/* A long member from another container, in pieces: its size is entry->size_bytes. */
UVP_MUST_USE enum uvp_code uvp_output_begin(struct uvp_output *output,
                                            const struct uvp_entry *entry,
                                            struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_output_data(struct uvp_output *output,
                                           const struct uvp_slices *decoded,
                                           struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_output_end(struct uvp_output *output, struct uvp_error *err);

/* The end of one input: its trailer (empty for another container). */
UVP_MUST_USE enum uvp_code uvp_output_trailer(struct uvp_output *output,
                                              const struct uvp_slices *raw, uint64_t at,
                                              struct uvp_error *err);
/* The end of the archive. */
UVP_MUST_USE enum uvp_code uvp_output_finish(struct uvp_output *output, struct uvp_error *err);

#endif
