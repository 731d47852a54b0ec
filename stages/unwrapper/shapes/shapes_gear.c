/*
 * A toothed wheel: one outline, given by how far out it is in each direction, and a bore; rings
 * between them above and below, walls inside and outside.
 */
#include <math.h>

#include "stages/unwrapper/shapes/shapes.h"
#include "stages/unwrapper/shapes/wave.h"

#define TOOTH_STEPS 12 /* points of the outline at least, for a tooth */
#define LEAST_TEETH 6
#define MOST_TEETH 60
#define BORE 0.3
#define HALF_HEIGHT 0.2

struct gear {
    uint32_t teeth;
    uint32_t around; /* points of the outline */
    uint32_t rings;  /* of faces, from the bore to the outline */
    uint32_t layers; /* of walls */
    double depth;    /* of a tooth */
};

/* How far out the outline is, `part` of a tooth along: foot, flank, land, flank. */
static double outline(const struct gear *gear, double part)
{
    const double ramp = 0.12;
    const double foot = 0.22;
    double rise = 1.0;

    if (part > 0.5) {
        part = 1.0 - part;
    }
    if (part < foot) {
        rise = 0.0;
    } else if (part < foot + ramp) {
        const double t = (part - foot) / ramp;
        rise = t * t * (3.0 - 2.0 * t);
    }
    return 1.0 - gear->depth * (1.0 - rise);
}

static double reach(const struct gear *gear, uint32_t point)
{
    const uint32_t each = gear->around / gear->teeth;

    return outline(gear, (double)(point % each) / each);
}

/* One closed row of the outline, `ring` of `rings` of the way from the bore to the teeth. */
static uint32_t add_row(struct uvp_draft *draft, const struct gear *gear, uint32_t ring,
                        double z)
{
    const uint32_t first = (uint32_t)draft->vertex_count;
    const double part = (double)ring / gear->rings;

    for (uint32_t i = 0; i < gear->around; i++) {
        const double angle = UVP_WAVE_TURN * i / gear->around;
        const double radius = BORE + part * (reach(gear, i) - BORE);
        uvp_draft_vertex(draft, radius * uvp_cosine(angle), radius * uvp_sine(angle), z);
    }
    return first;
}

static void add_band(struct uvp_draft *draft, const struct gear *gear, uint32_t from,
                     uint32_t to)
{
    for (uint32_t i = 0; i < gear->around; i++) {
        const uint32_t next = (i + 1) % gear->around;
        uvp_draft_split_quad(draft, from + i, from + next, to + next, to + i);
    }
}

/* Rows go around the wheel's section: up the outside, in on top, down the bore, out below. */
static void add_rows(struct uvp_draft *draft, const struct gear *gear)
{
    const uint32_t count = 2 * (gear->rings + gear->layers);
    const uint32_t first = (uint32_t)draft->vertex_count;
    uint32_t before = 0;

    for (uint32_t k = 0; k < count; k++) {
        const uint32_t side = k < gear->layers                     ? 0
                              : k < gear->layers + gear->rings     ? 1
                              : k < 2 * gear->layers + gear->rings ? 2
                                                                   : 3;
        const uint32_t begin[4] = {0, gear->layers, gear->layers + gear->rings,
                                   2 * gear->layers + gear->rings};
        const uint32_t step = k - begin[side];
        const double up = HALF_HEIGHT * (2.0 * step / gear->layers - 1.0);
        const uint32_t ring[4] = {gear->rings, gear->rings - step, 0, step};
        const double z[4] = {up, HALF_HEIGHT, -up, -HALF_HEIGHT};
        const uint32_t row = add_row(draft, gear, ring[side], z[side]);

        if (k > 0) {
            add_band(draft, gear, before, row);
        }
        before = row;
    }
    add_band(draft, gear, before, first);
}

void uvp_shape_gear(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const double wanted = triangles / 4.0; /* around * (rings + layers) */
    struct gear gear = {.depth = uvp_prng_between(prng, 0.12, 0.25)};
    const double teeth = fmin(fmax(sqrt(wanted) / TOOTH_STEPS, LEAST_TEETH), MOST_TEETH);
    double across;

    gear.teeth = (uint32_t)teeth + uvp_prng_below(prng, 3);
    gear.around = gear.teeth * (uint32_t)fmax(sqrt(wanted * 4) / gear.teeth, TOOTH_STEPS);
    across = fmax(wanted / gear.around, 2.0);
    gear.layers = (uint32_t)fmax(across / 3.0 + 0.5, 1.0);
    gear.rings = (uint32_t)fmax(across - gear.layers + 0.5, 1.0);
    add_rows(draft, &gear);
}
