/*
 * Layouts are kept as whole lattice steps, not as doubles: what was judged is what is kept, in
 * half the memory.
 */
#include "stages/unwrapper/atlas/charts.h"

#include <string.h>

enum uvp_code uvp_charts_take(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              struct uvp_charts *charts)
{
    const size_t live = topology->live_triangles;

    charts->count = 0;
    charts->slot_count = 0;
    UVP_TAKE(work, charts->chart, topology->unit_count);
    UVP_TAKE(work, charts->triangle, live);
    UVP_TAKE(work, charts->chart_of, topology->triangle_count);
    UVP_TAKE(work, charts->corner, 3 * (size_t)topology->triangle_count);
    UVP_TAKE(work, charts->slot, 3 * live);
    UVP_TAKE(work, charts->page, 3 * live);
    memset(charts->chart_of, 0xff, topology->triangle_count * sizeof *charts->chart_of);
    memset(charts->corner, 0xff, 3 * (size_t)topology->triangle_count * sizeof *charts->corner);
    return uvp_stop_poll(work->stop, work->err);
}

void uvp_charts_store(struct uvp_charts *charts, uint32_t first, const struct uvp_patch *patch)
{
    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        uint32_t *const corner = charts->corner + 3 * (size_t)patch->triangle[i];
        for (uint32_t k = 0; k < 3; k++) {
            corner[k] = first + patch->corner[3 * (size_t)i + k];
        }
    }
    memcpy(charts->slot + first, patch->at, patch->vertex_count * sizeof *patch->at);
}

void uvp_charts_load(const struct uvp_charts *charts, double step, struct uvp_patch *patch)
{
    for (uint32_t i = 0; i < 3 * patch->triangle_count; i++) {
        const uint32_t t = patch->triangle[i / 3];
        patch->at[patch->corner[i]] = charts->slot[charts->corner[3 * (size_t)t + i % 3]];
    }
    patch->step = step;
    for (uint32_t v = 0; v < patch->vertex_count; v++) {
        patch->uv[v] = (struct uvp_vec2){patch->at[v].x * step, patch->at[v].y * step};
    }
}

void uvp_charts_move(struct uvp_charts *charts, uint32_t c, uint32_t first)
{
    struct uvp_chart *const chart = &charts->chart[c];

    for (uint32_t i = 0; i < chart->triangle_count; i++) {
        const uint32_t t = charts->triangle[chart->first_triangle + i];
        charts->chart_of[t] = c;
        for (uint32_t k = 0; k < 3; k++) {
            charts->corner[3 * (size_t)t + k] -= chart->first_slot - first;
        }
    }
    memmove(charts->slot + first, charts->slot + chart->first_slot,
            chart->slot_count * sizeof *charts->slot);
    chart->first_slot = first;
}
