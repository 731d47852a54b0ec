/*
 * folder_tree.h -- where the values of a folder store lie, and how much they are
 *
 * Shape:   DIR/CACHEDIR.TAG, for programs that make backups; DIR/uvpipe-1/ with everything
 *          else: a lock, and values as x/yz/xyz..., 64 digits in base 16, below 16 folders of
 *          256. Files that are called otherwise are never touched.
 * Threads: every call is for itself; several processes may be at work in one tree.
 */
#ifndef UVP_STAGES_STORE_FOLDER_TREE_H
#define UVP_STAGES_STORE_FOLDER_TREE_H

#include "pipeline/base/mem.h"
#include "pipeline/base/stop.h"
#include "stages/store/store.h"

#define UVP_TREE_NAME_BYTES (2 * UVP_BLAKE2B_BYTES + 1)
#define UVP_TREE_TEMPORARY "tmp-" /* what names of values not yet whole begin with */

void uvp_tree_name(const struct uvp_store_key *key, char name[UVP_TREE_NAME_BYTES]);

/*
 * Opens DIR/uvpipe-1, which is made when it is not there and `make`, with DIR itself.
 *
 * Returns: UVP_OK, UVP_IO; UVP_UNSUPPORTED: there is no cache, and none was to be made
 */
UVP_MUST_USE enum uvp_code uvp_tree_open(const char *dir, bool make, int *root_fd,
                                         struct uvp_error *err);

/* The folder of a value, opened without following links; -1, with errno. */
int uvp_tree_open_folder(int root_fd, const char name[UVP_TREE_NAME_BYTES], bool make);

/* What a file takes of the disk, as near as can be said of any file system. */
static inline uint64_t uvp_tree_cost(uint64_t bytes)
{
    return (bytes + 4095) / 4096 * 4096;
}

/* Times as the file system has them: nanoseconds since 1970. */
uint64_t uvp_tree_now_ns(void);

struct uvp_tree_usage {
    uint64_t values;
    uint64_t bytes;     /* on disk, about */
    uint64_t oldest_ns; /* last use of the least and the most recently used; 0: none */
    uint64_t newest_ns;
};

struct uvp_tree_limits {
    uint64_t most_bytes;  /* 0: none */
    uint64_t most_age_ns; /* since the last use; 0: none */
};

/*
 * Looks at every value, removes those beyond the limits, the least recently used first, and
 * what killed processes left. A bit more than needed is removed, so that it need not be done
 * again soon. The caller holds the lock of the tree.
 *
 * Returns: UVP_OK, with what is there now, and what was removed
 *          UVP_NO_MEMORY, UVP_IO; UVP_CANCELLED from `stop` (NULL: none)
 */
UVP_MUST_USE enum uvp_code uvp_tree_trim(int root_fd, const struct uvp_tree_limits *limits,
                                         struct uvp_mem *mem, const struct uvp_stop *stop,
                                         struct uvp_tree_usage *now,
                                         struct uvp_tree_usage *removed, struct uvp_error *err);

#define UVP_TREE_UNKNOWN UINT64_MAX

/*
 * The lock file holds how much there is, as far as it was counted, or UVP_TREE_UNKNOWN: it is
 * read when the lock is taken, and written when it is given back. -1: somebody else has it, or
 * errno says why not.
 */
int uvp_tree_lock(int root_fd, bool wait, uint64_t *bytes);
void uvp_tree_unlock(int lock_fd, uint64_t bytes);

/* ---- the command line ---- */

UVP_MUST_USE enum uvp_code uvp_cache_look(const char *dir, struct uvp_mem *mem,
                                          struct uvp_tree_usage *now, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_cache_trim(const char *dir, const struct uvp_tree_limits *limits,
                                          struct uvp_mem *mem, struct uvp_tree_usage *now,
                                          struct uvp_tree_usage *removed,
                                          struct uvp_error *err);
/* Removes every value, and the folders; DIR stays. */
UVP_MUST_USE enum uvp_code uvp_cache_clear(const char *dir, struct uvp_mem *mem,
                                           struct uvp_tree_usage *removed,
                                           struct uvp_error *err);

#endif
