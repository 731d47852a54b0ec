/* Characters are looked at from both ends towards the gap; those without a width of their own
 * stay with the one before them. */
#include "tools/uvpipe/width.h"

#include <string.h>
#include <wchar.h>

#include "tools/uvpipe/escape.h"

#define MOST_CHARACTERS 1200

struct character {
    size_t at;
    unsigned char bytes;
    unsigned char columns;
};

unsigned uvp_width_of_character(uint32_t character)
{
    int columns;

    if (character >= 0x20 && character < 0x7f) {
        return 1;
    }
    if (character == 0xfe0f) {
        return 1; /* asks for the wide form of the sign before it, which counted as 1 */
    }
    columns = wcwidth((wchar_t)character);
    return columns < 0 ? 1 : (unsigned)columns;
}

/* The character at `text`, which is not at its end. */
static struct character look_at(const char *text, size_t at, size_t bytes)
{
    struct character seen = {.at = at, .bytes = 1, .columns = 1};
    uint32_t character = 0;
    const size_t length =
        uvp_utf8_decode((const unsigned char *)text + at, bytes - at, &character);

    if (length != 0) {
        seen.bytes = (unsigned char)length;
        seen.columns = (unsigned char)uvp_width_of_character(character);
    }
    return seen;
}

unsigned uvp_width_of(const char *text)
{
    const size_t bytes = strlen(text);
    unsigned columns = 0;

    for (size_t at = 0; at < bytes;) {
        const struct character seen = look_at(text, at, bytes);
        columns += seen.columns;
        at += seen.bytes;
    }
    return columns;
}

/* What is put together: whole characters only, and always a NUL behind them. */
struct cut {
    char *out;
    size_t room;
    size_t used;
};

static void put(struct cut *cut, const char *bytes, size_t count)
{
    if (cut->used + count < cut->room) {
        memcpy(cut->out + cut->used, bytes, count);
        cut->used += count;
        cut->out[cut->used] = '\0';
    }
}

static void put_characters(struct cut *cut, const char *text, const struct character *first,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        put(cut, text + first[i].at, first[i].bytes);
    }
}

static size_t list_characters(const char *text, bool utf8, struct character *list,
                              unsigned *columns)
{
    const size_t bytes = strlen(text);
    size_t count = 0;

    *columns = 0;
    for (size_t at = 0; at < bytes && count < MOST_CHARACTERS; count++) {
        list[count] = look_at(text, at, bytes);
        if (!utf8) {
            list[count].columns = 1;
        }
        *columns += list[count].columns;
        at += list[count].bytes;
    }
    return count;
}

static size_t cut_unicode(struct cut *cut, const char *text, unsigned columns, bool utf8)
{
    struct character list[MOST_CHARACTERS];
    const unsigned gap = columns < 2 ? columns : utf8 ? 1 : 2;
    const unsigned tail = columns - gap - (columns - gap) * 2 / 5;
    unsigned all = 0;
    const size_t count = list_characters(text, utf8, list, &all);
    size_t first = 0;
    size_t last = count;
    unsigned left = columns - gap - tail;
    unsigned right = tail;

    if (all <= columns) {
        put_characters(cut, text, list, count);
        return cut->used;
    }
    while (last > 0 && list[last - 1].columns <= right) {
        right -= list[--last].columns;
    }
    while (last < count && list[last].columns == 0) {
        last++; /* marks of a character that is cut off */
    }
    while (first < last && list[first].columns <= left) {
        left -= list[first++].columns;
    }
    put_characters(cut, text, list, first);
    put(cut, utf8 ? "\xe2\x80\xa6" : "..", utf8 && gap != 0 ? 3 : gap);
    put_characters(cut, text, list + last, count - last);
    return cut->used;
}

size_t uvp_width_cut(char *out, size_t room, const char *text, unsigned columns, bool utf8)
{
    char plain[MOST_CHARACTERS + 1];
    struct cut cut = {.out = out, .room = room};
    const size_t bytes = strlen(text);
    size_t used = 0;

    out[0] = '\0';
    if (utf8) {
        return cut_unicode(&cut, text, columns, true);
    }
    for (size_t at = 0; at < bytes && used < MOST_CHARACTERS;) {
        const struct character seen = look_at(text, at, bytes);
        const unsigned char byte = (unsigned char)text[at];

        plain[used++] = byte >= 0x20 && byte < 0x7f ? (char)byte : '?';
        at += seen.bytes;
    }
    plain[used] = '\0';
    return cut_unicode(&cut, plain, columns, false);
}
