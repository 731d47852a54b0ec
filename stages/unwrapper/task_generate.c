/* A new mesh from its recipe: made, encoded, put into the archive's form. */
#include "formats/mesh/write.h"
#include "stages/unwrapper/made_uvs.h"
#include "stages/unwrapper/work.h"

/* Of the text: three long numbers a vertex, a number or three a corner. */
#define CEILING_VERTEX ((size_t)128)
#define CEILING_CORNER ((size_t)128)
#define CEILING_FIXED ((size_t)1 << 20)

typedef enum uvp_code writer_function(const struct uvp_writing *writing,
                                      struct uvp_arena *arena, struct uvp_stop *stop,
                                      struct uvp_buf *out, struct uvp_error *err);

/* The draft's arrays, with positions rounded to float32 as every file has them. */
static enum uvp_code make_model(const struct uvp_draft *draft, struct uvp_arena *arena,
                                struct uvp_model *model, struct uvp_error *err)
{
    struct uvp_mesh *const mesh = uvp_model_single(model, arena);
    float *const positions = uvp_arena_take(arena, draft->vertex_count, 3 * sizeof *positions);

    if (mesh == NULL || positions == NULL) {
        return uvp_fail_memory(err, draft->vertex_count * 3 * sizeof *positions);
    }
    for (size_t i = 0; i < 3 * draft->vertex_count; i++) {
        positions[i] = (float)draft->position[i];
    }
    mesh->positions = positions;
    mesh->vertex_count = (uint32_t)draft->vertex_count;
    if (draft->face_count != 0) {
        mesh->corner_start = draft->face_start;
        mesh->corner_vertex = draft->corner;
        mesh->polygon_count = (uint32_t)draft->face_count;
    }
    return UVP_OK;
}

static enum uvp_code encode(struct uvp_work *work, const struct uvp_making *making,
                            struct uvp_error *err)
{
    static writer_function *const writers[UVP_MADE_FORMAT_COUNT] = {
        [UVP_MADE_OBJ] = uvp_write_obj, [UVP_MADE_PLY] = uvp_write_ply,
        [UVP_MADE_GLB] = uvp_write_glb, [UVP_MADE_STL] = uvp_write_stl,
        [UVP_MADE_OFF] = uvp_write_off,
    };
    struct uvp_unwrapper *const unwrapper = work->unwrapper;
    const struct uvp_mesh *const mesh = &work->model.meshes[0];
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];
    struct uvp_mesh_uvs uvs;
    const struct uvp_writing writing = {.model = &work->model, .uvs = &uvs};

    UVP_TRY(uvp_made_uvs_fill(making->uvs, mesh, &unwrapper->keep, &uvs, err));
    unwrapper->encoded.ceiling_bytes =
        mesh->vertex_count * CEILING_VERTEX + corners * CEILING_CORNER + CEILING_FIXED;
    return writers[making->format](&writing, &unwrapper->keep, &work->stop, &unwrapper->encoded,
                                   err);
}

static void count(struct uvp_work *work, const struct uvp_making *making,
                  const struct uvp_draft *draft)
{
    struct uvp_member *const member = work->member;

    member->format = uvp_made_format_name(making->format);
    member->meshes = 1;
    member->mapped = making->uvs == UVP_MADE_BARE ? 0 : 1;
    member->vertices = (uint32_t)draft->vertex_count;
    member->polygons = (uint32_t)draft->face_count;
    member->triangles = (uint32_t)uvp_draft_triangles(draft);
}

static enum uvp_code make(struct uvp_work *work, struct uvp_draft *draft, struct uvp_error *err)
{
    const struct uvp_making *const making = work->unwrapper->shared->settings->making;
    const struct uvp_recipe recipe = uvp_recipe_of(making, work->member->number);

    uvp_work_begin_step(work, UVP_STEP_MAKE);
    uvp_shape_make(recipe.shape, draft, recipe.triangles, recipe.seed);
    if (making->noise > 0) {
        uvp_shape_roughen(draft, making->noise, recipe.seed);
    }
    if (draft->error.code != UVP_OK) {
        *err = draft->error;
        return draft->error.code;
    }
    count(work, making, draft);
    uvp_work_begin_step(work, UVP_STEP_ENCODE);
    UVP_TRY(make_model(draft, &work->unwrapper->keep, &work->model, err));
    return encode(work, making, err);
}

enum uvp_code uvp_task_generate(struct uvp_work *work, struct uvp_error *err)
{
    struct uvp_draft draft;
    enum uvp_code code;

    uvp_draft_init(&draft, work->unwrapper->shared->mem, &work->stop);
    code = make(work, &draft, err);
    uvp_draft_release(&draft);
    UVP_TRY(code);
    UVP_TRY(uvp_work_render_anew(work, uvp_buf_span(&work->unwrapper->encoded), err));
    work->member->bytes_out = work->unwrapper->encoded.bytes;
    work->member->status = UVP_MEMBER_MADE;
    return UVP_OK;
}
