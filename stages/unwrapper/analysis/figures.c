/* The table of figures, and how those of several meshes become one. */
#include "stages/unwrapper/analysis/analysis.h"

#include <math.h>
#include <string.h>

static const struct uvp_figure table[] = {
#define UVP_FIGURE(field, name, kind, joined, better, meaning)                                 \
    {name,                                                                                     \
     UVP_FIGURE_##kind,                                                                        \
     UVP_JOINED_##joined,                                                                      \
     UVP_BETTER_##better,                                                                      \
     meaning,                                                                                  \
     offsetof(struct uvp_analysis, field)},
#include "stages/unwrapper/analysis/figures.def"
#undef UVP_FIGURE
};

#define TABLE_COUNT ((uint32_t)(sizeof table / sizeof table[0]))

const struct uvp_figure *uvp_figures(uint32_t *count)
{
    *count = TABLE_COUNT;
    return table;
}

const struct uvp_figure *uvp_figure_find(const char *name, size_t bytes)
{
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        if (strlen(table[i].name) == bytes && memcmp(table[i].name, name, bytes) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static double mean(double a, double a_weight, double b, double b_weight)
{
    const double weight = a_weight + b_weight;

    return weight > 0 ? (a * a_weight + b * b_weight) / weight : b;
}

/* What there is none of changes nothing. */
static double join(enum uvp_figure_joined joined, double a, double b, const double area[2],
                   uint32_t meshes)
{
    if (isnan(a) || isnan(b)) {
        return isnan(a) ? b : a;
    }
    switch (joined) {
    case UVP_JOINED_SUM:
        return a + b;
    case UVP_JOINED_MOST:
        return fmax(a, b);
    case UVP_JOINED_LEAST:
        return fmin(a, b);
    case UVP_JOINED_AREA:
        return mean(a, area[0], b, area[1]);
    case UVP_JOINED_MESH:
        return mean(a, meshes, b, 1);
    case UVP_JOINED_ROOT:
        break;
    }
    /* lengths add up, roots do not */
    return area[0] + area[1] > 0
               ? (a * sqrt(area[0]) + b * sqrt(area[1])) / sqrt(area[0] + area[1])
               : 0;
}

void uvp_analysis_join(struct uvp_analysis *sum, const struct uvp_analysis *next,
                       uint32_t meshes)
{
    const double area[2] = {sum->surface_area, next->surface_area};

    if (meshes == 0) {
        *sum = *next;
        return;
    }
    for (uint32_t i = 0; i < TABLE_COUNT; i++) {
        const double joined = join(table[i].joined, uvp_figure_of(sum, &table[i]),
                                   uvp_figure_of(next, &table[i]), area, meshes);
        memcpy((char *)sum + table[i].offset, &joined, sizeof joined);
    }
}
