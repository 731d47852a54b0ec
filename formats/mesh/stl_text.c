/*
 * Ascii STL: words between gaps, in any case:
 *
 *     solid NAME
 *       facet normal X Y Z
 *         outer loop
 *           vertex X Y Z    (three times)
 *         endloop
 *       endfacet
 *     endsolid NAME
 *
 * Names go to the line end. Normals are not looked at: they follow from the corners, and some
 * are nan. Lines outside of facets that are none of these mean nothing.
 */
#include "formats/mesh/cursor.h"
#include "formats/mesh/far.h"
#include "formats/mesh/stl.h"
#include "formats/mesh/text.h"

#define FACET_BYTES_MIN ((size_t)60) /* its words, three gaps and digits a corner */
#define FACETS_PER_BLOCK UINT32_C(64)
#define LOOK_BYTES ((size_t)4096)
#define SPELLED_EXTRA ((size_t)5) /* "v", three gaps and a line end */

struct reading {
    struct uvp_cursor cursor;
    struct uvp_stl_soup *soup;
    const struct uvp_text_scanner *scanner; /* NULL: byte by byte */
    struct uvp_far_box box;
    uint32_t most;
    uint32_t held; /* facets in `block` */
    float block[9 * FACETS_PER_BLOCK];
};

/* ---- words ---- */

/* `word` is lower case. */
static bool is_word(const unsigned char *at, const unsigned char *end, const char *word,
                    size_t bytes)
{
    if ((size_t)(end - at) < bytes) {
        return false;
    }
    for (size_t i = 0; i < bytes; i++) {
        if ((at[i] | 0x20) != (unsigned char)word[i]) {
            return false;
        }
    }
    return uvp_cursor_is_word_end(at + bytes, end);
}

static bool take_word(struct uvp_cursor *cursor, const char *word, size_t bytes)
{
    if (!is_word(cursor->at, cursor->end, word, bytes)) {
        return false;
    }
    cursor->at += bytes;
    return true;
}

/* To the next word; false at the end of the bytes. */
static enum uvp_code next_word(struct uvp_cursor *cursor, bool *any, struct uvp_error *err)
{
    UVP_TRY(uvp_cursor_poll(cursor, err));
    UVP_TRY(uvp_cursor_skip_gaps(cursor, false, err));
    *any = cursor->at < cursor->end;
    return UVP_OK;
}

static enum uvp_code expect_word(struct uvp_cursor *cursor, const char *word, size_t bytes,
                                 const char *fault, struct uvp_error *err)
{
    bool any;

    UVP_TRY(next_word(cursor, &any, err));
    if (!any) {
        return uvp_cursor_fail(cursor, UVP_BAD_DATA, "file ends within a facet", err);
    }
    return take_word(cursor, word, bytes) ? UVP_OK
                                          : uvp_cursor_fail(cursor, UVP_BAD_DATA, fault, err);
}

/* ---- facets ---- */

/* Past whatever stands for the normal, up to "outer"; words of any length. */
static enum uvp_code skip_normal(struct uvp_cursor *cursor, struct uvp_error *err)
{
    for (;;) {
        bool any;
        UVP_TRY(next_word(cursor, &any, err));
        if (!any) {
            return uvp_cursor_fail(cursor, UVP_BAD_DATA, "file ends within a facet", err);
        }
        if (take_word(cursor, "outer", 5)) {
            return UVP_OK;
        }
        if (is_word(cursor->at, cursor->end, "endfacet", 8) ||
            is_word(cursor->at, cursor->end, "vertex", 6)) {
            return uvp_cursor_fail(cursor, UVP_BAD_DATA, "facet without its outer loop", err);
        }
        cursor->at = uvp_cursor_word_part(cursor->at, cursor->end);
    }
}

static enum uvp_code read_coordinate(struct uvp_cursor *cursor, float *value,
                                     struct uvp_error *err)
{
    const unsigned char *after;
    bool any;

    UVP_TRY(next_word(cursor, &any, err));
    after = any ? uvp_text_read_float(cursor->at, cursor->end, value) : NULL;
    if (after == NULL || !uvp_cursor_is_word_end(after, cursor->end)) {
        return uvp_cursor_fail(cursor, UVP_BAD_DATA,
                               any ? "coordinate is not a number" : "file ends within a facet",
                               err);
    }
    cursor->at = after;
    return UVP_OK;
}

static enum uvp_code flush(struct reading *reading, struct uvp_error *err)
{
    struct uvp_stl_soup *const soup = reading->soup;
    uint32_t bits[9 * FACETS_PER_BLOCK];
    const uint32_t corners = 3 * reading->held;

    uvp_far_box_extend(&reading->box, reading->block, corners);
    memcpy(bits, reading->block, (size_t)12 * corners);
    UVP_TRY(uvp_bitweld_add(&soup->weld, bits, corners,
                            soup->corner_vertex + (size_t)3 * soup->facets, err));
    soup->facets += reading->held;
    reading->held = 0;
    return UVP_OK;
}

/* A coordinate, relative to the origin when the mesh is far from it. */
static enum uvp_code read_position(struct reading *reading, float *to, struct uvp_error *err)
{
    struct uvp_cursor *const cursor = &reading->cursor;
    const struct uvp_stl_soup *const soup = reading->soup;

    for (int i = 0; i < 3; i++) {
        UVP_TRY(read_coordinate(cursor, &to[i], err));
        if (soup->is_far) {
            const unsigned char *word = cursor->at;
            while (word > cursor->begin && !uvp_cursor_is_gap(word[-1])) {
                word--;
            }
            to[i] = (float)(uvp_far_read(word, cursor->at, to[i]) - (double)soup->origin[i]);
        }
    }
    return UVP_OK;
}

/* Behind "facet". */
static enum uvp_code read_facet(struct reading *reading, struct uvp_error *err)
{
    struct uvp_cursor *const cursor = &reading->cursor;
    float *const to = reading->block + (size_t)9 * reading->held;

    if (reading->soup->facets + reading->held == reading->most) {
        return uvp_cursor_fail(cursor, UVP_LIMIT, "too many facets", err);
    }
    UVP_TRY(skip_normal(cursor, err));
    UVP_TRY(expect_word(cursor, "loop", 4, "outer without loop", err));
    for (size_t k = 0; k < 3; k++) {
        UVP_TRY(expect_word(cursor, "vertex", 6, "facet of fewer than 3 corners", err));
        UVP_TRY(read_position(reading, to + 3 * k, err));
    }
    UVP_TRY(expect_word(cursor, "endloop", 7, "facet of more than 3 corners", err));
    UVP_TRY(expect_word(cursor, "endfacet", 8, "loop without endfacet behind it", err));
    reading->held++;
    return reading->held == FACETS_PER_BLOCK ? flush(reading, err) : UVP_OK;
}

/* As many facets in the usual form as go into the block. */
static enum uvp_code read_rows(struct reading *reading, struct uvp_error *err)
{
    const uint32_t left = reading->most - reading->soup->facets - reading->held;
    const uint32_t room = FACETS_PER_BLOCK - reading->held;

    if (reading->scanner == NULL) {
        return UVP_OK;
    }
    reading->held +=
        uvp_stl_read_rows(&reading->cursor, reading->scanner, room < left ? room : left,
                          reading->block + (size_t)9 * reading->held);
    return reading->held == FACETS_PER_BLOCK ? flush(reading, err) : UVP_OK;
}

static enum uvp_code read_all(struct reading *reading, struct uvp_error *err)
{
    struct uvp_cursor *const cursor = &reading->cursor;

    for (;;) {
        bool any;
        UVP_TRY(read_rows(reading, err));
        UVP_TRY(next_word(cursor, &any, err));
        if (!any) {
            return flush(reading, err);
        }
        if (take_word(cursor, "facet", 5)) {
            UVP_TRY(read_facet(reading, err));
        } else {
            UVP_TRY(uvp_cursor_seek_eol(cursor, err));
        }
    }
}

/* Far from the origin numbers are read with more digits than a scanner gives. */
static void begin_reading(struct reading *reading, struct uvp_span bytes, uint32_t most,
                          enum uvp_text_level level, struct uvp_stop *stop,
                          struct uvp_stl_soup *soup)
{
    reading->scanner = level == UVP_TEXT_BYTES || soup->is_far ? NULL : uvp_text_scanner(level);
    uvp_cursor_init(&reading->cursor, bytes, stop);
    uvp_far_box_init(&reading->box);
    reading->soup = soup;
    reading->most = most;
    reading->held = 0;
}

static enum uvp_code read_soup(struct uvp_span bytes, uint32_t most, enum uvp_text_level level,
                               struct uvp_arena *arena, struct uvp_stop *stop,
                               struct uvp_stl_soup *soup, struct uvp_far_box *box,
                               struct uvp_error *err)
{
    const uint64_t facets = bytes.bytes / FACET_BYTES_MIN + 1;
    struct reading reading;

    begin_reading(&reading, bytes, most, level, stop, soup);
    UVP_TRY(
        uvp_stl_soup_init(soup, facets < most ? facets : most, facets / 8 + 64, arena, err));
    UVP_TRY(read_all(&reading, err));
    *box = reading.box;
    return uvp_bitweld_finish(&soup->weld, soup->corner_vertex, stop, err);
}

enum uvp_code uvp_stl_decode_text(struct uvp_span bytes, uint32_t most,
                                  enum uvp_text_level level, struct uvp_arena *arena,
                                  struct uvp_stop *stop, struct uvp_stl_soup *soup,
                                  struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(arena);
    struct uvp_far_box box;

    soup->is_text = true;
    UVP_TRY(read_soup(bytes, most, level, arena, stop, soup, &box, err));
    if (uvp_far_box_middle(&box, soup->origin)) {
        uvp_arena_rewind(arena, mark);
        soup->is_far = true;
        UVP_TRY(read_soup(bytes, most, level, arena, stop, soup, &box, err));
    }
    return UVP_OK;
}

/* ---- spelling ---- */

static void copy_word(struct uvp_cursor *cursor, unsigned char **to)
{
    const unsigned char *const end = uvp_cursor_word_end(cursor->at, cursor->end);
    const size_t bytes = (size_t)(end - cursor->at);

    *(*to)++ = ' ';
    memcpy(*to, cursor->at, bytes);
    *to += bytes;
    cursor->at = end;
}

/* Behind "vertex"; only the first corner of a vertex spells it. */
static enum uvp_code spell_corner(struct uvp_cursor *cursor, unsigned char **to, bool is_first,
                                  struct uvp_error *err)
{
    unsigned char *const begin = *to;
    bool any;

    *(*to)++ = 'v';
    for (int i = 0; i < 3; i++) {
        UVP_TRY(next_word(cursor, &any, err));
        copy_word(cursor, to);
    }
    *(*to)++ = '\n';
    *to = is_first ? *to : begin;
    return UVP_OK;
}

/* Behind "facet": the bytes have been read before, so that all is where it must be. */
static enum uvp_code spell_facet(struct uvp_cursor *cursor, const uint32_t *corner_vertex,
                                 uint32_t *spelled, unsigned char **to, struct uvp_error *err)
{
    bool any;

    UVP_TRY(skip_normal(cursor, err));
    for (int k = 0; k < 3;) {
        UVP_TRY(next_word(cursor, &any, err));
        if (!take_word(cursor, "vertex", 6)) {
            cursor->at = uvp_cursor_word_end(cursor->at, cursor->end); /* loop */
            continue;
        }
        UVP_TRY(spell_corner(cursor, to, corner_vertex[k] == *spelled, err));
        *spelled += corner_vertex[k] == *spelled;
        k++;
    }
    for (int k = 0; k < 2; k++) { /* endloop endfacet */
        UVP_TRY(next_word(cursor, &any, err));
        cursor->at = uvp_cursor_word_end(cursor->at, cursor->end);
    }
    return UVP_OK;
}

static enum uvp_code spell_all(struct uvp_cursor *cursor, const struct uvp_mesh *mesh,
                               unsigned char **to, struct uvp_error *err)
{
    uint32_t spelled = 0;

    for (uint32_t f = 0; f < mesh->polygon_count;) {
        bool any;
        UVP_TRY(next_word(cursor, &any, err));
        if (!any) {
            break;
        }
        if (take_word(cursor, "facet", 5)) {
            UVP_TRY(
                spell_facet(cursor, mesh->corner_vertex + (size_t)3 * f, &spelled, to, err));
            f++;
        } else {
            UVP_TRY(uvp_cursor_seek_eol(cursor, err));
        }
    }
    return spelled == mesh->vertex_count
               ? UVP_OK
               : uvp_fail(err, UVP_BUG, 0, "mesh and bytes do not belong together");
}

/* What is copied of a corner, its gap and "vertex" being longer than what is added. */
enum uvp_code uvp_stl_spell(struct uvp_span bytes, const struct uvp_mesh *mesh,
                            struct uvp_arena *arena, struct uvp_stop *stop,
                            struct uvp_span *lines, struct uvp_error *err)
{
    const size_t room = bytes.bytes + SPELLED_EXTRA;
    unsigned char *const begin = UVP_ARENA_ARRAY(arena, unsigned char, room);
    unsigned char *to = begin;
    struct uvp_cursor cursor;

    if (begin == NULL) {
        return uvp_fail_memory(err, room);
    }
    uvp_cursor_init(&cursor, bytes, stop);
    UVP_TRY(spell_all(&cursor, mesh, &to, err));
    *lines = uvp_span_of(begin, (size_t)(to - begin));
    return UVP_OK;
}

/* ---- is it? ---- */

static const unsigned char *skip_gaps(const unsigned char *at, const unsigned char *end)
{
    while (at < end && uvp_cursor_is_gap(*at)) {
        at++;
    }
    return at;
}

static bool is_start(const unsigned char *at, const unsigned char *end)
{
    return is_word(at, end, "facet", 5) || is_word(at, end, "endsolid", 8);
}

/* Programs write lines of their own in front: nothing but text may follow the name then. */
static bool is_printable(struct uvp_span head)
{
    for (size_t i = 0; i < head.bytes && i < LOOK_BYTES; i++) {
        if (head.data[i] < '\t') {
            return false;
        }
    }
    return true;
}

bool uvp_stl_is_text(struct uvp_span head, bool whole)
{
    const unsigned char *const end = head.data + head.bytes;
    const unsigned char *at = head.data;

    if (head.bytes >= 3 && memcmp(head.data, "\xef\xbb\xbf", 3) == 0) {
        at += 3;
    }
    at = skip_gaps(at, end);
    if (is_word(at, end, "facet", 5)) {
        return true;
    }
    if (!is_word(at, end, "solid", 5)) {
        return false;
    }
    while (at < end && !uvp_cursor_is_eol(*at)) {
        at++;
    }
    at = skip_gaps(at, end);
    /* a name longer than the head may be all there is of it */
    return is_start(at, end) || (at == end && !whole) || is_printable(head);
}
