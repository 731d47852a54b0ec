#include "tools/uvpipe/explain.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/options.h"

#define NAME_BYTES 24
#define MOST_EDITS 3

const char *uvp_explained_name(enum uvp_explained kind)
{
    static const char *const names[UVP_EXPLAINED_COUNT] = {
        [UVP_EXPLAINED_CODE] = "error code",    [UVP_EXPLAINED_STATUS] = "status of a member",
        [UVP_EXPLAINED_FAULT] = "fault of UVs", [UVP_EXPLAINED_WARNING] = "warning",
        [UVP_EXPLAINED_EXIT] = "exit code",
    };

    return names[kind];
}

/* ---- finding ---- */

/* Lower case, '-' for '_'; false when it is too long to be any. */
static bool fold(const char *name, char folded[NAME_BYTES])
{
    size_t i = 0;

    for (; name[i] != '\0' && i + 1 < NAME_BYTES; i++) {
        const char c = name[i];
        folded[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c == '_' ? '-' : c;
    }
    folded[i] = '\0';
    return name[i] == '\0';
}

/* "129" to "192": ended by some signal. */
static bool is_signal(const char *name)
{
    uint32_t code = 0;

    return uvp_option_count(name, 129, 192, &code);
}

const struct uvp_explanation *uvp_explanation_find(const char *name)
{
    const struct uvp_explanation *any_signal = NULL;
    char folded[NAME_BYTES];

    if (!fold(name, folded)) {
        return NULL;
    }
    for (const struct uvp_explanation *entry = uvp_explanations; entry->name != NULL; entry++) {
        if (strcmp(entry->name, folded) == 0) {
            return entry;
        }
        if (strcmp(entry->name, "128+n") == 0) {
            any_signal = entry;
        }
    }
    return is_signal(folded) ? any_signal : NULL;
}

const char *uvp_explanation_near(const char *name)
{
    const char *nearest = NULL;
    unsigned best = MOST_EDITS + 1;
    char folded[NAME_BYTES];

    if (!fold(name, folded) || strlen(folded) < 3) {
        return NULL;
    }
    for (const struct uvp_explanation *entry = uvp_explanations; entry->name != NULL; entry++) {
        const unsigned edits = entry->kind == UVP_EXPLAINED_EXIT
                                   ? UINT32_MAX
                                   : uvp_option_distance(folded, strlen(folded), entry->name);
        if (edits < best) {
            best = edits;
            nearest = entry->name;
        }
    }
    return nearest;
}

/* ---- texts ---- */

static enum uvp_code add(struct uvp_buf *text, const char *words, struct uvp_error *err)
{
    return uvp_buf_append(text, words, strlen(words), err);
}

enum uvp_code uvp_explain_list(struct uvp_buf *text, struct uvp_error *err)
{
    const struct uvp_explanation *before = NULL;

    for (const struct uvp_explanation *entry = uvp_explanations; entry->name != NULL; entry++) {
        char line[120];

        if (before == NULL || before->kind != entry->kind) {
            (void)snprintf(line, sizeof line, "%s%s:\n", before == NULL ? "" : "\n",
                           uvp_explained_name(entry->kind));
            UVP_TRY(add(text, line, err));
        }
        (void)snprintf(line, sizeof line, "  %-12s %s\n", entry->name, entry->meaning);
        UVP_TRY(add(text, line, err));
        before = entry;
    }
    return UVP_OK;
}

static enum uvp_code add_lines(struct uvp_buf *text, const char *heading, const char *lines,
                               struct uvp_error *err)
{
    UVP_TRY(add(text, "\n", err));
    UVP_TRY(add(text, heading, err));
    UVP_TRY(add(text, ":\n", err));
    while (*lines != '\0') {
        const size_t bytes = strcspn(lines, "\n");

        UVP_TRY(add(text, "  ", err));
        UVP_TRY(uvp_buf_append(text, lines, bytes, err));
        UVP_TRY(add(text, "\n", err));
        lines += bytes + (lines[bytes] == '\n' ? 1 : 0);
    }
    return UVP_OK;
}

enum uvp_code uvp_explain_text(const struct uvp_explanation *entry, struct uvp_buf *text,
                               struct uvp_error *err)
{
    char head[160];

    (void)snprintf(head, sizeof head, "%s (%s): %s\n", entry->name,
                   uvp_explained_name(entry->kind), entry->meaning);
    UVP_TRY(add(text, head, err));
    UVP_TRY(add_lines(text, "How it comes about", entry->causes, err));
    UVP_TRY(add_lines(text, "What to do", entry->remedies, err));
    return add_lines(text, "Read on", entry->see, err);
}
