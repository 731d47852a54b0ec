/*
 * The box of least area has a side on an edge of the convex hull (Freeman, Shapira 1975); the
 * longest edges of the hull are tried, up to a fixed number.
 */
#include "stages/unwrapper/atlas/outline.h"

#include "stages/unwrapper/atlas/crew.h"
#include "stages/unwrapper/atlas/sort.h"

#define DIRECTIONS_MAX 16

struct hull {
    struct uvp_sort_item *items; /* border vertices by x, then y */
    struct uvp_sort_item *spare;
    struct uvp_point2 *point; /* of the hull, counterclockwise */
    uint32_t count;
};

static int64_t turn(struct uvp_point2 a, struct uvp_point2 b, struct uvp_point2 c)
{
    return ((int64_t)b.x - a.x) * ((int64_t)c.y - a.y) -
           ((int64_t)b.y - a.y) * ((int64_t)c.x - a.x);
}

static void add_to_hull(struct hull *hull, uint32_t keep, struct uvp_point2 p)
{
    while (hull->count >= keep + 2 &&
           turn(hull->point[hull->count - 2], hull->point[hull->count - 1], p) <= 0) {
        hull->count--;
    }
    hull->point[hull->count++] = p;
}

/* Andrew's monotone chain. */
static void find_hull(struct hull *hull, const struct uvp_point2 *slot, const uint32_t *border,
                      uint32_t edges)
{
    for (uint32_t e = 0; e < edges; e++) {
        const struct uvp_point2 p = slot[border[2 * e]];
        hull->items[e].key = (uint64_t)(uint32_t)p.x << 32 | (uint32_t)p.y;
        hull->items[e].value = border[2 * e];
    }
    uvp_sort_items(hull->items, hull->spare, edges);
    hull->count = 0;
    for (uint32_t e = 0; e < edges; e++) {
        add_to_hull(hull, 0, slot[hull->items[e].value]);
    }
    const uint32_t keep = hull->count - 1;
    for (uint32_t e = edges - 1; e-- > 0;) {
        add_to_hull(hull, keep, slot[hull->items[e].value]);
    }
    hull->count--;
}

/* Box of the hull in the frame whose x axis is (cosine, sine). */
static void measure_box(const struct hull *hull, double step, struct uvp_outline *outline)
{
    struct uvp_vec2 low = {HUGE_VAL, HUGE_VAL};
    struct uvp_vec2 high = {-HUGE_VAL, -HUGE_VAL};

    for (uint32_t i = 0; i < hull->count; i++) {
        const double x = hull->point[i].x * step;
        const double y = hull->point[i].y * step;
        const double u = outline->cosine * x + outline->sine * y;
        const double v = outline->cosine * y - outline->sine * x;
        low.x = u < low.x ? u : low.x;
        low.y = v < low.y ? v : low.y;
        high.x = u > high.x ? u : high.x;
        high.y = v > high.y ? v : high.y;
    }
    outline->low_x = low.x;
    outline->low_y = low.y;
    outline->width = high.x - low.x;
    outline->height = high.y - low.y;
}

static double length_of(struct uvp_point2 a, struct uvp_point2 b)
{
    const double dx = (double)b.x - a.x;
    const double dy = (double)b.y - a.y;

    return sqrt(dx * dx + dy * dy);
}

/* Hull edges, longest first, as directions to try; returns their number. */
static uint32_t list_directions(const struct hull *hull)
{
    for (uint32_t i = 0; i < hull->count; i++) {
        const double length = length_of(hull->point[i], hull->point[(i + 1) % hull->count]);
        hull->items[i] = (struct uvp_sort_item){uvp_sort_key_of(-length), i};
    }
    uvp_sort_items(hull->items, hull->spare, hull->count);
    return hull->count < DIRECTIONS_MAX ? hull->count : DIRECTIONS_MAX;
}

static void find_box(const struct hull *hull, double step, struct uvp_outline *outline)
{
    const uint32_t directions = list_directions(hull);
    struct uvp_outline trial = *outline;

    outline->cosine = 1;
    outline->sine = 0;
    measure_box(hull, step, outline);
    for (uint32_t i = 0; i < directions; i++) {
        const struct uvp_point2 p = hull->point[hull->items[i].value];
        const struct uvp_point2 q = hull->point[(hull->items[i].value + 1) % hull->count];
        const double length = length_of(p, q);
        trial.cosine = ((double)q.x - p.x) / length;
        trial.sine = ((double)q.y - p.y) / length;
        measure_box(hull, step, &trial);
        if (trial.width * trial.height < outline->width * outline->height) {
            *outline = trial;
        }
    }
}

static uint32_t count_edges(const struct uvp_topology *topology,
                            const struct uvp_charts *charts, const struct uvp_chart *chart,
                            uint32_t *border)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < chart->triangle_count; i++) {
        const uint32_t t = charts->triangle[chart->first_triangle + i];
        for (uint32_t h = 3 * t; h < 3 * t + 3; h++) {
            const uint32_t g = uvp_charts_across(topology, charts, h);
            /* parts of a chart that was just cut still share its slots */
            if (g != UVP_NONE && charts->chart_of[g / 3] == charts->chart_of[t]) {
                continue;
            }
            if (border != NULL) {
                border[2 * count] = charts->corner[h];
                border[2 * count + 1] = charts->corner[uvp_edge_next(h)];
            }
            count++;
        }
    }
    return count;
}

static void measure_outline(const struct uvp_charts *charts, const struct uvp_chart *chart,
                            const uint32_t *border, struct uvp_outline *outline)
{
    /* twice the area is the sum over the border, taken from its first point */
    const struct uvp_point2 origin = charts->slot[border[0]];
    double twice = 0;
    double perimeter = 0;

    for (uint32_t e = 0; e < outline->count; e++) {
        const struct uvp_point2 p = charts->slot[border[2 * e]];
        const struct uvp_point2 q = charts->slot[border[2 * e + 1]];
        twice += (double)turn(origin, p, q);
        perimeter += length_of(p, q);
    }
    outline->area = twice / 2 * chart->step * chart->step;
    outline->perimeter = perimeter * chart->step;
}

static enum uvp_code take_hull(struct uvp_atlas_work *work, uint32_t edges, struct hull *hull)
{
    UVP_TAKE(work, hull->items, (size_t)edges + 1);
    UVP_TAKE(work, hull->spare, (size_t)edges + 1);
    UVP_TAKE(work, hull->point, 2 * (size_t)edges + 2);
    return UVP_OK;
}

static void fill_outline(const struct uvp_topology *topology, const struct uvp_charts *charts,
                         const struct uvp_chart *chart, struct hull *hull, uint32_t *border,
                         struct uvp_outline *outline)
{
    (void)count_edges(topology, charts, chart, border);
    measure_outline(charts, chart, border, outline);
    find_hull(hull, charts->slot, border, outline->count);
    find_box(hull, chart->step, outline);
}

enum uvp_code uvp_outline_chart(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_charts *charts, uint32_t chart,
                                struct uvp_outline *outline, uint32_t **border)
{
    const uint32_t count = count_edges(topology, charts, &charts->chart[chart], NULL);
    struct uvp_arena_mark mark;
    struct hull hull;

    *outline = (struct uvp_outline){.count = count};
    UVP_TAKE(work, *border, 2 * (size_t)count);
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(take_hull(work, count, &hull));
    fill_outline(topology, charts, &charts->chart[chart], &hull, *border, outline);
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 8 * charts->chart[chart].triangle_count + 20 * count);
}

/* ---- all charts: each is a task ---- */

struct outlining {
    const struct uvp_topology *topology;
    const struct uvp_charts *charts;
    struct uvp_outlines *outlines;
};

static enum uvp_code count_chart(struct uvp_atlas_work *work, void *arg, uint32_t c)
{
    const struct outlining *const all = arg;
    const struct uvp_chart *const chart = &all->charts->chart[c];

    all->outlines->outline[c] = (struct uvp_outline){
        .count = count_edges(all->topology, all->charts, chart, NULL),
    };
    return uvp_work_count(work, 4 * chart->triangle_count);
}

static enum uvp_code outline_chart(struct uvp_atlas_work *work, void *arg, uint32_t c)
{
    const struct outlining *const all = arg;
    struct uvp_outline *const outline = &all->outlines->outline[c];
    struct hull hull;

    UVP_TRY(take_hull(work, outline->count, &hull));
    fill_outline(all->topology, all->charts, &all->charts->chart[c], &hull,
                 all->outlines->border + 2 * (size_t)outline->first, outline);
    return uvp_work_count(work, 20 * outline->count + 40);
}

enum uvp_code uvp_outline_make(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                               const struct uvp_charts *charts, struct uvp_outlines *outlines)
{
    struct outlining all = {topology, charts, outlines};
    uint32_t sum = 0;

    *outlines = (struct uvp_outlines){.count = charts->count, .mesh_unit = topology->scale};
    UVP_TAKE(work, outlines->outline, charts->count);
    UVP_TRY(uvp_crew_run(work, charts->count, count_chart, &all));
    for (uint32_t c = 0; c < charts->count; c++) {
        outlines->outline[c].first = sum;
        sum += outlines->outline[c].count;
    }
    UVP_TAKE(work, outlines->border, 2 * (size_t)sum);
    UVP_TRY(uvp_crew_run(work, charts->count, outline_chart, &all));
    for (uint32_t c = 0; c < charts->count; c++) {
        outlines->area += outlines->outline[c].area;
        outlines->perimeter += outlines->outline[c].perimeter;
    }
    return UVP_OK;
}
