/*
 * picture.h -- pictures of meshes and of their UVs: flat arrays in, a PNG or SVG file out
 *
 * Why:     the whole public face of this folder; nothing outside of it sees more.
 * Use:     fill a struct uvp_picture_mesh for each mesh of a file, call uvp_picture_draw.
 * Owner:   inputs stay the caller's; everything made on the way lies in `scratch`, which is
 * left as it was. Threads: confined; shares nothing. Same input and options give the same bytes
 * everywhere: what decides a pixel is made of + - * / and square roots, or of integers. Limits:
 * UVP_PICTURE_PIXELS_MOST pixels; UVs within some tiles of the first page are shown.
 */
#ifndef UVP_PICTURE_H
#define UVP_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/buf.h"
#include "pipeline/base/mem.h"
#include "pipeline/base/status.h"
#include "pipeline/base/stop.h"

#define UVP_PICTURE_SIDE_LEAST 64U
#define UVP_PICTURE_SIDE_USUAL 1024U
#define UVP_PICTURE_SIDE_MOST 16384U
#define UVP_PICTURE_PIXELS_MOST ((uint64_t)1 << 28)
#define UVP_PICTURE_CHECKER_USUAL 32U
#define UVP_PICTURE_CHECKER_MOST 4096U

/* A mesh, as the engine sees it: triangles name corners, corners name vertices and UVs. */
struct uvp_picture_mesh {
    const float *positions; /* 3 * vertex_count; may hold NaN or infinity */
    uint32_t vertex_count;
    const uint32_t *corner_vertex; /* corner_count vertex indices, each < vertex_count */
    uint32_t corner_count;
    const uint32_t *triangles; /* 3 * triangle_count corner indices */
    uint32_t triangle_count;
    const float *uv; /* 2 * uv_count; may hold anything */
    uint32_t uv_count;
    const uint32_t *corner_uv; /* corner_count; one that is no index: this corner has none.
                                  NULL: the mesh has no UVs. Equal places have equal indices */
};

enum uvp_picture_what {
    UVP_PICTURE_AUTO = 0, /* both; without UVs the mesh alone, as SVG the layout alone */
    UVP_PICTURE_LAYOUT,
    UVP_PICTURE_MESH,
    UVP_PICTURE_BOTH,
};

enum uvp_picture_colour {
    UVP_PICTURE_CHARTS = 0, /* a colour a chart */
    UVP_PICTURE_STRETCH,    /* Sander's L-infinity stretch of each triangle */
    UVP_PICTURE_ANGLE,      /* larger over smaller singular value: 1 keeps angles */
    UVP_PICTURE_AREA,       /* UV area over area, against the mean of the mesh */
    UVP_PICTURE_CHECKER,    /* a texture of squares, through the UVs */
    UVP_PICTURE_PLAIN,
    UVP_PICTURE_COLOUR_COUNT
};

/* Zero means the default of every field. */
struct uvp_picture_options {
    enum uvp_picture_what what;
    enum uvp_picture_colour colour;
    bool is_svg;         /* else PNG */
    uint32_t side;       /* pixels of the page, and of the mesh beside it; default 1024 */
    uint32_t checker;    /* squares along a side of the page; default 32 */
    uint32_t views;      /* of the mesh: 1 or 3 (default) */
    bool z_is_up;        /* else y is */
    uint32_t turn;       /* quarter turns of the mesh about the axis that is up */
    bool no_seams;       /* no lines where charts end */
    bool no_text;        /* neither name nor legend */
    bool has_background; /* else white */
    bool is_clear;       /* has_background: transparent */
    uint8_t background[3];
};

/* What was drawn. */
struct uvp_picture_facts {
    uint32_t width;
    uint32_t height;
    uint32_t charts;
    uint32_t triangles;
    uint32_t flipped; /* turned against the rest of their chart */
    bool has_layout;
    bool has_mesh;
};

/* "charts", "stretch", ... */
const char *uvp_picture_colour_name(enum uvp_picture_colour colour);

/*
 * Draws the meshes of one file into `out` (which is empty). `title` is written into the picture
 * as far as it is ASCII.
 *
 * Returns: UVP_OK
 *          UVP_USAGE        a layout is asked for and no mesh has UVs
 *          UVP_DEGENERATE   there is nothing that could be drawn
 *          UVP_NO_MEMORY; UVP_CANCELLED, UVP_LIMIT from `stop` and from the ceiling of `out`
 */
UVP_MUST_USE enum uvp_code
uvp_picture_draw(const struct uvp_picture_mesh *meshes, uint32_t mesh_count,
                 struct uvp_span title, const struct uvp_picture_options *options,
                 struct uvp_arena *scratch, struct uvp_stop *stop, struct uvp_buf *out,
                 struct uvp_picture_facts *facts, struct uvp_error *err);

#endif
