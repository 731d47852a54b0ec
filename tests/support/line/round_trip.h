/*
 * round_trip.h -- archives through the whole line, and what came out read by another program
 *
 * Why:     the judge of the output is libarchive's reader and a second OBJ reader, not the code
 *          that wrote it.
 * Owner:   struct test_bytes, struct line_run and struct seen are released by the caller.
 * Limits:  a test that runs out of memory ends.
 */
#ifndef UVP_TESTS_ROUND_TRIP_H
#define UVP_TESTS_ROUND_TRIP_H

#include "formats/archive/codec.h"
#include "tests/support/archives.h"
#include "tests/support/line/line_run.h"

/* How an archive is sent through; zero is: a file, the serial twin, one reader, all usual. */
struct round_trip {
    uint32_t workers;
    uint32_t readers;
    bool through_pipe;
    bool unordered;
    size_t budget_bytes;
    uint32_t window_items;
    struct uvp_settings settings;
};

/* Runs it; nothing may have leaked. */
void round_trip_run(const struct round_trip *how, const struct test_bytes *in,
                    struct line_run *run);

/* As above with several inputs; `names` as in struct line_run, or NULL. */
void round_trip_run_all(const struct round_trip *how, const struct test_bytes *in,
                        const char *const *names, uint32_t count, struct line_run *run);

/* One frame, by libarchive; codec NONE copies. */
void round_trip_compress(enum uvp_codec codec, const struct test_bytes *in,
                         struct test_bytes *out);
/* Any number of frames of any codec, by libarchive; false when it is not whole. */
bool round_trip_expand(const unsigned char *data, size_t bytes, struct test_bytes *out);

/* ---- what libarchive makes of an archive ---- */

struct seen_member {
    char *path;
    unsigned type; /* AE_IFREG ...; of hard links too */
    unsigned mode;
    int64_t mtime;
    long mtime_ns;
    int64_t uid;
    int64_t gid;
    char *symlink;  /* or NULL */
    char *hardlink; /* or NULL */
    char *note;     /* the value of user.note, or NULL */
    unsigned char *data;
    size_t bytes;
};

struct seen {
    struct seen_member *items;
    size_t count;
    bool whole; /* read to its end without a failure */
};

void seen_read(const unsigned char *data, size_t bytes, struct seen *seen);
void seen_release(struct seen *seen);
const struct seen_member *seen_find(const struct seen *seen, const char *path);

/* Is `out` the OBJ text `in` with UVs added or replaced, all UVs in range, and nothing else? */
bool obj_is_unwrapped(const void *in, size_t in_bytes, const void *out, size_t out_bytes);

#endif
