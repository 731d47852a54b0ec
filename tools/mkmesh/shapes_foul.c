/* What modellers and scanners should not write, and do. */
#include <math.h>

#include "tools/mkmesh/shapes.h"

void make_soup(struct draft *draft, uint32_t triangles, struct prng *prng)
{
    for (uint32_t t = 0; t < (triangles > 0 ? triangles : 1); t++) {
        const double size = prng_between(prng, 0.005, 0.2);
        const double x = prng_between(prng, -1.0, 1.0);
        const double y = prng_between(prng, -1.0, 1.0);
        const double z = prng_between(prng, -1.0, 1.0);
        uint32_t v[3];
        for (int k = 0; k < 3; k++) {
            const double dx = prng_between(prng, -size, size);
            const double dy = prng_between(prng, -size, size);
            v[k] = draft_vertex(draft, x + dx, y + dy, z + prng_between(prng, -size, size));
        }
        draft_triangle(draft, v[0], v[1], v[2]);
    }
}

static uint32_t copy_vertex(struct draft *draft, uint32_t v, double shift)
{
    const double *p = draft->position + 3 * (size_t)v;
    const double at[3] = {p[0], p[1], p[2] + shift};
    return draft_vertex(draft, at[0], at[1], at[2]);
}

static uint32_t add_middle(struct draft *draft, uint32_t a, uint32_t b)
{
    const double *p = draft->position + 3 * (size_t)a;
    const double *q = draft->position + 3 * (size_t)b;
    const double at[3] = {(p[0] + q[0]) / 2.0, (p[1] + q[1]) / 2.0, (p[2] + q[2]) / 2.0};
    return draft_vertex(draft, at[0], at[1], at[2]);
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

static void add_fin(struct draft *draft, uint32_t a, uint32_t b, double height)
{
    draft_triangle(draft, a, b, copy_vertex(draft, b, height));
    draft_triangle(draft, b, a, copy_vertex(draft, a, -height));
}

static void add_fault(struct draft *draft, enum fault fault, const uint32_t v[3])
{
    switch (fault) {
    case FAULT_COPY:
        draft_triangle(draft, v[0], v[1], v[2]);
        break;
    case FAULT_TURNED:
        draft_triangle(draft, v[0], v[2], v[1]);
        break;
    case FAULT_UNWELDED:
        draft_triangle(draft, copy_vertex(draft, v[0], 0.0), copy_vertex(draft, v[1], 0.0),
                       copy_vertex(draft, v[2], 0.0));
        break;
    case FAULT_FIN:
        add_fin(draft, v[0], v[1], 0.3);
        break;
    case FAULT_REPEATED:
        draft_triangle(draft, v[0], v[1], v[1]);
        break;
    case FAULT_POINT:
        draft_triangle(draft, v[0], v[0], v[0]);
        break;
    case FAULT_LINE:
        draft_triangle(draft, v[0], v[1], add_middle(draft, v[0], v[1]));
        break;
    case FAULT_NEEDLE:
        draft_triangle(draft, v[0], v[1], copy_vertex(draft, v[0], 2e-6));
        break;
    case FAULT_NAN:
        draft_triangle(draft, v[0], v[1], draft_vertex(draft, (double)NAN, 0.0, 0.0));
        break;
    case FAULT_FAR:
        draft_triangle(draft, v[0], v[1], draft_vertex(draft, 0.0, (double)INFINITY, 0.0));
        break;
    case FAULT_LOOSE:
    default:
        draft_vertex(draft, 0.5, 0.5, 0.5);
        break;
    }
}

void make_dirty(struct draft *draft, uint32_t triangles, struct prng *prng)
{
    make_torus(draft, triangles - triangles / 5, prng);
    const uint32_t sound = (uint32_t)draft->face_count;
    const uint32_t faults = triangles / 5 > FAULT_KINDS ? triangles / 5 : FAULT_KINDS;
    for (uint32_t k = 0; k < faults; k++) {
        const size_t face = prng_below(prng, sound);
        const uint32_t v[3] = {draft->corner[3 * face], draft->corner[3 * face + 1],
                               draft->corner[3 * face + 2]};
        add_fault(draft, (enum fault)(k % FAULT_KINDS), v);
    }
}
