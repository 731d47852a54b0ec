/* The texts of --help: what a command is, the rows of the table it takes, what else to know. */
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/command.h"

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
    const bool takes = row->argument != NULL;
    const bool may = (row->traits & UVP_OPTION_MAY) != 0;
    char left[64];
    int used = 0;

    used = row->letter != 0 ? snprintf(left, sizeof left, "  -%c, ", row->letter)
                            : snprintf(left, sizeof left, "      ");
    used += snprintf(left + used, sizeof left - (size_t)used, "--%s%s%s%s", row->name,
                     may     ? "[="
                     : takes ? "="
                             : "",
                     takes ? row->argument : "", may ? "]" : "");
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

/* Below the usage of the stream, which is what --help without a command shows. */
static enum uvp_code append_commands(struct uvp_buf *text, struct uvp_error *err)
{
    UVP_TRY(append(text, "\nCommands (uvpipe COMMAND --help tells more; ./NAME is a file):\n",
                   err));
    for (int i = UVP_COMMAND_STREAM + 1; i < UVP_COMMAND_COUNT; i++) {
        const struct uvp_command_ops *const command = uvp_command_of((enum uvp_command)i);
        char line[128];

        (void)snprintf(line, sizeof line, "  %-10s %s\n", command->name, command->brief);
        UVP_TRY(append(text, line, err));
    }
    return UVP_OK;
}

enum uvp_code uvp_options_help(enum uvp_command command, struct uvp_buf *text,
                               struct uvp_error *err)
{
    const struct uvp_command_ops *const words = uvp_command_of(command);
    const char *group = NULL;

    UVP_TRY(append(text, words->head, err));
    if (command == UVP_COMMAND_STREAM) {
        UVP_TRY(append_commands(text, err));
    }
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
    if (words->take_words == NULL) {
        UVP_TRY(append_formats(text, err));
    }
    return append(text, words->tail, err);
}
