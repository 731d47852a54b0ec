/*
 * ply_header.h -- the header of a PLY file: what is in it, and where each word of it stands
 *
 * Why:     the encoder changes single words of a header and leaves the others alone.
 * Owner:   the arrays lie in the arena; names and places refer to the file's bytes.
 * Threads: confined.
 * Limits:  a header of more than 1 MiB is refused.
 */
#ifndef UVP_FORMATS_MESH_PLY_HEADER_H
#define UVP_FORMATS_MESH_PLY_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "formats/mesh/mesh.h"
#include "pipeline/base/span.h"

#define UVP_PLY_HEADER_BYTES ((size_t)1 << 20)

enum uvp_ply_encoding {
    UVP_PLY_ASCII = 0,
    UVP_PLY_LITTLE,
    UVP_PLY_BIG,
};

enum uvp_ply_type {
    UVP_PLY_I8 = 0,
    UVP_PLY_U8,
    UVP_PLY_I16,
    UVP_PLY_U16,
    UVP_PLY_I32,
    UVP_PLY_U32,
    UVP_PLY_F32,
    UVP_PLY_F64,
};

/* What a property is to us. */
enum uvp_ply_role {
    UVP_PLY_X = 0,
    UVP_PLY_Y,
    UVP_PLY_Z,
    UVP_PLY_U,
    UVP_PLY_V,
    UVP_PLY_INDICES,
    UVP_PLY_TEXCOORD, /* the list of the faces */
    UVP_PLY_MATERIAL,
    UVP_PLY_ROLE_COUNT,
    UVP_PLY_NO_ROLE = UVP_PLY_ROLE_COUNT,
};

/* A word of the header. */
struct uvp_ply_word {
    uint32_t at; /* from the start of the file */
    uint32_t bytes;
};

struct uvp_ply_property {
    struct uvp_ply_word name;
    struct uvp_ply_word type_word;
    struct uvp_ply_word count_word; /* of a list */
    bool is_list;
    uint8_t type;       /* enum uvp_ply_type, as the next */
    uint8_t count_type; /* of a list */
    uint8_t role;       /* enum uvp_ply_role */
};

struct uvp_ply_element {
    struct uvp_ply_word name;
    struct uvp_ply_word count_word;
    uint64_t count;
    struct uvp_ply_property *properties;
    uint32_t property_count;
    uint32_t list_count;
    uint32_t lines_end; /* where a further property line would go */
    uint32_t eol_bytes; /* of the line before it */
    uint64_t row_bytes; /* binary: of a row whose lists are empty */
    size_t begin;       /* of its first row, once it was looked for */
};

struct uvp_ply_header {
    enum uvp_ply_encoding encoding;
    struct uvp_ply_element *elements;
    uint32_t element_count;
    size_t bytes; /* up to the body */
};

/*
 * Reads the header; all roles are UVP_PLY_NO_ROLE after it.
 *
 * Returns: UVP_OK, UVP_BAD_DATA, UVP_UNSUPPORTED, UVP_NO_MEMORY, UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code uvp_ply_header_read(struct uvp_span bytes, struct uvp_arena *arena,
                                               struct uvp_stop *stop,
                                               struct uvp_ply_header *header,
                                               struct uvp_error *err);

/* True when the bytes begin as a PLY file does. */
bool uvp_ply_header_begins(struct uvp_span bytes);

bool uvp_ply_word_is(struct uvp_span bytes, struct uvp_ply_word word, const char *text);

/* The first of that name; NULL when there is none. */
struct uvp_ply_property *uvp_ply_property_find(struct uvp_span bytes,
                                               const struct uvp_ply_element *element,
                                               const char *name);

static inline uint32_t uvp_ply_type_bytes(uint8_t type)
{
    static const uint8_t bytes[] = {1, 1, 2, 2, 4, 4, 4, 8};

    return bytes[type];
}

static inline bool uvp_ply_type_is_float(uint8_t type)
{
    return type >= UVP_PLY_F32;
}

#endif
