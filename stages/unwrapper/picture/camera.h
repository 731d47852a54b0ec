/*
 * camera.h -- from where a mesh is looked at, and where its points lie in the picture
 *
 * Why:     perspective, framed so that the mesh fills its frame; no sine, no cosine.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_CAMERA_H
#define UVP_PICTURE_CAMERA_H

#include "stages/unwrapper/picture/canvas.h"
#include "stages/unwrapper/picture/subject.h"

#define UVP_CAMERA_VIEWS 3

/* The ball around everything that is drawn. */
struct uvp_ball {
    double middle[3];
    double radius;
};

struct uvp_camera {
    struct uvp_ball ball;
    float right[3]; /* of length 1, as the next two */
    float up[3];
    float toward[3]; /* from the mesh to the eye */
    float scale;     /* pixels for a unit at the ball's middle */
    float shift[2];  /* pixels */
};

/* What is looked at: all triangles whose points are finite. UVP_DEGENERATE: there are none. */
UVP_MUST_USE enum uvp_code uvp_ball_around(const struct uvp_subjects *subjects,
                                           struct uvp_ball *ball, struct uvp_error *err);

/* View 0 is the main one; then from behind, then from above. */
void uvp_camera_turn(struct uvp_camera *camera, const struct uvp_ball *ball, uint32_t view,
                     const struct uvp_picture_options *options);

/* Frames everything: in pixels of `frame`, y down. */
UVP_MUST_USE enum uvp_code uvp_camera_fit(struct uvp_camera *camera,
                                          const struct uvp_subjects *subjects,
                                          struct uvp_frame frame, struct uvp_stop *stop,
                                          struct uvp_error *err);

/*
 * Where a point is in the frame, and how near: 1 / distance from the eye, in radii of the ball.
 * `seen[2]` is 0 for a point that is not finite.
 */
void uvp_camera_see(const struct uvp_camera *camera, const float position[3], float seen[3]);

/* A direction as seen by the camera (right, up, toward) in the mesh's own axes. */
void uvp_camera_direction(const struct uvp_camera *camera, const float seen[3], float own[3]);

#endif
