/*
 * format.h -- what a mesh format provides, and the registry of all of them
 *
 * Why:     bytes <-> mesh, one file a format; formats.def is the only list.
 * Owner:   a decoded mesh lives in the arena given, and borrows `bytes` for its encoder.
 * Threads: confined; formats hold no state.
 */
#ifndef UVP_FORMATS_MESH_FORMAT_H
#define UVP_FORMATS_MESH_FORMAT_H

#include <stdbool.h>

#include "formats/mesh/mesh.h"
#include "pipeline/base/buf.h"
#include "pipeline/base/span.h"

enum uvp_existing {
    UVP_EXISTING_SKIP = 0, /* meshes that have UVs are left as they are */
    UVP_EXISTING_REPLACE,
};

/* What a decoder accepts, where zero means the default, and what it reads besides the mesh. */
struct uvp_decode_options {
    uint32_t polygon_corners; /* in one polygon; default 2^20 */
    uint32_t corners;         /* in all; default 2^31 - 1 */
    uint32_t vertices;        /* default 2^31 - 1 */
    bool wants_uvs;           /* old_uv and corner_uv; then they are judged as vertices are */
    bool wants_groups;        /* polygon_group */
};

enum uvp_probe {
    UVP_PROBE_NO = 0,
    UVP_PROBE_MAYBE, /* the suffix says so */
    UVP_PROBE_YES,   /* the bytes say so */
};

struct uvp_format {
    const char *name;            /* "obj" */
    const char *const *suffixes; /* ".obj", NULL-terminated, lower case */
    /* Judges by the first bytes (up to 64 KiB, `whole` when that is all there is). */
    enum uvp_probe (*probe)(struct uvp_span head, bool whole);
    /*
     * Returns: UVP_OK
     *          UVP_BAD_DATA     err->at is the line or byte, as the text says
     *          UVP_UNSUPPORTED  well formed, but not a mesh we unwrap
     *          UVP_LIMIT, UVP_CANCELLED, UVP_NO_MEMORY
     */
    enum uvp_code (*decode)(struct uvp_span bytes, const struct uvp_decode_options *options,
                            struct uvp_arena *arena, struct uvp_stop *stop,
                            struct uvp_mesh *mesh, struct uvp_error *err);
    /*
     * Writes the member anew with `uvs`: the input bytes patched, all else bit for bit.
     * `out` is empty at the start; its ceiling bounds the size.
     */
    enum uvp_code (*encode)(struct uvp_span bytes, const struct uvp_mesh *mesh,
                            const struct uvp_mesh_uvs *uvs, struct uvp_stop *stop,
                            struct uvp_buf *out, struct uvp_error *err);
    /* Bytes of memory decoding and encoding may need besides the input, from its size. */
    size_t (*cost_bound)(size_t bytes);
};

/* All formats, NULL-terminated, in the order of formats.def. */
const struct uvp_format *const *uvp_formats(void);

/* By suffix of the path, any case; NULL when none has it. Cheap. */
const struct uvp_format *uvp_format_by_path(const char *path, size_t path_bytes);

#define UVP_FORMAT_HEAD_BYTES                                                                  \
    ((size_t)64 << 10) /* what a kind is told by; more is not looked at */

/*
 * By path and first bytes: the suffix proposes, the bytes decide. NULL when it is not a mesh
 * that we read; *reason (never NULL then) says why, for the report.
 */
const struct uvp_format *uvp_format_find(const char *path, size_t path_bytes,
                                         struct uvp_span head, bool whole, const char **reason);

#endif
