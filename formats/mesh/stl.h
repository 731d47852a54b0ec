/*
 * stl.h -- names shared by the files of the STL format
 *
 * Why:     the two kinds of STL have little in common but what becomes of them.
 */
#ifndef UVP_FORMATS_MESH_STL_H
#define UVP_FORMATS_MESH_STL_H

#include "formats/mesh/bitweld.h"
#include "formats/mesh/format.h"
#include "formats/mesh/text_scan.h"

#define UVP_STL_HEADER_BYTES ((size_t)84)
#define UVP_STL_FACET_BYTES ((size_t)50)

extern const struct uvp_format uvp_format_stl;

/* What decoders of both kinds fill in. */
struct uvp_stl_soup {
    struct uvp_bitweld weld;
    uint32_t *corner_vertex; /* three for each facet */
    uint32_t facets;
    float origin[3]; /* what positions are relative to */
    bool is_far;     /* it is not 0 */
    bool is_text;
    bool has_colours; /* in what binary facets have besides */
};

/* How many facets the file has, whatever it says; false when that cannot be told. */
bool uvp_stl_count_facets(struct uvp_span bytes, uint64_t *count);

/* Begins as an ascii file, and goes on as one: binary headers may begin with "solid" too. */
bool uvp_stl_is_text(struct uvp_span head, bool whole);

UVP_MUST_USE enum uvp_code uvp_stl_decode_binary(struct uvp_span bytes, uint32_t facets,
                                                 struct uvp_arena *arena, struct uvp_stop *stop,
                                                 struct uvp_stl_soup *soup,
                                                 struct uvp_error *err);

struct uvp_cursor;

/*
 * Reads up to `facets` facets in the usual form, nine numbers each; the cursor is left where
 * the first one begins that is not, or there is none.
 *
 * Returns: how many were read.
 */
uint32_t uvp_stl_read_rows(struct uvp_cursor *cursor, const struct uvp_text_scanner *scanner,
                           uint32_t facets, float *to);

/* `most` facets are a limit of the user; the level is that of text_scan.h. */
UVP_MUST_USE enum uvp_code uvp_stl_decode_text(struct uvp_span bytes, uint32_t most,
                                               enum uvp_text_level level,
                                               struct uvp_arena *arena, struct uvp_stop *stop,
                                               struct uvp_stl_soup *soup,
                                               struct uvp_error *err);

/*
 * The lines `v x y z` of the vertices, with the numbers as an ascii file spells them.
 *
 * Owner:   the lines lie in the arena.
 */
UVP_MUST_USE enum uvp_code uvp_stl_spell(struct uvp_span bytes, const struct uvp_mesh *mesh,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_span *lines, struct uvp_error *err);

/* Takes the arrays for `facets` at most, which must be there in the bytes. */
UVP_MUST_USE enum uvp_code uvp_stl_soup_init(struct uvp_stl_soup *soup, uint64_t facets,
                                             uint64_t likely_vertices, struct uvp_arena *arena,
                                             struct uvp_error *err);

#endif
