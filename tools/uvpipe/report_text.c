/* Numbers for people: short, in powers of 1000, the same width for about the same size. */
#include "tools/uvpipe/report.h"

#include <stdio.h>
#include <string.h>

#include "pipeline/base/clock.h"
#include "tools/uvpipe/escape.h"

#define NAME_BYTES 1200 /* of an escaped name */

bool uvp_report_is_named_as(const char *input, struct uvp_span member)
{
    const size_t bytes = strlen(input);

    if (member.bytes == 0 || member.bytes > bytes ||
        memcmp(input + bytes - member.bytes, member.data, member.bytes) != 0) {
        return false;
    }
    return member.bytes == bytes || input[bytes - member.bytes - 1] == '/';
}

void uvp_report_names(char out[UVP_REPORT_NAMES_BYTES], const char *input,
                      struct uvp_span member)
{
    const char *const name = input != NULL && strcmp(input, "-") == 0 ? "stdin" : input;
    size_t bytes = 0;

    out[0] = '\0';
    if (name != NULL) {
        bytes = uvp_escape(out, NAME_BYTES, name, strlen(name));
    }
    if (member.data == NULL || (name != NULL && uvp_report_is_named_as(name, member))) {
        return;
    }
    if (name != NULL) {
        memcpy(out + bytes, ": ", 2);
        bytes += 2;
    }
    (void)uvp_escape(out + bytes, NAME_BYTES, (const char *)member.data, member.bytes);
}

/* Three figures of value / unit: "1.23", "12.3", "123". */
static void three_figures(char *out, size_t room, uint64_t value, uint64_t unit)
{
    const uint64_t hundredths = value / unit * 100 + value % unit * 100 / unit;
    const unsigned long long whole = hundredths / 100;
    const unsigned long long rest = hundredths % 100;

    if (whole >= 100) {
        (void)snprintf(out, room, "%llu", whole);
    } else if (whole >= 10) {
        (void)snprintf(out, room, "%llu.%llu", whole, rest / 10);
    } else {
        (void)snprintf(out, room, "%llu.%02llu", whole, rest);
    }
}

void uvp_report_bytes(char *out, size_t room, uint64_t bytes)
{
    static const char *const names[] = {"kB", "MB", "GB", "TB", "PB"};
    uint64_t unit = 1000;
    size_t i = 0;
    char number[24]; /* 20 digits and a point */

    if (bytes < unit) {
        (void)snprintf(out, room, "%u B", (unsigned)bytes);
        return;
    }
    while (i + 1 < sizeof names / sizeof *names && bytes / unit >= 1000) {
        unit *= 1000;
        i++;
    }
    three_figures(number, sizeof number, bytes, unit);
    (void)snprintf(out, room, "%s %s", number, names[i]);
}

void uvp_report_time(char *out, size_t room, uint64_t ns)
{
    const unsigned long long seconds = ns / UVP_NS_PER_S;
    char number[24]; /* 20 digits and a point */

    if (seconds >= 60) {
        (void)snprintf(out, room, "%llu m %02llu s", seconds / 60, seconds % 60);
    } else if (seconds >= 1) {
        three_figures(number, sizeof number, ns, UVP_NS_PER_S);
        (void)snprintf(out, room, "%s s", number);
    } else if (ns >= UVP_NS_PER_MS) {
        three_figures(number, sizeof number, ns, UVP_NS_PER_MS);
        (void)snprintf(out, room, "%s ms", number);
    } else {
        (void)snprintf(out, room, "%llu us", (unsigned long long)ns / 1000);
    }
}

void uvp_report_failure(char *out, size_t room, const struct uvp_error *error)
{
    (void)snprintf(out, room, "%s [%s]", error->text, uvp_code_name(error->code));
}
