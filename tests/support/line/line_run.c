#include "tests/support/line/line_run.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct feeder {
    int fd;
    const unsigned char *bytes;
    size_t count;
};

struct watch {
    struct line_run *run;
    struct uvp_stop *stop;
};

static void *feed(void *ctx)
{
    struct feeder *const feeder = ctx;

    while (feeder->count != 0) {
        const size_t step = feeder->count < 70000 ? feeder->count : 70000;
        const ssize_t written = write(feeder->fd, feeder->bytes, step);
        if (written <= 0) {
            break;
        }
        feeder->bytes += written;
        feeder->count -= (size_t)written;
    }
    (void)close(feeder->fd);
    return NULL;
}

static void write_file(const char *path, const void *bytes, size_t count)
{
    FILE *const file = fopen(path, "wb");

    if (file == NULL || fwrite(bytes, 1, count, file) != count || fclose(file) != 0) {
        perror(path);
        abort();
    }
}

static void read_output(struct line_run *run, const char *path)
{
    FILE *const file = fopen(path, "rb");
    struct stat status;

    if (file == NULL) {
        return;
    }
    if (fstat(fileno(file), &status) != 0) {
        abort();
    }
    run->output_bytes = (size_t)status.st_size;
    run->output = malloc(run->output_bytes + 1);
    if (run->output == NULL ||
        fread(run->output, 1, run->output_bytes, file) != run->output_bytes) {
        abort();
    }
    (void)fclose(file);
}

static void keep_record(struct line_run *run, const struct uvp_record *record)
{
    struct line_record *kept;

    if ((run->records & (run->records + 1)) == 0) {
        run->told = realloc(run->told, 2 * (run->records + 1) * sizeof *run->told);
        if (run->told == NULL) {
            abort();
        }
    }
    kept = &run->told[run->records++];
    memset(kept, 0, sizeof *kept);
    kept->seq = record->seq;
    (void)snprintf(kept->path, sizeof kept->path, "%s", record->path);
    kept->status = record->status;
    kept->code = record->error.code;
    kept->dropped = record->dropped;
}

static void count_member(void *ctx, const struct uvp_record *record)
{
    struct watch *const watch = ctx;

    keep_record(watch->run, record);
    if (watch->run->drain_after_members != 0 &&
        watch->run->records >= watch->run->drain_after_members) {
        uvp_stop_raise(watch->stop, UVP_STOP_DRAIN);
    }
}

static void count_warning(void *ctx, const char *input, const struct uvp_error *warning)
{
    struct watch *const watch = ctx;

    (void)input;
    (void)warning;
    watch->run->warnings_told++;
}

static void run_line(struct line_run *run, struct uvp_mem *mem)
{
    struct uvp_stop stop;
    struct watch watch = {.run = run, .stop = &stop};
    const struct uvp_listener listener = {
        .ctx = &watch, .member = count_member, .warning = count_warning};
    struct uvp_stages *stages = NULL;
    struct uvp_pipeline *pipeline = NULL;
    struct uvp_error *const err = &run->error;

    run->code = uvp_stop_init(&stop, true, err);
    if (run->code != UVP_OK) {
        return;
    }
    run->code = uvp_stages_create(&run->settings, &listener, mem, &stop, NULL, &stages, err);
    if (run->code == UVP_OK) {
        run->code = uvp_pipeline_create(&run->options, uvp_stages_reader(stages),
                                        uvp_stages_worker(stages), uvp_stages_writer(stages),
                                        mem, &stop, NULL, &pipeline, err);
    }
    if (run->code == UVP_OK) {
        run->code = uvp_pipeline_start(pipeline, err);
    }
    if (run->code == UVP_OK && run->abort_after_ms != 0) {
        run->code = uvp_pipeline_wait(pipeline, run->abort_after_ms, NULL, NULL, err);
        uvp_stop_raise(&stop, UVP_STOP_ABORT);
    }
    while (run->code == UVP_OK) {
        run->code = uvp_pipeline_wait(pipeline, 1000, NULL, NULL, err);
    }
    if (pipeline != NULL) {
        uvp_pipeline_stats(pipeline, &run->stats);
    }
    uvp_pipeline_destroy(pipeline);
    if (stages != NULL) {
        uvp_stages_progress(stages, &run->progress);
    }
    uvp_stages_destroy(stages);
    uvp_stop_release(&stop);
}

/* The first input as a path: a file, or the reading end of a pipe that a thread fills. */
static void place_inputs(struct line_run *run, const char *folder, char paths[][256],
                         const char **list, struct feeder *feeder, pthread_t *thread,
                         int *read_fd)
{
    *read_fd = -1;
    for (uint32_t i = 0; i < run->input_count; i++) {
        const char *const name = run->input_name == NULL ? "input" : run->input_name;

        list[i] = paths[i];
        if (run->input_folder != NULL) {
            list[i] = run->input_folder;
            continue;
        }
        if (i == 0 && run->through_pipe) {
            int ends[2];
            if (pipe(ends) != 0) {
                abort();
            }
            *read_fd = ends[0];
            *feeder = (struct feeder){ends[1], run->inputs[0], run->input_bytes[0]};
            (void)snprintf(paths[i], 256, "/dev/fd/%d", ends[0]);
            if (pthread_create(thread, NULL, feed, feeder) != 0) {
                abort();
            }
            continue;
        }
        if (run->input_names != NULL) {
            (void)snprintf(paths[i], 256, "%s/%s", folder, run->input_names[i]);
        } else {
            (void)snprintf(paths[i], 256, "%s/%u-%s", folder, i, name);
        }
        write_file(paths[i], run->inputs[i], run->input_bytes[i]);
    }
}

/* ---- an output folder ---- */

static void read_file(struct line_file *file, const char *path)
{
    FILE *const from = fopen(path, "rb");
    struct stat status;

    if (from == NULL || fstat(fileno(from), &status) != 0) {
        abort();
    }
    file->bytes = (size_t)status.st_size;
    file->mode = status.st_mode & 07777;
    file->mtime = status.st_mtime;
    file->data = malloc(file->bytes + 1);
    if (file->data == NULL || fread(file->data, 1, file->bytes, from) != file->bytes) {
        abort();
    }
    (void)fclose(from);
}

static void add_file(struct line_run *run, const char *path, size_t root_bytes)
{
    struct line_file *const grown =
        realloc(run->files, (run->file_count + 1) * sizeof *run->files);

    if (grown == NULL) {
        abort();
    }
    run->files = grown;
    memset(&grown[run->file_count], 0, sizeof *grown);
    (void)snprintf(grown[run->file_count].path, sizeof grown->path, "%s",
                   path + root_bytes + 1);
    read_file(&grown[run->file_count], path);
    run->file_count++;
}

/* Takes in what lies below a folder and removes it. Depth: that of the names in the tests. */
static void harvest(struct line_run *run, const char *path, size_t root_bytes)
{
    DIR *const folder = opendir(path);
    const struct dirent *item;

    if (folder == NULL) {
        return; /* it was never made */
    }
    while ((item = readdir(folder)) != NULL) {
        char inside[512];
        struct stat status;

        if (strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(inside, sizeof inside, "%s/%s", path, item->d_name);
        if (lstat(inside, &status) != 0) {
            abort();
        }
        if (S_ISDIR(status.st_mode)) {
            harvest(run, inside, root_bytes);
            continue;
        }
        if (S_ISREG(status.st_mode)) {
            add_file(run, inside, root_bytes);
        }
        (void)unlink(inside);
    }
    (void)closedir(folder);
    (void)rmdir(path);
}

static int compare_files(const void *a, const void *b)
{
    return strcmp(((const struct line_file *)a)->path, ((const struct line_file *)b)->path);
}

static void collect_output(struct line_run *run, const char *output)
{
    if (run->into_folder) {
        harvest(run, output, strlen(output));
        if (run->file_count != 0) {
            qsort(run->files, run->file_count, sizeof *run->files, compare_files);
        }
        return;
    }
    read_output(run, output);
    (void)unlink(output);
}

/* ---- a run ---- */

static void choose_settings(struct line_run *run, const char *const *inputs, const char *output)
{
    run->settings.inputs = inputs;
    run->settings.input_count = run->input_count;
    run->settings.output = output;
    run->settings.workers = run->options.workers;
    run->settings.memory_bytes =
        run->options.budget_bytes == 0 ? (size_t)64 << 20 : run->options.budget_bytes;
}

static void remove_inputs(const struct line_run *run, char paths[][256])
{
    for (uint32_t i = 0; i < run->input_count && run->input_folder == NULL; i++) {
        if (strncmp(paths[i], "/dev/fd/", 8) != 0) {
            (void)unlink(paths[i]);
        }
    }
}

struct line_run line_run_of_tar(const struct tar_bytes *tar, const void **input,
                                uint32_t workers)
{
    struct line_run run = {0};

    *input = tar->data;
    run.inputs = input;
    run.input_bytes = &tar->bytes;
    run.input_count = 1;
    run.options.readers = 1;
    run.options.workers = workers;
    return run;
}

void line_run(struct line_run *run)
{
    char folder[] = "/tmp/uvpipe-test-XXXXXX";
    char output[300];
    char paths[8][256];
    const char *list[8];
    struct uvp_mem mem;
    struct feeder feeder;
    pthread_t thread;
    int read_fd;

    if (run->input_count > 8 || mkdtemp(folder) == NULL) {
        abort();
    }
    (void)snprintf(output, sizeof output, "%s/output%s", folder, run->into_folder ? "/" : "");
    if (run->output_before != NULL) {
        write_file(output, run->output_before, run->output_before_bytes);
    }
    place_inputs(run, folder, paths, list, &feeder, &thread, &read_fd);
    choose_settings(run, list, output);
    uvp_mem_init(&mem, 0);
    mem.fail_at_call = run->fail_at_call;
    run_line(run, &mem);
    run->calls = atomic_load(&mem.calls);
    run->leaked_bytes = atomic_load(&mem.used_bytes);
    run->peak_bytes = atomic_load(&mem.peak_bytes);
    if (read_fd >= 0) {
        (void)close(read_fd);
        (void)pthread_join(thread, NULL);
    }
    (void)snprintf(output, sizeof output, "%s/output", folder);
    collect_output(run, output);
    remove_inputs(run, paths);
    if (rmdir(folder) != 0) {
        perror(folder); /* something was left behind: a temporary, say */
        abort();
    }
}

const struct line_record *line_run_record(const struct line_run *run, const char *path)
{
    for (uint64_t i = 0; i < run->records; i++) {
        if (strcmp(run->told[i].path, path) == 0) {
            return &run->told[i];
        }
    }
    return NULL;
}

const struct line_file *line_run_file(const struct line_run *run, const char *path)
{
    for (size_t i = 0; i < run->file_count; i++) {
        if (strcmp(run->files[i].path, path) == 0) {
            return &run->files[i];
        }
    }
    return NULL;
}

void line_run_release(struct line_run *run)
{
    for (size_t i = 0; i < run->file_count; i++) {
        free(run->files[i].data);
    }
    free(run->files);
    free(run->told);
    free(run->output);
    run->files = NULL;
    run->file_count = 0;
    run->told = NULL;
    run->output = NULL;
}
