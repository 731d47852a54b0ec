/*
 * layout.h -- the page of UVs: charts, where they end, and what is wrong with them
 *
 * Shape:   UDIM tiles lie side by side as they do in the plane; meshes of one file, which have
 *          pages of their own, get a panel each.
 * Threads: confined.
 */
#ifndef UVP_PICTURE_LAYOUT_H
#define UVP_PICTURE_LAYOUT_H

#include "stages/unwrapper/picture/canvas.h"
#include "stages/unwrapper/picture/subject.h"

#define UVP_LAYOUT_TILES_MOST 16 /* in each direction; what lies beyond is not shown */

/* Where everything is; the same for a PNG and an SVG. */
struct uvp_layout {
    struct uvp_frame frame; /* all of it */
    int32_t tile;           /* pixels of one tile's side */
    int32_t first_column;   /* the tile at the left and its number in u ... */
    int32_t first_row;      /* ... and the one at the bottom, in v */
    int32_t columns;
    int32_t rows;
    int32_t panels_across;
    int32_t panels_down;
    int32_t gap; /* between panels */
};

/* Fits the tiles and panels of all subjects with UVs into a frame. */
void uvp_layout_fit(const struct uvp_subjects *subjects, struct uvp_frame frame,
                    struct uvp_layout *layout);

/* The frame of panel `i`, of columns * rows tiles. */
struct uvp_frame uvp_layout_panel(const struct uvp_layout *layout, uint32_t i);

#define UVP_LAYOUT_NUMBER_BYTES 8

/*
 * The number of a tile, counted from the panel's lower left, as UDIM has it: "1001" and on.
 * False when there is only one, or it has none.
 */
bool uvp_layout_number(const struct uvp_layout *layout, int32_t column, int32_t row,
                       char out[UVP_LAYOUT_NUMBER_BYTES]);

/* True when a triangle's UVs lie near enough to be shown. */
bool uvp_layout_shows(const struct uvp_layout *layout, const struct uvp_subject *subject,
                      uint32_t t);

/* A UV in pixels of its panel, y down. */
void uvp_layout_place(const struct uvp_layout *layout, const float uv[2], double at[2]);

UVP_MUST_USE enum uvp_code uvp_layout_draw(const struct uvp_layout *layout,
                                           const struct uvp_subjects *subjects,
                                           struct uvp_canvas *canvas, struct uvp_arena *scratch,
                                           struct uvp_stop *stop, struct uvp_error *err);

/* How thick the lines of a panel are where charts end: thinner where there are very many. */
float uvp_layout_thickness(const struct uvp_layout *layout, const struct uvp_subject *subject);

#endif
