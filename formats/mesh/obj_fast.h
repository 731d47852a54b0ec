/*
 * obj_fast.h -- OBJ at speed: the lines that nearly all files are made of
 *
 * Why:     one round over the bytes with 64 of them classified at a time, in place of two with
 *          one; obj_read.h defines what they mean.
 * Use:     uvp_obj_read_fast. When it does not come through, for whatever reason, forget what
 *          it did and read by uvp_obj_read_all, which also has the right words for errors.
 * Owner:   arrays lie in the arena.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_MESH_OBJ_FAST_H
#define UVP_FORMATS_MESH_OBJ_FAST_H

#include "formats/mesh/far.h"
#include "formats/mesh/obj_read.h"
#include "formats/mesh/text_levels.h"

/* What a file seems to hold; it may be more or less, but for odd files is not. */
struct uvp_obj_estimate {
    bool with_names; /* asked for: vt lines and materials are told */
    uint64_t vertices;
    uint64_t uvs;
    uint64_t others; /* vt, vn, vp */
    uint64_t faces;
    uint64_t tokens;
    uint64_t materials;
    uint64_t bare_crs; /* not 0: there are some */
    /* of the last byte seen: 0 or 1 */
    uint64_t was_gap;
    uint64_t was_cr;
    uint64_t was_v;
    uint64_t was_f;
    uint64_t was_u;
};

/* A file being read: the lines' state while it is in memory, and where they are. */
struct uvp_obj_fast {
    struct uvp_obj_reading *reading;
    struct uvp_obj_notes *notes;
    const unsigned char *data; /* the file */
    size_t bytes;
    const unsigned char *text; /* readable from here; the file from `offset` on, or a copy */
    const unsigned char *end;
    size_t offset;
    uint64_t materials_left; /* there is room for so many more names */
    struct uvp_far_box box;
};

struct uvp_obj_writing;

/* One level's way to read and write. */
struct uvp_obj_lines {
    /* Whole blocks of 64 bytes, as many as there are. */
    void (*estimate)(const unsigned char *at, size_t blocks, struct uvp_obj_estimate *estimate);
    /*
     * Reads plain lines from the line begin `at` on while they begin before `limit`, which is
     * UVP_TEXT_REACH before the text's end at least.
     *
     * Returns: the begin of the first line that is not plain, or not before `limit`
     */
    const unsigned char *(*read)(struct uvp_obj_fast *fast, const unsigned char *at,
                                 const unsigned char *limit);
    /*
     * Writes plain lines anew, as the statements' own writers would, behind the block of vt
     * lines. `limit` is UVP_OBJ_WRITE_REACH before the file's end at least.
     *
     * Returns: as `read`
     */
    const unsigned char *(*write)(struct uvp_obj_writing *writing, const unsigned char *at,
                                  const unsigned char *limit);
};

/* NULL at level BYTES. */
const struct uvp_obj_lines *uvp_obj_lines_of(enum uvp_text_level level);

extern const struct uvp_obj_lines uvp_obj_lines_sse2;
extern const struct uvp_obj_lines uvp_obj_lines_avx2;

/*
 * Reads the whole file into arrays of its own. reading->options is set before.
 *
 * Returns: UVP_OK         *reading, *notes and *box are filled
 *          UVP_END        not decided: read it slowly
 *          UVP_CANCELLED, UVP_LIMIT (a deadline), UVP_NO_MEMORY
 */
UVP_MUST_USE enum uvp_code uvp_obj_read_fast(enum uvp_text_level level, struct uvp_span bytes,
                                             struct uvp_arena *arena, struct uvp_stop *stop,
                                             struct uvp_obj_reading *reading,
                                             struct uvp_obj_notes *notes,
                                             struct uvp_far_box *box, struct uvp_error *err);

#endif
