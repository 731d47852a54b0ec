/*
 * ply_rows.h -- the body of a PLY file, row by row, whatever its encoding
 *
 * Why:     decoder and encoder must agree on every byte, so both read through this. What is
 *          read faster elsewhere must mean the same.
 * Use:     cursor_init; for each element cursor_enter, then row_next as often as it has rows,
 *          or rows_skip.
 * Owner:   borrows the bytes.
 * Threads: confined.
 *
 * Text is read line by line: a row begins on a line of its own, and what follows its last
 * declared word on the line belongs to nobody. When a line is too short for that, `was_short`
 * is set with the failure: the file may then be read with `flow`, where line ends are gaps.
 */
#ifndef UVP_FORMATS_MESH_PLY_ROWS_H
#define UVP_FORMATS_MESH_PLY_ROWS_H

#include <string.h>

#include "formats/mesh/ply_header.h"

#define UVP_PLY_POLL_BYTES ((ptrdiff_t)64 << 10)

struct uvp_ply_cursor {
    const unsigned char *at;
    const unsigned char *end;
    const unsigned char *data;      /* of the whole file */
    const unsigned char *next_poll; /* poll `stop` when `at` has come here */
    struct uvp_stop *stop;
    enum uvp_ply_encoding encoding;
    bool flow;
    bool was_short;
};

/* The value of a property in a row. */
struct uvp_ply_field {
    const unsigned char *at;    /* of a list: its count */
    const unsigned char *items; /* of a list, when it has any */
    const unsigned char *end;
    uint64_t count; /* of a list */
};

struct uvp_ply_row {
    const unsigned char *begin; /* of its first word */
    const unsigned char *stop;  /* behind its last declared word */
    const unsigned char *end;   /* text by lines: where the line end is; else as `stop` */
    struct uvp_ply_field fields[UVP_PLY_ROLE_COUNT]; /* those that the element has */
};

void uvp_ply_cursor_init(struct uvp_ply_cursor *cursor, struct uvp_span bytes,
                         const struct uvp_ply_header *header, bool flow, struct uvp_stop *stop);

/* Notes where the element begins; its rows must have room in the bytes that are left. */
UVP_MUST_USE enum uvp_code uvp_ply_cursor_enter(struct uvp_ply_cursor *cursor,
                                                struct uvp_ply_element *element,
                                                struct uvp_error *err);

/* The least bytes the rows of an element take; false when that is more than `left`. */
UVP_MUST_USE bool uvp_ply_rows_fit(const struct uvp_ply_element *element,
                                   enum uvp_ply_encoding encoding, size_t left);

/* Reads nothing but where things are. Polls. */
UVP_MUST_USE enum uvp_code uvp_ply_row_next(struct uvp_ply_cursor *cursor,
                                            const struct uvp_ply_element *element,
                                            struct uvp_ply_row *row, struct uvp_error *err);

/* Past `rows` rows of the element. */
UVP_MUST_USE enum uvp_code uvp_ply_rows_skip(struct uvp_ply_cursor *cursor,
                                             const struct uvp_ply_element *element,
                                             uint64_t rows, struct uvp_error *err);

/* Text: past the gaps to the next word of a list; the list is known to have one. */
const unsigned char *uvp_ply_text_next(const unsigned char *at, const unsigned char *end);

/* Behind the word that begins at `at`. */
const unsigned char *uvp_ply_text_word_end(const unsigned char *at, const unsigned char *end);

UVP_MUST_USE enum uvp_code uvp_ply_poll_now(struct uvp_ply_cursor *cursor,
                                            struct uvp_error *err);

/* A failure at a place of the file: its line or byte. */
enum uvp_code uvp_ply_fail(const struct uvp_ply_cursor *cursor, enum uvp_code code,
                           const unsigned char *at, const char *text, struct uvp_error *err);

static inline enum uvp_code uvp_ply_poll(struct uvp_ply_cursor *cursor, struct uvp_error *err)
{
    return cursor->at < cursor->next_poll ? UVP_OK : uvp_ply_poll_now(cursor, err);
}

/* Text by lines: behind a row's line end, where a row would begin. */
static inline void uvp_ply_end_line(struct uvp_ply_cursor *cursor)
{
    if (!cursor->flow && cursor->at < cursor->end) {
        const bool is_pair =
            *cursor->at == '\r' && cursor->at + 1 < cursor->end && cursor->at[1] == '\n';
        cursor->at += is_pair ? 2 : 1;
    }
}

/* ---- binary values ---- */

static inline uint16_t uvp_ply_load_16(const unsigned char *at, bool is_big)
{
    return (uint16_t)(is_big ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

static inline uint32_t uvp_ply_load_32(const unsigned char *at, bool is_big)
{
    return is_big
               ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]
               : (uint32_t)at[3] << 24 | (uint32_t)at[2] << 16 | (uint32_t)at[1] << 8 | at[0];
}

static inline uint64_t uvp_ply_load_64(const unsigned char *at, bool is_big)
{
    const uint64_t first = uvp_ply_load_32(at, is_big);
    const uint64_t second = uvp_ply_load_32(at + 4, is_big);

    return is_big ? first << 32 | second : second << 32 | first;
}

static inline float uvp_ply_load_float(const unsigned char *at, bool is_big)
{
    const uint32_t bits = uvp_ply_load_32(at, is_big);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Any type is exact in double. */
double uvp_ply_load_number(const unsigned char *at, uint8_t type, bool is_big);

/* Writes a value that the type can hold; returns the place after it. */
unsigned char *uvp_ply_store_number(unsigned char *to, double value, uint8_t type, bool is_big);

/* An integer type's value. */
static inline int64_t uvp_ply_load_integer(const unsigned char *at, uint8_t type, bool is_big)
{
    switch (type) {
    case UVP_PLY_I8:
        return (int8_t)at[0];
    case UVP_PLY_U8:
        return at[0];
    case UVP_PLY_I16:
        return (int16_t)uvp_ply_load_16(at, is_big);
    case UVP_PLY_U16:
        return uvp_ply_load_16(at, is_big);
    case UVP_PLY_I32:
        return (int32_t)uvp_ply_load_32(at, is_big);
    default:
        return uvp_ply_load_32(at, is_big);
    }
}

#endif
