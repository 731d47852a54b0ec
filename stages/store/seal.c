#include "stages/store/seal.h"

#include <errno.h>
#include <unistd.h>

#define VERSION 1
#define HEAD_BYTES 80 /* before its own digest */

const char uvp_seal_solution[UVP_SEAL_KIND_BYTES] = {'U', 'V', 'P', 'S', 'O', 'L', 'N', '\n'};
const char uvp_seal_journal[UVP_SEAL_KIND_BYTES] = {'U', 'V', 'P', 'J', 'R', 'N', 'L', '\n'};
const char uvp_seal_left[UVP_SEAL_KIND_BYTES] = {'U', 'V', 'P', 'L', 'E', 'F', 'T', '\n'};

static void digest_of(const void *data, size_t bytes, unsigned char *out, size_t out_bytes)
{
    unsigned char whole[UVP_BLAKE2B_BYTES];
    struct uvp_blake2b digest;

    uvp_blake2b_init(&digest);
    uvp_blake2b_update(&digest, data, bytes);
    uvp_blake2b_finish(&digest, whole);
    memcpy(out, whole, out_bytes);
}

static void put(unsigned char *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) {
        to[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint64_t get(const unsigned char *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes - 1; i >= 0; i--) {
        value = value << 8 | at[i];
    }
    return value;
}

void uvp_seal_make(const char kind[UVP_SEAL_KIND_BYTES], const struct uvp_store_key *key,
                   struct uvp_span value, unsigned char out[UVP_SEAL_BYTES])
{
    memcpy(out, kind, UVP_SEAL_KIND_BYTES);
    put(out + 8, VERSION, 4);
    put(out + 12, 0, 4);
    put(out + 16, value.bytes, 8);
    memcpy(out + 24, key->bytes, sizeof key->bytes);
    digest_of(value.data, value.bytes, out + 56, 24);
    digest_of(out, HEAD_BYTES, out + HEAD_BYTES, UVP_SEAL_BYTES - HEAD_BYTES);
}

bool uvp_seal_read(const unsigned char data[UVP_SEAL_BYTES], struct uvp_seal *seal)
{
    unsigned char check[UVP_SEAL_BYTES - HEAD_BYTES];

    digest_of(data, HEAD_BYTES, check, sizeof check);
    if (memcmp(check, data + HEAD_BYTES, sizeof check) != 0 || get(data + 8, 4) != VERSION ||
        get(data + 12, 4) != 0) {
        return false;
    }
    memcpy(seal->kind, data, sizeof seal->kind);
    seal->value_bytes = get(data + 16, 8);
    memcpy(seal->key.bytes, data + 24, sizeof seal->key.bytes);
    memcpy(seal->value_digest, data + 56, sizeof seal->value_digest);
    return true;
}

bool uvp_seal_is_kind(const struct uvp_seal *seal, const char kind[UVP_SEAL_KIND_BYTES])
{
    return memcmp(seal->kind, kind, UVP_SEAL_KIND_BYTES) == 0;
}

bool uvp_seal_fits(const struct uvp_seal *seal, struct uvp_span value)
{
    unsigned char digest[sizeof seal->value_digest];

    if (value.bytes != seal->value_bytes) {
        return false;
    }
    digest_of(value.data, value.bytes, digest, sizeof digest);
    return memcmp(digest, seal->value_digest, sizeof digest) == 0;
}

bool uvp_seal_write(int fd, const void *data, size_t bytes)
{
    const unsigned char *at = data;

    while (bytes > 0) {
        const ssize_t written = write(fd, at, bytes);

        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            errno = written == 0 ? ENOSPC : errno;
            return false;
        }
        at += written;
        bytes -= (size_t)written;
    }
    return true;
}

bool uvp_seal_pread(int fd, void *data, size_t bytes, uint64_t at)
{
    unsigned char *to = data;

    while (bytes > 0) {
        const ssize_t got = pread(fd, to, bytes, (off_t)at);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        to += got;
        at += (uint64_t)got;
        bytes -= (size_t)got;
    }
    return true;
}
