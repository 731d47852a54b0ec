/*
 * ply_write.h -- a PLY file anew: what its encoder's files share
 *
 * Why:     what changes is decided once, and then done in header, vertices and faces.
 * Use:     choose, split when there are UVs of vertices, size, then the parts in the order of
 *          the file. The input is copied up to each place that changes.
 */
#ifndef UVP_FORMATS_MESH_PLY_WRITE_H
#define UVP_FORMATS_MESH_PLY_WRITE_H

#include "formats/mesh/ply.h"
#include "formats/mesh/split.h"

struct uvp_ply_writing {
    const struct uvp_ply *ply;
    const struct uvp_mesh *mesh;
    const struct uvp_mesh_uvs *uvs;
    struct uvp_ply_cursor cursor;
    struct uvp_split split; /* no copies when there are no UVs of vertices */
    bool has_vertex_uvs;    /* to be written */
    bool adds_vertex_uvs;   /* the properties are new */
    bool has_wedges;        /* likewise, of the faces */
    bool adds_wedges;
    const char *u_name; /* of new properties */
    const char *v_name;
    uint8_t index_type; /* as it will be, as the next */
    uint8_t wedge_count_type;
    uint8_t wedge_type;
    size_t *copy_begin;        /* row of the vertex that each copy is of */
    size_t copies_bytes;       /* of all these rows */
    const unsigned char *from; /* input not copied yet */
    unsigned char *to;
};

static inline bool uvp_ply_writing_is_text(const struct uvp_ply_writing *writing)
{
    return writing->cursor.encoding == UVP_PLY_ASCII;
}

static inline bool uvp_ply_writing_is_big(const struct uvp_ply_writing *writing)
{
    return writing->cursor.encoding == UVP_PLY_BIG;
}

#define UVP_PLY_COPY_STEP ((size_t)32) /* written behind the end, where output follows */

/* Copies the input up to `until`. Short runs are the rule: a step costs less than a call. */
static inline void uvp_ply_writing_copy(struct uvp_ply_writing *writing,
                                        const unsigned char *until)
{
    const size_t bytes = (size_t)(until - writing->from);

    if (bytes <= UVP_PLY_COPY_STEP &&
        (size_t)(writing->cursor.end - writing->from) >= UVP_PLY_COPY_STEP) {
        memcpy(writing->to, writing->from, UVP_PLY_COPY_STEP); /* the rest is written over */
    } else {
        memcpy(writing->to, writing->from, bytes);
    }
    writing->to += bytes;
    writing->from = until;
}

/* To a row that is to be read, without a poll. */
static inline void uvp_ply_writing_jump(struct uvp_ply_writing *writing, size_t at)
{
    struct uvp_ply_cursor *const cursor = &writing->cursor;
    const size_t left = (size_t)(cursor->end - cursor->data) - at;
    const size_t step = (size_t)UVP_PLY_POLL_BYTES;

    cursor->at = cursor->data + at;
    cursor->next_poll = cursor->at + (left < step ? left : step);
}

/* The header with its changes; the most bytes they add. */
#define UVP_PLY_HEADER_MORE ((size_t)512)
void uvp_ply_header_write(struct uvp_ply_writing *writing);

/* Finds the rows of the copies, and what they take. */
UVP_MUST_USE enum uvp_code uvp_ply_copies_find(struct uvp_ply_writing *writing,
                                               struct uvp_arena *arena, struct uvp_error *err);

UVP_MUST_USE enum uvp_code uvp_ply_vertices_write(struct uvp_ply_writing *writing,
                                                  struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_ply_faces_write(struct uvp_ply_writing *writing,
                                               struct uvp_error *err);

/*
 * A short line of text of so many words at least, without a look at them: they have been read
 * before. False, and nothing is changed, when it is not plainly one.
 */
bool uvp_ply_row_skim(struct uvp_ply_writing *writing, uint64_t words, struct uvp_ply_row *row);

/* One number of a UV in the file's encoding. */
unsigned char *uvp_ply_uv_write(const struct uvp_ply_writing *writing, unsigned char *to,
                                float value, uint8_t type);

#endif
