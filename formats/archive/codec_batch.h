/*
 * codec_batch.h -- frames that are here whole, decoded beside each other
 *
 * Why:     one thread decodes a gigabyte a second of zstd and a third of that of gzip; files of
 *          many frames that tell their sizes need not wait for it.
 * Use:     where a frame may begin: fill; while it has bytes: read. A frame that does not tell
 *          its size, is not all there, is large or damaged is left where it was, to be decoded
 *          step by step; so what comes out never depends on how much was at hand.
 * Owner:   the batch owns its memory; the crew is borrowed.
 * Threads: confined; the crew's hands each work on frames of their own.
 */
#ifndef UVP_FORMATS_ARCHIVE_CODEC_BATCH_H
#define UVP_FORMATS_ARCHIVE_CODEC_BATCH_H

#include "formats/archive/codec_kind.h"

struct uvp_codec_batch;

/* *batch is NULL, with UVP_OK, when there is nothing to gain: one hand, little memory, or a
 * kind whose frames tell no sizes. */
UVP_MUST_USE enum uvp_code uvp_codec_batch_create(const struct uvp_codec_kind *kind,
                                                  const struct uvp_codec_crew *crew,
                                                  struct uvp_mem *mem,
                                                  struct uvp_codec_batch **batch,
                                                  struct uvp_error *err);
void uvp_codec_batch_destroy(struct uvp_codec_batch *batch); /* NULL allowed */

/*
 * Decodes frames from where `ahead` stands, if at least two are at hand. *filled is false, and
 * nothing was gone over, when there are not.
 *
 * Returns: UVP_OK, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_codec_batch_fill(struct uvp_codec_batch *batch,
                                                struct uvp_lookahead *ahead, bool *filled,
                                                struct uvp_error *err);

/* Copies what comes next, at most `room`, and goes over each frame in `ahead` as it begins.
 * *stored is how much of the input was gone over. 0: the batch is empty. */
size_t uvp_codec_batch_read(struct uvp_codec_batch *batch, struct uvp_lookahead *ahead,
                            void *to, size_t room, uint64_t *stored);

/* True while `read` has something to give. */
bool uvp_codec_batch_has(const struct uvp_codec_batch *batch);

#endif
