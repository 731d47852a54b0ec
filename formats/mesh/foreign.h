/*
 * foreign.h -- mesh formats of other programs: what they are told by
 *
 * Why:     who has a folder of FBX files wants to hear that these are meshes, and why nothing
 *          comes of them, not that they are none. Some are read when uvpipe is built with
 *          UVP_ASSIMP; then they are formats like all others.
 * Threads: pure functions over const tables.
 */
#ifndef UVP_FORMATS_MESH_FOREIGN_H
#define UVP_FORMATS_MESH_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

#include "pipeline/base/span.h"

enum uvp_foreign_kind {
    UVP_FOREIGN_FBX = 0,
    UVP_FOREIGN_DAE,
    UVP_FOREIGN_3DS,
    UVP_FOREIGN_X3D,
    UVP_FOREIGN_READABLE, /* those above, by a build that can */
    UVP_FOREIGN_BLEND = UVP_FOREIGN_READABLE,
    UVP_FOREIGN_USD,
    UVP_FOREIGN_3MF,
    UVP_FOREIGN_STEP,
    UVP_FOREIGN_IGES,
    UVP_FOREIGN_AMF,
    UVP_FOREIGN_VRML,
    UVP_FOREIGN_LWO,
    UVP_FOREIGN_ALEMBIC,
    UVP_FOREIGN_RHINO,
    UVP_FOREIGN_CINEMA,
    UVP_FOREIGN_MAX,
    UVP_FOREIGN_MILKSHAPE,
    UVP_FOREIGN_SKETCHUP,
    UVP_FOREIGN_DRACO,
    UVP_FOREIGN_DXF,
    UVP_FOREIGN_VTK,
    UVP_FOREIGN_JT,
    UVP_FOREIGN_NONE,
};

/* What the suffix says, in any case; UVP_FOREIGN_NONE. Cheap. */
enum uvp_foreign_kind uvp_foreign_by_path(const char *path, size_t path_bytes);

/* What the first bytes leave no doubt of; UVP_FOREIGN_NONE. */
enum uvp_foreign_kind uvp_foreign_by_contents(struct uvp_span head);

/* "FBX"; NULL for UVP_FOREIGN_NONE. */
const char *uvp_foreign_name(enum uvp_foreign_kind kind);

/* Why nothing comes of it, as a reason in reports; NULL for UVP_FOREIGN_NONE. */
const char *uvp_foreign_reason(enum uvp_foreign_kind kind);

#endif
