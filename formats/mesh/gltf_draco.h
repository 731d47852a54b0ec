/*
 * gltf_draco.h -- meshes packed by Draco, behind functions of C
 *
 * Why:     the library is C++; gltf_draco_shim.cpp is the only file that knows it, and is there
 *          only when the program is built with UVP_DRACO.
 * Owner:   what open returns belongs to the caller until close; its memory is the library's own
 *          and not counted.
 * Threads: confined.
 */
#ifndef UVP_FORMATS_MESH_GLTF_DRACO_H
#define UVP_FORMATS_MESH_GLTF_DRACO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct uvp_draco;

/* NULL when the bytes are no mesh, or memory is out. */
struct uvp_draco *uvp_draco_open(const unsigned char *data, size_t bytes, uint32_t *points,
                                 uint32_t *triangles);
void uvp_draco_close(struct uvp_draco *draco);

/* Three points of each triangle. */
void uvp_draco_read_corners(const struct uvp_draco *draco, uint32_t *to);

/*
 * The attribute of number `id`, `width` components a point, as the glTF component type says,
 * without gaps; false when there is none like that.
 */
bool uvp_draco_read_attribute(const struct uvp_draco *draco, uint32_t id, uint32_t component,
                              uint32_t width, void *to);

#ifdef __cplusplus
}
#endif

#endif
