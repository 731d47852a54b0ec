/*
 * Borders are simplified first, to a small part of the mesh. Distances are exact in a band
 * about the border; further inside they are summed up along the mesh (Borgefors 1986).
 */
#include "stages/unwrapper/atlas/body.h"

#include <string.h>

#define SIMPLER 0.15     /* of the mesh: borders may be off by that */
#define SPACING 1.5      /* meshes between two points of a border */
#define SPACING_THIN 0.5 /* and of a thin chart, */
#define THIN 0.7         /* narrower than so many meshes */
#define LOOK 12          /* vertices left out one after the other, at most */

#define BAND 1.5 /* meshes beyond the reach that distances are exact */
#define DEEP 1e3F
#define STEPS_A_NODE 16

/* One chart's border while it is drawn. */
struct tracer {
    struct uvp_atlas_work *work;
    struct uvp_bodies *bodies;
    struct uvp_body *body;
    double band;
    double spacing;    /* of points along the border */
    uint32_t *edge_at; /* of each slot: the edge of the chart's border that starts there */
    uint8_t *seen;     /* edges */
    struct uvp_vec2 *vertex; /* of the chart's border edges' starts, in the frame */
    struct uvp_vec2 *loop;
    uint8_t *flip; /* nodes where a row goes in or out */
};

/* ---- fields ---- */

static double square_distance(struct uvp_vec2 p, struct uvp_vec2 a, struct uvp_vec2 b)
{
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double square = dx * dx + dy * dy;
    double along = (p.x - a.x) * dx + (p.y - a.y) * dy;

    along = along <= 0 ? 0 : along >= square ? 1 : along / square;
    const double x = p.x - a.x - along * dx;
    const double y = p.y - a.y - along * dy;
    return x * x + y * y;
}

/* Indices of the nodes within low ... high, cut at the field. */
static int32_t first_node(double low, double mesh, int32_t count)
{
    const double at = ceil(low / mesh);

    return at <= 0 ? 0 : at >= count ? count : (int32_t)at;
}

static void draw_distances(const struct tracer *tracer, struct uvp_vec2 a, struct uvp_vec2 b)
{
    const struct uvp_body *const body = tracer->body;
    const double mesh = tracer->bodies->mesh;
    const double band = tracer->band;
    const int32_t left = first_node(fmin(a.x, b.x) - band - body->low.x, mesh, body->across);
    const int32_t right = first_node(fmax(a.x, b.x) + band - body->low.x, mesh, body->across);
    const int32_t bottom = first_node(fmin(a.y, b.y) - band - body->low.y, mesh, body->rows);
    const int32_t top = first_node(fmax(a.y, b.y) + band - body->low.y, mesh, body->rows);

    const float dx = (float)(b.x - a.x);
    const float dy = (float)(b.y - a.y);
    const float square = dx * dx + dy * dy;
    const float part = square > 0 ? 1 / square : 0;
    const float x0 = (float)(body->low.x - a.x);

    for (int32_t row = bottom; row < top; row++) {
        float *const node = body->node + (size_t)row * (size_t)body->across;
        const float y = (float)(body->low.y + row * mesh - a.y);
        for (int32_t i = left; i < right; i++) {
            const float x = x0 + (float)i * (float)mesh;
            float along = (x * dx + y * dy) * part;
            along = along > 0 ? along : 0;
            along = along < 1 ? along : 1;
            const float ex = x - along * dx;
            const float ey = y - along * dy;
            const float away = ex * ex + ey * ey;
            node[i] = away < node[i] ? away : node[i];
        }
    }
    tracer->bodies->steps += 40 + 3 * (uint64_t)(right - left) * (uint64_t)(top - bottom);
}

static void draw_flips(const struct tracer *tracer, struct uvp_vec2 a, struct uvp_vec2 b)
{
    const struct uvp_body *const body = tracer->body;
    const double mesh = tracer->bodies->mesh;
    const struct uvp_vec2 low = a.y <= b.y ? a : b;
    const struct uvp_vec2 high = a.y <= b.y ? b : a;
    const int32_t end = first_node(high.y - body->low.y, mesh, body->rows);

    for (int32_t row = first_node(low.y - body->low.y, mesh, body->rows); row < end; row++) {
        const double y = body->low.y + row * mesh;
        const double x = low.x + (y - low.y) / (high.y - low.y) * (high.x - low.x);
        const int32_t i = first_node(x - body->low.x, mesh, body->across);
        if (i < body->across) {
            tracer->flip[(size_t)row * (size_t)body->across + (size_t)i] ^= 1;
        }
    }
}

/* Squares to distances, with signs. */
static void sign_nodes(const struct tracer *tracer)
{
    const struct uvp_body *const body = tracer->body;
    const float far = (float)(tracer->band * tracer->band);

    for (int32_t row = 0; row < body->rows; row++) {
        float *const node = body->node + (size_t)row * (size_t)body->across;
        const uint8_t *const flip = tracer->flip + (size_t)row * (size_t)body->across;
        uint8_t inside = 0;
        for (int32_t i = 0; i < body->across; i++) {
            inside ^= flip[i];
            if (node[i] < far) {
                const float distance = (float)sqrt((double)node[i]);
                node[i] = inside ? -distance : distance;
            } else {
                node[i] = inside ? -DEEP : (float)tracer->band;
            }
        }
    }
}

static float deeper(float node, float next, float step)
{
    return node < 0 && next - step > node ? next - step : node;
}

/* Nodes inside that no edge reached; from two sides. */
static void fill_nodes(const struct tracer *tracer)
{
    const struct uvp_body *const body = tracer->body;
    const float step = (float)tracer->bodies->mesh;
    const size_t across = (size_t)body->across;
    const size_t count = across * (size_t)body->rows;
    float *const node = body->node;

    for (size_t i = across; i < count; i++) {
        node[i] = deeper(deeper(node[i], node[i - 1], step), node[i - across], step);
    }
    for (size_t i = count - across; i-- > 0;) {
        node[i] = deeper(deeper(node[i], node[i + 1], step), node[i + across], step);
    }
    tracer->bodies->steps += 12 * count;
}

/* ---- borders ---- */

/* One piece of the simplified border: points along it, and its part of the field. */
static void add_piece(const struct tracer *tracer, struct uvp_vec2 a, struct uvp_vec2 b)
{
    struct uvp_bodies *const bodies = tracer->bodies;
    struct uvp_body *const body = tracer->body;
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double length = sqrt(dx * dx + dy * dy);
    const uint32_t parts = 1 + (uint32_t)(length / tracer->spacing);
    struct uvp_vec2 p = a;

    for (uint32_t i = 1; i <= parts; i++) {
        const double part = (double)i / parts;
        const struct uvp_vec2 q = {a.x + part * dx, a.y + part * dy};
        draw_distances(tracer, p, q);
        bodies->point[body->first_point + body->point_count++] = p;
        p = q;
    }
    draw_flips(tracer, a, b);
}

/* Whether all vertices between the two are close to the line from one to the other. */
static bool is_straight(const struct tracer *tracer, uint32_t from, uint32_t to, uint32_t count)
{
    const double most = SIMPLER * tracer->bodies->mesh;

    for (uint32_t i = from + 1; i < to; i++) {
        if (square_distance(tracer->loop[i], tracer->loop[from], tracer->loop[to % count]) >
            most * most) {
            return false;
        }
    }
    return true;
}

static void add_loop(const struct tracer *tracer, uint32_t count)
{
    uint32_t from = 0;

    while (from < count) {
        uint32_t to = from + 1;
        while (to < count && to - from < LOOK && is_straight(tracer, from, to + 1, count)) {
            to++;
        }
        tracer->bodies->steps += 10 * (uint64_t)(to - from) * (to - from);
        add_piece(tracer, tracer->loop[from], tracer->loop[to % count]);
        from = to;
    }
}

static void add_loops(const struct tracer *tracer, const uint32_t *border, uint32_t edges)
{
    for (uint32_t e = 0; e < edges; e++) {
        uint32_t count = 0;
        for (uint32_t at = e; !tracer->seen[at]; at = tracer->edge_at[border[2 * at + 1]]) {
            tracer->seen[at] = 1;
            tracer->loop[count++] = tracer->vertex[at];
        }
        add_loop(tracer, count);
    }
}

/* ---- bodies ---- */

/* Thin charts may cross between their points, unseen by fields. */
static double spacing_of(const struct uvp_bodies *bodies, const struct uvp_outline *outline)
{
    const bool thin =
        2 * outline->area * bodies->scale <= THIN * bodies->mesh * outline->perimeter;

    return (thin ? SPACING_THIN : SPACING) * bodies->mesh;
}

static double margin_of(double mesh, double reach)
{
    return reach + (BAND + 1) * mesh;
}

static int32_t nodes_along(double length, double mesh, double reach)
{
    return 2 + (int32_t)((length + 2 * margin_of(mesh, reach)) / mesh);
}

static void set_pose(const struct uvp_outline *outline, double scale,
                     const struct uvp_spot *spot, struct uvp_pose *pose)
{
    const double x = outline->width / 2 * scale;
    const double y = outline->height / 2 * scale;

    *pose = (struct uvp_pose){spot->cosine * x - spot->sine * y + spot->x,
                              spot->sine * x + spot->cosine * y + spot->y, spot->cosine,
                              spot->sine};
}

static void measure_inertia(const struct uvp_bodies *bodies, struct uvp_body *body)
{
    double sum = 0;

    for (uint32_t i = 0; i < body->point_count; i++) {
        const struct uvp_vec2 p = bodies->point[body->first_point + i];
        sum += p.x * p.x + p.y * p.y;
    }
    body->inertia = sum / body->point_count;
}

static enum uvp_code make_body(struct tracer *tracer, uint32_t c)
{
    const struct uvp_bodies *const bodies = tracer->bodies;
    const struct uvp_outline *const outline = &bodies->outlines->outline[c];
    const uint32_t *const border = bodies->outlines->border + 2 * (size_t)outline->first;
    const double width = outline->width * bodies->scale;
    const double height = outline->height * bodies->scale;
    const double margin = margin_of(bodies->mesh, bodies->reach);
    struct uvp_body *const body = tracer->body;
    size_t nodes;

    body->low = (struct uvp_vec2){-width / 2 - margin, -height / 2 - margin};
    body->across = nodes_along(width, bodies->mesh, bodies->reach);
    body->rows = nodes_along(height, bodies->mesh, bodies->reach);
    nodes = (size_t)body->across * (size_t)body->rows;
    tracer->spacing = spacing_of(bodies, outline);
    UVP_TAKE(tracer->work, body->node, nodes);
    const struct uvp_arena_mark mark = uvp_arena_mark(tracer->work->scratch);
    UVP_TAKE(tracer->work, tracer->flip, nodes);
    memset(tracer->flip, 0, nodes);
    for (size_t i = 0; i < nodes; i++) {
        body->node[i] = (float)(tracer->band * tracer->band);
    }
    for (uint32_t e = 0; e < outline->count; e++) {
        const struct uvp_vec2 p = uvp_outline_point(outline, bodies->charts->chart[c].step,
                                                    bodies->charts->slot[border[2 * e]]);
        tracer->vertex[e] = (struct uvp_vec2){p.x * bodies->scale - width / 2,
                                              p.y * bodies->scale - height / 2};
        tracer->edge_at[border[2 * e]] = e;
        tracer->seen[e] = 0;
    }
    add_loops(tracer, border, outline->count);
    sign_nodes(tracer);
    fill_nodes(tracer);
    measure_inertia(bodies, body);
    uvp_arena_rewind(tracer->work->scratch, mark);
    tracer->bodies->steps += 60 * outline->count + 4 * nodes;
    return uvp_work_count(tracer->work, 30 * outline->count + (uint32_t)nodes * 8);
}

static enum uvp_code take_tracer(struct tracer *tracer)
{
    const struct uvp_outlines *const outlines = tracer->bodies->outlines;
    uint32_t edges = 0;

    for (uint32_t c = 0; c < outlines->count; c++) {
        edges = outlines->outline[c].count > edges ? outlines->outline[c].count : edges;
    }
    UVP_TAKE(tracer->work, tracer->edge_at, tracer->bodies->charts->slot_count);
    UVP_TAKE(tracer->work, tracer->seen, edges);
    UVP_TAKE(tracer->work, tracer->vertex, edges);
    UVP_TAKE(tracer->work, tracer->loop, edges);
    return UVP_OK;
}

enum uvp_code uvp_bodies_take(struct uvp_atlas_work *work, const struct uvp_charts *charts,
                              const struct uvp_outlines *outlines,
                              const struct uvp_packing *packing, struct uvp_bodies *bodies)
{
    *bodies = (struct uvp_bodies){.charts = charts,
                                  .outlines = outlines,
                                  .scale = packing->scale,
                                  .count = outlines->count};
    UVP_TAKE(work, bodies->body, outlines->count);
    for (uint32_t c = 0; c < outlines->count; c++) {
        const double width = outlines->outline[c].width * packing->scale;
        const double height = outlines->outline[c].height * packing->scale;
        bodies->body[c] =
            (struct uvp_body){.radius = sqrt(width * width + height * height) / 2};
        set_pose(&outlines->outline[c], packing->scale, &packing->spot[c],
                 &bodies->body[c].pose);
    }
    return UVP_OK;
}

double uvp_bodies_steps(const struct uvp_bodies *bodies, double mesh, double reach)
{
    const double edge = 4 + 2 * reach / mesh + 2 * BAND;
    double steps = 0;

    for (uint32_t c = 0; c < bodies->count; c++) {
        const struct uvp_outline *const outline = &bodies->outlines->outline[c];
        const double nodes = (double)nodes_along(outline->width * bodies->scale, mesh, reach) *
                             nodes_along(outline->height * bodies->scale, mesh, reach);
        const double pieces = outline->perimeter * bodies->scale / (SPACING * mesh);
        steps += STEPS_A_NODE * nodes + pieces * (40 + 3 * edge * edge);
    }
    return steps;
}

enum uvp_code uvp_bodies_draw(struct uvp_atlas_work *work, double mesh, double reach,
                              struct uvp_bodies *bodies)
{
    struct tracer tracer = {.work = work, .bodies = bodies, .band = reach + BAND * mesh};
    double points = 0;

    bodies->mesh = mesh;
    bodies->reach = reach;
    for (uint32_t c = 0; c < bodies->count; c++) {
        const struct uvp_outline *const outline = &bodies->outlines->outline[c];
        points += 2 + outline->count +
                  outline->perimeter * bodies->scale / spacing_of(bodies, outline);
    }
    UVP_TAKE(work, bodies->point, (size_t)points);
    UVP_TRY(take_tracer(&tracer));
    for (uint32_t c = 0; c < bodies->count; c++) {
        tracer.body = &bodies->body[c];
        tracer.body->first_point = bodies->point_count;
        UVP_TRY(make_body(&tracer, c));
        bodies->point_count += tracer.body->point_count;
    }
    UVP_TAKE(work, bodies->at, bodies->point_count);
    return UVP_OK;
}

void uvp_body_place(struct uvp_bodies *bodies, uint32_t c)
{
    struct uvp_body *const body = &bodies->body[c];
    const struct uvp_pose pose = body->pose;
    struct uvp_vec2 from = {HUGE_VAL, HUGE_VAL};
    struct uvp_vec2 to = {-HUGE_VAL, -HUGE_VAL};

    for (uint32_t i = body->first_point; i < body->first_point + body->point_count; i++) {
        const struct uvp_vec2 p = bodies->point[i];
        const struct uvp_vec2 q = {pose.cosine * p.x - pose.sine * p.y + pose.x,
                                   pose.sine * p.x + pose.cosine * p.y + pose.y};
        bodies->at[i] = q;
        from.x = q.x < from.x ? q.x : from.x;
        from.y = q.y < from.y ? q.y : from.y;
        to.x = q.x > to.x ? q.x : to.x;
        to.y = q.y > to.y ? q.y : to.y;
    }
    body->from = from;
    body->to = to;
    bodies->steps += 4 * (uint64_t)body->point_count;
}

void uvp_bodies_place(struct uvp_bodies *bodies)
{
    for (uint32_t c = 0; c < bodies->count; c++) {
        uvp_body_place(bodies, c);
    }
}
