/*
 * zbuffer.h -- the nearest of many triangles at each of many samples
 *
 * Why:     several samples a pixel make smooth borders without asking what is behind what.
 * Use:     init; begin at a row; triangles, then lines; resolve lays them over a canvas.
 * Units:   x and y in 1/16 sample of the frame, y down; UVP_ZBUFFER_SAMPLES samples lie along
 *          a pixel's side.
 * Owner:   samples lie in the arena given. Threads: confined.
 */
#ifndef UVP_PICTURE_ZBUFFER_H
#define UVP_PICTURE_ZBUFFER_H

#include "pipeline/base/stop.h"
#include "stages/unwrapper/picture/canvas.h"

#define UVP_ZBUFFER_SAMPLES 4
#define UVP_ZBUFFER_UNIT 16

struct uvp_zbuffer {
    int32_t width; /* samples */
    int32_t top;
    int32_t rows;
    float *near;      /* 1 / distance; 0: nothing is there */
    uint32_t *colour; /* 0xRRGGBB */
    uint64_t work;    /* samples looked at since the stop was last asked */
    struct uvp_stop *stop;
};

struct uvp_ztriangle {
    int32_t at[3][2]; /* each less than 2^24 in size */
    float near[3];
    /* The colour at a sample: `part` of each corner, corrected for perspective. */
    uint32_t (*shade)(void *ctx, const float part[3]);
    void *ctx;
};

/* A line that lies on what was drawn before: seen where nothing is clearly nearer. */
struct uvp_zline {
    float at[2][2]; /* samples */
    float near[2];
    float thick; /* samples */
    uint32_t colour;
    uint32_t cover; /* of 256 */
};

/* Pixels of the frame. */
UVP_MUST_USE enum uvp_code uvp_zbuffer_init(struct uvp_zbuffer *zbuffer, int32_t width,
                                            int32_t rows, struct uvp_arena *arena,
                                            struct uvp_stop *stop, struct uvp_error *err);
/* Empties it, to begin at another row of pixels. */
void uvp_zbuffer_begin(struct uvp_zbuffer *zbuffer, int32_t top);

UVP_MUST_USE enum uvp_code uvp_zbuffer_triangle(struct uvp_zbuffer *zbuffer,
                                                const struct uvp_ztriangle *triangle,
                                                struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_zbuffer_line(struct uvp_zbuffer *zbuffer,
                                            const struct uvp_zline *line,
                                            struct uvp_error *err);

/* The mean of each pixel's samples, over the canvas; the frame's corner is at (left, top). */
void uvp_zbuffer_resolve(const struct uvp_zbuffer *zbuffer, struct uvp_canvas *canvas,
                         int32_t left, int32_t top);

#endif
