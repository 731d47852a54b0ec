/* The table for programs: what completion and other front ends are made from. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvpipe/command.h"

#define GUESS_BYTES 65536 /* of memory, when there is none */

static json_t *commands_of(const struct uvp_option *row)
{
    json_t *const list = json_array();

    for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
        if (uvp_option_is_for(row, (enum uvp_command)i)) {
            (void)json_array_append_new(list,
                                        json_string(uvp_command_of((enum uvp_command)i)->name));
        }
    }
    return list;
}

static json_t *choices_of(const struct uvp_option *row)
{
    json_t *const list = row->choices != NULL ? json_array() : json_null();

    for (size_t i = 0; row->choices != NULL && row->choices[i] != NULL; i++) {
        (void)json_array_append_new(list, json_string(row->choices[i]));
    }
    return list;
}

static bool has_trait(const struct uvp_option *row, enum uvp_option_trait trait)
{
    return (row->traits & (unsigned)trait) != 0;
}

static json_t *row_of(const struct uvp_option *row)
{
    const char letter[2] = {row->letter, '\0'};

    return json_pack(
        "{s:s, s:s*, s:s*, s:o, s:b, s:b, s:b, s:b, s:b, s:b, s:s*, s:s, s:s, s:o}", "name",
        row->name, "letter", row->letter != 0 ? letter : NULL, "argument", row->argument,
        "choices", choices_of(row), "only_choices",
        row->choices != NULL && !has_trait(row, UVP_OPTION_OPEN), "comma_list",
        has_trait(row, UVP_OPTION_WORDS), "value_optional", has_trait(row, UVP_OPTION_MAY),
        "repeatable", has_trait(row, UVP_OPTION_LIST) || has_trait(row, UVP_OPTION_COUNT),
        "key", !has_trait(row, UVP_OPTION_BARE), "per_mesh", has_trait(row, UVP_OPTION_MESH),
        "default", row->fallback, "group", row->group, "help", row->help, "commands",
        commands_of(row));
}

static json_t *all_commands(void)
{
    json_t *const list = json_array();

    for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
        (void)json_array_append_new(list,
                                    json_string(uvp_command_of((enum uvp_command)i)->name));
    }
    return list;
}

enum uvp_code uvp_options_json(struct uvp_buf *text, struct uvp_error *err)
{
    json_t *const rows = json_array();
    json_t *whole = NULL;
    char *dumped = NULL;
    enum uvp_code code = UVP_OK;

    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        (void)json_array_append_new(rows, row_of(row));
    }
    whole =
        json_pack("{s:i, s:o, s:o}", "version", 1, "commands", all_commands(), "options", rows);
    dumped = whole != NULL ? json_dumps(whole, JSON_INDENT(1)) : NULL;
    json_decref(whole);
    if (dumped == NULL) {
        return uvp_fail_memory(err, GUESS_BYTES);
    }
    code = uvp_buf_append(text, dumped, strlen(dumped), err);
    free(dumped);
    return code == UVP_OK ? uvp_buf_append(text, "\n", 1, err) : code;
}
