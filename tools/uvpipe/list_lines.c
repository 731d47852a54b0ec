#include "tools/uvpipe/list_lines.h"

#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/report.h"

#define COLUMNS_BYTES 96
#define DETAIL_BYTES 400

/* "uvs", "no-uvs", or of several meshes how many have them: "2/5". */
static void describe_uvs(char *out, size_t room, const struct uvp_record *record)
{
    if (record->status == UVP_MEMBER_FAILED) {
        (void)snprintf(out, room, "failed");
    } else if (record->status == UVP_MEMBER_PASSED) {
        (void)snprintf(out, room, "-");
    } else if (record->mapped == 0) {
        (void)snprintf(out, room, "no-uvs");
    } else if (record->mapped == record->meshes) {
        (void)snprintf(out, room, "uvs");
    } else {
        (void)snprintf(out, room, "%u/%u", (unsigned)record->mapped, (unsigned)record->meshes);
    }
}

static void describe_columns(char out[COLUMNS_BYTES], const struct uvp_record *record)
{
    const char *const format = record->format != NULL ? record->format : "-";
    char uvs[24];

    describe_uvs(uvs, sizeof uvs, record);
    if (record->status == UVP_MEMBER_LISTED) {
        (void)snprintf(out, COLUMNS_BYTES, "%-5s %10u %10u  %-6s  ", format,
                       (unsigned)record->triangles, (unsigned)record->vertices, uvs);
    } else {
        (void)snprintf(out, COLUMNS_BYTES, "%-5s %10s %10s  %-6s  ", format, "-", "-", uvs);
    }
}

/* A folder is where members are, and tells nothing by itself. */
static bool is_folder(const struct uvp_record *record)
{
    return record->path_bytes != 0 && record->path[record->path_bytes - 1] == '/';
}

void uvp_list_line(struct uvp_outbox *outbox, const struct uvp_record *record, bool all)
{
    const char *const why = record->status == UVP_MEMBER_FAILED ? record->error.text
                            : record->status == UVP_MEMBER_PASSED && record->reason != NULL
                                ? record->reason
                                : "";
    char names[UVP_REPORT_NAMES_BYTES];
    char columns[COLUMNS_BYTES];
    char detail[DETAIL_BYTES];

    if (uvp_outbox_is_silent(outbox) ||
        (record->status == UVP_MEMBER_PASSED && (!all || is_folder(record)))) {
        return;
    }
    describe_columns(columns, record);
    uvp_report_names(names, record->input, uvp_span_of(record->path, record->path_bytes));
    (void)uvp_escape(detail, sizeof detail, why, strlen(why));
    uvp_outbox_add(outbox, columns);
    uvp_outbox_add(outbox, names);
    if (detail[0] != '\0') {
        uvp_outbox_add(outbox, " (");
        uvp_outbox_add(outbox, detail);
        uvp_outbox_add(outbox, ")");
    }
    uvp_outbox_add(outbox, "\n");
    uvp_outbox_line(outbox);
}
