/* cache: what lies in a folder given to --cache, and how to make it less. */
#include "tools/uvpipe/command.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "stages/store/folder_tree.h"
#include "tools/uvpipe/exits.h"

#define TEXT_BYTES 400

struct outcome {
    struct uvp_tree_usage now;
    struct uvp_tree_usage removed;
};

static enum uvp_code take_words(struct uvp_options *options, struct uvp_error *err)
{
    static const char *const verbs[] = {"stat", "gc", "clear"};
    const struct uvp_settings *const settings = &options->settings;

    for (size_t i = 0; settings->input_count > 0 && i < sizeof verbs / sizeof verbs[0]; i++) {
        if (strcmp(settings->inputs[0], verbs[i]) == 0) {
            return settings->input_count == 2
                       ? UVP_OK
                       : uvp_fail(err, UVP_USAGE, 0, "cache %s: give one folder", verbs[i]);
        }
    }
    return uvp_fail(err, UVP_USAGE, 0,
                    "expected cache stat DIR, cache gc DIR or cache clear DIR");
}

static enum uvp_code run_verb(const struct uvp_settings *settings, struct uvp_mem *mem,
                              struct outcome *outcome, struct uvp_error *err)
{
    const struct uvp_tree_limits limits = {settings->cache_most_bytes,
                                           settings->cache_most_age_ns};
    const char *const verb = settings->inputs[0];
    const char *const dir = settings->inputs[1];

    if (strcmp(verb, "gc") == 0) {
        return uvp_cache_trim(dir, &limits, mem, &outcome->now, &outcome->removed, err);
    }
    if (strcmp(verb, "clear") == 0) {
        return uvp_cache_clear(dir, mem, &outcome->removed, err);
    }
    return uvp_cache_look(dir, mem, &outcome->now, err);
}

/* Seconds since a value was used; 0 when there is none, or the clock went back. */
static uint64_t age_of(uint64_t used_ns)
{
    const uint64_t now = uvp_tree_now_ns();

    return used_ns == 0 || used_ns > now ? 0 : (now - used_ns) / UVP_NS_PER_S;
}

static void print_json(char text[TEXT_BYTES], const struct outcome *outcome)
{
    (void)snprintf(text, TEXT_BYTES,
                   "{\"type\":\"cache\",\"version\":1,\"values\":%" PRIu64 ",\"bytes\":%" PRIu64
                   ",\"oldest_seconds\":%" PRIu64 ",\"newest_seconds\":%" PRIu64
                   ",\"removed_values\":%" PRIu64 ",\"removed_bytes\":%" PRIu64 "}\n",
                   outcome->now.values, outcome->now.bytes, age_of(outcome->now.oldest_ns),
                   age_of(outcome->now.newest_ns), outcome->removed.values,
                   outcome->removed.bytes);
}

static void print_words(char text[TEXT_BYTES], const char *verb, const struct outcome *outcome)
{
    char now[32];
    char removed[32];
    char oldest[32];
    char newest[32];

    uvp_report_bytes(now, sizeof now, outcome->now.bytes);
    uvp_report_bytes(removed, sizeof removed, outcome->removed.bytes);
    uvp_report_time(oldest, sizeof oldest, age_of(outcome->now.oldest_ns) * UVP_NS_PER_S);
    uvp_report_time(newest, sizeof newest, age_of(outcome->now.newest_ns) * UVP_NS_PER_S);
    if (strcmp(verb, "stat") != 0) {
        (void)snprintf(text, TEXT_BYTES,
                       "%" PRIu64 " meshes removed, %s; %" PRIu64 " left, %s\n",
                       outcome->removed.values, removed, outcome->now.values, now);
    } else if (outcome->now.values == 0) {
        (void)snprintf(text, TEXT_BYTES, "0 meshes\n");
    } else {
        (void)snprintf(text, TEXT_BYTES, "%" PRIu64 " meshes, %s; last used %s to %s ago\n",
                       outcome->now.values, now, newest, oldest);
    }
}

static int run_cache(const struct uvp_options *options, struct uvp_report *report,
                     struct uvp_mem *mem)
{
    struct outcome outcome = {0};
    struct uvp_error err = {0};
    char text[TEXT_BYTES];
    enum uvp_code code = run_verb(&options->settings, mem, &outcome, &err);

    if (code == UVP_OK) {
        if (options->json) {
            print_json(text, &outcome);
        } else {
            print_words(text, options->settings.inputs[0], &outcome);
        }
        code = uvp_report_print(uvp_span_of_text(text), &err);
    }
    if (code == UVP_OK) {
        return UVP_EXIT_OK;
    }
    uvp_report_say(report, UVP_TRACE_ERROR, "%s", err.text);
    return UVP_EXIT_FAILURE;
}

const struct uvp_command_ops uvp_command_cache = {
    .name = "cache",
    .brief = "looks after the folder that --cache keeps",
    .head =
        "Usage: uvpipe cache stat [OPTION]... DIR\n"
        "       uvpipe cache gc [OPTION]... DIR\n"
        "       uvpipe cache clear [OPTION]... DIR\n"
        "Looks after a folder of solved meshes (uvpipe --cache DIR): stat counts them, gc\n"
        "removes those beyond the limits, the least recently used first, clear removes all.\n"
        "Runs that use the folder meanwhile go on.\n",
    .tail = "\nExamples:\n"
            "  uvpipe cache stat ~/.cache/uvpipe\n"
            "  uvpipe cache gc --cache-max-size 2G --cache-max-age 30d ~/.cache/uvpipe\n"
            "\nExit status: 0 done; 1 failed, or there is no cache; 64 wrong usage.\n"
            "The manual: man uvpipe-cache\n",
    .task = UVP_TASK_UNWRAP,
    .take_words = take_words,
    .instead = run_cache,
};
