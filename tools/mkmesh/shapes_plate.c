/*
 * Plates of square cells. Neighbours share the points of their border, so any two kinds of cell
 * fit together; what is inside a cell hangs on that border.
 */
#include <math.h>

#include "tools/mkmesh/shapes.h"

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

static uint32_t add_border(struct draft *draft, uint32_t i, uint32_t j, double z)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    for (uint32_t k = 0; k < BORDER; k++) {
        double x;
        double y;
        border_point(i, j, k, &x, &y);
        draft_vertex(draft, x, y, z);
    }
    return first;
}

/* A circle in the cell, a point for each of the border's in the same direction. */
static uint32_t add_bore(struct draft *draft, uint32_t i, uint32_t j, double radius, double z)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    for (uint32_t k = 0; k < BORDER; k++) {
        double x;
        double y;
        border_point(i, j, k, &x, &y);
        x -= i + 0.5;
        y -= j + 0.5;
        const double scale = radius / sqrt(x * x + y * y);
        draft_vertex(draft, i + 0.5 + scale * x, j + 0.5 + scale * y, z);
    }
    return first;
}

/* The band between two closed rows; it faces left of the first row's direction of travel. */
static void add_strip(struct draft *draft, uint32_t first, uint32_t second)
{
    for (uint32_t k = 0; k < BORDER; k++) {
        const uint32_t next = (k + 1) % BORDER;
        draft_split_quad(draft, first + k, first + next, second + next, second + k);
    }
}

static void add_lid(struct draft *draft, uint32_t row, double x, double y, double z, bool up)
{
    const uint32_t centre = draft_vertex(draft, x, y, z);
    for (uint32_t k = 0; k < BORDER; k++) {
        const uint32_t a = row + k;
        const uint32_t b = row + (k + 1) % BORDER;
        draft_triangle(draft, up ? a : b, up ? b : a, centre);
    }
}

/* The outer wall of a cell at the edge of the plate. */
static void add_wall(struct draft *draft, uint32_t top, uint32_t bottom, uint32_t side)
{
    for (uint32_t k = side * SIDE_STEPS; k < (side + 1) * SIDE_STEPS; k++) {
        const uint32_t next = (k + 1) % BORDER;
        draft_split_quad(draft, bottom + k, bottom + next, top + next, top + k);
    }
}

enum cell { CELL_FLAT, CELL_HOLE, CELL_BOSS, CELL_KINDS };

static void add_cell(struct draft *draft, uint32_t i, uint32_t j, enum cell kind, double radius,
                     double height, uint32_t rows[2])
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

void make_cad(struct draft *draft, uint32_t triangles, struct prng *prng)
{
    const uint32_t side = plate_side(triangles, 4.7 * BORDER);
    for (uint32_t j = 0; j < side; j++) {
        for (uint32_t i = 0; i < side; i++) {
            const enum cell kind = (enum cell)prng_below(prng, CELL_KINDS);
            const double radius = prng_between(prng, 0.15, 0.42);
            const double height = prng_between(prng, 0.1, 1.2);
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
    draft_weld(draft);
}

/* A polygon in the middle of a cell; a star when `hollow`. */
static uint32_t add_polygon(struct draft *draft, uint32_t i, uint32_t j, uint32_t corners,
                            bool hollow)
{
    uint32_t polygon[MOST_CORNERS];
    for (uint32_t k = 0; k < corners; k++) {
        const double angle = 6.283185307179586 * (k / (double)corners - 0.375);
        const double radius = hollow && k % 2 == 1 ? 0.2 : 0.4;
        polygon[k] = draft_vertex(draft, i + 0.5 + radius * cos(angle),
                                  j + 0.5 + radius * sin(angle), 0.1 * sin(i * 0.9 + j));
    }
    draft_face(draft, polygon, corners);
    return polygon[0];
}

/* Triangles between the border and a polygon of another number of corners: always the step that
 * keeps the two walks side by side. */
static void join_polygon(struct draft *draft, uint32_t border, uint32_t polygon,
                         uint32_t corners)
{
    uint32_t a = 0;
    uint32_t b = 0;
    while (a < BORDER || b < corners) {
        const uint32_t outer = border + a % BORDER;
        const uint32_t inner = polygon + b % corners;
        if (b == corners || (a < BORDER && (a + 1) * corners <= (b + 1) * BORDER)) {
            draft_triangle(draft, outer, border + (a + 1) % BORDER, inner);
            a++;
        } else {
            draft_triangle(draft, outer, polygon + (b + 1) % corners, inner);
            b++;
        }
    }
}

void make_ngon(struct draft *draft, uint32_t triangles, struct prng *prng)
{
    const uint32_t side = plate_side(triangles, 2.0 * 17.5 - 2.0 + BORDER);
    for (uint32_t j = 0; j < side; j++) {
        for (uint32_t i = 0; i < side; i++) {
            const uint32_t corners = 3 + prng_below(prng, MOST_CORNERS - 2);
            const bool hollow = corners % 2 == 0 && corners >= 8 && prng_below(prng, 2) == 0;
            const uint32_t border = add_border(draft, i, j, 0.0);
            const uint32_t polygon = add_polygon(draft, i, j, corners, hollow);
            join_polygon(draft, border, polygon, corners);
        }
    }
    draft_weld(draft);
}
