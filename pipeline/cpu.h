/*
 * cpu.h -- how many CPUs a control group grants: the part of uvp_cpu_count that reads files
 *
 * Why:     a container with two CPUs on a machine of sixty-four must not start sixty-four
 *          workers.
 * Limits:  anything missing, unreadable or odd counts as "no limit".
 */
#ifndef UVP_PIPELINE_CPU_H
#define UVP_PIPELINE_CPU_H

#include <stdint.h>

/*
 * The smallest quota on the way from the group named in `membership` (such as
 * /proc/self/cgroup) up to the root of the hierarchy under `mount` (such as /sys/fs/cgroup);
 * version 2 (cpu.max) and version 1 (cpu.cfs_quota_us). In CPUs, rounded up; 0: no limit.
 */
uint32_t uvp_cpu_quota(const char *membership, const char *mount);

#endif
