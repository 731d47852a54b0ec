#include "stages/unwrapper/picture/subject.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/picture/palette.h"
#include "stages/unwrapper/picture/ramp.h"

static void add_up(struct uvp_subjects *subjects, struct uvp_subject *subject)
{
    const float weight = (float)subject->mesh->triangle_count;
    const float before = (float)subjects->triangles;

    subject->first_chart = subjects->charts;
    subjects->charts += subject->parts.chart_count;
    subjects->triangles += subject->mesh->triangle_count;
    subjects->turned += subject->parts.turned_count;
    subjects->mapped += subject->parts.chart_count != 0 ? 1 : 0;
    if (subject->distort.value != NULL && subject->parts.chart_count != 0) {
        subjects->worst = fmaxf(subjects->worst, subject->distort.worst);
        subjects->mean =
            (subjects->mean * before + subject->distort.mean * weight) / (before + weight);
    }
}

enum uvp_code uvp_subjects_make(const struct uvp_picture_mesh *meshes, uint32_t count,
                                const struct uvp_picture_options *options,
                                struct uvp_arena *arena, struct uvp_stop *stop,
                                struct uvp_subjects *subjects, struct uvp_error *err)
{
    memset(subjects, 0, sizeof *subjects);
    subjects->options = options;
    subjects->count = count;
    subjects->all = uvp_arena_take_zeroed(arena, count, sizeof *subjects->all);
    if (subjects->all == NULL) {
        return uvp_fail_memory(err, count * sizeof *subjects->all);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct uvp_subject *const subject = &subjects->all[i];

        subject->mesh = &meshes[i];
        UVP_TRY(uvp_parts_find(&meshes[i], arena, stop, &subject->parts, err));
        if (uvp_ramp_scale(options->colour) != NULL) {
            UVP_TRY(uvp_distort_measure(&subject->parts, options->colour, arena, stop,
                                        &subject->distort, err));
        }
        add_up(subjects, subject);
    }
    return UVP_OK;
}

struct uvp_colour uvp_subject_colour(const struct uvp_subject *subject,
                                     const struct uvp_picture_options *options, uint32_t t)
{
    const uint32_t chart = subject->parts.chart[t];

    if (chart == UVP_PARTS_NONE || options->colour == UVP_PICTURE_PLAIN ||
        options->colour == UVP_PICTURE_CHECKER) {
        return uvp_colour_of(UVP_CLAY);
    }
    if (options->colour == UVP_PICTURE_CHARTS) {
        return uvp_palette_chart(subject->first_chart + chart);
    }
    return uvp_ramp_colour(options->colour,
                           uvp_ramp_place(options->colour, subject->distort.value[t]));
}

/* ---- the texture ---- */

/* Which corner of the page is near shows in the colour of the dark squares. */
static struct uvp_colour shade_of_place(double u, double v)
{
    const uint32_t along = (uint32_t)((u - floor(u)) * 256);
    const uint32_t up = (uint32_t)((v - floor(v)) * 256);
    const struct uvp_colour bottom =
        uvp_colour_mix(uvp_colour_of(0x2f6f9f), uvp_colour_of(0x3c9a86), along);
    const struct uvp_colour top =
        uvp_colour_mix(uvp_colour_of(0x8a5aa8), uvp_colour_of(0xd9803f), along);

    return uvp_colour_mix(bottom, top, up);
}

static const uint32_t light_square = 0xf6f4ee;

struct uvp_colour uvp_checker_colour(double u, double v, uint32_t n)
{
    const double column = floor(u * n);
    const double row = floor(v * n);
    const double sum = column + row;

    /* of odd and even by halves: exact for any number */
    return sum / 2 != floor(sum / 2) ? uvp_colour_of(light_square) : shade_of_place(u, v);
}

struct uvp_colour uvp_checker_mean(double u, double v)
{
    return uvp_colour_mix(uvp_colour_of(light_square), shade_of_place(u, v), 128);
}
