/*
 * The surface as such, whatever its UVs: triangles of three distinct, finite positions.
 *
 * Corners at one vertex whose triangles meet at a common edge form a fan. With fans in place of
 * vertices the surface has no pinches, so boundaries are rings, and a closed piece that can be
 * oriented has the genus 1 - chi / 2. Which triangles are turned alike is kept beside the
 * pieces: a piece that joins itself turned over has one side only.
 */
#include <string.h>

#include "stages/unwrapper/analysis/survey.h"

struct piece {
    int64_t euler; /* fans - edges + triangles */
    bool open;     /* it has a boundary, or an edge of three triangles */
    bool one_sided;
};

struct handles {
    struct uvp_survey *survey;
    uint8_t *is_face;    /* of triangles */
    uint32_t *fan;       /* of corners: sets */
    uint32_t *parent;    /* of triangles: pieces */
    uint8_t *turned;     /* of triangles: against their parents */
    struct piece *piece; /* by the roots of parent */
    uint32_t *ring;      /* of corners that stand for fans: sets joined by boundary edges */
    uint8_t *on_ring;    /* of these: at a boundary edge */
};

static bool is_face(const struct uvp_survey *survey, uint32_t t)
{
    const uint32_t *const v = survey->vertex + 3 * (size_t)t;

    return (survey->state[t] & UVP_SURVEY_LOST) == 0 && v[0] != v[1] && v[1] != v[2] &&
           v[2] != v[0];
}

/* ---- pieces, with sides ---- */

/* The root of a triangle; *turned: against it. The way there is made short. */
static uint32_t find_piece(struct handles *handles, uint32_t t, bool *turned)
{
    uint32_t *const parent = handles->parent;
    uint8_t *const against = handles->turned;
    uint8_t sum = 0;
    uint32_t root = t;

    while (parent[root] != root) {
        sum ^= against[root];
        root = parent[root];
    }
    *turned = sum != 0;
    while (parent[t] != root && t != root) {
        const uint32_t up = parent[t];
        const uint8_t rest = sum ^ against[t];
        parent[t] = root;
        against[t] = sum;
        sum = rest;
        t = up;
    }
    return root;
}

/* `against`: the two run along their edge in the same direction. */
static void join_pieces(struct handles *handles, uint32_t a, uint32_t b, bool against)
{
    bool a_turned;
    bool b_turned;
    const uint32_t p = find_piece(handles, a, &a_turned);
    const uint32_t q = find_piece(handles, b, &b_turned);
    const bool turned = (a_turned != b_turned) != against;

    if (p == q) {
        handles->piece[p].one_sided = handles->piece[p].one_sided || turned;
        return;
    }
    handles->parent[p < q ? q : p] = p < q ? p : q;
    handles->turned[p < q ? q : p] = turned;
    handles->piece[p < q ? p : q].one_sided =
        handles->piece[p].one_sided || handles->piece[q].one_sided;
}

/* ---- edges ---- */

static uint32_t corner_at(const struct handles *handles, uint32_t half, uint32_t vertex)
{
    return handles->survey->vertex[half] == vertex ? half : uvp_survey_next(half);
}

static void join_fans(struct handles *handles, const struct uvp_survey_edge *edge, uint32_t a,
                      uint32_t b)
{
    uvp_joined_join(handles->fan, corner_at(handles, a, edge->near),
                    corner_at(handles, b, edge->near));
    uvp_joined_join(handles->fan, corner_at(handles, a, edge->far),
                    corner_at(handles, b, edge->far));
}

static bool runs_up(const struct handles *handles, uint32_t half)
{
    const uint32_t *const vertex = handles->survey->vertex;

    return vertex[half] < vertex[uvp_survey_next(half)];
}

/* The next side of the edge that is a face's, from i on. */
static uint32_t next_side(const struct handles *handles, const struct uvp_survey_edge *edge,
                          uint32_t i)
{
    while (i < edge->first + edge->count &&
           !handles->is_face[uvp_survey_half(handles->survey, i) / 3]) {
        i++;
    }
    return i;
}

static uint32_t count_sides(const struct handles *handles, const struct uvp_survey_edge *edge)
{
    const uint32_t end = edge->first + edge->count;
    uint32_t count = 0;

    for (uint32_t i = next_side(handles, edge, edge->first); i < end;
         i = next_side(handles, edge, i + 1)) {
        count++;
    }
    return count;
}

/* Joins the faces at the edge, and their corners. */
static void join_edge(struct handles *handles, const struct uvp_survey_edge *edge, bool is_pair)
{
    const uint32_t end = edge->first + edge->count;
    uint32_t i = next_side(handles, edge, edge->first);

    for (uint32_t j = next_side(handles, edge, i + 1); j < end;
         i = j, j = next_side(handles, edge, j + 1)) {
        const uint32_t a = uvp_survey_half(handles->survey, i);
        const uint32_t b = uvp_survey_half(handles->survey, j);
        join_fans(handles, edge, a, b);
        if (is_pair) {
            join_pieces(handles, a / 3, b / 3, runs_up(handles, a) == runs_up(handles, b));
        } else {
            uvp_joined_join(handles->parent, a / 3, b / 3);
        }
    }
}

/* ---- passes over the edges ---- */

static void begin_figures(struct uvp_analysis *figures)
{
    figures->topology_vertices = figures->topology_edges = figures->topology_faces = 0;
    figures->topology_boundary_edges = figures->topology_boundary_loops = 0;
    figures->topology_components = figures->topology_closed = 0;
    figures->topology_nonorientable = figures->topology_genus = 0;
    figures->topology_nonmanifold_edges = figures->topology_nonmanifold_vertices = 0;
}

/* Edges of two: fans, pieces and their sides. */
static enum uvp_code pass_pairs(struct handles *handles)
{
    struct uvp_analysis *const figures = handles->survey->figures;
    struct uvp_survey_edge edge = {0};

    while (uvp_survey_next_edge(handles->survey, &edge)) {
        const uint32_t sides = count_sides(handles, &edge);
        figures->topology_edges += sides > 0;
        figures->topology_boundary_edges += sides == 1;
        figures->topology_nonmanifold_edges += sides > 2;
        if (sides == 2) {
            join_edge(handles, &edge, true);
        }
        UVP_TRY(uvp_survey_count(handles->survey, 8 * (edge.count + 1)));
    }
    return UVP_OK;
}

static void open_piece(struct handles *handles, const struct uvp_survey_edge *edge,
                       uint32_t sides)
{
    const uint32_t end = edge->first + edge->count;
    bool turned;

    for (uint32_t i = next_side(handles, edge, edge->first); i < end;
         i = next_side(handles, edge, i + 1)) {
        const uint32_t half = uvp_survey_half(handles->survey, i);
        struct piece *const piece = &handles->piece[find_piece(handles, half / 3, &turned)];
        if (sides == 2) {
            piece->euler--;
            return;
        }
        piece->open = true;
        if (sides == 1) {
            const uint32_t a = uvp_joined_root(handles->fan, half);
            const uint32_t b = uvp_joined_root(handles->fan, uvp_survey_next(half));
            uvp_joined_join(handles->ring, a, b);
            handles->on_ring[a] = handles->on_ring[b] = 1;
        }
    }
}

/* When all pieces are whole: what has a boundary is open; fans at a boundary edge share a
 * ring. */
static enum uvp_code pass_pieces(struct handles *handles)
{
    struct uvp_survey_edge edge = {0};

    while (uvp_survey_next_edge(handles->survey, &edge)) {
        open_piece(handles, &edge, count_sides(handles, &edge));
        UVP_TRY(uvp_survey_count(handles->survey, 8 * (edge.count + 1)));
    }
    return UVP_OK;
}

/* At last the edges of three and more hold together, too. */
static enum uvp_code pass_others(struct handles *handles)
{
    struct uvp_survey_edge edge = {0};

    while (handles->survey->figures->topology_nonmanifold_edges > 0 &&
           uvp_survey_next_edge(handles->survey, &edge)) {
        if (count_sides(handles, &edge) > 2) {
            join_edge(handles, &edge, false);
        }
        UVP_TRY(uvp_survey_count(handles->survey, 8 * (edge.count + 1)));
    }
    return UVP_OK;
}

/* ---- what they came to ---- */

static enum uvp_code count_rings(struct handles *handles)
{
    struct uvp_survey *const survey = handles->survey;

    for (uint32_t c = 0; c < 3 * survey->count; c++) {
        survey->figures->topology_boundary_loops +=
            handles->on_ring[c] && handles->ring[c] == c;
        UVP_TRY(uvp_survey_count(survey, 1));
    }
    return UVP_OK;
}

static enum uvp_code count_pieces(struct handles *handles)
{
    struct uvp_survey *const survey = handles->survey;
    struct uvp_analysis *const figures = survey->figures;
    bool turned;

    for (uint32_t c = 0; c < 3 * survey->count; c++) {
        if (handles->is_face[c / 3]) {
            struct piece *const piece = &handles->piece[find_piece(handles, c / 3, &turned)];
            piece->euler += (handles->fan[c] == c) + (c % 3 == 0);
        }
        UVP_TRY(uvp_survey_count(survey, 4));
    }
    for (uint32_t t = 0; t < survey->count; t++) {
        const struct piece *const piece = &handles->piece[t];
        if (handles->is_face[t] && handles->parent[t] == t) {
            figures->topology_closed += !piece->open;
            figures->topology_nonorientable += piece->one_sided;
            figures->topology_genus +=
                !piece->open && !piece->one_sided ? (double)(2 - piece->euler) / 2 : 0;
        }
    }
    return UVP_OK;
}

/* With all edges joined, each vertex should be one fan. */
static enum uvp_code count_vertices(struct handles *handles)
{
    struct uvp_survey *const survey = handles->survey;
    struct uvp_analysis *const figures = survey->figures;
    const uint32_t vertices = survey->input->vertex_count;
    uint8_t *fans; /* of a vertex: 0, 1, or 2 for more */

    UVP_SURVEY_TAKE(survey, fans, vertices);
    memset(fans, 0, vertices);
    for (uint32_t c = 0; c < 3 * survey->count; c++) {
        if (handles->is_face[c / 3] && handles->fan[c] == c && fans[survey->vertex[c]] < 2) {
            fans[survey->vertex[c]]++;
        }
        UVP_TRY(uvp_survey_count(survey, 2));
    }
    for (uint32_t v = 0; v < vertices; v++) {
        figures->topology_vertices += fans[v] > 0;
        figures->topology_nonmanifold_vertices += fans[v] > 1;
    }
    for (uint32_t t = 0; t < survey->count; t++) {
        figures->topology_faces += handles->is_face[t];
        figures->topology_components += handles->is_face[t] && handles->parent[t] == t;
    }
    figures->topology_euler =
        figures->topology_vertices - figures->topology_edges + figures->topology_faces;
    return UVP_OK;
}

/* ---- all ---- */

static enum uvp_code take_handles(struct handles *handles)
{
    struct uvp_survey *const survey = handles->survey;
    const uint32_t corners = 3 * survey->count;

    UVP_SURVEY_TAKE(survey, handles->is_face, survey->count);
    UVP_SURVEY_TAKE(survey, handles->turned, survey->count);
    UVP_SURVEY_TAKE(survey, handles->piece, survey->count);
    UVP_SURVEY_TAKE(survey, handles->on_ring, corners);
    memset(handles->turned, 0, survey->count);
    memset(handles->piece, 0, survey->count * sizeof *handles->piece);
    memset(handles->on_ring, 0, corners);
    for (uint32_t t = 0; t < survey->count; t++) {
        handles->is_face[t] = is_face(survey, t);
    }
    UVP_TRY(uvp_set_make(survey, survey->count, &handles->parent));
    UVP_TRY(uvp_set_make(survey, corners, &handles->fan));
    return uvp_set_make(survey, corners, &handles->ring);
}

enum uvp_code uvp_survey_topology(struct uvp_survey *survey)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(survey->scratch);
    struct handles handles = {.survey = survey};

    begin_figures(survey->figures);
    UVP_TRY(take_handles(&handles));
    UVP_TRY(pass_pairs(&handles));
    UVP_TRY(pass_pieces(&handles));
    UVP_TRY(count_rings(&handles));
    UVP_TRY(count_pieces(&handles));
    UVP_TRY(pass_others(&handles));
    UVP_TRY(count_vertices(&handles));
    uvp_arena_rewind(survey->scratch, mark);
    return UVP_OK;
}
