/*
 * Scripts for three shells. What is the same for any table stands here as text; what follows
 * from the table is a list of cases (bash) or of specifications (zsh, fish). None of them runs
 * uvpipe.
 */
#include "tools/uvpipe/completion.h"

#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/command.h"

#define LEVEL_TEXT_BYTES 16

const char *const uvp_shell_words[] = {"bash", "zsh", "fish", NULL};

enum uvp_code uvp_option_completion(struct uvp_options *options, const char *value,
                                    struct uvp_error *err)
{
    (void)err;
    options->action = UVP_ACTION_COMPLETION;
    options->shell = uvp_option_choice(uvp_shell_words, value);
    return UVP_OK;
}

/* A script on its way; after a failure nothing more is added. */
struct script {
    struct uvp_buf *text;
    struct uvp_error *err;
    enum uvp_code code;
};

static void add_bytes(struct script *script, const char *bytes, size_t count)
{
    if (script->code == UVP_OK) {
        script->code = uvp_buf_append(script->text, bytes, count, script->err);
    }
}

static void add(struct script *script, const char *words)
{
    add_bytes(script, words, strlen(words));
}

/* ---- what values are ---- */

enum value_kind {
    VALUE_NONE,  /* the option takes none */
    VALUE_ANY,   /* a number, a pattern: nothing to offer */
    VALUE_FILES, /* and folders */
    VALUE_FOLDERS,
    VALUE_WORDS, /* one of the choices */
    VALUE_LIST,  /* several, with commas */
};

static bool is_one_of(const char *word, const char *const *words)
{
    while (*words != NULL && strcmp(*words, word) != 0) {
        words++;
    }
    return *words != NULL;
}

static enum value_kind kind_of(const struct uvp_option *row)
{
    static const char *const files[] = {"PATH", "FILE", NULL};
    static const char *const folders[] = {"DIR", "FOLDER", NULL};

    if (row->argument == NULL) {
        return VALUE_NONE;
    }
    if (row->choices != NULL) {
        return (row->traits & UVP_OPTION_WORDS) != 0 ? VALUE_LIST : VALUE_WORDS;
    }
    if (is_one_of(row->argument, files)) {
        return VALUE_FILES;
    }
    return is_one_of(row->argument, folders) ? VALUE_FOLDERS : VALUE_ANY;
}

static bool may_lack_value(const struct uvp_option *row)
{
    return (row->traits & UVP_OPTION_MAY) != 0;
}

static bool has_levels(const struct uvp_option *row)
{
    return row->argument != NULL && strstr(row->argument, "[:LEVEL]") != NULL;
}

static void add_choices(struct script *script, const struct uvp_option *row)
{
    for (size_t i = 0; row->choices[i] != NULL; i++) {
        add(script, i != 0 ? " " : "");
        add(script, row->choices[i]);
    }
}

/* " zstd:1 zstd:2 ...": offered once the colon is typed. */
static void add_levels(struct script *script, const struct uvp_option *row)
{
    for (size_t i = 0; row->choices[i] != NULL; i++) {
        enum uvp_codec codec = UVP_CODEC_NONE;
        int lowest = 0;
        int usual = 0;
        int highest = 0;

        if (!uvp_codec_by_name(row->choices[i], &codec) || codec == UVP_CODEC_NONE) {
            continue;
        }
        uvp_codec_levels(codec, &lowest, &usual, &highest);
        for (int level = lowest < 1 ? 1 : lowest; level <= highest; level++) {
            char digits[LEVEL_TEXT_BYTES];

            (void)snprintf(digits, sizeof digits, ":%d", level);
            add(script, " ");
            add(script, row->choices[i]);
            add(script, digits);
        }
    }
}

/* ---- what is told of options and commands ---- */

/* Text in single quotes of a shell; `special` are escaped by a backslash besides. */
static void add_quoted(struct script *script, const char *text, size_t bytes,
                       const char *special)
{
    for (size_t i = 0; i < bytes; i++) {
        if (text[i] == '\'') {
            add(script, "'\\''");
            continue;
        }
        if (strchr(special, text[i]) != NULL) {
            add(script, "\\");
        }
        add_bytes(script, text[i] == '\n' ? " " : text + i, 1);
    }
}

/* The first thought of an option's help: up to a semicolon or a bracket, and without the list
 * of its choices, which is offered anyway. */
static size_t thought_bytes(const struct uvp_option *row)
{
    const char *const help = row->help;
    size_t bytes = strcspn(help, ";(");
    size_t list = bytes;

    while (list > 0 && help[list] != ':') {
        list--;
    }
    if (row->choices != NULL && list != 0) {
        bytes = list;
    }
    while (bytes > 1 && (help[bytes - 1] == ' ' || help[bytes - 1] == '\n')) {
        bytes--;
    }
    return bytes;
}

static void add_help(struct script *script, const struct uvp_option *row, const char *special)
{
    add_quoted(script, row->help, thought_bytes(row), special);
}

/* Of its --help the first line that is no usage, up to where the sentence turns. */
static void add_about(struct script *script, const struct uvp_command_ops *command,
                      const char *special)
{
    const char *line = command->head;

    while (strncmp(line, "Usage", 5) == 0 || *line == ' ' || *line == '\n') {
        const char *const end = strchr(line, '\n');
        if (end == NULL) {
            return;
        }
        line = end + 1;
    }
    add_quoted(script, line, strcspn(line, ".:;,(\n"), special);
}

static const struct uvp_command_ops *command_at(int i)
{
    return uvp_command_of((enum uvp_command)i);
}

static void add_words_of_commands(struct script *script, const char *between)
{
    for (int i = UVP_COMMAND_STREAM + 1; i < UVP_COMMAND_COUNT; i++) {
        add(script, i != UVP_COMMAND_STREAM + 1 ? between : "");
        add(script, command_at(i)->name);
    }
}

/* ---- bash ---- */

static const char bash_head[] =
    "# Completion of uvpipe in bash; made by: uvpipe --completion=bash\n\n";

static const char bash_tail[] =
    "# Offers the words that begin as the value does; $2 is what stands before them.\n"
    "_uvpipe_offer()\n"
    "{\n"
    "    local IFS=$' \\t\\n' word\n"
    "    for word in $1; do\n"
    "        if [[ $word == \"$value\"* ]]; then\n"
    "            COMPREPLY+=(\"$2$word\")\n"
    "        fi\n"
    "    done\n"
    "}\n\n"
    "_uvpipe_offer_files()\n"
    "{\n"
    "    local IFS=$'\\n'\n"
    "    COMPREPLY=($(compgen \"$1\" -P \"$before\" -- \"$value\"))\n"
    "    compopt -o filenames 2>/dev/null\n"
    "}\n\n"
    "_uvpipe_offer_value()\n"
    "{\n"
    "    local last=${value##*,} colon\n"
    "    case $kind in\n"
    "    files) _uvpipe_offer_files -f ;;\n"
    "    folders) _uvpipe_offer_files -d ;;\n"
    "    list)\n"
    "        before+=${value%\"$last\"}\n"
    "        value=$last\n"
    "        _uvpipe_offer \"$words\" \"$before\"\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        ;;\n"
    "    words)\n"
    "        if [[ $value == *:* ]]; then\n"
    "            words=$levels\n"
    "        fi\n"
    "        _uvpipe_offer \"$words\" \"$before\"\n"
    "        # a colon begins a new word: only what is behind it is wanted\n"
    "        if [[ $value == *:* && $COMP_WORDBREAKS == *:* ]]; then\n"
    "            colon=${before}${value%:*}:\n"
    "            COMPREPLY=(\"${COMPREPLY[@]#\"$colon\"}\")\n"
    "        fi\n"
    "        ;;\n"
    "    esac\n"
    "}\n\n"
    "_uvpipe()\n"
    "{\n"
    "    local at=$COMP_CWORD command=unwrap option= before= kind= words= levels=\n"
    "    local value=${COMP_WORDS[COMP_CWORD]}\n"
    "    COMPREPLY=()\n"
    "    if ((COMP_CWORD > 1)) && _uvpipe_is_command \"${COMP_WORDS[1]}\"; then\n"
    "        command=${COMP_WORDS[1]}\n"
    "    fi\n"
    "    # zstd:1 comes in three words where a colon breaks them, --name=value does by its "
    "sign\n"
    "    while ((at > 1)) && [[ ${COMP_WORDS[at]} == : || ${COMP_WORDS[at - 1]} == : ]]; do\n"
    "        at=$((at - 1))\n"
    "        value=${COMP_WORDS[at]}$value\n"
    "    done\n"
    "    if [[ $value == --*=* ]]; then\n"
    "        option=${value%%=*}\n"
    "        before=$option=\n"
    "        value=${value#*=}\n"
    "    elif [[ $value == = ]] && ((at > 1)); then\n"
    "        option=${COMP_WORDS[at - 1]}\n"
    "        value=\n"
    "    elif ((at > 2)) && [[ ${COMP_WORDS[at - 1]} == = ]]; then\n"
    "        option=${COMP_WORDS[at - 2]}\n"
    "    elif ((at > 1)) && [[ ${COMP_WORDS[at - 1]} == -* ]]; then\n"
    "        option=${COMP_WORDS[at - 1]}\n"
    "        if _uvpipe_value \"$command\" \"$option\" && [[ $kind == may ]]; then\n"
    "            option=\n"
    "        fi\n"
    "    fi\n"
    "    if [[ -n $option ]] && _uvpipe_value \"$command\" \"$option\"; then\n"
    "        [[ $kind == may ]] && kind=words\n"
    "        _uvpipe_offer_value\n"
    "        return 0\n"
    "    fi\n"
    "    if [[ $value == -* ]]; then\n"
    "        _uvpipe_options \"$command\"\n"
    "        _uvpipe_offer \"$words\" ''\n"
    "        if [[ ${COMPREPLY[*]} == *= ]]; then\n"
    "            compopt -o nospace 2>/dev/null\n"
    "        fi\n"
    "        return 0\n"
    "    fi\n"
    "    _uvpipe_offer_files -f\n"
    "    if ((COMP_CWORD == 1)); then\n"
    "        _uvpipe_offer \"$_uvpipe_commands\" ''\n"
    "    fi\n"
    "}\n\n"
    "complete -F _uvpipe uvpipe\n";

static void add_bash_commands(struct script *script)
{
    add(script, "_uvpipe_commands='");
    add_words_of_commands(script, " ");
    add(script, "'\n\n_uvpipe_is_command()\n{\n    case $1 in\n    ");
    add_words_of_commands(script, " | ");
    add(script, ") return 0 ;;\n    esac\n    return 1\n}\n\n");
}

static void add_bash_options(struct script *script)
{
    add(script, "_uvpipe_options()\n{\n    case $1 in\n");
    for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
        add(script, "    ");
        add(script, command_at(i)->name);
        add(script, ")\n        words='");
        for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
            if (uvp_option_is_for(row, (enum uvp_command)i)) {
                add(script, " --");
                add(script, row->name);
                add(script, row->argument != NULL && !may_lack_value(row) ? "=" : "");
            }
        }
        add(script, "'\n        ;;\n");
    }
    add(script, "    esac\n}\n\n");
}

static void add_bash_case(struct script *script, const char *command,
                          const struct uvp_option *row)
{
    static const char *const kinds[] = {
        [VALUE_NONE] = "none",       [VALUE_ANY] = "any",     [VALUE_FILES] = "files",
        [VALUE_FOLDERS] = "folders", [VALUE_WORDS] = "words", [VALUE_LIST] = "list",
    };
    const char letter[2] = {row->letter, '\0'};

    add(script, "    '");
    add(script, command);
    add(script, " --");
    add(script, row->name);
    if (row->letter != 0) {
        add(script, "' | '");
        add(script, command);
        add(script, " -");
        add(script, letter);
    }
    add(script, "') kind=");
    add(script, may_lack_value(row) ? "may" : kinds[kind_of(row)]);
    if (row->choices != NULL) {
        add(script, " words='");
        add_choices(script, row);
        add(script, has_levels(row) ? "' levels='" : "");
        if (has_levels(row)) {
            add_levels(script, row);
        }
        add(script, "'");
    }
    add(script, " ;;\n");
}

static void add_bash_values(struct script *script)
{
    add(script, "# What the value of an option is; 1: it takes none.\n"
                "_uvpipe_value()\n{\n    case \"$1 $2\" in\n");
    for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
        for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
            if (uvp_option_is_for(row, (enum uvp_command)i) && row->argument != NULL) {
                add_bash_case(script, command_at(i)->name, row);
            }
        }
    }
    add(script, "    *) return 1 ;;\n    esac\n}\n\n");
}

static void write_bash(struct script *script)
{
    add(script, bash_head);
    add_bash_commands(script);
    add_bash_options(script);
    add_bash_values(script);
    add(script, bash_tail);
}

/* ---- zsh ---- */

#define ZSH_SPECIAL "[]:\\"

static void add_zsh_value(struct script *script, const struct uvp_option *row)
{
    if (row->argument == NULL) {
        return;
    }
    add(script, may_lack_value(row) ? "::" : ":");
    add_quoted(script, row->argument, strlen(row->argument), ZSH_SPECIAL);
    add(script, ":");
    switch (kind_of(row)) {
    case VALUE_FILES:
        add(script, "_files");
        break;
    case VALUE_FOLDERS:
        add(script, "_files -/");
        break;
    case VALUE_LIST:
        add(script, "_sequence compadd - ");
        add_choices(script, row);
        break;
    case VALUE_WORDS:
        add(script, "(");
        add_choices(script, row);
        if (has_levels(row)) {
            add(script, " "); /* a colon would part the specification: levels are left out */
        }
        add(script, ")");
        break;
    default:
        add(script, " ");
        break;
    }
}

static void add_zsh_spec(struct script *script, const char *dashes, const char *name,
                         const char *end, const struct uvp_option *row)
{
    add(script, "            '");
    add(script, (row->traits & (UVP_OPTION_LIST | UVP_OPTION_COUNT)) != 0 ? "*" : "");
    add(script, dashes);
    add(script, name);
    add(script, end);
    add(script, "[");
    add_help(script, row, ZSH_SPECIAL);
    add(script, "]");
    add_zsh_value(script, row);
    add(script, "' \\\n");
}

static void add_zsh_specs(struct script *script, enum uvp_command command)
{
    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        const char letter[2] = {row->letter, '\0'};
        const bool has_value = row->argument != NULL;

        if (!uvp_option_is_for(row, command)) {
            continue;
        }
        add_zsh_spec(script, "--", row->name,
                     !has_value            ? ""
                     : may_lack_value(row) ? "=-"
                                           : "=",
                     row);
        if (row->letter != 0) {
            add_zsh_spec(script, "-", letter, has_value ? "+" : "", row);
        }
    }
}

static void write_zsh(struct script *script)
{
    add(script, "#compdef uvpipe\n"
                "# Completion of uvpipe in zsh; made by: uvpipe --completion=zsh\n\n"
                "_uvpipe()\n{\n"
                "    local command=unwrap\n"
                "    local -a commands=(\n");
    for (int i = UVP_COMMAND_STREAM + 1; i < UVP_COMMAND_COUNT; i++) {
        add(script, "        '");
        add(script, command_at(i)->name);
        add(script, ":");
        add_about(script, command_at(i), "\\");
        add(script, "'\n");
    }
    add(script, "    )\n"
                "    if ((CURRENT > 2)) && [[ -n ${commands[(r)$words[2]:*]} ]]; then\n"
                "        command=$words[2]\n"
                "        shift words\n"
                "        ((CURRENT--))\n"
                "    elif ((CURRENT == 2)) && [[ $words[2] != -* ]]; then\n"
                "        _describe -t commands command commands\n"
                "    fi\n"
                "    case $command in\n");
    for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
        add(script, "    ");
        add(script, command_at(i)->name);
        add(script, ")\n        _arguments -s -S : \\\n");
        add_zsh_specs(script, (enum uvp_command)i);
        add(script, "            '*:input:_files'\n        ;;\n");
    }
    add(script, "    esac\n}\n\n"
                "if [[ $funcstack[1] == _uvpipe ]]; then\n"
                "    _uvpipe \"$@\"\n"
                "else\n"
                "    compdef _uvpipe uvpipe\n"
                "fi\n");
}

/* ---- fish ---- */

static const char fish_head[] =
    "# Completion of uvpipe in fish; made by: uvpipe --completion=fish\n\n"
    "# Whether the line is one of this command; the stream has no word of its own.\n"
    "function __uvpipe_is\n"
    "    set -l words (commandline -opc)\n"
    "    set -l command unwrap\n"
    "    if set -q words[2]; and contains -- $words[2] $__uvpipe_commands\n"
    "        set command $words[2]\n"
    "    end\n"
    "    test $command = $argv[1]\n"
    "end\n\n"
    "# The words of a list that are not there yet, behind those that are.\n"
    "function __uvpipe_list\n"
    "    set -l token (commandline -ct | string replace -r '^--[^=]*=' '')\n"
    "    set -l before (string match -r '^.*,' -- $token)\n"
    "    for word in $argv\n"
    "        echo \"$before$word\"\n"
    "    end\n"
    "end\n\n";

static void add_fish_value(struct script *script, const struct uvp_option *row)
{
    switch (kind_of(row)) {
    case VALUE_NONE:
        return;
    case VALUE_FILES:
        add(script, " -r -F");
        return;
    case VALUE_FOLDERS:
        add(script, " -x -a '(__fish_complete_directories)'");
        return;
    case VALUE_ANY:
        add(script, " -x");
        return;
    case VALUE_LIST:
        add(script, " -x -a '(__uvpipe_list ");
        add_choices(script, row);
        add(script, ")'");
        return;
    case VALUE_WORDS:
        add(script, may_lack_value(row) ? " -f -a '" : " -x -a '");
        add_choices(script, row);
        if (has_levels(row)) {
            add_levels(script, row);
        }
        add(script, "'");
        return;
    }
}

static void add_fish_option(struct script *script, const char *command,
                            const struct uvp_option *row)
{
    const char letter[2] = {row->letter, '\0'};

    add(script, "complete -c uvpipe -n '__uvpipe_is ");
    add(script, command);
    add(script, "' -l ");
    add(script, row->name);
    if (row->letter != 0) {
        add(script, " -s ");
        add(script, letter);
    }
    add_fish_value(script, row);
    add(script, " -d '");
    add_help(script, row, "");
    add(script, "'\n");
}

static void write_fish(struct script *script)
{
    add(script, fish_head);
    add(script, "set -g __uvpipe_commands ");
    add_words_of_commands(script, " ");
    add(script, "\n\n");
    for (int i = UVP_COMMAND_STREAM + 1; i < UVP_COMMAND_COUNT; i++) {
        add(script, "complete -c uvpipe -n __fish_use_subcommand -a ");
        add(script, command_at(i)->name);
        add(script, " -d '");
        add_about(script, command_at(i), "");
        add(script, "'\n");
    }
    for (int i = 0; i < UVP_COMMAND_COUNT; i++) {
        add(script, "\n");
        for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
            if (uvp_option_is_for(row, (enum uvp_command)i)) {
                add_fish_option(script, command_at(i)->name, row);
            }
        }
    }
}

enum uvp_code uvp_completion_write(enum uvp_shell shell, struct uvp_buf *text,
                                   struct uvp_error *err)
{
    static void (*const writers[UVP_SHELL_COUNT])(struct script *) = {
        [UVP_SHELL_BASH] = write_bash,
        [UVP_SHELL_ZSH] = write_zsh,
        [UVP_SHELL_FISH] = write_fish,
    };
    struct script script = {.text = text, .err = err};

    writers[shell](&script);
    return script.code;
}
