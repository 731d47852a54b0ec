/*
 * Slots of the second chart are counted on from the first's; those that meet on the seam are
 * joined (Galler, Fischer 1964), and what is left is numbered. Nothing here needs to know which
 * triangle is whose neighbour.
 */
#include "stages/unwrapper/atlas/couple.h"

#include <string.h>

#include "pipeline/base/joined.h"

/* Which of the two charts' slots lies at the corner of half-edge h. */
static uint32_t slot_at(const struct uvp_couple *couple, uint32_t which, uint32_t h)
{
    const struct uvp_chart *const chart = couple->open->charts->chart;
    const uint32_t slot =
        couple->open->charts->corner[h] - chart[couple->chart[which]].first_slot;

    return which == 0 ? slot : slot + chart[couple->chart[0]].slot_count;
}

static uint32_t slots_of(const struct uvp_couple *couple)
{
    const struct uvp_chart *const chart = couple->open->charts->chart;

    return chart[couple->chart[0]].slot_count + chart[couple->chart[1]].slot_count;
}

/* Joins the slots at both ends of an edge: h of the second chart, g of the first. */
static void join_slots(const struct uvp_couple *couple, uint32_t h, uint32_t g, uint32_t *root)
{
    const uint32_t ends[2][2] = {{slot_at(couple, 1, h), slot_at(couple, 0, uvp_edge_next(g))},
                                 {slot_at(couple, 1, uvp_edge_next(h)), slot_at(couple, 0, g)}};

    for (int k = 0; k < 2; k++) {
        uvp_joined_join(root, ends[k][0], ends[k][1]);
    }
}

/* Whether half-edge h of one chart is joined to the other one. */
static bool is_joined(const struct uvp_couple *couple, uint32_t other, uint32_t h)
{
    const struct uvp_open_charts *const open = couple->open;
    const uint32_t g = open->topology->opposite[h];

    return g != UVP_NONE && uvp_pieces_label(&open->pieces, g / 3) == couple->chart[other] &&
           (open->pieces.cut[h / 3] >> h % 3 & 1) == 0;
}

/* Joins what meets; what does not is border, between slots as yet. */
static void walk_rims(struct uvp_couple *couple, uint32_t *root)
{
    const struct uvp_open_charts *const open = couple->open;
    struct uvp_patch *const patch = &couple->patch;

    for (uint32_t which = 0; which < 2; which++) {
        const uint32_t c = couple->chart[which];
        for (uint32_t e = uvp_rims_next(open, c, UVP_NONE); e != UVP_NONE;
             e = uvp_rims_next(open, c, e)) {
            const uint32_t h = open->rims->half[e];
            uint32_t *const edge = patch->border + 2 * (size_t)patch->border_count;
            if (!is_joined(couple, 1 - which, h)) {
                edge[0] = slot_at(couple, which, h);
                edge[1] = slot_at(couple, which, uvp_edge_next(h));
                patch->border_count++;
            } else if (which == 1) {
                join_slots(couple, h, open->topology->opposite[h], root);
            }
        }
    }
}

/* The lowest slot of a set is its root, so it has its number before the others ask for it. */
static void number_vertices(struct uvp_couple *couple, uint32_t *root)
{
    const uint32_t slots = slots_of(couple);

    for (uint32_t i = 0; i < slots; i++) {
        const uint32_t r = uvp_joined_root(root, i);
        couple->vertex[i] = r == i ? couple->patch.vertex_count++ : couple->vertex[r];
    }
    for (uint32_t i = 0; i < 2 * couple->patch.border_count; i++) {
        couple->patch.border[i] = couple->vertex[couple->patch.border[i]];
    }
}

static struct uvp_vec2 place_of(const struct uvp_couple *couple, uint32_t which, uint32_t slot)
{
    const struct uvp_charts *const charts = couple->open->charts;
    const double step = charts->chart[couple->chart[which]].step;
    const struct uvp_vec2 at = {charts->slot[slot].x * step, charts->slot[slot].y * step};

    return which == 0 ? at : uvp_bond_move(&couple->bond, at);
}

/* The second chart has a vertex at p that the first may have, too. */
static void place_second(struct uvp_couple *couple, uint32_t v, struct uvp_vec2 p)
{
    struct uvp_vec2 *const uv = &couple->patch.uv[v];

    if (couple->side[v] == UVP_COUPLE_NONE) {
        *uv = p;
        couple->side[v] = UVP_COUPLE_SECOND;
    } else if (couple->side[v] == UVP_COUPLE_FIRST) {
        couple->joint[couple->joints++] =
            (struct uvp_couple_joint){v, {p.x - uv->x, p.y - uv->y}};
        *uv = (struct uvp_vec2){(uv->x + p.x) / 2, (uv->y + p.y) / 2};
        couple->side[v] = UVP_COUPLE_SEAM;
    }
}

static void place_vertices(struct uvp_couple *couple)
{
    const struct uvp_chart *const a = &couple->open->charts->chart[couple->chart[0]];
    const struct uvp_chart *const b = &couple->open->charts->chart[couple->chart[1]];

    memset(couple->side, UVP_COUPLE_NONE, couple->patch.vertex_count);
    for (uint32_t i = 0; i < a->slot_count; i++) {
        couple->patch.uv[couple->vertex[i]] = place_of(couple, 0, a->first_slot + i);
        couple->side[couple->vertex[i]] = UVP_COUPLE_FIRST;
    }
    for (uint32_t i = 0; i < b->slot_count; i++) {
        place_second(couple, couple->vertex[a->slot_count + i],
                     place_of(couple, 1, b->first_slot + i));
    }
}

enum uvp_code uvp_couple_make(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                              uint32_t a, uint32_t b, const struct uvp_bond *bond,
                              struct uvp_couple *couple)
{
    struct uvp_patch *const patch = &couple->patch;
    struct uvp_arena_mark mark;
    uint32_t slots;
    uint32_t *root;

    *couple = (struct uvp_couple){.open = open, .chart = {a, b}, .bond = *bond};
    slots = slots_of(couple);
    UVP_TAKE(work, couple->vertex, slots);
    UVP_TAKE(work, couple->side, slots);
    UVP_TAKE(work, couple->joint, slots);
    UVP_TAKE(work, patch->uv, slots);
    UVP_TAKE(work, patch->at, slots);
    UVP_TAKE(work, patch->border, 2 * ((size_t)open->rims->length[a] + open->rims->length[b]));
    mark = uvp_arena_mark(work->scratch);
    UVP_TAKE(work, root, slots);
    for (uint32_t i = 0; i < slots; i++) {
        root[i] = i;
    }
    walk_rims(couple, root);
    number_vertices(couple, root);
    uvp_arena_rewind(work->scratch, mark);
    place_vertices(couple);
    return uvp_work_count(work, 4 * slots + 8 * patch->border_count);
}

enum uvp_code uvp_couple_fill(struct uvp_atlas_work *work, struct uvp_couple *couple,
                              uint32_t *list)
{
    const struct uvp_open_charts *const open = couple->open;
    struct uvp_patch *const patch = &couple->patch;
    const uint32_t own = open->charts->chart[couple->chart[0]].triangle_count;

    patch->triangle_count = own + open->charts->chart[couple->chart[1]].triangle_count;
    patch->triangle = list;
    uvp_charts_list(open, couple->chart[0], list);
    uvp_charts_list(open, couple->chart[1], list + own);
    UVP_TAKE(work, patch->corner, 3 * (size_t)patch->triangle_count);
    UVP_TAKE(work, patch->point, patch->vertex_count);
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        uint32_t *const corner = patch->corner + 3 * (size_t)i;
        for (uint32_t k = 0; k < 3; k++) {
            const uint32_t h = 3 * list[i] + k;
            corner[k] = couple->vertex[slot_at(couple, i >= own, h)];
            patch->point[corner[k]] = open->topology->vertex[h];
        }
    }
    return uvp_work_count(work, 8 * patch->triangle_count);
}

enum uvp_code uvp_couple_shapes(struct uvp_atlas_work *work, const struct uvp_couple *couple,
                                struct uvp_vec2 **shape)
{
    const struct uvp_charts *const charts = couple->open->charts;
    const struct uvp_patch *const patch = &couple->patch;
    const uint32_t own = charts->chart[couple->chart[0]].triangle_count;

    UVP_TAKE(work, *shape, 3 * (size_t)patch->triangle_count);
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t h = 3 * patch->triangle[i / 3] + i % 3;
        (*shape)[i] = place_of(couple, i / 3 >= own, charts->corner[h]);
    }
    return uvp_work_count(work, 6 * patch->triangle_count);
}
