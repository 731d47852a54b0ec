/*
 * Edges are listed by their lower end, with the higher end and the direction in one number.
 * Opposite ones cancel twice: first by index, which leaves little of a layout with shared UVs;
 * then by value, once the ends of what is left are sorted, for layouts that share none.
 */
#include "stages/unwrapper/atlas/border.h"

#include <string.h>

#include "stages/unwrapper/atlas/sort.h"

#define FEW 24

/* Row r: item[start[r]] ... item[start[r + 1] - 1], each 2 * other end + (1: towards r). */
struct table {
    uint32_t rows;
    uint32_t *start;
    uint32_t *item;
};

static void count_edge(struct table *table, uint32_t from, uint32_t to)
{
    table->start[from < to ? from : to]++;
}

/* After uvp: start[r] is the end of row r, and moves down to its beginning. */
static void add_edge(struct table *table, uint32_t from, uint32_t to)
{
    const uint32_t row = from < to ? from : to;

    table->item[--table->start[row]] = from < to ? 2 * to : 2 * from + 1;
}

static enum uvp_code sum_counts(struct uvp_atlas_work *work, struct table *table)
{
    uint32_t sum = 0;

    for (uint32_t r = 0; r < table->rows; r++) {
        sum += table->start[r];
        table->start[r] = sum;
        UVP_TRY(uvp_work_count(work, 1));
    }
    table->start[table->rows] = sum;
    return UVP_OK;
}

/* ---- cancelling ---- */

static uint32_t cancel_few(uint32_t *item, uint32_t count)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t j = 0;
        while (j < left && item[j] != (item[i] ^ 1)) {
            j++;
        }
        if (j < left) {
            item[j] = item[--left];
        } else {
            item[left++] = item[i];
        }
    }
    return left;
}

static void sift(uint32_t *heap, uint32_t at, uint32_t count)
{
    const uint32_t item = heap[at];

    for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        child += child + 1 < count && heap[child] < heap[child + 1];
        if (item >= heap[child]) {
            break;
        }
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = item;
}

static enum uvp_code sort_many(struct uvp_atlas_work *work, uint32_t *item, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;) {
        sift(item, i, count);
        UVP_TRY(uvp_work_count(work, 20));
    }
    for (uint32_t i = count; i-- > 1;) {
        const uint32_t top = item[0];
        item[0] = item[i];
        item[i] = top;
        sift(item, 0, i);
        UVP_TRY(uvp_work_count(work, 100));
    }
    return UVP_OK;
}

/* Sorted, those of one other end follow each other: away first, then towards. */
static uint32_t cancel_sorted(uint32_t *item, uint32_t count)
{
    uint32_t left = 0;

    for (uint32_t i = 0; i < count;) {
        const uint32_t other = item[i] / 2;
        uint32_t away = 0;
        uint32_t towards = 0;
        for (; i < count && item[i] / 2 == other; i++) {
            away += (item[i] & 1) == 0;
            towards += item[i] & 1;
        }
        for (; away > towards; away--) {
            item[left++] = 2 * other;
        }
        for (; towards > away; towards--) {
            item[left++] = 2 * other + 1;
        }
    }
    return left;
}

/* Takes out pairs of opposite edges; rows move together. */
static enum uvp_code cancel(struct uvp_atlas_work *work, struct table *table)
{
    uint32_t kept = 0;
    uint32_t first = 0;

    for (uint32_t r = 0; r < table->rows; r++) {
        const uint32_t end = table->start[r + 1];
        uint32_t *const item = table->item + first;
        uint32_t count = end - first;
        if (count <= FEW) {
            count = cancel_few(item, count);
        } else {
            UVP_TRY(sort_many(work, item, count));
            count = cancel_sorted(item, count);
        }
        memmove(table->item + kept, item, count * sizeof *item);
        table->start[r] = kept;
        kept += count;
        UVP_TRY(uvp_work_count(work, 2 + 4 * (end - first)));
        first = end;
    }
    table->start[table->rows] = kept;
    return UVP_OK;
}

/* ---- by index ---- */

static void edge_of(const struct uvp_uv_mesh *mesh, uint32_t t, uint32_t k, uint32_t *from,
                    uint32_t *to)
{
    const uint32_t h = 3 * t + k;
    const uint32_t a = uvp_uv_of(mesh, h);
    const uint32_t b = uvp_uv_of(mesh, uvp_edge_next(h));

    *from = mesh->sign[t] > 0 ? a : b;
    *to = mesh->sign[t] > 0 ? b : a;
}

static enum uvp_code list_edges(struct uvp_atlas_work *work, const struct uvp_uv_mesh *mesh,
                                struct table *table)
{
    const uint32_t triangles = mesh->input->triangle_count;
    uint32_t from;
    uint32_t to;

    table->rows = mesh->uv_count;
    memset(table->start, 0, ((size_t)table->rows + 1) * sizeof *table->start);
    for (uint32_t t = 0; t < triangles; t++) {
        for (uint32_t k = 0; k < 3 && mesh->sign[t] != 0; k++) {
            edge_of(mesh, t, k, &from, &to);
            count_edge(table, from, to);
        }
        UVP_TRY(uvp_work_count(work, 8));
    }
    UVP_TRY(sum_counts(work, table));
    for (uint32_t t = 0; t < triangles; t++) {
        for (uint32_t k = 0; k < 3 && mesh->sign[t] != 0; k++) {
            edge_of(mesh, t, k, &from, &to);
            add_edge(table, from, to);
        }
        UVP_TRY(uvp_work_count(work, 8));
    }
    return UVP_OK;
}

/* ---- by value ---- */

static uint32_t order_of(float value)
{
    uint32_t bits;

    value += 0.0F; /* -0 is +0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 31 ? ~bits : bits | UINT32_C(1) << 31;
}

static uint64_t spot_key(struct uvp_spot spot)
{
    return (uint64_t)order_of(spot.x) << 32 | order_of(spot.y);
}

/* rank[uv]: UVP_NONE, or 0 for the ends of what is left. */
static enum uvp_code mark_ends(struct uvp_atlas_work *work, const struct table *table,
                               uint32_t *rank, uint32_t *count)
{
    uint32_t marked = 0;

    memset(rank, 0xff, table->rows * sizeof *rank);
    for (uint32_t r = 0; r < table->rows; r++) {
        for (uint32_t i = table->start[r]; i < table->start[r + 1]; i++) {
            const uint32_t other = table->item[i] / 2;
            marked += rank[r] != 0 ? 1 : 0;
            marked += rank[other] != 0 ? 1 : 0;
            rank[r] = 0;
            rank[other] = 0;
        }
        UVP_TRY(uvp_work_count(work, 1));
    }
    *count = marked;
    return UVP_OK;
}

/* Numbers the marked UVs by their place: equal values get equal numbers. */
static enum uvp_code rank_ends(struct uvp_atlas_work *work, const struct uvp_uv_mesh *mesh,
                               uint32_t *rank, uint32_t count, struct uvp_spot *spot,
                               uint32_t *spot_count)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    uint32_t used = 0;
    uint32_t spots = 0;

    UVP_TAKE(work, items, count);
    UVP_TAKE(work, spare, count);
    for (uint32_t uv = 0; uv < mesh->uv_count; uv++) {
        if (rank[uv] == 0) {
            items[used++] = (struct uvp_sort_item){spot_key(uvp_uv_spot(mesh, uv)), uv};
        }
        UVP_TRY(uvp_work_count(work, 1));
    }
    UVP_TRY(uvp_sort_polled(work, items, spare, count));
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || items[i].key != items[i - 1].key) {
            spot[spots++] = uvp_uv_spot(mesh, items[i].value);
        }
        rank[items[i].value] = spots - 1;
        UVP_TRY(uvp_work_count(work, 4));
    }
    *spot_count = spots;
    uvp_arena_rewind(work->scratch, mark);
    return UVP_OK;
}

/* The same edges by rank. */
static enum uvp_code list_ranked(struct uvp_atlas_work *work, const struct table *edges,
                                 const uint32_t *rank, struct table *ranked)
{
    memset(ranked->start, 0, ((size_t)ranked->rows + 1) * sizeof *ranked->start);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t r = 0; r < edges->rows; r++) {
            for (uint32_t i = edges->start[r]; i < edges->start[r + 1]; i++) {
                const uint32_t other = rank[edges->item[i] / 2];
                const uint32_t from = edges->item[i] & 1 ? other : rank[r];
                const uint32_t to = edges->item[i] & 1 ? rank[r] : other;
                if (pass == 0) {
                    count_edge(ranked, from, to);
                } else {
                    add_edge(ranked, from, to);
                }
            }
            UVP_TRY(uvp_work_count(work, 1));
        }
        if (pass == 0) {
            UVP_TRY(sum_counts(work, ranked));
        }
    }
    return UVP_OK;
}

static enum uvp_code write_border(struct uvp_atlas_work *work, const struct table *ranked,
                                  struct uvp_border *border)
{
    struct uvp_border_edge *edge;

    border->edge_count = ranked->start[ranked->rows];
    UVP_TAKE(work, edge, border->edge_count);
    border->edge = edge;
    for (uint32_t r = 0; r < ranked->rows; r++) {
        for (uint32_t i = ranked->start[r]; i < ranked->start[r + 1]; i++) {
            *edge++ =
                (struct uvp_border_edge){r, ranked->item[i] / 2, ranked->item[i] & 1 ? -1 : 1};
        }
        UVP_TRY(uvp_work_count(work, 2));
    }
    return UVP_OK;
}

enum uvp_code uvp_border_make(struct uvp_atlas_work *work, const struct uvp_uv_mesh *mesh,
                              struct uvp_border *border)
{
    struct table edges;
    struct table ranked;
    struct uvp_spot *spot;
    uint32_t *rank;
    uint32_t count = 0;

    UVP_TAKE(work, edges.start, (size_t)mesh->uv_count + 1);
    UVP_TAKE(work, edges.item, 3 * (size_t)mesh->input->triangle_count);
    UVP_TRY(list_edges(work, mesh, &edges));
    UVP_TRY(cancel(work, &edges));
    UVP_TAKE(work, rank, mesh->uv_count);
    UVP_TRY(mark_ends(work, &edges, rank, &count));
    UVP_TAKE(work, spot, count);
    UVP_TRY(rank_ends(work, mesh, rank, count, spot, &border->spot_count));
    border->spot = spot;
    ranked.rows = border->spot_count;
    UVP_TAKE(work, ranked.start, (size_t)ranked.rows + 1);
    UVP_TAKE(work, ranked.item, edges.start[edges.rows]);
    UVP_TRY(list_ranked(work, &edges, rank, &ranked));
    UVP_TRY(cancel(work, &ranked));
    return write_border(work, &ranked, border);
}
