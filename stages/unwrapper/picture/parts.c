/*
 * Vertices on one spot are one place; a place with one UV is a wedge; two triangles that have
 * two wedges in common hang together. So it does not matter how a format splits vertices, and
 * mirrored halves that lie on the same UVs stay apart.
 */
#include "stages/unwrapper/picture/parts.h"

#include <math.h>
#include <string.h>

#include "pipeline/base/joined.h"
#include "stages/unwrapper/picture/rank.h"

/* What is needed while it is done. */
struct parting {
    struct uvp_parts *parts;
    struct uvp_rank_row *rows;
    uint8_t *is_flat; /* of each triangle: it has no area in UV */
    uint8_t *meets;   /* how many with area it shares edges with; 2 is many */
    struct uvp_arena *arena;
    struct uvp_stop *stop;
};

static uint64_t bits_of(float value)
{
    const float zero_has_one_sign = value + 0.0F;
    uint32_t bits;

    memcpy(&bits, &zero_has_one_sign, sizeof bits);
    return bits;
}

static enum uvp_code find_places(struct parting *parting, struct uvp_error *err)
{
    const struct uvp_picture_mesh *const mesh = parting->parts->mesh;
    const float *at = mesh->positions;
    uint32_t *const place = parting->parts->place;

    for (uint32_t i = 0; i < mesh->vertex_count; i++, at += 3) {
        parting->rows[i] = (struct uvp_rank_row){bits_of(at[0]) << 32 | bits_of(at[1]), i};
    }
    UVP_TRY(uvp_rank_number(parting->rows, mesh->vertex_count, place, parting->arena,
                            parting->stop, err));
    at = mesh->positions;
    for (uint32_t i = 0; i < mesh->vertex_count; i++, at += 3) {
        parting->rows[i] = (struct uvp_rank_row){(uint64_t)place[i] << 32 | bits_of(at[2]), i};
    }
    return uvp_rank_number(parting->rows, mesh->vertex_count, place, parting->arena,
                           parting->stop, err);
}

static bool has_uvs(const struct uvp_picture_mesh *mesh, uint32_t t)
{
    for (int k = 0; k < 3; k++) {
        const float *const uv = uvp_parts_uv(mesh, t, k);

        if (uv == NULL || !isfinite(uv[0]) || !isfinite(uv[1])) {
            return false;
        }
    }
    return true;
}

/* Also marks what has UVs: chart 0, for now. */
static enum uvp_code find_wedges(struct parting *parting, struct uvp_error *err)
{
    struct uvp_parts *const parts = parting->parts;
    const struct uvp_picture_mesh *const mesh = parts->mesh;

    for (uint32_t t = 0; t < mesh->triangle_count; t++) {
        parts->chart[t] = has_uvs(mesh, t) ? 0 : UVP_PARTS_NONE;
        for (int k = 0; k < 3; k++) {
            const uint32_t corner = uvp_parts_corner(mesh, t, k);
            const uint32_t uv = mesh->corner_uv == NULL ? 0 : mesh->corner_uv[corner];
            const uint32_t i = 3 * t + (uint32_t)k;

            parting->rows[i] = (struct uvp_rank_row){
                (uint64_t)parts->place[mesh->corner_vertex[corner]] << 32 | uv, i};
        }
    }
    return uvp_rank_number(parting->rows, 3 * mesh->triangle_count, parts->wedge,
                           parting->arena, parting->stop, err);
}

static uint32_t next_corner(uint32_t i)
{
    return i % 3 == 2 ? i - 2 : i + 1;
}

/* The edges of triangles with UVs, sorted by their two wedges. */
static enum uvp_code sort_edges(struct parting *parting, uint32_t *count, struct uvp_error *err)
{
    const struct uvp_parts *const parts = parting->parts;
    uint32_t edges = 0;

    for (uint32_t i = 0; i < 3 * parts->mesh->triangle_count; i++) {
        const uint32_t a = parts->wedge[i];
        const uint32_t b = parts->wedge[next_corner(i)];

        if (parts->chart[i / 3] != UVP_PARTS_NONE && a != b) {
            parting->rows[edges++] =
                (struct uvp_rank_row){a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a, i};
        }
    }
    *count = edges;
    return uvp_rank_sort(parting->rows, edges, parting->arena, parting->stop, err);
}

static double twice_area(const struct uvp_picture_mesh *mesh, uint32_t t)
{
    const float *const a = uvp_parts_uv(mesh, t, 0);
    const float *const b = uvp_parts_uv(mesh, t, 1);
    const float *const c = uvp_parts_uv(mesh, t, 2);

    return ((double)b[0] - (double)a[0]) * ((double)c[1] - (double)a[1]) -
           ((double)b[1] - (double)a[1]) * ((double)c[0] - (double)a[0]);
}

/* Past the rows with the key of the first. */
static uint32_t end_of_edge(const struct uvp_rank_row *rows, uint32_t first, uint32_t edges)
{
    uint32_t past = first + 1;

    while (past < edges && rows[past].key == rows[first].key) {
        past++;
    }
    return past;
}

/* Joins what shares an edge; how many triangles with area each flat one lies against. */
static void join_edges(struct parting *parting, uint32_t edges, uint32_t *link)
{
    const struct uvp_rank_row *const rows = parting->rows;
    uint32_t past;

    for (uint32_t first = 0; first < edges; first = past) {
        uint8_t solid = 0;

        past = end_of_edge(rows, first, edges);
        for (uint32_t i = first; i < past; i++) {
            uvp_joined_join(link, rows[first].item / 3, rows[i].item / 3);
            solid = (uint8_t)(solid + (solid < 2 && !parting->is_flat[rows[i].item / 3]));
        }
        for (uint32_t i = first; i < past; i++) {
            uint8_t *const meets = &parting->meets[rows[i].item / 3];

            if (i != first && rows[i].item / 3 == rows[i - 1].item / 3) {
                continue; /* folded on itself: it has the edge twice */
            }
            *meets = (uint8_t)(*meets + solid > 2 ? 2 : *meets + solid);
        }
    }
}

/*
 * The borders: edges that nobody shares, and those shared only with triangles that are flat in
 * UV and have nothing on their other sides. Flat ones have no borders that could be seen.
 */
static void find_borders(struct parting *parting, uint32_t edges)
{
    struct uvp_parts *const parts = parting->parts;
    const struct uvp_rank_row *const rows = parting->rows;
    uint32_t past;

    for (uint32_t first = 0; first < edges; first = past) {
        uint32_t solid = 0;
        uint32_t bridges = 0;
        uint32_t item = 0;

        past = end_of_edge(rows, first, edges);
        for (uint32_t i = first; i < past; i++) {
            if (!parting->is_flat[rows[i].item / 3]) {
                item = rows[i].item;
                solid++;
            } else {
                bridges += parting->meets[rows[i].item / 3] > 1 ? 1 : 0;
            }
        }
        if (solid == 1 && bridges == 0) {
            parts->border[parts->border_count++] = item;
        }
    }
}

static void number_charts(struct uvp_parts *parts, uint32_t *link)
{
    for (uint32_t t = 0; t < parts->mesh->triangle_count; t++) {
        if (parts->chart[t] == UVP_PARTS_NONE) {
            continue;
        }
        parts->chart[t] = uvp_joined_root(link, t) == t
                              ? parts->chart_count++
                              : parts->chart[uvp_joined_root(link, t)];
    }
}

/* A chart that is mirrored as a whole is none of our business; what differs from its rest is.
 */
static enum uvp_code find_turned(struct uvp_parts *parts, struct uvp_arena *arena,
                                 struct uvp_error *err)
{
    double *const sum = uvp_arena_take_zeroed(arena, parts->chart_count, sizeof *sum);

    if (sum == NULL) {
        return uvp_fail_memory(err, parts->chart_count * sizeof *sum);
    }
    for (uint32_t t = 0; t < parts->mesh->triangle_count; t++) {
        if (parts->chart[t] != UVP_PARTS_NONE) {
            sum[parts->chart[t]] += twice_area(parts->mesh, t);
        }
    }
    for (uint32_t t = 0; t < parts->mesh->triangle_count; t++) {
        double area;

        if (parts->chart[t] == UVP_PARTS_NONE) {
            continue;
        }
        area = twice_area(parts->mesh, t);
        parts->turned[t] =
            (area < 0 && sum[parts->chart[t]] > 0) || (area > 0 && sum[parts->chart[t]] < 0);
        parts->turned_count += parts->turned[t];
    }
    return UVP_OK;
}

static enum uvp_code take_charts(struct parting *parting, struct uvp_error *err)
{
    struct uvp_parts *const parts = parting->parts;
    const uint32_t triangles = parts->mesh->triangle_count;
    uint32_t *const link = UVP_ARENA_ARRAY(parting->arena, uint32_t, triangles);
    uint32_t edges = 0;

    parting->is_flat = uvp_arena_take_zeroed(parting->arena, triangles, 1);
    parting->meets = uvp_arena_take_zeroed(parting->arena, triangles, 1);
    if (link == NULL || parting->is_flat == NULL || parting->meets == NULL) {
        return uvp_fail_memory(err, (size_t)4 * triangles);
    }
    for (uint32_t t = 0; t < triangles; t++) {
        link[t] = t;
        parting->is_flat[t] =
            parts->chart[t] != UVP_PARTS_NONE && fabs(twice_area(parts->mesh, t)) <= 0;
    }
    UVP_TRY(sort_edges(parting, &edges, err));
    join_edges(parting, edges, link);
    find_borders(parting, edges);
    number_charts(parts, link);
    return find_turned(parts, parting->arena, err);
}

enum uvp_code uvp_parts_find(const struct uvp_picture_mesh *mesh, struct uvp_arena *keep,
                             struct uvp_stop *stop, struct uvp_parts *parts,
                             struct uvp_error *err)
{
    const size_t corners = 3 * (size_t)mesh->triangle_count;
    const size_t most = corners > mesh->vertex_count ? corners : mesh->vertex_count;
    struct parting parting = {.parts = parts, .arena = keep, .stop = stop};
    struct uvp_arena_mark mark;
    enum uvp_code code;

    memset(parts, 0, sizeof *parts);
    parts->mesh = mesh;
    parts->place = UVP_ARENA_ARRAY(keep, uint32_t, mesh->vertex_count);
    parts->wedge = UVP_ARENA_ARRAY(keep, uint32_t, corners);
    parts->chart = UVP_ARENA_ARRAY(keep, uint32_t, mesh->triangle_count);
    parts->turned = uvp_arena_take_zeroed(keep, mesh->triangle_count, 1);
    parts->border = UVP_ARENA_ARRAY(keep, uint32_t, corners);
    mark = uvp_arena_mark(keep);
    parting.rows = UVP_ARENA_ARRAY(keep, struct uvp_rank_row, most);
    if (parts->place == NULL || parts->wedge == NULL || parts->chart == NULL ||
        parts->turned == NULL || parts->border == NULL || parting.rows == NULL) {
        return uvp_fail_memory(err, most * sizeof *parting.rows);
    }
    code = find_places(&parting, err);
    code = code == UVP_OK ? find_wedges(&parting, err) : code;
    code = code == UVP_OK ? take_charts(&parting, err) : code;
    uvp_arena_rewind(keep, mark);
    return code;
}
