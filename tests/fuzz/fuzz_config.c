/*
 * Any bytes as a configuration file, a file of parameters and one of what differs from member
 * to member. What is read from a file must be read again from what is written of it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvpipe/config_file.h"
#include "tools/uvpipe/config_layers.h"
#include "tools/uvpipe/config_print.h"
#include "tools/uvpipe/manifest.h"

#define MEMORY_LIMIT ((size_t)256 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

/* The value written, and read again. */
static enum uvp_code check_value(void *ctx, const struct uvp_config_line *line,
                                 struct uvp_error *err)
{
    (void)err;
    require(strcmp(ctx, line->value) == 0);
    return UVP_OK;
}

static enum uvp_code take_line(void *ctx, const struct uvp_config_line *line,
                               struct uvp_error *err)
{
    struct uvp_arena *const arena = ctx;
    struct uvp_buf text;
    uint32_t number = 0;
    union {
        const char *given;
        void *passed;
    } value = {line->value};

    if (line->key.bytes == 0) {
        return UVP_OK;
    }
    uvp_buf_init(&text, arena->mem, 0);
    require(uvp_buf_append(&text, "key = ", 6, err) == UVP_OK);
    require(uvp_config_value_write(&text, line->value, err) == UVP_OK);
    require(uvp_config_file_parse(uvp_buf_span(&text), arena, check_value, value.passed,
                                  &number, err) == UVP_OK);
    require(number == 1);
    uvp_buf_release(&text);
    return UVP_OK;
}

static void read_as_lines(struct uvp_span text, struct uvp_mem *mem)
{
    struct uvp_arena arena;
    uint32_t number = 0;

    uvp_arena_init(&arena, mem, 0);
    (void)uvp_config_file_parse(text, &arena, take_line, &arena, &number, NULL);
    uvp_arena_release(&arena);
}

static void read_as_settings(struct uvp_span text, struct uvp_mem *mem)
{
    struct uvp_options options;
    struct uvp_error err = {0};
    char name[] = "uvpipe";
    char *const argv[] = {name, NULL};

    require(uvp_options_load(&options, 1, argv, NULL, mem, &err) == UVP_OK);
    if (uvp_config_text(options.config, &options, text, "file", &err) == UVP_OK) {
        struct uvp_buf printed;

        uvp_buf_init(&printed, mem, 0);
        require(uvp_config_print(&options, &printed, &err) == UVP_OK);
        err.code = UVP_OK;
        require(uvp_config_text(options.config, &options, uvp_buf_span(&printed), "printed",
                                &err) == UVP_OK);
        uvp_buf_release(&printed);
    } else {
        require(err.text[0] != '\0');
    }
    uvp_options_release(&options);
}

static void read_as_manifest(struct uvp_span text, struct uvp_mem *mem)
{
    static const char *const names[] = {"a", "models/a.obj", "b.stl"};
    struct uvp_manifest *manifest = NULL;
    struct uvp_settings settings;
    struct uvp_settings own;

    memset(&settings, 0, sizeof settings);
    settings.atlas.resolution_texels = 1024;
    if (uvp_manifest_parse(text, "m", UVP_COMMAND_STREAM, mem, &manifest, NULL) != UVP_OK) {
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)uvp_manifest_overrides(manifest)->find(manifest, &settings, "-",
                                                     uvp_span_of_text(names[i]), &own, NULL);
        uvp_manifest_mark(manifest, "-", uvp_span_of_text(names[i]));
    }
    uvp_manifest_destroy(manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct uvp_mem mem;

    uvp_mem_init(&mem, MEMORY_LIMIT);
    read_as_lines(uvp_span_of(data, bytes), &mem);
    read_as_settings(uvp_span_of(data, bytes), &mem);
    read_as_manifest(uvp_span_of(data, bytes), &mem);
    require(mem.used_bytes == 0);
    return 0;
}
