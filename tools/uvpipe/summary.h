/*
 * summary.h -- what all members together came to
 *
 * Why:     mean, p95 and totals of a run of any length, in memory that does not grow: times
 *          are counted in buckets of 1/32 of a power of two, so p95 is right to about 3 %.
 * Threads: add from the writer's thread; the figures after the run.
 */
#ifndef UVP_TOOLS_SUMMARY_H
#define UVP_TOOLS_SUMMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "stages/record.h"
#include "stages/stages.h"
#include "tools/uvpipe/options.h"

#define UVP_SUMMARY_FINE 32
#define UVP_SUMMARY_BUCKETS (60 * UVP_SUMMARY_FINE)

struct uvp_summary {
    uint64_t meshes; /* unwrapped or failed: those that took time */
    uint64_t mesh_ns;
    uint64_t buckets[UVP_SUMMARY_BUCKETS];
    uint64_t charts;
    uint64_t degenerate_triangles;
    uint64_t step_ns[UVP_STEP_COUNT];
    unsigned failed_codes; /* bits: 1 << uvp_code */
};

void uvp_summary_init(struct uvp_summary *summary);
void uvp_summary_add(struct uvp_summary *summary, const struct uvp_record *record);

/* Everything the last lines and the last object of the report tell. */
struct uvp_figures {
    enum uvp_command command; /* what the members are counted as */
    struct uvp_progress progress;
    uint64_t wall_ns;
    uint64_t cpu_ns;
    uint64_t mean_ns;      /* of a mesh */
    uint64_t p95_ns;       /* of a mesh */
    double bytes_a_second; /* read */
    unsigned failed_codes; /* bits: 1 << uvp_code */
    double bytes_written_a_second;
    double triangles_a_second;
    double speed_up; /* time spent in meshes / wall time */
    uint64_t peak_bytes;
    uint64_t charts;
    uint64_t degenerate_triangles;
    uint64_t meshes; /* looked at */
    uint64_t step_ns[UVP_STEP_COUNT];
};

void uvp_summary_figures(const struct uvp_summary *summary, const struct uvp_progress *progress,
                         uint64_t wall_ns, uint64_t cpu_ns, uint64_t peak_bytes,
                         struct uvp_figures *figures);

/* "95 of 100 took at most so long": the upper end of the bucket; 0 when there was none. */
uint64_t uvp_summary_percentile(const struct uvp_summary *summary, unsigned percent);

#endif
