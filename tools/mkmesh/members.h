/*
 * members.h -- archives of test meshes and other members
 *
 * Use:     fill the options (zero means none or the default), members_write.
 * Order:   the same options give the same bytes from the same libraries: times, owners and
 *          names come from the options and the seed.
 */
#ifndef UVP_TOOLS_MKMESH_MEMBERS_H
#define UVP_TOOLS_MKMESH_MEMBERS_H

#include <stdbool.h>
#include <stdint.h>

struct members_options {
    const char *format;   /* tar, pax, gnutar, ustar, zip, cpio, 7z */
    const char *compress; /* none, zstd, gzip, xz, bzip2, lz4 */
    const char *output;   /* a path, or "-" */
    uint64_t members;
    uint32_t triangles;   /* of a mesh, on average */
    uint64_t other_bytes; /* of a member that is not a mesh */
    uint64_t big_bytes;   /* one more member, of so many bytes */
    uint64_t broken;      /* so many of the first meshes name a vertex that is not there */
    uint64_t seed;
    bool mix;  /* text, binaries, folders, links and long names between the meshes */
    bool tiny; /* members of 100 bytes, no meshes */
};

/* 0, or 1 after a message on stderr. */
int members_write(const struct members_options *options);

#endif
