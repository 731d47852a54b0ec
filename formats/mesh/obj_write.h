/*
 * obj_write.h -- a file being written anew: what its statements and its plain lines share
 *
 * Owner:   borrows everything.
 * Threads: confined.
 * Limits:  there is room for the whole output and UVP_OBJ_COPY_STEP bytes more.
 */
#ifndef UVP_FORMATS_MESH_OBJ_WRITE_H
#define UVP_FORMATS_MESH_OBJ_WRITE_H

#include "formats/mesh/obj_fast.h"

#define UVP_OBJ_COPY_STEP ((size_t)64)
#define UVP_OBJ_WRITE_REACH ((ptrdiff_t)160) /* plain lines read so far ahead */

struct uvp_obj_writing {
    struct uvp_obj_scan scan;
    const struct uvp_obj_notes *notes;
    const struct uvp_mesh *mesh;
    const struct uvp_mesh_uvs *uvs;
    const unsigned char *from; /* input not copied yet */
    unsigned char *to;
    uint64_t base;    /* vt lines kept before the block */
    uint64_t uvs_now; /* vt lines of the input passed */
    uint32_t corner;  /* the next one */
    uint32_t corners;
    bool block_done;
};

/* Copies the input up to `until`. Short runs are the rule: steps of 16 cost less than a call.
 */
static inline void uvp_obj_copy_until(struct uvp_obj_writing *writing,
                                      const unsigned char *until)
{
    const unsigned char *from = writing->from;
    const size_t bytes = (size_t)(until - from);

    if (bytes <= 16 && writing->scan.end - from >= 16) {
        memcpy(writing->to, from, 16); /* the rest is written over */
    } else {
        memcpy(writing->to, from, bytes);
    }
    writing->to += bytes;
    writing->from = until;
}

#endif
