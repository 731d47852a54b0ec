/*
 * The header of "The PLY Polygon File Format" (G. Turk, 1994), and what programs made of it.
 *
 * Lines end with LF, CR LF or CR. Where the body begins is the one delicate point: its first
 * byte may be 0x0A. The CR behind `end_header` is a line end by itself when no line of the
 * header had a LF; else it belongs to the LF that follows it.
 *
 * Two rounds: the first counts elements and properties, so that their arrays are taken once.
 */
#include "formats/mesh/ply_header.h"

#include <string.h>

#define WORDS_MAX 5 /* property list uchar int vertex_indices */
#define COUNT_MAX (UINT64_C(1) << 62)
#define LINES_PER_POLL 4096U

struct line {
    const unsigned char *begin;
    const unsigned char *end;  /* of its text */
    const unsigned char *next; /* behind its line end */
    struct uvp_ply_word words[WORDS_MAX];
    int word_count; /* at most WORDS_MAX, even when there are more */
};

struct reading {
    struct uvp_span bytes;
    const unsigned char *at;
    const unsigned char *end; /* of what may be header */
    uint64_t line;
    bool saw_lf;
    bool saw_format;
    struct uvp_stop *stop;
    struct uvp_ply_header *header;
    struct uvp_ply_property *property_room; /* NULL: the round that counts */
    uint32_t properties;
};

static enum uvp_code fail_line(const struct reading *reading, enum uvp_code code,
                               const char *text, struct uvp_error *err)
{
    return uvp_fail(err, code, reading->line, "line %llu: %s",
                    (unsigned long long)reading->line, text);
}

/* ---- lines and words ---- */

static bool is_gap(unsigned char c)
{
    return c <= ' ';
}

bool uvp_ply_word_is(struct uvp_span bytes, struct uvp_ply_word word, const char *text)
{
    return strlen(text) == word.bytes && memcmp(bytes.data + word.at, text, word.bytes) == 0;
}

struct uvp_ply_property *uvp_ply_property_find(struct uvp_span bytes,
                                               const struct uvp_ply_element *element,
                                               const char *name)
{
    for (uint32_t i = 0; i < element->property_count; i++) {
        if (uvp_ply_word_is(bytes, element->properties[i].name, name)) {
            return &element->properties[i];
        }
    }
    return NULL;
}

static void divide_line(const struct reading *reading, struct line *line)
{
    const unsigned char *at = line->begin;

    line->word_count = 0;
    while (line->word_count < WORDS_MAX) {
        const unsigned char *word;

        while (at < line->end && is_gap(*at)) {
            at++;
        }
        if (at == line->end) {
            return;
        }
        for (word = at; at < line->end && !is_gap(*at);) {
            at++;
        }
        line->words[line->word_count].at = (uint32_t)(word - reading->bytes.data);
        line->words[line->word_count++].bytes = (uint32_t)(at - word);
    }
}

static bool has_word(const struct reading *reading, const struct line *line, int number,
                     const char *text)
{
    return number < line->word_count &&
           uvp_ply_word_is(reading->bytes, line->words[number], text);
}

/* The next line, up to its first line end of any kind. */
static enum uvp_code next_line(struct reading *reading, struct line *line,
                               struct uvp_error *err)
{
    const unsigned char *at = reading->at;

    while (at < reading->end && *at != '\n' && *at != '\r') {
        at++;
    }
    reading->line++;
    if (reading->line % LINES_PER_POLL == 0) {
        UVP_TRY(uvp_stop_poll(reading->stop, err));
    }
    if (at == reading->end) {
        return fail_line(reading, UVP_BAD_DATA,
                         reading->bytes.bytes > UVP_PLY_HEADER_BYTES
                             ? "header of more than 1 MiB"
                             : "header has no end",
                         err);
    }
    line->begin = reading->at;
    line->end = at;
    line->next = at + 1;
    divide_line(reading, line);
    if (*at == '\r' && line->next < reading->end && *line->next == '\n' &&
        (reading->saw_lf || reading->line == 1 || !has_word(reading, line, 0, "end_header"))) {
        line->next++;
    }
    reading->saw_lf = reading->saw_lf || line->next[-1] == '\n';
    reading->at = line->next;
    return UVP_OK;
}

/* ---- statements ---- */

static enum uvp_code read_format(struct reading *reading, const struct line *line,
                                 struct uvp_error *err)
{
    if (reading->saw_format) {
        return fail_line(reading, UVP_BAD_DATA, "a second format", err);
    }
    if (line->word_count < 3) {
        return fail_line(reading, UVP_BAD_DATA, "format without kind and version", err);
    }
    if (!has_word(reading, line, 2, "1.0")) {
        return fail_line(reading, UVP_UNSUPPORTED, "PLY of another version than 1.0", err);
    }
    if (has_word(reading, line, 1, "ascii")) {
        reading->header->encoding = UVP_PLY_ASCII;
    } else if (has_word(reading, line, 1, "binary_little_endian")) {
        reading->header->encoding = UVP_PLY_LITTLE;
    } else if (has_word(reading, line, 1, "binary_big_endian")) {
        reading->header->encoding = UVP_PLY_BIG;
    } else {
        return fail_line(reading, UVP_UNSUPPORTED, "PLY of a kind that is not read", err);
    }
    reading->saw_format = true;
    return UVP_OK;
}

/* Only digits: no sign, no exponent. */
static bool read_count(struct uvp_span bytes, struct uvp_ply_word word, uint64_t *count)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < word.bytes; i++) {
        const unsigned digit = (unsigned)bytes.data[word.at + i] - '0';
        if (digit > 9 || value > COUNT_MAX / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    *count = value;
    return value <= COUNT_MAX;
}

static enum uvp_code read_element(struct reading *reading, const struct line *line,
                                  struct uvp_error *err)
{
    struct uvp_ply_header *const header = reading->header;
    struct uvp_ply_element *element;

    if (reading->property_room == NULL) {
        header->element_count++;
        return UVP_OK;
    }
    element = &header->elements[header->element_count];
    if (line->word_count < 3 || !read_count(reading->bytes, line->words[2], &element->count)) {
        return fail_line(reading, UVP_BAD_DATA, "element without a name and a count", err);
    }
    header->element_count++;
    element->name = line->words[1];
    element->count_word = line->words[2];
    element->properties = reading->property_room + reading->properties;
    return UVP_OK;
}

static bool read_type(struct uvp_span bytes, struct uvp_ply_word word, uint8_t *type)
{
    static const struct {
        const char *name;
        uint8_t type;
    } rows[] = {{"char", UVP_PLY_I8},    {"uchar", UVP_PLY_U8},   {"short", UVP_PLY_I16},
                {"ushort", UVP_PLY_U16}, {"int", UVP_PLY_I32},    {"uint", UVP_PLY_U32},
                {"float", UVP_PLY_F32},  {"double", UVP_PLY_F64}, {"int8", UVP_PLY_I8},
                {"uint8", UVP_PLY_U8},   {"int16", UVP_PLY_I16},  {"uint16", UVP_PLY_U16},
                {"int32", UVP_PLY_I32},  {"uint32", UVP_PLY_U32}, {"float32", UVP_PLY_F32},
                {"float64", UVP_PLY_F64}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (uvp_ply_word_is(bytes, word, rows[i].name)) {
            *type = rows[i].type;
            return true;
        }
    }
    return false;
}

static enum uvp_code read_list_words(struct reading *reading, const struct line *line,
                                     struct uvp_ply_property *property, struct uvp_error *err)
{
    if (line->word_count < 5) {
        return fail_line(reading, UVP_BAD_DATA, "list property without types and a name", err);
    }
    property->is_list = true;
    property->count_word = line->words[2];
    property->type_word = line->words[3];
    property->name = line->words[4];
    if (!read_type(reading->bytes, property->count_word, &property->count_type) ||
        uvp_ply_type_is_float(property->count_type)) {
        return fail_line(reading, UVP_BAD_DATA, "list with a count of no integer type", err);
    }
    return UVP_OK;
}

static enum uvp_code read_property(struct reading *reading, const struct line *line,
                                   struct uvp_error *err)
{
    struct uvp_ply_header *const header = reading->header;
    struct uvp_ply_element *element;
    struct uvp_ply_property *property;

    if (header->element_count == 0) {
        return fail_line(reading, UVP_BAD_DATA, "property before any element", err);
    }
    if (reading->property_room == NULL) {
        reading->properties++;
        return UVP_OK;
    }
    element = &header->elements[header->element_count - 1];
    property = &reading->property_room[reading->properties++];
    property->role = UVP_PLY_NO_ROLE;
    if (has_word(reading, line, 1, "list")) {
        UVP_TRY(read_list_words(reading, line, property, err));
    } else if (line->word_count < 3) {
        return fail_line(reading, UVP_BAD_DATA, "property without a type and a name", err);
    } else {
        property->type_word = line->words[1];
        property->name = line->words[2];
    }
    if (!read_type(reading->bytes, property->type_word, &property->type)) {
        return fail_line(reading, UVP_BAD_DATA, "property of an unknown type", err);
    }
    element->property_count++;
    element->list_count += property->is_list;
    element->row_bytes +=
        uvp_ply_type_bytes(property->is_list ? property->count_type : property->type);
    return UVP_OK;
}

/* Comments, obj_info and words of other programs are nobody's business here. */
static enum uvp_code read_line(struct reading *reading, const struct line *line,
                               struct uvp_error *err)
{
    struct uvp_ply_header *const header = reading->header;
    const bool is_element = has_word(reading, line, 0, "element");

    if (has_word(reading, line, 0, "format")) {
        return read_format(reading, line, err);
    }
    if (!is_element && !has_word(reading, line, 0, "property")) {
        return UVP_OK;
    }
    UVP_TRY(is_element ? read_element(reading, line, err) : read_property(reading, line, err));
    if (reading->property_room != NULL) {
        struct uvp_ply_element *const element = &header->elements[header->element_count - 1];
        element->lines_end = (uint32_t)(line->next - reading->bytes.data);
        element->eol_bytes = (uint32_t)(line->next - line->end);
    }
    return UVP_OK;
}

/* ---- the whole ---- */

bool uvp_ply_header_begins(struct uvp_span bytes)
{
    size_t at = 3;

    if (bytes.bytes < 4 || memcmp(bytes.data, "ply", 3) != 0) {
        return false;
    }
    while (at < bytes.bytes && (bytes.data[at] == ' ' || bytes.data[at] == '\t')) {
        at++;
    }
    return at < bytes.bytes && (bytes.data[at] == '\n' || bytes.data[at] == '\r');
}

static enum uvp_code read_lines(struct reading *reading, struct uvp_error *err)
{
    struct line line;

    reading->at = reading->bytes.data;
    reading->line = 0;
    reading->saw_lf = false;
    reading->saw_format = false;
    reading->properties = 0;
    reading->header->element_count = 0;
    UVP_TRY(next_line(reading, &line, err));
    do {
        UVP_TRY(next_line(reading, &line, err));
        UVP_TRY(read_line(reading, &line, err));
    } while (!has_word(reading, &line, 0, "end_header"));
    if (!reading->saw_format) {
        return fail_line(reading, UVP_BAD_DATA, "header without a format", err);
    }
    reading->header->bytes = (size_t)(reading->at - reading->bytes.data);
    return UVP_OK;
}

enum uvp_code uvp_ply_header_read(struct uvp_span bytes, struct uvp_arena *arena,
                                  struct uvp_stop *stop, struct uvp_ply_header *header,
                                  struct uvp_error *err)
{
    struct reading reading = {.bytes = bytes, .stop = stop, .header = header};

    memset(header, 0, sizeof *header);
    if (!uvp_ply_header_begins(bytes)) {
        return uvp_fail(err, UVP_BAD_DATA, 1, "line 1: does not begin with ply");
    }
    reading.end =
        bytes.data + (bytes.bytes < UVP_PLY_HEADER_BYTES ? bytes.bytes : UVP_PLY_HEADER_BYTES);
    UVP_TRY(read_lines(&reading, err));
    header->elements =
        uvp_arena_take_zeroed(arena, header->element_count, sizeof *header->elements);
    reading.property_room =
        uvp_arena_take_zeroed(arena, reading.properties, sizeof *reading.property_room);
    if (header->elements == NULL || reading.property_room == NULL) {
        return uvp_fail_memory(err, header->element_count * sizeof *header->elements +
                                        reading.properties * sizeof *reading.property_room);
    }
    return read_lines(&reading, err);
}
