/*
 * seal.h -- a value in a file: what it is, whose, how long, and whether it is whole
 *
 * Why:     what lies in files may be cut, mixed up, or of somebody else. A seal that does not
 *          fit is a miss, whatever the reason.
 * Shape:   kind (8 bytes), version (4), 0 (4), bytes of the value (8), key (32), digest of the
 *          value (24), digest of what is before (8); then the value. Little-endian.
 * Threads: confined.
 */
#ifndef UVP_STAGES_STORE_SEAL_H
#define UVP_STAGES_STORE_SEAL_H

#include "stages/store/store.h"

#define UVP_SEAL_BYTES 88
#define UVP_SEAL_KIND_BYTES 8

extern const char uvp_seal_solution[UVP_SEAL_KIND_BYTES]; /* of a mesh */
extern const char uvp_seal_journal[UVP_SEAL_KIND_BYTES];  /* first in a journal */
extern const char uvp_seal_left[UVP_SEAL_KIND_BYTES]; /* path of a file that is not complete */

struct uvp_seal {
    char kind[UVP_SEAL_KIND_BYTES];
    uint64_t value_bytes;
    struct uvp_store_key key;
    unsigned char value_digest[24];
};

void uvp_seal_make(const char kind[UVP_SEAL_KIND_BYTES], const struct uvp_store_key *key,
                   struct uvp_span value, unsigned char out[UVP_SEAL_BYTES]);
/* False when it is none, of another version, or damaged. Says nothing of the value. */
UVP_MUST_USE bool uvp_seal_read(const unsigned char data[UVP_SEAL_BYTES],
                                struct uvp_seal *seal);
UVP_MUST_USE bool uvp_seal_is_kind(const struct uvp_seal *seal,
                                   const char kind[UVP_SEAL_KIND_BYTES]);
/* True when this is the value that was sealed, to the last bit. */
UVP_MUST_USE bool uvp_seal_fits(const struct uvp_seal *seal, struct uvp_span value);

/* All of it, however short the single writes are; false with errno set. */
UVP_MUST_USE bool uvp_seal_write(int fd, const void *data, size_t bytes);
/* From `at` on; false when there are fewer, or reading failed. */
UVP_MUST_USE bool uvp_seal_pread(int fd, void *data, size_t bytes, uint64_t at);

#endif
