#include "tools/uvcheck/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct model *model;
    size_t position_room;
    size_t uv_room;
    size_t corner_room;
    size_t face_room;
    uint32_t line;
    const char *fault; /* NULL: none so far */
};

void *room(void *old, size_t count, size_t each)
{
    void *data = count > SIZE_MAX / each ? NULL : realloc(old, count > 0 ? count * each : 1);
    if (data == NULL) {
        fputs("uvcheck: out of memory\n", stderr);
        exit(1);
    }
    return data;
}

/* Room for `count` items and one more; doubles. */
static bool must_grow(size_t count, size_t *held)
{
    if (count < *held) {
        return false;
    }
    *held = *held < 256 ? 256 : *held * 2;
    return true;
}

/* All of the file with a NUL after it, or NULL. */
static char *read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    size_t held = 0;
    size_t bytes = 0;
    size_t got = 0;
    do {
        held = held == 0 ? 65536 : held * 2;
        text = room(text, held + 1, 1);
        got = fread(text + bytes, 1, held - bytes, file);
        bytes += got;
    } while (bytes == held);
    const bool bad = ferror(file) != 0;
    fclose(file);
    text[bytes] = '\0';
    /* Nothing below looks past a NUL: one inside the file would hide the rest. */
    if (bad || strlen(text) != bytes) {
        free(text);
        return NULL;
    }
    return text;
}

static bool read_numbers(const char *at, float *numbers, int count)
{
    for (int k = 0; k < count; k++) {
        char *end;
        numbers[k] = strtof(at, &end);
        if (end == at) {
            return false;
        }
        at = end;
    }
    return true;
}

static void read_position(struct reader *reader, const char *at)
{
    struct model *model = reader->model;
    if (must_grow(model->vertex_count, &reader->position_room)) {
        model->position = room(model->position, reader->position_room, 3 * sizeof(float));
    }
    if (!read_numbers(at, model->position + 3 * (size_t)model->vertex_count++, 3)) {
        reader->fault = "three numbers expected";
    }
}

static void read_uv(struct reader *reader, const char *at)
{
    struct model *model = reader->model;
    if (must_grow(model->uv_count, &reader->uv_room)) {
        model->uv = room(model->uv, reader->uv_room, 2 * sizeof(float));
    }
    if (!read_numbers(at, model->uv + 2 * (size_t)model->uv_count++, 2)) {
        reader->fault = "two numbers expected";
    }
}

/* OBJ counts from 1, and backwards from the newest with negative numbers. */
static uint32_t read_index(struct reader *reader, const char **at, uint32_t count)
{
    char *end;
    const long long number = strtoll(*at, &end, 10);
    const long long index = number < 0 ? count + number : number - 1;
    if (end == *at || number == 0 || index < 0 || index >= count) {
        reader->fault = "an index names nothing";
        return 0;
    }
    *at = end;
    return (uint32_t)index;
}

static void read_corner(struct reader *reader, const char **at)
{
    struct model *model = reader->model;
    if (must_grow(model->corner_count, &reader->corner_room)) {
        const size_t held = reader->corner_room;
        model->corner_vertex = room(model->corner_vertex, held, sizeof(uint32_t));
        model->corner_uv = room(model->corner_uv, held, sizeof(uint32_t));
    }
    const uint32_t corner = model->corner_count++;
    model->corner_vertex[corner] = read_index(reader, at, model->vertex_count);
    model->corner_uv[corner] = NO_INDEX;
    if (**at == '/' && reader->fault == NULL) {
        (*at)++;
        if (**at != '/') {
            model->corner_uv[corner] = read_index(reader, at, model->uv_count);
        }
    }
    while (**at != '\0' && strchr(" \t\r\n", **at) == NULL) {
        (*at)++; /* the normal */
    }
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t\r");
}

static void read_face(struct reader *reader, const char *at)
{
    struct model *model = reader->model;
    const uint32_t first = model->corner_count;
    at = skip_blanks(at);
    while (*at != '\0' && *at != '#' && reader->fault == NULL) {
        read_corner(reader, &at);
        at = skip_blanks(at);
    }
    if (reader->fault == NULL && model->corner_count - first < 3) {
        reader->fault = "three corners expected";
    }
    if (must_grow(model->face_count, &reader->face_room)) {
        model->face_end = room(model->face_end, reader->face_room, sizeof(uint32_t));
    }
    model->face_end[model->face_count++] = model->corner_count;
}

static void read_line(struct reader *reader, const char *line)
{
    const char *word = skip_blanks(line);
    const size_t length = strcspn(word, " \t\r");
    if (length == 1 && word[0] == 'v') {
        read_position(reader, word + 1);
    } else if (length == 2 && word[0] == 'v' && word[1] == 't') {
        read_uv(reader, word + 2);
    } else if (length == 1 && word[0] == 'f') {
        read_face(reader, word + 1);
    }
}

/* A backslash before the end of a line makes the next one its continuation. */
static void join_lines(char *text)
{
    for (char *at = strchr(text, '\\'); at != NULL; at = strchr(at + 1, '\\')) {
        char *end = at + 1 + (at[1] == '\r');
        if (*end == '\n') {
            *at = ' ';
            *end = ' ';
        }
    }
}

bool model_read(struct model *model, const char *path, char *why, size_t why_bytes)
{
    *model = (struct model){0};
    struct reader reader = {.model = model};
    char *text = read_all(path);
    if (text == NULL) {
        snprintf(why, why_bytes, "cannot be read as text");
        return false;
    }
    join_lines(text);
    for (char *line = text; line != NULL && reader.fault == NULL;) {
        char *end = strchr(line, '\n');
        if (end != NULL) {
            *end++ = '\0';
        }
        reader.line++;
        read_line(&reader, line);
        line = end;
    }
    free(text);
    if (reader.fault != NULL) {
        snprintf(why, why_bytes, "line %u: %s", reader.line, reader.fault);
        return false;
    }
    return true;
}

void model_release(struct model *model)
{
    free(model->position);
    free(model->uv);
    free(model->corner_vertex);
    free(model->corner_uv);
    free(model->face_end);
    *model = (struct model){0};
}

uint32_t model_face_start(const struct model *model, uint32_t face)
{
    return face > 0 ? model->face_end[face - 1] : 0;
}

static bool same_number(float a, float b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

static bool same_indices(const uint32_t *a, const uint32_t *b, uint32_t count)
{
    return count == 0 || memcmp(a, b, count * sizeof *a) == 0;
}

bool model_same_geometry(const struct model *a, const struct model *b)
{
    if (a->vertex_count != b->vertex_count || a->corner_count != b->corner_count ||
        a->face_count != b->face_count) {
        return false;
    }
    for (size_t k = 0; k < 3 * (size_t)a->vertex_count; k++) {
        if (!same_number(a->position[k], b->position[k])) {
            return false;
        }
    }
    return same_indices(a->face_end, b->face_end, a->face_count) &&
           same_indices(a->corner_vertex, b->corner_vertex, a->corner_count);
}
