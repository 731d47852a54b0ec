/*
 * bench_mesh -- the mesh formats alone: bytes in memory to meshes, and back with made UVs
 *
 *     bench_mesh [NAME=VALUE ...] FILE...
 *
 * Prints one JSON line a file, or one for all of them with small=1. Times are CPU time of the
 * process, system time included, of one thread. "warm" is with memory kept from the round
 * before (the least and the median of the rounds), "cold" the first member of a fresh process'
 * arena. A number is a coordinate or a corner of the mesh when decoding, a U or V written when
 * encoding. MB/s are of the input when decoding and of the output when encoding. Names:
 *
 *     mode=decode|encode  rounds=5  small=0|1  charts=8  uvs=0|1  groups=0|1  format=NAME
 *
 * uvs=1 and groups=1 ask the decoder for old UVs and materials. charts=N is into how many runs
 * of faces the made UVs divide the mesh: a vertex has one UV in each. With small=1 all files
 * are one job: time is told per file, as is the count of allocations of a warm round.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/format.h"
#include "pipeline/base/clock.h"

#define ROUNDS_MAX 64
#define UV_STEPS 16777216.0F

struct setup {
    struct uvp_mesh_options options;
    const char *format;
    bool encode;
    bool small;
    uint32_t rounds;
    uint32_t charts;
};

struct file {
    const char *path;
    unsigned char *data;
    size_t bytes;
    const struct uvp_format *format;
};

/* What a worker keeps between members. */
struct store {
    struct uvp_mem mem;
    struct uvp_arena arena; /* of decoding and encoding */
    struct uvp_arena uvs;   /* of the made UVs: not measured */
    struct uvp_buf body;
    struct uvp_buf side;
    struct uvp_stop stop;
};

struct figures {
    uint64_t ns;
    uint64_t bytes_out;
    uint64_t numbers;
    uint64_t triangles;
    size_t memory_bytes;
};

static void store_open(struct store *store)
{
    uvp_mem_init(&store->mem, 0);
    uvp_arena_init(&store->arena, &store->mem, 0);
    uvp_arena_init(&store->uvs, &store->mem, 0);
    uvp_buf_init(&store->body, &store->mem, 0);
    uvp_buf_init(&store->side, &store->mem, 0);
    uvp_stop_init_child(&store->stop, NULL, 0, NULL);
}

static void store_close(struct store *store)
{
    uvp_buf_release(&store->side);
    uvp_buf_release(&store->body);
    uvp_arena_release(&store->uvs);
    uvp_arena_release(&store->arena);
}

/* ---- made UVs ---- */

/* A UV for each vertex and run of faces; its value follows from its number. */
static enum uvp_code make_uvs(const struct uvp_mesh *mesh, uint32_t charts,
                              struct uvp_arena *arena, struct uvp_mesh_uvs *uvs,
                              struct uvp_error *err)
{
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];
    uint32_t *const of_vertex = UVP_ARENA_ARRAY(arena, uint32_t, mesh->vertex_count);
    uint32_t *const chart_of = uvp_arena_take_zeroed(arena, mesh->vertex_count, 4);
    uint32_t *const corner_uv = UVP_ARENA_ARRAY(arena, uint32_t, corners);
    float *const uv = UVP_ARENA_ARRAY(arena, float, 2 * (size_t)corners);
    uint32_t count = 0;

    if (of_vertex == NULL || chart_of == NULL || corner_uv == NULL || uv == NULL) {
        return uvp_fail_memory(err, (size_t)12 * corners);
    }
    for (uint32_t p = 0; p < mesh->polygon_count; p++) {
        const uint32_t chart = 1 + (uint32_t)((uint64_t)p * charts / mesh->polygon_count);
        for (uint32_t c = mesh->corner_start[p]; c < mesh->corner_start[p + 1]; c++) {
            const uint32_t vertex = mesh->corner_vertex[c];
            if (chart_of[vertex] != chart) {
                chart_of[vertex] = chart;
                of_vertex[vertex] = count++;
            }
            corner_uv[c] = of_vertex[vertex];
        }
    }
    for (uint32_t i = 0; i < 2 * count; i++) {
        uv[i] = (float)(i * UINT32_C(2654435761) >> 8) / UV_STEPS;
    }
    *uvs = (struct uvp_mesh_uvs){.uv = uv, .uv_count = count, .corner_uv = corner_uv};
    return UVP_OK;
}

/* ---- one file ---- */

static void count_numbers(const struct uvp_model *model, struct figures *figures)
{
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        const struct uvp_mesh *const mesh = &model->meshes[m];
        const uint32_t corners = mesh->corner_start[mesh->polygon_count];

        figures->numbers += (uint64_t)3 * mesh->vertex_count + corners;
        figures->triangles +=
            corners > 2 * mesh->polygon_count ? corners - 2 * mesh->polygon_count : 0;
    }
}

static enum uvp_code decode(const struct setup *setup, const struct file *file,
                            struct store *store, struct uvp_model *model,
                            struct figures *figures, struct uvp_error *err)
{
    const struct uvp_mesh_source source = {.bytes = {file->data, file->bytes}};
    const uint64_t began = setup->small ? 0 : uvp_clock_process_cpu_ns();

    UVP_TRY(file->format->decode(&source, &setup->options, &store->arena, &store->stop, model,
                                 err));
    if (!setup->encode) {
        figures->ns += setup->small ? 0 : uvp_clock_process_cpu_ns() - began;
        count_numbers(model, figures);
    }
    return UVP_OK;
}

static enum uvp_code encode(const struct setup *setup, const struct file *file,
                            struct store *store, const struct uvp_model *model,
                            struct figures *figures, struct uvp_error *err)
{
    const struct uvp_mesh_source source = {.bytes = {file->data, file->bytes}};
    struct uvp_product product = {.body = &store->body, .side = &store->side};
    struct uvp_mesh_uvs *const uvs =
        UVP_ARENA_ARRAY(&store->uvs, struct uvp_mesh_uvs, model->mesh_count);
    uint64_t began;

    if (uvs == NULL) {
        return uvp_fail_memory(err, model->mesh_count * sizeof *uvs);
    }
    for (uint32_t m = 0; m < model->mesh_count; m++) {
        UVP_TRY(make_uvs(&model->meshes[m], setup->charts, &store->uvs, &uvs[m], err));
        figures->numbers += (uint64_t)2 * uvs[m].uv_count;
    }
    began = uvp_clock_process_cpu_ns();
    UVP_TRY(file->format->encode(&source, model, uvs, &setup->options, &store->arena,
                                 &store->stop, &product, err));
    figures->ns += uvp_clock_process_cpu_ns() - began;
    figures->bytes_out += store->body.bytes + store->side.bytes;
    return UVP_OK;
}

static enum uvp_code run_file(const struct setup *setup, const struct file *file,
                              struct store *store, struct figures *figures,
                              struct uvp_error *err)
{
    struct uvp_model model;

    uvp_arena_reset(&store->arena, SIZE_MAX);
    uvp_arena_reset(&store->uvs, SIZE_MAX);
    uvp_buf_reset(&store->body);
    uvp_buf_reset(&store->side);
    UVP_TRY(decode(setup, file, store, &model, figures, err));
    if (setup->encode) {
        UVP_TRY(encode(setup, file, store, &model, figures, err));
    }
    if (store->arena.held_bytes > figures->memory_bytes) {
        figures->memory_bytes = store->arena.held_bytes;
    }
    return UVP_OK;
}

static enum uvp_code run_files(const struct setup *setup, const struct file *files,
                               size_t count, struct store *store, struct figures *figures,
                               struct uvp_error *err)
{
    const bool in_one = setup->small && !setup->encode; /* a clock costs as much as a file */
    const uint64_t began = uvp_clock_process_cpu_ns();

    memset(figures, 0, sizeof *figures);
    for (size_t i = 0; i < count; i++) {
        const enum uvp_code code = run_file(setup, &files[i], store, figures, err);
        if (code != UVP_OK) {
            fprintf(stderr, "bench_mesh: %s: %s\n", files[i].path, err->text);
            return code;
        }
    }
    figures->ns = in_one ? uvp_clock_process_cpu_ns() - began : figures->ns;
    return UVP_OK;
}

/* ---- a row of the table ---- */

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static double rate(uint64_t bytes, uint64_t ns)
{
    return ns == 0 ? 0 : (double)bytes * 1e3 / (double)ns; /* MB/s */
}

static void print_row(const struct setup *setup, const struct file *files, size_t count,
                      const struct figures *cold, const struct figures *warm, uint64_t median,
                      uint64_t calls)
{
    uint64_t bytes = 0;
    uint64_t moved;

    for (size_t i = 0; i < count; i++) {
        bytes += files[i].bytes;
    }
    moved = setup->encode ? warm->bytes_out : bytes;
    printf("{\"file\": \"%s\", \"files\": %zu, \"format\": \"%s\", \"mode\": \"%s\", "
           "\"bytes\": %" PRIu64 ", \"bytes_out\": %" PRIu64 ", "
           "\"mb_s\": %.0f, \"median_mb_s\": %.0f, \"cold_mb_s\": %.0f, "
           "\"ns_per_number\": %.2f, \"us_per_file\": %.2f, \"triangles_per_s\": %.0f, "
           "\"memory_bytes\": %zu, \"warm_calls\": %" PRIu64 "}\n",
           files[0].path, count, files[0].format->name, setup->encode ? "encode" : "decode",
           bytes, warm->bytes_out, rate(moved, warm->ns), rate(moved, median),
           rate(moved, cold->ns),
           warm->numbers == 0 ? 0 : (double)warm->ns / (double)warm->numbers,
           (double)warm->ns / 1e3 / (double)count,
           warm->ns == 0 ? 0 : (double)warm->triangles * 1e9 / (double)warm->ns,
           warm->memory_bytes, calls);
    fflush(stdout);
}

static int run_row(const struct setup *setup, const struct file *files, size_t count)
{
    struct uvp_error err = {0};
    struct figures best = {0};
    struct figures cold;
    struct figures warm;
    struct store store;
    uint64_t times[ROUNDS_MAX];
    uint64_t calls = 0;
    enum uvp_code code;

    store_open(&store);
    code = run_files(setup, files, count, &store, &cold, &err);
    if (code == UVP_OK) {
        code = run_files(setup, files, count, &store, &warm, &err); /* the arena grows whole */
    }
    for (uint32_t i = 0; i < setup->rounds && code == UVP_OK; i++) {
        calls = store.mem.calls;
        code = run_files(setup, files, count, &store, &warm, &err);
        calls = store.mem.calls - calls;
        times[i] = warm.ns;
        best = i == 0 || warm.ns < best.ns ? warm : best;
    }
    if (code == UVP_OK) {
        qsort(times, setup->rounds, sizeof times[0], compare);
        print_row(setup, files, count, &cold, &best, times[setup->rounds / 2], calls);
    }
    store_close(&store);
    return code == UVP_OK ? 0 : 1;
}

/* ---- files ---- */

static bool read_file(const char *path, struct file *file)
{
    FILE *const stream = fopen(path, "rb");
    long size = -1;
    bool read = false;

    file->path = path;
    if (stream == NULL) {
        return false;
    }
    if (fseek(stream, 0, SEEK_END) == 0) {
        size = ftell(stream);
        rewind(stream);
    }
    if (size > 0) {
        file->bytes = (size_t)size;
        file->data = malloc(file->bytes);
        read = file->data != NULL && fread(file->data, 1, file->bytes, stream) == file->bytes;
    }
    fclose(stream);
    return read;
}

static bool find_format(const struct setup *setup, struct file *file)
{
    const char *reason = "";
    const struct uvp_span bytes = {file->data, file->bytes};

    file->format = uvp_format_find(file->path, strlen(file->path), bytes, true, &reason);
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        if (setup->format != NULL && strcmp(setup->format, (*at)->name) == 0) {
            file->format = *at;
        }
    }
    if (file->format == NULL) {
        fprintf(stderr, "bench_mesh: %s: %s\n", file->path, reason);
    }
    return file->format != NULL;
}

static int run_paths(const struct setup *setup, char **paths, size_t count)
{
    struct file *const files = calloc(count, sizeof *files);
    int code = files == NULL ? 1 : 0;

    for (size_t i = 0; i < count && code == 0; i++) {
        if (!read_file(paths[i], &files[i])) {
            fprintf(stderr, "bench_mesh: %s: cannot be read, or is empty\n", paths[i]);
            code = 1;
        } else if (!find_format(setup, &files[i])) {
            code = 1;
        } else if (!setup->small) {
            code = run_row(setup, &files[i], 1);
            free(files[i].data);
            files[i].data = NULL;
        }
    }
    if (code == 0 && setup->small) {
        code = run_row(setup, files, count);
    }
    for (size_t i = 0; files != NULL && i < count; i++) {
        free(files[i].data);
    }
    free(files);
    return code;
}

/* ---- options ---- */

static bool set_option(struct setup *setup, const char *name, size_t bytes, const char *value)
{
    const struct {
        const char *name;
        uint32_t least;
        uint32_t most;
        uint32_t *value;
        bool *flag;
    } rows[] = {
        {"rounds", 1, ROUNDS_MAX, &setup->rounds, NULL},
        {"charts", 1, 1000, &setup->charts, NULL},
        {"small", 0, 1, NULL, &setup->small},
        {"uvs", 0, 1, NULL, &setup->options.wants_uvs},
        {"groups", 0, 1, NULL, &setup->options.wants_groups},
    };
    const unsigned long number = strtoul(value, NULL, 10);

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strlen(rows[i].name) != bytes || memcmp(rows[i].name, name, bytes) != 0) {
            continue;
        }
        if (number < rows[i].least || number > rows[i].most) {
            return false;
        }
        if (rows[i].value != NULL) {
            *rows[i].value = (uint32_t)number;
        } else {
            *rows[i].flag = number != 0;
        }
        return true;
    }
    if (bytes == 4 && memcmp(name, "mode", 4) == 0) {
        setup->encode = strcmp(value, "encode") == 0;
        return setup->encode || strcmp(value, "decode") == 0;
    }
    if (bytes == 6 && memcmp(name, "format", 6) == 0) {
        setup->format = value;
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    struct setup setup = {.rounds = 5, .charts = 8};
    int first = 1;

    setup.options.existing = UVP_EXISTING_REPLACE;
    for (; first < argc && strchr(argv[first], '=') != NULL; first++) {
        const char *const equals = strchr(argv[first], '=');
        if (!set_option(&setup, argv[first], (size_t)(equals - argv[first]), equals + 1)) {
            fprintf(stderr, "bench_mesh: %s: no such option\n", argv[first]);
            return 64;
        }
    }
    if (first == argc) {
        fprintf(stderr, "usage: bench_mesh [NAME=VALUE ...] FILE...\n");
        return 64;
    }
    return run_paths(&setup, argv + first, (size_t)(argc - first));
}
