/* render: pictures in the place of meshes; what comes of them is told on stderr. */
#include "tools/uvpipe/command.h"

static void hear_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    uvp_report_member(telling->report, record);
}

const struct uvp_command_ops uvp_command_render = {
    .name = "render",
    .brief = "pictures of UV layouts and of meshes",
    .head =
        "Usage: uvpipe render [OPTION]... [INPUT]...\n"
        "Draws every mesh: its UV layout and the mesh itself from three sides, as a PNG, or\n"
        "the layout as an SVG. One mesh becomes one picture; of an archive or a folder comes\n"
        "an archive or a folder of pictures, NAME.png in the place of each mesh NAME. What is\n"
        "no mesh is left out.\n\n"
        "INPUT is an archive, a mesh or a folder; - is stdin (default). ./render is a file.\n",
    .tail =
        "\nExamples:\n"
        "  uvpipe render chair.obj -o chair.png\n"
        "  uvpipe render --colour stretch --what layout,mesh meshes.tar.zst -o pictures/\n"
        "  uvpipe < meshes.tar | uvpipe render --svg > layouts.tar\n"
        "  uvpipe render --unwrap-missing --colour checker scan.stl -o scan.png\n"
        "\nExit status: 0 all well; 1 failed, do not trust the output; 2 finished, but some\n"
        "mesh could not be drawn, or an input was warned about; 64 wrong usage; 128+n ended\n"
        "by signal n. The manual: man uvpipe-render\n",
    .task = UVP_TASK_RENDER,
    .tells_passed = true,
    .member = hear_member,
};
