#include "tools/uvpipe/whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".uvpipe-XXXXXX"

void uvp_whole_file_init(struct uvp_whole_file *file, struct uvp_mem *mem)
{
    memset(file, 0, sizeof *file);
    file->mem = mem;
}

static void free_paths(struct uvp_whole_file *file)
{
    if (file->final_path != NULL) {
        uvp_mem_give(file->mem, file->final_path, file->path_bytes);
    }
    if (file->temporary_path != NULL) {
        uvp_mem_give(file->mem, file->temporary_path, file->path_bytes);
    }
    file->final_path = NULL;
    file->temporary_path = NULL;
}

/* `real`: what a link leads to, so that the link stays. */
static enum uvp_code name_paths(struct uvp_whole_file *file, const char *path,
                                struct uvp_error *err)
{
    char *const real = realpath(path, NULL);
    const char *const final = real != NULL ? real : path;
    const size_t bytes = strlen(final) + sizeof SUFFIX;

    file->path_bytes = bytes;
    file->final_path = uvp_mem_take(file->mem, bytes);
    file->temporary_path = uvp_mem_take(file->mem, bytes);
    if (file->final_path == NULL || file->temporary_path == NULL) {
        free_paths(file);
        free(real);
        return uvp_fail_memory(err, bytes);
    }
    (void)snprintf(file->final_path, bytes, "%s", final);
    (void)snprintf(file->temporary_path, bytes, "%s" SUFFIX, final);
    free(real);
    return UVP_OK;
}

/* mkostemp makes a file private. */
static void set_mode(int fd, const struct stat *before)
{
    mode_t mask;

    if (before != NULL) {
        (void)fchmod(fd, before->st_mode & 0777);
        return;
    }
    mask = umask(0);
    (void)umask(mask);
    (void)fchmod(fd, (mode_t)0666 & ~mask);
}

/* A descriptor, or -1 with errno. */
static int open_file(struct uvp_whole_file *file, const char *path)
{
    struct stat status;
    const bool is_there = stat(path, &status) == 0;
    int fd;

    if (is_there && !S_ISREG(status.st_mode)) {
        uvp_mem_give(file->mem, file->temporary_path, file->path_bytes);
        file->temporary_path = NULL;
        return open(path, O_WRONLY | O_CLOEXEC);
    }
    if (is_there && access(path, W_OK) != 0) {
        return -1; /* renaming would step over the owner's wish */
    }
    fd = mkostemp(file->temporary_path, O_CLOEXEC);
    if (fd >= 0) {
        set_mode(fd, is_there ? &status : NULL);
    }
    return fd;
}

enum uvp_code uvp_whole_file_open(struct uvp_whole_file *file, const char *path,
                                  const char *what, int *fd, struct uvp_error *err)
{
    int opened;
    int problem;

    UVP_TRY(name_paths(file, path, err));
    opened = open_file(file, path);
    if (opened < 0) {
        problem = errno;
        free_paths(file);
        return uvp_fail_sys(err, UVP_IO, problem, 0, "cannot create %s %s", what, path);
    }
    *fd = opened;
    return UVP_OK;
}

enum uvp_code uvp_whole_file_commit(struct uvp_whole_file *file, struct uvp_error *err)
{
    enum uvp_code code = UVP_OK;

    if (file->temporary_path != NULL && rename(file->temporary_path, file->final_path) != 0) {
        code = uvp_fail_sys(err, UVP_IO, errno, 0, "cannot rename to %s", file->final_path);
        (void)unlink(file->temporary_path);
    }
    free_paths(file);
    return code;
}

void uvp_whole_file_drop(struct uvp_whole_file *file)
{
    if (file->temporary_path != NULL) {
        (void)unlink(file->temporary_path);
    }
    free_paths(file);
}
