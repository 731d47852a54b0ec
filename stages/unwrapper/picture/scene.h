/*
 * scene.h -- the mesh itself, from one side or from three
 *
 * Threads: confined.
 */
#ifndef UVP_PICTURE_SCENE_H
#define UVP_PICTURE_SCENE_H

#include "pipeline/base/stop.h"
#include "stages/unwrapper/picture/canvas.h"
#include "stages/unwrapper/picture/subject.h"

/*
 * Returns: UVP_OK, UVP_DEGENERATE (nothing to be seen), UVP_NO_MEMORY; from `stop`: UVP_LIMIT,
 *          UVP_CANCELLED
 */
UVP_MUST_USE enum uvp_code uvp_scene_draw(const struct uvp_subjects *subjects,
                                          struct uvp_frame frame, struct uvp_canvas *canvas,
                                          struct uvp_arena *scratch, struct uvp_stop *stop,
                                          struct uvp_error *err);

#endif
