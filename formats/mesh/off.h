/*
 * off.h -- names shared by the files of the OFF format
 *
 * Why:     header, reader and writers are files of their own; registry.c sees uvp_format_off.
 */
#ifndef UVP_FORMATS_MESH_OFF_H
#define UVP_FORMATS_MESH_OFF_H

#include "formats/mesh/cursor.h"
#include "formats/mesh/format.h"
#include "formats/mesh/text_scan.h"

#define UVP_OFF_COLUMNS_MIXED 0U /* not the same in all vertex lines */

extern const struct uvp_format uvp_format_off;

/* What the first words say, and where they stand: offsets into the bytes. */
struct uvp_off_header {
    bool has_keyword;
    bool has_uvs; /* the letters ST, C, N of the keyword */
    bool has_colours;
    bool has_normals;
    size_t keyword_at; /* where it begins, or would */
    size_t count_at;   /* the number of vertices */
    size_t count_bytes;
    size_t vertices_at; /* behind the counts */
    uint64_t vertices;
    uint64_t faces;
};

/* What the encoder wants to know. */
struct uvp_off_notes {
    struct uvp_off_header header;
    uint32_t columns; /* of every vertex line, or UVP_OFF_COLUMNS_MIXED */
    bool is_far;
    float origin[3];
};

/* A vertex as it stands in the bytes. */
struct uvp_off_vertex {
    const unsigned char *at[3];     /* where its coordinates begin ... */
    const unsigned char *at_end[3]; /* ... and end */
    const unsigned char *lead_end;  /* behind the last column but two; NULL: there is none */
    const unsigned char *uv;        /* where the last column but one begins, likewise */
    const unsigned char *end;       /* behind the last column */
    uint32_t columns;
    bool is_spread; /* over more than one line */
};

/* Words end at gaps and at comments. */
static inline bool uvp_off_is_end(const unsigned char *at, const unsigned char *end)
{
    return at == end || *at <= ' ' || *at == '#';
}

/*
 * Reads the keyword and the counts, and compares those with the bytes that are left.
 *
 * Returns: UVP_OK, UVP_CANCELLED
 *          UVP_BAD_DATA     no keyword and no counts, or counts too large for the file
 *          UVP_UNSUPPORTED  a kind that is not read
 */
UVP_MUST_USE enum uvp_code uvp_off_read_header(struct uvp_cursor *cursor,
                                               struct uvp_off_header *header,
                                               struct uvp_error *err);

/* A vertex and its line; the cursor is left at the line's end. */
UVP_MUST_USE enum uvp_code uvp_off_read_vertex(struct uvp_cursor *cursor, float position[3],
                                               struct uvp_off_vertex *vertex,
                                               struct uvp_error *err);

/* The same without the numbers, for lines that have been read before. */
UVP_MUST_USE enum uvp_code uvp_off_pass_vertex(struct uvp_cursor *cursor,
                                               struct uvp_off_vertex *vertex,
                                               struct uvp_error *err);

/* The next whole number of a face, and where it begins. */
UVP_MUST_USE enum uvp_code uvp_off_read_number(struct uvp_cursor *cursor, uint32_t *number,
                                               const unsigned char **begin,
                                               struct uvp_error *err);

/* As uvp_format_off does at the best level; for tests at any. */
UVP_MUST_USE enum uvp_code uvp_off_decode(const struct uvp_mesh_source *source,
                                          const struct uvp_mesh_options *options,
                                          enum uvp_text_level level, struct uvp_arena *arena,
                                          struct uvp_stop *stop, struct uvp_model *model,
                                          struct uvp_error *err);

/* Whether UVs can be columns of this file: then `notes->columns` are what the keyword says. */
bool uvp_off_can_hold(const struct uvp_off_notes *notes);

/* The same file with the UVs as columns of the vertices, added or written anew. */
UVP_MUST_USE enum uvp_code uvp_off_patch(struct uvp_span bytes, const struct uvp_model *model,
                                         const struct uvp_mesh_uvs *uvs,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_buf *out, struct uvp_error *err);

/*
 * The lines `v x y z` of the vertices, with the numbers as the file spells them.
 *
 * Owner:   the lines lie in the arena.
 */
UVP_MUST_USE enum uvp_code uvp_off_spell(struct uvp_span bytes, const struct uvp_model *model,
                                         struct uvp_arena *arena, struct uvp_stop *stop,
                                         struct uvp_span *lines, struct uvp_error *err);

#endif
