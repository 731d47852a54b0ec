/*
 * A quick look over the file tells about how many vertices, faces and corners there are, which
 * is what arrays are taken for; then every line is read once. What an index may be is only
 * known at the end: the highest one seen is remembered.
 *
 * All errors, and all files that are odd enough to hold more than was seen, end here with
 * UVP_END: they are read again from the start by those who know the words.
 */
#include "formats/mesh/obj_fast.h"

#define BLOCK_BYTES ((size_t)64)
#define ROOM_SPARE UINT64_C(4)
#define LANES 4 /* the last store of an array writes so much */

const struct uvp_obj_lines *uvp_obj_lines_of(enum uvp_text_level level)
{
#if UVP_TEXT_HAS_SIMD
    if (level != UVP_TEXT_BYTES) {
        return level == UVP_TEXT_AVX2 ? &uvp_obj_lines_avx2 : &uvp_obj_lines_sse2;
    }
#endif
    (void)level;
    return NULL;
}

/* ---- what there is ---- */

static enum uvp_code estimate(const struct uvp_obj_lines *lines, struct uvp_span bytes,
                              struct uvp_stop *stop, struct uvp_obj_estimate *estimate,
                              struct uvp_error *err)
{
    const size_t blocks = bytes.bytes / BLOCK_BYTES;
    const size_t rest = bytes.bytes % BLOCK_BYTES;
    unsigned char last[BLOCK_BYTES];

    for (size_t i = 0; i < blocks;) {
        const size_t most = (size_t)UVP_OBJ_POLL_BYTES / BLOCK_BYTES;
        const size_t now = blocks - i < most ? blocks - i : most;
        UVP_TRY(uvp_stop_poll(stop, err));
        lines->estimate(bytes.data + i * BLOCK_BYTES, now, estimate);
        i += now;
    }
    memset(last, '\n', sizeof last);
    if (rest != 0) {
        memcpy(last, bytes.data + blocks * BLOCK_BYTES, rest);
    }
    lines->estimate(last, 1, estimate);
    return UVP_OK;
}

/* Without the byte order mark, which is no part of a statement. */
static struct uvp_span span_from(struct uvp_span bytes, const unsigned char *at)
{
    return uvp_span_of(at, bytes.bytes - (size_t)(at - bytes.data));
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Tokens that are in no vertex line and no keyword may be corners. */
static uint64_t corners_of(const struct uvp_obj_estimate *seen)
{
    const uint64_t not_corners = seen->faces + 4 * seen->vertices + 3 * seen->others;

    return (seen->tokens > not_corners ? seen->tokens - not_corners : 0) + 16 * ROOM_SPARE;
}

static enum uvp_code take_arrays(const struct uvp_obj_estimate *seen, struct uvp_arena *arena,
                                 struct uvp_obj_reading *reading, struct uvp_error *err)
{
    const struct uvp_mesh_options *const options = &reading->options;
    const size_t vertices = (size_t)least_of(seen->vertices + ROOM_SPARE, options->vertices);
    const size_t polygons = (size_t)least_of(seen->faces + ROOM_SPARE, UVP_MESH_COUNT_MOST);
    const size_t corners = (size_t)least_of(corners_of(seen), options->corners);
    const size_t uvs = (size_t)least_of(seen->uvs + ROOM_SPARE, UVP_MESH_COUNT_MOST);
    const bool with_uvs = options->wants_uvs && seen->uvs != 0;

    reading->positions = UVP_ARENA_ARRAY(arena, float, 3 * vertices + LANES);
    reading->corner_start = UVP_ARENA_ARRAY(arena, uint32_t, polygons + 1);
    reading->corner_vertex = UVP_ARENA_ARRAY(arena, uint32_t, corners + LANES);
    if (reading->positions == NULL || reading->corner_start == NULL ||
        reading->corner_vertex == NULL) {
        return uvp_fail_memory(err, 12 * vertices + 4 * polygons + 4 * corners);
    }
    if (with_uvs) {
        reading->uvs = UVP_ARENA_ARRAY(arena, float, 2 * uvs);
        reading->corner_uv = UVP_ARENA_ARRAY(arena, uint32_t, corners + LANES);
        if (reading->uvs == NULL || reading->corner_uv == NULL) {
            return uvp_fail_memory(err, 8 * uvs + 4 * corners);
        }
    }
    reading->corner_start[0] = 0;
    reading->vertex_room = (uint32_t)vertices;
    reading->polygon_room = (uint32_t)polygons;
    reading->corner_room = (uint32_t)corners;
    reading->uv_room = with_uvs ? (uint32_t)uvs : 0;
    reading->vertex_total = UVP_MESH_COUNT_MOST;
    reading->uv_total = UVP_MESH_COUNT_MOST;
    return UVP_OK;
}

static enum uvp_code take_groups(const struct uvp_obj_estimate *seen, struct uvp_arena *arena,
                                 struct uvp_obj_reading *reading, struct uvp_error *err)
{
    if (!reading->options.wants_groups || seen->materials == 0) {
        return UVP_OK;
    }
    reading->polygon_group = UVP_ARENA_ARRAY(arena, uint32_t, reading->polygon_room);
    if (reading->polygon_group == NULL) {
        return uvp_fail_memory(err, 4 * (size_t)reading->polygon_room);
    }
    return uvp_obj_groups_init(&reading->groups, (uint32_t)seen->materials, arena, err);
}

/* ---- statements that are not plain ---- */

static enum uvp_code read_slow_vertex(struct uvp_obj_fast *fast, struct uvp_error *err)
{
    struct uvp_obj_reading *const reading = fast->reading;

    UVP_TRY(uvp_obj_read_vertex(reading, err));
    uvp_far_box_extend(&fast->box, reading->positions + (size_t)3 * (reading->vertices - 1), 1);
    return UVP_OK;
}

static enum uvp_code read_slow_face(struct uvp_obj_fast *fast, struct uvp_error *err)
{
    uvp_obj_note_edit(fast->notes, &fast->reading->scan, fast->data);
    if (fast->reading->polygons == 0) {
        fast->notes->uvs_before = fast->notes->uvs;
    }
    return uvp_obj_read_face(fast->reading, err);
}

static enum uvp_code read_slow_uv(struct uvp_obj_fast *fast, struct uvp_error *err)
{
    uvp_obj_note_edit(fast->notes, &fast->reading->scan, fast->data);
    fast->notes->uvs++;
    return fast->reading->uvs != NULL ? uvp_obj_read_uv(fast->reading, err)
                                      : uvp_obj_skip(&fast->reading->scan, err);
}

/* More names than were seen have no room in the table of names. */
static enum uvp_code read_slow_material(struct uvp_obj_fast *fast, struct uvp_error *err)
{
    if (fast->reading->options.wants_groups) {
        if (fast->materials_left == 0) {
            return UVP_END;
        }
        fast->materials_left--;
    }
    return uvp_obj_read_material(fast->reading, err);
}

static enum uvp_code read_statement(struct uvp_obj_fast *fast, struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &fast->reading->scan;
    enum uvp_obj_statement statement;

    UVP_TRY(uvp_obj_next(scan, &statement, err));
    switch (statement) {
    case UVP_OBJ_END:
        return UVP_OK;
    case UVP_OBJ_VERTEX:
        return read_slow_vertex(fast, err);
    case UVP_OBJ_FACE:
        return read_slow_face(fast, err);
    case UVP_OBJ_UV:
        return read_slow_uv(fast, err);
    case UVP_OBJ_MATERIAL:
        return read_slow_material(fast, err);
    case UVP_OBJ_REFERRER:
        return uvp_obj_count_referrals(scan, fast->data, fast->notes, err);
    case UVP_OBJ_OTHER:
        break;
    }
    return uvp_obj_skip(scan, err);
}

/* ---- the whole ---- */

/* Lines from `at`, in fast->text, that begin before `limit`; *at is moved behind them. */
static enum uvp_code read_until(const struct uvp_obj_lines *lines, struct uvp_obj_fast *fast,
                                const unsigned char **at, const unsigned char *limit,
                                struct uvp_error *err)
{
    struct uvp_obj_scan *const scan = &fast->reading->scan;

    while (*at < limit) {
        const ptrdiff_t left = limit - *at;
        const unsigned char *const pause =
            left < UVP_OBJ_POLL_BYTES ? limit : *at + UVP_OBJ_POLL_BYTES;
        size_t place;
        *at = lines->read(fast, *at, pause);
        place = fast->offset + (size_t)(*at - fast->text);
        if (place >= fast->bytes) {
            break; /* the tail has a line end of its own */
        }
        scan->at = fast->data + place;
        UVP_TRY(uvp_obj_poll(scan, err));
        if (*at < pause) {
            UVP_TRY(read_statement(fast, err));
            *at += (size_t)(scan->at - fast->data) - place;
        }
    }
    return UVP_OK;
}

static enum uvp_code read_body(const struct uvp_obj_lines *lines, struct uvp_obj_fast *fast,
                               size_t *place, struct uvp_error *err)
{
    const unsigned char *at = fast->reading->scan.at; /* behind a byte order mark */

    fast->text = fast->data;
    fast->end = fast->data + fast->bytes;
    fast->offset = 0;
    if (fast->bytes > (size_t)UVP_TEXT_REACH) {
        UVP_TRY(read_until(lines, fast, &at, fast->end - UVP_TEXT_REACH, err));
    }
    *place = (size_t)(at - fast->data);
    return UVP_OK;
}

/* The last lines, copied to where there is room behind them. */
static enum uvp_code read_tail(const struct uvp_obj_lines *lines, struct uvp_obj_fast *fast,
                               size_t place, struct uvp_error *err)
{
    unsigned char tail[UVP_TEXT_TAIL_BYTES];
    struct uvp_text text = {fast->data, fast->data + place, fast->data + fast->bytes};
    const unsigned char *at;
    size_t left;

    if (place >= fast->bytes) {
        return UVP_OK;
    }
    left = uvp_text_tail(&text, tail);
    at = text.at;
    fast->text = text.begin;
    fast->end = text.end;
    fast->offset = place - (size_t)(text.at - text.begin);
    return read_until(lines, fast, &at, text.at + left, err);
}

/* Only what is certain to be what the other reader would find. */
static bool is_decided(const struct uvp_obj_estimate *seen,
                       const struct uvp_obj_reading *reading, const struct uvp_obj_notes *notes)
{
    const bool needs_uvs = reading->options.wants_uvs && notes->uvs != 0;

    return reading->corners != 0 && reading->vertex_reach <= reading->vertices &&
           reading->vertices <= reading->options.vertices &&
           (!needs_uvs || (seen->uvs != 0 && reading->uv_reach <= reading->uv_count));
}

static bool is_worth_it(const struct uvp_obj_estimate *seen)
{
    return seen->bare_crs == 0 && seen->faces != 0 && seen->vertices <= UVP_MESH_COUNT_MOST &&
           seen->faces <= UVP_MESH_COUNT_MOST && seen->uvs <= UVP_MESH_COUNT_MOST &&
           seen->materials <= UVP_MESH_COUNT_MOST;
}

/* Numbers beyond float32 are no part of a box, and are seldom enough for a second look. */
static void settle_box(const struct uvp_obj_reading *reading, struct uvp_far_box *box)
{
    const struct uvp_far_box found = *box;

    uvp_far_box_init(box);
    uvp_far_box_extend(box, found.least, 1);
    uvp_far_box_extend(box, found.most, 1);
    if (memcmp(box->least, found.least, sizeof box->least) != 0 ||
        memcmp(box->most, found.most, sizeof box->most) != 0) {
        uvp_far_box_init(box);
        uvp_far_box_extend(box, reading->positions, reading->vertices);
    }
}

static enum uvp_code read_whole(const struct uvp_obj_lines *lines, struct uvp_obj_fast *fast,
                                struct uvp_error *err)
{
    size_t place;

    UVP_TRY(read_body(lines, fast, &place, err));
    return read_tail(lines, fast, place, err);
}

enum uvp_code uvp_obj_read_fast(enum uvp_text_level level, struct uvp_span bytes,
                                struct uvp_arena *arena, struct uvp_stop *stop,
                                struct uvp_obj_reading *reading, struct uvp_obj_notes *notes,
                                struct uvp_far_box *box, struct uvp_error *err)
{
    const struct uvp_obj_lines *const lines = uvp_obj_lines_of(level);
    struct uvp_obj_fast fast = {
        .reading = reading, .notes = notes, .data = bytes.data, .bytes = bytes.bytes};
    struct uvp_error failure = {0};
    struct uvp_obj_estimate seen = {.was_gap = 1};
    enum uvp_code code;

    if (lines == NULL) {
        return UVP_END;
    }
    uvp_obj_scan_init(&reading->scan, bytes, stop);
    seen.with_names = reading->options.wants_uvs || reading->options.wants_groups;
    UVP_TRY(estimate(lines, span_from(bytes, reading->scan.at), stop, &seen, err));
    if (!is_worth_it(&seen)) {
        return UVP_END;
    }
    UVP_TRY(take_arrays(&seen, arena, reading, err));
    UVP_TRY(take_groups(&seen, arena, reading, err));
    fast.materials_left = seen.materials;
    uvp_obj_notes_init(notes, bytes);
    notes->has_bare_cr = false;
    uvp_far_box_init(&fast.box);
    code = read_whole(lines, &fast, &failure);
    if (code == UVP_CANCELLED) {
        return uvp_fail(err, code, failure.at, "%s", failure.text);
    }
    if (code != UVP_OK || !is_decided(&seen, reading, notes)) {
        return UVP_END;
    }
    if (fast.materials_left == seen.materials) {
        reading->polygon_group = NULL; /* what began like a material was none */
    }
    settle_box(reading, &fast.box);
    *box = fast.box;
    return UVP_OK;
}
