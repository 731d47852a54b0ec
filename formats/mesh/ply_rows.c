#include "formats/mesh/ply_rows.h"

#include "formats/mesh/text.h"

/* ---- failures and polls ---- */

/* Counted only when something is wrong: good files do not pay for it. */
static uint64_t line_of(const struct uvp_ply_cursor *cursor, const unsigned char *at)
{
    uint64_t line = 1;

    for (const unsigned char *byte = cursor->data; byte < at; byte++) {
        line +=
            *byte == '\n' || (*byte == '\r' && (byte + 1 == cursor->end || byte[1] != '\n'));
    }
    return line;
}

enum uvp_code uvp_ply_fail(const struct uvp_ply_cursor *cursor, enum uvp_code code,
                           const unsigned char *at, const char *text, struct uvp_error *err)
{
    const bool is_text = cursor->encoding == UVP_PLY_ASCII;
    const uint64_t place = is_text ? line_of(cursor, at) : (uint64_t)(at - cursor->data);

    return uvp_fail(err, code, place, "%s %llu: %s", is_text ? "line" : "byte",
                    (unsigned long long)place, text);
}

enum uvp_code uvp_ply_poll_now(struct uvp_ply_cursor *cursor, struct uvp_error *err)
{
    const ptrdiff_t left = cursor->end - cursor->at;

    cursor->next_poll = cursor->at + (left < UVP_PLY_POLL_BYTES ? left : UVP_PLY_POLL_BYTES);
    return uvp_stop_poll(cursor->stop, err);
}

/* ---- binary values ---- */

double uvp_ply_load_number(const unsigned char *at, uint8_t type, bool is_big)
{
    uint64_t bits;
    double value;

    if (type == UVP_PLY_F32) {
        return (double)uvp_ply_load_float(at, is_big);
    }
    if (type != UVP_PLY_F64) {
        return (double)uvp_ply_load_integer(at, type, is_big);
    }
    bits = uvp_ply_load_64(at, is_big);
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t bits_of(double value, uint8_t type)
{
    const float narrow = (float)value;
    uint32_t narrow_bits;
    uint64_t bits;

    if (type == UVP_PLY_F64) {
        memcpy(&bits, &value, sizeof bits);
        return bits;
    }
    if (type == UVP_PLY_F32) {
        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        return narrow_bits;
    }
    return (uint64_t)(int64_t)value;
}

unsigned char *uvp_ply_store_number(unsigned char *to, double value, uint8_t type, bool is_big)
{
    const uint32_t bytes = uvp_ply_type_bytes(type);
    const uint64_t bits = bits_of(value, type);

    for (uint32_t i = 0; i < bytes; i++) {
        to[is_big ? bytes - 1 - i : i] = (unsigned char)(bits >> (8 * i));
    }
    return to + bytes;
}

/* ---- text ---- */

enum {
    WORD = 1,
    GAP = 2,
    EOL = 4,
};

static inline unsigned class_of(unsigned char c)
{
    return c > ' ' ? WORD : c == '\n' || c == '\r' ? EOL : GAP;
}

/* Over bytes of the classes; polls, however many there are. */
static enum uvp_code skip(struct uvp_ply_cursor *cursor, unsigned classes,
                          struct uvp_error *err)
{
    for (;;) {
        const unsigned char *const limit = cursor->next_poll;
        const unsigned char *at = cursor->at;

        while (at < limit && (class_of(*at) & classes) != 0) {
            at++;
        }
        cursor->at = at;
        if (at < limit || at == cursor->end) {
            return UVP_OK;
        }
        UVP_TRY(uvp_ply_poll_now(cursor, err));
    }
}

const unsigned char *uvp_ply_text_next(const unsigned char *at, const unsigned char *end)
{
    while (at < end && *at <= ' ') {
        at++;
    }
    return at;
}

const unsigned char *uvp_ply_text_word_end(const unsigned char *at, const unsigned char *end)
{
    while (at<end && * at> ' ') {
        at++;
    }
    return at;
}

/* To the row's next word, and past it. */
static enum uvp_code take_word(struct uvp_ply_cursor *cursor, const unsigned char **word,
                               struct uvp_error *err)
{
    UVP_TRY(skip(cursor, cursor->flow ? GAP | EOL : GAP, err));
    if (cursor->at == cursor->end || class_of(*cursor->at) == EOL) {
        cursor->was_short = true;
        return uvp_ply_fail(cursor, UVP_BAD_DATA, cursor->at, "row with too few values", err);
    }
    *word = cursor->at;
    return skip(cursor, WORD, err);
}

static enum uvp_code take_text_list(struct uvp_ply_cursor *cursor, struct uvp_ply_field *field,
                                    struct uvp_error *err)
{
    const unsigned char *word;
    int64_t count;

    UVP_TRY(take_word(cursor, &field->at, err));
    if (uvp_text_read_integer(field->at, cursor->at, &count) != cursor->at || count < 0) {
        return uvp_ply_fail(cursor, UVP_BAD_DATA, field->at, "count of a list is no count",
                            err);
    }
    if (count > (cursor->end - cursor->at) / 2) {
        cursor->was_short = true;
        return uvp_ply_fail(cursor, UVP_BAD_DATA, field->at, "list beyond the end", err);
    }
    field->count = (uint64_t)count;
    field->items = cursor->at;
    for (int64_t i = 0; i < count; i++) {
        UVP_TRY(take_word(cursor, i == 0 ? &field->items : &word, err));
    }
    field->end = cursor->at;
    return UVP_OK;
}

static enum uvp_code next_text_row(struct uvp_ply_cursor *cursor,
                                   const struct uvp_ply_element *element,
                                   struct uvp_ply_row *row, struct uvp_error *err)
{
    UVP_TRY(skip(cursor, GAP | EOL, err));
    row->begin = cursor->at;
    for (uint32_t i = 0; i < element->property_count; i++) {
        const struct uvp_ply_property *const property = &element->properties[i];
        struct uvp_ply_field other;
        struct uvp_ply_field *const field =
            property->role == UVP_PLY_NO_ROLE ? &other : &row->fields[property->role];

        if (property->is_list) {
            UVP_TRY(take_text_list(cursor, field, err));
        } else {
            UVP_TRY(take_word(cursor, &field->at, err));
            field->end = cursor->at;
        }
    }
    row->stop = cursor->at;
    if (!cursor->flow) {
        UVP_TRY(skip(cursor, WORD | GAP, err));
    }
    row->end = cursor->at;
    return UVP_OK;
}

/* ---- binary rows ---- */

static enum uvp_code fail_cut(const struct uvp_ply_cursor *cursor, const unsigned char *at,
                              struct uvp_error *err)
{
    return uvp_ply_fail(cursor, UVP_BAD_DATA, at, "row beyond the end", err);
}

static enum uvp_code take_binary_list(const struct uvp_ply_cursor *cursor,
                                      const struct uvp_ply_property *property,
                                      struct uvp_ply_field *field, struct uvp_error *err)
{
    const size_t left = (size_t)(cursor->end - field->items);
    const int64_t count =
        uvp_ply_load_integer(field->at, property->count_type, cursor->encoding == UVP_PLY_BIG);
    uint64_t bytes;

    if (count < 0) {
        return uvp_ply_fail(cursor, UVP_BAD_DATA, field->at, "count of a list is negative",
                            err);
    }
    bytes = (uint64_t)count * uvp_ply_type_bytes(property->type);
    if (bytes > left) {
        return uvp_ply_fail(cursor, UVP_BAD_DATA, field->at, "list beyond the end", err);
    }
    field->count = (uint64_t)count;
    field->end = field->items + bytes;
    return UVP_OK;
}

static enum uvp_code next_binary_row(struct uvp_ply_cursor *cursor,
                                     const struct uvp_ply_element *element,
                                     struct uvp_ply_row *row, struct uvp_error *err)
{
    const unsigned char *at = cursor->at;

    row->begin = at;
    for (uint32_t i = 0; i < element->property_count; i++) {
        const struct uvp_ply_property *const property = &element->properties[i];
        const uint32_t bytes =
            uvp_ply_type_bytes(property->is_list ? property->count_type : property->type);
        struct uvp_ply_field other;
        struct uvp_ply_field *const field =
            property->role == UVP_PLY_NO_ROLE ? &other : &row->fields[property->role];

        if ((size_t)(cursor->end - at) < bytes) {
            return fail_cut(cursor, at, err);
        }
        field->at = at;
        field->items = at + bytes;
        field->end = at + bytes;
        if (property->is_list) {
            UVP_TRY(take_binary_list(cursor, property, field, err));
        }
        at = field->end;
    }
    cursor->at = at;
    row->stop = at;
    row->end = at;
    return uvp_ply_poll(cursor, err);
}

/* ---- all rows ---- */

void uvp_ply_cursor_init(struct uvp_ply_cursor *cursor, struct uvp_span bytes,
                         const struct uvp_ply_header *header, bool flow, struct uvp_stop *stop)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->data = bytes.data;
    cursor->at = bytes.data + header->bytes;
    cursor->end = bytes.data + bytes.bytes;
    cursor->next_poll = cursor->at;
    cursor->stop = stop;
    cursor->encoding = header->encoding;
    cursor->flow = flow;
}

bool uvp_ply_rows_fit(const struct uvp_ply_element *element, enum uvp_ply_encoding encoding,
                      size_t left)
{
    const bool is_text = encoding == UVP_PLY_ASCII;
    const uint64_t each = is_text ? 2 * (uint64_t)element->property_count : element->row_bytes;

    /* the last row of a text may lack what divides it from a next one */
    return each == 0 || element->count <= ((uint64_t)left + is_text) / each;
}

enum uvp_code uvp_ply_cursor_enter(struct uvp_ply_cursor *cursor,
                                   struct uvp_ply_element *element, struct uvp_error *err)
{
    element->begin = (size_t)(cursor->at - cursor->data);
    if (!uvp_ply_rows_fit(element, cursor->encoding, (size_t)(cursor->end - cursor->at))) {
        return uvp_ply_fail(cursor, UVP_BAD_DATA, cursor->at,
                            "more rows declared than there are bytes left", err);
    }
    return UVP_OK;
}

enum uvp_code uvp_ply_row_next(struct uvp_ply_cursor *cursor,
                               const struct uvp_ply_element *element, struct uvp_ply_row *row,
                               struct uvp_error *err)
{
    return cursor->encoding == UVP_PLY_ASCII ? next_text_row(cursor, element, row, err)
                                             : next_binary_row(cursor, element, row, err);
}

enum uvp_code uvp_ply_rows_skip(struct uvp_ply_cursor *cursor,
                                const struct uvp_ply_element *element, uint64_t rows,
                                struct uvp_error *err)
{
    struct uvp_ply_row row;

    if (element->property_count == 0) {
        return UVP_OK; /* any count of nothing is nothing */
    }
    if (cursor->encoding != UVP_PLY_ASCII && element->list_count == 0) {
        const uint64_t left = (uint64_t)(cursor->end - cursor->at);
        if (rows > left / element->row_bytes) {
            return fail_cut(cursor, cursor->end, err);
        }
        cursor->at += rows * element->row_bytes;
        return uvp_ply_poll(cursor, err);
    }
    for (uint64_t i = 0; i < rows; i++) {
        UVP_TRY(uvp_ply_row_next(cursor, element, &row, err));
    }
    return UVP_OK;
}
