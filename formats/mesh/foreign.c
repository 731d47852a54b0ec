/*
 * What files of other programs begin with is told by their documents: FBX by a line of text
 * that Autodesk's programs write, Collada 1.4 and X3D by the root of their XML, 3DS by chunks
 * of two bytes of kind and four of size.
 */
#include "formats/mesh/foreign.h"

#include "formats/mesh/little_endian.h"
#include "formats/mesh/suffix.h"

#define MOST_SUFFIXES 4
#define SOUGHT_BYTES ((size_t)4096) /* comments of exporters come first */
#define CHUNK_HEADER_BYTES ((size_t)6)

#define NOT_IN_THIS_BUILD(name) name ": this build does not read it"
#define NOT_READ(name) name ": not read"

struct row {
    const char *name;
    const char *reason;
    const char *suffixes[MOST_SUFFIXES + 1];
};

static const struct row rows[UVP_FOREIGN_NONE] = {
    [UVP_FOREIGN_FBX] = {"FBX", NOT_IN_THIS_BUILD("FBX"), {".fbx"}},
    [UVP_FOREIGN_DAE] = {"DAE", NOT_IN_THIS_BUILD("DAE"), {".dae"}},
    [UVP_FOREIGN_3DS] = {"3DS", NOT_IN_THIS_BUILD("3DS"), {".3ds"}},
    [UVP_FOREIGN_X3D] = {"X3D", NOT_IN_THIS_BUILD("X3D"), {".x3d"}},
    [UVP_FOREIGN_BLEND] = {"Blender", NOT_READ("Blender"), {".blend"}},
    [UVP_FOREIGN_USD] = {"USD", NOT_READ("USD"), {".usd", ".usda", ".usdc", ".usdz"}},
    [UVP_FOREIGN_3MF] = {"3MF", NOT_READ("3MF"), {".3mf"}},
    [UVP_FOREIGN_STEP] = {"STEP", NOT_READ("STEP"), {".step", ".stp", ".stpz"}},
    [UVP_FOREIGN_IGES] = {"IGES", NOT_READ("IGES"), {".iges", ".igs"}},
    [UVP_FOREIGN_AMF] = {"AMF", NOT_READ("AMF"), {".amf"}},
    [UVP_FOREIGN_VRML] = {"VRML", NOT_READ("VRML"), {".wrl", ".vrml", ".x3dv", ".x3db"}},
    [UVP_FOREIGN_LWO] = {"LightWave", NOT_READ("LightWave"), {".lwo", ".lxo"}},
    [UVP_FOREIGN_ALEMBIC] = {"Alembic", NOT_READ("Alembic"), {".abc"}},
    [UVP_FOREIGN_RHINO] = {"Rhino 3DM", NOT_READ("Rhino 3DM"), {".3dm"}},
    [UVP_FOREIGN_CINEMA] = {"Cinema 4D", NOT_READ("Cinema 4D"), {".c4d"}},
    [UVP_FOREIGN_MAX] = {"3ds Max", NOT_READ("3ds Max"), {".max"}},
    [UVP_FOREIGN_MILKSHAPE] = {"MilkShape", NOT_READ("MilkShape"), {".ms3d"}},
    [UVP_FOREIGN_SKETCHUP] = {"SketchUp", NOT_READ("SketchUp"), {".skp"}},
    [UVP_FOREIGN_DRACO] = {"Draco", NOT_READ("Draco"), {".drc"}},
    [UVP_FOREIGN_DXF] = {"DXF", NOT_READ("DXF"), {".dxf"}},
    [UVP_FOREIGN_VTK] = {"VTK", NOT_READ("VTK"), {".vtk", ".vtp", ".vtu"}},
    [UVP_FOREIGN_JT] = {"JT", NOT_READ("JT"), {".jt"}},
};

/* ---- contents ---- */

static const struct {
    const char *start;
    size_t bytes;
    enum uvp_foreign_kind kind;
} starts[] = {
    {"Kaydara FBX Binary  ", 21, UVP_FOREIGN_FBX},
    {"; FBX ", 6, UVP_FOREIGN_FBX},
    {"BLENDER", 7, UVP_FOREIGN_BLEND},
    {"#usda ", 6, UVP_FOREIGN_USD},
    {"PXR-USDC", 8, UVP_FOREIGN_USD},
    {"ISO-10303-21;", 13, UVP_FOREIGN_STEP},
    {"#VRML V", 7, UVP_FOREIGN_VRML},
    {"#X3D V", 6, UVP_FOREIGN_VRML},
    {"Ogawa", 5, UVP_FOREIGN_ALEMBIC},
    {"3D Geometry File Format", 23, UVP_FOREIGN_RHINO},
    {"MS3D000000", 10, UVP_FOREIGN_MILKSHAPE},
    {"DRACO", 5, UVP_FOREIGN_DRACO},
    {"# vtk DataFile Version", 22, UVP_FOREIGN_VTK},
};

static const struct {
    const char *name;
    enum uvp_foreign_kind kind;
} roots[] = {
    {"COLLADA", UVP_FOREIGN_DAE},
    {"X3D", UVP_FOREIGN_X3D},
    {"amf", UVP_FOREIGN_AMF},
    {"VTKFile", UVP_FOREIGN_VTK},
};

static struct uvp_span skip(struct uvp_span text, size_t bytes)
{
    return uvp_span_of(text.data + bytes, text.bytes - bytes);
}

static bool begins(struct uvp_span text, const char *start)
{
    const size_t bytes = strlen(start);

    return text.bytes >= bytes && memcmp(text.data, start, bytes) == 0;
}

/* What is left behind the first `end`; nothing when it does not come. */
static struct uvp_span behind(struct uvp_span text, const char *end)
{
    const unsigned char *const found = memmem(text.data, text.bytes, end, strlen(end));

    return found == NULL ? skip(text, text.bytes)
                         : skip(text, (size_t)(found - text.data) + strlen(end));
}

static struct uvp_span skip_gap(struct uvp_span text)
{
    while (text.bytes != 0 && memchr(" \t\r\n", text.data[0], 4) != NULL) {
        text = skip(text, 1);
    }
    return text;
}

/* Up to the name of the root element: declarations and comments may stand before it. */
static struct uvp_span find_root(struct uvp_span text)
{
    text = skip_gap(begins(text, "\xef\xbb\xbf") ? skip(text, 3) : text);
    while (begins(text, "<?") || begins(text, "<!")) {
        const char *const end = begins(text, "<?") ? "?>" : begins(text, "<!--") ? "-->" : ">";
        text = skip_gap(behind(text, end));
    }
    return begins(text, "<") ? skip(text, 1) : skip(text, text.bytes);
}

static enum uvp_foreign_kind by_root(struct uvp_span head)
{
    const struct uvp_span root = find_root(head);

    for (size_t i = 0; i < sizeof roots / sizeof roots[0]; i++) {
        const size_t bytes = strlen(roots[i].name);
        if (begins(root, roots[i].name) && root.bytes > bytes &&
            memchr(" \t\r\n>/", root.data[bytes], 6) != NULL) {
            return roots[i].kind;
        }
    }
    return UVP_FOREIGN_NONE;
}

/* A main chunk, and in it a version or an editor's chunk that is not larger. */
static bool is_3ds(struct uvp_span head)
{
    uint32_t kind;
    uint32_t size;

    if (head.bytes < 2 * CHUNK_HEADER_BYTES || !begins(head, "MM")) {
        return false;
    }
    kind = uvp_le_get16(head.data + CHUNK_HEADER_BYTES);
    size = uvp_le_get32(head.data + 2);
    return (kind == 0x0002 || kind == 0x3d3d || kind == 0x3d3e) &&
           size >= 2 * CHUNK_HEADER_BYTES &&
           uvp_le_get32(head.data + CHUNK_HEADER_BYTES + 2) <= size - CHUNK_HEADER_BYTES;
}

/* Exporters that write comments of their own, or none. */
static bool is_fbx_text(struct uvp_span head)
{
    static const char sign[] = "FBXHeaderExtension:";
    const size_t bytes = head.bytes < SOUGHT_BYTES ? head.bytes : SOUGHT_BYTES;
    const struct uvp_span text = skip_gap(uvp_span_of(head.data, bytes));

    return begins(text, sign) || (begins(text, ";") && behind(text, sign).bytes != 0);
}

static bool is_lightwave(struct uvp_span head)
{
    return begins(head, "FORM") && head.bytes >= 12 &&
           (memcmp(head.data + 8, "LWO", 3) == 0 || memcmp(head.data + 8, "LXOB", 4) == 0);
}

/* ---- the house's side ---- */

enum uvp_foreign_kind uvp_foreign_by_path(const char *path, size_t path_bytes)
{
    for (int kind = 0; kind < UVP_FOREIGN_NONE; kind++) {
        for (const char *const *suffix = rows[kind].suffixes; *suffix != NULL; suffix++) {
            if (uvp_suffix_is(path, path_bytes, *suffix)) {
                return (enum uvp_foreign_kind)kind;
            }
        }
    }
    return UVP_FOREIGN_NONE;
}

enum uvp_foreign_kind uvp_foreign_by_contents(struct uvp_span head)
{
    if (head.bytes == 0) {
        return UVP_FOREIGN_NONE;
    }
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (head.bytes >= starts[i].bytes &&
            memcmp(head.data, starts[i].start, starts[i].bytes) == 0) {
            return starts[i].kind;
        }
    }
    if (is_3ds(head)) {
        return UVP_FOREIGN_3DS;
    }
    if (is_fbx_text(head)) {
        return UVP_FOREIGN_FBX;
    }
    return is_lightwave(head) ? UVP_FOREIGN_LWO : by_root(head);
}

const char *uvp_foreign_name(enum uvp_foreign_kind kind)
{
    return kind < UVP_FOREIGN_NONE ? rows[kind].name : NULL;
}

const char *uvp_foreign_reason(enum uvp_foreign_kind kind)
{
    return kind < UVP_FOREIGN_NONE ? rows[kind].reason : NULL;
}
