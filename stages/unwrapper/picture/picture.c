/*
 * The composition: the page at the left, the mesh at the right or alone, and below them a strip
 * with a name, a few numbers and the legend.
 */
#include "stages/unwrapper/picture/picture.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/picture/layout.h"
#include "stages/unwrapper/picture/legend.h"
#include "stages/unwrapper/picture/lettering.h"
#include "stages/unwrapper/picture/palette.h"
#include "stages/unwrapper/picture/png_file.h"
#include "stages/unwrapper/picture/ramp.h"
#include "stages/unwrapper/picture/scene.h"
#include "stages/unwrapper/picture/svg.h"

#define STRIP_PART 15 /* of the side */
#define LETTER_PART 82.0F
#define LETTER_LEAST 7.0F
#define TEXT_LEAST_SIDE 160 /* smaller pictures have no room for words */
#define DARK 110            /* of 255: letters on what is darker are light */

const char *uvp_picture_colour_name(enum uvp_picture_colour colour)
{
    static const char *const names[UVP_PICTURE_COLOUR_COUNT] = {"charts", "stretch", "angle",
                                                                "area",   "checker", "plain"};

    return (unsigned)colour < UVP_PICTURE_COLOUR_COUNT ? names[colour] : "unknown";
}

/* Everything one picture is made of. */
struct plan {
    struct uvp_picture_options options;
    struct uvp_subjects subjects;
    struct uvp_span title;
    bool has_layout;
    bool has_mesh;
    uint32_t width;
    uint32_t height; /* with the strip */
    uint32_t strip;
    struct uvp_colour background;
};

static void fill_options(struct plan *plan, const struct uvp_picture_options *options)
{
    struct uvp_picture_options *const own = &plan->options;

    *own = *options;
    own->side = own->side == 0 ? UVP_PICTURE_SIDE_USUAL : own->side;
    own->checker = own->checker == 0 ? UVP_PICTURE_CHECKER_USUAL : own->checker;
    own->views = own->views == 0 ? 3 : own->views;
    own->no_text = own->no_text || own->side < TEXT_LEAST_SIDE;
    plan->background = uvp_colour_of(0xffffff);
    if (own->has_background && !own->is_clear) {
        plan->background =
            (struct uvp_colour){own->background[0], own->background[1], own->background[2]};
    }
    plan->subjects.options = own;
}

/* What is shown, from what was asked for and what is there. */
static enum uvp_code choose_parts(struct plan *plan, struct uvp_error *err)
{
    const enum uvp_picture_what what = plan->options.what;
    const bool is_mapped = plan->subjects.mapped != 0;

    plan->has_layout = what == UVP_PICTURE_LAYOUT || what == UVP_PICTURE_BOTH ||
                       (what == UVP_PICTURE_AUTO && (is_mapped || plan->options.is_svg));
    plan->has_mesh = !plan->options.is_svg && what != UVP_PICTURE_LAYOUT;
    if (plan->has_layout && !is_mapped) {
        return uvp_fail(err, UVP_USAGE, 0,
                        "has no UVs to lay out: --unwrap-missing makes them, --what mesh draws "
                        "the mesh alone");
    }
    plan->strip = plan->options.no_text ? 0 : plan->options.side / STRIP_PART;
    plan->width = plan->options.side * (plan->has_layout && plan->has_mesh ? 2 : 1);
    plan->height = plan->options.side + plan->strip;
    return UVP_OK;
}

/* ---- the strip ---- */

static struct uvp_colour ink_on(struct uvp_colour ground)
{
    const uint32_t light = (ground.r * 3U + ground.g * 6U + ground.b) / 10;

    return uvp_colour_of(light < DARK ? UVP_INK_LIGHT : UVP_INK);
}

static float letter_size(const struct plan *plan)
{
    return fmaxf((float)plan->options.side / LETTER_PART, LETTER_LEAST);
}

/* A bar of the map with its numbers, at the right of the strip; returns where it begins. */
static float draw_legend(const struct plan *plan, struct uvp_stroke_mask *mask,
                         struct uvp_canvas *canvas, float margin)
{
    const struct uvp_ramp_scale *const scale = uvp_ramp_scale(plan->options.colour);
    const float size = letter_size(plan);
    const int32_t width = (int32_t)(plan->options.side / 3);
    const int32_t height = (int32_t)(size * 1.1F);
    const int32_t left = (int32_t)plan->width - (int32_t)(margin + size) - width;
    const int32_t top = (int32_t)plan->options.side;
    const struct uvp_frame bar = {left, top, width, height};
    struct uvp_lettering name = {.base = (float)height, .size = size};

    if (scale == NULL || plan->subjects.charts == 0) {
        return (float)plan->width - margin;
    }
    for (int32_t x = 0; x < width; x++) {
        const struct uvp_frame column = {left + x, top, 1, height};
        uvp_canvas_fill(canvas, column,
                        uvp_ramp_colour(plan->options.colour, (float)x / (float)(width - 1)),
                        256);
    }
    uvp_canvas_outline(canvas, bar, 1, uvp_colour_of(UVP_PAGE_EDGE), 256);
    for (int i = 0; i < UVP_RAMP_TICKS; i++) {
        const struct uvp_span text = uvp_span_of_text(scale->ticks[i].text);
        const float at = (float)left + scale->ticks[i].at * (float)width;
        const struct uvp_lettering lettering = {
            .text = text,
            .left = at - uvp_lettering_width(text, size * 0.85F) / 2,
            .base = (float)height + size * 1.45F,
            .size = size * 0.85F,
        };
        uvp_lettering_add(mask, &lettering);
    }
    name.text = uvp_span_of_text(scale->name);
    name.left = (float)left - size - uvp_lettering_width(name.text, size);
    uvp_lettering_add(mask, &name);
    return name.left - size;
}

static enum uvp_code draw_strip(const struct plan *plan, struct uvp_canvas *canvas,
                                struct uvp_arena *scratch, struct uvp_error *err)
{
    const float size = letter_size(plan);
    const float margin = (float)plan->options.side / 28;
    char words[UVP_LEGEND_WORDS_BYTES];
    struct uvp_lettering lettering = {.left = margin, .base = size * 1.05F, .size = size};
    struct uvp_stroke_mask mask;
    float right;

    if (plan->strip == 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_stroke_init(&mask, (int32_t)plan->width, (int32_t)plan->strip, scratch, err));
    right = draw_legend(plan, &mask, canvas, margin);
    lettering.text = plan->title;
    lettering.text.bytes = uvp_lettering_fitting(plan->title, size, right - margin);
    uvp_lettering_add(&mask, &lettering);
    uvp_stroke_lay(&mask, canvas, 0, (int32_t)plan->options.side, ink_on(plan->background),
                   256);
    uvp_stroke_begin(&mask, 0);
    uvp_legend_words(&plan->subjects, words);
    lettering.size = size * 0.8F;
    lettering.base = size * 2.75F;
    lettering.text = uvp_span_of_text(words);
    lettering.text.bytes =
        uvp_lettering_fitting(lettering.text, lettering.size, right - margin);
    uvp_lettering_add(&mask, &lettering);
    uvp_stroke_lay(&mask, canvas, 0, (int32_t)plan->options.side, ink_on(plan->background),
                   176);
    return UVP_OK;
}

/* ---- all of it ---- */

static enum uvp_code draw_png(struct plan *plan, struct uvp_arena *scratch,
                              struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    const int32_t side = (int32_t)plan->options.side;
    const struct uvp_frame left = {0, 0, side, side};
    const struct uvp_frame right = {plan->has_layout ? side : 0, 0, side, side};
    struct uvp_canvas canvas;
    struct uvp_layout layout;
    struct uvp_arena_mark mark;
    enum uvp_code code = UVP_OK;

    UVP_TRY(uvp_canvas_init(&canvas, plan->width, plan->height, plan->background,
                            plan->options.is_clear, scratch, err));
    mark = uvp_arena_mark(scratch);
    if (plan->has_layout) {
        uvp_layout_fit(&plan->subjects, left, &layout);
        code = uvp_layout_draw(&layout, &plan->subjects, &canvas, scratch, stop, err);
        uvp_arena_rewind(scratch, mark);
    }
    if (plan->has_mesh && code == UVP_OK) {
        code = uvp_scene_draw(&plan->subjects, right, &canvas, scratch, stop, err);
        uvp_arena_rewind(scratch, mark);
    }
    if (code == UVP_OK) {
        code = draw_strip(plan, &canvas, scratch, err);
    }
    return code == UVP_OK ? uvp_png_write(&canvas, plan->options.is_clear, out, err) : code;
}

static enum uvp_code draw_svg(struct plan *plan, struct uvp_arena *scratch,
                              struct uvp_stop *stop, struct uvp_buf *out, struct uvp_error *err)
{
    const int32_t side = (int32_t)plan->options.side;
    const struct uvp_frame frame = {0, 0, side, side};
    const struct uvp_svg svg = {
        .subjects = &plan->subjects,
        .title = plan->title,
        .height = plan->height,
        .letter = letter_size(plan),
        .background = plan->background,
        .ink = ink_on(plan->background),
    };
    struct uvp_layout layout;

    uvp_layout_fit(&plan->subjects, frame, &layout);
    return uvp_svg_write(&svg, &layout, scratch, stop, out, err);
}

static enum uvp_code draw_all(struct plan *plan, const struct uvp_picture_mesh *meshes,
                              uint32_t count, struct uvp_arena *scratch, struct uvp_stop *stop,
                              struct uvp_buf *out, struct uvp_error *err)
{
    UVP_TRY(
        uvp_subjects_make(meshes, count, &plan->options, scratch, stop, &plan->subjects, err));
    UVP_TRY(choose_parts(plan, err));
    return plan->options.is_svg ? draw_svg(plan, scratch, stop, out, err)
                                : draw_png(plan, scratch, stop, out, err);
}

enum uvp_code uvp_picture_draw(const struct uvp_picture_mesh *meshes, uint32_t mesh_count,
                               struct uvp_span title, const struct uvp_picture_options *options,
                               struct uvp_arena *scratch, struct uvp_stop *stop,
                               struct uvp_buf *out, struct uvp_picture_facts *facts,
                               struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    struct plan plan;
    enum uvp_code code;

    memset(&plan, 0, sizeof plan);
    plan.title = title;
    fill_options(&plan, options);
    code = draw_all(&plan, meshes, mesh_count, scratch, stop, out, err);
    uvp_arena_rewind(scratch, mark);
    *facts = (struct uvp_picture_facts){
        .width = plan.width,
        .height = plan.height,
        .charts = plan.subjects.charts,
        .triangles = plan.subjects.triangles,
        .flipped = plan.subjects.turned,
        .has_layout = plan.has_layout,
        .has_mesh = plan.has_mesh,
    };
    return code;
}
