/*
 * Wavefront OBJ, by the "Object Files (.obj)" appendix of the Advanced Visualizer manual and by
 * what programs write since.
 *
 * There are two readers. obj_read.c defines what a file means; obj_fast.c reads the same from
 * nearly all files in a tenth of the time, and leaves the rest to the other.
 */
#include "formats/mesh/obj.h"

#include "formats/mesh/obj_fast.h"
#include "formats/mesh/obj_read.h"

#define VERTEX_LINE_BYTES_MIN ((size_t)6) /* v 1 2 and its line end */
#define UV_LINE_BYTES_MIN ((size_t)5)     /* vt 1 and its line end */

static enum uvp_code check_counts(const struct uvp_obj_counts *counts,
                                  const struct uvp_obj_notes *notes,
                                  const struct uvp_mesh_options *options, struct uvp_error *err)
{
    if (counts->corners == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "no faces");
    }
    if (counts->vertices > options->vertices) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vertices", options->vertices);
    }
    if (counts->polygons > UVP_MESH_COUNT_MOST) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u faces", UVP_MESH_COUNT_MOST);
    }
    if (options->wants_uvs && notes->uvs > UVP_MESH_COUNT_MOST) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vt lines", UVP_MESH_COUNT_MOST);
    }
    if (options->wants_groups && counts->materials > UVP_MESH_COUNT_MOST) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u usemtl lines", UVP_MESH_COUNT_MOST);
    }
    return UVP_OK;
}

/* Array sizes follow from statements that are there, never from numbers in them. */
static enum uvp_code take_arrays(const struct uvp_obj_counts *counts, size_t bytes,
                                 struct uvp_arena *arena, struct uvp_obj_reading *reading,
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
    reading->polygon_room = (uint32_t)counts->polygons;
    reading->corner_room = (uint32_t)corners;
    return UVP_OK;
}

/* References without a single vt line refer to nothing: then there is nothing to read. */
static enum uvp_code take_uv_arrays(const struct uvp_obj_counts *counts, uint64_t uvs,
                                    size_t bytes, struct uvp_arena *arena,
                                    struct uvp_obj_reading *reading, struct uvp_error *err)
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

static enum uvp_code take_group_arrays(const struct uvp_obj_counts *counts,
                                       struct uvp_arena *arena, struct uvp_obj_reading *reading,
                                       struct uvp_error *err)
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

static void hand_over(const struct uvp_obj_reading *reading, const struct uvp_obj_notes *notes,
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

/* ---- coordinates far from the origin ---- */

static enum uvp_code read_far_vertex(struct uvp_obj_scan *scan, const float middle[3],
                                     float *position, struct uvp_error *err)
{
    double value[3] = {0, 0, 0};

    for (int i = 0; i < 3 && uvp_obj_token(scan); i++) {
        value[i] = uvp_far_read(scan->at, scan->end, position[i]);
        while (!uvp_obj_is_token_end(scan->at, scan->end)) {
            scan->at++;
        }
    }
    for (int i = 0; i < 3; i++) {
        position[i] = (float)(value[i] - (double)middle[i]);
    }
    return uvp_obj_token(scan) ? uvp_obj_skip(scan, err) : uvp_obj_finish(scan, err);
}

/* Reads the vertices again, with more digits, relative to the middle of their box. */
static enum uvp_code read_far(struct uvp_span bytes, const float middle[3],
                              const struct uvp_obj_reading *reading, struct uvp_stop *stop,
                              struct uvp_error *err)
{
    enum uvp_obj_statement statement;
    struct uvp_obj_scan scan;
    uint32_t vertex = 0;

    uvp_obj_scan_init(&scan, bytes, stop);
    for (;;) {
        UVP_TRY(uvp_obj_next(&scan, &statement, err));
        if (statement == UVP_OBJ_END) {
            return UVP_OK;
        }
        if (statement == UVP_OBJ_VERTEX && vertex < reading->vertices) {
            UVP_TRY(
                read_far_vertex(&scan, middle, reading->positions + (size_t)3 * vertex++, err));
        } else {
            UVP_TRY(uvp_obj_skip(&scan, err));
        }
    }
}

/* ---- the whole ---- */

static enum uvp_code read_slowly(struct uvp_span bytes, struct uvp_arena *arena,
                                 struct uvp_stop *stop, struct uvp_obj_reading *reading,
                                 struct uvp_obj_notes *notes, struct uvp_far_box *box,
                                 struct uvp_error *err)
{
    struct uvp_obj_counts counts;

    UVP_TRY(uvp_obj_count_all(bytes, stop, &counts, notes, err));
    UVP_TRY(check_counts(&counts, notes, &reading->options, err));
    UVP_TRY(take_arrays(&counts, bytes.bytes, arena, reading, err));
    UVP_TRY(take_uv_arrays(&counts, notes->uvs, bytes.bytes, arena, reading, err));
    UVP_TRY(take_group_arrays(&counts, arena, reading, err));
    uvp_obj_scan_init(&reading->scan, bytes, stop);
    UVP_TRY(uvp_obj_read_all(reading, err));
    uvp_far_box_init(box);
    uvp_far_box_extend(box, reading->positions, reading->vertices);
    return UVP_OK;
}

static void begin_reading(struct uvp_obj_reading *reading,
                          const struct uvp_mesh_options *options)
{
    memset(reading, 0, sizeof *reading);
    reading->options = uvp_mesh_options_filled(options);
}

enum uvp_code uvp_obj_decode(enum uvp_text_level level, const struct uvp_mesh_source *source,
                             const struct uvp_mesh_options *options, struct uvp_arena *arena,
                             struct uvp_stop *stop, struct uvp_model *model,
                             struct uvp_error *err)
{
    const struct uvp_span bytes = source->bytes;
    struct uvp_mesh *const mesh = uvp_model_single(model, arena);
    struct uvp_obj_notes *const notes = UVP_ARENA_ARRAY(arena, struct uvp_obj_notes, 1);
    const struct uvp_arena_mark mark = uvp_arena_mark(arena);
    struct uvp_obj_reading reading;
    struct uvp_far_box box;
    float middle[3];
    enum uvp_code code;

    if (mesh == NULL || notes == NULL) {
        return uvp_fail_memory(err, sizeof *mesh + sizeof *notes);
    }
    if (uvp_obj_is_utf16(bytes)) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "UTF-16 text");
    }
    begin_reading(&reading, options);
    code = uvp_obj_read_fast(level, bytes, arena, stop, &reading, notes, &box, err);
    if (code == UVP_END) {
        uvp_arena_rewind(arena, mark);
        begin_reading(&reading, options);
        code = read_slowly(bytes, arena, stop, &reading, notes, &box, err);
    }
    UVP_TRY(code);
    if (uvp_far_box_middle(&box, middle)) {
        UVP_TRY(read_far(bytes, middle, &reading, stop, err));
    }
    hand_over(&reading, notes, mesh);
    model->format_private = notes;
    return UVP_OK;
}

static enum uvp_code decode(const struct uvp_mesh_source *source,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err)
{
    return uvp_obj_decode(uvp_text_level_best(), source, options, arena, stop, model, err);
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
