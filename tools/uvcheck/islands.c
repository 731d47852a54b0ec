#include "tools/uvcheck/islands.h"

#include <stdlib.h>
#include <string.h>

/* An edge by its ends, the smaller first; `side` remembers nothing of the direction. */
struct edge {
    uint32_t key[4];
    uint32_t triangle;
    uint8_t side;
};

struct named {
    uint64_t bits[2]; /* the value's bits, then zeros */
    uint32_t index;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a;
    const struct named *y = b;
    for (int k = 0; k < 2; k++) {
        if (x->bits[k] != y->bits[k]) {
            return x->bits[k] < y->bits[k] ? -1 : 1;
        }
    }
    return (x->index > y->index) - (x->index < y->index);
}

/* For each of the items of `width` floats the first of equal value. */
static uint32_t *find_equals(const float *values, uint32_t count, size_t width)
{
    struct named *named = room(NULL, count, sizeof *named);
    for (uint32_t k = 0; k < count; k++) {
        float item[4] = {0};
        for (size_t c = 0; c < width; c++) {
            item[c] = values[width * k + c] + 0.0f; /* -0 and 0 are equal */
        }
        memcpy(named[k].bits, item, sizeof named[k].bits);
        named[k].index = k;
    }
    qsort(named, count, sizeof *named, compare_named);
    uint32_t *first = room(NULL, count, sizeof *first);
    for (uint32_t k = 0; k < count; k++) {
        const bool same =
            k > 0 && memcmp(named[k].bits, named[k - 1].bits, sizeof named[k].bits) == 0;
        first[named[k].index] = same ? first[named[k - 1].index] : named[k].index;
    }
    free(named);
    return first;
}

static int compare_edges(const void *a, const void *b)
{
    const struct edge *x = a;
    const struct edge *y = b;
    for (int k = 0; k < 4; k++) {
        if (x->key[k] != y->key[k]) {
            return x->key[k] < y->key[k] ? -1 : 1;
        }
    }
    return (x->triangle > y->triangle) - (x->triangle < y->triangle);
}

static bool same_key(const struct edge *a, const struct edge *b)
{
    return memcmp(a->key, b->key, sizeof a->key) == 0;
}

static uint32_t find_root(uint32_t *parent, uint32_t k)
{
    while (parent[k] != k) {
        parent[k] = parent[parent[k]];
        k = parent[k];
    }
    return k;
}

/* The smaller number leads, so that charts are numbered in the order of their triangles. */
static void join(uint32_t *parent, uint32_t a, uint32_t b)
{
    const uint32_t x = find_root(parent, a);
    const uint32_t y = find_root(parent, b);
    parent[x > y ? x : y] = x < y ? x : y;
}

static void number_charts(struct cover *cover, uint32_t *parent)
{
    const uint32_t count = cover->triangle_count;
    bool *sound = room(NULL, count, sizeof *sound);
    memset(sound, 0, count);
    for (uint32_t t = 0; t < count; t++) {
        cover->triangle[t].chart = find_root(parent, t);
        sound[cover->triangle[t].chart] |= cover->triangle[t].sound;
    }
    for (uint32_t t = 0; t < count; t++) {
        cover->chart_count += cover->triangle[t].chart == t && sound[t];
    }
    free(sound);
}

void charts_find(struct cover *cover)
{
    const struct model *model = cover->model;
    const uint32_t count = cover->triangle_count;
    uint32_t *place = find_equals(model->position, model->vertex_count, 3);
    uint32_t *spot = find_equals(model->uv, model->uv_count, 2);
    struct edge *edges = room(NULL, 3 * (size_t)count, sizeof *edges);
    uint32_t *parent = room(NULL, count, sizeof *parent);
    for (uint32_t t = 0; t < count; t++) {
        parent[t] = t;
        for (uint8_t k = 0; k < 3; k++) {
            const uint32_t c[2] = {cover->triangle[t].corner[k],
                                   cover->triangle[t].corner[(k + 1) % 3]};
            const uint32_t p[2] = {place[model->corner_vertex[c[0]]],
                                   place[model->corner_vertex[c[1]]]};
            const uint32_t u[2] = {spot[model->corner_uv[c[0]]], spot[model->corner_uv[c[1]]]};
            const int low = p[0] < p[1] || (p[0] == p[1] && u[0] <= u[1]) ? 0 : 1;
            edges[3 * (size_t)t + k] =
                (struct edge){{p[low], p[1 - low], u[low], u[1 - low]}, t, k};
        }
    }
    qsort(edges, 3 * (size_t)count, sizeof *edges, compare_edges);
    for (size_t e = 1; e < 3 * (size_t)count; e++) {
        if (same_key(&edges[e], &edges[e - 1])) {
            join(parent, edges[e].triangle, edges[e - 1].triangle);
        }
    }
    number_charts(cover, parent);
    free(parent);
    free(edges);
    free(spot);
    free(place);
}

struct border *charts_borders(const struct cover *cover, uint32_t *count)
{
    uint32_t *spot = find_equals(cover->model->uv, cover->model->uv_count, 2);
    struct edge *edges = room(NULL, 3 * (size_t)cover->triangle_count, sizeof *edges);
    size_t edge_count = 0;
    for (uint32_t t = 0; t < cover->triangle_count; t++) {
        const struct triangle *triangle = &cover->triangle[t];
        for (uint8_t k = 0; triangle->sound && k < 3; k++) {
            const uint32_t a = spot[cover->model->corner_uv[triangle->corner[k]]];
            const uint32_t b = spot[cover->model->corner_uv[triangle->corner[(k + 1) % 3]]];
            edges[edge_count++] =
                (struct edge){{triangle->chart, a < b ? a : b, a < b ? b : a, 0}, t, k};
        }
    }
    qsort(edges, edge_count, sizeof *edges, compare_edges);
    struct border *borders = room(NULL, edge_count, sizeof *borders);
    *count = 0;
    for (size_t e = 0; e < edge_count; e++) {
        const bool shared = (e > 0 && same_key(&edges[e], &edges[e - 1])) ||
                            (e + 1 < edge_count && same_key(&edges[e], &edges[e + 1]));
        if (!shared) {
            borders[(*count)++] = (struct border){
                cover->spot[edges[e].key[1]], cover->spot[edges[e].key[2]], edges[e].key[0]};
        }
    }
    free(edges);
    free(spot);
    return borders;
}
