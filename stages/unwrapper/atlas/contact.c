/*
 * Edges lie in the buckets of a square grid that they, made thicker by the reach, touch; a
 * vertex looks into its own bucket. Two borders that do not cross are nearest at a vertex of
 * one of them.
 *
 * Where all vertices are further than the gap from the edges of others, edges that cross are
 * longer than two gaps: others need not be looked at.
 *
 * Where no two borders cross, a chart lies inside another one if, and only if, any of its
 * points does; and the borders of all others wind about that point once for each chart it lies
 * in.
 */
#include "stages/unwrapper/atlas/contact.h"

#include <string.h>

#define BUCKETS_MAX 512
#define BUCKET_PART 0.5
#define BUCKETS_ROOT 1.5
#define ROOM_LEAST 64
#define ENTRIES_AN_EDGE 4  /* in the mean, */
#define ENTRIES_A_BUCKET 4 /* and for each that borders are long: more than there can be */
#define LOOKS_AN_EDGE 200  /* at pairs of edges in a bucket: more is a tangle */
#define LOOKS_LEAST 100000
#define ENTRIES_LEAST 500
#define ENTRIES_MOST 58 /* an edge, then */
#define BLOCK 64        /* edges */
#define NONE UINT32_MAX

/* Cheaper than fmin and fmax, which must look for what is no number. */
static double lesser(double a, double b)
{
    return a < b ? a : b;
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* ---- edges ---- */

static struct uvp_vec2 start_of(const struct uvp_contacts *contacts, uint32_t edge)
{
    return contacts->at[edge];
}

static struct uvp_vec2 end_of(const struct uvp_contacts *contacts, uint32_t edge)
{
    return contacts->at[contacts->next[edge]];
}

static void list_edges(struct uvp_contacts *contacts, uint32_t c, uint32_t *edge_at)
{
    const struct uvp_bodies *const bodies = contacts->bodies;
    const struct uvp_outline *const outline = &bodies->outlines->outline[c];
    const uint32_t *const border = bodies->outlines->border;

    for (uint32_t e = outline->first; e < outline->first + outline->count; e++) {
        const uint32_t slot = border[2 * (size_t)e];
        const struct uvp_vec2 p = uvp_outline_point(outline, bodies->charts->chart[c].step,
                                                    bodies->charts->slot[slot]);
        contacts->frame[e] = (struct uvp_vec2){(p.x - outline->width / 2) * bodies->scale,
                                               (p.y - outline->height / 2) * bodies->scale};
        contacts->chart_of[e] = c;
        edge_at[slot] = e;
    }
    for (uint32_t e = outline->first; e < outline->first + outline->count; e++) {
        contacts->next[e] = edge_at[border[2 * (size_t)e + 1]];
    }
}

static enum uvp_code take_arrays(struct uvp_contacts *contacts, uint32_t edges)
{
    const size_t buckets = (size_t)contacts->across * (size_t)contacts->across;

    UVP_TAKE(contacts->work, contacts->chart_of, edges);
    UVP_TAKE(contacts->work, contacts->frame, edges);
    UVP_TAKE(contacts->work, contacts->next, edges);
    UVP_TAKE(contacts->work, contacts->at, edges);
    UVP_TAKE(contacts->work, contacts->active, edges);
    UVP_TAKE(contacts->work, contacts->is_active, edges);
    UVP_TAKE(contacts->work, contacts->contact, contacts->room);
    UVP_TAKE(contacts->work, contacts->bucket, buckets);
    UVP_TAKE(contacts->work, contacts->entry, contacts->entry_room);
    return UVP_OK;
}

/* Entries that edges have for their length. */
static uint32_t entries_along(const struct uvp_contacts *contacts)
{
    const struct uvp_bodies *const bodies = contacts->bodies;
    double length = 0;

    for (uint32_t c = 0; c < bodies->count; c++) {
        length += bodies->outlines->outline[c].perimeter * bodies->scale;
    }
    return (uint32_t)lesser(ENTRIES_A_BUCKET * length * contacts->across,
                            ENTRIES_MOST * (double)contacts->edge_count);
}

enum uvp_code uvp_contacts_take(struct uvp_atlas_work *work, struct uvp_bodies *bodies,
                                double reach, struct uvp_contacts *contacts)
{
    const uint32_t last = bodies->count - 1;
    const uint32_t edges =
        bodies->outlines->outline[last].first + bodies->outlines->outline[last].count;
    const double finest = lesser(BUCKET_PART / reach, BUCKETS_ROOT * sqrt((double)edges) + 4);

    *contacts = (struct uvp_contacts){.work = work, .bodies = bodies, .edge_count = edges};
    contacts->across = (int32_t)greater(1, lesser(finest, BUCKETS_MAX));
    contacts->room = edges + ROOM_LEAST;
    contacts->entry_room = ENTRIES_AN_EDGE * edges + entries_along(contacts) + ENTRIES_LEAST;
    UVP_TRY(take_arrays(contacts, edges));
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    uint32_t *edge_at;
    UVP_TAKE(work, edge_at, bodies->charts->slot_count);
    for (uint32_t c = 0; c < bodies->count; c++) {
        list_edges(contacts, c, edge_at);
    }
    uvp_arena_rewind(work->scratch, mark);
    bodies->steps += 20 * (uint64_t)edges;
    return uvp_work_count(work, 20 * edges);
}

static struct uvp_vec2 place(const struct uvp_pose *pose, struct uvp_vec2 p)
{
    return (struct uvp_vec2){pose->cosine * p.x - pose->sine * p.y + pose->x,
                             pose->sine * p.x + pose->cosine * p.y + pose->y};
}

void uvp_contacts_place(struct uvp_contacts *contacts)
{
    const struct uvp_bodies *const bodies = contacts->bodies;

    for (uint32_t c = 0; c < bodies->count; c++) {
        const struct uvp_outline *const outline = &bodies->outlines->outline[c];
        const struct uvp_pose pose = bodies->body[c].pose;
        for (uint32_t e = outline->first; e < outline->first + outline->count; e++) {
            contacts->at[e] = place(&pose, contacts->frame[e]);
        }
    }
    contacts->bodies->steps += 2 * (uint64_t)contacts->edge_count;
}

void uvp_contacts_move(struct uvp_contacts *contacts)
{
    for (uint32_t i = 0; i < contacts->active_count; i++) {
        const uint32_t e = contacts->active[i];
        contacts->at[e] =
            place(&contacts->bodies->body[contacts->chart_of[e]].pose, contacts->frame[e]);
    }
    contacts->bodies->steps += 4 * (uint64_t)contacts->active_count;
}

static void activate(struct uvp_contacts *contacts, uint32_t vertex)
{
    if (!contacts->is_active[vertex]) {
        contacts->is_active[vertex] = true;
        contacts->active[contacts->active_count++] = vertex;
    }
}

/* ---- buckets ---- */

static int32_t bucket_of(const struct uvp_contacts *contacts, double at)
{
    const double place = at * contacts->across;

    return place <= 0 ? 0 : place < contacts->across ? (int32_t)place : contacts->across - 1;
}

static const struct uvp_bucket *bucket_at(const struct uvp_contacts *contacts,
                                          struct uvp_vec2 p)
{
    return &contacts->bucket[(size_t)bucket_of(contacts, p.y) * (size_t)contacts->across +
                             (size_t)bucket_of(contacts, p.x)];
}

static void put(struct uvp_contacts *contacts, struct uvp_bucket *bucket, uint32_t edge)
{
    struct uvp_entry *const entry = contacts->entry;
    const uint32_t chart = contacts->chart_of[edge];

    if (contacts->entry_count == contacts->entry_room) {
        contacts->complete = false;
        return;
    }
    if (bucket->count > 0) {
        contacts->looks += bucket->count++;
    } else if (bucket->head != NONE && contacts->chart_of[entry[bucket->head].edge] != chart) {
        bucket->count = 1;
        for (uint32_t i = bucket->head; i != NONE; i = entry[i].next) {
            bucket->count++;
        }
        contacts->looks += (uint64_t)bucket->count * bucket->count / 2;
    }
    entry[contacts->entry_count] = (struct uvp_entry){edge, bucket->head};
    bucket->head = contacts->entry_count++;
}

/* Puts the edge into all its buckets. */
static void put_edge(struct uvp_contacts *contacts, uint32_t edge, double reach)
{
    const struct uvp_vec2 p = start_of(contacts, edge);
    const struct uvp_vec2 q = end_of(contacts, edge);
    const struct uvp_vec2 low = p.y <= q.y ? p : q;
    const struct uvp_vec2 high = p.y <= q.y ? q : p;
    const double width = 1.0 / contacts->across;
    const double slope = high.y > low.y + width ? (high.x - low.x) / (high.y - low.y) : 0;
    const int32_t end = bucket_of(contacts, high.y + reach);

    for (int32_t row = bucket_of(contacts, low.y - reach); row <= end; row++) {
        double a = low.x;
        double b = high.x;
        /* of a long edge its part within the row, made thicker */
        const double bottom = row * width - reach;
        const double top = (row + 1) * width + reach;
        if (high.y > low.y + width && row > 0 && bottom > low.y) {
            a = low.x + (bottom - low.y) * slope;
        }
        if (high.y > low.y + width && row < contacts->across - 1 && top < high.y) {
            b = low.x + (top - low.y) * slope;
        }
        const int32_t last = bucket_of(contacts, greater(a, b) + reach);
        for (int32_t i = bucket_of(contacts, lesser(a, b) - reach); i <= last; i++) {
            put(contacts, &contacts->bucket[(size_t)row * (size_t)contacts->across + (size_t)i],
                edge);
        }
    }
}

/* complete: there was room for all, and it is no tangle that would take too long. */
static enum uvp_code fill_buckets(struct uvp_contacts *contacts, double reach)
{
    const size_t buckets = (size_t)contacts->across * (size_t)contacts->across;
    const uint64_t most = (uint64_t)LOOKS_AN_EDGE * contacts->edge_count + LOOKS_LEAST;

    for (size_t i = 0; i < buckets; i++) {
        contacts->bucket[i] = (struct uvp_bucket){NONE, 0};
    }
    contacts->entry_count = 0;
    contacts->looks = 0;
    contacts->complete = true;
    for (uint32_t e = 0; e < contacts->edge_count && contacts->complete; e++) {
        put_edge(contacts, e, reach);
        contacts->complete = contacts->complete && contacts->looks <= most;
    }
    contacts->bodies->steps +=
        buckets / 2 + 20 * (uint64_t)contacts->edge_count + 8 * (uint64_t)contacts->entry_count;
    return uvp_work_count(contacts->work, 10 * contacts->edge_count + contacts->entry_count);
}

/* ---- contacts ---- */

static struct uvp_vec2 apart(struct uvp_vec2 p, struct uvp_vec2 a, struct uvp_vec2 b)
{
    const double dx = b.x - a.x;
    const double dy = b.y - a.y;
    const double square = dx * dx + dy * dy;
    double along = (p.x - a.x) * dx + (p.y - a.y) * dy;

    along = along <= 0 ? 0 : along >= square ? 1 : along / square;
    return (struct uvp_vec2){p.x - a.x - along * dx, p.y - a.y - along * dy};
}

struct uvp_vec2 uvp_contact_apart(const struct uvp_contacts *contacts,
                                  const struct uvp_contact *contact)
{
    return apart(contacts->at[contact->vertex], start_of(contacts, contact->edge),
                 end_of(contacts, contact->edge));
}

static void look(struct uvp_contacts *contacts, uint32_t vertex, uint32_t edge, double reach)
{
    const struct uvp_vec2 p = contacts->at[vertex];
    const struct uvp_vec2 a = start_of(contacts, edge);
    const struct uvp_vec2 b = end_of(contacts, edge);

    if (lesser(a.x, b.x) > p.x + reach || greater(a.x, b.x) < p.x - reach ||
        lesser(a.y, b.y) > p.y + reach || greater(a.y, b.y) < p.y - reach) {
        return;
    }
    const struct uvp_vec2 d = apart(p, a, b);
    if (d.x * d.x + d.y * d.y >= reach * reach) {
        return;
    }
    if (contacts->count == contacts->room) {
        contacts->complete = false;
        return;
    }
    activate(contacts, vertex);
    activate(contacts, edge);
    activate(contacts, contacts->next[edge]);
    contacts->contact[contacts->count++] = (struct uvp_contact){
        vertex, edge, contacts->chart_of[vertex], contacts->chart_of[edge]};
}

static void gather_walls(struct uvp_contacts *contacts, double reach, double side)
{
    contacts->active_count = 0;
    memset(contacts->is_active, 0, contacts->edge_count * sizeof *contacts->is_active);
    for (uint32_t v = 0; v < contacts->edge_count; v++) {
        const struct uvp_vec2 p = contacts->at[v];
        if (!(p.x >= reach && p.y >= reach && p.x <= side - reach && p.y <= side - reach)) {
            activate(contacts, v);
        }
    }
    contacts->wall_count = contacts->active_count;
}

enum uvp_code uvp_contacts_gather(struct uvp_contacts *contacts, double reach, double side)
{
    uint64_t looks = 0;

    contacts->count = 0;
    UVP_TRY(fill_buckets(contacts, reach));
    gather_walls(contacts, reach, side);
    for (uint32_t v = 0; v < contacts->edge_count && contacts->complete; v++) {
        const struct uvp_bucket *const bucket = bucket_at(contacts, contacts->at[v]);
        if (bucket->count == 0) {
            continue;
        }
        for (uint32_t i = bucket->head; i != NONE; i = contacts->entry[i].next) {
            if (contacts->chart_of[contacts->entry[i].edge] != contacts->chart_of[v]) {
                look(contacts, v, contacts->entry[i].edge, reach);
            }
        }
        looks += bucket->count;
    }
    contacts->bodies->steps += 4 * (uint64_t)contacts->edge_count + 5 * looks;
    return uvp_work_count(contacts->work, contacts->edge_count + (uint32_t)looks);
}

/* ---- the verdict ---- */

/* Twice the area of the triangle: positive when it turns left. */
static double turn(struct uvp_vec2 a, struct uvp_vec2 b, struct uvp_vec2 c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/* An edge and its box. */
struct boxed {
    uint32_t edge;
    uint32_t chart;
    struct uvp_vec2 low;
    struct uvp_vec2 high;
};

static bool is_crossing(const struct uvp_contacts *contacts, const struct boxed *e,
                        const struct boxed *f)
{
    if (e->chart == f->chart || e->low.x > f->high.x || f->low.x > e->high.x ||
        e->low.y > f->high.y || f->low.y > e->high.y) {
        return false;
    }
    const struct uvp_vec2 a = start_of(contacts, e->edge);
    const struct uvp_vec2 b = end_of(contacts, e->edge);
    const struct uvp_vec2 c = start_of(contacts, f->edge);
    const struct uvp_vec2 d = end_of(contacts, f->edge);

    return (turn(a, b, c) > 0) != (turn(a, b, d) > 0) &&
           (turn(c, d, a) > 0) != (turn(c, d, b) > 0);
}

/* The next edges of a list that are longer than the root of `least`, up to BLOCK. */
static uint32_t list_long(const struct uvp_contacts *contacts, double least, uint32_t *next,
                          struct boxed *boxed)
{
    uint32_t count = 0;

    for (; *next != NONE && count < BLOCK; *next = contacts->entry[*next].next) {
        const uint32_t e = contacts->entry[*next].edge;
        const struct uvp_vec2 a = start_of(contacts, e);
        const struct uvp_vec2 b = end_of(contacts, e);
        if ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y) > least) {
            boxed[count++] = (struct boxed){e,
                                            contacts->chart_of[e],
                                            {lesser(a.x, b.x), lesser(a.y, b.y)},
                                            {greater(a.x, b.x), greater(a.y, b.y)}};
        }
    }
    return count;
}

/* Whether any two edges of the list cross: blocks of them, each with itself and all later
 * ones. */
static bool crosses_itself(struct uvp_contacts *contacts, uint32_t head, double least)
{
    struct boxed first[BLOCK];
    struct boxed second[BLOCK];

    while (head != NONE) {
        const uint32_t count = list_long(contacts, least, &head, first);
        uint32_t rest = head;
        for (uint32_t i = 1; i < count; i++) {
            for (uint32_t j = 0; j < i; j++) {
                if (is_crossing(contacts, &first[i], &first[j])) {
                    return true;
                }
            }
        }
        contacts->bodies->steps += 10 + 3 * count + (uint64_t)count * count / 2;
        while (rest != NONE) {
            const uint32_t others = list_long(contacts, least, &rest, second);
            for (uint32_t i = 0; i < count * others; i++) {
                if (is_crossing(contacts, &first[i / others], &second[i % others])) {
                    return true;
                }
            }
            contacts->bodies->steps += 3 * (uint64_t)count * others;
        }
    }
    return false;
}

bool uvp_contacts_cross(struct uvp_contacts *contacts, double gap)
{
    const size_t buckets = (size_t)contacts->across * (size_t)contacts->across;

    contacts->bodies->steps += buckets + 4 * (uint64_t)contacts->entry_count;
    for (size_t k = 0; k < buckets; k++) {
        if (contacts->bucket[k].count > 0 &&
            crosses_itself(contacts, contacts->bucket[k].head, 4 * gap * gap)) {
            return true;
        }
    }
    return false;
}

/* How often the edge winds about the point of that chart, counted in the bucket in which it
 * meets the ray to the left (-1) or right. */
static int32_t wind(const struct uvp_contacts *contacts, uint32_t e, uint32_t chart,
                    struct uvp_vec2 p, int32_t bucket, int32_t way)
{
    const struct uvp_vec2 a = start_of(contacts, e);
    const struct uvp_vec2 b = end_of(contacts, e);

    if ((a.y <= p.y) == (b.y <= p.y) || contacts->chart_of[e] == chart) {
        return 0;
    }
    const double x = a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x);
    if ((x - p.x) * way > 0 && bucket_of(contacts, x) == bucket) {
        return (a.y <= p.y ? 1 : -1) * way;
    }
    return 0;
}

/* How often the borders of other charts wind about the vertex. */
static int32_t count_windings(struct uvp_contacts *contacts, uint32_t vertex)
{
    const struct uvp_vec2 p = contacts->at[vertex];
    const size_t row = (size_t)bucket_of(contacts, p.y) * (size_t)contacts->across;
    const int32_t way = p.x < 0.5 ? -1 : 1;
    int32_t windings = 0;
    uint64_t looks = 0;

    for (int32_t k = bucket_of(contacts, p.x); k >= 0 && k < contacts->across; k += way) {
        for (uint32_t i = contacts->bucket[row + (size_t)k].head; i != NONE;
             i = contacts->entry[i].next, looks++) {
            windings +=
                wind(contacts, contacts->entry[i].edge, contacts->chart_of[vertex], p, k, way);
        }
    }
    contacts->bodies->steps += 10 * looks + (uint64_t)contacts->across;
    return windings;
}

static bool has_chart_inside(struct uvp_contacts *contacts)
{
    const struct uvp_outlines *const outlines = contacts->bodies->outlines;

    for (uint32_t c = 0; c < outlines->count; c++) {
        if (count_windings(contacts, outlines->outline[c].first) != 0) {
            return true;
        }
    }
    return false;
}

enum uvp_code uvp_contacts_check(struct uvp_contacts *contacts, double gap, bool *valid)
{
    *valid = contacts->complete;
    for (uint32_t i = 0; i < contacts->count && *valid; i++) {
        const struct uvp_vec2 d = uvp_contact_apart(contacts, &contacts->contact[i]);
        *valid = d.x * d.x + d.y * d.y >= gap * gap;
    }
    *valid = *valid && !uvp_contacts_cross(contacts, gap) && !has_chart_inside(contacts);
    contacts->bodies->steps += 8 * (uint64_t)contacts->count;
    return uvp_work_count(contacts->work, 10 * contacts->edge_count);
}
