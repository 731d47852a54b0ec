/*
 * Edges lie in the buckets of a square grid that they, made thicker by the reach, touch; a
 * vertex looks into its own bucket. Two borders that do not cross are nearest at a vertex of
 * one of them.
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
#define ENTRY_SLACK 5 /* a fifth more entries than at first: charts move hardly any more */
#define ROOM_LEAST 64
#define ENTRIES_AN_EDGE 64
#define LOOKS_AN_EDGE 400 /* at pairs of edges in a bucket: more is a tangle */
#define LOOKS_LEAST 100000

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
        contacts->frame[e] = uvp_outline_point(outline, bodies->charts->chart[c].step,
                                               bodies->charts->slot[slot]);
        contacts->chart_of[e] = c;
        edge_at[slot] = e;
    }
    for (uint32_t e = outline->first; e < outline->first + outline->count; e++) {
        contacts->next[e] = edge_at[border[2 * (size_t)e + 1]];
    }
}

enum uvp_code uvp_contacts_take(struct uvp_atlas_work *work, struct uvp_bodies *bodies,
                                double reach, struct uvp_contacts *contacts)
{
    const uint32_t last = bodies->count - 1;
    const uint32_t edges =
        bodies->outlines->outline[last].first + bodies->outlines->outline[last].count;
    const double finest = lesser(BUCKET_PART / reach, BUCKETS_ROOT * sqrt((double)edges) + 4);
    uint32_t *edge_at;

    *contacts = (struct uvp_contacts){.work = work, .bodies = bodies, .edge_count = edges};
    contacts->across = (int32_t)greater(1, lesser(finest, BUCKETS_MAX));
    contacts->room = edges + ROOM_LEAST;
    UVP_TAKE(work, contacts->chart_of, edges);
    UVP_TAKE(work, contacts->frame, edges);
    UVP_TAKE(work, contacts->next, edges);
    UVP_TAKE(work, contacts->at, edges);
    UVP_TAKE(work, contacts->contact, contacts->room);
    UVP_TAKE(work, contacts->first, (size_t)contacts->across * (size_t)contacts->across + 2);
    UVP_TAKE(work, contacts->mixed, (size_t)contacts->across * (size_t)contacts->across);
    UVP_TAKE(work, edge_at, bodies->charts->slot_count);
    for (uint32_t c = 0; c < bodies->count; c++) {
        list_edges(contacts, c, edge_at);
    }
    bodies->steps += 60 * (uint64_t)edges;
    return uvp_work_count(work, 40 * edges);
}

void uvp_contacts_place(struct uvp_contacts *contacts)
{
    for (uint32_t e = 0; e < contacts->edge_count; e++) {
        contacts->at[e] =
            uvp_body_point(contacts->bodies, contacts->chart_of[e], contacts->frame[e]);
    }
    contacts->bodies->steps += 12 * (uint64_t)contacts->edge_count;
}

/* ---- buckets ---- */

static int32_t bucket_of(const struct uvp_contacts *contacts, double at)
{
    const double place = at * contacts->across;

    return place <= 0 ? 0 : place < contacts->across ? (int32_t)place : contacts->across - 1;
}

/* Counts the edge in all its buckets, or puts it there. */
static void visit_buckets(struct uvp_contacts *contacts, uint32_t edge, double reach, bool put)
{
    const struct uvp_vec2 p = start_of(contacts, edge);
    const struct uvp_vec2 q = end_of(contacts, edge);
    const struct uvp_vec2 low = p.y <= q.y ? p : q;
    const struct uvp_vec2 high = p.y <= q.y ? q : p;
    const double slope = high.y > low.y ? (high.x - low.x) / (high.y - low.y) : 0;
    const int32_t end = bucket_of(contacts, high.y + reach);

    for (int32_t row = bucket_of(contacts, low.y - reach); row <= end; row++) {
        /* the edge's part within the row, made thicker */
        const double bottom = (double)row / contacts->across - reach;
        const double top = (double)(row + 1) / contacts->across + reach;
        const double a = row == 0 || bottom <= low.y ? low.x : low.x + (bottom - low.y) * slope;
        const double b = row == contacts->across - 1 || top >= high.y
                             ? high.x
                             : low.x + (top - low.y) * slope;
        const int32_t last = bucket_of(contacts, greater(a, b) + reach);
        for (int32_t i = bucket_of(contacts, lesser(a, b) - reach); i <= last; i++) {
            const size_t bucket = (size_t)row * (size_t)contacts->across + (size_t)i;
            if (put) {
                contacts->entry[contacts->first[bucket + 1]++] = edge;
            } else {
                contacts->first[bucket + 2]++;
            }
        }
    }
}

/* Whether edges of several charts lie in the bucket. */
static bool is_mixed(const struct uvp_contacts *contacts, size_t bucket)
{
    const uint32_t first = contacts->first[bucket];

    for (uint32_t i = first + 1; i < contacts->first[bucket + 1]; i++) {
        if (contacts->chart_of[contacts->entry[i]] !=
            contacts->chart_of[contacts->entry[first]]) {
            return true;
        }
    }
    return false;
}

static void count_buckets(struct uvp_contacts *contacts, double reach)
{
    const size_t buckets = (size_t)contacts->across * (size_t)contacts->across;

    memset(contacts->first, 0, (buckets + 2) * sizeof *contacts->first);
    for (uint32_t e = 0; e < contacts->edge_count; e++) {
        visit_buckets(contacts, e, reach, false);
    }
    for (size_t i = 2; i < buckets + 2; i++) {
        contacts->first[i] += contacts->first[i - 1];
    }
    contacts->bodies->steps +=
        2 * (uint64_t)buckets + 6 * (uint64_t)contacts->first[buckets + 1];
}

/* *complete: there was room for all, and it is no tangle that would take too long. */
static enum uvp_code fill_buckets(struct uvp_contacts *contacts, double reach, bool *complete)
{
    const size_t buckets = (size_t)contacts->across * (size_t)contacts->across;
    uint64_t looks = 0;
    uint32_t entries;

    count_buckets(contacts, reach);
    entries = contacts->first[buckets + 1];
    if (entries > ENTRIES_AN_EDGE * (uint64_t)contacts->edge_count + LOOKS_LEAST) {
        *complete = false;
        return UVP_OK;
    }
    if (contacts->entry == NULL) {
        contacts->entry_room = entries + entries / ENTRY_SLACK + ROOM_LEAST;
        UVP_TAKE(contacts->work, contacts->entry, contacts->entry_room);
    }
    *complete = entries <= contacts->entry_room;
    for (uint32_t e = 0; e < contacts->edge_count && *complete; e++) {
        visit_buckets(contacts, e, reach, true);
    }
    for (size_t i = 0; i < buckets && *complete; i++) {
        const uint64_t count = contacts->first[i + 1] - contacts->first[i];
        contacts->mixed[i] = is_mixed(contacts, i);
        looks += contacts->mixed[i] ? count * count : 0;
    }
    *complete =
        *complete && looks <= (uint64_t)LOOKS_AN_EDGE * contacts->edge_count + LOOKS_LEAST;
    contacts->bodies->steps += looks / 2;
    return uvp_work_count(contacts->work, (uint32_t)(entries + looks / 4));
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
    contacts->contact[contacts->count++] = (struct uvp_contact){
        vertex, edge, contacts->chart_of[vertex], contacts->chart_of[edge]};
}

enum uvp_code uvp_contacts_gather(struct uvp_contacts *contacts, double reach)
{
    const uint64_t before = contacts->bodies->steps;

    contacts->count = 0;
    UVP_TRY(fill_buckets(contacts, reach, &contacts->complete));
    for (uint32_t v = 0; v < contacts->edge_count && contacts->complete; v++) {
        const struct uvp_vec2 p = contacts->at[v];
        const size_t bucket = (size_t)bucket_of(contacts, p.y) * (size_t)contacts->across +
                              (size_t)bucket_of(contacts, p.x);
        if (!contacts->mixed[bucket]) {
            continue;
        }
        for (uint32_t i = contacts->first[bucket]; i < contacts->first[bucket + 1]; i++) {
            if (contacts->chart_of[contacts->entry[i]] != contacts->chart_of[v]) {
                look(contacts, v, contacts->entry[i], reach);
            }
        }
        contacts->bodies->steps +=
            10 + 6 * (uint64_t)(contacts->first[bucket + 1] - contacts->first[bucket]);
    }
    return uvp_work_count(contacts->work, (uint32_t)(contacts->bodies->steps - before) / 4);
}

/* ---- the verdict ---- */

/* Twice the area of the triangle: positive when it turns left. */
static double turn(struct uvp_vec2 a, struct uvp_vec2 b, struct uvp_vec2 c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

static bool is_crossing(const struct uvp_contacts *contacts, uint32_t e, uint32_t f)
{
    const struct uvp_vec2 a = start_of(contacts, e);
    const struct uvp_vec2 b = end_of(contacts, e);
    const struct uvp_vec2 c = start_of(contacts, f);
    const struct uvp_vec2 d = end_of(contacts, f);

    if (lesser(a.x, b.x) > greater(c.x, d.x) || greater(a.x, b.x) < lesser(c.x, d.x) ||
        lesser(a.y, b.y) > greater(c.y, d.y) || greater(a.y, b.y) < lesser(c.y, d.y)) {
        return false;
    }
    return (turn(a, b, c) > 0) != (turn(a, b, d) > 0) &&
           (turn(c, d, a) > 0) != (turn(c, d, b) > 0);
}

bool uvp_contacts_cross(struct uvp_contacts *contacts)
{
    contacts->bodies->steps += 10 * (uint64_t)contacts->edge_count;
    const size_t buckets = (size_t)contacts->across * (size_t)contacts->across;

    for (size_t k = 0; k < buckets; k++) {
        for (uint32_t i = contacts->first[k]; contacts->mixed[k] && i < contacts->first[k + 1];
             i++) {
            const uint32_t e = contacts->entry[i];
            for (uint32_t j = contacts->first[k]; j < i; j++) {
                const uint32_t f = contacts->entry[j];
                if (contacts->chart_of[e] != contacts->chart_of[f] &&
                    is_crossing(contacts, e, f)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* How often the borders of other charts wind about the vertex. */
static int32_t count_windings(const struct uvp_contacts *contacts, uint32_t vertex)
{
    const struct uvp_vec2 p = contacts->at[vertex];
    const size_t row = (size_t)bucket_of(contacts, p.y) * (size_t)contacts->across;
    const int32_t first = bucket_of(contacts, p.x);
    int32_t windings = 0;

    for (int32_t bucket = first; bucket < contacts->across; bucket++) {
        const uint32_t *const at = contacts->first + row + (size_t)bucket;
        for (uint32_t i = at[0]; i < at[1]; i++) {
            const uint32_t e = contacts->entry[i];
            const struct uvp_vec2 a = start_of(contacts, e);
            const struct uvp_vec2 b = end_of(contacts, e);
            if (contacts->chart_of[e] == contacts->chart_of[vertex] ||
                (a.y <= p.y) == (b.y <= p.y)) {
                continue;
            }
            /* where it meets the ray to the right: it counts in that bucket alone */
            const double x = a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x);
            if (x > p.x && bucket_of(contacts, x) == bucket) {
                windings += a.y <= p.y ? 1 : -1;
            }
        }
    }
    return windings;
}

static bool has_chart_inside(const struct uvp_contacts *contacts)
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
    *valid = *valid && !uvp_contacts_cross(contacts) && !has_chart_inside(contacts);
    contacts->bodies->steps +=
        20 * (uint64_t)contacts->edge_count +
        20 * (uint64_t)contacts->bodies->count * (uint32_t)contacts->across;
    return uvp_work_count(contacts->work, 10 * contacts->edge_count);
}
