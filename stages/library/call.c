#include "stages/library/call.h"

#include <stdatomic.h>
#include <string.h>

#include "pipeline/base/clock.h"

/* As the command line has them. */
#define LEAST_RESOLUTION 16U
#define MOST_RESOLUTION 65536U
#define USUAL_RESOLUTION 1024U
#define MOST_PAGES 1000U
#define MOST_PACK_EFFORT 1000U
#define LEAST_STRETCH 1.001F
#define MOST_STRETCH 100.0F
#define MOST_DENSITY 1e9F
#define MOST_DEGREES 180.0F
#define PADDING_SHARE 8.0F            /* of the page's side: more leaves no room for charts */
#define TOUCHING_TEXELS (1.0F / 1024) /* 0 means the default to the engine */

/* ---- structs of the caller ---- */

enum uvp_code uvp_call_read(void *to, size_t to_bytes, const void *from, const char *name,
                            struct uvp_error *err)
{
    const unsigned char *const bytes = from;
    size_t count = 0;

    memset(to, 0, to_bytes);
    if (from == NULL) {
        return UVP_OK;
    }
    memcpy(&count, from, sizeof count);
    if (count < sizeof count) {
        return uvp_fail(err, UVP_USAGE, 0, "%s.struct_bytes is not set", name);
    }
    for (size_t i = to_bytes; i < count; i++) {
        if (bytes[i] != 0) {
            return uvp_fail(err, UVP_USAGE, i, "%s asks for what this library does not know",
                            name);
        }
    }
    memcpy(to, from, count < to_bytes ? count : to_bytes);
    return UVP_OK;
}

void uvp_call_fill(void *to, const void *from, size_t from_bytes)
{
    size_t count = 0;

    memcpy(&count, to, sizeof count);
    if (count > sizeof count) {
        memset((unsigned char *)to + sizeof count, 0, count - sizeof count);
        count = count < from_bytes ? count : from_bytes;
        memcpy((unsigned char *)to + sizeof count, (const unsigned char *)from + sizeof count,
               count - sizeof count);
    }
}

/* ---- a call ---- */

static uint64_t deadline_of(uint64_t timeout_ms)
{
    const uint64_t now = uvp_clock_now_ns();

    if (timeout_ms == 0) {
        return 0;
    }
    return timeout_ms > (UINT64_MAX - now) / UVP_NS_PER_MS ? UINT64_MAX
                                                           : now + timeout_ms * UVP_NS_PER_MS;
}

enum uvp_code uvp_call_begin(struct uvp_call *call, const struct uvp_limits *limits,
                             struct uvp_mem *mem, struct uvp_error *err)
{
    struct uvp_limits own;

    uvp_mem_init(mem, 0);
    uvp_arena_init(&call->keep, mem, 0);
    uvp_arena_init(&call->scratch, mem, 0);
    uvp_stop_init_child(&call->stop, NULL, 0, NULL); /* whatever follows, it can be ended */
    UVP_TRY(uvp_call_read(&own, sizeof own, limits, "limits", err));
    mem->limit_bytes = own.memory_bytes;
    uvp_stop_init_child(&call->stop, (const struct uvp_stop *)own.cancel,
                        deadline_of(own.timeout_ms), "time limit");
    return uvp_stop_poll(&call->stop, err);
}

void uvp_call_end(struct uvp_call *call)
{
    uvp_arena_release(&call->keep);
    uvp_arena_release(&call->scratch);
    uvp_stop_release(&call->stop);
}

enum uvp_code uvp_call_poll(struct uvp_call *call, uint32_t item, struct uvp_error *err)
{
    return item % UVP_CALL_ITEMS_PER_POLL == 0 ? uvp_stop_poll(&call->stop, err) : UVP_OK;
}

void *uvp_call_take_object(size_t bytes)
{
    struct uvp_mem mem;

    uvp_mem_init(&mem, 0);
    return uvp_mem_take_zeroed(&mem, bytes);
}

void uvp_call_give_object(void *object, size_t bytes)
{
    struct uvp_mem mem;

    uvp_mem_init(&mem, 0);
    if (object != NULL) {
        atomic_store(&mem.used_bytes, bytes);
        uvp_mem_give(&mem, object, bytes);
    }
}

/* ---- options ---- */

bool uvp_call_pages_fit(uint32_t pages)
{
    return (pages >= 1 && pages <= MOST_PAGES) || pages == UVP_PAGES_AUTO;
}

static enum uvp_code refuse(struct uvp_error *err, const char *field, const char *expected)
{
    return uvp_fail(err, UVP_USAGE, 0, "options.%s: expected %s, or 0", field, expected);
}

/* Zero is the default of every field. A NaN lies nowhere. */
static bool lies_within(float value, float least, float most)
{
    return value == 0 || (value >= least && value <= most);
}

static enum uvp_code judge_counts(const struct uvp_unwrap_options *own, struct uvp_error *err)
{
    if ((unsigned)own->preset > UVP_PRESET_BEST) {
        return refuse(err, "preset", "an enum uvp_preset");
    }
    if (own->resolution_texels != 0 && (own->resolution_texels < LEAST_RESOLUTION ||
                                        own->resolution_texels > MOST_RESOLUTION)) {
        return refuse(err, "resolution_texels", "a number from 16 to 65536");
    }
    if (own->pages != 0 && !uvp_call_pages_fit(own->pages)) {
        return refuse(err, "pages", "a number from 1 to 1000, UVP_PAGES_AUTO");
    }
    if (own->pack_effort > MOST_PACK_EFFORT) {
        return refuse(err, "pack_effort", "a number from 1 to 1000");
    }
    return UVP_OK;
}

static enum uvp_code judge_measures(const struct uvp_unwrap_options *own, struct uvp_error *err)
{
    const float side =
        (float)(own->resolution_texels != 0 ? own->resolution_texels : USUAL_RESOLUTION);

    if (!(own->padding_texels <= side / PADDING_SHARE)) {
        return refuse(err, "padding_texels", "at most an eighth of resolution_texels");
    }
    if (!lies_within(own->max_stretch, LEAST_STRETCH, MOST_STRETCH)) {
        return refuse(err, "max_stretch", "a number from 1.001 to 100");
    }
    if (!lies_within(own->texels_per_unit, 0, MOST_DENSITY)) {
        return refuse(err, "texels_per_unit", "a number above 0, to 1e9");
    }
    if (!lies_within(own->seam_degrees, 0, MOST_DEGREES)) {
        return refuse(err, "seam_degrees", "a number above 0, to 180");
    }
    if (own->pages == UVP_PAGES_AUTO && own->texels_per_unit == 0) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "options.pages: UVP_PAGES_AUTO needs texels_per_unit: without a "
                        "density one page holds everything");
    }
    return UVP_OK;
}

enum uvp_code uvp_call_atlas_options(const struct uvp_unwrap_options *options,
                                     struct uvp_atlas_options *atlas, struct uvp_error *err)
{
    static const enum uvp_atlas_preset presets[] = {
        [UVP_PRESET_BALANCED] = UVP_ATLAS_BALANCED,
        [UVP_PRESET_FAST] = UVP_ATLAS_FAST,
        [UVP_PRESET_BEST] = UVP_ATLAS_BEST,
    };
    struct uvp_unwrap_options own;

    UVP_TRY(uvp_call_read(&own, sizeof own, options, "options", err));
    UVP_TRY(judge_counts(&own, err));
    UVP_TRY(judge_measures(&own, err));
    *atlas = (struct uvp_atlas_options){
        .preset = presets[own.preset],
        .resolution_texels = own.resolution_texels,
        .padding_texels = own.padding_texels < 0 ? TOUCHING_TEXELS : own.padding_texels,
        .max_stretch = own.max_stretch,
        .texels_per_unit = own.texels_per_unit,
        .pages = own.pages,
        .pack_effort = own.pack_effort,
        .max_chart_triangles = own.max_chart_triangles,
        .seam_degrees = own.seam_degrees,
        .seam_groups = own.seam_materials,
        .whole_charts = own.whole_charts,
        .keep_charts = own.keep_charts,
        .fix_winding = own.fix_winding,
    };
    return UVP_OK;
}

void uvp_call_tell_stats(const struct uvp_atlas_stats *stats, uint32_t pages,
                         struct uvp_unwrap_stats *to)
{
    *to = (struct uvp_unwrap_stats){
        .struct_bytes = sizeof *to,
        .triangles = stats->triangles,
        .degenerate_triangles = stats->degenerate_triangles,
        .turned_triangles = stats->turned_triangles,
        .charts = stats->charts,
        .pages = pages,
        .stretch_max = stats->stretch_max,
        .stretch_mean = stats->stretch_mean,
        .packing_efficiency = stats->packing_efficiency,
        .seam_length = stats->seam_length,
        .density_reached = stats->density_reached,
    };
}
