/*
 * bench_atlas -- the engine alone: meshes in memory, layouts out, timed by step
 *
 *     bench_atlas [NAME=VALUE ...] MESH...
 *
 * Prints one JSON line a mesh: CPU time of the calling thread by step (the least of the
 * rounds), memory at the peak, and the engine's own figures. Names:
 *
 *     rounds=3  preset=balanced|fast|best  resolution=1024  padding=2  effort=1  pages=1
 *     stretch=0 density=0 chart_triangles=0 degrees=0 winding=0 whole=0  out=FOLDER  verify=0|1
 *     threads=1  wall=0|1  model=0|1
 *
 * With threads=N above 1 other threads help, and all times are wall time, as with wall=1.
 * "digest" is that of the whole result: the same for any number of threads. With model=1 the
 * run is alone and "speed_up" is what 2, 4, 8, 16 and 64 hands would gain, by the CPU time of
 * each task.
 *
 * With out=FOLDER the unwrapped mesh is written there under its own name, for a judge.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/format.h"
#include "pipeline/base/clock.h"
#include "stages/unwrapper/atlas/atlas.h"
#include "tools/bench/bench_crew.h"
#include "tools/bench/bench_model.h"

#define ROUNDS_DEFAULT 3
#define PATH_ROOM 4096

struct bench {
    struct uvp_atlas_options options;
    uint32_t rounds;
    uint32_t threads;
    bool wall;
    bool model;
    const char *folder;
    bool verify;
};

struct loaded {
    struct uvp_mem mem;
    struct uvp_arena arena;
    struct uvp_buf bytes;
    const struct uvp_format *format;
    struct uvp_model model;
    struct uvp_mesh_triangles triangles;
    struct uvp_atlas_input input;
};

/* Time by step, fed by the engine's own calls. */
struct watch {
    uint64_t step_ns[UVP_ATLAS_STEP_COUNT];
    uint64_t total_ns;
    enum uvp_atlas_step now;
    uint64_t since_ns;
    bool wall; /* CPU time of this thread says little when others help */
    struct bench_model model;
};

static uint64_t watch_now(const struct watch *watch)
{
    return watch->wall ? uvp_clock_now_ns() : uvp_clock_thread_cpu_ns();
}

static void begin_step(void *ctx, enum uvp_atlas_step step)
{
    struct watch *const watch = ctx;
    const uint64_t now = watch_now(watch);

    watch->step_ns[watch->now] += now - watch->since_ns;
    watch->now = step;
    watch->since_ns = now;
}

static enum uvp_code read_file(const char *path, struct uvp_buf *bytes, struct uvp_error *err)
{
    FILE *const file = fopen(path, "rb");
    char block[1 << 16];
    size_t got;
    enum uvp_code code = UVP_OK;

    if (file == NULL) {
        return uvp_fail(err, UVP_IO, 0, "cannot open");
    }
    while (code == UVP_OK && (got = fread(block, 1, sizeof block, file)) > 0) {
        code = uvp_buf_append(bytes, block, got, err);
    }
    (void)fclose(file);
    return code;
}

static enum uvp_code load(const char *path, struct loaded *loaded, struct uvp_stop *stop,
                          struct uvp_error *err)
{
    const char *reason = NULL;
    struct uvp_mesh_source source = {.siblings = NULL};
    const struct uvp_mesh *mesh;

    UVP_TRY(read_file(path, &loaded->bytes, err));
    source.bytes = uvp_buf_span(&loaded->bytes);
    loaded->format =
        uvp_format_find(path, strlen(path), uvp_buf_span(&loaded->bytes), true, &reason);
    if (loaded->format == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s", reason);
    }
    UVP_TRY(loaded->format->decode(&source, NULL, &loaded->arena, stop, &loaded->model, err));
    mesh = loaded->model.meshes;
    UVP_TRY(uvp_mesh_triangulate(mesh, &loaded->arena, &loaded->arena, stop, &loaded->triangles,
                                 err));
    loaded->input = (struct uvp_atlas_input){
        .positions = mesh->positions,
        .vertex_count = mesh->vertex_count,
        .corner_vertex = mesh->corner_vertex,
        .corner_count = mesh->corner_start[mesh->polygon_count],
        .triangles = loaded->triangles.corners,
        .triangle_count = loaded->triangles.count,
        .triangle_polygon = loaded->triangles.polygon,
    };
    return UVP_OK;
}

static enum uvp_code write_result(const struct bench *bench, struct loaded *loaded,
                                  const struct uvp_atlas_result *result, const char *path,
                                  struct uvp_stop *stop, struct uvp_error *err)
{
    const struct uvp_mesh_uvs uvs = {
        .uv = result->uv, .uv_count = result->uv_count, .corner_uv = result->corner_uv};
    const struct uvp_mesh_source source = {.bytes = uvp_buf_span(&loaded->bytes)};
    struct uvp_product product = {.body = NULL};
    const char *const slash = strrchr(path, '/');
    struct uvp_mem mem;
    struct uvp_buf out;
    char name[PATH_ROOM];
    FILE *file;
    enum uvp_code code;

    uvp_mem_init(&mem, 0);
    uvp_buf_init(&out, &mem, 0);
    (void)snprintf(name, sizeof name, "%s/%s", bench->folder, slash != NULL ? slash + 1 : path);
    product.body = &out;
    code = loaded->format->encode(&source, &loaded->model, &uvs, NULL, &loaded->arena, stop,
                                  &product, err);
    file = code == UVP_OK ? fopen(name, "wb") : NULL;
    if (code == UVP_OK && (file == NULL || fwrite(out.data, 1, out.bytes, file) != out.bytes)) {
        code = uvp_fail(err, UVP_IO, 0, "cannot write %s", name);
    }
    if (file != NULL && fclose(file) != 0) {
        code = uvp_fail(err, UVP_IO, 0, "cannot write %s", name);
    }
    uvp_buf_release(&out);
    return code;
}

static uint64_t digest_more(uint64_t digest, const void *data, size_t bytes)
{
    const unsigned char *const at = data;

    for (size_t i = 0; i < bytes; i++) {
        digest = (digest ^ at[i]) * UINT64_C(0x100000001b3);
    }
    return digest;
}

static uint64_t digest_of(const struct loaded *loaded, const struct uvp_atlas_result *result)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);

    digest = digest_more(digest, result->uv, 2 * sizeof *result->uv * result->uv_count);
    digest = digest_more(digest, result->corner_uv,
                         sizeof *result->corner_uv * loaded->input.corner_count);
    return digest_more(digest, result->triangle_chart,
                       sizeof *result->triangle_chart * loaded->input.triangle_count);
}

static void print_line(const char *path, const struct watch *best, size_t peak_bytes,
                       const struct uvp_atlas_result *result, uint64_t digest)
{
    const struct uvp_atlas_stats *const stats = &result->stats;
    const char *const slash = strrchr(path, '/');
    const double triangles = stats->triangles;

    printf("{\"mesh\":\"%s\",\"triangles\":%" PRIu32 ",\"us_per_tri\":%.3f",
           slash != NULL ? slash + 1 : path, stats->triangles,
           (double)best->total_ns / 1e3 / triangles);
    for (unsigned s = 0; s < UVP_ATLAS_STEP_COUNT; s++) {
        printf(",\"%s\":%.3f", uvp_atlas_step_name((enum uvp_atlas_step)s),
               (double)best->step_ns[s] / 1e3 / triangles);
    }
    for (unsigned s = 0; s < BENCH_MODEL_SIZES && best->model.tasks_ns != 0; s++) {
        printf("%s%.2f%s", s == 0 ? ",\"speed_up\":[" : ",",
               (double)best->total_ns / (double)(best->total_ns - best->model.saved_ns[s]),
               s + 1 == BENCH_MODEL_SIZES ? "]" : "");
    }
    printf(",\"bytes_per_tri\":%.0f,\"charts\":%" PRIu32 ",\"singles\":%" PRIu32
           ",\"seam\":%.2f,\"eff\":%.4f,\"stretch\":%.5f,\"pages\":%" PRIu32
           ",\"digest\":\"%016" PRIx64 "\"}\n",
           (double)peak_bytes / triangles, stats->charts, stats->single_triangle_charts,
           stats->seam_length, stats->packing_efficiency, stats->stretch_mean,
           result->page_count, digest);
}

/* Runs the engine once; the result lives in `keep`. */
static enum uvp_code run_once(const struct bench *bench, const struct loaded *loaded,
                              struct uvp_arena arenas[2], const struct uvp_atlas_crew *crew,
                              struct uvp_stop *stop, struct watch *watch,
                              struct uvp_atlas_result *result, struct uvp_error *err)
{
    uint64_t began;

    *watch = (struct watch){.wall = bench->wall || crew != NULL};
    if (bench->model) {
        bench_model_start(&watch->model);
        crew = &watch->model.crew;
        watch->wall = false;
    }
    began = watch_now(watch);
    watch->since_ns = began;
    uvp_arena_reset(&arenas[0], SIZE_MAX);
    uvp_arena_reset(&arenas[1], SIZE_MAX);
    UVP_TRY(uvp_atlas_make(&loaded->input, &bench->options, &arenas[0], &arenas[1], crew, stop,
                           begin_step, watch, result, err));
    begin_step(watch, UVP_ATLAS_VERIFY);
    watch->total_ns = watch_now(watch) - began;
    return UVP_OK;
}

static enum uvp_code check(const struct loaded *loaded, const struct uvp_atlas_result *result,
                           struct uvp_arena *scratch, struct uvp_stop *stop,
                           struct uvp_error *err)
{
    struct uvp_atlas_verdict verdict;

    UVP_TRY(uvp_atlas_verify(&loaded->input, result, scratch, stop, &verdict, err));
    if (verdict.flipped + verdict.overlapping + verdict.outside != 0) {
        return uvp_fail(err, UVP_BUG, 0,
                        "%" PRIu64 " flipped, %" PRIu64 " overlapping, %" PRIu64 " outside",
                        verdict.flipped, verdict.overlapping, verdict.outside);
    }
    return UVP_OK;
}

static enum uvp_code measure(const struct bench *bench, const char *path, struct loaded *loaded,
                             struct uvp_arena arenas[2], const struct uvp_atlas_crew *crew,
                             struct uvp_stop *stop, struct uvp_error *err)
{
    struct uvp_atlas_result result = {0};
    struct watch best = {.total_ns = UINT64_MAX};
    size_t peak = 0;

    UVP_TRY(load(path, loaded, stop, err));
    for (uint32_t r = 0; r < bench->rounds; r++) {
        struct watch watch;
        UVP_TRY(run_once(bench, loaded, arenas, crew, stop, &watch, &result, err));
        best = watch.total_ns < best.total_ns ? watch : best;
        peak = r == 0 ? atomic_load(&arenas[0].mem->peak_bytes) : peak;
    }
    print_line(path, &best, peak, &result, digest_of(loaded, &result));
    if (bench->verify) {
        UVP_TRY(check(loaded, &result, &arenas[1], stop, err));
    }
    return bench->folder == NULL ? UVP_OK
                                 : write_result(bench, loaded, &result, path, stop, err);
}

static bool run_mesh(const struct bench *bench, const char *path)
{
    struct loaded loaded = {0};
    struct bench_crew crew = {0};
    struct uvp_arena arenas[2];
    struct uvp_mem mem;
    struct uvp_stop stop;
    struct uvp_error error = {0};
    enum uvp_code code = UVP_OK;

    uvp_mem_init(&loaded.mem, 0);
    uvp_mem_init(&mem, 0);
    uvp_arena_init(&loaded.arena, &loaded.mem, 0);
    uvp_buf_init(&loaded.bytes, &loaded.mem, 0);
    uvp_arena_init(&arenas[0], &mem, 0);
    uvp_arena_init(&arenas[1], &mem, 0);
    uvp_stop_init_child(&stop, NULL, 0, NULL);
    if (bench->threads > 1) {
        code = bench_crew_start(&crew, bench->threads, &mem, &error);
    }
    if (code == UVP_OK) {
        code = measure(bench, path, &loaded, arenas, bench->threads > 1 ? &crew.crew : NULL,
                       &stop, &error);
    }
    if (code != UVP_OK) {
        (void)fprintf(stderr, "bench_atlas: %s: %s\n", path, error.text);
    }
    bench_crew_end(&crew);
    uvp_stop_release(&stop);
    uvp_arena_release(&arenas[0]);
    uvp_arena_release(&arenas[1]);
    uvp_arena_release(&loaded.arena);
    uvp_buf_release(&loaded.bytes);
    return code == UVP_OK;
}

static enum uvp_atlas_preset preset_of(const char *name)
{
    for (unsigned p = 0; p < UVP_ATLAS_PRESET_COUNT; p++) {
        if (strcmp(name, uvp_atlas_preset_name((enum uvp_atlas_preset)p)) == 0) {
            return (enum uvp_atlas_preset)p;
        }
    }
    return UVP_ATLAS_BALANCED;
}

/* True when `word` was NAME=VALUE of a name we know. */
static bool set_option(struct bench *bench, const char *word)
{
    struct uvp_atlas_options *const options = &bench->options;
    const char *const value = strchr(word, '=') != NULL ? strchr(word, '=') + 1 : NULL;
    const size_t length = value != NULL ? (size_t)(value - word) : 0;
    double number = 0;

    if (value == NULL) {
        return false;
    }
    (void)sscanf(value, "%lf", &number);
    if (strncmp(word, "rounds=", length) == 0) {
        bench->rounds = number >= 1 ? (uint32_t)number : 1;
    } else if (strncmp(word, "threads=", length) == 0) {
        bench->threads = number > BENCH_CREW_MOST ? BENCH_CREW_MOST : (uint32_t)number;
    } else if (strncmp(word, "model=", length) == 0) {
        bench->model = number > 0;
    } else if (strncmp(word, "wall=", length) == 0) {
        bench->wall = number > 0;
    } else if (strncmp(word, "preset=", length) == 0) {
        options->preset = preset_of(value);
    } else if (strncmp(word, "resolution=", length) == 0) {
        options->resolution_texels = (uint32_t)number;
    } else if (strncmp(word, "padding=", length) == 0) {
        options->padding_texels = (float)number;
    } else if (strncmp(word, "effort=", length) == 0) {
        options->pack_effort = (uint32_t)number;
    } else if (strncmp(word, "pages=", length) == 0) {
        options->pages = number > 0 ? (uint32_t)number : UVP_ATLAS_PAGES_AUTO;
    } else if (strncmp(word, "stretch=", length) == 0) {
        options->max_stretch = (float)number;
    } else if (strncmp(word, "density=", length) == 0) {
        options->texels_per_unit = (float)number;
    } else if (strncmp(word, "chart_triangles=", length) == 0) {
        options->max_chart_triangles = (uint32_t)number;
    } else if (strncmp(word, "degrees=", length) == 0) {
        options->seam_degrees = (float)number;
    } else if (strncmp(word, "whole=", length) == 0) {
        options->whole_charts = number > 0;
    } else if (strncmp(word, "winding=", length) == 0) {
        options->fix_winding = number > 0;
    } else if (strncmp(word, "out=", length) == 0) {
        bench->folder = value;
    } else if (strncmp(word, "verify=", length) == 0) {
        bench->verify = number > 0;
    } else {
        return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct bench bench = {.rounds = ROUNDS_DEFAULT};
    bool good = true;

    for (int i = 1; i < argc; i++) {
        if (!set_option(&bench, argv[i])) {
            good = run_mesh(&bench, argv[i]) && good;
            (void)fflush(stdout);
        }
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
