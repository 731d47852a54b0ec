/* What modellers and scanners should not write, and do. */
#include <math.h>
#include <string.h>

#include "stages/unwrapper/shapes/shapes.h"

void uvp_shape_soup(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    for (uint32_t t = 0; t < (triangles > 0 ? triangles : 1); t++) {
        const double size = uvp_prng_between(prng, 0.005, 0.2);
        const double x = uvp_prng_between(prng, -1.0, 1.0);
        const double y = uvp_prng_between(prng, -1.0, 1.0);
        const double z = uvp_prng_between(prng, -1.0, 1.0);
        uint32_t v[3];
        for (int k = 0; k < 3; k++) {
            const double dx = uvp_prng_between(prng, -size, size);
            const double dy = uvp_prng_between(prng, -size, size);
            v[k] = uvp_draft_vertex(draft, x + dx, y + dy,
                                    z + uvp_prng_between(prng, -size, size));
        }
        uvp_draft_triangle(draft, v[0], v[1], v[2]);
    }
}

static uint32_t copy_vertex(struct uvp_draft *draft, uint32_t v, double shift)
{
    if (draft->error.code != UVP_OK) {
        return 0;
    }
    const double *p = draft->position + 3 * (size_t)v;
    const double at[3] = {p[0], p[1], p[2] + shift};
    return uvp_draft_vertex(draft, at[0], at[1], at[2]);
}

static uint32_t add_middle(struct uvp_draft *draft, uint32_t a, uint32_t b)
{
    if (draft->error.code != UVP_OK) {
        return 0;
    }
    const double *p = draft->position + 3 * (size_t)a;
    const double *q = draft->position + 3 * (size_t)b;
    const double at[3] = {(p[0] + q[0]) / 2.0, (p[1] + q[1]) / 2.0, (p[2] + q[2]) / 2.0};
    return uvp_draft_vertex(draft, at[0], at[1], at[2]);
}

enum fault {
    FAULT_COPY,     /* the same face again */
    FAULT_TURNED,   /* the same face again, seen from behind */
    FAULT_UNWELDED, /* again, on vertices of its own */
    FAULT_FIN,      /* a third and a fourth face at an edge */
    FAULT_REPEATED, /* a corner twice */
    FAULT_POINT,    /* one corner thrice */
    FAULT_LINE,     /* three corners in a line */
    FAULT_NEEDLE,   /* hardly any area */
    FAULT_NAN,      /* no number */
    FAULT_FAR,      /* infinitely far away */
    FAULT_LOOSE,    /* a vertex without a face */
    FAULT_KINDS
};

static void add_fin(struct uvp_draft *draft, uint32_t a, uint32_t b, double height)
{
    uvp_draft_triangle(draft, a, b, copy_vertex(draft, b, height));
    uvp_draft_triangle(draft, b, a, copy_vertex(draft, a, -height));
}

static void add_fault(struct uvp_draft *draft, enum fault fault, const uint32_t v[3])
{
    switch (fault) {
    case FAULT_COPY:
        uvp_draft_triangle(draft, v[0], v[1], v[2]);
        break;
    case FAULT_TURNED:
        uvp_draft_triangle(draft, v[0], v[2], v[1]);
        break;
    case FAULT_UNWELDED:
        uvp_draft_triangle(draft, copy_vertex(draft, v[0], 0.0), copy_vertex(draft, v[1], 0.0),
                           copy_vertex(draft, v[2], 0.0));
        break;
    case FAULT_FIN:
        add_fin(draft, v[0], v[1], 0.3);
        break;
    case FAULT_REPEATED:
        uvp_draft_triangle(draft, v[0], v[1], v[1]);
        break;
    case FAULT_POINT:
        uvp_draft_triangle(draft, v[0], v[0], v[0]);
        break;
    case FAULT_LINE:
        uvp_draft_triangle(draft, v[0], v[1], add_middle(draft, v[0], v[1]));
        break;
    case FAULT_NEEDLE:
        uvp_draft_triangle(draft, v[0], v[1], copy_vertex(draft, v[0], 2e-6));
        break;
    case FAULT_NAN:
        uvp_draft_triangle(draft, v[0], v[1], uvp_draft_vertex(draft, (double)NAN, 0.0, 0.0));
        break;
    case FAULT_FAR:
        uvp_draft_triangle(draft, v[0], v[1],
                           uvp_draft_vertex(draft, 0.0, (double)INFINITY, 0.0));
        break;
    case FAULT_LOOSE:
    default:
        uvp_draft_vertex(draft, 0.5, 0.5, 0.5);
        break;
    }
}

/* A fan of three to nine faces at an edge that may have two already. */
static void add_book(struct uvp_draft *draft, uint32_t a, uint32_t b, struct uvp_prng *prng)
{
    const uint32_t pages = 1 + uvp_prng_below(prng, 7);

    for (uint32_t k = 0; k < pages; k++) {
        uvp_draft_triangle(draft, a, b, copy_vertex(draft, b, 0.05 * (k + 1)));
    }
}

/* The ring that is spoilt: `part` of 100 of the triangles are left for the faults. */
static uint32_t add_ring(struct uvp_draft *draft, uint32_t triangles, uint32_t part,
                         struct uvp_prng *prng)
{
    const uint32_t faults = (uint32_t)((uint64_t)triangles * part / 100);

    uvp_shape_torus(draft, triangles - faults, prng);
    return faults > 0 ? faults : 1;
}

static void pick_face(const struct uvp_draft *draft, uint32_t sound, struct uvp_prng *prng,
                      uint32_t v[3])
{
    const size_t face = uvp_prng_below(prng, sound);

    for (size_t k = 0; k < 3; k++) {
        v[k] = draft->corner[3 * face + k];
    }
}

/* Faults of the kinds in turn, at faces of the ring. */
static void add_faults(struct uvp_draft *draft, uint32_t faults, const enum fault *kinds,
                       uint32_t kind_count, struct uvp_prng *prng)
{
    const uint32_t sound = (uint32_t)draft->face_count;

    faults = faults < kind_count ? kind_count : faults;
    for (uint32_t k = 0; k < faults && draft->error.code == UVP_OK; k++) {
        uint32_t v[3];

        pick_face(draft, sound, prng, v);
        add_fault(draft, kinds[k % kind_count], v);
    }
}

#define ADD_FAULTS(draft, triangles, prng, ...)                                                \
    do {                                                                                       \
        const enum fault kinds_[] = {__VA_ARGS__};                                             \
        const uint32_t faults_ = add_ring(draft, triangles, 20, prng);                         \
        add_faults(draft, faults_, kinds_, sizeof kinds_ / sizeof kinds_[0], prng);            \
    } while (0)

void uvp_shape_doubled(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    ADD_FAULTS(draft, triangles, prng, FAULT_COPY, FAULT_TURNED, FAULT_UNWELDED);
}

void uvp_shape_degenerate(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    ADD_FAULTS(draft, triangles, prng, FAULT_REPEATED, FAULT_POINT, FAULT_LINE, FAULT_NEEDLE);
}

void uvp_shape_unreal(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    ADD_FAULTS(draft, triangles, prng, FAULT_NAN, FAULT_FAR);
}

void uvp_shape_fans(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t faults = add_ring(draft, triangles, 20, prng);
    const uint32_t sound = (uint32_t)draft->face_count;

    for (uint32_t k = 0; k < faults && draft->error.code == UVP_OK; k += 4) {
        uint32_t v[3];

        pick_face(draft, sound, prng, v);
        add_book(draft, v[0], v[1], prng);
    }
}

void uvp_shape_loose(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t lost = triangles / 10 + 1;

    uvp_shape_torus(draft, triangles, prng);
    for (uint32_t k = 0; k < lost; k++) {
        const double x = uvp_prng_between(prng, -1.5, 1.5);
        const double y = uvp_prng_between(prng, -1.5, 1.5);

        uvp_draft_vertex(draft, x, y, uvp_prng_between(prng, -0.5, 0.5));
    }
}

/* About one in eight, never the first: somebody has to say where outside is. */
void uvp_shape_flipped(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    uvp_shape_torus(draft, triangles, prng);
    for (size_t f = 1; f < draft->face_count && draft->error.code == UVP_OK; f++) {
        if (f == 1 || uvp_prng_below(prng, 8) == 0) {
            const uint32_t corner = draft->corner[3 * f];
            draft->corner[3 * f] = draft->corner[3 * f + 1];
            draft->corner[3 * f + 1] = corner;
        }
    }
}

/* About one in twelve is gone, and the first. */
void uvp_shape_holes(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    size_t kept = 0;

    uvp_shape_torus(draft, triangles + triangles / 12, prng);
    if (draft->error.code != UVP_OK) {
        return;
    }
    for (size_t f = 1; f < draft->face_count; f++) {
        if (uvp_prng_below(prng, 12) != 0) {
            memmove(draft->corner + 3 * kept, draft->corner + 3 * f, 3 * sizeof *draft->corner);
            kept++;
        }
    }
    draft->face_count = kept;
    draft->corner_count = 3 * kept;
}

/* A face is cut in two from the middle of a side, and the neighbour there is not. */
void uvp_shape_cracks(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const uint32_t faults = add_ring(draft, triangles, 20, prng);
    const size_t sound = draft->face_count;
    const size_t step = sound / faults > 0 ? sound / faults : 1;

    for (size_t f = 0; f < sound && draft->error.code == UVP_OK; f += step) {
        const uint32_t a = draft->corner[3 * f];
        const uint32_t b = draft->corner[3 * f + 1];
        const uint32_t middle = add_middle(draft, a, b);

        uvp_draft_triangle(draft, middle, b, draft->corner[3 * f + 2]);
        draft->corner[3 * f + 1] = middle;
    }
}

void uvp_shape_dirty(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    uvp_shape_torus(draft, triangles - triangles / 5, prng);
    const uint32_t sound = (uint32_t)draft->face_count;
    const uint32_t faults = triangles / 5 > FAULT_KINDS ? triangles / 5 : FAULT_KINDS;

    for (uint32_t k = 0; k < faults && draft->error.code == UVP_OK; k++) {
        const size_t face = uvp_prng_below(prng, sound);
        const uint32_t v[3] = {draft->corner[3 * face], draft->corner[3 * face + 1],
                               draft->corner[3 * face + 2]};
        add_fault(draft, (enum fault)(k % FAULT_KINDS), v);
    }
}
