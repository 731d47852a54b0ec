/* check: a line for each mesh, and why it is not valid. */
#include "tools/uvpipe/command.h"

#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/escape.h"

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

static void print_line(struct uvp_telling *telling, const struct uvp_record *record)
{
    struct uvp_outbox *const outbox = telling->lines;
    char names[UVP_REPORT_NAMES_BYTES];
    char detail[DETAIL_BYTES] = "";
    char failure[UVP_REPORT_FAILURE_BYTES];
    char status[16];

    if (uvp_outbox_is_silent(outbox) ||
        (record->status == UVP_MEMBER_VALID && !uvp_telling_all(telling))) {
        return;
    }
    if (record->status == UVP_MEMBER_FAILED) {
        uvp_report_failure(failure, sizeof failure, &record->error);
        (void)uvp_escape(detail, sizeof detail, failure, strlen(failure));
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

const struct uvp_command_ops uvp_command_check = {
    .name = "check",
    .brief = "are the UVs that are there valid? exactly, for each mesh",
    .head =
        "Usage: uvpipe check [OPTION]... [INPUT]...\n"
        "Judges the UVs of every mesh, exactly, and prints a line for each: valid, invalid "
        "(and\n"
        "why), no-uvs or failed. Writes nothing else.\n\n"
        "INPUT is an archive, a mesh or a folder; - is stdin (default). ./check is a file.\n",
    .tail =
        "\nExamples:\n"
        "  uvpipe check chair.obj\n"
        "  uvpipe < meshes.tar | uvpipe check\n"
        "  uvpipe check --allow outside,overlapping --json assets/ | jq .verdict\n"
        "\nExit status: 0 every mesh is valid; 1 failed; 2 some mesh is invalid, has no UVs "
        "or\n"
        "could not be read, or an input was warned about; 64 wrong usage; 128+n ended by\n"
        "signal n. The manual: man uvpipe\n",
    .task = UVP_TASK_CHECK,
    .prints = true,
    .member = print_line,
};
