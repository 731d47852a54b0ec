/*
 * The area to the right of each edge, row by row and pixel by pixel, as rasterisers of letters
 * do it: an edge changes the cover of all pixels to its right by its height, and of the pixel
 * it is in by less. Where an edge meets a border of rows or columns is rounded down from the
 * exact place, so an edge is the same for both of its triangles and what one gains the other
 * loses: sums are exact whatever was rounded.
 */
#include "stages/unwrapper/picture/fill.h"

#include <string.h>

#define BITS 8

enum uvp_code uvp_fill_init(struct uvp_fill *fill, int32_t width, int32_t rows,
                            struct uvp_arena *arena, struct uvp_error *err)
{
    const size_t cells = (size_t)width * (size_t)rows;

    memset(fill, 0, sizeof *fill);
    fill->width = width;
    fill->rows = rows;
    fill->cells = UVP_ARENA_ARRAY(arena, struct uvp_fill_cell, cells);
    fill->across = uvp_arena_take_zeroed(arena, (size_t)width + 2, sizeof(int32_t));
    fill->along = uvp_arena_take_zeroed(arena, (size_t)width + 2, sizeof(int32_t));
    if (fill->cells == NULL || fill->across == NULL || fill->along == NULL) {
        return uvp_fail_memory(err, cells * sizeof *fill->cells);
    }
    return UVP_OK;
}

void uvp_fill_begin(struct uvp_fill *fill, int32_t top)
{
    fill->top = top;
    memset(fill->cells, 0, (size_t)fill->width * (size_t)fill->rows * sizeof *fill->cells);
}

static int32_t floor_divide(int64_t a, int64_t b)
{
    const int64_t quotient = a / b;

    return (int32_t)(quotient - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0));
}

/* Where the line from p to q is at `y`, which lies between them. */
static int32_t x_at(const int32_t p[2], const int32_t q[2], int32_t y)
{
    return p[0] + floor_divide((int64_t)(y - p[1]) * (q[0] - p[0]), q[1] - p[1]);
}

/* What an edge changes in one pixel, or, left of the frame, for all of the row. */
static void add_step(struct uvp_fill *fill, int32_t column, int32_t x0, int32_t x1, int32_t dy)
{
    const int32_t base = column * UVP_FILL_UNIT;

    if (column >= fill->width) {
        return;
    }
    if (column < 0) {
        fill->across[0] += 2 * UVP_FILL_UNIT * dy;
        return;
    }
    fill->across[column] += 2 * UVP_FILL_UNIT * dy;
    fill->along[column] += (x0 - base + x1 - base) * dy;
}

/* A piece of an edge inside one row, from (x0, y0) to (x1, y1), y down. */
static void add_piece(struct uvp_fill *fill, int32_t x0, int32_t y0, int32_t x1, int32_t y1,
                      int32_t sign)
{
    const int32_t from = x0 >> BITS;
    const int32_t to = x1 >> BITS;
    const int32_t step = to > from ? 1 : -1;
    const int32_t p[2] = {y0, x0}; /* as x_at wants it: solved for y */
    const int32_t q[2] = {y1, x1};
    int32_t x = x0;
    int32_t y = y0;

    for (int32_t column = from; column != to; column += step) {
        const int32_t border = (column + (step > 0 ? 1 : 0)) * UVP_FILL_UNIT;
        const int32_t next = x_at(p, q, border);
        add_step(fill, column, x, border, sign * (next - y));
        x = border;
        y = next;
    }
    add_step(fill, to, x, x1, sign * (y1 - y));
}

/* An edge in one row; edges are taken downwards, `sign` tells which way they went. */
static void add_edge(struct uvp_fill *fill, const int32_t a[2], const int32_t b[2], int32_t row)
{
    const bool down = b[1] > a[1];
    const int32_t *const p = down ? a : b;
    const int32_t *const q = down ? b : a;
    const int32_t top = row * UVP_FILL_UNIT;
    const int32_t bottom = top + UVP_FILL_UNIT;
    int32_t x0 = p[0];
    int32_t x1 = q[0];
    int32_t y0 = p[1];
    int32_t y1 = q[1];

    if (y0 >= bottom || y1 <= top || y0 == y1) {
        return;
    }
    if (y0 < top) {
        x0 = x_at(p, q, top);
        y0 = top;
    }
    if (y1 > bottom) {
        x1 = x_at(p, q, bottom);
        y1 = bottom;
    }
    add_piece(fill, x0, y0, x1, y1, down ? 1 : -1);
}

static void add_cell(struct uvp_fill_cell *cell, const struct uvp_fill_triangle *triangle,
                     int64_t cover)
{
    cell->cover += cover;
    cell->red += cover * triangle->colour.r;
    cell->green += cover * triangle->colour.g;
    cell->blue += cover * triangle->colour.b;
    cell->turned += triangle->turned ? cover : 0;
}

/* The row's changes become cover, and are taken back to zero. */
static void sum_row(struct uvp_fill *fill, const struct uvp_fill_triangle *triangle,
                    int32_t row, int32_t first, int32_t last, int64_t sign)
{
    struct uvp_fill_cell *const cells =
        fill->cells + (size_t)(row - fill->top) * (size_t)fill->width;
    int64_t cover = 0;

    for (int32_t x = first; x <= last; x++) {
        const int64_t here = cover + fill->across[x] - fill->along[x];
        cover += fill->across[x];
        fill->across[x] = 0;
        fill->along[x] = 0;
        if (here != 0) {
            add_cell(&cells[x], triangle, sign * here);
        }
    }
}

static int32_t least(int32_t a, int32_t b, int32_t c)
{
    const int32_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

static int32_t most(int32_t a, int32_t b, int32_t c)
{
    const int32_t ab = a > b ? a : b;

    return ab > c ? ab : c;
}

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

/* Twice the area, positive when the points go around with the clock on a y that points down. */
static int64_t twice_area(const int32_t at[3][2])
{
    return (int64_t)(at[1][0] - at[0][0]) * (at[2][1] - at[0][1]) -
           (int64_t)(at[1][1] - at[0][1]) * (at[2][0] - at[0][0]);
}

void uvp_fill_add(struct uvp_fill *fill, const struct uvp_fill_triangle *triangle)
{
    const int32_t(*const at)[2] = triangle->at;
    const int64_t area = twice_area(at);
    const int32_t last_column = fill->width - 1;
    const int32_t left = least(at[0][0], at[1][0], at[2][0]) >> BITS;
    const int32_t right = most(at[0][0], at[1][0], at[2][0]) >> BITS;
    const int32_t top = least(at[0][1], at[1][1], at[2][1]) >> BITS;
    const int32_t bottom = most(at[0][1], at[1][1], at[2][1]) >> BITS;
    const int32_t past = fill->top + fill->rows;

    if (area == 0 || right < 0 || left > last_column) {
        return;
    }
    for (int32_t row = top < fill->top ? fill->top : top; row <= bottom && row < past; row++) {
        for (int k = 0; k < 3; k++) {
            add_edge(fill, at[k], at[(k + 1) % 3], row);
        }
        sum_row(fill, triangle, row, clamp(left, 0, last_column), clamp(right, 0, last_column),
                area > 0 ? -1 : 1);
    }
}
