/*
 * The order of records means nothing: a solution is found by what it was made from. So a run
 * that goes on needs no notion of how far it was; it finds what is there and solves the rest.
 */
#include "stages/store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stages/store/journal_index.h"
#include "stages/store/seal.h"

#define ENGINE_MOST 200
#define PATH_MOST 8192
#define OPEN_TRIES 16
#define TEMPORARY_MARK ".uvpipe-"
#define TEMPORARY_LETTERS 6

struct uvp_journal {
    struct uvp_mem *mem;
    struct uvp_trouble *trouble;
    char *path;
    size_t path_room;
    int fd;
    uint64_t found;        /* solutions, at the start */
    struct uvp_buf left;   /* paths noted by earlier runs, each with its NUL */
    struct uvp_mutex lock; /* protects what follows, and the end of the file */
    uint64_t end;
    bool failed; /* to write: it is only read then */
    struct uvp_journal_index index;
};

/* ---- opening ---- */

/* The file may be renamed or removed between opening and locking: then it is another one. */
static bool is_still_there(int fd, const char *path)
{
    struct stat opened;
    struct stat named;

    return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
           opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

static enum uvp_code open_locked(const char *path, int *fd, struct uvp_error *err)
{
    struct stat status;

    for (int i = 0; i < OPEN_TRIES; i++) {
        *fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
        if (*fd < 0) {
            return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot open the journal %s", path);
        }
        if (fstat(*fd, &status) != 0 || !S_ISREG(status.st_mode)) {
            return uvp_fail(err, UVP_USAGE, 0, "%s is no file for a journal", path);
        }
        if (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
            return uvp_fail(err, UVP_USAGE, 0, "another run is at work with the journal %s",
                            path);
        }
        if (is_still_there(*fd, path)) {
            return UVP_OK;
        }
        (void)close(*fd);
        *fd = -1;
    }
    return uvp_fail(err, UVP_IO, 0, "the journal %s changes under us", path);
}

/* ---- what is in it ---- */

struct head {
    unsigned char bytes[UVP_SEAL_BYTES + ENGINE_MOST];
    size_t count;
};

static void make_head(const struct uvp_journal_run *run, struct head *head)
{
    const size_t most = strlen(run->engine);
    const struct uvp_span engine =
        uvp_span_of(run->engine, most < ENGINE_MOST ? most : ENGINE_MOST);

    uvp_seal_make(uvp_seal_journal, &run->command, engine, head->bytes);
    memcpy(head->bytes + UVP_SEAL_BYTES, engine.data, engine.bytes);
    head->count = UVP_SEAL_BYTES + engine.bytes;
}

static enum uvp_code judge_head(const char *path, const unsigned char *is, size_t is_bytes,
                                const struct head *wanted, struct uvp_error *err)
{
    const struct uvp_span engine =
        uvp_span_of(wanted->bytes + UVP_SEAL_BYTES, wanted->count - UVP_SEAL_BYTES);
    struct uvp_seal seal;

    if (is_bytes < UVP_SEAL_BYTES || !uvp_seal_read(is, &seal) ||
        !uvp_seal_is_kind(&seal, uvp_seal_journal)) {
        return uvp_fail(err, UVP_USAGE, 0, "%s is no journal; it is left as it is", path);
    }
    if (!uvp_seal_fits(&seal, engine)) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "%s is of another version of uvpipe; remove it to begin anew", path);
    }
    return uvp_fail(err, UVP_USAGE, 0,
                    "%s is of another command (inputs or options differ); remove it to begin "
                    "anew",
                    path);
}

/* A journal that was cut in its head, or is new, begins here. */
static enum uvp_code begin(struct uvp_journal *journal, const struct head *head,
                           struct uvp_error *err)
{
    if (ftruncate(journal->fd, 0) != 0 || lseek(journal->fd, 0, SEEK_SET) != 0 ||
        !uvp_seal_write(journal->fd, head->bytes, head->count)) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot write the journal %s",
                            journal->path);
    }
    journal->end = head->count;
    return UVP_OK;
}

static enum uvp_code take_left(struct uvp_journal *journal, uint64_t at, uint64_t bytes,
                               struct uvp_error *err)
{
    static const char end = '\0';
    char path[PATH_MOST];

    if (bytes > sizeof path || !uvp_seal_pread(journal->fd, path, (size_t)bytes, at) ||
        memchr(path, '\0', (size_t)bytes) != NULL) {
        return UVP_OK;
    }
    UVP_TRY(uvp_buf_append(&journal->left, path, (size_t)bytes, err));
    return uvp_buf_append(&journal->left, &end, 1, err);
}

/* From one seal to the next, as long as they are whole. */
static enum uvp_code read_all(struct uvp_journal *journal, uint64_t size, struct uvp_error *err)
{
    unsigned char data[UVP_SEAL_BYTES];
    struct uvp_seal seal;

    while (size - journal->end >= UVP_SEAL_BYTES &&
           uvp_seal_pread(journal->fd, data, sizeof data, journal->end) &&
           uvp_seal_read(data, &seal) &&
           seal.value_bytes <= size - journal->end - UVP_SEAL_BYTES) {
        const struct uvp_journal_place place = {seal.key, journal->end, seal.value_bytes};

        if (uvp_seal_is_kind(&seal, uvp_seal_solution)) {
            UVP_TRY(uvp_journal_index_put(&journal->index, &place, err));
        } else if (uvp_seal_is_kind(&seal, uvp_seal_left)) {
            UVP_TRY(take_left(journal, journal->end + UVP_SEAL_BYTES, seal.value_bytes, err));
        }
        journal->end += UVP_SEAL_BYTES + seal.value_bytes;
    }
    journal->found = journal->index.count;
    return UVP_OK;
}

static enum uvp_code go_on(struct uvp_journal *journal, const struct uvp_journal_run *run,
                           struct uvp_error *err)
{
    unsigned char is[UVP_SEAL_BYTES + ENGINE_MOST];
    struct stat status;
    struct head head;
    size_t is_bytes;

    make_head(run, &head);
    if (fstat(journal->fd, &status) != 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot read the journal %s", journal->path);
    }
    is_bytes =
        (uint64_t)status.st_size < head.count ? (size_t)status.st_size : (size_t)head.count;
    if (!uvp_seal_pread(journal->fd, is, is_bytes, 0)) {
        return uvp_fail(err, UVP_IO, 0, "cannot read the journal %s", journal->path);
    }
    if (memcmp(is, head.bytes, is_bytes) != 0) {
        return judge_head(journal->path, is, is_bytes, &head, err);
    }
    if (is_bytes < head.count) {
        return begin(journal, &head, err);
    }
    journal->end = head.count;
    UVP_TRY(read_all(journal, (uint64_t)status.st_size, err));
    if (ftruncate(journal->fd, (off_t)journal->end) != 0 ||
        lseek(journal->fd, (off_t)journal->end, SEEK_SET) < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot write the journal %s",
                            journal->path);
    }
    return UVP_OK;
}

/* ---- as a store ---- */

static bool find(void *ctx, const struct uvp_store_key *key, size_t most_bytes,
                 struct uvp_buf *value)
{
    struct uvp_journal *const journal = ctx;
    struct uvp_journal_place place = {.at = 0};
    const struct uvp_journal_place *known;
    unsigned char head[UVP_SEAL_BYTES];
    struct uvp_seal seal;

    uvp_mutex_lock(&journal->lock);
    known = uvp_journal_index_find(&journal->index, key);
    if (known != NULL) {
        place = *known;
    }
    uvp_mutex_unlock(&journal->lock);
    if (place.at == 0 || place.bytes > most_bytes ||
        uvp_buf_reserve_exact(value, (size_t)place.bytes, NULL) != UVP_OK ||
        !uvp_seal_pread(journal->fd, head, sizeof head, place.at) ||
        !uvp_seal_read(head, &seal) || !uvp_store_key_equal(&seal.key, key) ||
        !uvp_seal_pread(journal->fd, value->data, (size_t)place.bytes,
                        place.at + sizeof head)) {
        return false;
    }
    value->bytes = (size_t)place.bytes;
    if (!uvp_seal_fits(&seal, uvp_buf_span(value))) {
        uvp_buf_reset(value);
        return false;
    }
    return true;
}

/* With the lock held. What was written of a record that failed is taken off again. */
static bool append(struct uvp_journal *journal, const char kind[UVP_SEAL_KIND_BYTES],
                   const struct uvp_store_key *key, struct uvp_span value)
{
    unsigned char head[UVP_SEAL_BYTES];
    struct uvp_error error = {0};

    if (journal->failed) {
        return false;
    }
    uvp_seal_make(kind, key, value, head);
    if (uvp_seal_write(journal->fd, head, sizeof head) &&
        uvp_seal_write(journal->fd, value.data, value.bytes)) {
        journal->end += sizeof head + value.bytes;
        return true;
    }
    (void)uvp_fail_sys(&error, UVP_IO, errno, 0, "the journal %s cannot be written any more",
                       journal->path);
    (void)!ftruncate(journal->fd, (off_t)journal->end);
    journal->failed = true;
    uvp_trouble_note(journal->trouble, &error);
    return false;
}

static void add(void *ctx, const struct uvp_store_key *key, struct uvp_span value)
{
    struct uvp_journal *const journal = ctx;
    struct uvp_journal_place place = {.key = *key, .bytes = value.bytes};

    uvp_mutex_lock(&journal->lock);
    place.at = journal->end;
    if (append(journal, uvp_seal_solution, key, value)) {
        /* without memory for the index it is found again by the next run only */
        (void)!uvp_journal_index_put(&journal->index, &place, NULL);
    }
    uvp_mutex_unlock(&journal->lock);
}

/* Its bytes stay, and the next one under its key stands for it. */
static void forget(void *ctx, const struct uvp_store_key *key)
{
    struct uvp_journal *const journal = ctx;
    struct uvp_journal_place nothing = {.key = *key, .at = UINT64_MAX, .bytes = UINT64_MAX};

    uvp_mutex_lock(&journal->lock);
    if (uvp_journal_index_find(&journal->index, key) != NULL) {
        (void)!uvp_journal_index_put(&journal->index, &nothing, NULL);
    }
    uvp_mutex_unlock(&journal->lock);
}

static void destroy_store(void *ctx)
{
    (void)ctx; /* the journal is its owner's */
}

struct uvp_store uvp_journal_store(struct uvp_journal *journal)
{
    return (struct uvp_store){journal, find, add, forget, destroy_store};
}

/* ---- files that are not complete ---- */

void uvp_journal_leave_behind(struct uvp_journal *journal, const char *path)
{
    static const struct uvp_store_key none;
    const struct uvp_span text = uvp_span_of_text(path);

    if (text.bytes <= PATH_MOST) {
        uvp_mutex_lock(&journal->lock);
        (void)append(journal, uvp_seal_left, &none, text);
        uvp_mutex_unlock(&journal->lock);
    }
}

static bool is_letter(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "OUTPUT.uvpipe-XXXXXX", or "OUTPUT/NAME.uvpipe-XXXXXX" with no folder in NAME. */
static bool is_ours(const char *path, const char *output)
{
    const size_t output_bytes = strlen(output);
    const size_t bytes = strlen(path);
    const size_t mark = sizeof TEMPORARY_MARK - 1;
    const char *end = path + bytes;

    if (bytes < output_bytes + mark + TEMPORARY_LETTERS ||
        memcmp(path, output, output_bytes) != 0) {
        return false;
    }
    for (int i = 0; i < TEMPORARY_LETTERS; i++) {
        if (!is_letter(*--end)) {
            return false;
        }
    }
    end -= mark;
    path += output_bytes;
    while (*path == '/') {
        path++;
    }
    return memcmp(end, TEMPORARY_MARK, mark) == 0 &&
           memchr(path, '/', end > path ? (size_t)(end - path) : 0) == NULL;
}

void uvp_journal_clean(struct uvp_journal *journal, const char *output)
{
    const char *path = (const char *)journal->left.data;
    const char *const end = path + journal->left.bytes;
    struct stat status;

    for (; path != NULL && path < end; path += strlen(path) + 1) {
        if (is_ours(path, output) && lstat(path, &status) == 0 && S_ISREG(status.st_mode)) {
            (void)unlink(path);
        }
    }
    uvp_buf_reset(&journal->left);
}

/* ---- as a whole ---- */

static enum uvp_code set_up(struct uvp_journal *journal, const char *path,
                            const struct uvp_journal_run *run, struct uvp_error *err)
{
    journal->path_room = strlen(path) + 1;
    journal->path = uvp_mem_take(journal->mem, journal->path_room);
    if (journal->path == NULL) {
        return uvp_fail_memory(err, journal->path_room);
    }
    memcpy(journal->path, path, journal->path_room);
    UVP_TRY(open_locked(path, &journal->fd, err));
    return go_on(journal, run, err);
}

enum uvp_code uvp_journal_create(const char *path, const struct uvp_journal_run *run,
                                 struct uvp_mem *mem, struct uvp_trouble *trouble,
                                 struct uvp_journal **out, struct uvp_error *err)
{
    struct uvp_journal *const journal = uvp_mem_take_zeroed(mem, sizeof *journal);
    enum uvp_code code;

    if (journal == NULL) {
        return uvp_fail_memory(err, sizeof *journal);
    }
    journal->mem = mem;
    journal->trouble = trouble;
    journal->fd = -1;
    uvp_buf_init(&journal->left, mem, 0);
    uvp_journal_index_init(&journal->index, mem);
    code = uvp_mutex_init(&journal->lock, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, journal, sizeof *journal);
        return code;
    }
    code = set_up(journal, path, run, err);
    if (code != UVP_OK) {
        uvp_journal_destroy(journal);
        return code;
    }
    *out = journal;
    return UVP_OK;
}

uint64_t uvp_journal_count(const struct uvp_journal *journal)
{
    return journal->found;
}

void uvp_journal_end(struct uvp_journal *journal)
{
    if (is_still_there(journal->fd, journal->path)) {
        (void)unlink(journal->path);
    }
}

void uvp_journal_destroy(struct uvp_journal *journal)
{
    if (journal == NULL) {
        return;
    }
    if (journal->fd >= 0) {
        (void)close(journal->fd);
    }
    uvp_buf_release(&journal->left);
    uvp_journal_index_release(&journal->index);
    uvp_mutex_release(&journal->lock);
    uvp_mem_give(journal->mem, journal->path, journal->path_room);
    uvp_mem_give(journal->mem, journal, sizeof *journal);
}
