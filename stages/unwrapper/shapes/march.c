/*
 * Level sets by marching tetrahedra: each cell of a grid is six tetrahedra (Kuhn, 1960) around
 * its long diagonal, and the surface crosses a tetrahedron in one or two triangles. The result
 * is closed, manifold and full of slivers, as a scan is.
 *
 * An edge of the tetrahedra is a grid vertex and a direction, a mask of the axes along which it
 * steps. So two layers of grid vertices hold everything there is to remember.
 */
#include "stages/unwrapper/shapes/march.h"

#include <math.h>
#include <string.h>

#define DIRECTIONS 8 /* masks 1 to 7; 0 is not used */

struct march {
    const struct uvp_field *field;
    struct uvp_draft *draft;
    uint32_t cells; /* along each axis */
    struct uvp_field_axis *axis[3];
    double *value[2];    /* of the layer below and above */
    uint32_t *vertex[2]; /* DIRECTIONS a grid vertex: the crossing plus 1, or 0 */
};

/* A corner of a tetrahedron, in the cell being marched through. */
struct spot {
    uint32_t grid[3];
    double value;
};

static double coordinate(const struct march *march, double grid)
{
    return 2.0 * grid / march->cells - 1.0;
}

static size_t layer_size(const struct march *march)
{
    return (size_t)(march->cells + 1) * (march->cells + 1);
}

static void fill_layer(struct march *march, int which, uint32_t layer)
{
    const uint32_t n = march->cells;
    size_t at = 0;
    for (uint32_t j = 0; j <= n; j++) {
        for (uint32_t i = 0; i <= n; i++) {
            double value = march->field->value(march->field, &march->axis[0][i],
                                               &march->axis[1][j], &march->axis[2][layer]);
            const bool border =
                i == 0 || j == 0 || layer == 0 || i == n || j == n || layer == n;
            if (border && value > -1e-3) {
                value = -1e-3; /* closes what would leave the box */
            }
            march->value[which][at++] = value;
        }
    }
    memset(march->vertex[which], 0, layer_size(march) * DIRECTIONS * sizeof(uint32_t));
}

/* The vertex where the surface crosses the edge between two corners. */
static uint32_t crossing(struct march *march, const struct spot *a, const struct spot *b,
                         uint32_t bottom)
{
    uint32_t direction = 0;
    for (int k = 0; k < 3; k++) {
        direction |= (uint32_t)(a->grid[k] != b->grid[k]) << k;
        if (b->grid[k] < a->grid[k]) {
            return crossing(march, b, a, bottom);
        }
    }
    const size_t place = (size_t)a->grid[1] * (march->cells + 1) + a->grid[0];
    uint32_t *vertex = &march->vertex[a->grid[2] - bottom][place * DIRECTIONS + direction];
    if (*vertex == 0) {
        const double t = fmin(fmax(a->value / (a->value - b->value), 0.03), 0.97);
        double p[3];
        for (int k = 0; k < 3; k++) {
            p[k] = coordinate(march, a->grid[k] + t * ((double)b->grid[k] - a->grid[k]));
        }
        *vertex = uvp_draft_vertex(march->draft, p[0], p[1], p[2]) + 1;
    }
    return *vertex - 1;
}

/* Sign of the volume spanned at `o` by the three others. */
static bool right_handed(const struct spot *o, const struct spot *a, const struct spot *b,
                         const struct spot *c)
{
    const struct spot *other[3] = {a, b, c};
    int d[3][3];
    for (int r = 0; r < 3; r++) {
        for (int k = 0; k < 3; k++) {
            d[r][k] = (int)other[r]->grid[k] - (int)o->grid[k];
        }
    }
    return d[0][0] * (d[1][1] * d[2][2] - d[1][2] * d[2][1]) -
               d[0][1] * (d[1][0] * d[2][2] - d[1][2] * d[2][0]) +
               d[0][2] * (d[1][0] * d[2][1] - d[1][1] * d[2][0]) >
           0;
}

static void add_oriented(struct uvp_draft *draft, const uint32_t v[3], bool keep)
{
    uvp_draft_triangle(draft, v[0], keep ? v[1] : v[2], keep ? v[2] : v[1]);
}

/* One corner on its side of the surface, three on the other. */
static void cut_corner(struct march *march, const struct spot *lone,
                       const struct spot *const *rest, bool lone_inside, uint32_t bottom)
{
    uint32_t v[3];
    for (int k = 0; k < 3; k++) {
        v[k] = crossing(march, lone, rest[k], bottom);
    }
    add_oriented(march->draft, v, right_handed(lone, rest[0], rest[1], rest[2]) == lone_inside);
}

static void cut_middle(struct march *march, const struct spot *const *in,
                       const struct spot *const *out, uint32_t bottom)
{
    const uint32_t v[4] = {
        crossing(march, in[0], out[0], bottom), crossing(march, in[0], out[1], bottom),
        crossing(march, in[1], out[1], bottom), crossing(march, in[1], out[0], bottom)};
    const bool keep = right_handed(in[0], out[0], out[1], in[1]);
    add_oriented(march->draft, (const uint32_t[]){v[0], v[1], v[2]}, keep);
    add_oriented(march->draft, (const uint32_t[]){v[0], v[2], v[3]}, keep);
}

static void march_tetrahedron(struct march *march, const struct spot *spot, uint32_t bottom)
{
    const struct spot *in[4];
    const struct spot *out[4];
    int ins = 0;
    int outs = 0;
    for (int k = 0; k < 4; k++) {
        if (spot[k].value > 0.0) {
            in[ins++] = &spot[k];
        } else {
            out[outs++] = &spot[k];
        }
    }
    if (ins == 1) {
        cut_corner(march, in[0], out, true, bottom);
    } else if (ins == 2) {
        cut_middle(march, in, out, bottom);
    } else if (ins == 3) {
        cut_corner(march, out[0], in, false, bottom);
    }
}

static void march_cell(struct march *march, uint32_t i, uint32_t j, uint32_t bottom)
{
    /* The corners passed on the way from one end of the diagonal to the other. */
    static const uint8_t path[6][4] = {{0, 1, 3, 7}, {0, 1, 5, 7}, {0, 2, 3, 7},
                                       {0, 2, 6, 7}, {0, 4, 5, 7}, {0, 4, 6, 7}};
    struct spot corner[8];
    int inside = 0;
    for (uint32_t c = 0; c < 8; c++) {
        const uint32_t x = i + (c & 1);
        const uint32_t y = j + (c >> 1 & 1);
        const double value = march->value[c >> 2][(size_t)y * (march->cells + 1) + x];
        corner[c] = (struct spot){{x, y, bottom + (c >> 2)}, value};
        inside += value > 0.0;
    }
    if (inside == 0 || inside == 8) {
        return;
    }
    for (int t = 0; t < 6; t++) {
        const struct spot spot[4] = {corner[path[t][0]], corner[path[t][1]], corner[path[t][2]],
                                     corner[path[t][3]]};
        march_tetrahedron(march, spot, bottom);
    }
}

static void swap_layers(struct march *march)
{
    double *value = march->value[0];
    uint32_t *vertex = march->vertex[0];
    march->value[0] = march->value[1];
    march->vertex[0] = march->vertex[1];
    march->value[1] = value;
    march->vertex[1] = vertex;
}

static void march_layers(struct march *march)
{
    const uint32_t cells = march->cells;

    fill_layer(march, 0, 0);
    for (uint32_t k = 0; k < cells && uvp_draft_goes_on(march->draft); k++) {
        fill_layer(march, 1, k + 1);
        for (uint32_t j = 0; j < cells; j++) {
            for (uint32_t i = 0; i < cells; i++) {
                march_cell(march, i, j, k);
            }
        }
        swap_layers(march);
    }
}

static void prepare_axes(struct march *march, struct uvp_field_axis *axes)
{
    for (int axis = 0; axis < 3; axis++) {
        march->axis[axis] = axes + (size_t)axis * (march->cells + 1);
        for (uint32_t i = 0; i <= march->cells; i++) {
            march->axis[axis][i] = (struct uvp_field_axis){.at = coordinate(march, i)};
            march->field->prepare(march->field, axis, &march->axis[axis][i]);
        }
    }
}

void uvp_march_field(const struct uvp_field *field, uint32_t cells, struct uvp_draft *draft)
{
    struct march march = {.field = field, .draft = draft, .cells = cells};
    const size_t axes_bytes = 3 * ((size_t)cells + 1) * sizeof(struct uvp_field_axis);
    const size_t layer = layer_size(&march);
    struct uvp_field_axis *const axes = uvp_mem_take(draft->mem, axes_bytes);
    double *const values = uvp_mem_take(draft->mem, 2 * layer * sizeof *values);
    const size_t vertices_bytes = 2 * layer * DIRECTIONS * sizeof(uint32_t);
    uint32_t *const vertices = uvp_mem_take(draft->mem, vertices_bytes);

    if (axes == NULL || values == NULL || vertices == NULL) {
        (void)uvp_fail_memory(&draft->error, vertices_bytes);
    } else {
        prepare_axes(&march, axes);
        for (size_t k = 0; k < 2; k++) {
            march.value[k] = values + k * layer;
            march.vertex[k] = vertices + k * layer * DIRECTIONS;
        }
        march_layers(&march);
    }
    uvp_mem_give(draft->mem, axes, axes_bytes);
    uvp_mem_give(draft->mem, values, 2 * layer * sizeof *values);
    uvp_mem_give(draft->mem, vertices, vertices_bytes);
}
