/*
 * parcel.h -- what travels down the line: a run of consecutive pieces of one input
 *
 * Why:     small members travel together, so that handing them over costs next to nothing;
 *          long ones travel in pieces, so that they need no memory.
 * Shape:   pieces in input order. Raw pieces go out as they are. Member pieces hold a whole
 *          member that a worker looks at. A parcel without member pieces needs no worker.
 * Owner:   one thread group at a time: reader, worker, writer; then back to the shelf.
 * Threads: a parcel is confined; the shelf may be used from any thread.
 */
#ifndef UVP_STAGES_PARCEL_H
#define UVP_STAGES_PARCEL_H

#include "formats/archive/codec.h"
#include "formats/archive/entry.h"
#include "pipeline/stage.h"
#include "stages/record.h"

enum uvp_piece_kind {
    UVP_PIECE_OPEN = 0, /* an input begins: `choice` is what its output will be */
    UVP_PIECE_RAW,      /* bytes of the input, verbatim */
    UVP_PIECE_MEMBER,   /* a member in memory */
    UVP_PIECE_BEGIN,    /* a long member for another container: announced ... */
    UVP_PIECE_DATA,     /* ... in decoded bytes ... */
    UVP_PIECE_END,      /* ... to its end */
    UVP_PIECE_PASSED,   /* a member whose bytes are in raw pieces: only to be recorded */
    UVP_PIECE_FAILED,   /* as PASSED, but it could not be read whole */
    UVP_PIECE_WARNING,  /* damage that was stepped over, to be told */
    UVP_PIECE_TRAILER,  /* the input's end */
};

/* What an output is. */
struct uvp_choice {
    enum uvp_container container;
    enum uvp_codec codec;
    int level;
};

#define UVP_MEMBER_SIBLINGS 16

/* A member in memory, and what the worker made of it. */
struct uvp_member {
    struct uvp_entry entry;
    uint64_t seq;
    uint64_t number; /* of its recipe, when it is to be made */
    bool unwrap;     /* false: only to be carried into another container */
    enum uvp_member_status status;
    const char *reason; /* PASSED: why */
    struct uvp_error error;
    bool rendered_anew; /* `out` holds it; else its raw bytes go out */
    bool lost;          /* it can neither go out as it was nor anew */
    /* what lies beside it and is needed to read it, by the names it has for them */
    struct uvp_entry *siblings[UVP_MEMBER_SIBLINGS];
    uint32_t sibling_count;
    bool awaits; /* not all of them are here: the reader keeps the parcel back */
    struct uvp_buf out;
    struct uvp_rendered rendered;
    bool has_side; /* a new member goes out behind it ... */
    bool replaced; /* ... or in its place */
    struct uvp_entry side;
    struct uvp_buf side_out;
    struct uvp_rendered side_rendered;
    const char *note; /* UNWRAPPED: worth telling; NULL: nothing */
    const char *format;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t wall_ns;
    uint64_t step_ns[UVP_STEP_COUNT];
    uint32_t meshes;
    uint32_t mapped;
    uint32_t vertices;
    uint32_t polygons;
    uint32_t found[UVP_FOUND_COUNT];
    struct uvp_atlas_stats atlas;
    uint32_t pages;
    bool verified;
    struct uvp_atlas_verdict verdict;
    uint32_t triangles;
    double stretch_p99;
    double score;
    struct uvp_buf exhibit;
    struct uvp_buf facts; /* what the task found, as the record tells it */
};

struct uvp_piece {
    enum uvp_piece_kind kind;
    struct uvp_slices slices;      /* RAW, DATA, TRAILER */
    uint64_t at;                   /* RAW, TRAILER: offset in the input */
    struct uvp_member *member;     /* MEMBER, BEGIN: the parcel's; NULL else */
    struct uvp_choice choice;      /* OPEN */
    enum uvp_container source;     /* OPEN: what the input is */
    const struct uvp_error *error; /* WARNING, FAILED: in the parcel's texts */
    /* PASSED, FAILED */
    uint64_t seq;
    uint64_t size_bytes;
    const char *path; /* in the parcel's texts */
    size_t path_bytes;
    const char *reason;
};

struct uvp_parcel {
    struct uvp_item item; /* first: the pipeline's view */
    struct uvp_mem *mem;
    uint32_t lane;
    enum uvp_container target; /* what the output is */
    bool foreign; /* of another kind than the input: nothing can go out as it came */
    struct uvp_piece **pieces;
    uint32_t piece_count;
    uint32_t piece_capacity; /* pieces that exist, used or not */
    struct uvp_member **members;
    uint32_t member_count;
    uint32_t member_capacity;
    struct uvp_arena texts;
    uint64_t raw_bytes;         /* in slices */
    uint64_t member_bytes;      /* of member pieces, as stored */
    uint64_t passed_unrecorded; /* members counted here that have no piece */
    uint64_t load_bytes;        /* what it held when it was sent: a measure of progress */
    struct uvp_parcel *next;
};

/* Parcels that are not on the way; kept for their memory. */
struct uvp_shelf {
    struct uvp_mem *mem;
    _Atomic(struct uvp_parcel *) parcels;
};

void uvp_shelf_init(struct uvp_shelf *shelf, struct uvp_mem *mem);
void uvp_shelf_release(struct uvp_shelf *shelf);

/* An empty parcel: from the shelf, or new. NULL when memory is out. */
struct uvp_parcel *uvp_parcel_take(struct uvp_shelf *shelf, uint32_t lane);
/* Drops what it holds, keeps modest memory, and puts it on the shelf. */
void uvp_parcel_give(struct uvp_shelf *shelf, struct uvp_parcel *parcel);

/* A new last piece; its slices are empty. NULL when memory is out. */
struct uvp_piece *uvp_parcel_add(struct uvp_parcel *parcel, enum uvp_piece_kind kind);
/* The last piece, taken back. */
void uvp_parcel_drop_last(struct uvp_parcel *parcel);
/* A new last piece of kind BEGIN with an empty member. */
struct uvp_piece *uvp_parcel_add_member(struct uvp_parcel *parcel, enum uvp_piece_kind kind);

/*
 * A member that is filled before it has a parcel, so that a parcel never holds a half-read one.
 * add_filled makes it a piece of the parcel and leaves an empty one in its place in *member.
 */
struct uvp_member *uvp_member_create(struct uvp_mem *mem);
void uvp_member_destroy(struct uvp_member *member); /* NULL allowed */

void uvp_member_drop_siblings(struct uvp_member *member);
/* Adds a sibling under `name`, sharing its bytes. UVP_LIMIT: no more. */
UVP_MUST_USE enum uvp_code uvp_member_add_sibling(struct uvp_member *member,
                                                  const struct uvp_entry *sibling,
                                                  struct uvp_span name, struct uvp_error *err);
struct uvp_piece *uvp_parcel_add_filled(struct uvp_parcel *parcel, struct uvp_member **member);

static inline bool uvp_parcel_is_empty(const struct uvp_parcel *parcel)
{
    return parcel->piece_count == 0 && parcel->passed_unrecorded == 0;
}

/* Bytes it really holds: slices of blocks, and what was rendered. */
size_t uvp_parcel_held_bytes(const struct uvp_parcel *parcel);

#endif
