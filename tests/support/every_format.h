/*
 * every_format.h -- the samples of every format, and what is done to all of them
 *
 * Why:     tests that run over formats.def and name none: a new format is tried by being there.
 *          Its samples lie in tests/data/<name>/ (good-*, bad-*, unsupported-*; all else there
 *          are files beside them), and in the folder $UVP_MADE_SAMPLES/<name>/ when it is set.
 * Use:     every_sample(function): it is called with each sample, its bytes in a block of just
 *          their size, so that sanitizers see what is behind.
 */
#ifndef UVP_TESTS_SUPPORT_EVERY_FORMAT_H
#define UVP_TESTS_SUPPORT_EVERY_FORMAT_H

#include "formats/mesh/foreign.h"

#include "tests/unit/mesh/product_bench.h"

#include <dirent.h>
#include <sys/stat.h>

#define EVERY_PATH_BYTES 1024

/* What a sample's name promises. */
enum every_kind { EVERY_GOOD, EVERY_BAD, EVERY_UNSUPPORTED, EVERY_BESIDE };

struct every_sample {
    const struct uvp_format *format;
    char folder[EVERY_PATH_BYTES / 2];
    char name[256];
    enum every_kind kind;
    unsigned char *data;
    size_t bytes;
};

/* A bench that finds what lies beside its sample, and the one file that was made of it. */
struct every_bench {
    struct bench bench;
    struct uvp_siblings siblings;
    const struct every_sample *sample;
    struct uvp_span made; /* its name is the sample's and the suffix */
    const char *made_suffix;
};

typedef void every_function(const struct every_sample *sample);

static inline enum every_kind every_kind_of(const char *name)
{
#ifndef UVP_MESHOPT
    if (strncmp(name, "good-packed", 11) == 0) {
        return EVERY_UNSUPPORTED; /* the library that unpacks it was not there */
    }
#endif
    return strncmp(name, "good-", 5) == 0           ? EVERY_GOOD
           : strncmp(name, "bad-", 4) == 0          ? EVERY_BAD
           : strncmp(name, "unsupported-", 12) == 0 ? EVERY_UNSUPPORTED
                                                    : EVERY_BESIDE;
}

/* In a block of just its size; NULL when there is none. */
static inline unsigned char *every_read(const char *path, size_t *bytes)
{
    FILE *const file = fopen(path, "rb");
    unsigned char *data;
    struct stat facts;

    if (file == NULL) {
        return NULL;
    }
    assert_int_equal(fstat(fileno(file), &facts), 0);
    *bytes = (size_t)facts.st_size;
    data = malloc(*bytes == 0 ? 1 : *bytes);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, *bytes, file), *bytes);
    assert_int_equal(fclose(file), 0);
    return data;
}

static inline unsigned char *every_copy(const void *data, size_t bytes)
{
    unsigned char *const copy = malloc(bytes == 0 ? 1 : bytes);

    assert_non_null(copy);
    if (bytes != 0) {
        memcpy(copy, data, bytes);
    }
    return copy;
}

static inline int every_by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names in a folder, sorted: the order of a run is the same everywhere. */
static inline char **every_names(const char *folder, size_t *count)
{
    DIR *const dir = opendir(folder);
    char **names = NULL;
    struct dirent *entry;

    *count = 0;
    if (dir == NULL) {
        return NULL;
    }
    while ((entry = readdir(dir)) != NULL) {
        names = realloc(names, (*count + 1) * sizeof *names);
        assert_non_null(names);
        names[*count] = strdup(entry->d_name);
        assert_non_null(names[*count]);
        (*count)++;
    }
    assert_int_equal(closedir(dir), 0);
    qsort(names, *count, sizeof *names, every_by_name);
    return names;
}

static inline size_t every_in_folder(const struct uvp_format *format, const char *folder,
                                     every_function *function)
{
    size_t count;
    size_t samples = 0;
    char **const names = every_names(folder, &count);

    for (size_t i = 0; i < count; i++) {
        struct every_sample sample = {.format = format, .kind = every_kind_of(names[i])};
        char path[EVERY_PATH_BYTES];
        if (sample.kind != EVERY_BESIDE) {
            snprintf(sample.folder, sizeof sample.folder, "%s", folder);
            snprintf(sample.name, sizeof sample.name, "%s", names[i]);
            snprintf(path, sizeof path, "%s/%s", folder, names[i]);
            sample.data = every_read(path, &sample.bytes);
            assert_non_null(sample.data);
            function(&sample);
            free(sample.data);
            samples++;
        }
        free(names[i]);
    }
    free(names);
    return samples;
}

/* In every build, or only where a library is that reads it: what has no samples here then. */
#undef UVP_ASSIMP
static inline bool every_build_has(const char *name)
{
#define UVP_FORMAT(name) #name,
    static const char *const names[] = {
#include "formats/mesh/formats.def"
    };
#undef UVP_FORMAT

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static inline void every_sample(every_function *function)
{
    const char *const made = getenv("UVP_MADE_SAMPLES");

    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        char folder[EVERY_PATH_BYTES / 2];

        if (uvp_foreign_by_path((*at)->suffixes[0], strlen((*at)->suffixes[0])) !=
            UVP_FOREIGN_NONE) {
            continue; /* a library reads it that does not stand any byte changed */
        }
        snprintf(folder, sizeof folder, "%s/%s", UVP_TEST_DATA, (*at)->name);
        if (every_in_folder(*at, folder, function) < 5 && every_build_has((*at)->name)) {
            fail_msg("%s has no samples: put good-*, bad-* and unsupported-* into %s",
                     (*at)->name, folder);
        }
        if (made != NULL && every_build_has((*at)->name)) {
            snprintf(folder, sizeof folder, "%s/%s", made, (*at)->name);
            if (every_in_folder(*at, folder, function) == 0) {
                fail_msg("%s has no samples in %s", (*at)->name, folder);
            }
        }
    }
}

/* How far to step through `count` places, so that about `most` of them are tried. */
static inline size_t every_step(size_t count, size_t most)
{
    const char *const all = getenv("UVP_TEST_ALL");

    return all != NULL || count <= most ? 1 : (count + most - 1) / most;
}

/* ---- a bench for one sample ---- */

static inline struct uvp_span every_stem(struct uvp_span name, const char *suffix)
{
    const size_t more = strlen(suffix);

    return name.bytes > more && memcmp(name.data + name.bytes - more, suffix, more) == 0
               ? uvp_span_of(name.data, name.bytes - more)
               : uvp_span_of("", 0);
}

static inline enum uvp_code every_find(void *ctx, struct uvp_span name, struct uvp_span *bytes,
                                       struct uvp_error *err)
{
    struct every_bench *const every = ctx;
    char path[EVERY_PATH_BYTES];
    unsigned char *data;
    void *kept;

    if (every->made_suffix != NULL && every->made_suffix[0] != '\0' &&
        uvp_span_equal(every_stem(name, every->made_suffix), every->bench.source.name)) {
        *bytes = every->made;
        return UVP_OK;
    }
    if (name.bytes > 200 || memchr(name.data, '/', name.bytes) != NULL ||
        memchr(name.data, '\0', name.bytes) != NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "not within reach");
    }
    snprintf(path, sizeof path, "%s/%.*s", every->sample->folder, (int)name.bytes,
             (const char *)name.data);
    data = every_read(path, &bytes->bytes);
    if (data == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "it is not there");
    }
    kept = uvp_arena_take(&every->bench.arena, bytes->bytes, 1);
    if (kept != NULL) {
        memcpy(kept, data, bytes->bytes);
    }
    free(data);
    bytes->data = kept;
    return kept != NULL ? UVP_OK : uvp_fail_memory(err, bytes->bytes);
}

static inline void every_open(struct every_bench *every, const struct every_sample *sample)
{
    memset(every, 0, sizeof *every);
    bench_open(&every->bench);
    every->sample = sample;
    every->siblings = (struct uvp_siblings){every, every_find};
    every->bench.source.siblings = &every->siblings;
    every->bench.source.name = uvp_span_of_text(sample->name);
}

static inline void every_close(struct every_bench *every)
{
    bench_close(&every->bench);
}

/* The UVs of each mesh of the model: of every kind, or such that 16 bits hold them. */
static inline struct uvp_mesh_uvs *every_uvs(struct bench *bench, uint64_t seed, bool is_u16)
{
    struct uvp_mesh_uvs *const uvs =
        UVP_ARENA_ARRAY(&bench->arena, struct uvp_mesh_uvs, bench->model.mesh_count);

    assert_non_null(uvs);
    for (uint32_t m = 0; m < bench->model.mesh_count; m++) {
        uvs[m] = make_uvs(bench, &bench->model.meshes[m], seed + m, m % 2 == 1);
        uvs[m].is_u16 = is_u16;
        if (is_u16) {
            float *const uv =
                UVP_ARENA_ARRAY(&bench->arena, float, 2 * (size_t)uvs[m].uv_count);
            assert_non_null(uv);
            for (uint32_t i = 0; i < 2 * uvs[m].uv_count; i++) {
                uv[i] = (float)(i * 7919 % 65536) / 65535.0F;
            }
            uvs[m].uv = uv;
        }
    }
    return uvs;
}

#endif
