#include "stages/unwrapper/picture/svg.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/picture/contour.h"
#include "stages/unwrapper/picture/legend.h"
#include "stages/unwrapper/picture/palette.h"
#include "stages/unwrapper/picture/ramp.h"
#include "stages/unwrapper/picture/rank.h"
#include "stages/unwrapper/picture/svg_text.h"

#define PANELS_MOST 64
#define LEVELS 48 /* of the map: triangles of one level are one path */
#define GRID_LINES 8
#define EDGES_PER_POLL UINT32_C(16384)
#define LETTER_EM 1.38F /* of a font's size, in heights of a capital */

struct writing {
    const struct uvp_svg *svg;
    const struct uvp_layout *layout;
    const struct uvp_picture_options *options;
    struct uvp_svg_text text;
    struct uvp_arena *scratch;
    struct uvp_stop *stop;
    int64_t at[2]; /* of the pen */
};

static int64_t hundredths(double pixels)
{
    return (int64_t)floor(pixels * UVP_SVG_UNIT + 0.5);
}

static void add_frame(struct writing *writing, struct uvp_frame frame)
{
    struct uvp_svg_text *const text = &writing->text;

    uvp_svg_add_attribute(text, "x", (int64_t)frame.left * UVP_SVG_UNIT);
    uvp_svg_add_attribute(text, "y", (int64_t)frame.top * UVP_SVG_UNIT);
    uvp_svg_add_attribute(text, "width", (int64_t)frame.width * UVP_SVG_UNIT);
    uvp_svg_add_attribute(text, "height", (int64_t)frame.height * UVP_SVG_UNIT);
}

static void add_fill(struct writing *writing, struct uvp_colour colour)
{
    uvp_svg_add(&writing->text, " fill=\"");
    uvp_svg_add_colour(&writing->text, colour);
    uvp_svg_add(&writing->text, "\"");
}

static void add_stroke(struct writing *writing, struct uvp_colour colour, float thick)
{
    uvp_svg_add(&writing->text, " stroke=\"");
    uvp_svg_add_colour(&writing->text, colour);
    uvp_svg_add(&writing->text, "\"");
    uvp_svg_add_attribute(&writing->text, "stroke-width", hundredths((double)thick));
}

/* ---- paths ---- */

static void find_place(const struct writing *writing, const struct uvp_subject *subject,
                       uint32_t corner, int64_t at[2])
{
    double place[2];

    uvp_layout_place(writing->layout,
                     uvp_parts_uv(subject->mesh, corner / 3, (int)(corner % 3)), place);
    at[0] = hundredths(place[0]);
    at[1] = hundredths(place[1]);
}

static void move_to(struct writing *writing, const int64_t at[2])
{
    uvp_svg_add(&writing->text, "M");
    uvp_svg_add_number(&writing->text, at[0]);
    uvp_svg_add_next(&writing->text, at[1]);
    memcpy(writing->at, at, sizeof writing->at);
}

/* `is_first`: of a row of lines. Steps that round to nothing are left out. */
static bool line_to(struct writing *writing, const int64_t at[2], bool is_first)
{
    const int64_t step[2] = {at[0] - writing->at[0], at[1] - writing->at[1]};

    if (step[0] == 0 && step[1] == 0) {
        return false;
    }
    if (is_first) {
        uvp_svg_add(&writing->text, "l");
        uvp_svg_add_number(&writing->text, step[0]);
    } else {
        uvp_svg_add_next(&writing->text, step[0]);
    }
    uvp_svg_add_next(&writing->text, step[1]);
    memcpy(writing->at, at, sizeof writing->at);
    return true;
}

/* ---- the page ---- */

static void add_grid(struct writing *writing, struct uvp_frame tile)
{
    struct uvp_svg_text *const text = &writing->text;

    uvp_svg_add(text, "<path d=\"");
    for (int i = 1; i < GRID_LINES; i++) {
        const int64_t step = (int64_t)tile.width * UVP_SVG_UNIT * i / GRID_LINES;
        const int64_t left = (int64_t)tile.left * UVP_SVG_UNIT;
        const int64_t top = (int64_t)tile.top * UVP_SVG_UNIT;

        move_to(writing, (const int64_t[2]){left + step, top});
        uvp_svg_add(text, "v");
        uvp_svg_add_number(text, (int64_t)tile.height * UVP_SVG_UNIT);
        move_to(writing, (const int64_t[2]){left, top + step});
        uvp_svg_add(text, "h");
        uvp_svg_add_number(text, (int64_t)tile.width * UVP_SVG_UNIT);
    }
    uvp_svg_add(text, "\"");
    add_stroke(writing, uvp_colour_of(UVP_PAGE_GRID), 1);
    uvp_svg_add(text, "/>\n");
}

static void add_page(struct writing *writing)
{
    const struct uvp_layout *const layout = writing->layout;

    for (int32_t i = 0; i < layout->rows * layout->columns; i++) {
        const struct uvp_frame tile = {i % layout->columns * layout->tile,
                                       i / layout->columns * layout->tile, layout->tile,
                                       layout->tile};

        uvp_svg_add(&writing->text, "<rect");
        add_frame(writing, tile);
        if (writing->options->is_clear) {
            uvp_svg_add(&writing->text, " fill=\"none\"");
        } else {
            add_fill(writing, uvp_colour_of(UVP_PAGE));
        }
        add_stroke(writing, uvp_colour_of(UVP_PAGE_EDGE), 1);
        uvp_svg_add(&writing->text, "/>\n");
        if (layout->tile >= 16 * GRID_LINES) {
            add_grid(writing, tile);
        }
    }
}

/* ---- charts ---- */

static void add_chart_fill(struct writing *writing, const struct uvp_subject *subject,
                           uint32_t t)
{
    if (uvp_ramp_scale(writing->options->colour) != NULL) {
        uvp_svg_add(&writing->text, " fill=\"none\""); /* its triangles are there already */
    } else if (writing->options->colour == UVP_PICTURE_CHECKER) {
        uvp_svg_add(&writing->text, " fill=\"url(#checker)\"");
    } else {
        add_fill(writing, uvp_subject_colour(subject, writing->options, t));
    }
}

/* The loops of one chart, from edge `first` of the contour; returns where the next begins. */
static uint32_t add_chart(struct writing *writing, const struct uvp_subject *subject,
                          const struct uvp_contour *contour, uint32_t first)
{
    const uint32_t chart = subject->parts.chart[contour->edge[first] / 3];
    uint32_t i = first;
    bool is_first = true;

    uvp_svg_add(&writing->text, "<path d=\"");
    for (; i < contour->count && subject->parts.chart[contour->edge[i] / 3] == chart; i++) {
        int64_t at[2];

        find_place(writing, subject, contour->edge[i], at);
        if (contour->begins[i]) {
            uvp_svg_add(&writing->text, i == first ? "" : "z");
            move_to(writing, at);
            is_first = true;
        } else {
            is_first = !line_to(writing, at, is_first) && is_first;
        }
    }
    uvp_svg_add(&writing->text, "z\"");
    add_chart_fill(writing, subject, contour->edge[first] / 3);
    uvp_svg_add(&writing->text, "/>\n");
    return i;
}

static enum uvp_code add_charts(struct writing *writing, const struct uvp_subject *subject,
                                struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(writing->scratch);
    struct uvp_contour contour;
    uint32_t polled = 0;

    UVP_TRY(uvp_contour_walk(&subject->parts, writing->scratch, writing->stop, &contour, err));
    uvp_svg_add(&writing->text,
                "<g fill-opacity=\".88\" fill-rule=\"evenodd\" stroke-linejoin=\"round\"");
    if (!writing->options->no_seams) {
        add_stroke(writing, uvp_colour_of(UVP_INK),
                   uvp_layout_thickness(writing->layout, subject));
    }
    uvp_svg_add(&writing->text, ">\n");
    for (uint32_t i = 0; i < contour.count && writing->text.code == UVP_OK;) {
        if (i >= polled) {
            UVP_TRY(uvp_stop_poll(writing->stop, err));
            polled = i + EDGES_PER_POLL;
        }
        if (uvp_layout_shows(writing->layout, subject, contour.edge[i] / 3)) {
            i = add_chart(writing, subject, &contour, i);
        } else {
            i++;
        }
    }
    uvp_svg_add(&writing->text, "</g>\n");
    uvp_arena_rewind(writing->scratch, mark);
    return writing->text.code;
}

/* ---- triangles: by number, and those that are turned ---- */

static void add_triangle(struct writing *writing, const struct uvp_subject *subject, uint32_t t)
{
    int64_t at[2];
    bool is_first = true;

    find_place(writing, subject, 3 * t, at);
    move_to(writing, at);
    for (uint32_t k = 1; k < 3; k++) {
        find_place(writing, subject, 3 * t + k, at);
        is_first = !line_to(writing, at, is_first) && is_first;
    }
    uvp_svg_add(&writing->text, "z");
}

static uint32_t level_of(const struct writing *writing, const struct uvp_subject *subject,
                         uint32_t t)
{
    const float place = uvp_ramp_place(writing->options->colour, subject->distort.value[t]);

    return (uint32_t)(place * (LEVELS - 1) + 0.5F);
}

/* A path for each level; a thin line of its colour closes the cracks that viewers leave. */
static enum uvp_code add_levels(struct writing *writing, const struct uvp_subject *subject,
                                struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(writing->scratch);
    const uint32_t triangles = subject->mesh->triangle_count;
    struct uvp_rank_row *const rows =
        UVP_ARENA_ARRAY(writing->scratch, struct uvp_rank_row, triangles);
    uint32_t count = 0;

    if (rows == NULL) {
        return uvp_fail_memory(err, sizeof *rows * triangles);
    }
    for (uint32_t t = 0; t < triangles; t++) {
        if (uvp_layout_shows(writing->layout, subject, t) &&
            isfinite(subject->distort.value[t])) { /* others have no area on the page */
            rows[count++] = (struct uvp_rank_row){level_of(writing, subject, t), t};
        }
    }
    UVP_TRY(uvp_rank_sort(rows, count, writing->scratch, writing->stop, err));
    for (uint32_t i = 0; i < count && writing->text.code == UVP_OK; i++) {
        if (i % EDGES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(writing->stop, err));
        }
        if (i == 0 || rows[i].key != rows[i - 1].key) {
            const struct uvp_colour colour =
                uvp_ramp_colour(writing->options->colour, (float)rows[i].key / (LEVELS - 1));
            uvp_svg_add(&writing->text, i == 0 ? "<path" : "\"/>\n<path");
            add_fill(writing, colour);
            add_stroke(writing, colour, 0.5F);
            uvp_svg_add(&writing->text, " stroke-linejoin=\"round\" d=\"");
        }
        add_triangle(writing, subject, rows[i].item);
    }
    uvp_svg_add(&writing->text, count == 0 ? "" : "\"/>\n");
    uvp_arena_rewind(writing->scratch, mark);
    return writing->text.code;
}

static enum uvp_code add_turned(struct writing *writing, const struct uvp_subject *subject,
                                struct uvp_error *err)
{
    if (subject->parts.turned_count == 0) {
        return UVP_OK;
    }
    uvp_svg_add(&writing->text, "<path fill=\"url(#turned)\" d=\"");
    for (uint32_t t = 0; t < subject->mesh->triangle_count; t++) {
        if (t % EDGES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(writing->stop, err));
        }
        if (subject->parts.turned[t] && uvp_layout_shows(writing->layout, subject, t)) {
            add_triangle(writing, subject, t);
        }
    }
    uvp_svg_add(&writing->text, "\"/>\n");
    return writing->text.code;
}

/* ---- what is defined before, and written below ---- */

static void add_definitions(struct writing *writing)
{
    struct uvp_svg_text *const text = &writing->text;
    const int64_t square =
        (int64_t)writing->layout->tile * UVP_SVG_UNIT / (int64_t)writing->options->checker;
    const struct uvp_colour light = uvp_colour_of(0xf6f4ee);

    uvp_svg_add(text, "<defs>\n<pattern id=\"turned\" width=\"8\" height=\"8\" "
                      "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                      "<rect width=\"4\" height=\"8\"");
    add_fill(writing, uvp_colour_of(UVP_WARNING));
    uvp_svg_add(text, "/></pattern>\n");
    if (writing->options->colour == UVP_PICTURE_CHECKER) {
        uvp_svg_add(text, "<pattern id=\"checker\" patternUnits=\"userSpaceOnUse\"");
        uvp_svg_add_attribute(text, "width", 2 * square);
        uvp_svg_add_attribute(text, "height", 2 * square);
        uvp_svg_add(text, "><rect width=\"100%\" height=\"100%\"");
        add_fill(writing, light);
        uvp_svg_add(text, "/><path d=\"M0 0h");
        uvp_svg_add_number(text, square);
        uvp_svg_add(text, "v");
        uvp_svg_add_number(text, 2 * square);
        uvp_svg_add(text, "h");
        uvp_svg_add_number(text, square);
        uvp_svg_add(text, "v");
        uvp_svg_add_number(text, -square);
        uvp_svg_add(text, "H0z\"");
        add_fill(writing, uvp_colour_of(0x55759c));
        uvp_svg_add(text, "/></pattern>\n");
    }
    uvp_svg_add(text, "</defs>\n");
}

static void add_words(struct writing *writing, double left, double base, float letter,
                      const char *more, struct uvp_span words)
{
    struct uvp_svg_text *const text = &writing->text;

    uvp_svg_add(text, "<text");
    uvp_svg_add_attribute(text, "x", hundredths(left));
    uvp_svg_add_attribute(text, "y", hundredths(base));
    uvp_svg_add_attribute(text, "font-size", hundredths((double)(letter * LETTER_EM)));
    add_fill(writing, writing->svg->ink);
    uvp_svg_add(text, more);
    uvp_svg_add(text, ">");
    uvp_svg_add_name(text, words);
    uvp_svg_add(text, "</text>\n");
}

static void add_legend(struct writing *writing)
{
    const struct uvp_ramp_scale *const scale = uvp_ramp_scale(writing->options->colour);
    const float letter = writing->svg->letter;
    const int32_t side = (int32_t)writing->options->side;
    const int32_t width = side / 3;
    const struct uvp_frame bar = {side - side / 28 - (int32_t)letter - width, side, width,
                                  (int32_t)(letter * 1.1F)};

    if (scale == NULL) {
        return;
    }
    for (int i = 0; i < LEVELS; i++) {
        const struct uvp_frame step = {bar.left + width * i / LEVELS, bar.top,
                                       width * (i + 1) / LEVELS - width * i / LEVELS,
                                       bar.height};
        uvp_svg_add(&writing->text, "<rect shape-rendering=\"crispEdges\"");
        add_frame(writing, step);
        add_fill(writing, uvp_ramp_colour(writing->options->colour, (float)i / (LEVELS - 1)));
        uvp_svg_add(&writing->text, "/>\n");
    }
    add_words(writing, bar.left - (double)letter, bar.top + bar.height, letter,
              " text-anchor=\"end\"", uvp_span_of_text(scale->name));
    for (int i = 0; i < UVP_RAMP_TICKS; i++) {
        add_words(writing, bar.left + (double)scale->ticks[i].at * width,
                  bar.top + bar.height + (double)letter * 1.45, letter * 0.85F,
                  " text-anchor=\"middle\"", uvp_span_of_text(scale->ticks[i].text));
    }
}

static void add_strip(struct writing *writing)
{
    const double side = writing->options->side;
    const float letter = writing->svg->letter;
    char words[UVP_LEGEND_WORDS_BYTES];

    if (writing->options->no_text) {
        return;
    }
    uvp_svg_add(&writing->text, "<g font-family=\"sans-serif\">\n");
    add_words(writing, side / 28, side + (double)letter * 1.05, letter, "",
              writing->svg->title);
    uvp_legend_words(writing->svg->subjects, words);
    add_words(writing, side / 28, side + (double)letter * 2.75, letter * 0.8F,
              " fill-opacity=\".7\"", uvp_span_of_text(words));
    add_legend(writing);
    uvp_svg_add(&writing->text, "</g>\n");
}

static void add_numbers(struct writing *writing)
{
    const struct uvp_layout *const layout = writing->layout;
    const float size = fmaxf((float)layout->tile / 28, 8);
    char number[UVP_LAYOUT_NUMBER_BYTES];

    for (int32_t i = 0; i < layout->rows * layout->columns; i++) {
        const int32_t row = i / layout->columns;
        const int32_t column = i % layout->columns;

        if (!writing->options->no_text && uvp_layout_number(layout, column, row, number)) {
            add_words(writing, column * layout->tile + (double)size,
                      (layout->rows - row) * layout->tile - (double)size, size,
                      " font-family=\"sans-serif\" fill-opacity=\".6\"",
                      uvp_span_of_text(number));
        }
    }
}

/* ---- all of it ---- */

static enum uvp_code add_panel(struct writing *writing, const struct uvp_subject *subject,
                               uint32_t panel, struct uvp_error *err)
{
    const struct uvp_frame frame = uvp_layout_panel(writing->layout, panel);

    uvp_svg_add(&writing->text, "<g transform=\"translate(");
    uvp_svg_add_number(&writing->text, (int64_t)frame.left * UVP_SVG_UNIT);
    uvp_svg_add_next(&writing->text, (int64_t)frame.top * UVP_SVG_UNIT);
    uvp_svg_add(&writing->text, ")\">\n");
    add_page(writing);
    if (uvp_ramp_scale(writing->options->colour) != NULL) {
        UVP_TRY(add_levels(writing, subject, err));
    }
    UVP_TRY(add_charts(writing, subject, err));
    UVP_TRY(add_turned(writing, subject, err));
    add_numbers(writing);
    uvp_svg_add(&writing->text, "</g>\n");
    return writing->text.code;
}

static void add_head(struct writing *writing)
{
    struct uvp_svg_text *const text = &writing->text;
    const int32_t side = (int32_t)writing->options->side;
    const int32_t height = (int32_t)writing->svg->height;

    uvp_svg_add(text, "<svg xmlns=\"http://www.w3.org/2000/svg\"");
    uvp_svg_add_attribute(text, "width", (int64_t)side * UVP_SVG_UNIT);
    uvp_svg_add_attribute(text, "height", (int64_t)height * UVP_SVG_UNIT);
    uvp_svg_add(text, " viewBox=\"0 0 ");
    uvp_svg_add_number(text, (int64_t)side * UVP_SVG_UNIT);
    uvp_svg_add_next(text, (int64_t)height * UVP_SVG_UNIT);
    uvp_svg_add(text, "\">\n<title>");
    uvp_svg_add_name(text, writing->svg->title);
    uvp_svg_add(text, "</title>\n");
    if (!writing->options->is_clear) {
        uvp_svg_add(text, "<rect width=\"100%\" height=\"100%\"");
        add_fill(writing, writing->svg->background);
        uvp_svg_add(text, "/>\n");
    }
}

enum uvp_code uvp_svg_write(const struct uvp_svg *svg, const struct uvp_layout *layout,
                            struct uvp_arena *scratch, struct uvp_stop *stop,
                            struct uvp_buf *out, struct uvp_error *err)
{
    struct writing writing = {.svg = svg,
                              .layout = layout,
                              .options = svg->subjects->options,
                              .text = {.out = out, .err = err},
                              .scratch = scratch,
                              .stop = stop};
    uint32_t panel = 0;

    add_head(&writing);
    add_definitions(&writing);
    for (uint32_t i = 0; i < svg->subjects->count && panel < PANELS_MOST; i++) {
        if (svg->subjects->all[i].parts.chart_count != 0) {
            UVP_TRY(add_panel(&writing, &svg->subjects->all[i], panel++, err));
        }
    }
    add_strip(&writing);
    uvp_svg_add(&writing.text, "</svg>\n");
    return writing.text.code;
}
