/*
 * folder_store.h -- a store in a folder, for later runs and for other processes
 *
 * Why:     the same meshes come again tomorrow.
 * Use:     create; use through the struct uvp_store; its destroy keeps the limit and ends.
 * Threads: as store.h says; any number of processes may share the folder. No lock is held
 *          while a value is read or written; who wants to trim takes the lock of the tree, or
 *          leaves it to the one that has it.
 * Limits:  `limits` hold after a run that added something; during one the folder may grow by a
 *          sixteenth of them, a process. A folder that cannot be written is only read; one that
 *          failed is not written again.
 */
#ifndef UVP_STAGES_STORE_FOLDER_STORE_H
#define UVP_STAGES_STORE_FOLDER_STORE_H

#include "stages/store/folder_tree.h"
#include "stages/store/trouble.h"

UVP_MUST_USE enum uvp_code
uvp_folder_store_create(const char *dir, const struct uvp_tree_limits *limits,
                        struct uvp_mem *mem, const struct uvp_stop *stop,
                        struct uvp_trouble *trouble, struct uvp_store *store,
                        struct uvp_error *err);

#endif
