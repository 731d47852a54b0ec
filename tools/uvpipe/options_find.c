/*
 * Rows by name, words by place, and what a name that is none may have meant.
 *
 * Names are not abbreviated: a script that works today still means the same when options are
 * added.
 */
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/options.h"
#include "tools/uvpipe/values.h"

#define NAME_BYTES 40 /* longer ones are near to nothing */
#define MOST_EDITS 2

size_t uvp_option_count_all(void)
{
    size_t count = 0;

    while (uvp_option_table[count].name != NULL) {
        count++;
    }
    return count;
}

/* A row that this command takes; else one of any other, to say so; else NULL. */
static bool is_better(const struct uvp_option *row, const struct uvp_option *than,
                      enum uvp_command command)
{
    return than == NULL ||
           (uvp_option_is_for(row, command) && !uvp_option_is_for(than, command));
}

const struct uvp_option *uvp_option_find(enum uvp_command command, const char *name,
                                         size_t bytes)
{
    const struct uvp_option *found = NULL;

    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        if (strlen(row->name) == bytes && memcmp(row->name, name, bytes) == 0 &&
            is_better(row, found, command)) {
            found = row;
        }
    }
    return found;
}

const struct uvp_option *uvp_option_find_letter(enum uvp_command command, char letter)
{
    const struct uvp_option *found = NULL;

    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        if (row->letter == letter && letter != 0 && is_better(row, found, command)) {
            found = row;
        }
    }
    return found;
}

/* ---- near names ---- */

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters put in, left out, mistaken or swapped with the next, to make one of the other. */
static unsigned edits_between(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    unsigned rows[3][NAME_BYTES + 1];
    unsigned *before = rows[0];
    unsigned *last = rows[1];
    unsigned *row = rows[2];

    for (unsigned j = 0; j <= b_bytes; j++) {
        last[j] = j;
    }
    for (unsigned i = 1; i <= a_bytes; i++) {
        unsigned *const spare = before;

        row[0] = i;
        for (unsigned j = 1; j <= b_bytes; j++) {
            const bool same = a[i - 1] == b[j - 1];
            row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        before = last;
        last = row;
        row = spare;
    }
    return last[b_bytes];
}

/* max-strech and max_stretch are near; so is the beginning of a longer name. */
unsigned uvp_option_distance(const char *name, size_t bytes, const char *other)
{
    const size_t other_bytes = strlen(other);

    if (other_bytes > NAME_BYTES) {
        return MOST_EDITS + 1;
    }
    if (bytes >= 3 && bytes < other_bytes && memcmp(name, other, bytes) == 0) {
        return MOST_EDITS;
    }
    return edits_between(name, bytes, other, other_bytes);
}

const char *uvp_option_near(enum uvp_command command, const char *name, size_t bytes)
{
    const char *nearest = NULL;
    unsigned best = bytes <= 4 ? 2 : MOST_EDITS + 1;

    if (bytes < 2 || bytes > NAME_BYTES) {
        return NULL;
    }
    for (const struct uvp_option *row = uvp_option_table; row->name != NULL; row++) {
        const unsigned edits = uvp_option_is_for(row, command)
                                   ? uvp_option_distance(name, bytes, row->name)
                                   : UINT32_MAX;
        if (edits < best) {
            best = edits;
            nearest = row->name;
        }
    }
    return nearest;
}

/* ---- values ---- */

enum uvp_code uvp_option_refuse(struct uvp_error *err, const char *name, const char *value,
                                const char *expected)
{
    return uvp_fail(err, UVP_USAGE, 0, "--%s %s: expected %s", name,
                    *value == '\0' ? "''" : value, expected);
}

bool uvp_option_is_on(const char *value)
{
    return value == NULL || strcmp(value, "no") != 0;
}

bool uvp_option_count(const char *value, uint64_t least_count, uint64_t most, uint32_t *number)
{
    uint64_t read = 0;

    if (!uvp_value_count(value, &read) || read < least_count || read > most) {
        return false;
    }
    *number = (uint32_t)read;
    return true;
}

unsigned uvp_option_choice(const char *const *choices, const char *value)
{
    unsigned i = 0;

    while (choices[i] != NULL && strcmp(choices[i], value) != 0) {
        i++;
    }
    return i;
}

/* "skip, replace or add" */
static void name_choices(const char *const *choices, char *out, size_t room)
{
    size_t used = 0;

    *out = '\0';
    for (unsigned i = 0; choices[i] != NULL && used < room; i++) {
        const char *const gap = i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ";
        used += (size_t)snprintf(out + used, room - used, "%s%s", gap, choices[i]);
    }
}

enum uvp_code uvp_option_apply(const struct uvp_option *row, struct uvp_options *options,
                               const char *value, struct uvp_error *err)
{
    const bool fixed = row->choices != NULL && value != NULL &&
                       (row->traits & (UVP_OPTION_OPEN | UVP_OPTION_WORDS)) == 0;

    if (fixed && row->choices[uvp_option_choice(row->choices, value)] == NULL) {
        char expected[120];
        name_choices(row->choices, expected, sizeof expected);
        return uvp_option_refuse(err, row->name, value, expected);
    }
    return row->set(options, value, err);
}
