/* gen: meshes from nothing. */
#include "tools/uvpipe/command.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/exits.h"
#include "tools/uvpipe/options_gen.h"

static enum uvp_code append_shapes(struct uvp_buf *text, struct uvp_error *err)
{
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        char line[120];

        (void)snprintf(line, sizeof line, "%-11s from %4u  %s\n", shape->name,
                       (unsigned)shape->least, shape->summary);
        UVP_TRY(uvp_buf_append(text, line, strlen(line), err));
    }
    return UVP_OK;
}

static int list_shapes(const struct uvp_report *report, struct uvp_mem *mem)
{
    struct uvp_error err = {0};
    struct uvp_buf text;
    enum uvp_code code;

    uvp_buf_init(&text, mem, 0);
    code = append_shapes(&text, &err);
    if (code == UVP_OK) {
        code = uvp_report_print(uvp_buf_span(&text), &err);
    }
    uvp_buf_release(&text);
    return uvp_report_printed(report, code, &err);
}

static int list_or_run(const struct uvp_options *options, struct uvp_report *report,
                       struct uvp_mem *mem)
{
    return options->lists_shapes ? list_shapes(report, mem) : UVP_COMMAND_RUNS;
}

/* An archive is refused where it is opened; a lone mesh of bytes looks no better. */
static enum uvp_code refuse_terminal(struct uvp_telling *telling, struct uvp_error *err)
{
    const struct uvp_options *const options = telling->options;
    const struct uvp_settings *const settings = &options->settings;
    const enum uvp_made_format format = options->making.format;
    const bool text = format == UVP_MADE_OBJ || format == UVP_MADE_OFF;
    const bool to_stdout = settings->output == NULL || strcmp(settings->output, "-") == 0;

    if (to_stdout && !text && !settings->force_terminal && isatty(STDOUT_FILENO) != 0) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "will not write binary to a terminal (use -o, a pipe or --force)");
    }
    return UVP_OK;
}

static void hear_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    uvp_report_member(telling->report, record);
}

const struct uvp_command_ops uvp_command_gen = {
    .name = "gen",
    .brief = "makes meshes: shapes, noise, parts, dirty soups",
    .head = "Usage: uvpipe gen [OPTION]... SHAPE...\n"
            "       uvpipe gen list\n"
            "Makes meshes: one as a file, several as an archive or a folder. The same options\n"
            "make the same bytes, on every machine.\n\n"
            "SHAPE is one of those that list prints, or all; several take turns.\n",
    .tail =
        "\nExamples:\n"
        "  uvpipe gen cube --triangles 12 > cube.obj\n"
        "  uvpipe gen torus --triangles 1M -o torus.glb\n"
        "  uvpipe gen all --count 200 --triangles 100:50k | uvpipe | uvpipe check\n"
        "  uvpipe gen plate gear --count 50 --mesh-format stl -o parts.zip\n"
        "\nExit status: 0 all was made; 1 failed, do not trust the output; 2 some mesh could\n"
        "not be made; 64 wrong usage; 128+n ended by signal n. The manual: man uvpipe-gen\n",
    .task = UVP_TASK_GENERATE,
    .take_words = uvp_gen_take_words,
    .member = hear_member,
    .begin = refuse_terminal,
    .instead = list_or_run,
};
