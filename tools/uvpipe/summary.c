#include "tools/uvpipe/summary.h"

#include <string.h>

#include "pipeline/base/clock.h"

#define FINE_BITS 5 /* 2^5 == UVP_SUMMARY_FINE */

static unsigned highest_bit(uint64_t value)
{
    return 63U - (unsigned)__builtin_clzll(value);
}

/* Values below 32 have a bucket each; above, 32 buckets a power of two. */
static unsigned bucket_of(uint64_t ns)
{
    if (ns < UVP_SUMMARY_FINE) {
        return (unsigned)ns;
    }
    const unsigned shift = highest_bit(ns) - FINE_BITS;
    return (shift << FINE_BITS) + (unsigned)(ns >> shift);
}

/* The largest value that falls into the bucket. */
static uint64_t bucket_end(unsigned bucket)
{
    if (bucket < 2 * UVP_SUMMARY_FINE) {
        return bucket;
    }
    const unsigned shift = (bucket >> FINE_BITS) - 1;
    const uint64_t step = UVP_SUMMARY_FINE + (bucket & (UVP_SUMMARY_FINE - 1));
    return ((step + 1) << shift) - 1;
}

void uvp_summary_init(struct uvp_summary *summary)
{
    memset(summary, 0, sizeof *summary);
}

void uvp_summary_add(struct uvp_summary *summary, const struct uvp_record *record)
{
    if (record->status == UVP_MEMBER_PASSED) {
        return;
    }
    summary->meshes++;
    if (record->status == UVP_MEMBER_FAILED) {
        summary->failed_codes |= 1U << record->error.code;
    }
    summary->mesh_ns += record->wall_ns;
    for (int i = 0; i < UVP_STEP_COUNT; i++) {
        summary->step_ns[i] += record->step_ns[i];
    }
    summary->buckets[bucket_of(record->wall_ns)]++;
    if (record->status == UVP_MEMBER_UNWRAPPED) {
        summary->charts += record->atlas.charts;
        summary->degenerate_triangles += record->atlas.degenerate_triangles;
    } else {
        summary->charts += record->verdict.charts;
    }
}

uint64_t uvp_summary_percentile(const struct uvp_summary *summary, unsigned percent)
{
    const uint64_t beyond =
        summary->meshes / 100 * (100 - percent) + summary->meshes % 100 * (100 - percent) / 100;
    uint64_t left = summary->meshes - beyond; /* so many lie at or below the answer */

    for (unsigned i = 0; i < UVP_SUMMARY_BUCKETS; i++) {
        if (summary->buckets[i] >= left && left > 0) {
            return bucket_end(i);
        }
        left -= summary->buckets[i];
    }
    return 0;
}

static double a_second(uint64_t count, uint64_t ns)
{
    return ns == 0 ? 0.0 : (double)count * (double)UVP_NS_PER_S / (double)ns;
}

void uvp_summary_figures(const struct uvp_summary *summary, const struct uvp_progress *progress,
                         uint64_t wall_ns, uint64_t cpu_ns, uint64_t peak_bytes,
                         struct uvp_figures *figures)
{
    memset(figures, 0, sizeof *figures);
    figures->progress = *progress;
    figures->wall_ns = wall_ns;
    figures->cpu_ns = cpu_ns;
    figures->peak_bytes = peak_bytes;
    figures->charts = summary->charts;
    figures->failed_codes = summary->failed_codes;
    figures->degenerate_triangles = summary->degenerate_triangles;
    figures->meshes = summary->meshes;
    memcpy(figures->step_ns, summary->step_ns, sizeof figures->step_ns);
    figures->mean_ns = summary->meshes == 0 ? 0 : summary->mesh_ns / summary->meshes;
    figures->p95_ns = uvp_summary_percentile(summary, 95);
    figures->bytes_a_second = a_second(progress->bytes_in, wall_ns);
    figures->bytes_written_a_second = a_second(progress->bytes_out, wall_ns);
    figures->triangles_a_second = a_second(progress->triangles, wall_ns);
    figures->speed_up = wall_ns == 0 ? 0.0 : (double)progress->mesh_ns / (double)wall_ns;
}
