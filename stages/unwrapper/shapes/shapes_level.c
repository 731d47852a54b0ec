/* Shapes that are level sets: where a function of space is zero. */
#include <math.h>

#include "stages/unwrapper/shapes/march.h"
#include "stages/unwrapper/shapes/noise.h"
#include "stages/unwrapper/shapes/shapes.h"
#include "stages/unwrapper/shapes/wave.h"

/* The number of triangles grows with the square of the cells: a rough try tells the factor, and
 * a second one mends it where the rough grid has missed what is thin. */
static void make_level(const struct uvp_field *field, uint32_t triangles,
                       struct uvp_draft *draft)
{
    double cells = 24.0;
    for (int try = 0; try < 5 && uvp_draft_goes_on(draft); try++) {
        uvp_draft_clear(draft);
        uvp_march_field(field, (uint32_t)cells, draft);
        const double part = (double)triangles / (double)(draft->face_count + 1);
        if (try > 0 && part > 0.9 && part < 1.1) {
            return;
        }
        cells = fmin(fmax(cells * sqrt(part) + 0.5, 6.0), 4000.0);
    }
}

static void prepare_ball(const struct uvp_field *field, int axis, struct uvp_field_axis *out)
{
    static const double waves[3] = {31.0, 29.0, 37.0};

    out->sine = uvp_sine(waves[axis] * out->at + field->phase[axis]);
}

static double ball_value(const struct uvp_field *field, const struct uvp_field_axis *x,
                         const struct uvp_field_axis *y, const struct uvp_field_axis *z)
{
    double sum = 0.0;

    for (int k = 0; k < UVP_FIELD_BALLS; k++) {
        const double *b = field->ball[k];
        const double dx = x->at - b[0];
        const double dy = y->at - b[1];
        const double dz = z->at - b[2];
        const double t = 1.0 - (dx * dx + dy * dy + dz * dz) / (b[3] * b[3]);
        sum += t > 0.0 ? t * t * t : 0.0;
    }
    return sum - 0.25 + 0.02 * (x->sine * y->sine * z->sine);
}

void uvp_shape_blob(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    struct uvp_field field = {.prepare = prepare_ball, .value = ball_value};
    for (int k = 0; k < UVP_FIELD_BALLS; k++) {
        for (int c = 0; c < 3; c++) {
            field.ball[k][c] = uvp_prng_between(prng, -0.55, 0.55);
        }
        field.ball[k][3] = uvp_prng_between(prng, 0.2, 0.42);
    }
    for (int c = 0; c < 3; c++) {
        field.phase[c] = uvp_prng_between(prng, 0.0, 6.28);
    }
    make_level(&field, triangles, draft);
}

static void prepare_gyroid(const struct uvp_field *field, int axis, struct uvp_field_axis *out)
{
    const double wave = 8.0;

    out->sine = uvp_sine(wave * out->at + field->phase[axis]);
    out->cosine = uvp_cosine(wave * out->at + field->phase[axis]);
}

static double gyroid_value(const struct uvp_field *field, const struct uvp_field_axis *x,
                           const struct uvp_field_axis *y, const struct uvp_field_axis *z)
{
    const double sheet =
        0.6 - fabs(x->sine * y->cosine + y->sine * z->cosine + z->sine * x->cosine);
    const double ball = 6.0 * (0.92 - sqrt(x->at * x->at + y->at * y->at + z->at * z->at));

    (void)field;
    return fmin(sheet, ball);
}

void uvp_shape_gyroid(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    struct uvp_field field = {.prepare = prepare_gyroid, .value = gyroid_value};
    for (int c = 0; c < 3; c++) {
        field.phase[c] = uvp_prng_between(prng, 0.0, 6.28);
    }
    make_level(&field, triangles, draft);
}

static void prepare_noisy(const struct uvp_field *field, int axis, struct uvp_field_axis *out)
{
    (void)field;
    (void)axis;
    (void)out;
}

#define BOULDER 0.6 /* its radius without the noise */
#define DEPTH 0.2   /* of the noise's first octave */
#define BUMPS 4.0   /* of the noise, across half of the box */

/* Noise is dear: it is not asked for where it cannot matter. */
static double noisy_value(const struct uvp_field *field, const struct uvp_field_axis *x,
                          const struct uvp_field_axis *y, const struct uvp_field_axis *z)
{
    const double ball = BOULDER - sqrt(x->at * x->at + y->at * y->at + z->at * z->at);

    if (fabs(ball) > 1.75 * DEPTH) {
        return ball;
    }
    return ball +
           DEPTH * uvp_noise_rough(field->seed, BUMPS * x->at, BUMPS * y->at, BUMPS * z->at);
}

void uvp_shape_noisy(struct uvp_draft *draft, uint32_t triangles, struct uvp_prng *prng)
{
    const struct uvp_field field = {
        .prepare = prepare_noisy, .value = noisy_value, .seed = uvp_prng_bits(prng)};

    make_level(&field, triangles, draft);
}
