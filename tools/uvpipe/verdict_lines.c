#include "tools/uvpipe/verdict_lines.h"

#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/report.h"

#define DETAIL_BYTES 400

/* Appends ", COUNT WHAT" when there are any. */
static void add_count(char out[DETAIL_BYTES], uint64_t count, const char *least,
                      const char *what)
{
    const size_t bytes = strlen(out);

    if (count != 0) {
        (void)snprintf(out + bytes, DETAIL_BYTES - bytes, "%s%s%llu %s", bytes == 0 ? "" : ", ",
                       least, (unsigned long long)count, what);
    }
}

static void describe_verdict(char out[DETAIL_BYTES], const struct uvp_record *record)
{
    const struct uvp_atlas_verdict *const verdict = &record->verdict;

    add_count(out, record->triangles, "", "triangles");
    add_count(out, verdict->charts, "", "charts");
    add_count(out, verdict->flipped, "", "flipped");
    add_count(out, verdict->collapsed, "", "collapsed");
    add_count(out, verdict->mirrored, "", "mirrored");
    add_count(out, verdict->overlapping, verdict->overlapping_more ? "at least " : "",
              "pairs overlapping");
    add_count(out, verdict->outside, "", "outside");
    add_count(out, verdict->unmapped, "", "unmapped");
}

void uvp_verdict_line(struct uvp_outbox *outbox, const struct uvp_record *record, bool all)
{
    char names[UVP_REPORT_NAMES_BYTES];
    char detail[DETAIL_BYTES] = "";
    char status[16];

    if (uvp_outbox_is_silent(outbox) || record->status == UVP_MEMBER_PASSED ||
        (record->status == UVP_MEMBER_VALID && !all)) {
        return;
    }
    if (record->status == UVP_MEMBER_FAILED) {
        (void)uvp_escape(detail, sizeof detail, record->error.text, strlen(record->error.text));
    } else {
        describe_verdict(detail, record);
    }
    (void)snprintf(status, sizeof status, "%-8s", uvp_member_status_name(record->status));
    uvp_report_names(names, record->input, uvp_span_of(record->path, record->path_bytes));
    uvp_outbox_add(outbox, status);
    uvp_outbox_add(outbox, names);
    uvp_outbox_add(outbox, detail[0] == '\0' ? "" : ": ");
    uvp_outbox_add(outbox, detail);
    uvp_outbox_add(outbox, "\n");
    uvp_outbox_line(outbox);
}
