/*
 * Room in the binary chunk: bytes of views that have moved to their grown rows are left out,
 * when no other view has them, and what lies behind moves up.
 *
 * What moves, moves by a multiple of eight, so that everything stays aligned. A file with a
 * view that cannot be read, or with an extension of views that is not known, has no holes:
 * there may be other offsets than those that are seen here.
 */
#include "formats/mesh/gltf_plan.h"

#define STEP UINT64_C(8)

struct range {
    uint64_t from;
    uint64_t to;
};

struct ranges {
    struct range *live; /* by `from` */
    uint64_t *reach;    /* the farthest end of the live ranges up to each */
    uint32_t live_count;
    struct range *dead;
    uint32_t dead_count;
};

/* ---- sorting, without memory and in bounded time: a heap ---- */

static void sift(struct range *ranges, uint32_t at, uint32_t count)
{
    for (uint32_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        const struct range other = ranges[at];
        if (child + 1 < count && ranges[child + 1].from > ranges[child].from) {
            child++;
        }
        if (ranges[child].from <= other.from) {
            return;
        }
        ranges[at] = ranges[child];
        ranges[child] = other;
        at = child;
    }
}

static void sort(struct range *ranges, uint32_t count)
{
    for (uint32_t i = count / 2; i > 0; i--) {
        sift(ranges, i - 1, count);
    }
    for (uint32_t end = count; end > 1; end--) {
        const struct range last = ranges[end - 1];
        ranges[end - 1] = ranges[0];
        ranges[0] = last;
        sift(ranges, 0, end - 1);
    }
}

/* ---- what views refer to ---- */

/* The range of a view, or of the extension that packs it, when it is in the chunk. */
static bool find_range(const struct uvp_gltf *gltf, uint32_t object, struct range *range)
{
    uint32_t buffer;
    uint32_t offset;
    uint32_t bytes;
    uint64_t number = 0;
    uint64_t length = 0;
    const struct uvp_gltf_field fields[] = {
        {"buffer", &buffer},
        {"byteOffset", &offset},
        {"byteLength", &bytes},
    };

    uvp_gltf_find_fields(&gltf->json, object, fields, 3);
    range->from = 0;
    if (!uvp_json_count(&gltf->json, buffer, UINT32_MAX, &number) || number != 0 ||
        !uvp_json_count(&gltf->json, bytes, gltf->bin_bytes, &length) ||
        (offset != UVP_JSON_NONE &&
         !uvp_json_count(&gltf->json, offset, gltf->bin_bytes, &range->from))) {
        return false;
    }
    range->to = range->from + length;
    return range->to <= gltf->bin_bytes;
}

static bool knows_extensions(const struct uvp_gltf *gltf, uint32_t view)
{
    const struct uvp_json *const json = &gltf->json;
    const uint32_t extensions = uvp_json_member(json, view, "extensions");

    if (extensions == UVP_JSON_NONE) {
        return true;
    }
    if (json->tokens[extensions].kind != UVP_JSON_OBJECT) {
        return false;
    }
    for (uint32_t key = extensions + 1; key < json->tokens[extensions].next;
         key = json->tokens[key + 1].next) {
        if (!uvp_json_says(json, key, "EXT_meshopt_compression") &&
            !uvp_json_says(json, key, "KHR_meshopt_compression")) {
            return false;
        }
    }
    return true;
}

static void note_range(const struct uvp_gltf *gltf, const struct uvp_gltf_view *view,
                       uint32_t object, struct ranges *ranges)
{
    struct range range;

    if (!find_range(gltf, object, &range)) {
        return;
    }
    if (view->is_done) {
        ranges->dead[ranges->dead_count++] = range;
    } else {
        ranges->live[ranges->live_count++] = range;
    }
}

/* False when there may be offsets that are not seen. */
static bool find_ranges(struct uvp_gltf *gltf, struct ranges *ranges)
{
    struct uvp_error ignored = {.code = UVP_OK};

    for (uint32_t i = 0; i < gltf->view_count; i++) {
        const struct uvp_gltf_view *const view = &gltf->views[i];
        if (uvp_gltf_read_view(gltf, i, &ignored) != UVP_OK ||
            !knows_extensions(gltf, view->token)) {
            return false;
        }
        note_range(gltf, view, view->token, ranges);
        if (view->packed != UVP_JSON_NONE) {
            note_range(gltf, view, view->packed, ranges);
        }
    }
    return true;
}

/* ---- holes ---- */

/* Whether a live range has some of it. */
static bool is_live(const struct ranges *ranges, const struct range *dead)
{
    uint32_t first = 0;
    uint32_t end = ranges->live_count;

    while (first < end) {
        const uint32_t middle = first + (end - first) / 2;
        if (ranges->live[middle].from < dead->to) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return first != 0 && ranges->reach[first - 1] > dead->from;
}

static void make_holes(struct uvp_gltf_plan *plan, const struct ranges *ranges)
{
    uint64_t passed = 0; /* no hole begins before */
    uint64_t before = 0;

    for (uint32_t i = 0; i < ranges->dead_count; i++) {
        struct uvp_gltf_hole *const hole = &plan->holes[plan->hole_count];
        const struct range *const dead = &ranges->dead[i];

        hole->from = dead->from > passed ? dead->from : passed;
        if (dead->to < hole->from + STEP || is_live(ranges, dead)) {
            continue;
        }
        hole->to = hole->from + (dead->to - hole->from) / STEP * STEP;
        hole->before = before;
        before += hole->to - hole->from;
        passed = hole->to;
        plan->hole_count++;
    }
    plan->base = (plan->gltf->bin_bytes - before + 3) / 4 * 4;
}

static void measure_reach(struct ranges *ranges)
{
    uint64_t reach = 0;

    for (uint32_t i = 0; i < ranges->live_count; i++) {
        reach = ranges->live[i].to > reach ? ranges->live[i].to : reach;
        ranges->reach[i] = reach;
    }
}

enum uvp_code uvp_gltf_plan_places(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = plan->gltf;
    const size_t most = 2 * (size_t)gltf->view_count;
    struct ranges ranges = {
        .live = UVP_ARENA_ARRAY(plan->arena, struct range, most),
        .reach = UVP_ARENA_ARRAY(plan->arena, uint64_t, most),
        .dead = UVP_ARENA_ARRAY(plan->arena, struct range, most),
    };

    plan->holes = UVP_ARENA_ARRAY(plan->arena, struct uvp_gltf_hole, most + 1);
    if (ranges.live == NULL || ranges.reach == NULL || ranges.dead == NULL ||
        plan->holes == NULL) {
        return uvp_fail_memory(err, most * (2 * sizeof(struct range) + sizeof *plan->holes));
    }
    if (plan->is_new_buffer || !find_ranges(gltf, &ranges)) {
        return UVP_OK;
    }
    UVP_TRY(uvp_stop_poll(gltf->stop, err));
    sort(ranges.live, ranges.live_count);
    sort(ranges.dead, ranges.dead_count);
    measure_reach(&ranges);
    make_holes(plan, &ranges);
    return UVP_OK;
}

unsigned char *uvp_gltf_write_kept(const struct uvp_gltf_plan *plan, unsigned char *to)
{
    const struct uvp_gltf *const gltf = plan->gltf;
    const unsigned char *const from = gltf->file.data + gltf->bin_at;
    uint64_t at = 0;

    for (uint32_t i = 0; i <= plan->hole_count; i++) {
        const uint64_t end = i == plan->hole_count ? gltf->bin_bytes : plan->holes[i].from;
        memcpy(to, from + at, (size_t)(end - at));
        to += end - at;
        at = i == plan->hole_count ? end : plan->holes[i].to;
    }
    return to;
}
