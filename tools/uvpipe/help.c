/* The texts of --help: what a command is, the rows of the table it takes, what else to know. */
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/options.h"

#define EXIT_STATUS                                                                            \
    "\nExit status: 0 all well; 1 failed, do not trust the output; 2 finished, but some\n"     \
    "member failed or was warned about; 64 wrong usage; 128+n ended by signal n.\n"            \
    "The manual: man uvpipe\n"

const struct uvp_command_text uvp_command_table[UVP_COMMAND_COUNT] = {
    [UVP_COMMAND_STREAM] =
        {"unwrap",
         "Usage: uvpipe [OPTION]... [INPUT]...\n"
         "       uvpipe check [OPTION]... [INPUT]...\n"
         "       uvpipe list [OPTION]... [INPUT]...\n"
         "Makes a UV atlas for every mesh in a stream of files; check judges the UVs that are\n"
         "there, list says what is there (uvpipe check --help, uvpipe list --help).\n\n"
         "INPUT is an archive, a mesh or a folder; - is stdin (default).\n",
         EXIT_STATUS},
    [UVP_COMMAND_CHECK] =
        {"check",
         "Usage: uvpipe check [OPTION]... [INPUT]...\n"
         "Judges the UVs of every mesh, exactly, and prints a line for each: valid, invalid "
         "(and\n"
         "why), no-uvs or failed. Writes nothing else.\n\n"
         "INPUT is an archive, a mesh or a folder; - is stdin (default). ./check is a file.\n",
         "\nExamples:\n"
         "  uvpipe check chair.obj\n"
         "  uvpipe < meshes.tar | uvpipe check\n"
         "  uvpipe check --allow outside,overlapping --json assets/ | jq .verdict\n"
         "\nExit status: 0 every mesh is valid; 1 failed; 2 some mesh is invalid, has no UVs "
         "or\n"
         "could not be read, or an input was warned about; 64 wrong usage; 128+n ended by\n"
         "signal n. The manual: man uvpipe\n"},
    [UVP_COMMAND_LIST] =
        {"list",
         "Usage: uvpipe list [OPTION]... [INPUT]...\n"
         "Prints a line for every member: format, triangles, vertices, whether it has UVs, "
         "name;\n"
         "or why it is not a mesh. Writes nothing else.\n\n"
         "INPUT is an archive, a mesh or a folder; - is stdin (default). ./list is a file.\n",
         "\nExamples:\n"
         "  uvpipe list meshes.tar.zst\n"
         "  uvpipe list -q assets/ | sort -k2n\n"
         "  uvpipe list --json scans.zip | jq 'select(.mapped == 0).name'\n"
         "\nExit status: 0 every mesh was read; 1 failed; 2 some mesh could not be read, or "
         "an\n"
         "input was warned about; 64 wrong usage; 128+n ended by signal n.\n"
         "The manual: man uvpipe\n"},
};

static enum uvp_code append(struct uvp_buf *text, const char *words, struct uvp_error *err)
{
    return uvp_buf_append(text, words, strlen(words), err);
}

#define HELP_COLUMN 25

/* The text of one option, from the help column on; `column` is where the cursor stands. */
static enum uvp_code append_lines(struct uvp_buf *text, const char *line, int column,
                                  struct uvp_error *err)
{
    while (line != NULL) {
        const char *end = strchr(line, '\n');
        const size_t bytes = end != NULL ? (size_t)(end - line) : strlen(line);
        char gap[HELP_COLUMN + 1];

        (void)snprintf(gap, sizeof gap, "%*s", HELP_COLUMN - column, "");
        UVP_TRY(append(text, gap, err));
        UVP_TRY(uvp_buf_append(text, line, bytes, err));
        UVP_TRY(append(text, "\n", err));
        column = 0;
        line = end != NULL ? end + 1 : NULL;
    }
    return UVP_OK;
}

/* "  -o, --output=PATH      first line" and further lines below it. */
static enum uvp_code append_option(struct uvp_buf *text, const struct uvp_option *row,
                                   struct uvp_error *err)
{
    char left[64];
    int used = 0;

    used = row->letter != 0 ? snprintf(left, sizeof left, "  -%c, ", row->letter)
                            : snprintf(left, sizeof left, "      ");
    used +=
        snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s", row->name,
                 row->argument != NULL ? "=" : "", row->argument != NULL ? row->argument : "");
    UVP_TRY(append(text, left, err));
    if (used >= HELP_COLUMN) {
        UVP_TRY(append(text, "\n", err));
        used = 0;
    }
    return append_lines(text, row->help, used, err);
}

static enum uvp_code append_heading(struct uvp_buf *text, const char *group,
                                    struct uvp_error *err)
{
    UVP_TRY(append(text, "\n", err));
    UVP_TRY(append(text, group, err));
    return append(text, ":\n", err);
}

static enum uvp_code append_formats(struct uvp_buf *text, struct uvp_error *err)
{
    UVP_TRY(append(text, "\nMeshes:  ", err));
    for (const struct uvp_format *const *at = uvp_formats(); *at != NULL; at++) {
        UVP_TRY(append(text, " ", err));
        UVP_TRY(append(text, (*at)->name, err));
    }
    UVP_TRY(append(text, "\nArchives:", err));
    for (int i = UVP_CONTAINER_TAR; i < UVP_CONTAINER_FOLDER; i++) {
        UVP_TRY(append(text, " ", err));
        UVP_TRY(append(text, uvp_container_name((enum uvp_container)i), err));
    }
    return append(text, " (7z is read only), and under one layer of compression\n", err);
}

enum uvp_code uvp_options_help(enum uvp_command command, struct uvp_buf *text,
                               struct uvp_error *err)
{
    const struct uvp_command_text *const words = &uvp_command_table[command];
    const char *group = NULL;

    UVP_TRY(append(text, words->head, err));
    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        if ((row->commands & UVP_FOR(command)) == 0) {
            continue;
        }
        if (group == NULL || strcmp(group, row->group) != 0) {
            UVP_TRY(append_heading(text, row->group, err));
            group = row->group;
        }
        UVP_TRY(append_option(text, row, err));
    }
    UVP_TRY(append_formats(text, err));
    return append(text, words->tail, err);
}
