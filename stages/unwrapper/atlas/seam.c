/*
 * The fit is the least-squares rotation of points in the plane, as complex numbers: the sum of
 * conj(b) a about the weighted means has its angle.
 */
#include "stages/unwrapper/atlas/seam.h"

#include <string.h>

#include "stages/unwrapper/atlas/plan.h"
#include "stages/unwrapper/atlas/sort.h"

/* A seam whose edges fit worse than this as a whole is looked at chain by chain. */
#define WHOLE_MISFIT 0.004
#define CHAINS_MAX 16
#define MISFIT_HALF 0.03 /* where a bond is worth half */
#define STEPS_MAX 12     /* places where a part of a chain may begin and end */

enum state { STATE_FIRST, STATE_LATER, STATE_DONE };

/* ---- making ---- */

static bool is_seam(const struct uvp_open_charts *open, uint32_t h)
{
    const uint32_t g = open->topology->opposite[h];

    return g != UVP_NONE && h < g && open->charts->chart_of[h / 3] != UVP_NONE &&
           open->charts->chart_of[g / 3] != UVP_NONE &&
           open->charts->chart_of[h / 3] != open->charts->chart_of[g / 3] &&
           (open->pieces.cut[h / 3] >> h % 3 & 1) == 0;
}

/* Keys by the two charts, the lower one first. */
static enum uvp_code list_edges(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                                struct uvp_sort_item **items, uint32_t *count)
{
    const uint32_t *const chart_of = open->charts->chart_of;
    struct uvp_sort_item *spare;
    uint32_t found = 0;

    for (uint32_t h = 0; h < 3 * open->topology->triangle_count; h++) {
        found += is_seam(open, h);
        UVP_TRY(uvp_work_count(work, 2));
    }
    UVP_TAKE(work, *items, found);
    UVP_TAKE(work, spare, found);
    *count = 0;
    for (uint32_t h = 0; h < 3 * open->topology->triangle_count && *count < found; h++) {
        if (is_seam(open, h)) {
            const uint32_t a = chart_of[h / 3];
            const uint32_t b = chart_of[open->topology->opposite[h] / 3];
            const uint64_t key = a < b ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
            (*items)[(*count)++] = (struct uvp_sort_item){key, h};
        }
        UVP_TRY(uvp_work_count(work, 2));
    }
    return uvp_sort_polled(work, *items, spare, *count);
}

static void add_seam(struct uvp_seams *seams, uint64_t key)
{
    const uint32_t a = (uint32_t)(key >> 32);
    const uint32_t b = (uint32_t)key;

    seams->seam[seams->count] =
        (struct uvp_seam){{a, b}, {seams->first[a], seams->first[b]}, UVP_NONE, UVP_NONE, 0};
    seams->first[a] = seams->count;
    seams->first[b] = seams->count;
    seams->count++;
}

static void add_edge(const struct uvp_open_charts *open, struct uvp_seams *seams, uint32_t h)
{
    struct uvp_seam *const seam = &seams->seam[seams->count - 1];

    seams->edge[seams->edges] = (struct uvp_seam_edge){h, UVP_NONE};
    if (seam->first == UVP_NONE) {
        seam->first = seams->edges;
    } else {
        seams->edge[seam->last].next = seams->edges;
    }
    seam->last = seams->edges++;
    seam->length += uvp_edge_length(open->topology, h);
}

enum uvp_code uvp_seams_make(struct uvp_atlas_work *work, struct uvp_open_charts *open,
                             struct uvp_seams *seams)
{
    const uint32_t charts = open->charts->count;
    struct uvp_sort_item *items = NULL;
    struct uvp_arena_mark mark;
    uint32_t count = 0;

    *seams = (struct uvp_seams){0};
    UVP_TAKE(work, seams->first, charts);
    UVP_TAKE(work, seams->mark, charts);
    memset(seams->first, 0xff, charts * sizeof *seams->first);
    memset(seams->mark, 0xff, charts * sizeof *seams->mark);
    for (uint32_t h = 0; h < 3 * open->topology->triangle_count; h++) {
        count += is_seam(open, h);
        UVP_TRY(uvp_work_count(work, 2));
    }
    UVP_TAKE(work, seams->edge, count);
    UVP_TAKE(work, seams->seam, count);
    mark = uvp_arena_mark(work->scratch);
    UVP_TRY(list_edges(work, open, &items, &count));
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || items[i].key != items[i - 1].key) {
            add_seam(seams, items[i].key);
        }
        add_edge(open, seams, items[i].value);
        UVP_TRY(uvp_work_count(work, 8));
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

/* ---- joining ---- */

static uint32_t side_of(const struct uvp_seam *seam, uint32_t c)
{
    return seam->chart[1] == c;
}

uint32_t uvp_seams_next(struct uvp_seams *seams, uint32_t c, uint32_t s)
{
    uint32_t *link =
        s == UVP_NONE ? &seams->first[c] : &seams->seam[s].next[side_of(&seams->seam[s], c)];

    /* those that are gone leave the list for good */
    while (*link != UVP_NONE && seams->seam[*link].first == UVP_NONE) {
        *link = seams->seam[*link].next[side_of(&seams->seam[*link], c)];
    }
    return *link;
}

static void absorb(struct uvp_seams *seams, uint32_t to, uint32_t from)
{
    struct uvp_seam *const one = &seams->seam[to];
    struct uvp_seam *const other = &seams->seam[from];

    seams->edge[one->last].next = other->first;
    one->last = other->last;
    one->length += other->length;
    other->first = UVP_NONE;
}

void uvp_seams_join(struct uvp_seams *seams, uint32_t a, uint32_t b)
{
    uint32_t s;
    uint32_t after;

    for (s = uvp_seams_next(seams, a, UVP_NONE); s != UVP_NONE;
         s = uvp_seams_next(seams, a, s)) {
        seams->mark[seams->seam[s].chart[!side_of(&seams->seam[s], a)]] = s;
    }
    for (s = uvp_seams_next(seams, b, UVP_NONE); s != UVP_NONE; s = after) {
        struct uvp_seam *const seam = &seams->seam[s];
        const uint32_t side = side_of(seam, b);
        const uint32_t other = seam->chart[!side];
        after = uvp_seams_next(seams, b, s);
        if (other == a) {
            seam->first = UVP_NONE;
        } else if (seams->mark[other] != UVP_NONE) {
            absorb(seams, seams->mark[other], s);
        } else {
            seam->chart[side] = a;
            seam->next[side] = seams->first[a];
            seams->first[a] = s;
        }
    }
    for (s = uvp_seams_next(seams, a, UVP_NONE); s != UVP_NONE;
         s = uvp_seams_next(seams, a, s)) {
        seams->mark[seams->seam[s].chart[!side_of(&seams->seam[s], a)]] = UVP_NONE;
    }
}

/* ---- fitting ---- */

struct sums {
    double weight;
    struct uvp_vec2 a;
    struct uvp_vec2 b;
    double real; /* of conj(b) a */
    double imaginary;
    double squares_a;
    double squares_b;
};

static void add_end(struct sums *sums, double weight, struct uvp_vec2 a, struct uvp_vec2 b)
{
    sums->weight += weight;
    sums->a = (struct uvp_vec2){sums->a.x + weight * a.x, sums->a.y + weight * a.y};
    sums->b = (struct uvp_vec2){sums->b.x + weight * b.x, sums->b.y + weight * b.y};
    sums->real += weight * (b.x * a.x + b.y * a.y);
    sums->imaginary += weight * (b.x * a.y - b.y * a.x);
    sums->squares_a += weight * (a.x * a.x + a.y * a.y);
    sums->squares_b += weight * (b.x * b.x + b.y * b.y);
}

static struct uvp_vec2 minus(struct uvp_vec2 a, struct uvp_vec2 b)
{
    return (struct uvp_vec2){a.x - b.x, a.y - b.y};
}

/* Edge h of the one chart; ends as seen from a point of each chart. */
static void add_edge_ends(const struct uvp_open_charts *open, uint32_t h,
                          struct uvp_vec2 from_a, struct uvp_vec2 from_b, struct sums *sums)
{
    const struct uvp_charts *const charts = open->charts;
    const uint32_t g = open->topology->opposite[h];
    const double weight = uvp_edge_length(open->topology, h) / 2;

    add_end(sums, weight, minus(uvp_charts_corner(charts, h), from_a),
            minus(uvp_charts_corner(charts, uvp_edge_next(g)), from_b));
    add_end(sums, weight, minus(uvp_charts_corner(charts, uvp_edge_next(h)), from_a),
            minus(uvp_charts_corner(charts, g), from_b));
}

static void solve_fit(struct sums sums, struct uvp_vec2 from_a, struct uvp_vec2 from_b,
                      struct uvp_bond *bond)
{
    double size;
    double squares;

    sums.a = (struct uvp_vec2){sums.a.x / sums.weight, sums.a.y / sums.weight};
    sums.b = (struct uvp_vec2){sums.b.x / sums.weight, sums.b.y / sums.weight};
    sums.real -= sums.weight * (sums.a.x * sums.b.x + sums.a.y * sums.b.y);
    sums.imaginary -= sums.weight * (sums.b.x * sums.a.y - sums.b.y * sums.a.x);
    size = sqrt(sums.real * sums.real + sums.imaginary * sums.imaginary);
    bond->cosine = size > 0 ? sums.real / size : 1;
    bond->sine = size > 0 ? sums.imaginary / size : 0;
    squares = sums.squares_a + sums.squares_b - 2 * size -
              sums.weight * (sums.a.x * sums.a.x + sums.a.y * sums.a.y + sums.b.x * sums.b.x +
                             sums.b.y * sums.b.y);
    bond->length = sums.weight;
    bond->misfit = sqrt(fmax(squares, 0) / sums.weight) / sums.weight;
    sums.b = (struct uvp_vec2){sums.b.x + from_b.x, sums.b.y + from_b.y};
    bond->x = sums.a.x + from_a.x - (bond->cosine * sums.b.x - bond->sine * sums.b.y);
    bond->y = sums.a.y + from_a.y - (bond->sine * sums.b.x + bond->cosine * sums.b.y);
}

void uvp_seams_fit(const struct uvp_open_charts *open, const uint32_t *half, uint32_t count,
                   struct uvp_bond *bond)
{
    const struct uvp_vec2 from_a = uvp_charts_corner(open->charts, half[0]);
    const struct uvp_vec2 from_b =
        uvp_charts_corner(open->charts, uvp_edge_next(open->topology->opposite[half[0]]));
    struct sums sums = {0};

    for (uint32_t i = 0; i < count; i++) {
        add_edge_ends(open, half[i], from_a, from_b, &sums);
    }
    solve_fit(sums, from_a, from_b, bond);
}

/* ---- chains ---- */

struct chains {
    uint32_t *half;  /* of chart[0]; once found, chain after chain, along each */
    uint32_t *chain; /* of each: place of the first edge of its chain */
    uint32_t count;
};

static enum uvp_code list_halves(struct uvp_atlas_work *work,
                                 const struct uvp_open_charts *open,
                                 const struct uvp_seams *seams, uint32_t s,
                                 struct chains *chains)
{
    const struct uvp_seam *const seam = &seams->seam[s];

    chains->count = 0;
    for (uint32_t e = seam->first; e != UVP_NONE; e = seams->edge[e].next) {
        chains->count++;
    }
    UVP_TAKE(work, chains->half, chains->count);
    chains->count = 0;
    for (uint32_t e = seam->first; e != UVP_NONE; e = seams->edge[e].next) {
        const uint32_t h = seams->edge[e].half;
        chains->half[chains->count++] =
            open->charts->chart_of[h / 3] == seam->chart[0] ? h : open->topology->opposite[h];
    }
    return uvp_work_count(work, 4 * chains->count);
}

/* Both ends of a seam's edges are pairs of slots: a table tells which edge starts at one. */
struct starts {
    uint64_t *key;
    uint32_t *edge; /* UVP_NONE: free */
    uint32_t mask;
};

static uint32_t find_start(const struct starts *starts, uint64_t key)
{
    uint32_t at = (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & starts->mask;

    while (starts->edge[at] != UVP_NONE && starts->key[at] != key) {
        at = (at + 1) & starts->mask;
    }
    return at;
}

static enum uvp_code take_starts(struct uvp_atlas_work *work,
                                 const struct uvp_open_charts *open,
                                 const struct chains *chains, struct starts *starts)
{
    const uint32_t *const corner = open->charts->corner;
    uint32_t size = 8;

    while (size < 2 * chains->count) {
        size *= 2;
    }
    starts->mask = size - 1;
    UVP_TAKE(work, starts->key, size);
    UVP_TAKE(work, starts->edge, size);
    memset(starts->edge, 0xff, size * sizeof *starts->edge);
    for (uint32_t i = 0; i < chains->count; i++) {
        const uint32_t h = chains->half[i];
        const uint32_t g = open->topology->opposite[h];
        const uint64_t key = (uint64_t)corner[h] << 32 | corner[uvp_edge_next(g)];
        const uint32_t at = find_start(starts, key);
        starts->key[at] = key;
        starts->edge[at] = i;
    }
    return UVP_OK;
}

/* The edge after each, and whether one comes before it. */
static void find_next(const struct uvp_open_charts *open, const struct chains *chains,
                      const struct starts *starts, uint32_t *next, uint8_t *state)
{
    const uint32_t *const corner = open->charts->corner;

    memset(state, STATE_FIRST, chains->count);
    for (uint32_t i = 0; i < chains->count; i++) {
        const uint32_t h = chains->half[i];
        const uint64_t end =
            (uint64_t)corner[uvp_edge_next(h)] << 32 | corner[open->topology->opposite[h]];
        next[i] = starts->edge[find_start(starts, end)];
        if (next[i] != UVP_NONE) {
            state[next[i]] = STATE_LATER;
        }
    }
}

/* Puts the edges in the order of their chains. */
static enum uvp_code find_chains(struct uvp_atlas_work *work,
                                 const struct uvp_open_charts *open, struct chains *chains)
{
    const uint32_t count = chains->count;
    struct starts starts;
    uint32_t *half;
    uint32_t *next;
    uint8_t *state;
    uint32_t to = 0;

    UVP_TRY(take_starts(work, open, chains, &starts));
    UVP_TAKE(work, half, count);
    UVP_TAKE(work, next, count);
    UVP_TAKE(work, state, count);
    UVP_TAKE(work, chains->chain, count);
    find_next(open, chains, &starts, next, state);
    /* chains from their first edges on, then rings from anywhere */
    for (uint32_t from = 0; from < 2 * count; from++) {
        const uint32_t first = to;
        uint32_t i = from % count;
        if (state[i] != (from < count ? STATE_FIRST : STATE_LATER)) {
            continue;
        }
        for (; i != UVP_NONE && state[i] != STATE_DONE; i = next[i]) {
            state[i] = STATE_DONE;
            half[to] = chains->half[i];
            chains->chain[to++] = first;
        }
    }
    chains->half = half;
    return uvp_work_count(work, 30 * count);
}

/* What a bond promises: its length, less the worse it fits. */
static double worth_of(const struct uvp_bond *bond, double slack)
{
    const double bad = bond->misfit / (MISFIT_HALF * slack);

    return bond->length / (1 + bad * bad);
}

static struct sums difference(const struct sums *a, const struct sums *b)
{
    return (struct sums){a->weight - b->weight,       minus(a->a, b->a),
                         minus(a->b, b->b),           a->real - b->real,
                         a->imaginary - b->imaginary, a->squares_a - b->squares_a,
                         a->squares_b - b->squares_b};
}

static uint32_t place_of(uint32_t step, uint32_t steps, uint32_t count)
{
    return (uint32_t)((uint64_t)step * count / steps);
}

/* Fits the chain of the edges from `first` to before `end`, and parts of it; keeps the best. */
static void try_chain(const struct uvp_open_charts *open, const struct chains *chains,
                      uint32_t first, uint32_t end, uint32_t steps_max, double slack,
                      struct uvp_bond *best)
{
    const uint32_t *const half = chains->half + first;
    const uint32_t count = end - first;
    const uint32_t steps = count < steps_max ? count : steps_max;
    const struct uvp_vec2 from_a = uvp_charts_corner(open->charts, half[0]);
    const struct uvp_vec2 from_b =
        uvp_charts_corner(open->charts, uvp_edge_next(open->topology->opposite[half[0]]));
    struct sums before[STEPS_MAX + 1] = {{0}};
    struct sums sums = {0};
    uint32_t edge = 0;

    for (uint32_t k = 1; k <= steps; k++) {
        for (; edge < place_of(k, steps, count); edge++) {
            add_edge_ends(open, half[edge], from_a, from_b, &sums);
        }
        before[k] = sums;
    }
    for (uint32_t i = 0; i < steps; i++) {
        for (uint32_t k = i + 1; k <= steps; k++) {
            struct uvp_bond bond = {.first = first + place_of(i, steps, count)};
            if (before[k].weight - before[i].weight <= worth_of(best, slack)) {
                continue;
            }
            bond.count = first + place_of(k, steps, count) - bond.first;
            solve_fit(difference(&before[k], &before[i]), from_a, from_b, &bond);
            *best = worth_of(&bond, slack) > worth_of(best, slack) ? bond : *best;
        }
    }
}

enum uvp_code uvp_seams_weigh(struct uvp_atlas_work *work, const struct uvp_open_charts *open,
                              const struct uvp_seams *seams, uint32_t s, bool parts,
                              struct uvp_bond *bond)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct chains chains = {0};
    uint32_t tried = 0;

    *bond = (struct uvp_bond){.count = UVP_NONE};
    UVP_TRY(list_halves(work, open, seams, s, &chains));
    uvp_seams_fit(open, chains.half, chains.count, bond);
    bond->count = UVP_NONE;
    if (bond->misfit > WHOLE_MISFIT && chains.count > 1) {
        UVP_TRY(find_chains(work, open, &chains));
        for (uint32_t first = 0, end = 0; end < chains.count && tried < CHAINS_MAX; tried++) {
            first = end;
            while (end < chains.count && chains.chain[end] == first) {
                end++;
            }
            try_chain(open, &chains, first, end, parts ? STEPS_MAX : 1, work->plan->merge_slack,
                      bond);
        }
        UVP_TRY(uvp_work_count(work, 30 * chains.count + 500 * tried));
    }
    uvp_arena_rewind(work->scratch, mark);
    return uvp_work_count(work, 30 * chains.count);
}

static void set_cut(struct uvp_open_charts *open, uint32_t h, bool cut)
{
    uint8_t *const at = &open->pieces.cut[h / 3];
    const uint32_t bit = 1U << h % 3;

    *at = (uint8_t)(cut ? *at | bit : *at & ~bit);
}

enum uvp_code uvp_seams_cut(struct uvp_atlas_work *work, struct uvp_open_charts *open,
                            const struct uvp_seams *seams, uint32_t s,
                            const struct uvp_bond *bond, bool cut)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct chains chains = {0};

    if (bond->count == UVP_NONE) {
        return UVP_OK;
    }
    UVP_TRY(list_halves(work, open, seams, s, &chains));
    UVP_TRY(find_chains(work, open, &chains));
    for (uint32_t i = 0; i < chains.count; i++) {
        if (i < bond->first || i - bond->first >= bond->count) {
            set_cut(open, chains.half[i], cut);
            set_cut(open, open->topology->opposite[chains.half[i]], cut);
        }
    }
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}
