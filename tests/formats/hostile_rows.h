/*
 * hostile_rows.h -- files made to hurt, and the reaction that each must get
 *
 * Use:     a row is a title, a name whose suffix says the format, the reaction, a word of the
 *          reason, and pieces: bytes and how often they come. In a GLB "____" stands for the
 *          length of the file and that of the JSON chunk.
 */
#ifndef UVP_TESTS_FORMATS_HOSTILE_ROWS_H
#define UVP_TESTS_FORMATS_HOSTILE_ROWS_H

#include <stddef.h>

#include "pipeline/base/status.h"

struct hostile_piece {
    const char *text;
    size_t bytes;
    size_t times;
};

struct hostile_row {
    const char *title;
    const char *name;
    enum uvp_code code;
    const char *word;               /* of the reason; NULL: any */
    struct hostile_piece pieces[8]; /* up to the first without text */
};

#define ONCE(text)                                                                             \
    {                                                                                          \
        text, sizeof(text) - 1, 1                                                              \
    }
#define TIMES(count, text)                                                                     \
    {                                                                                          \
        text, sizeof(text) - 1, count                                                          \
    }

#define OBJ_V "v 0 0 0\nv 1 0 0\nv 0 1 0\n"
#define OBJ_F "f 1 2 3\n"

#define PLY_HEAD(vertices, faces)                                                              \
    "ply\nformat ascii 1.0\nelement vertex " vertices "\nproperty float x\nproperty float "    \
    "y\nproperty float z\nelement face " faces                                                 \
    "\nproperty list uchar int vertex_indices\nend_header\n"
#define PLY_BODY "0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"
#define PLY_LE(list, lead)                                                                     \
    "ply\nformat binary_little_endian 1.0\nelement vertex 3\nproperty uchar x\nproperty "      \
    "uchar y\nelement face 1\nproperty list " list " vertex_indices\nend_header\n"             \
    "\0\0\1\0\0\1" lead

#define STL_FACET                                                                              \
    "facet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 0\nendloop\n"      \
    "endfacet\n"

/* 16 floats of zero at 0, and indices of zero behind them. */
#define GLTF_ASSET "{\"asset\":{\"version\":\"2.0\"},"
#define GLTF_BUFFER                                                                            \
    "\"buffers\":[{\"byteLength\":36,\"uri\":\"data:application/octet-stream;base64,"          \
    "AAAAAAAAAAAAAAAAAACAPwAAAAAAAAAAAAAAAAAAgD8AAAAA\"}],\"bufferViews\":[{\"buffer\":0,"     \
    "\"byteLength\":36}],"
#define GLTF_ACCESSOR                                                                          \
    "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":\"VEC3\"}],"
#define GLTF_MESH "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]"
#define GLTF_REST GLTF_BUFFER GLTF_ACCESSOR GLTF_MESH

static const struct hostile_row hostile_rows[] = {
    /* ---- OBJ ---- */
    {"obj: index 0", "x.obj", UVP_BAD_DATA, "index", {ONCE(OBJ_V "f 0 1 2\n")}},
    {"obj: index beyond the last", "x.obj", UVP_BAD_DATA, "4", {ONCE(OBJ_V "f 1 2 4\n")}},
    {"obj: relative index before the first",
     "x.obj",
     UVP_BAD_DATA,
     "-4",
     {ONCE(OBJ_V "f -1 -2 -4\n")}},
    {"obj: index of 33 bits", "x.obj", UVP_BAD_DATA, NULL, {ONCE(OBJ_V "f 1 2 4294967297\n")}},
    {"obj: least index", "x.obj", UVP_BAD_DATA, NULL, {ONCE(OBJ_V "f 1 2 -2147483648\n")}},
    {"obj: index of twenty digits",
     "x.obj",
     UVP_BAD_DATA,
     NULL,
     {ONCE(OBJ_V "f 1 2 10000000000000000001\n")}},
    {"obj: face of as many corners as are allowed",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V "f"), TIMES(1 << 19, " 1 2")}},
    {"obj: face of more corners",
     "x.obj",
     UVP_LIMIT,
     "corners",
     {ONCE(OBJ_V "f"), TIMES(600000, " 1 2"), ONCE("\n")}},
    {"obj: line of a million bytes",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V "g "), TIMES(1000000, "x"), ONCE("\n" OBJ_F)}},
    {"obj: line of millions of gaps",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V "f"), TIMES(4000000, " \t"), ONCE("1 2 3\n")}},
    {"obj: a hundred thousand continuations",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V "f 1"), TIMES(100000, " \\\n"), ONCE("2 3\n")}},
    {"obj: continuations that nothing follows",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V OBJ_F "g \\\n"), TIMES(100000, "\\\n")}},
    {"obj: no line end at all", "x.obj", UVP_UNSUPPORTED, NULL, {TIMES(8000000, "v ")}},
    {"obj: nothing but blanks", "x.obj", UVP_UNSUPPORTED, NULL, {TIMES(16000000, " ")}},
    {"obj: a million switches of group",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V), TIMES(1000000, "g a\nusemtl b\no c\n"), ONCE(OBJ_F)}},
    {"obj: a switch of material at every face",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V), TIMES(150000, "usemtl a\nf 1 2 3\nusemtl b\nf 1 2 3\n")}},
    {"obj: NUL in comments and between words",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE("#MRGB \0\0\0\nv 0 0 0\0\nv 1 0 0\nv 0 1 0\nf\0"
           "1 2\0"
           "3\n")}},
    {"obj: control characters and Latin-1 in names",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V "g \x01\x1b[2J\xe9\xff\n" OBJ_F)}},
    {"obj: names of files and commands are text",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE("mtllib ../../etc/passwd /etc/passwd |cat\ncall /bin/sh\ncsh rm -rf .\nmaplib "
           "../x\n" OBJ_V OBJ_F)}},
    {"obj: mantissas of 10 000 digits",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE("v 0."), TIMES(10000, "1234567890"), ONCE(" "), TIMES(10000, "9"),
      ONCE(" 0\nv 1 0 0\nv 0 1 0\n" OBJ_F)}},
    {"obj: exponents beyond all",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE("v 1e999999999 -1e99999999999999999999 1e-999999999\nv 1 0 0\nv 0 1 0\n" OBJ_F)}},
    {"obj: NaN and infinity",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE("v nan inf -inf\nv 1 0 0\nv 0 1 0\nv 1 1 0\n" OBJ_F "f 2 3 4\n")}},
    {"obj: coordinates of 1e30 and 1e-30",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE("v 1e30 0 0\nv 0 1e-30 0\nv 0 0 1e30\n" OBJ_F)}},
    {"obj: many vertices, one face",
     "x.obj",
     UVP_OK,
     NULL,
     {TIMES(1000000, "v 0 0 0\n"), ONCE("f 1 2 3\n")}},
    {"obj: duplicate faces and repeated corners",
     "x.obj",
     UVP_OK,
     NULL,
     {ONCE(OBJ_V "f 1 1 1\nf 1 2 2\n"), TIMES(1000, OBJ_F "f 3 2 1\n")}},

    /* ---- PLY ---- */
    {"ply: 2^32 vertices",
     "x.ply",
     UVP_BAD_DATA,
     "rows",
     {ONCE(PLY_HEAD("4294967296", "1") PLY_BODY)}},
    {"ply: -1 vertices", "x.ply", UVP_BAD_DATA, NULL, {ONCE(PLY_HEAD("-1", "1") PLY_BODY)}},
    {"ply: 1e3 vertices", "x.ply", UVP_BAD_DATA, NULL, {ONCE(PLY_HEAD("1e3", "1") PLY_BODY)}},
    {"ply: no count", "x.ply", UVP_BAD_DATA, NULL, {ONCE(PLY_HEAD("", "1") PLY_BODY)}},
    {"ply: a hundred thousand elements",
     "x.ply",
     UVP_BAD_DATA,
     NULL,
     {ONCE("ply\nformat ascii 1.0\n"), TIMES(100000, "element e 1\n"), ONCE("end_header\n")}},
    {"ply: a hundred thousand properties",
     "x.ply",
     UVP_BAD_DATA,
     NULL,
     {ONCE("ply\nformat ascii 1.0\nelement vertex 1\n"), TIMES(100000, "property int a\n"),
      ONCE("end_header\n")}},
    {"ply: two elements called vertex",
     "x.ply",
     UVP_BAD_DATA,
     "second",
     {ONCE("ply\nformat ascii 1.0\nelement vertex 3\nproperty int x\nelement vertex "
           "3\nproperty int x\nend_header\n0\n1\n2\n3\n4\n5\n")}},
    {"ply: no end_header",
     "x.ply",
     UVP_BAD_DATA,
     NULL,
     {ONCE("ply\nformat ascii 1.0\nelement vertex 3\n")}},
    {"ply: header of megabytes",
     "x.ply",
     UVP_BAD_DATA,
     "header",
     {ONCE("ply\nformat ascii 1.0\n"), TIMES(200000, "comment a comment\n"),
      ONCE("element vertex 1\nend_header\n")}},
    {"ply: 2^40 rows of nothing",
     "x.ply",
     UVP_OK,
     NULL,
     {ONCE("ply\nformat ascii 1.0\nelement nothing 1099511627776\nelement vertex 3\nproperty "
           "float x\nproperty float y\nproperty float z\nelement face 1\nproperty list uchar "
           "int vertex_indices\nend_header\n" PLY_BODY)}},
    {"ply: list of 2^32 - 1 items",
     "x.ply",
     UVP_BAD_DATA,
     NULL,
     {ONCE(PLY_LE("uint uchar", "\xff\xff\xff\xff\0\1\2"))}},
    {"ply: list of -1 items",
     "x.ply",
     UVP_BAD_DATA,
     NULL,
     {ONCE(PLY_LE("char uchar", "\xff\0\1\2"))}},
    {"ply: list counted in floats",
     "x.ply",
     UVP_BAD_DATA,
     NULL,
     {ONCE(PLY_LE("float uchar", "\0\0\x40\x40\0\1\2"))}},
    {"ply: face that is no list",
     "x.ply",
     UVP_BAD_DATA,
     "list",
     {ONCE("ply\nformat ascii 1.0\nelement vertex 3\nproperty float x\nproperty float y\n"
           "property float z\nelement face 1\nproperty int vertex_indices\nend_header\n0 0 "
           "0\n1 0 0\n0 1 0\n3\n")}},
    {"ply: index out of range",
     "x.ply",
     UVP_BAD_DATA,
     "index",
     {ONCE(PLY_LE("uchar uchar", "\3\0\1\3"))}},
    {"ply: index below 0",
     "x.ply",
     UVP_BAD_DATA,
     "index",
     {ONCE(PLY_LE("uchar char", "\3\0\1\xff"))}},
    {"ply: indices that are whole floats",
     "x.ply",
     UVP_OK,
     NULL,
     {ONCE(PLY_LE("uchar float", "\3\0\0\0\0\0\0\x80\x3f\0\0\0\x40"))}},
    {"ply: indices that are fractions",
     "x.ply",
     UVP_BAD_DATA,
     "index",
     {ONCE(PLY_LE("uchar float", "\3\0\0\0\0\0\0\x80\x3f\0\0\x40\x40\0"))}},
    {"ply: another byte order",
     "x.ply",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE("ply\nformat binary_middle_endian 1.0\nelement vertex 1\nend_header\n")}},
    {"ply: version 2.0",
     "x.ply",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE("ply\nformat ascii 2.0\nelement vertex 1\nend_header\n")}},
    {"ply: NaN and infinity",
     "x.ply",
     UVP_OK,
     NULL,
     {ONCE(PLY_HEAD("3", "1") "nan inf -inf\n1e999 0 0\n0 1 0\n3 0 1 2\n")}},
    {"ply: digits without end",
     "x.ply",
     UVP_OK,
     NULL,
     {ONCE(PLY_HEAD("3", "1") "0."), TIMES(1000000, "7"),
      ONCE(" 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")}},
    {"ply: bytes behind the last row",
     "x.ply",
     UVP_OK,
     NULL,
     {ONCE(PLY_LE("uchar uchar", "\3\0\1\2")), TIMES(100000, "garbage")}},

    /* ---- STL ---- */
    {"stl: count of 2^32 - 1 and nothing behind it",
     "x.stl",
     UVP_BAD_DATA,
     NULL,
     {TIMES(80, "h"), ONCE("\xff\xff\xff\xff")}},
    {"stl: one facet less than counted",
     "x.stl",
     UVP_BAD_DATA,
     NULL,
     {TIMES(80, "h"), ONCE("\2\0\0\0"), TIMES(50, "\1")}},
    {"stl: one facet more than counted",
     "x.stl",
     UVP_OK,
     NULL,
     {TIMES(80, "h"), ONCE("\1\0\0\0"), TIMES(100, "\1")}},
    {"stl: count 0 with data",
     "x.stl",
     UVP_OK,
     NULL,
     {TIMES(80, "h"), ONCE("\0\0\0\0"), TIMES(100, "\1")}},
    {"stl: binary that begins with solid",
     "x.stl",
     UVP_OK,
     NULL,
     {ONCE("solid"), TIMES(75, " "), ONCE("\2\0\0\0"), TIMES(100, "\1")}},
    {"stl: NaN in every facet",
     "x.stl",
     UVP_OK,
     NULL,
     {TIMES(80, "h"), ONCE("\2\0\0\0"), TIMES(100, "\xff")}},
    {"stl: a hundred thousand facets in one place",
     "x.stl",
     UVP_OK,
     NULL,
     {TIMES(80, "h"), ONCE("\xa0\x86\1\0"), TIMES(5000000, "\1")}},
    {"stl: facet of four corners",
     "x.stl",
     UVP_BAD_DATA,
     NULL,
     {ONCE("solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\nvertex 1 0 0\nvertex 0 1 "
           "0\nvertex 1 1 0\nendloop\nendfacet\nendsolid\n")}},
    {"stl: name of ten megabytes",
     "x.stl",
     UVP_OK,
     NULL,
     {ONCE("solid "), TIMES(10000000, "n"), ONCE("\n" STL_FACET "endsolid\n")}},
    {"stl: the same facet a hundred thousand times",
     "x.stl",
     UVP_OK,
     NULL,
     {ONCE("solid x\n"), TIMES(100000, STL_FACET), ONCE("endsolid\n")}},
    {"stl: a hundred thousand empty solids",
     "x.stl",
     UVP_OK,
     NULL,
     {TIMES(100000, "solid a\nendsolid a\n"), ONCE("solid x\n" STL_FACET "endsolid\n")}},

    /* ---- OFF ---- */
    {"off: counts of 10^9",
     "x.off",
     UVP_BAD_DATA,
     NULL,
     {ONCE("OFF\n1000000000 1000000000 0\n0 0 0\n")}},
    {"off: face of -5 corners",
     "x.off",
     UVP_BAD_DATA,
     NULL,
     {ONCE("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n-5 0 1 2\n")}},
    {"off: face of 10^9 corners",
     "x.off",
     UVP_LIMIT,
     NULL,
     {ONCE("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n1000000000 0 1 2\n")}},
    {"off: colours that are infinite",
     "x.off",
     UVP_OK,
     NULL,
     {ONCE("COFF\n3 1 0\n0 0 0 inf inf nan 1\n1 0 0 1e999 0 0 1\n0 1 0 0 0 0 1\n3 0 1 2 inf "
           "0 0\n")}},
    {"off: a million dimensions",
     "x.off",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE("nOFF 1000000\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")}},
    {"off: millions of empty lines and comments",
     "x.off",
     UVP_OK,
     NULL,
     {ONCE("OFF\n"), TIMES(2000000, "\n#c\n"), ONCE("3 1 0\n0 0 0\n1 0 0\n0 1 0\n"),
      TIMES(1000000, "\r"), ONCE("3 0 1 2\n")}},
    {"off: NaN and infinity",
     "x.off",
     UVP_OK,
     NULL,
     {ONCE("OFF\n3 1 0\nnan inf -inf\n1e999 0 0\n0 1 0\n3 0 1 2\n")}},

    /* ---- GLB ---- */
    {"glb: whole",
     "x.glb",
     UVP_OK,
     NULL,
     {ONCE("glTF\2\0\0\0________JSON" GLTF_ASSET GLTF_REST "}")}},
    {"glb: magic and nothing else", "x.glb", UVP_BAD_DATA, NULL, {ONCE("glTF")}},
    {"glb: another version",
     "x.glb",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE("glTF\1\0\0\0\x14\0\0\0\0\0\0\0\0\0\0\0")}},
    {"glb: longer than it is",
     "x.glb",
     UVP_BAD_DATA,
     NULL,
     {ONCE("glTF\2\0\0\0\xff\xff\xff\xff\4\0\0\0JSON{}  ")}},
    {"glb: chunk beyond the end",
     "x.glb",
     UVP_BAD_DATA,
     NULL,
     {ONCE("glTF\2\0\0\0\x18\0\0\0\xf0\xff\xff\xffJSON{}  ")}},
    {"glb: JSON is not the first chunk",
     "x.glb",
     UVP_BAD_DATA,
     NULL,
     {ONCE("glTF\2\0\0\0\x24\0\0\0\4\0\0\0BIN\0\0\0\0\0\4\0\0\0JSON{}  ")}},
    {"glb: bytes behind the declared length",
     "x.glb",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE("glTF\2\0\0\0\x34\0\0\0\x20\0\0\0JSON{\"asset\":{\"version\":\"2.0\"}}     "),
      TIMES(100, "tail")}},

    {"glb: two binary chunks",
     "x.glb",
     UVP_UNSUPPORTED,
     "no triangles",
     {ONCE("glTF\2\0\0\0\x4c\0\0\0\x20\0\0\0JSON{\"asset\":{\"version\":\"2.0\"}}     "),
      TIMES(2, "\4\0\0\0BIN\0data")}},

    /* ---- glTF ---- */
    {"gltf: a million brackets",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE("{\"asset\":"), TIMES(1000000, "[")}},
    {"gltf: objects in objects",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {TIMES(1000000, "{\"a\":"), ONCE("1"), TIMES(1000000, "}")}},
    {"gltf: sixteen megabytes of text",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET "\"extras\":\""), TIMES(16000000, "x"), ONCE("\"," GLTF_REST "}")}},
    {"gltf: keys that come twice",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET "\"a\":1,\"a\":{\"b\":2,\"b\":3}," GLTF_REST "}")}},
    {"gltf: text that is not UTF-8",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET "\"extras\":\"\xff\xfe\xc0\x80\"," GLTF_REST "}")}},
    {"gltf: half a surrogate",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET "\"extras\":\"\\ud800 \\udc00\"," GLTF_REST "}")}},
    {"gltf: numbers beyond all, where nobody needs them",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET
           "\"extras\":[1e400,-1e400,1e-400,123456789012345678901234567890]," GLTF_REST "}")}},
    {"gltf: whole numbers spelled as fractions",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER "\"accessors\":[{\"bufferView\":0.0,\"componentType\":5126.0,"
                                  "\"count\":3e0,\"type\":\"VEC3\"}]," GLTF_MESH "}")}},
    {"gltf: count that is no whole number",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,"
                                  "\"count\":2.5,\"type\":\"VEC3\"}]," GLTF_MESH "}")}},
    {"gltf: count of 2^53",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,"
                                  "\"count\":9007199254740992,\"type\":\"VEC3\"}]," GLTF_MESH
                                  "}")}},
    {"gltf: offset that overflows",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER "\"accessors\":[{\"bufferView\":0,\"byteOffset\":"
                                  "18446744073709551612,\"componentType\":5126,\"count\":3,"
                                  "\"type\":\"VEC3\"}]," GLTF_MESH "}")}},
    {"gltf: zeros from nothing",
     "x.gltf",
     UVP_LIMIT,
     NULL,
     {ONCE(GLTF_ASSET "\"accessors\":[{\"componentType\":5126,\"count\":2000000000,\"type\":"
                      "\"VEC3\"}]," GLTF_MESH "}")}},
    {"gltf: sparse beyond the base",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER
           "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":"
           "\"VEC3\",\"sparse\":{\"count\":4,\"indices\":{\"bufferView\":0,\"componentType\":"
           "5121},\"values\":{\"bufferView\":0}}}]," GLTF_MESH "}")}},
    {"gltf: sparse indices that do not rise",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER
           "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":"
           "\"VEC3\",\"sparse\":{\"count\":2,\"indices\":{\"bufferView\":0,\"componentType\":"
           "5121},\"values\":{\"bufferView\":0}}}]," GLTF_MESH "}")}},
    {"gltf: index out of range",
     "x.gltf",
     UVP_BAD_DATA,
     "index",
     {ONCE(GLTF_ASSET GLTF_BUFFER
           "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":"
           "\"VEC3\"},{\"bufferView\":0,\"componentType\":5121,\"count\":36,\"type\":"
           "\"SCALAR\"}],\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},"
           "\"indices\":1}]}]}")}},
    {"gltf: index that would begin anew",
     "x.gltf",
     UVP_BAD_DATA,
     "restart",
     {ONCE(
         GLTF_ASSET
         "\"buffers\":[{\"byteLength\":6,\"uri\":\"data:;base64,AAAAAP//\"}],\"bufferViews\":["
         "{\"buffer\":0,\"byteLength\":6}],\"accessors\":[{\"componentType\":5126,\"count\":"
         "3,\"type\":\"VEC3\"},{\"bufferView\":0,\"componentType\":5123,\"count\":3,"
         "\"type\":\"SCALAR\"}],\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},"
         "\"indices\":1}]}]}")}},
    {"gltf: attributes of unequal count",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER
           "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":"
           "\"VEC3\"},{\"bufferView\":0,\"componentType\":5126,\"count\":2,\"type\":\"VEC3\"}],"
           "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0,\"NORMAL\":1}}]}]}")}},
    {"gltf: morph target of another count",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER
           "\"accessors\":[{\"bufferView\":0,\"componentType\":5126,\"count\":3,\"type\":"
           "\"VEC3\"},{\"bufferView\":0,\"componentType\":5126,\"count\":2,\"type\":\"VEC3\"}],"
           "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},\"targets\":["
           "{\"POSITION\":1}]}]}]}")}},
    {"gltf: nodes in a circle",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET
           "\"nodes\":[{\"children\":[0,1],\"mesh\":0},{\"children\":[0]}]," GLTF_REST "}")}},
    {"gltf: a mesh in a hundred thousand nodes",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET "\"nodes\":["), TIMES(100000, "{\"mesh\":0,\"children\":[1]},"),
      ONCE("{\"mesh\":0}]," GLTF_REST "}")}},
    {"gltf: twenty thousand meshes over the same rows",
     "x.gltf",
     UVP_OK,
     NULL,
     {ONCE(GLTF_ASSET GLTF_BUFFER GLTF_ACCESSOR "\"meshes\":["),
      TIMES(20000, "{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]},"),
      ONCE("{\"primitives\":[{\"attributes\":{\"POSITION\":0}}]}]}")}},
    {"gltf: base64 that is none",
     "x.gltf",
     UVP_BAD_DATA,
     NULL,
     {ONCE(GLTF_ASSET "\"buffers\":[{\"byteLength\":36,\"uri\":\"data:;base64,"),
      TIMES(4000000, "*"),
      ONCE("\"}],\"bufferViews\":[{\"buffer\":0,\"byteLength\":36}]," GLTF_ACCESSOR GLTF_MESH
           "}")}},
    {"gltf: a file of the system",
     "x.gltf",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE(GLTF_ASSET
           "\"buffers\":[{\"byteLength\":36,\"uri\":\"/etc/passwd\"}],"
           "\"bufferViews\":[{\"buffer\":0,\"byteLength\":36}]," GLTF_ACCESSOR GLTF_MESH "}")}},
    {"gltf: a file above",
     "x.gltf",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE(GLTF_ASSET
           "\"buffers\":[{\"byteLength\":36,\"uri\":\"../../x.bin\"}],"
           "\"bufferViews\":[{\"buffer\":0,\"byteLength\":36}]," GLTF_ACCESSOR GLTF_MESH "}")}},
    {"gltf: a file of the network",
     "x.gltf",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE(GLTF_ASSET
           "\"buffers\":[{\"byteLength\":36,\"uri\":\"http://localhost/x\"}],"
           "\"bufferViews\":[{\"buffer\":0,\"byteLength\":36}]," GLTF_ACCESSOR GLTF_MESH "}")}},
    {"gltf: Draco, however much it says it holds",
     "x.gltf",
     UVP_UNSUPPORTED,
     "KHR_draco_mesh_compression",
     {ONCE(GLTF_ASSET
           "\"extensionsRequired\":[\"KHR_draco_mesh_compression\"]," GLTF_BUFFER
           "\"accessors\":[{\"componentType\":5126,\"count\":100000000,\"type\":"
           "\"VEC3\"}],\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},"
           "\"extensions\":{\"KHR_draco_mesh_compression\":{\"bufferView\":0,"
           "\"attributes\":{\"POSITION\":0}}}}]}]}")}},
    {"gltf: an extension of primitives that nobody knows",
     "x.gltf",
     UVP_UNSUPPORTED,
     "X_unknown",
     {ONCE(GLTF_ASSET "\"extensionsRequired\":[\"X_unknown\"]," GLTF_BUFFER GLTF_ACCESSOR
                      "\"meshes\":[{\"primitives\":[{\"attributes\":{\"POSITION\":0},"
                      "\"extensions\":{\"X_unknown\":{}}}]}]}")}},
    {"gltf: glTF 1.0",
     "x.gltf",
     UVP_UNSUPPORTED,
     NULL,
     {ONCE("{\"asset\":{\"version\":\"1.0\"}}")}},
    {NULL, NULL, UVP_OK, NULL, {ONCE("")}},
};

#undef ONCE
#undef TIMES

#endif
