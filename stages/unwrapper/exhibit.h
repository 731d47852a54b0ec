/*
 * exhibit.h -- a mesh with its UVs, small enough to be shown in a page
 *
 * Why:     who reads a report wants to see the worst meshes; their files may be large or gone.
 * Shape:   bytes for a reader elsewhere (tools/uvpipe/page/exhibit.js), little-endian. A number
 *          is a varint (7 bits a byte, low ones first, the high bit says that more follow); a
 *          difference is one folded to be positive (0, -1, 1, -2, ...).
 *
 *              byte    version: 1
 *              byte    kind: enum uvp_thin_kind
 *              number  mesh, and of how many in the file
 *              number  triangles of the mesh; of those shown: triangles, points, charts
 *              float32 box on the surface: least x, y, z, and longest side
 *              float32 box in UV: least u, v, and longer side; [0,1] is always inside
 *              points  each the differences to the one before of x, y, z, u, v in 1/65535 of
 *                      the sides, and of its chart
 *              corners 3 a triangle, each the number of points so far less its point: 0 is the
 *                      next new one
 *              heat    a byte a triangle: stretch s is 51 * (log2 s + 1), within 0 and 255
 *
 * Owner:   appended to `out`; scratch is left as it was.
 * Threads: confined. The same mesh gives the same bytes.
 */
#ifndef UVP_STAGES_UNWRAPPER_EXHIBIT_H
#define UVP_STAGES_UNWRAPPER_EXHIBIT_H

#include "pipeline/base/buf.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/stop.h"
#include "stages/unwrapper/shape.h"

#define UVP_EXHIBIT_VERSION 1
#define UVP_EXHIBIT_TRIANGLES 60000U /* most that are shown: about 1 MB in a page */

struct uvp_exhibit_origin {
    uint32_t mesh; /* in its file, from 0 */
    uint32_t mesh_count;
    double heat_scale; /* of uvp_heat_add */
};

/* UVP_OK, UVP_NO_MEMORY; UVP_CANCELLED, UVP_LIMIT from `stop`. `out` may then hold a part. */
UVP_MUST_USE enum uvp_code uvp_exhibit_make(const struct uvp_shape *shape,
                                            const struct uvp_exhibit_origin *origin,
                                            uint32_t most_triangles, struct uvp_arena *scratch,
                                            struct uvp_stop *stop, struct uvp_buf *out,
                                            struct uvp_error *err);

#endif
