#include "pipeline/cpu.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#ifdef __linux__
#    include <sched.h>
#endif

#include "pipeline/pipeline.h"

#define MASK_WORDS 1024 /* room for 65536 CPUs */
#define MOST_CPUS 65536U

/* Reads a small file whole, with a NUL; false when it is not there or does not fit. */
static bool read_text(const char *path, char *text, size_t room)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t used = 0;
    ssize_t got = 1;

    if (fd < 0) {
        return false;
    }
    while (got > 0 && used < room - 1) {
        got = read(fd, text + used, room - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    text[used] = '\0';
    return got == 0;
}

/* Decimal digits only; *end is where they stop. False when there are none or too many. */
static bool read_number(const char *text, uint64_t *number, const char **end)
{
    uint64_t value = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++) {
        if (value > (UINT64_MAX - 9) / 10) {
            return false;
        }
        value = value * 10 + (uint64_t)(*at - '0');
    }
    *number = value;
    *end = at;
    return at != text;
}

static uint32_t cpus_of(uint64_t quota, uint64_t period)
{
    uint64_t cpus;

    if (quota == 0 || period == 0) {
        return 0;
    }
    cpus = quota / period + (quota % period != 0);
    return cpus > MOST_CPUS ? 0 : (uint32_t)cpus;
}

static uint32_t tighter(uint32_t a, uint32_t b)
{
    if (a == 0 || b == 0) {
        return a == 0 ? b : a;
    }
    return a < b ? a : b;
}

/* "200000 100000", or "max 100000" */
static uint32_t quota_v2(const char *folder)
{
    char path[PATH_MAX];
    char text[128];
    const char *at;
    uint64_t quota;
    uint64_t period;

    if (snprintf(path, sizeof path, "%s/cpu.max", folder) >= (int)sizeof path ||
        !read_text(path, text, sizeof text) || !read_number(text, &quota, &at) || *at != ' ' ||
        !read_number(at + 1, &period, &at)) {
        return 0;
    }
    return cpus_of(quota, period);
}

static bool read_number_file(const char *folder, const char *name, uint64_t *number)
{
    char path[PATH_MAX];
    char text[64];
    const char *end;

    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
           read_text(path, text, sizeof text) && read_number(text, number, &end);
}

/* A quota of -1 means none, and is no number here. */
static uint32_t quota_v1(const char *folder)
{
    uint64_t quota;
    uint64_t period;

    if (!read_number_file(folder, "cpu.cfs_quota_us", &quota) ||
        !read_number_file(folder, "cpu.cfs_period_us", &period)) {
        return 0;
    }
    return cpus_of(quota, period);
}

/* Asks the group and all above it. `folder` is cut back to `root_bytes` on the way. */
static uint32_t walk_up(char *folder, size_t root_bytes, uint32_t (*quota)(const char *))
{
    uint32_t cpus = 0;

    for (;;) {
        char *slash;

        cpus = tighter(cpus, quota(folder));
        if (strlen(folder) <= root_bytes) {
            return cpus;
        }
        slash = strrchr(folder, '/');
        if (slash == NULL || (size_t)(slash - folder) < root_bytes) {
            return cpus;
        }
        *slash = '\0';
    }
}

/* A group outside of our own name space is shown as "/..": only the root can be asked then. */
static uint32_t ask_group(const char *mount, const char *group, uint32_t (*quota)(const char *))
{
    char folder[PATH_MAX];

    if (strstr(group, "..") != NULL || strcmp(group, "/") == 0) {
        group = "";
    }
    if (snprintf(folder, sizeof folder, "%s%s", mount, group) >= (int)sizeof folder) {
        return 0;
    }
    return walk_up(folder, strlen(mount), quota);
}

/* Does the comma-separated list hold "cpu"? */
static bool names_cpu(const char *list)
{
    while (*list != '\0') {
        const size_t bytes = strcspn(list, ",");

        if (bytes == 3 && memcmp(list, "cpu", 3) == 0) {
            return true;
        }
        list += bytes;
        list += *list == ',';
    }
    return false;
}

/* One line, "number:controllers:/group"; no controllers: version 2. */
static uint32_t quota_of_line(char *line, const char *mount)
{
    char *const controllers = strchr(line, ':');
    char *const group = controllers == NULL ? NULL : strchr(controllers + 1, ':');
    char below[PATH_MAX];

    if (group == NULL || group[1] != '/') {
        return 0;
    }
    *group = '\0';
    if (controllers[1] == '\0') {
        return ask_group(mount, group + 1, quota_v2);
    }
    if (!names_cpu(controllers + 1) ||
        snprintf(below, sizeof below, "%s/%s", mount, controllers + 1) >= (int)sizeof below) {
        return 0;
    }
    return ask_group(below, group + 1, quota_v1);
}

uint32_t uvp_cpu_quota(const char *membership, const char *mount)
{
    char text[16384];
    char *line = text;
    uint32_t cpus = 0;

    if (!read_text(membership, text, sizeof text)) {
        return 0;
    }
    while (*line != '\0') {
        const size_t bytes = strcspn(line, "\n");
        const bool more = line[bytes] == '\n';

        line[bytes] = '\0';
        cpus = tighter(cpus, quota_of_line(line, mount));
        line += bytes + more;
    }
    return cpus;
}

static uint32_t online_cpus(void)
{
    const long online = sysconf(_SC_NPROCESSORS_ONLN);

    return online < 1 ? 1 : (uint32_t)(online > (long)MOST_CPUS ? (long)MOST_CPUS : online);
}

/* CPUs in our affinity mask; 0 when the system does not say. */
static uint32_t allowed_cpus(void)
{
#ifdef __linux__
    union {
        unsigned long words[MASK_WORDS];
        cpu_set_t set;
    } mask;
    uint32_t cpus = 0;

    memset(&mask, 0, sizeof mask);
    if (sched_getaffinity(0, sizeof mask, &mask.set) != 0) {
        return 0;
    }
    for (size_t i = 0; i < MASK_WORDS; i++) {
        cpus += (uint32_t)__builtin_popcountl(mask.words[i]);
    }
    return cpus;
#else
    return 0;
#endif
}

uint32_t uvp_cpu_count(void)
{
    const uint32_t allowed = allowed_cpus();
    const uint32_t cpus = allowed == 0 ? online_cpus() : allowed;

    return tighter(cpus, uvp_cpu_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
}
