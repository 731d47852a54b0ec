/* The stream: what comes of members is told on stderr, by the report. */
#include "tools/uvpipe/command.h"

static void hear_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    uvp_report_member(telling->report, record);
}

const struct uvp_command_ops uvp_command_unwrap = {
    .name = "unwrap",
    .head = "Usage: uvpipe [OPTION]... [INPUT]...\n"
            "       uvpipe COMMAND [OPTION]... [INPUT]...\n"
            "Makes a UV atlas for every mesh in a stream of files.\n\n"
            "INPUT is an archive, a mesh or a folder; - is stdin (default).\n",
    .tail =
        "\nExit status: 0 all well; 1 failed, do not trust the output; 2 finished, but some\n"
        "member failed or was warned about; 64 wrong usage; 128+n ended by signal n.\n"
        "The manual: man uvpipe\n",
    .task = UVP_TASK_UNWRAP,
    .tells_passed = true,
    .member = hear_member,
};
