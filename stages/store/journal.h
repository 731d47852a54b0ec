/*
 * journal.h -- a store in one file beside the output, that an interrupted run goes on from
 *
 * Why:     a run that is killed after hours has solved most of its meshes already.
 * Use:     create, with what the run is; use through the struct uvp_store. leave_behind says
 *          which files are not complete, and clean removes those of earlier runs. end removes
 *          the journal: its run is done. destroy without end keeps it.
 * Shape:   seals with their values, one behind the other: first the run's, then solutions as
 *          they are made, in any order. Only ever appended to; what is cut or damaged at the
 *          end is taken off when it is opened.
 * Threads: as store.h says; the rest from the thread that owns the run. A lock is held while a
 *          value is appended, for they must lie one behind the other.
 * Limits:  one run at a time: the file is locked. Nothing is forced to the disk: what the
 *          machine had not written when it went down is solved again.
 */
#ifndef UVP_STAGES_STORE_JOURNAL_H
#define UVP_STAGES_STORE_JOURNAL_H

#include "stages/store/store.h"
#include "stages/store/trouble.h"

struct uvp_journal;

struct uvp_journal_run {
    struct uvp_store_key command; /* digest of all that the output depends on, but the input */
    const char *engine;           /* version of what solves */
};

/*
 * Returns: UVP_OK
 *          UVP_USAGE  the file is no journal, of another command or another version, or in use
 *          UVP_IO, UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_journal_create(const char *path,
                                              const struct uvp_journal_run *run,
                                              struct uvp_mem *mem, struct uvp_trouble *trouble,
                                              struct uvp_journal **journal,
                                              struct uvp_error *err);

struct uvp_store uvp_journal_store(struct uvp_journal *journal);

/* Notes the path of a file that is not complete yet. */
void uvp_journal_leave_behind(struct uvp_journal *journal, const char *path);

/* Removes the files noted by earlier runs that are called `output` and more, as such files are.
 */
void uvp_journal_clean(struct uvp_journal *journal, const char *output);

uint64_t uvp_journal_count(const struct uvp_journal *journal); /* solutions found at start */

void uvp_journal_end(struct uvp_journal *journal);
void uvp_journal_destroy(struct uvp_journal *journal); /* NULL allowed */

#endif
