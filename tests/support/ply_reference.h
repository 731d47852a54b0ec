/*
 * ply_reference.h -- a second, slow reader of PLY files, for tests
 *
 * Why:     an encoder is judged by somebody who shares no code with it. Knows where every value
 *          of every row stands; undoes what an encoder did, by comparing with the input.
 * Owner:   reference_read takes memory from malloc, reference_release gives it back.
 * Limits:  good files only: what is wrong ends the program.
 */
#ifndef UVP_TESTS_PLY_REFERENCE_H
#define UVP_TESTS_PLY_REFERENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REF_PROPERTIES 24
#define REF_ELEMENTS 16

struct ref_word {
    size_t at;
    size_t bytes;
};

struct ref_value {
    size_t at; /* of a list: its count */
    size_t items;
    size_t end;
    size_t count;
};

struct ref_property {
    char name[64];
    int type; /* index in ref_types */
    int count_type;
    bool is_list;
    size_t line;
    size_t line_end;
    struct ref_word type_word;
    struct ref_word count_word;
};

struct ref_row {
    size_t begin;
    size_t stop;
    size_t end; /* by lines: the line end */
    struct ref_value values[REF_PROPERTIES];
};

struct ref_element {
    char name[64];
    struct ref_word count_word;
    size_t count;
    struct ref_property properties[REF_PROPERTIES];
    size_t property_count;
    struct ref_row *rows; /* none when it has no properties */
};

struct ply_reference {
    const unsigned char *data;
    size_t bytes;
    bool is_text;
    bool is_big;
    bool flow;
    struct ref_element elements[REF_ELEMENTS];
    size_t element_count;
    size_t body;
};

static inline void ref_require(bool fact, const char *what)
{
    if (!fact) {
        fprintf(stderr, "ply reference: %s\n", what);
        abort();
    }
}

/* ---- header ---- */

static inline int ref_type(const unsigned char *word, size_t bytes)
{
    static const char *const names[] = {
        "char", "int8",  "uchar", "uint8",  "short", "int16",   "ushort", "uint16",
        "int",  "int32", "uint",  "uint32", "float", "float32", "double", "float64"};

    for (int i = 0; i < 16; i++) {
        if (strlen(names[i]) == bytes && memcmp(names[i], word, bytes) == 0) {
            return i / 2;
        }
    }
    ref_require(false, "type");
    return 0;
}

static inline size_t ref_type_bytes(int type)
{
    static const size_t bytes[] = {1, 1, 2, 2, 4, 4, 4, 8};

    return bytes[type];
}

static inline size_t ref_words(const unsigned char *data, size_t at, size_t end,
                               struct ref_word words[5])
{
    size_t count = 0;

    while (at < end && count < 5) {
        while (at < end && data[at] <= ' ') {
            at++;
        }
        words[count].at = at;
        while (at < end && data[at] > ' ') {
            at++;
        }
        words[count].bytes = at - words[count].at;
        count += words[count].bytes != 0;
    }
    return count;
}

static inline bool ref_is(const struct ply_reference *ref, struct ref_word word,
                          const char *text)
{
    return strlen(text) == word.bytes && memcmp(ref->data + word.at, text, word.bytes) == 0;
}

static inline void ref_name(const struct ply_reference *ref, struct ref_word word, char *name)
{
    const size_t bytes = word.bytes < 63 ? word.bytes : 63;

    memcpy(name, ref->data + word.at, bytes);
    name[bytes] = '\0';
}

static inline void ref_header_line(struct ply_reference *ref, const struct ref_word *words,
                                   size_t count, size_t line, size_t line_end)
{
    if (count > 1 && ref_is(ref, words[0], "format")) {
        ref->is_text = ref_is(ref, words[1], "ascii");
        ref->is_big = ref_is(ref, words[1], "binary_big_endian");
    } else if (count > 2 && ref_is(ref, words[0], "element")) {
        struct ref_element *const element = &ref->elements[ref->element_count++];
        ref_require(ref->element_count < REF_ELEMENTS, "elements");
        memset(element, 0, sizeof *element);
        ref_name(ref, words[1], element->name);
        element->count_word = words[2];
        for (size_t i = 0; i < words[2].bytes; i++) {
            element->count = element->count * 10 + (size_t)(ref->data[words[2].at + i] - '0');
        }
    } else if (count > 2 && ref_is(ref, words[0], "property")) {
        struct ref_element *const element = &ref->elements[ref->element_count - 1];
        struct ref_property *const property = &element->properties[element->property_count++];
        ref_require(element->property_count < REF_PROPERTIES, "properties");
        property->line = line;
        property->line_end = line_end;
        property->is_list = ref_is(ref, words[1], "list");
        property->type_word = words[property->is_list ? 3 : 1];
        property->type =
            ref_type(ref->data + property->type_word.at, property->type_word.bytes);
        if (property->is_list) {
            property->count_word = words[2];
            property->count_type = ref_type(ref->data + words[2].at, words[2].bytes);
        }
        ref_name(ref, words[property->is_list ? 4 : 2], property->name);
    }
}

static inline void ref_read_header(struct ply_reference *ref)
{
    bool has_lf = false;
    size_t at = 0;

    for (;;) {
        struct ref_word words[5];
        size_t end = at;
        size_t next;
        size_t count;
        bool last;

        while (end < ref->bytes && ref->data[end] != '\n' && ref->data[end] != '\r') {
            end++;
        }
        ref_require(end < ref->bytes, "header end");
        count = ref_words(ref->data, at, end, words);
        last = count > 0 && ref_is(ref, words[0], "end_header");
        next = end + 1;
        if (ref->data[end] == '\r' && next < ref->bytes && ref->data[next] == '\n' &&
            (!last || has_lf)) {
            next++;
        }
        has_lf = has_lf || ref->data[next - 1] == '\n';
        ref_header_line(ref, words, count, at, next);
        at = next;
        if (last) {
            ref->body = at;
            return;
        }
    }
}

/* ---- rows ---- */

static inline bool ref_is_eol(unsigned char c)
{
    return c == '\n' || c == '\r';
}

/* False: the line ends before. */
static inline bool ref_token(const struct ply_reference *ref, size_t *at, size_t *begin)
{
    while (*at < ref->bytes && ref->data[*at] <= ' ' &&
           (ref->flow || !ref_is_eol(ref->data[*at]))) {
        ++*at;
    }
    *begin = *at;
    while (*at < ref->bytes && ref->data[*at] > ' ') {
        ++*at;
    }
    return *at > *begin;
}

static inline bool ref_text_value(const struct ply_reference *ref, bool is_list, size_t *at,
                                  struct ref_value *value)
{
    size_t begin;

    memset(value, 0, sizeof *value);
    if (!ref_token(ref, at, &value->at)) {
        return false;
    }
    if (is_list) {
        value->count = (size_t)strtoull((const char *)ref->data + value->at, NULL, 10);
        for (size_t i = 0; i < value->count; i++) {
            if (!ref_token(ref, at, i == 0 ? &value->items : &begin)) {
                return false;
            }
        }
    }
    value->end = *at;
    return true;
}

static inline bool ref_text_row(const struct ply_reference *ref,
                                const struct ref_element *element, size_t *at,
                                struct ref_row *row)
{
    while (*at < ref->bytes && ref->data[*at] <= ' ') {
        ++*at;
    }
    row->begin = *at;
    for (size_t i = 0; i < element->property_count; i++) {
        if (!ref_text_value(ref, element->properties[i].is_list, at, &row->values[i])) {
            return false;
        }
    }
    row->stop = *at;
    while (!ref->flow && *at < ref->bytes && !ref_is_eol(ref->data[*at])) {
        ++*at;
    }
    row->end = *at;
    return true;
}

/* An integer or the bits of a float. */
static inline uint64_t ref_bits(const struct ply_reference *ref, size_t at, int type)
{
    const size_t bytes = ref_type_bytes(type);
    uint64_t bits = 0;

    for (size_t i = 0; i < bytes; i++) {
        bits |= (uint64_t)ref->data[at + i] << (8 * (ref->is_big ? bytes - 1 - i : i));
    }
    return bits;
}

static inline void ref_binary_row(const struct ply_reference *ref,
                                  const struct ref_element *element, size_t *at,
                                  struct ref_row *row)
{
    row->begin = *at;
    for (size_t i = 0; i < element->property_count; i++) {
        const struct ref_property *const property = &element->properties[i];
        struct ref_value *const value = &row->values[i];

        value->at = *at;
        value->count = 0;
        if (property->is_list) {
            value->count = (size_t)ref_bits(ref, *at, property->count_type);
            *at += ref_type_bytes(property->count_type);
            value->items = *at;
            *at += value->count * ref_type_bytes(property->type);
        } else {
            *at += ref_type_bytes(property->type);
        }
        value->end = *at;
        ref_require(*at <= ref->bytes, "row");
    }
    row->stop = *at;
    row->end = *at;
}

static inline void ref_forget_rows(struct ply_reference *ref)
{
    for (size_t e = 0; e < ref->element_count; e++) {
        free(ref->elements[e].rows);
        ref->elements[e].rows = NULL;
    }
}

static inline bool ref_read_rows(struct ply_reference *ref)
{
    size_t at = ref->body;

    for (size_t e = 0; e < ref->element_count; e++) {
        struct ref_element *const element = &ref->elements[e];

        if (element->property_count == 0) {
            continue;
        }
        element->rows = calloc(element->count + 1, sizeof *element->rows);
        ref_require(element->rows != NULL, "memory");
        for (size_t i = 0; i < element->count; i++) {
            if (!ref->is_text) {
                ref_binary_row(ref, element, &at, &element->rows[i]);
            } else if (!ref_text_row(ref, element, &at, &element->rows[i])) {
                return false;
            }
        }
    }
    return true;
}

/* `data` must end with a NUL behind its `bytes`. */
static inline void ply_reference_read(struct ply_reference *ref, const void *data, size_t bytes)
{
    memset(ref, 0, sizeof *ref);
    ref->data = data;
    ref->bytes = bytes;
    ref_read_header(ref);
    if (!ref_read_rows(ref)) {
        ref_forget_rows(ref);
        ref->flow = true;
        ref_require(ref_read_rows(ref), "too few values");
    }
}

static inline void ply_reference_release(struct ply_reference *ref)
{
    ref_forget_rows(ref);
}

/* ---- looking things up ---- */

static inline const struct ref_element *ref_element(const struct ply_reference *ref,
                                                    const char *name)
{
    for (size_t e = 0; e < ref->element_count; e++) {
        if (strcmp(ref->elements[e].name, name) == 0) {
            return &ref->elements[e];
        }
    }
    return NULL;
}

/* Its number; -1: there is none. */
static inline int ref_property(const struct ref_element *element, const char *name)
{
    for (size_t p = 0; p < element->property_count; p++) {
        if (strcmp(element->properties[p].name, name) == 0) {
            return (int)p;
        }
    }
    return -1;
}

/* The i-th item of a list: where it is. */
static inline struct ref_word ref_item(const struct ply_reference *ref,
                                       const struct ref_property *property,
                                       const struct ref_value *value, size_t i)
{
    const size_t bytes = ref_type_bytes(property->type);
    struct ref_word word = {value->items + i * bytes, bytes};
    size_t at = value->items;

    ref_require(i < value->count, "item");
    if (ref->is_text) {
        for (size_t k = 0; k <= i; k++) {
            while (ref->data[at] <= ' ') {
                at++;
            }
            word.at = at;
            while (at < ref->bytes && ref->data[at] > ' ') {
                at++;
            }
            word.bytes = at - word.at;
        }
    }
    return word;
}

static inline double ref_number(const struct ply_reference *ref, size_t at, int type)
{
    uint64_t bits;
    uint32_t narrow;
    float single;
    double value;

    if (ref->is_text) {
        return strtod((const char *)ref->data + at, NULL);
    }
    bits = ref_bits(ref, at, type);
    narrow = (uint32_t)bits;
    memcpy(&single, &narrow, sizeof single);
    memcpy(&value, &bits, sizeof value);
    switch (type) {
    case 0:
        return (int8_t)bits;
    case 2:
        return (int16_t)bits;
    case 4:
        return (int32_t)bits;
    case 6:
        return (double)single;
    case 7:
        return value;
    default:
        return (double)bits;
    }
}

#endif
