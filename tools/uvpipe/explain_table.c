/* Causes, remedies and places are lines parted by '\n'; every meaning is one line. */
#include "tools/uvpipe/explain.h"

#include <stddef.h>

const struct uvp_explanation uvp_explanations[] = {
    /* ---- error codes ---- */
    {UVP_EXPLAINED_CODE, "bad-data", "the input breaks its own format",
     "A face names a vertex that is not there: \"vertex index 90 of 3\".\n"
     "The file was cut while it was copied or downloaded.\n"
     "A count in a header does not match what follows it.\n"
     "A checksum of the archive is wrong: the bytes have changed since it was made.",
     "Look at the line or byte the message names: sed -n 812p chair.obj\n"
     "Compare the size and checksum with those of the source; fetch it again.\n"
     "Open it in the program that wrote it and export it anew.\n"
     "Leave such meshes out of the output: uvpipe --on-error drop",
     "docs/formats.md\ndocs/report.md"},
    {UVP_EXPLAINED_CODE, "unsupported", "well formed, but not done here",
     "A format or version that is not read: FBX without libassimp, glTF 1.0.\n"
     "glTF that needs an extension we do not know, or a file that is not in the archive.\n"
     "A member that the kind of output cannot hold, such as a link in a zip.\n"
     "Encrypted members, and compression methods that are rare.",
     "See what is read, at the end of it: uvpipe --help\n"
     "Put the buffers and images of a glTF into the same archive, or make it a GLB.\n"
     "Write another kind of archive: uvpipe --format tar\n"
     "Convert the mesh to OBJ, PLY or GLB first.",
     "docs/formats.md\nman uvpipe, Formats"},
    {UVP_EXPLAINED_CODE, "degenerate", "no triangle has area: there is nothing to lay out",
     "All faces are points or lines, or have corners twice.\n"
     "All coordinates are equal, infinite or no numbers (NaN).\n"
     "The mesh was scaled to nothing before it was written.",
     "Look at what is there: uvpipe list mesh.obj; head mesh.obj\n"
     "Export the mesh again, at a scale of about one unit.\n"
     "Nothing, where the mesh is a placeholder: it goes on as it is.",
     "docs/atlas.md"},
    {UVP_EXPLAINED_CODE, "limit", "a limit was reached: time, size or number",
     "The mesh took longer than --member-timeout (60 s if nothing is said).\n"
     "The run took longer than --timeout, or stood still for --stall-timeout.\n"
     "--max-errors or --on-error stop: enough meshes have failed.\n"
     "More vertices, corners or bytes than the format or this program can count.",
     "Give it more time: uvpipe --member-timeout 10m\n"
     "Let it do less: uvpipe --preset fast\n"
     "Divide the mesh where it has more than 2^31 corners.",
     "man uvpipe, Resources\ndocs/performance.md"},
    {UVP_EXPLAINED_CODE, "no-memory", "the allocator returned nothing",
     "A mesh needs more memory than the machine or its container has.\n"
     "Other programs, or too many workers, use what is there.\n"
     "ulimit -v or a cgroup allows less than the machine has.",
     "Fewer meshes at once: uvpipe --workers 1 --memory 128M\n"
     "See what is allowed: ulimit -v; free -h\n"
     "A mesh of a million triangles takes about half a GB while it is unwrapped.",
     "docs/performance.md\nman uvpipe, Resources"},
    {UVP_EXPLAINED_CODE, "io", "the system refused a read or a write",
     "The disk is full, or the quota is used up.\n"
     "A file or folder is not there, or may not be read or written.\n"
     "A disk or network drive failed on the way.",
     "Read the reason at the end of the message; it is the system's own.\n"
     "Look at room and rights: df -h .; ls -ld .\n"
     "The output file is not made when a run fails: run it again.",
     "man uvpipe, Exit status"},
    {UVP_EXPLAINED_CODE, "cancelled", "asked to stop",
     "A signal: Ctrl-C, kill, the end of a session.\n"
     "Another failure ended the run while this mesh was worked on.",
     "Look at the first message of the run: it says why.\n"
     "Run it again; an output file that was there before is untouched.",
     "man uvpipe, Signals"},
    {UVP_EXPLAINED_CODE, "usage", "asked wrongly",
     "An option that is not known, or a value it does not take.\n"
     "Options that exclude each other, or that this command does not have.\n"
     "A setting in a file or the environment that is mistaken.",
     "Read the message: it names the option, or the file and line.\n"
     "See what there is: uvpipe --help, uvpipe check --help\n"
     "See where each setting comes from: uvpipe --print-config",
     "man uvpipe\ndocs/configuration.md"},
    {UVP_EXPLAINED_CODE, "bug", "a mistake in this program; please report it",
     "Something that cannot be, by our own account, has happened.\n"
     "The exact verdict found fault with an atlas: it is not written then.",
     "Keep the mesh, and find its line: uvpipe -vv mesh.obj\n"
     "Report it with the mesh, the options and: uvpipe --version\n"
     "Meanwhile other options may do: uvpipe --preset fast",
     "docs/testing.md"},

    /* ---- statuses ---- */
    {UVP_EXPLAINED_STATUS, "ok", "it has UVs now",
     "The mesh was unwrapped, the result judged exactly, and written.",
     "Nothing. How good it is: the member's line of --report, or uvpipe check",
     "docs/report.md\ndocs/atlas.md"},
    {UVP_EXPLAINED_STATUS, "passed", "there was nothing to do: it went on as it was",
     "It is no mesh, or in a format that is not read.\n"
     "It has UVs already, and --existing is skip.\n"
     "--include, --exclude or --dry-run say so.\n"
     "No triangle of it has area.",
     "See the reason: uvpipe --report FILE, or -vv\n"
     "Make new UVs for meshes that have some: uvpipe --existing replace",
     "man uvpipe, Members\ndocs/report.md"},
    {UVP_EXPLAINED_STATUS, "failed", "it could not be read, unwrapped or made",
     "The error's code says what kind of failure it is, its text the rest.",
     "Look up the code at the end of the message: uvpipe explain bad-data\n"
     "Leave failed meshes out, or stop at the first: uvpipe --on-error drop, stop\n"
     "All that failed: jq 'select(.status == \"failed\")' report.jsonl",
     "docs/report.md"},
    {UVP_EXPLAINED_STATUS, "valid", "its UVs have no fault that is not allowed",
     "check judged them exactly. Mirrored charts are allowed if nothing is said.",
     "Nothing. To judge more strictly: uvpipe check --allow none", "man uvpipe, Checking"},
    {UVP_EXPLAINED_STATUS, "invalid", "its UVs have faults",
     "The line counts them: flipped, collapsed, mirrored, overlapping, outside, unmapped.",
     "Look up a fault: uvpipe explain overlapping\n"
     "Make new UVs: uvpipe --existing replace, or repair these: uvpipe --keep-charts\n"
     "Where they are meant so: uvpipe check --allow overlapping,outside",
     "man uvpipe, Checking"},
    {UVP_EXPLAINED_STATUS, "no-uvs", "a mesh without UVs",
     "No face has texture coordinates, or none in the set that is looked at.",
     "Make some: uvpipe < in.tar > out.tar\n"
     "Look at another set of a glTF: uvpipe check --texcoord 1",
     "man uvpipe, Checking"},
    {UVP_EXPLAINED_STATUS, "mesh", "list found a mesh and read it",
     "The member is in a format that is read, and nothing in it is broken.", "Nothing.",
     "man uvpipe, Listing"},
    {UVP_EXPLAINED_STATUS, "made", "gen made it", "The mesh was asked for.", "Nothing.",
     "man uvpipe-gen"},

    {UVP_EXPLAINED_STATUS, "rendered", "render made a picture of it",
     "The mesh could be read, and had what the picture shows.", "Nothing.",
     "man uvpipe-render"},

    {UVP_EXPLAINED_STATUS, "analyzed", "analyze measured its UVs",
     "The mesh has UVs, of whatever origin and however good.",
     "Read the figures; a limit for them: uvpipe analyze --gate 'stretch.max<1.5'",
     "man uvpipe-analyze"},

    /* ---- faults of UVs ---- */
    {UVP_EXPLAINED_FAULT, "flipped", "triangles turned over against the rest of their chart",
     "A chart that was stretched so far that it folds over itself.\n"
     "A projection of something that has a back.\n"
     "Faces whose winding is against their neighbours'.",
     "Make new UVs: uvpipe --existing replace\n"
     "When the mesh's own faces disagree: uvpipe --fix-winding",
     "docs/atlas.md\nman uvpipe, Checking"},
    {UVP_EXPLAINED_FAULT, "collapsed", "triangles without area in UV",
     "Corners that share one place in the texture: all of it has one colour.\n"
     "UVs rounded too coarsely: text with few digits, 16 bits.\n"
     "Triangles that have no area on the mesh either are not counted.",
     "Make new UVs: uvpipe --existing replace\n"
     "Where palettes are meant: uvpipe check --allow collapsed,overlapping",
     "man uvpipe, Checking"},
    {UVP_EXPLAINED_FAULT, "mirrored", "whole charts that are seen from behind",
     "Halves of a symmetric model that share a texture.\n"
     "A program whose V runs the other way.",
     "Nothing: check allows it if nothing is said. Only tangents mind.\n"
     "To have it told: uvpipe check --allow none",
     "man uvpipe, Checking"},
    {UVP_EXPLAINED_FAULT, "overlapping", "triangles that lie on one another in UV",
     "Texture that is shared on purpose: mirrored halves, tiles, palettes.\n"
     "Charts that were packed too tightly or not at all.\n"
     "A mesh whose UVs are a projection.",
     "For baking every point needs a place of its own: uvpipe --existing replace\n"
     "Where sharing is meant: uvpipe check --allow overlapping\n"
     "Add a set of its own for light maps: uvpipe --existing add --texcoord 1 (glTF)",
     "docs/atlas.md\nman uvpipe, Checking"},
    {UVP_EXPLAINED_FAULT, "outside", "triangles that leave the page",
     "A texture that repeats: UVs beyond 0 and 1.\n"
     "UDIM tiles that check was not told of.",
     "Allow tiles: uvpipe check --pages auto\n"
     "Where the texture repeats: uvpipe check --allow outside\n"
     "Bring the charts back into the page: uvpipe --keep-charts",
     "man uvpipe, Checking"},
    {UVP_EXPLAINED_FAULT, "unmapped", "triangles some corner of which has no UVs",
     "A part of the mesh was left out when it was unwrapped.\n"
     "OBJ faces without /vt, coordinates that are no numbers.",
     "Make new UVs: uvpipe --existing replace", "man uvpipe, Checking"},

    /* ---- warnings ---- */
    {UVP_EXPLAINED_WARNING, "stranger", "an input is neither an archive nor a known mesh",
     "A text, a picture or an HTML page was given; a download that is an error page.\n"
     "A Git LFS pointer in place of the file.\n"
     "A format that only other builds read (FBX, DAE, 3DS, X3D).",
     "See what it is: file FILE; head -c 200 FILE\n"
     "Fetch what a pointer points to: git lfs pull\n"
     "It went on as it was; the exit code is 2.",
     "docs/formats.md"},
    {UVP_EXPLAINED_WARNING, "damage", "a part of an archive is damaged and was stepped over",
     "Bytes changed or were lost; what follows could be found again.",
     "Fetch the archive again; compare checksums.\n"
     "The members that could be read are in the output; the exit code is 2.",
     "docs/formats.md"},
    {UVP_EXPLAINED_WARNING, "density", "a mesh did not get the texels that were asked for",
     "--texels-per-unit is more than --pages of --resolution hold.",
     "Allow more pages: uvpipe --texels-per-unit 512 --pages auto\n"
     "Larger pages: uvpipe --resolution 4096\n"
     "Ask for less.",
     "man uvpipe, Atlas"},
    {UVP_EXPLAINED_WARNING, "clamped", "fewer workers than asked for",
     "--workers is more than twice the CPUs: more would only wait.",
     "Nothing; the output is the same for any number.", "man uvpipe, Resources"},

    /* ---- exit codes ---- */
    {UVP_EXPLAINED_EXIT, "0", "all is well",
     "Every member came to a good end, and all of the output was written.", "Nothing.",
     "man uvpipe, Exit status"},
    {UVP_EXPLAINED_EXIT, "1", "failed: do not trust the output",
     "The input could not be read to its end, or the output not be written.\n"
     "--timeout, --max-errors or --on-error stop ended the run.\n"
     "compare: the two inputs differ.",
     "Read the last message; look up its kind here.\n"
     "An output file is not there then, or as it was before; a stream has no end mark.",
     "man uvpipe, Exit status"},
    {UVP_EXPLAINED_EXIT, "2", "finished, but some mesh failed or was warned about",
     "Some member failed; the original went on in its place, unless --on-error drop.\n"
     "Some input was warned about.\n"
     "check: some mesh is invalid or has no UVs.",
     "The output is complete. See which: uvpipe --report FILE\n"
     "In scripts: uvpipe ... || [ $? = 2 ]",
     "man uvpipe, Exit status"},
    {UVP_EXPLAINED_EXIT, "64", "wrong usage: nothing was read or written",
     "An option, a value or a setting is mistaken.",
     "Read the message; look further: uvpipe explain usage; uvpipe --help", "man uvpipe"},
    {UVP_EXPLAINED_EXIT, "128+n", "ended by signal n",
     "Another program or the user asked for it.",
     "Which signal it was: kill -l N, with N = exit code - 128", "man uvpipe, Signals"},
    {UVP_EXPLAINED_EXIT, "129", "ended by SIGHUP: the terminal went away",
     "A session over ssh was closed.", "Run it under tmux, nohup or systemd-run.",
     "man uvpipe, Signals"},
    {UVP_EXPLAINED_EXIT, "130", "ended by SIGINT: Ctrl-C", "Ctrl-C was pressed.",
     "What was read before it is written; the stream has no end mark.", "man uvpipe, Signals"},
    {UVP_EXPLAINED_EXIT, "137", "ended by SIGKILL: mostly for want of memory",
     "The system ended it because memory was out (dmesg tells), or a container's limit.\n"
     "Somebody used kill -9.",
     "Fewer meshes at once: uvpipe --workers 1 --memory 128M\n"
     "Look for the reason: dmesg | tail",
     "docs/performance.md"},
    {UVP_EXPLAINED_EXIT, "141", "whoever read the output has gone (SIGPIPE)",
     "head, or a program behind the pipe that failed or had enough.",
     "Look at what stands behind the pipe; with head it is as it should be.\n"
     "In scripts with pipefail it counts as a failure.",
     "man uvpipe, Exit status"},
    {UVP_EXPLAINED_EXIT, "143", "ended by SIGTERM: asked to end",
     "kill, a shutdown, timeout(1), the end of a batch job.",
     "What was read before it is written; the stream has no end mark.", "man uvpipe, Signals"},
    {UVP_EXPLAINED_CODE, NULL, NULL, NULL, NULL, NULL},
};
