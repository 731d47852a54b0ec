#include "stages/unwrapper/picture/legend.h"

#include <stdio.h>
#include <string.h>

#include "stages/unwrapper/picture/ramp.h"

/* "12,345,678": numbers are read, not parsed. */
static void write_count(char *out, size_t room, uint32_t count)
{
    if (count >= 1000000) {
        (void)snprintf(out, room, "%u,%03u,%03u", (unsigned)(count / 1000000),
                       (unsigned)(count / 1000 % 1000), (unsigned)(count % 1000));
    } else if (count >= 1000) {
        (void)snprintf(out, room, "%u,%03u", (unsigned)(count / 1000),
                       (unsigned)(count % 1000));
    } else {
        (void)snprintf(out, room, "%u", (unsigned)count);
    }
}

/* Two decimals, without the locale's comma. */
static void write_decimal(char *out, size_t room, float value)
{
    const uint64_t hundredths = value < 1e7F ? (uint64_t)(value * 100 + 0.5F) : 0;

    if (!(value < 1e7F)) {
        (void)snprintf(out, room, "huge");
        return;
    }
    (void)snprintf(out, room, "%llu.%02u", (unsigned long long)(hundredths / 100),
                   (unsigned)(hundredths % 100));
}

void uvp_legend_words(const struct uvp_subjects *subjects, char out[UVP_LEGEND_WORDS_BYTES])
{
    const struct uvp_ramp_scale *const scale = uvp_ramp_scale(subjects->options->colour);
    char triangles[24];
    char charts[24];
    char turned[24];
    char mean[24];
    char worst[24];
    const size_t room = UVP_LEGEND_WORDS_BYTES;
    size_t used;

    write_count(triangles, sizeof triangles, subjects->triangles);
    write_count(charts, sizeof charts, subjects->charts);
    (void)snprintf(out, room, "%s triangle%s", triangles, subjects->triangles == 1 ? "" : "s");
    used = strlen(out);
    if (subjects->charts != 0) {
        (void)snprintf(out + used, room - used, ", %s chart%s", charts,
                       subjects->charts == 1 ? "" : "s");
        used += strlen(out + used);
    }
    if (subjects->turned != 0) {
        write_count(turned, sizeof turned, subjects->turned);
        (void)snprintf(out + used, room - used, ", %s flipped", turned);
        used += strlen(out + used);
    }
    if (scale != NULL && subjects->charts != 0) {
        write_decimal(mean, sizeof mean, subjects->mean);
        write_decimal(worst, sizeof worst, subjects->worst);
        (void)snprintf(out + used, room - used, ", %s mean %s, most %s", scale->name, mean,
                       worst);
    }
}
