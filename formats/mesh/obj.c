/*
 * Wavefront OBJ, by the "Object Files (.obj)" appendix of the Advanced Visualizer manual and by
 * what programs write since.
 *
 * Two rounds over the bytes. The first counts, so that every array is taken once, in its final
 * size, and bounded by bytes that are there; it also learns the last vertex, so that a face
 * may use vertices that come later. The second reads the numbers.
 */
#include "formats/mesh/obj.h"

#include "formats/mesh/obj_groups.h"
#include "formats/mesh/text.h"

#define POLYGON_CORNERS_DEFAULT (UINT32_C(1) << 20)
#define COUNT_DEFAULT ((UINT32_C(1) << 31) - 1)
#define VERTEX_LINE_BYTES_MIN ((size_t)6) /* v 1 2 and its line end */
#define UV_LINE_BYTES_MIN ((size_t)5)     /* vt 1 and its line end */

/* ---- the first round ---- */

struct counts {
    uint64_t vertices;
    uint64_t polygons;
    uint64_t corners; /* a bound: tokens of face lines, good or bad */
    uint64_t materials;
};

static void skip_token(struct uvp_obj_scan *scan)
{
    const unsigned char *at = scan->at;

    while (!uvp_obj_is_token_end(at, scan->end)) {
        at++;
    }
    scan->at = at;
}

static bool token_has_slash(const unsigned char *at, const unsigned char *end)
{
    return memchr(at, '/', (size_t)(end - at)) != NULL;
}

static void note_edit(const struct uvp_obj_scan *scan, const unsigned char *data,
                      struct uvp_obj_notes *notes)
{
    const size_t at = (size_t)(scan->begin - data);

    notes->first_edit = at < notes->first_edit ? at : notes->first_edit;
}

static enum uvp_code count_corners(struct uvp_obj_scan *scan, struct counts *counts,
                                   struct uvp_error *err)
{
    while (uvp_obj_token(scan)) {
        counts->corners++;
        skip_token(scan);
        UVP_TRY(uvp_obj_poll(scan, err));
    }
    return uvp_obj_finish(scan, err);
}

static enum uvp_code count_referrals(struct uvp_obj_scan *scan, struct uvp_obj_notes *notes,
                                     struct uvp_error *err)
{
    while (uvp_obj_token(scan)) {
        const unsigned char *const token = scan->at;
        skip_token(scan);
        notes->referrals += token_has_slash(token, scan->at);
        UVP_TRY(uvp_obj_poll(scan, err));
    }
    return uvp_obj_finish(scan, err);
}

static enum uvp_code count_statement(struct uvp_obj_scan *scan, const unsigned char *data,
                                     enum uvp_obj_statement statement, struct counts *counts,
                                     struct uvp_obj_notes *notes, struct uvp_error *err)
{
    const uint64_t referrals = notes->referrals;

    switch (statement) {
    case UVP_OBJ_VERTEX:
        counts->vertices++;
        return uvp_obj_skip(scan, err);
    case UVP_OBJ_UV:
        note_edit(scan, data, notes);
        notes->uvs++;
        return uvp_obj_skip(scan, err);
    case UVP_OBJ_FACE:
        note_edit(scan, data, notes);
        if (counts->polygons++ == 0) {
            notes->uvs_before = notes->uvs;
        }
        return count_corners(scan, counts, err);
    case UVP_OBJ_REFERRER:
        UVP_TRY(count_referrals(scan, notes, err));
        if (notes->referrals != referrals) {
            note_edit(scan, data, notes);
        }
        return UVP_OK;
    case UVP_OBJ_MATERIAL:
        counts->materials++;
        break;
    case UVP_OBJ_END:
    case UVP_OBJ_OTHER:
        break;
    }
    return uvp_obj_skip(scan, err);
}

static void note_eol(struct uvp_span bytes, struct uvp_obj_notes *notes)
{
    const unsigned char *at = bytes.data;
    const unsigned char *const end = bytes.data + bytes.bytes;

    while (at < end && *at != '\n' && *at != '\r') {
        at++;
    }
    notes->eol_bytes = uvp_obj_eol_bytes(at, end);
    if (notes->eol_bytes == 0) {
        notes->eol[0] = '\n';
        notes->eol_bytes = 1;
        return;
    }
    memcpy(notes->eol, at, notes->eol_bytes);
}

static enum uvp_code count_all(struct uvp_span bytes, struct uvp_stop *stop,
                               struct counts *counts, struct uvp_obj_notes *notes,
                               struct uvp_error *err)
{
    struct uvp_obj_scan scan;

    memset(counts, 0, sizeof *counts);
    memset(notes, 0, sizeof *notes);
    notes->first_edit = bytes.bytes;
    note_eol(bytes, notes);
    uvp_obj_scan_init(&scan, bytes, stop);
    for (;;) {
        enum uvp_obj_statement statement;
        UVP_TRY(uvp_obj_next(&scan, &statement, err));
        if (statement == UVP_OBJ_END) {
            return UVP_OK;
        }
        UVP_TRY(count_statement(&scan, bytes.data, statement, counts, notes, err));
    }
}

/* ---- the second round ---- */

struct reading {
    struct uvp_obj_scan scan;
    struct uvp_mesh_options options; /* zeros replaced */
    float *positions;
    uint32_t *corner_start;
    uint32_t *corner_vertex;
    uint64_t vertex_total;
    uint32_t vertices; /* so far, as the rest */
    uint32_t polygons;
    uint32_t corners;
    uint32_t vertex_room;
    uint64_t uv_corners; /* with a vt */
    float *uvs;          /* NULL: not asked for; as the next */
    uint32_t *corner_uv;
    uint64_t uv_total;
    uint32_t uv_count; /* so far */
    uint32_t uv_room;
    uint32_t *polygon_group; /* NULL: not asked for */
    struct uvp_obj_groups groups;
    uint32_t group;
};

static enum uvp_code fail_at_line(const struct reading *reading, enum uvp_code code,
                                  const char *text, struct uvp_error *err)
{
    return uvp_fail(err, code, reading->scan.line, "line %llu: %s",
                    (unsigned long long)reading->scan.line, text);
}

/* The next number of a v line; false when the line has no more. */
static bool read_coordinate(struct uvp_obj_scan *scan, float *value, bool *bad)
{
    const unsigned char *after;

    if (!uvp_obj_token(scan)) {
        return false;
    }
    after = uvp_text_read_float(scan->at, scan->end, value);
    if (after == NULL || !uvp_obj_is_token_end(after, scan->end)) {
        *bad = true;
        return false;
    }
    scan->at = after;
    return true;
}

static enum uvp_code read_vertex(struct reading *reading, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    float *const position = reading->positions + (size_t)3 * reading->vertices;
    bool bad = false;
    int count = 0;

    if (reading->vertices == reading->vertex_room) {
        return fail_at_line(reading, UVP_BAD_DATA, "vertex with too few coordinates", err);
    }
    while (count < 3 && read_coordinate(scan, &position[count], &bad)) {
        count++;
    }
    if (bad) {
        return fail_at_line(reading, UVP_BAD_DATA, "coordinate is not a number", err);
    }
    if (count < 2) {
        return fail_at_line(reading, UVP_BAD_DATA, "vertex with too few coordinates", err);
    }
    if (count == 2) {
        position[2] = 0.0f; /* files of plane meshes */
    }
    reading->vertices++;
    return uvp_obj_token(scan) ? uvp_obj_skip(scan, err) : uvp_obj_finish(scan, err);
}

static enum uvp_code read_uv(struct reading *reading, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    float *const uv = reading->uvs + (size_t)2 * reading->uv_count;
    bool bad = false;
    int count = 0;

    if (reading->uv_count == reading->uv_room) {
        return fail_at_line(reading, UVP_BAD_DATA, "vt without a number", err);
    }
    uv[1] = 0.0f; /* textures of one dimension */
    while (count < 2 && read_coordinate(scan, &uv[count], &bad)) {
        count++;
    }
    if (bad || count == 0) {
        return fail_at_line(reading, UVP_BAD_DATA,
                            bad ? "texture coordinate is not a number" : "vt without a number",
                            err);
    }
    reading->uv_count++;
    return uvp_obj_token(scan) ? uvp_obj_skip(scan, err) : uvp_obj_finish(scan, err);
}

/* What an index means, from 0, `so_far` being seen of `total`; false when it is nothing. */
static bool resolve(int64_t index, uint32_t so_far, uint64_t total, uint32_t *number)
{
    const int64_t at = index > 0 ? index - 1 : (int64_t)so_far + index;

    if (index == 0 || at < 0 || at >= (int64_t)total) {
        return false;
    }
    *number = (uint32_t)at;
    return true;
}

static enum uvp_code fail_index(const struct reading *reading, const char *what, int64_t index,
                                uint32_t so_far, uint64_t total, struct uvp_error *err)
{
    return uvp_fail(err, UVP_BAD_DATA, reading->scan.line, "line %llu: %s index %lld of %llu",
                    (unsigned long long)reading->scan.line, what, (long long)index,
                    index < 0 ? (unsigned long long)so_far : (unsigned long long)total);
}

/* Only when UVs are asked for: else the number is not even looked at. */
static enum uvp_code read_corner_uv(struct reading *reading, const unsigned char *number,
                                    struct uvp_error *err)
{
    uint32_t *const uv = &reading->corner_uv[reading->corners];
    int64_t index = 0;

    *uv = UVP_MESH_NO_UV;
    if (number == NULL) {
        return UVP_OK;
    }
    if (uvp_text_read_integer(number, reading->scan.end, &index) == NULL ||
        !resolve(index, reading->uv_count, reading->uv_total, uv)) {
        return fail_index(reading, "vt", index, reading->uv_count, reading->uv_total, err);
    }
    return UVP_OK;
}

static inline enum uvp_code read_corner(struct reading *reading, bool with_uvs,
                                        struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    struct uvp_obj_corner corner;
    int64_t index;
    const unsigned char *const after = uvp_text_read_integer(scan->at, scan->end, &index);

    if (after == NULL || !uvp_obj_divide(after, scan->end, &corner)) {
        return fail_at_line(reading, UVP_BAD_DATA, "face corner is not v, v/t, v//n or v/t/n",
                            err);
    }
    if (!resolve(index, reading->vertices, reading->vertex_total,
                 &reading->corner_vertex[reading->corners])) {
        return fail_index(reading, "vertex", index, reading->vertices, reading->vertex_total,
                          err);
    }
    if (with_uvs) {
        UVP_TRY(read_corner_uv(reading, corner.uv, err));
    }
    reading->corners++;
    reading->uv_corners += corner.uv != NULL;
    scan->at = corner.after;
    return UVP_OK;
}

/* Corners by the hundred million: what is not asked for is not even asked about. */
static inline enum uvp_code read_corners(struct reading *reading, bool with_uvs,
                                         struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    const uint32_t first = reading->corners;

    while (uvp_obj_token(scan)) {
        if (reading->corners - first == reading->options.polygon_corners) {
            return fail_at_line(reading, UVP_LIMIT, "face with too many corners", err);
        }
        if (reading->corners == reading->options.corners) {
            return fail_at_line(reading, UVP_LIMIT, "too many face corners", err);
        }
        UVP_TRY(read_corner(reading, with_uvs, err));
        UVP_TRY(uvp_obj_poll(scan, err));
    }
    reading->polygons++;
    reading->corner_start[reading->polygons] = reading->corners;
    return uvp_obj_finish(scan, err);
}

static enum uvp_code read_face(struct reading *reading, struct uvp_error *err)
{
    return read_corners(reading, false, err);
}

static enum uvp_code read_face_with_more(struct reading *reading, struct uvp_error *err)
{
    if (reading->polygon_group != NULL) {
        reading->polygon_group[reading->polygons] = reading->group;
    }
    return reading->corner_uv != NULL ? read_corners(reading, true, err)
                                      : read_corners(reading, false, err);
}

/* The name is the rest of the line: it may hold blanks, and '#'. */
static enum uvp_code read_material(struct reading *reading, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &reading->scan;
    const unsigned char *from;

    (void)uvp_obj_token(scan);
    from = scan->at;
    UVP_TRY(uvp_obj_skip(scan, err));
    if (reading->polygon_group != NULL) {
        const unsigned char *to = scan->at;
        while (to > from && to[-1] <= ' ') {
            to--;
        }
        reading->group =
            uvp_obj_groups_number(&reading->groups, uvp_span_of(from, (size_t)(to - from)));
    }
    return UVP_OK;
}

static enum uvp_code read_all(struct reading *reading, struct uvp_error *err)
{
    const bool more = reading->corner_uv != NULL || reading->polygon_group != NULL;

    for (;;) {
        enum uvp_obj_statement statement;
        UVP_TRY(uvp_obj_next(&reading->scan, &statement, err));
        switch (statement) {
        case UVP_OBJ_END:
            return UVP_OK;
        case UVP_OBJ_VERTEX:
            UVP_TRY(read_vertex(reading, err));
            break;
        case UVP_OBJ_FACE:
            UVP_TRY(more ? read_face_with_more(reading, err) : read_face(reading, err));
            break;
        case UVP_OBJ_UV:
            UVP_TRY(reading->uvs != NULL ? read_uv(reading, err)
                                         : uvp_obj_skip(&reading->scan, err));
            break;
        case UVP_OBJ_MATERIAL:
            UVP_TRY(read_material(reading, err));
            break;
        case UVP_OBJ_REFERRER:
        case UVP_OBJ_OTHER:
            UVP_TRY(uvp_obj_skip(&reading->scan, err));
            break;
        }
    }
}

static struct uvp_mesh_options fill_options(const struct uvp_mesh_options *options)
{
    struct uvp_mesh_options filled = {0};

    if (options != NULL) {
        filled = *options;
    }
    if (filled.polygon_corners == 0) {
        filled.polygon_corners = POLYGON_CORNERS_DEFAULT;
    }
    if (filled.corners == 0 || filled.corners > COUNT_DEFAULT) {
        filled.corners = COUNT_DEFAULT;
    }
    if (filled.vertices == 0 || filled.vertices > COUNT_DEFAULT) {
        filled.vertices = COUNT_DEFAULT;
    }
    return filled;
}

static enum uvp_code check_counts(const struct counts *counts,
                                  const struct uvp_obj_notes *notes,
                                  const struct uvp_mesh_options *options, struct uvp_error *err)
{
    if (counts->corners == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "no faces");
    }
    if (counts->vertices > options->vertices) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vertices", options->vertices);
    }
    if (counts->polygons > COUNT_DEFAULT) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u faces", COUNT_DEFAULT);
    }
    if (options->wants_uvs && notes->uvs > COUNT_DEFAULT) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vt lines", COUNT_DEFAULT);
    }
    if (options->wants_groups && counts->materials > COUNT_DEFAULT) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u usemtl lines", COUNT_DEFAULT);
    }
    return UVP_OK;
}

/* Array sizes follow from statements that are there, never from numbers in them. */
static enum uvp_code take_arrays(const struct counts *counts, size_t bytes,
                                 struct uvp_arena *arena, struct reading *reading,
                                 struct uvp_error *err)
{
    /* lines too short to be a vertex fail later; they must not cost memory now */
    const size_t possible = bytes / VERTEX_LINE_BYTES_MIN + 1;
    const size_t vertices = counts->vertices < possible ? counts->vertices : possible;
    const size_t corners =
        counts->corners < reading->options.corners ? counts->corners : reading->options.corners;

    reading->positions = UVP_ARENA_ARRAY(arena, float, 3 * vertices);
    reading->corner_start = UVP_ARENA_ARRAY(arena, uint32_t, counts->polygons + 1);
    reading->corner_vertex = UVP_ARENA_ARRAY(arena, uint32_t, corners);
    if (reading->positions == NULL || reading->corner_start == NULL ||
        reading->corner_vertex == NULL) {
        return uvp_fail_memory(err, 12 * vertices + 4 * (size_t)counts->polygons + 4 * corners);
    }
    reading->corner_start[0] = 0;
    reading->vertex_total = counts->vertices;
    reading->vertex_room = (uint32_t)vertices;
    return UVP_OK;
}

/* References without a single vt line refer to nothing: then there is nothing to read. */
static enum uvp_code take_uv_arrays(const struct counts *counts, uint64_t uvs, size_t bytes,
                                    struct uvp_arena *arena, struct reading *reading,
                                    struct uvp_error *err)
{
    const size_t possible = bytes / UV_LINE_BYTES_MIN + 1;
    const size_t room = uvs < possible ? (size_t)uvs : possible;
    const size_t corners =
        counts->corners < reading->options.corners ? counts->corners : reading->options.corners;

    if (!reading->options.wants_uvs || uvs == 0) {
        return UVP_OK;
    }
    reading->uvs = UVP_ARENA_ARRAY(arena, float, 2 * room);
    reading->corner_uv = UVP_ARENA_ARRAY(arena, uint32_t, corners);
    if (reading->uvs == NULL || reading->corner_uv == NULL) {
        return uvp_fail_memory(err, 8 * room + 4 * corners);
    }
    reading->uv_total = uvs;
    reading->uv_room = (uint32_t)room;
    return UVP_OK;
}

static enum uvp_code take_group_arrays(const struct counts *counts, struct uvp_arena *arena,
                                       struct reading *reading, struct uvp_error *err)
{
    if (!reading->options.wants_groups || counts->materials == 0) {
        return UVP_OK;
    }
    reading->polygon_group = UVP_ARENA_ARRAY(arena, uint32_t, counts->polygons);
    if (reading->polygon_group == NULL) {
        return uvp_fail_memory(err, 4 * (size_t)counts->polygons);
    }
    return uvp_obj_groups_init(&reading->groups, (uint32_t)counts->materials, arena, err);
}

static void hand_over(const struct reading *reading, const struct uvp_obj_notes *notes,
                      struct uvp_mesh *mesh)
{
    mesh->positions = reading->positions;
    mesh->vertex_count = reading->vertices;
    mesh->corner_start = reading->corner_start;
    mesh->polygon_count = reading->polygons;
    mesh->corner_vertex = reading->corner_vertex;
    /* references without a single vt line refer to nothing */
    mesh->has_uvs = reading->uv_corners != 0 && notes->uvs != 0;
    mesh->old_uv = mesh->has_uvs ? reading->uvs : NULL;
    mesh->old_uv_count = mesh->has_uvs ? reading->uv_count : 0;
    mesh->corner_uv = mesh->has_uvs ? reading->corner_uv : NULL;
    mesh->polygon_group = reading->polygon_group;
}

static enum uvp_code decode(const struct uvp_mesh_source *source,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err)
{
    const struct uvp_span bytes = source->bytes;
    struct uvp_mesh *const mesh = uvp_model_single(model, arena);
    struct counts counts;
    struct reading reading;
    struct uvp_obj_notes *const notes = UVP_ARENA_ARRAY(arena, struct uvp_obj_notes, 1);

    if (mesh == NULL || notes == NULL) {
        return uvp_fail_memory(err, sizeof *mesh + sizeof *notes);
    }
    if (uvp_obj_is_utf16(bytes)) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "UTF-16 text");
    }
    memset(&reading, 0, sizeof reading);
    reading.options = fill_options(options);
    UVP_TRY(count_all(bytes, stop, &counts, notes, err));
    UVP_TRY(check_counts(&counts, notes, &reading.options, err));
    UVP_TRY(take_arrays(&counts, bytes.bytes, arena, &reading, err));
    UVP_TRY(take_uv_arrays(&counts, notes->uvs, bytes.bytes, arena, &reading, err));
    UVP_TRY(take_group_arrays(&counts, arena, &reading, err));
    uvp_obj_scan_init(&reading.scan, bytes, stop);
    UVP_TRY(read_all(&reading, err));
    hand_over(&reading, notes, mesh);
    model->format_private = notes;
    return UVP_OK;
}

/*
 * Decoding takes at most 2 bytes per byte (a vertex line has 6 bytes and takes 12, a corner 2
 * and takes 4), and 5 when UVs and materials are asked for. The output is seldom more than 3
 * times the input; corners of one digit may take more, and then the ceiling of the output
 * decides.
 */
static size_t cost_bound(size_t bytes)
{
    const size_t fixed = (size_t)64 << 10;

    return bytes > (SIZE_MAX - fixed) / 8 ? SIZE_MAX : 8 * bytes + fixed;
}

static const char *const suffixes[] = {".obj", NULL};

const struct uvp_format uvp_format_obj = {
    .name = "obj",
    .suffixes = suffixes,
    .probe = uvp_obj_probe,
    .decode = decode,
    .encode = uvp_obj_encode,
    .cost_bound = cost_bound,
};
