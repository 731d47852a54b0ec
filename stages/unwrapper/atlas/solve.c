/*
 * The order of attempts, and the figures of a layout.
 */
#include "stages/unwrapper/atlas/solve.h"

#include "stages/unwrapper/atlas/descent.h"
#include "stages/unwrapper/atlas/flatten.h"
#include "stages/unwrapper/atlas/plan.h"

enum uvp_code uvp_solve_measure(struct uvp_atlas_work *work,
                                const struct uvp_topology *topology,
                                const struct uvp_patch *patch,
                                struct uvp_distortion *distortion)
{
    const double most = work->plan->stretch_max * work->plan->stretch_max;
    double area = 0;
    double energy = 0;
    double stretched = 0;

    for (uint32_t i = 0; i < patch->triangle_count; i++) {
        const uint32_t *const v = topology->vertex + 3 * (size_t)patch->triangle[i];
        const uint32_t *const c = patch->corner + 3 * (size_t)i;
        const struct uvp_rest rest =
            uvp_rest_of(uvp_point_of(topology, v[0]), uvp_point_of(topology, v[1]),
                        uvp_point_of(topology, v[2]));
        const struct uvp_vec2 p = patch->uv[c[0]];
        const double a = (patch->uv[c[1]].x - p.x) / rest.x1;
        const double d = (patch->uv[c[1]].y - p.y) / rest.x1;
        const double b = (patch->uv[c[2]].x - p.x - a * rest.x2) / rest.y2;
        const double e = (patch->uv[c[2]].y - p.y - d * rest.x2) / rest.y2;
        const double det = a * e - b * d;
        const double squares = a * a + b * b + d * d + e * e;
        const double weight = uvp_area_of(topology, patch->triangle[i]);
        const double root = squares * squares - 4 * det * det;
        const double smaller = (squares - (root > 0 ? sqrt(root) : 0)) / 2;
        if (!(det > 0)) {
            *distortion = (struct uvp_distortion){HUGE_VAL, 1};
            return UVP_OK;
        }
        energy += weight * (squares + squares / (det * det));
        area += weight;
        stretched += smaller * most < 1 ? weight : 0; /* stretch is 1 / the smaller value */
        UVP_TRY(uvp_work_count(work, 8));
    }
    energy = area > 0 ? energy / (4 * area) : 1;
    *distortion = (struct uvp_distortion){isfinite(energy) ? energy : HUGE_VAL,
                                          area > 0 ? stretched / area : 0};
    return UVP_OK;
}

enum uvp_code uvp_solve_patch(struct uvp_atlas_work *work, const struct uvp_topology *topology,
                              const struct uvp_solve_ask *ask, struct uvp_patch *patch,
                              struct uvp_distortion *distortion)
{
    double energy = HUGE_VAL;

    if (ask->start == UVP_SOLVE_FRESH) {
        uvp_project_patch(topology, patch);
    }
    UVP_TRY(uvp_descent_solve(work, topology, ask, patch, &energy));
    return uvp_solve_measure(work, topology, patch, distortion);
}
