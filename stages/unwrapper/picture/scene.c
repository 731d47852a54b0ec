/*
 * Each view is drawn in bands of rows: the samples of a band are all the memory it takes.
 * Points are projected anew for each triangle and band, which costs less than keeping them
 * would.
 */
#include "stages/unwrapper/picture/scene.h"

#include <math.h>
#include <string.h>

#include "stages/unwrapper/picture/camera.h"
#include "stages/unwrapper/picture/normals.h"
#include "stages/unwrapper/picture/palette.h"
#include "stages/unwrapper/picture/shade.h"
#include "stages/unwrapper/picture/zbuffer.h"

#define BAND_BYTES ((size_t)64 << 20)
#define TRIANGLES_PER_POLL UINT32_C(16384)
#define LINE_PART 640.0F /* of the frame's width */
#define LINE_LEAST 0.3F
#define INK_SHARE 0.10F
#define LINE_COVER 200
#define FRONT_BIAS 1.0004F /* where two sides of a sheet coincide, its front is seen */
#define STEPS_A_PIXEL (UVP_ZBUFFER_SAMPLES * UVP_ZBUFFER_UNIT)

struct scene {
    const struct uvp_subjects *subjects;
    float **normals; /* of each subject; NULL: flat */
    struct uvp_camera camera;
    struct uvp_shade light;
    struct uvp_frame frame;
    struct uvp_zbuffer zbuffer;
    struct uvp_canvas *canvas;
    struct uvp_stop *stop;
};

/* ---- triangles ---- */

/* Places a triangle; false when it cannot be seen in the band. */
static bool aim(const struct scene *scene, const struct uvp_picture_mesh *mesh, uint32_t t,
                struct uvp_ztriangle *triangle)
{
    const int32_t top = scene->zbuffer.top * UVP_ZBUFFER_UNIT;
    const int32_t bottom = top + scene->zbuffer.rows * UVP_ZBUFFER_UNIT;
    int above = 0;
    int below = 0;

    for (int k = 0; k < 3; k++) {
        float seen[3];

        uvp_camera_see(&scene->camera, uvp_parts_position(mesh, t, k), seen);
        if (!(seen[2] > 0)) {
            return false;
        }
        triangle->at[k][0] = (int32_t)floorf(seen[0] * STEPS_A_PIXEL + 0.5F);
        triangle->at[k][1] = (int32_t)floorf(seen[1] * STEPS_A_PIXEL + 0.5F);
        triangle->near[k] = seen[2];
        above += triangle->at[k][1] < top;
        below += triangle->at[k][1] > bottom;
    }
    return above != 3 && below != 3;
}

static float area_on_screen(const struct uvp_ztriangle *triangle)
{
    const int32_t(*const at)[2] = triangle->at;

    /* y points down, so what turns left is seen as positive with the sign changed */
    return -((float)(at[1][0] - at[0][0]) * (float)(at[2][1] - at[0][1]) -
             (float)(at[1][1] - at[0][1]) * (float)(at[2][0] - at[0][0]));
}

/* How much of the texture is still to be seen where squares get smaller than pixels. */
static float find_sharpness(const struct uvp_shade_triangle *shaded, float area)
{
    const float *const *const uv = shaded->uv;
    const float uv_area = fabsf((uv[1][0] - uv[0][0]) * (uv[2][1] - uv[0][1]) -
                                (uv[1][1] - uv[0][1]) * (uv[2][0] - uv[0][0]));
    const float pixels = fabsf(area) / ((float)STEPS_A_PIXEL * (float)STEPS_A_PIXEL);
    const float squares = uv_area * (float)shaded->checker * (float)shaded->checker;
    const float side = squares > 0 ? sqrtf(pixels / squares) : 8;

    return side >= 1.6F ? 1 : side <= 0.6F ? 0 : side - 0.6F;
}

static void dress(const struct scene *scene, const struct uvp_subject *subject,
                  const float *normals, uint32_t t, float area,
                  struct uvp_shade_triangle *shaded)
{
    const struct uvp_picture_options *const options = scene->subjects->options;
    float face[3];

    shaded->light = &scene->light;
    shaded->is_back = area < 0;
    shaded->uv[0] = NULL;
    uvp_shade_albedo(uvp_subject_colour(subject, options, t), shaded->albedo);
    if (normals != NULL) {
        memcpy(shaded->normal, normals + 9 * (size_t)t, sizeof shaded->normal);
    } else {
        uvp_normals_face(subject->mesh, t, face);
        for (int k = 0; k < 3; k++) {
            memcpy(shaded->normal[k], face, sizeof face);
        }
    }
    if (options->colour == UVP_PICTURE_CHECKER && subject->parts.chart[t] != UVP_PARTS_NONE) {
        shaded->checker = options->checker;
        for (int k = 0; k < 3; k++) {
            shaded->uv[k] = uvp_parts_uv(subject->mesh, t, k);
        }
        shaded->sharpness = find_sharpness(shaded, area);
    }
}

static enum uvp_code draw_triangles(struct scene *scene, uint32_t number, struct uvp_error *err)
{
    const struct uvp_subject *const subject = &scene->subjects->all[number];
    struct uvp_shade_triangle shaded;
    struct uvp_ztriangle triangle = {.shade = uvp_shade_sample, .ctx = &shaded};
    float area;

    for (uint32_t t = 0; t < subject->mesh->triangle_count; t++) {
        if (t % TRIANGLES_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(scene->stop, err));
        }
        if (!aim(scene, subject->mesh, t, &triangle)) {
            continue;
        }
        area = area_on_screen(&triangle);
        for (int k = 0; k < 3 && area > 0; k++) {
            triangle.near[k] *= FRONT_BIAS;
        }
        dress(scene, subject, scene->normals[number], t, area, &shaded);
        UVP_TRY(uvp_zbuffer_triangle(&scene->zbuffer, &triangle, err));
    }
    return UVP_OK;
}

/* ---- lines where charts end ---- */

static bool aim_line(const struct scene *scene, const struct uvp_subject *subject, uint32_t i,
                     struct uvp_zline *line)
{
    const uint32_t t = subject->parts.border[i] / 3;
    const int first = (int)(subject->parts.border[i] % 3);

    for (int end = 0; end < 2; end++) {
        float seen[3];

        uvp_camera_see(&scene->camera, uvp_parts_position(subject->mesh, t, (first + end) % 3),
                       seen);
        if (!(seen[2] > 0)) {
            return false;
        }
        line->at[end][0] = seen[0] * UVP_ZBUFFER_SAMPLES;
        line->at[end][1] = seen[1] * UVP_ZBUFFER_SAMPLES;
        line->near[end] = seen[2];
    }
    return true;
}

/* In samples; thinner where lines would hide what they are drawn on. */
static float find_thickness(const struct scene *scene)
{
    const float usual = fmaxf((float)scene->frame.width / LINE_PART, 1);
    double length = 0;
    float fitting;

    for (uint32_t number = 0; number < scene->subjects->count; number++) {
        const struct uvp_subject *const subject = &scene->subjects->all[number];
        for (uint32_t i = 0; i < subject->parts.border_count; i++) {
            struct uvp_zline line;
            if (aim_line(scene, subject, i, &line)) {
                const float dx = (line.at[1][0] - line.at[0][0]) / UVP_ZBUFFER_SAMPLES;
                const float dy = (line.at[1][1] - line.at[0][1]) / UVP_ZBUFFER_SAMPLES;
                length += (double)sqrtf(dx * dx + dy * dy);
            }
        }
    }
    fitting =
        (float)((double)INK_SHARE * scene->frame.width * scene->frame.height / fmax(length, 1));
    fitting = fitting < LINE_LEAST ? LINE_LEAST : fitting < usual ? fitting : usual;
    return fitting * UVP_ZBUFFER_SAMPLES;
}

static enum uvp_code draw_lines(struct scene *scene, uint32_t number, float thick,
                                struct uvp_error *err)
{
    const struct uvp_subject *const subject = &scene->subjects->all[number];
    struct uvp_zline line = {.thick = thick, .colour = UVP_INK, .cover = LINE_COVER};

    for (uint32_t i = 0; i < subject->parts.border_count; i++) {
        if (aim_line(scene, subject, i, &line)) {
            UVP_TRY(uvp_zbuffer_line(&scene->zbuffer, &line, err));
        }
    }
    return UVP_OK;
}

/* ---- views ---- */

static enum uvp_code draw_band(struct scene *scene, float thick, struct uvp_error *err)
{
    for (uint32_t i = 0; i < scene->subjects->count; i++) {
        UVP_TRY(draw_triangles(scene, i, err));
    }
    for (uint32_t i = 0; i < scene->subjects->count && thick > 0; i++) {
        UVP_TRY(draw_lines(scene, i, thick, err));
    }
    uvp_zbuffer_resolve(&scene->zbuffer, scene->canvas, scene->frame.left, scene->frame.top);
    return UVP_OK;
}

static int32_t band_rows(struct uvp_frame frame)
{
    const size_t each =
        (size_t)frame.width * UVP_ZBUFFER_SAMPLES * UVP_ZBUFFER_SAMPLES * 2 * sizeof(float);
    const size_t rows = BAND_BYTES / each;

    return rows < 1 ? 1 : rows > (size_t)frame.height ? frame.height : (int32_t)rows;
}

static enum uvp_code draw_view(struct scene *scene, const struct uvp_ball *ball, uint32_t view,
                               struct uvp_frame frame, struct uvp_arena *scratch,
                               struct uvp_error *err)
{
    const struct uvp_picture_options *const options = scene->subjects->options;
    const int32_t rows = band_rows(frame);
    float thick;

    scene->frame = frame;
    uvp_camera_turn(&scene->camera, ball, view, options);
    UVP_TRY(uvp_camera_fit(&scene->camera, scene->subjects, frame, scene->stop, err));
    uvp_shade_set_up(&scene->light, &scene->camera);
    UVP_TRY(uvp_zbuffer_init(&scene->zbuffer, frame.width, rows, scratch, scene->stop, err));
    thick = options->no_seams ? 0 : find_thickness(scene);
    for (int32_t top = 0; top < frame.height; top += rows) {
        const int32_t rest = frame.height - top;

        scene->zbuffer.rows = (rest < rows ? rest : rows) * UVP_ZBUFFER_SAMPLES;
        uvp_zbuffer_begin(&scene->zbuffer, top);
        UVP_TRY(draw_band(scene, thick, err));
    }
    return UVP_OK;
}

static enum uvp_code make_normals(struct scene *scene, struct uvp_arena *scratch,
                                  struct uvp_error *err)
{
    const uint32_t count = scene->subjects->count;

    scene->normals = uvp_arena_take_zeroed(scratch, count, sizeof *scene->normals);
    if (scene->normals == NULL) {
        return uvp_fail_memory(err, count * sizeof *scene->normals);
    }
    for (uint32_t i = 0; i < count; i++) {
        UVP_TRY(uvp_normals_make(&scene->subjects->all[i].parts, scratch, scene->stop,
                                 &scene->normals[i], err));
    }
    return UVP_OK;
}

/* The main view takes two thirds; the other two share the rest, beside it or below. */
static void divide(struct uvp_frame frame, struct uvp_frame views[UVP_CAMERA_VIEWS])
{
    const bool is_wide = frame.width * 4 > frame.height * 5;
    const int32_t main_width = is_wide ? frame.width * 2 / 3 : frame.width;
    const int32_t main_height = is_wide ? frame.height : frame.height * 5 / 8;
    const int32_t width = is_wide ? frame.width - main_width : frame.width / 2;
    const int32_t height = is_wide ? frame.height / 2 : frame.height - main_height;

    views[0] = (struct uvp_frame){frame.left, frame.top, main_width, main_height};
    views[1] = (struct uvp_frame){is_wide ? frame.left + main_width : frame.left,
                                  is_wide ? frame.top : frame.top + main_height, width, height};
    views[2] = (struct uvp_frame){frame.left + (is_wide ? main_width : width),
                                  frame.top + (is_wide ? height : main_height), width, height};
}

enum uvp_code uvp_scene_draw(const struct uvp_subjects *subjects, struct uvp_frame frame,
                             struct uvp_canvas *canvas, struct uvp_arena *scratch,
                             struct uvp_stop *stop, struct uvp_error *err)
{
    struct scene scene = {.subjects = subjects, .canvas = canvas, .stop = stop};
    struct uvp_frame views[UVP_CAMERA_VIEWS] = {frame, frame, frame};
    struct uvp_ball ball;

    UVP_TRY(uvp_ball_around(subjects, &ball, err));
    UVP_TRY(make_normals(&scene, scratch, err));
    if (subjects->options->views > 1) {
        divide(frame, views);
    }
    for (uint32_t view = 0; view < subjects->options->views; view++) {
        const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
        const enum uvp_code code = draw_view(&scene, &ball, view, views[view], scratch, err);

        uvp_arena_rewind(scratch, mark);
        UVP_TRY(code);
    }
    return UVP_OK;
}
