/* Sheets of a x b cells, bent and closed in different ways; and the sphere from an icosahedron.
 */
#include <math.h>

#include "stages/unwrapper/shapes/shapes.h"
#include "stages/unwrapper/shapes/wave.h"

static const double turn = UVP_WAVE_TURN;

static uint32_t at_least(double x, uint32_t least)
{
    return x > least ? (uint32_t)x : least;
}

/* Cells of a sheet whose vertices, (a+1) x (b+1), start at `first`. */
static void add_cells(struct uvp_draft *draft, uint32_t first, uint32_t a, uint32_t b)
{
    for (uint32_t j = 0; j < b; j++) {
        for (uint32_t i = 0; i < a; i++) {
            const uint32_t v = first + j * (a + 1) + i;
            uvp_draft_split_quad(draft, v, v + 1, v + a + 2, v + a + 1);
        }
    }
}

/* One side of a box: the axis it faces, and whether along or against. */
static void add_side(struct uvp_draft *draft, int axis, double sign, uint32_t cells)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    const int u = (axis + 1) % 3;
    const int v = (axis + 2) % 3;
    for (uint32_t j = 0; j <= cells; j++) {
        for (uint32_t i = 0; i <= cells; i++) {
            double p[3];
            p[axis] = sign;
            p[u] = sign * (2.0 * i - cells) / cells; /* the same bits from either side */
            p[v] = (2.0 * j - cells) / cells;
            uvp_draft_vertex(draft, p[0], p[1], p[2]);
        }
    }
    add_cells(draft, first, cells, cells);
}

void uvp_shape_cube(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    (void)prng;
    const uint32_t cells = at_least(sqrt(triangles / 12.0), 1);
    for (int axis = 0; axis < 3; axis++) {
        add_side(draft, axis, 1.0, cells);
        add_side(draft, axis, -1.0, cells);
    }
    uvp_draft_weld(draft);
}

void uvp_shape_grid(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t cells = at_least(sqrt(triangles / 2.0), 1);
    const double wave = uvp_prng_between(prng, 5.0, 9.0);
    const double shift = uvp_prng_between(prng, 0.0, turn);
    for (uint32_t j = 0; j <= cells; j++) {
        for (uint32_t i = 0; i <= cells; i++) {
            const double x = 2.0 * i / cells - 1.0;
            const double y = 2.0 * j / cells - 1.0;
            const double z = 0.2 * uvp_sine(wave * x + shift) * uvp_cosine(wave * y) +
                             uvp_prng_between(prng, -0.02, 0.02) / cells;
            uvp_draft_vertex(draft, x, y, z);
        }
    }
    add_cells(draft, 0, cells, cells);
}

void uvp_shape_plane(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t cells = at_least(sqrt(triangles / 2.0), 1);

    (void)prng;
    for (uint32_t j = 0; j <= cells; j++) {
        for (uint32_t i = 0; i <= cells; i++) {
            uvp_draft_vertex(draft, 2.0 * i / cells - 1.0, 2.0 * j / cells - 1.0, 0.0);
        }
    }
    add_cells(draft, 0, cells, cells);
}

/* Rows of `slices` vertices around the axis, a quad between neighbours. */
static void add_band(struct uvp_draft *draft, uint32_t lower, uint32_t upper, uint32_t slices,
                     bool quads)
{
    for (uint32_t i = 0; i < slices; i++) {
        const uint32_t next = (i + 1) % slices;
        const uint32_t c[4] = {lower + i, lower + next, upper + next, upper + i};
        if (quads) {
            uvp_draft_quad(draft, c[0], c[1], c[2], c[3]);
        } else {
            uvp_draft_split_quad(draft, c[0], c[1], c[2], c[3]);
        }
    }
}

static uint32_t add_circle(struct uvp_draft *draft, uint32_t slices, double radius, double z)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    for (uint32_t i = 0; i < slices; i++) {
        const double angle = turn * i / slices;
        uvp_draft_vertex(draft, radius * uvp_cosine(angle), radius * uvp_sine(angle), z);
    }
    return first;
}

/* A fan over a circle; `up`: seen from above it runs against the clock. */
static void add_fan(struct uvp_draft *draft, uint32_t circle, uint32_t slices, uint32_t apex,
                    bool up)
{
    for (uint32_t i = 0; i < slices; i++) {
        const uint32_t a = circle + i;
        const uint32_t b = circle + (i + 1) % slices;
        uvp_draft_triangle(draft, up ? a : b, up ? b : a, apex);
    }
}

void uvp_shape_sphere(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    (void)prng;
    const uint32_t stacks = at_least(sqrt(triangles / 4.0) + 1.0, 3);
    const uint32_t slices = 2 * stacks;
    const uint32_t south = uvp_draft_vertex(draft, 0.0, 0.0, -1.0);
    const uint32_t north = uvp_draft_vertex(draft, 0.0, 0.0, 1.0);
    uint32_t below = 0;
    for (uint32_t k = 1; k < stacks; k++) {
        const double angle = turn / 2.0 * k / stacks;
        const uint32_t row = add_circle(draft, slices, uvp_sine(angle), -uvp_cosine(angle));
        if (k == 1) {
            add_fan(draft, row, slices, south, false);
        } else {
            add_band(draft, below, row, slices, false);
        }
        below = row;
    }
    add_fan(draft, below, slices, north, true);
}

/* The points of one triangle of the icosahedron, pushed out to the sphere. */
static void add_sphere_patch(struct uvp_draft *draft, double corner[3][3], uint32_t parts)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    for (uint32_t j = 0; j <= parts; j++) {
        for (uint32_t i = 0; i + j <= parts; i++) {
            const double w[3] = {parts - i - j, i, j};
            double p[3];
            for (int k = 0; k < 3; k++) {
                p[k] = w[0] * corner[0][k] + w[1] * corner[1][k] + w[2] * corner[2][k];
            }
            const double length = sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
            uvp_draft_vertex(draft, p[0] / length, p[1] / length, p[2] / length);
        }
    }
    uint32_t row = first;
    for (uint32_t j = 0; j < parts; j++) {
        const uint32_t wide = parts - j + 1;
        for (uint32_t i = 0; i + 1 < wide; i++) {
            uvp_draft_triangle(draft, row + i, row + i + 1, row + wide + i);
            if (i + 2 < wide) {
                uvp_draft_triangle(draft, row + i + 1, row + wide + i + 1, row + wide + i);
            }
        }
        row += wide;
    }
}

void uvp_shape_icosphere(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    (void)prng;
    const double g = 1.618033988749895;
    const double corner[12][3] = {{-1, g, 0}, {1, g, 0}, {-1, -g, 0}, {1, -g, 0},
                                  {0, -1, g}, {0, 1, g}, {0, -1, -g}, {0, 1, -g},
                                  {g, 0, -1}, {g, 0, 1}, {-g, 0, -1}, {-g, 0, 1}};
    static const uint8_t face[20][3] = {
        {0, 11, 5},  {0, 5, 1},  {0, 1, 7},  {0, 7, 10}, {0, 10, 11}, {1, 5, 9}, {5, 11, 4},
        {11, 10, 2}, {10, 7, 6}, {7, 1, 8},  {3, 9, 4},  {3, 4, 2},   {3, 2, 6}, {3, 6, 8},
        {3, 8, 9},   {4, 9, 5},  {2, 4, 11}, {6, 2, 10}, {8, 6, 7},   {9, 8, 1}};
    const uint32_t parts = at_least(sqrt(triangles / 20.0), 1);
    for (int f = 0; f < 20; f++) {
        double patch[3][3];
        for (int c = 0; c < 3; c++) {
            for (int k = 0; k < 3; k++) {
                patch[c][k] = corner[face[f][c]][k];
            }
        }
        add_sphere_patch(draft, patch, parts);
    }
    uvp_draft_weld(draft);
}

static void add_ring(struct uvp_draft *draft, uint32_t triangles, bool quads)
{
    const uint32_t around = at_least(sqrt((double)triangles), 3);
    const uint32_t across = at_least(triangles / 2.0 / around, 3);
    uint32_t row = 0;
    for (uint32_t k = 0; k < across; k++) {
        const double angle = turn * k / across;
        row = add_circle(draft, around, 1.0 + 0.4 * uvp_cosine(angle), 0.4 * uvp_sine(angle));
        if (k > 0) {
            add_band(draft, row - around, row, around, quads);
        }
    }
    add_band(draft, row, 0, around, quads);
}

void uvp_shape_torus(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    (void)prng;
    add_ring(draft, triangles, false);
}

void uvp_shape_quads(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    (void)prng;
    add_ring(draft, triangles, true);
}

void uvp_shape_cylinder(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    (void)prng;
    const uint32_t slices = at_least(sqrt((double)triangles), 3);
    const uint32_t rows = at_least(triangles / 2.0 / slices, 1);
    uint32_t below = add_circle(draft, slices, 0.5, -1.0);
    for (uint32_t k = 1; k <= rows; k++) {
        const uint32_t row = add_circle(draft, slices, 0.5, 2.0 * k / rows - 1.0);
        add_band(draft, below, row, slices, false);
        below = row;
    }
}

void uvp_shape_can(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t slices = at_least(sqrt((double)triangles), 3);
    const uint32_t rows = at_least((triangles - 2.0 * slices) / 2.0 / slices + 0.5, 1);
    uint32_t below = add_circle(draft, slices, 0.5, -1.0);

    (void)prng;
    add_fan(draft, below, slices, uvp_draft_vertex(draft, 0.0, 0.0, -1.0), false);
    for (uint32_t k = 1; k <= rows; k++) {
        const uint32_t row = add_circle(draft, slices, 0.5, 2.0 * k / rows - 1.0);
        add_band(draft, below, row, slices, false);
        below = row;
    }
    add_fan(draft, below, slices, uvp_draft_vertex(draft, 0.0, 0.0, 1.0), true);
}

void uvp_shape_cone(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    (void)prng;
    const uint32_t slices = at_least(sqrt((double)triangles), 3);
    const uint32_t rows = at_least(triangles / 2.0 / slices, 1);
    const uint32_t bottom = uvp_draft_vertex(draft, 0.0, 0.0, -1.0);
    const uint32_t apex = uvp_draft_vertex(draft, 0.0, 0.0, 1.0);
    uint32_t below = add_circle(draft, slices, 0.8, -1.0);
    add_fan(draft, below, slices, bottom, false);
    for (uint32_t k = 1; k < rows; k++) {
        const double t = (double)k / rows;
        const uint32_t row = add_circle(draft, slices, 0.8 * (1.0 - t), 2.0 * t - 1.0);
        add_band(draft, below, row, slices, false);
        below = row;
    }
    add_fan(draft, below, slices, apex, true);
}
