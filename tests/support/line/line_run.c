#include "tests/support/line/line_run.h"

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

static void count_member(void *ctx, const struct uvp_record *record)
{
    struct watch *const watch = ctx;

    (void)record;
    watch->run->records++;
    if (watch->run->drain_after_members != 0 &&
        watch->run->records >= watch->run->drain_after_members) {
        uvp_stop_raise(watch->stop, UVP_STOP_DRAIN);
    }
}

static void run_line(struct line_run *run, struct uvp_mem *mem)
{
    struct uvp_stop stop;
    struct watch watch = {.run = run, .stop = &stop};
    const struct uvp_listener listener = {.ctx = &watch, .member = count_member};
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
    while (run->code == UVP_OK) {
        run->code = uvp_pipeline_wait(pipeline, 1000, NULL, NULL, err);
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
        (void)snprintf(paths[i], 256, "%s/%u-%s", folder, i, name);
        write_file(paths[i], run->inputs[i], run->input_bytes[i]);
    }
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
    (void)snprintf(output, sizeof output, "%s/output", folder);
    place_inputs(run, folder, paths, list, &feeder, &thread, &read_fd);
    run->settings.inputs = list;
    run->settings.input_count = run->input_count;
    run->settings.output = output;
    run->settings.workers = run->options.workers;
    run->settings.memory_bytes =
        run->options.budget_bytes == 0 ? (size_t)64 << 20 : run->options.budget_bytes;
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
    read_output(run, output);
    for (uint32_t i = 0; i < run->input_count; i++) {
        if (strncmp(paths[i], "/dev/fd/", 8) != 0) {
            (void)unlink(paths[i]);
        }
    }
    (void)unlink(output);
    if (rmdir(folder) != 0) {
        perror(folder); /* something was left behind: a temporary, say */
        abort();
    }
}

void line_run_release(struct line_run *run)
{
    free(run->output);
    run->output = NULL;
}
