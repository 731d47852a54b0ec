/*
 * normals.h -- which way a surface looks at each corner: smooth, but for its creases
 *
 * Why:     round things look round and edges stay sharp, without normals from the file.
 * Limits:  meshes beyond UVP_NORMALS_TRIANGLES_MOST have facets too small to be seen: flat.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_NORMALS_H
#define UVP_PICTURE_NORMALS_H

#include "stages/unwrapper/picture/parts.h"

#define UVP_NORMALS_TRIANGLES_MOST UINT32_C(2000000)

/* Of a triangle alone, of length 1; (0, 0, 0) when it has no area. */
void uvp_normals_face(const struct uvp_picture_mesh *mesh, uint32_t t, float normal[3]);

/*
 * Nine numbers a triangle, three a corner; *normals is NULL for meshes beyond the limit.
 *
 * Owner: they lie in `arena`.
 */
UVP_MUST_USE enum uvp_code uvp_normals_make(const struct uvp_parts *parts,
                                            struct uvp_arena *arena, struct uvp_stop *stop,
                                            float **normals, struct uvp_error *err);

#endif
