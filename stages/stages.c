#include "stages/stages.h"

#include <string.h>
#include <sys/stat.h>

#include "stages/run.h"

#define KEPT_BLOCKS 8
#define KEEP_MOST ((size_t)64 << 20)
#define KEEP_LEAST ((size_t)1 << 20)

struct uvp_stages {
    struct uvp_run run;
    struct uvp_writer *writer;
    struct uvp_reader_stage reader_stage;
    struct uvp_worker_stage worker_stage;
    struct uvp_writer_stage writer_stage;
};

const char *uvp_run_input(const struct uvp_run *run, uint32_t lane)
{
    return run->settings->input_count == 0 ? "-" : run->settings->inputs[lane];
}

size_t uvp_run_worker_keep_bytes(const struct uvp_settings *settings)
{
    const size_t workers = settings->workers == 0 ? 1 : settings->workers;
    const size_t share = settings->budget_bytes / (8 * workers);

    if (share > KEEP_MOST) {
        return KEEP_MOST;
    }
    return share < KEEP_LEAST ? KEEP_LEAST : share;
}

static bool ends_with_slash(const char *path)
{
    const size_t bytes = strlen(path);

    return bytes != 0 && path[bytes - 1] == '/';
}

static bool is_folder(const char *path)
{
    struct stat status;

    if (path == NULL || strcmp(path, "-") == 0) {
        return false;
    }
    return ends_with_slash(path) || (stat(path, &status) == 0 && S_ISDIR(status.st_mode));
}

static const char *last_part(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* Two inputs whose outputs would have one name below the output folder: one would be lost. */
static enum uvp_code check_names(const struct uvp_run *run, struct uvp_error *err)
{
    const struct uvp_settings *const settings = run->settings;

    for (uint32_t i = 0; run->per_input && i < settings->input_count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (strcmp(last_part(settings->inputs[i]), last_part(settings->inputs[k])) == 0) {
                return uvp_fail(err, UVP_USAGE, 0,
                                "two inputs would be written to the same name below the "
                                "output folder: %s",
                                last_part(settings->inputs[i]));
            }
        }
    }
    return UVP_OK;
}

static void init_run(struct uvp_run *run, const struct uvp_settings *settings,
                     const struct uvp_listener *listener, struct uvp_mem *mem,
                     struct uvp_stop *stop, const struct uvp_trace *trace)
{
    run->settings = settings;
    run->listener = listener;
    run->mem = mem;
    run->stop = stop;
    run->trace = trace;
    run->per_input = is_folder(settings->output);
    uvp_shelf_init(&run->shelf, mem);
}

/* The size of everything that will be read, when every input is a plain file. */
static void sum_input_sizes(struct uvp_run *run)
{
    const struct uvp_settings *const settings = run->settings;
    uint64_t total = 0;

    for (uint32_t i = 0; i < settings->input_count; i++) {
        struct stat status;

        if (stat(settings->inputs[i], &status) != 0 || !S_ISREG(status.st_mode)) {
            return;
        }
        total += (uint64_t)status.st_size;
    }
    if (settings->input_count == 0) {
        struct stat status;

        if (fstat(0, &status) != 0 || !S_ISREG(status.st_mode)) {
            return;
        }
        total = (uint64_t)status.st_size;
    }
    atomic_store(&run->bytes_in_total, total);
}

static enum uvp_code make_folder(const struct uvp_run *run, struct uvp_error *err)
{
    struct stat status;

    if (!run->per_input || run->settings->dry_run) {
        return UVP_OK;
    }
    if (mkdir(run->settings->output, 0777) != 0 &&
        (stat(run->settings->output, &status) != 0 || !S_ISDIR(status.st_mode))) {
        return uvp_fail(err, UVP_IO, 0, "cannot make the folder %s", run->settings->output);
    }
    return UVP_OK;
}

static enum uvp_code set_up(struct uvp_stages *stages, struct uvp_error *err)
{
    struct uvp_run *const run = &stages->run;

    UVP_TRY(check_names(run, err));
    UVP_TRY(make_folder(run, err));
    UVP_TRY(uvp_block_pool_create(run->mem, KEPT_BLOCKS, &run->pool, err));
    UVP_TRY(uvp_writer_create(run, &stages->writer, err));
    sum_input_sizes(run);
    uvp_reader_stage_fill(run, &stages->reader_stage);
    uvp_unwrapper_stage_fill(run, &stages->worker_stage);
    uvp_writer_stage_fill(stages->writer, &stages->writer_stage);
    return UVP_OK;
}

enum uvp_code uvp_stages_create(const struct uvp_settings *settings,
                                const struct uvp_listener *listener, struct uvp_mem *mem,
                                struct uvp_stop *stop, const struct uvp_trace *trace,
                                struct uvp_stages **out, struct uvp_error *err)
{
    struct uvp_stages *const stages = uvp_mem_take_zeroed(mem, sizeof *stages);
    enum uvp_code code;

    if (stages == NULL) {
        return uvp_fail_memory(err, sizeof *stages);
    }
    init_run(&stages->run, settings, listener, mem, stop, trace);
    code = set_up(stages, err);
    if (code != UVP_OK) {
        uvp_stages_destroy(stages);
        return code;
    }
    *out = stages;
    return UVP_OK;
}

const struct uvp_reader_stage *uvp_stages_reader(const struct uvp_stages *stages)
{
    return &stages->reader_stage;
}

const struct uvp_worker_stage *uvp_stages_worker(const struct uvp_stages *stages)
{
    return &stages->worker_stage;
}

const struct uvp_writer_stage *uvp_stages_writer(const struct uvp_stages *stages)
{
    return &stages->writer_stage;
}

static uint64_t count_of(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

void uvp_stages_progress(const struct uvp_stages *stages, struct uvp_progress *progress)
{
    const struct uvp_run *const run = &stages->run;

    progress->members_read = count_of(&run->members_read);
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        progress->members_by_status[i] = count_of(&run->members_by_status[i]);
    }
    progress->dropped = count_of(&run->dropped);
    progress->warnings = count_of(&run->warnings);
    progress->bytes_in = count_of(&run->bytes_in);
    progress->bytes_in_total = count_of(&run->bytes_in_total);
    progress->bytes_out = count_of(&run->bytes_out);
    progress->triangles = count_of(&run->triangles);
    progress->mesh_ns = count_of(&run->mesh_ns);
}

void uvp_stages_destroy(struct uvp_stages *stages)
{
    struct uvp_mem *mem;

    if (stages == NULL) {
        return;
    }
    mem = stages->run.mem;
    uvp_writer_destroy(stages->writer);
    uvp_shelf_release(&stages->run.shelf);
    if (stages->run.pool != NULL) {
        uvp_block_pool_release(stages->run.pool);
    }
    uvp_mem_give(mem, stages, sizeof *stages);
}
