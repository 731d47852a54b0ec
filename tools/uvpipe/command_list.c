/* list: a line for every member. */
#include "tools/uvpipe/command.h"

#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/escape.h"

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

static void print_line(struct uvp_telling *telling, const struct uvp_record *record)
{
    struct uvp_outbox *const outbox = telling->lines;
    char failure[UVP_REPORT_FAILURE_BYTES];
    const char *const why = record->status == UVP_MEMBER_FAILED ? failure
                            : record->status == UVP_MEMBER_PASSED && record->reason != NULL
                                ? record->reason
                                : "";
    char names[UVP_REPORT_NAMES_BYTES];
    char columns[COLUMNS_BYTES];
    char detail[DETAIL_BYTES];

    if (uvp_outbox_is_silent(outbox) || (record->status == UVP_MEMBER_PASSED &&
                                         (!uvp_telling_all(telling) || is_folder(record)))) {
        return;
    }
    uvp_report_failure(failure, sizeof failure, &record->error);
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

const struct uvp_command_ops uvp_command_list = {
    .name = "list",
    .brief = "what is in it: formats, triangles, UVs",
    .head =
        "Usage: uvpipe list [OPTION]... [INPUT]...\n"
        "Prints a line for every member: format, triangles, vertices, whether it has UVs, "
        "name;\n"
        "or why it is not a mesh. Writes nothing else.\n\n"
        "INPUT is an archive, a mesh or a folder; - is stdin (default). ./list is a file.\n",
    .tail = "\nExamples:\n"
            "  uvpipe list meshes.tar.zst\n"
            "  uvpipe list -q assets/ | sort -k2n\n"
            "  uvpipe list --json scans.zip | jq 'select(.mapped == 0).name'\n"
            "\nExit status: 0 every mesh was read; 1 failed; 2 some mesh could not be read, or "
            "an\n"
            "input was warned about; 64 wrong usage; 128+n ended by signal n.\n"
            "The manual: man uvpipe\n",
    .task = UVP_TASK_LIST,
    .prints = true,
    .lists_passed = true,
    .tells_passed = true,
    .member = print_line,
};
