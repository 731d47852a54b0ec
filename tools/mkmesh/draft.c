#include "tools/mkmesh/draft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NO_VERTEX UINT32_MAX

void *grow(void *old, size_t count, size_t each)
{
    void *data = count > SIZE_MAX / each ? NULL : realloc(old, count * each);
    if (data == NULL) {
        fputs("mkmesh: out of memory\n", stderr);
        exit(1);
    }
    return data;
}

static size_t more_room(size_t room, size_t wanted)
{
    const size_t next = room < 64 ? 64 : room * 2;
    return next < wanted ? wanted : next;
}

void draft_init(struct draft *draft)
{
    *draft = (struct draft){0};
}

void draft_release(struct draft *draft)
{
    free(draft->position);
    free(draft->corner);
    free(draft->face_end);
    draft_init(draft);
}

void draft_clear(struct draft *draft)
{
    draft->vertex_count = 0;
    draft->corner_count = 0;
    draft->face_count = 0;
}

uint32_t draft_vertex(struct draft *draft, double x, double y, double z)
{
    if (draft->vertex_count == draft->vertex_room) {
        draft->vertex_room = more_room(draft->vertex_room, 1);
        draft->position = grow(draft->position, draft->vertex_room, 3 * sizeof(double));
    }
    double *p = draft->position + 3 * draft->vertex_count;
    p[0] = x;
    p[1] = y;
    p[2] = z;
    return (uint32_t)draft->vertex_count++;
}

void draft_face(struct draft *draft, const uint32_t *vertices, size_t count)
{
    if (draft->corner_count + count > draft->corner_room) {
        draft->corner_room = more_room(draft->corner_room, draft->corner_count + count);
        draft->corner = grow(draft->corner, draft->corner_room, sizeof(uint32_t));
    }
    if (draft->face_count == draft->face_room) {
        draft->face_room = more_room(draft->face_room, 1);
        draft->face_end = grow(draft->face_end, draft->face_room, sizeof(uint32_t));
    }
    memcpy(draft->corner + draft->corner_count, vertices, count * sizeof *vertices);
    draft->corner_count += count;
    draft->face_end[draft->face_count++] = (uint32_t)draft->corner_count;
}

void draft_triangle(struct draft *draft, uint32_t a, uint32_t b, uint32_t c)
{
    draft_face(draft, (const uint32_t[]){a, b, c}, 3);
}

void draft_quad(struct draft *draft, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    draft_face(draft, (const uint32_t[]){a, b, c, d}, 4);
}

void draft_split_quad(struct draft *draft, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    draft_triangle(draft, a, b, c);
    draft_triangle(draft, a, c, d);
}

static uint64_t position_hash(const double *p)
{
    uint64_t hash = 0;
    for (int k = 0; k < 3; k++) {
        uint64_t bits;
        memcpy(&bits, &p[k], sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 29;
    }
    return hash;
}

/* The vertex kept for position `at`, which becomes `next` when it is seen for the first time.
 */
static uint32_t find_or_keep(struct draft *draft, uint32_t *table, size_t mask,
                             const double *at, uint32_t next)
{
    size_t slot = (size_t)position_hash(at) & mask;
    while (table[slot] != NO_VERTEX) {
        if (memcmp(draft->position + 3 * (size_t)table[slot], at, 3 * sizeof *at) == 0) {
            return table[slot];
        }
        slot = (slot + 1) & mask;
    }
    table[slot] = next;
    memmove(draft->position + 3 * (size_t)next, at, 3 * sizeof *at);
    return next;
}

void draft_weld(struct draft *draft)
{
    size_t slots = 64;
    while (slots < 2 * draft->vertex_count) {
        slots *= 2;
    }
    uint32_t *table = grow(NULL, slots, sizeof *table);
    memset(table, 0xFF, slots * sizeof *table);
    uint32_t *kept = grow(NULL, draft->vertex_count + 1, sizeof *kept);
    uint32_t next = 0;
    for (size_t v = 0; v < draft->vertex_count; v++) {
        double at[3];
        for (int k = 0; k < 3; k++) {
            at[k] = draft->position[3 * v + (size_t)k] + 0.0; /* -0 and 0 are one place */
        }
        kept[v] = find_or_keep(draft, table, slots - 1, at, next);
        next += kept[v] == next;
    }
    draft->vertex_count = next;
    for (size_t c = 0; c < draft->corner_count; c++) {
        draft->corner[c] = kept[draft->corner[c]];
    }
    free(kept);
    free(table);
}

static void print_number(double x, FILE *file)
{
    if (isnan(x)) {
        fputs(" nan", file);
    } else {
        fprintf(file, " %.6f", x);
    }
}

static void print_triple(const char *word, const double *p, const char *end, FILE *file)
{
    fputs(word, file);
    for (int k = 0; k < 3; k++) {
        print_number(p[k], file);
    }
    fputs(end, file);
}

/* Groups and materials change every so many faces, as modellers write them. */
static void print_heading(size_t face, const char *end, FILE *file)
{
    if (face % 97 == 0) {
        fprintf(file, "g part_%zu%s", face / 97, end);
    }
    if (face % 61 == 0) {
        fprintf(file, "usemtl paint_%zu%ss %zu%s", face / 61 % 3, end, face / 61 % 2, end);
    }
}

void draft_print(const struct draft *draft, const struct draft_style *style, FILE *file)
{
    static const double axes[6][3] = {{1, 0, 0},  {0, 1, 0},  {0, 0, 1},
                                      {-1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
    const char *end = style->crlf ? "\r\n" : "\n";
    fprintf(file, "# %s%s", style->title, end);
    if (style->attributes) {
        fprintf(file, "mtllib paints.mtl%so thing%s", end, end);
    }
    for (size_t v = 0; v < draft->vertex_count; v++) {
        print_triple("v", draft->position + 3 * v, end, file);
    }
    for (int n = 0; style->attributes && n < 6; n++) {
        print_triple("vn", axes[n], end, file);
    }
    size_t c = 0;
    for (size_t f = 0; f < draft->face_count; f++) {
        if (style->attributes) {
            print_heading(f, end, file);
        }
        fputc('f', file);
        for (; c < draft->face_end[f]; c++) {
            fprintf(file, style->attributes ? " %u//%u" : " %u", draft->corner[c] + 1,
                    (unsigned)(f % 6) + 1);
        }
        fputs(end, file);
    }
}
