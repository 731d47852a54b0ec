/*
 * Plates of square cells. Neighbours share the points of their border, so any two kinds of cell
 * fit together; what is inside a cell hangs on that border.
 */
#include <math.h>

#include "stages/unwrapper/shapes/shapes.h"
#include "stages/unwrapper/shapes/wave.h"

#define SIDE_STEPS 8
#define BORDER (4 * SIDE_STEPS)
#define MOST_CORNERS 32

/* Points of a cell's border, against the clock from its lower left corner, as exact eighths. */
static void border_point(uint32_t i, uint32_t j, uint32_t k, double *x, double *y)
{
    const uint32_t along = k % SIDE_STEPS;
    const uint32_t side = k / SIDE_STEPS % 4;
    const uint32_t px[4] = {along, SIDE_STEPS, SIDE_STEPS - along, 0};
    const uint32_t py[4] = {0, along, SIDE_STEPS, SIDE_STEPS - along};
    *x = i + (double)px[side] / SIDE_STEPS;
    *y = j + (double)py[side] / SIDE_STEPS;
}

static uint32_t add_border(struct uvp_draft *draft, uint32_t i, uint32_t j, double z)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    for (uint32_t k = 0; k < BORDER; k++) {
        double x;
        double y;
        border_point(i, j, k, &x, &y);
        uvp_draft_vertex(draft, x, y, z);
    }
    return first;
}

/* A circle in the cell, a point for each of the border's in the same direction. */
static uint32_t add_bore(struct uvp_draft *draft, uint32_t i, uint32_t j, double radius,
                         double z)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    for (uint32_t k = 0; k < BORDER; k++) {
        double x;
        double y;
        border_point(i, j, k, &x, &y);
        x -= i + 0.5;
        y -= j + 0.5;
        const double scale = radius / sqrt(x * x + y * y);
        uvp_draft_vertex(draft, i + 0.5 + scale * x, j + 0.5 + scale * y, z);
    }
    return first;
}

/* The band between two closed rows; it faces left of the first row's direction of travel. */
static void add_strip(struct uvp_draft *draft, uint32_t first, uint32_t second)
{
    for (uint32_t k = 0; k < BORDER; k++) {
        const uint32_t next = (k + 1) % BORDER;
        uvp_draft_split_quad(draft, first + k, first + next, second + next, second + k);
    }
}

static void add_lid(struct uvp_draft *draft, uint32_t row, double x, double y, double z,
                    bool up)
{
    const uint32_t centre = uvp_draft_vertex(draft, x, y, z);
    for (uint32_t k = 0; k < BORDER; k++) {
        const uint32_t a = row + k;
        const uint32_t b = row + (k + 1) % BORDER;
        uvp_draft_triangle(draft, up ? a : b, up ? b : a, centre);
    }
}

/* The outer wall of a cell at the edge of the plate. */
static void add_wall(struct uvp_draft *draft, uint32_t top, uint32_t bottom, uint32_t side)
{
    for (uint32_t k = side * SIDE_STEPS; k < (side + 1) * SIDE_STEPS; k++) {
        const uint32_t next = (k + 1) % BORDER;
        uvp_draft_split_quad(draft, bottom + k, bottom + next, top + next, top + k);
    }
}

enum cell { CELL_FLAT, CELL_HOLE, CELL_BOSS, CELL_KINDS };

static void add_cell(struct uvp_draft *draft, uint32_t i, uint32_t j, enum cell kind,
                     double radius, double height, uint32_t rows[2])
{
    const double x = i + 0.5;
    const double y = j + 0.5;
    const uint32_t top = add_border(draft, i, j, 0.5);
    const uint32_t bottom = add_border(draft, i, j, 0.0);
    rows[0] = top;
    rows[1] = bottom;
    if (kind == CELL_FLAT) {
        add_lid(draft, top, x, y, 0.5, true);
        add_lid(draft, bottom, x, y, 0.0, false);
        return;
    }
    const uint32_t mouth = add_bore(draft, i, j, radius, 0.5);
    add_strip(draft, top, mouth);
    const double end = kind == CELL_HOLE ? 0.0 : 0.5 + height;
    const uint32_t far = add_bore(draft, i, j, radius, end);
    add_strip(draft, mouth, far);
    if (kind == CELL_HOLE) {
        add_strip(draft, far, bottom);
    } else {
        add_lid(draft, far, x, y, end, true);
        add_lid(draft, bottom, x, y, 0.0, false);
    }
}

static uint32_t plate_side(uint32_t triangles, double each)
{
    const double side = sqrt(triangles / each);
    return side < 1.0 ? 1 : (uint32_t)(side + 0.5);
}

void uvp_shape_cad(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t side = plate_side(triangles, 4.7 * BORDER);
    for (uint32_t j = 0; j < side; j++) {
        for (uint32_t i = 0; i < side; i++) {
            const enum cell kind = (enum cell)uvp_prng_below(prng, CELL_KINDS);
            const double radius = uvp_prng_between(prng, 0.15, 0.42);
            const double height = uvp_prng_between(prng, 0.1, 1.2);
            uint32_t rows[2];
            add_cell(draft, i, j, kind, radius, height, rows);
            const bool outer[4] = {j == 0, i == side - 1, j == side - 1, i == 0};
            for (uint32_t k = 0; k < 4; k++) {
                if (outer[k]) {
                    add_wall(draft, rows[0], rows[1], k);
                }
            }
        }
    }
    uvp_draft_weld(draft);
}

/* ---- a plate that is bent ---- */

#define THICK 0.5 /* of a plate */
#define QUARTER (UVP_WAVE_TURN / 4)
#define BEND_TRIANGLES ((double)(4 * SIDE_STEPS * SIDE_STEPS)) /* of a cell in the bend */

/* A cell of small squares, which can be bent; its border is that of all others. */
static void add_mesh(struct uvp_draft *draft, uint32_t i, uint32_t j, double z, bool up)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    const uint32_t row = SIDE_STEPS + 1;

    for (uint32_t b = 0; b < row; b++) {
        for (uint32_t a = 0; a < row; a++) {
            uvp_draft_vertex(draft, i + (double)a / SIDE_STEPS, j + (double)b / SIDE_STEPS, z);
        }
    }
    for (uint32_t b = 0; b < SIDE_STEPS; b++) {
        for (uint32_t a = 0; a < SIDE_STEPS; a++) {
            const uint32_t v = first + b * row + a;
            const uint32_t left = up ? v + 1 : v + row;
            const uint32_t right = up ? v + row : v + 1;
            uvp_draft_split_quad(draft, v, left, v + row + 1, right);
        }
    }
}

static void add_bendable(struct uvp_draft *draft, uint32_t i, uint32_t j, uint32_t rows[2])
{
    add_mesh(draft, i, j, THICK, true);
    add_mesh(draft, i, j, 0.0, false);
    rows[0] = add_border(draft, i, j, THICK);
    rows[1] = add_border(draft, i, j, 0.0);
}

/* Around a quarter turn between x = `from` and from + 1; its middle layer keeps its length. */
static void bend(struct uvp_draft *draft, double from)
{
    const double radius = 1.0 / QUARTER;

    for (size_t v = 0; v < draft->vertex_count; v++) {
        double *const p = draft->position + 3 * v;
        const double along = p[0] - from;
        const double reach = radius + THICK / 2 - p[2];

        if (along <= 0) {
            continue;
        }
        if (along < 1.0) {
            p[0] = from + reach * uvp_sine(along * QUARTER);
            p[2] = radius + THICK / 2 - reach * uvp_cosine(along * QUARTER);
        } else {
            p[0] = from + reach;
            p[2] = radius + THICK / 2 + along - 1.0;
        }
    }
}

void uvp_shape_bracket(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const double cells = triangles / (4.0 * BORDER);
    const uint32_t width = (uint32_t)fmax(sqrt(cells / 2.0) + 0.5, 1.0);
    const double rest = triangles / (double)width - BEND_TRIANGLES;
    const uint32_t length = (uint32_t)fmax(rest / (4.0 * BORDER) + 1.5, 3.0);
    const uint32_t middle = length / 2;

    for (uint32_t j = 0; j < width; j++) {
        for (uint32_t i = 0; i < length; i++) {
            const bool outer[4] = {j == 0, i == length - 1, j == width - 1, i == 0};
            const double radius = uvp_prng_between(prng, 0.2, 0.4);
            const enum cell kind = uvp_prng_below(prng, 2) == 0 ? CELL_FLAT : CELL_HOLE;
            uint32_t rows[2];

            if (i == middle) {
                add_bendable(draft, i, j, rows);
            } else {
                add_cell(draft, i, j, kind, radius, 0.0, rows);
            }
            for (uint32_t k = 0; k < 4; k++) {
                if (outer[k]) {
                    add_wall(draft, rows[0], rows[1], k);
                }
            }
        }
    }
    uvp_draft_weld(draft);
    bend(draft, middle);
}

/* ---- sheets of polygons ---- */

/* A polygon in the middle of a cell; a star when `hollow`. */
static uint32_t add_polygon(struct uvp_draft *draft, uint32_t i, uint32_t j, uint32_t corners,
                            bool hollow)
{
    uint32_t polygon[MOST_CORNERS];
    for (uint32_t k = 0; k < corners; k++) {
        const double angle = UVP_WAVE_TURN * (k / (double)corners - 0.375);
        const double radius = hollow && k % 2 == 1 ? 0.2 : 0.4;
        polygon[k] =
            uvp_draft_vertex(draft, i + 0.5 + radius * uvp_cosine(angle),
                             j + 0.5 + radius * uvp_sine(angle), 0.1 * uvp_sine(i * 0.9 + j));
    }
    uvp_draft_face(draft, polygon, corners);
    return polygon[0];
}

/* Triangles between the border and a polygon of another number of corners: always the step that
 * keeps the two walks side by side. */
static void join_polygon(struct uvp_draft *draft, uint32_t border, uint32_t polygon,
                         uint32_t corners)
{
    uint32_t a = 0;
    uint32_t b = 0;
    while (a < BORDER || b < corners) {
        const uint32_t outer = border + a % BORDER;
        const uint32_t inner = polygon + b % corners;
        if (b == corners || (a < BORDER && (a + 1) * corners <= (b + 1) * BORDER)) {
            uvp_draft_triangle(draft, outer, border + (a + 1) % BORDER, inner);
            a++;
        } else {
            uvp_draft_triangle(draft, outer, polygon + (b + 1) % corners, inner);
            b++;
        }
    }
}

void uvp_shape_ngon(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t side = plate_side(triangles, 2.0 * 17.5 - 2.0 + BORDER);
    for (uint32_t j = 0; j < side; j++) {
        for (uint32_t i = 0; i < side; i++) {
            const uint32_t corners = 3 + uvp_prng_below(prng, MOST_CORNERS - 2);
            const bool hollow =
                corners % 2 == 0 && corners >= 8 && uvp_prng_below(prng, 2) == 0;
            const uint32_t border = add_border(draft, i, j, 0.0);
            const uint32_t polygon = add_polygon(draft, i, j, corners, hollow);
            join_polygon(draft, border, polygon, corners);
        }
    }
    uvp_draft_weld(draft);
}
