/*
 * A vertex of a patch is a fan of corners: walking around the point from corner to corner, over
 * paired half-edges, never finds a corner twice, so every corner is visited once. The walk goes
 * over a table of the patch's own half-edges, which is small where the mesh is not.
 */
#include "stages/unwrapper/atlas/patch.h"

#include <stdbool.h>

#define BORDER (UINT32_C(1) << 31)  /* with a corner's vertex: a border edge leaves it */
#define UNNAMED (UINT32_C(1) << 30) /* instead of a vertex: a corner without one */
#define COUNT_MAX (UNNAMED / 3)
#define BLOCK 1024U

static enum uvp_code label_triangles(struct uvp_atlas_work *work,
                                     const struct uvp_pieces *pieces, uint32_t label,
                                     const uint32_t *triangles, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uvp_pieces_give(pieces, triangles[i], label);
        pieces->local[triangles[i]] = i;
        if (i % BLOCK == BLOCK - 1) {
            UVP_TRY(uvp_work_count(work, 3 * BLOCK));
        }
    }
    return UVP_OK;
}

/*
 * For each corner of the patch the next one about its vertex, which starts the half-edge across
 * the one that ends here, or UVP_NONE. Corners where border edges begin are marked.
 */
static enum uvp_code find_turns(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_pieces *pieces, struct uvp_patch *patch,
                                uint32_t *turn)
{
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t t = patch->triangle[i];
        const uint32_t label = uvp_pieces_label(pieces, t);
        const uint32_t cut = pieces->cut != NULL ? pieces->cut[t] : 0;
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t g = topology->opposite[3 * t + k];
            const uint32_t next = 3 * i + (k == 2 ? 0 : k + 1);
            const bool open = g == UVP_NONE || uvp_pieces_label(pieces, g / 3) != label ||
                              (cut >> k & 1) != 0;
            turn[next] = open ? UVP_NONE : 3 * pieces->local[g / 3] + g % 3;
            patch->corner[3 * i + k] = open ? UNNAMED | BORDER : UNNAMED;
            patch->border_count += open;
        }
        if (i % BLOCK == BLOCK - 1) {
            UVP_TRY(uvp_work_count(work, 8 * BLOCK));
        }
    }
    return UVP_OK;
}

/* Gives the vertex to every corner of i's fan. */
static inline void name_fan(const uint32_t *turn, uint32_t i, uint32_t vertex, uint32_t *corner)
{
    uint32_t at = i;

    do {
        corner[at] = (corner[at] & BORDER) | vertex;
        at = turn[at];
    } while (at != UVP_NONE && at != i);
    if (at == i) {
        return;
    }
    /* backwards from i, to where the border begins */
    for (at = i; (corner[at] & BORDER) == 0;) {
        at = uvp_edge_next(turn[uvp_edge_next(at)]);
        corner[at] = (corner[at] & BORDER) | vertex;
    }
}

static enum uvp_code number_vertices(struct uvp_atlas_work *work, const uint32_t *turn,
                                     struct uvp_patch *patch)
{
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        if ((patch->corner[i] & UNNAMED) != 0) {
            name_fan(turn, i, patch->vertex_count++, patch->corner);
        }
        if (i % BLOCK == BLOCK - 1) {
            UVP_TRY(uvp_work_count(work, 5 * BLOCK));
        }
    }
    return UVP_OK;
}

/* Points and border edges from the marked corners, which become plain. */
static enum uvp_code read_corners(struct uvp_atlas_work *work,
                                  const struct uvp_topology *topology, struct uvp_patch *patch)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        uint32_t *const corner = patch->corner + 3 * (size_t)i;
        const uint32_t *const vertex = topology->vertex + 3 * (size_t)patch->triangle[i];
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t v = corner[k] & ~BORDER;
            patch->point[v] = vertex[k];
            if ((corner[k] & BORDER) != 0) {
                patch->border[2 * count] = v;
                patch->border[2 * count + 1] = corner[(k + 1) % 3] & ~BORDER;
                count++;
            }
        }
        corner[0] &= ~BORDER;
        corner[1] &= ~BORDER;
        corner[2] &= ~BORDER;
        if (i % BLOCK == BLOCK - 1) {
            UVP_TRY(uvp_work_count(work, 4 * BLOCK));
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_patch_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                             struct uvp_pieces *pieces, uint32_t label,
                             const uint32_t *triangles, uint32_t count, struct uvp_patch *patch)
{
    struct uvp_arena_mark mark;
    uint32_t *turn;

    *patch = (struct uvp_patch){.triangle = triangles, .triangle_count = count};
    if (count > COUNT_MAX) {
        return uvp_fail(work->err, UVP_LIMIT, count, "a chart of too many triangles");
    }
    UVP_TRY(label_triangles(work, pieces, label, triangles, count));
    UVP_TAKE(work, patch->corner, 3 * (size_t)count);
    mark = uvp_arena_mark(work->scratch);
    UVP_TAKE(work, turn, 3 * (size_t)count);
    UVP_TRY(find_turns(work, topology, pieces, patch, turn));
    UVP_TRY(number_vertices(work, turn, patch));
    uvp_arena_rewind(work->scratch, mark);
    UVP_TAKE(work, patch->point, patch->vertex_count);
    UVP_TAKE(work, patch->border, 2 * (size_t)patch->border_count);
    UVP_TRY(read_corners(work, topology, patch));
    UVP_TAKE(work, patch->uv, patch->vertex_count);
    UVP_TAKE(work, patch->at, patch->vertex_count);
    return UVP_OK;
}

void uvp_patch_snap(const struct uvp_topology *topology, struct uvp_patch *patch)
{
    struct uvp_vec2 low = patch->uv[0];
    struct uvp_vec2 high = patch->uv[0];
    double area = 0;
    double size;

    for (uint32_t v = 1; v < patch->vertex_count; v++) {
        const struct uvp_vec2 p = patch->uv[v];
        low = (struct uvp_vec2){fmin(low.x, p.x), fmin(low.y, p.y)};
        high = (struct uvp_vec2){fmax(high.x, p.x), fmax(high.y, p.y)};
    }
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        area += uvp_area_of(topology, patch->triangle[i]);
    }
    size = fmax(1.7 * sqrt(area), fmax(high.x - low.x, high.y - low.y));
    patch->step = size / (UVP_LATTICE - 2);
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        const double x = (patch->uv[v].x - low.x) / patch->step + 0.5;
        const double y = (patch->uv[v].y - low.y) / patch->step + 0.5;
        patch->at[v] = (struct uvp_point2){(int32_t)x, (int32_t)y};
    }
}
