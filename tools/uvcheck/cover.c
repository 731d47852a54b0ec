/*
 * Ear clipping: G. Meisters, Polygons have ears, 1975. Corners that lie on a triangle's corner
 * do not forbid the ear: outlines may touch themselves where a face has a corner twice.
 */
#include "tools/uvcheck/cover.h"

#include <stdlib.h>
#include <string.h>

#define CLIPPED_CORNERS 4096
#define TILES_A_ROW 10.0
/* Height over longest edge up to which a face counts as having no area in space: coordinates
 * written with six decimals cannot tell it from a line. */
#define FLAT 1e-6

struct outline {
    struct cover *cover;
    uint32_t *corner; /* of the model; those left */
    uint32_t count;
};

struct spot cover_spot(const struct cover *cover, const struct triangle *triangle, int k)
{
    return cover->spot[cover->model->corner_uv[triangle->corner[k]]];
}

const float *cover_position(const struct cover *cover, const struct triangle *triangle, int k)
{
    const uint32_t vertex = cover->model->corner_vertex[triangle->corner[k]];
    const float *p = cover->model->position + 3 * (size_t)vertex;
    return isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]) ? p : NULL;
}

bool cover_space_size(const struct cover *cover, const struct triangle *triangle, double *area,
                      double *longest)
{
    double edge[3][3];
    *longest = 0.0;
    for (int k = 0; k < 3; k++) {
        const float *p = cover_position(cover, triangle, k);
        const float *q = cover_position(cover, triangle, (k + 1) % 3);
        if (p == NULL || q == NULL) {
            return false;
        }
        for (int c = 0; c < 3; c++) {
            edge[k][c] = (double)q[c] - (double)p[c];
        }
        *longest = fmax(*longest, hypot(hypot(edge[k][0], edge[k][1]), edge[k][2]));
    }
    const double x = edge[0][1] * edge[1][2] - edge[0][2] * edge[1][1];
    const double y = edge[0][2] * edge[1][0] - edge[0][0] * edge[1][2];
    const double z = edge[0][0] * edge[1][1] - edge[0][1] * edge[1][0];
    *area = hypot(hypot(x, y), z);
    return true;
}

static void add_triangle(struct cover *cover, uint32_t a, uint32_t b, uint32_t c)
{
    if (cover->triangle_count == cover->triangle_room) {
        cover->triangle_room = cover->triangle_room < 256 ? 256 : 2 * cover->triangle_room;
        cover->triangle = room(cover->triangle, cover->triangle_room, sizeof *cover->triangle);
    }
    struct triangle *triangle = &cover->triangle[cover->triangle_count++];
    *triangle = (struct triangle){.corner = {a, b, c}};
    triangle->sound = twice_area(cover_spot(cover, triangle, 0), cover_spot(cover, triangle, 1),
                                 cover_spot(cover, triangle, 2)) != 0;
}

static struct spot outline_spot(const struct outline *outline, uint32_t k)
{
    return outline->cover->spot[outline->cover->model->corner_uv[outline->corner[k]]];
}

static uint32_t after(const struct outline *outline, uint32_t k)
{
    return k + 1 < outline->count ? k + 1 : 0;
}

static uint32_t before(const struct outline *outline, uint32_t k)
{
    return k > 0 ? k - 1 : outline->count - 1;
}

static int outline_turn(const struct outline *outline, uint32_t k)
{
    return turn(outline_spot(outline, before(outline, k)), outline_spot(outline, k),
                outline_spot(outline, after(outline, k)));
}

static wide outline_area(const struct outline *outline)
{
    wide sum = 0;
    for (uint32_t k = 1; k + 1 < outline->count; k++) {
        sum += twice_area(outline_spot(outline, 0), outline_spot(outline, k),
                          outline_spot(outline, k + 1));
    }
    return sum;
}

/* Turns left everywhere, and once around: then the sideways direction changes just twice. */
static bool is_convex(const struct outline *outline)
{
    uint32_t changes = 0;
    int last = 0;
    int first = 0;
    for (uint32_t k = 0; k < outline->count; k++) {
        if (outline_turn(outline, k) < 0) {
            return false;
        }
        const struct spot a = outline_spot(outline, k);
        const struct spot b = outline_spot(outline, after(outline, k));
        if (same_spot(a, b)) {
            return false; /* its turn is 0 whatever its neighbours do */
        }
        const int way = b.x != a.x ? (b.x > a.x) - (b.x < a.x) : 0;
        if (way != 0) {
            changes += last != 0 && way != last;
            first = first == 0 ? way : first;
            last = way;
        }
    }
    return changes + (first != last) <= 2 && outline_area(outline) > 0;
}

static void add_fan(const struct outline *outline)
{
    for (uint32_t k = 1; k + 1 < outline->count; k++) {
        add_triangle(outline->cover, outline->corner[0], outline->corner[k],
                     outline->corner[k + 1]);
    }
}

static bool blocks(struct spot p, struct spot a, struct spot b, struct spot c)
{
    if (same_spot(p, a) || same_spot(p, b) || same_spot(p, c)) {
        return false;
    }
    return turn(a, b, p) >= 0 && turn(b, c, p) >= 0 && turn(c, a, p) >= 0;
}

static bool is_ear(const struct outline *outline, uint32_t k)
{
    if (outline_turn(outline, k) <= 0) {
        return false;
    }
    const struct spot a = outline_spot(outline, before(outline, k));
    const struct spot b = outline_spot(outline, k);
    const struct spot c = outline_spot(outline, after(outline, k));
    for (uint32_t other = 0; other < outline->count; other++) {
        if (blocks(outline_spot(outline, other), a, b, c)) {
            return false;
        }
    }
    return true;
}

static void clip(struct outline *outline, uint32_t k)
{
    add_triangle(outline->cover, outline->corner[before(outline, k)], outline->corner[k],
                 outline->corner[after(outline, k)]);
    memmove(outline->corner + k, outline->corner + k + 1,
            (outline->count - k - 1) * sizeof *outline->corner);
    outline->count--;
}

/* The next corner to clip from `start` on: an ear, else one without area; or the count. */
static uint32_t find_clip(const struct outline *outline, uint32_t start)
{
    uint32_t straight = outline->count;
    for (uint32_t step = 0; step < outline->count; step++) {
        const uint32_t k = (start + step) % outline->count;
        if (is_ear(outline, k)) {
            return k;
        }
        if (straight == outline->count && outline_turn(outline, k) == 0) {
            straight = k;
        }
    }
    return straight;
}

/* False when the outline is not simple; then all that is left is a fan. */
static bool clip_ears(struct outline *outline)
{
    uint32_t start = 0;
    while (outline->count > 3) {
        const uint32_t k = find_clip(outline, start);
        if (k == outline->count) {
            add_fan(outline);
            return false;
        }
        clip(outline, k);
        start = k; /* round and round: triangles of better shape than from one side */
    }
    const bool good = outline_turn(outline, 1) >= 0;
    add_fan(outline);
    return good;
}

/* The diagonal that leaves the larger smaller half. */
static bool split_quad(const struct outline *outline)
{
    wide least[2];
    for (uint32_t k = 0; k < 2; k++) {
        const wide a = twice_area(outline_spot(outline, k), outline_spot(outline, k + 1),
                                  outline_spot(outline, k + 2));
        const wide b = twice_area(outline_spot(outline, k), outline_spot(outline, k + 2),
                                  outline_spot(outline, (k + 3) % 4));
        least[k] = a < b ? a : b;
    }
    const uint32_t k = least[1] > least[0];
    const uint32_t *corner = outline->corner;
    add_triangle(outline->cover, corner[k], corner[k + 1], corner[k + 2]);
    add_triangle(outline->cover, corner[k], corner[k + 2], corner[(k + 3) % 4]);
    return least[k] >= 0;
}

static bool has_space_area(const struct cover *cover, uint32_t first)
{
    for (uint32_t t = first; t < cover->triangle_count; t++) {
        double area;
        double longest;
        if (cover_space_size(cover, &cover->triangle[t], &area, &longest) &&
            area > FLAT * longest * longest) {
            return true;
        }
    }
    return false;
}

static void take_apart(struct cover *cover, struct outline *outline)
{
    const uint32_t first = cover->triangle_count;
    const wide area = outline_area(outline);
    bool good = true;
    if (outline->count == 3) {
        add_fan(outline);
    } else if (outline->count == 4) {
        good = split_quad(outline);
    } else if (is_convex(outline)) {
        add_fan(outline);
    } else if (outline->count <= CLIPPED_CORNERS) {
        good = clip_ears(outline);
    } else {
        cover->unjudged++;
        return;
    }
    if (!good || area < 0) {
        cover->flipped++;
    } else if (area == 0 && has_space_area(cover, first)) {
        cover->collapsed++;
    }
}

/* Looks at the face's texture vertices; true when all can be judged. */
static bool take_face(struct cover *cover, const uint32_t *uv, uint32_t count)
{
    bool missing = false;
    bool unusable = false;
    for (uint32_t k = 0; k < count; k++) {
        missing |= uv[k] == NO_INDEX;
        unusable |= uv[k] != NO_INDEX && !cover->usable[uv[k]];
    }
    cover->without_uv += missing;
    cover->nonfinite += unusable && !missing;
    return !missing && !unusable;
}

static void place_spots(struct cover *cover)
{
    const struct model *model = cover->model;
    cover->spot = room(NULL, model->uv_count, sizeof *cover->spot);
    cover->usable = room(NULL, model->uv_count, sizeof *cover->usable);
    for (size_t k = 0; k < model->uv_count; k++) {
        const float *uv = model->uv + 2 * k;
        cover->usable[k] = on_lattice(uv[0]) && on_lattice(uv[1]);
        if (cover->usable[k]) {
            cover->spot[k] = (struct spot){to_lattice(uv[0]), to_lattice(uv[1])};
        }
    }
}

static void count_outside(struct cover *cover)
{
    const struct model *model = cover->model;
    bool *seen = room(NULL, model->uv_count, sizeof *seen);
    memset(seen, 0, model->uv_count);
    for (uint32_t c = 0; c < model->corner_count; c++) {
        const uint32_t k = model->corner_uv[c];
        if (k == NO_INDEX || seen[k]) {
            continue;
        }
        seen[k] = true;
        const float *uv = model->uv + 2 * (size_t)k;
        const bool inside = uv[0] >= 0.0f && uv[0] <= 1.0f && uv[1] >= 0.0f && uv[1] <= 1.0f;
        cover->outside += !inside;
    }
    free(seen);
}

/* The number of the tile that a range lies on, its borders included; below 0: on none. */
static double tile_of(const double low, const double high)
{
    const double tile = fmax(fmin(floor(low), ceil(high) - 1.0), 0.0);
    return low >= tile && high <= tile + 1.0 ? tile : -1.0;
}

static bool face_is_on_page(const struct model *model, uint32_t face, uint32_t pages)
{
    double low[2] = {HUGE_VAL, HUGE_VAL};
    double high[2] = {-HUGE_VAL, -HUGE_VAL};
    for (uint32_t c = model_face_start(model, face); c < model->face_end[face]; c++) {
        const uint32_t k = model->corner_uv[c];
        if (k == NO_INDEX) {
            return true; /* counted elsewhere */
        }
        for (int axis = 0; axis < 2; axis++) {
            const double at = (double)model->uv[2 * (size_t)k + (size_t)axis];
            low[axis] = fmin(low[axis], at);
            high[axis] = fmax(high[axis], at);
        }
    }
    const double u = tile_of(low[0], high[0]);
    const double v = tile_of(low[1], high[1]);
    return u >= 0.0 && u < TILES_A_ROW && v >= 0.0 && u + TILES_A_ROW * v < (double)pages;
}

static void count_off_pages(struct cover *cover, uint32_t pages)
{
    for (uint32_t f = 0; f < cover->model->face_count; f++) {
        cover->outside += !face_is_on_page(cover->model, f, pages);
    }
}

void cover_make(struct cover *cover, const struct model *model, uint32_t pages)
{
    *cover = (struct cover){.model = model};
    place_spots(cover);
    if (pages == 1) {
        count_outside(cover);
    } else {
        count_off_pages(cover, pages);
    }
    uint32_t *corner = NULL;
    uint32_t held = 0;
    for (uint32_t f = 0; f < model->face_count; f++) {
        const uint32_t start = model_face_start(model, f);
        const uint32_t count = model->face_end[f] - start;
        if (!take_face(cover, model->corner_uv + start, count)) {
            continue;
        }
        if (count > held) {
            held = count;
            corner = room(corner, held, sizeof *corner);
        }
        for (uint32_t k = 0; k < count; k++) {
            corner[k] = start + k;
        }
        struct outline outline = {cover, corner, count};
        take_apart(cover, &outline);
    }
    free(corner);
}

void cover_release(struct cover *cover)
{
    free(cover->spot);
    free(cover->usable);
    free(cover->triangle);
    *cover = (struct cover){0};
}
