#include "stages/stages.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "stages/run_digest.h"
#include "stages/shared.h"
#include "stages/writer/frames.h"

#define KEPT_BLOCKS 8
#define JOURNAL_SUFFIX ".uvpipe-resume"
#define FRAMES_PART 8                          /* of the memory, for frames */
#define FRAME_COST_BYTES (3 * UVP_FRAME_BYTES) /* plain, compressed, the codec's state */

struct uvp_stages {
    struct uvp_shared shared;
    struct uvp_writer *writer;
    char *journal_path;
    size_t journal_path_room;
    bool complete;
    struct uvp_reader_stage reader_stage;
    struct uvp_worker_stage worker_stage;
    struct uvp_writer_stage writer_stage;
};

struct uvp_shares uvp_stages_shares(const struct uvp_settings *settings)
{
    const size_t frames = settings->memory_bytes / FRAMES_PART / FRAME_COST_BYTES;
    const size_t most = (size_t)settings->workers + 2;
    const struct uvp_shares shares = {
        .in_flight_bytes = settings->memory_bytes -
                           settings->memory_bytes / UVP_SHARED_KEEP_PART -
                           2 * (settings->memory_bytes / UVP_SHARED_AHEAD_PART) -
                           settings->memory_bytes / FRAMES_PART -
                           settings->memory_bytes / UVP_SHARED_VAULT_PART,
        .jobs = (uint32_t)(frames == 0     ? 1
                           : frames > most ? most
                                           : frames),
    };

    return shares;
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

/* How much of a name is left in the output: a mesh loses the suffix of its compression. */
static size_t output_name_bytes(const char *name)
{
    const char *const dot = strrchr(name, '.');

    if (dot != NULL && uvp_codec_by_path(name) != UVP_CODEC_NONE &&
        uvp_format_by_path(name, (size_t)(dot - name)) != NULL) {
        return (size_t)(dot - name);
    }
    return strlen(name);
}

static bool same_output_name(const char *a, const char *b)
{
    const size_t bytes = output_name_bytes(a);

    return bytes == output_name_bytes(b) && memcmp(a, b, bytes) == 0;
}

/* Two inputs whose outputs would have one name below the output folder: one would be lost. */
static enum uvp_code check_names(const struct uvp_shared *shared, struct uvp_error *err)
{
    const struct uvp_settings *const settings = shared->settings;

    for (uint32_t i = 0; shared->per_input && i < settings->input_count; i++) {
        const char *const name = uvp_shared_last_part(settings->inputs[i]);

        for (uint32_t k = 0; k < i; k++) {
            if (same_output_name(name, uvp_shared_last_part(settings->inputs[k]))) {
                return uvp_fail(err, UVP_USAGE, 0,
                                "two inputs would be written to the same name below the "
                                "output folder: %s",
                                name);
            }
        }
    }
    return UVP_OK;
}

static void init_run(struct uvp_shared *shared, const struct uvp_settings *settings,
                     const struct uvp_listener *listener, struct uvp_mem *mem,
                     struct uvp_stop *stop, const struct uvp_trace *trace)
{
    shared->settings = settings;
    shared->listener = listener;
    shared->mem = mem;
    shared->stop = stop;
    shared->trace = trace;
    shared->per_input = is_folder(settings->output);
    uvp_bar_lower(&shared->bar);
    uvp_shelf_init(&shared->shelf, mem);
}

/* The size of everything that will be read, when every input is a plain file. */
static void sum_input_sizes(struct uvp_shared *shared)
{
    const struct uvp_settings *const settings = shared->settings;
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
    atomic_store(&shared->bytes_in_total, total);
}

static enum uvp_code make_folder(const struct uvp_shared *shared, struct uvp_error *err)
{
    struct stat status;

    if (!shared->per_input || !uvp_settings_write(shared->settings)) {
        return UVP_OK;
    }
    if (mkdir(shared->settings->output, 0777) != 0 &&
        (stat(shared->settings->output, &status) != 0 || !S_ISDIR(status.st_mode))) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot make the folder %s",
                            shared->settings->output);
    }
    return UVP_OK;
}

/* ---- solved meshes ---- */

/* "FILE.uvpipe-resume"; of a folder beside it, for what is in it is the output's. */
static enum uvp_code name_journal(struct uvp_stages *stages, struct uvp_error *err)
{
    const char *const output = stages->shared.settings->output;
    const size_t room = strlen(output) + sizeof "/" JOURNAL_SUFFIX;
    size_t bytes = strlen(output);

    while (bytes > 1 && output[bytes - 1] == '/') {
        bytes--;
    }
    stages->journal_path = uvp_mem_take(stages->shared.mem, room);
    if (stages->journal_path == NULL) {
        return uvp_fail_memory(err, room);
    }
    stages->journal_path_room = room;
    memcpy(stages->journal_path, output, bytes);
    if (output[bytes - 1] == '.' || output[bytes - 1] == '/') {
        stages->journal_path[bytes++] = '/'; /* such a folder has no name to stand beside */
    }
    memcpy(stages->journal_path + bytes, JOURNAL_SUFFIX, sizeof JOURNAL_SUFFIX);
    return UVP_OK;
}

static enum uvp_code open_vault(struct uvp_stages *stages, struct uvp_error *err)
{
    struct uvp_shared *const shared = &stages->shared;
    const struct uvp_settings *const settings = shared->settings;
    struct uvp_vault_options options = {
        .memory_bytes = settings->memory_bytes / UVP_SHARED_VAULT_PART,
        .cache_dir = settings->cache_dir,
        .cache_limits = {settings->cache_most_bytes, settings->cache_most_age_ns},
        .output = settings->output,
    };
    char engine[UVP_RUN_ENGINE_BYTES];

    if (settings->task != UVP_TASK_UNWRAP || settings->dry_run) {
        return UVP_OK;
    }
    if (settings->resume) {
        UVP_TRY(name_journal(stages, err));
        uvp_run_engine(engine);
        options.journal_path = stages->journal_path;
        options.run.command = uvp_run_digest(settings);
        options.run.engine = engine;
    }
    return uvp_vault_create(&options, shared->mem, shared->stop, &shared->vault, err);
}

static enum uvp_code set_up(struct uvp_stages *stages, struct uvp_error *err)
{
    struct uvp_shared *const shared = &stages->shared;

    UVP_TRY(check_names(shared, err));
    UVP_TRY(make_folder(shared, err));
    UVP_TRY(open_vault(stages, err));
    UVP_TRY(uvp_block_pool_create(shared->mem, KEPT_BLOCKS, &shared->pool, err));
    UVP_TRY(uvp_writer_create(shared, &stages->writer, err));
    if (!uvp_task_traits(shared->settings->task).makes) {
        sum_input_sizes(shared);
    }
    uvp_reader_stage_fill(shared, &stages->reader_stage);
    uvp_unwrapper_stage_fill(shared, &stages->worker_stage);
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
    init_run(&stages->shared, settings, listener, mem, stop, trace);
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
    const struct uvp_shared *const shared = &stages->shared;

    progress->members_read = count_of(&shared->members_read);
    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        progress->members_by_status[i] = count_of(&shared->members_by_status[i]);
    }
    progress->dropped = count_of(&shared->dropped);
    progress->warnings = count_of(&shared->warnings);
    progress->bytes_in = count_of(&shared->bytes_in);
    progress->bytes_in_total = count_of(&shared->bytes_in_total);
    progress->bytes_out = count_of(&shared->bytes_out);
    /* done first: it never seems to be more than what was read */
    progress->load_done = count_of(&shared->load_done);
    progress->load_read = count_of(&shared->load_read);
    progress->bytes_sent = count_of(&shared->bytes_sent);
    progress->triangles = count_of(&shared->triangles);
    progress->mesh_ns = count_of(&shared->mesh_ns);
    for (int i = 0; i < UVP_FOUND_COUNT; i++) {
        progress->found[i] = count_of(&shared->found[i]);
    }
}

bool uvp_stages_trouble(const struct uvp_stages *stages, struct uvp_error *err)
{
    return stages->shared.vault != NULL && uvp_vault_trouble(stages->shared.vault, err);
}

uint64_t uvp_stages_resumed(const struct uvp_stages *stages)
{
    return stages->shared.vault == NULL ? 0 : uvp_vault_resumed(stages->shared.vault);
}

void uvp_stages_complete(struct uvp_stages *stages)
{
    stages->complete = true;
}

void uvp_stages_destroy(struct uvp_stages *stages)
{
    struct uvp_mem *mem;

    if (stages == NULL) {
        return;
    }
    mem = stages->shared.mem;
    uvp_writer_destroy(stages->writer);
    uvp_shelf_release(&stages->shared.shelf);
    if (stages->shared.pool != NULL) {
        uvp_block_pool_release(stages->shared.pool);
    }
    uvp_vault_destroy(stages->shared.vault, stages->complete);
    uvp_mem_give(mem, stages->journal_path, stages->journal_path_room);
    uvp_mem_give(mem, stages, sizeof *stages);
}

void uvp_stages_raise_bar(struct uvp_stages *stages, double score, uint64_t seq)
{
    uvp_bar_raise(&stages->shared.bar, score, seq);
}
