/*
 * Two ways lead from a node to its meshes: as a node of glTF, so that a mesh that stands in
 * many places is unwrapped once, or, below a node that shears, as a copy of the mesh moved to
 * where it stands in the world.
 */
#include "formats/mesh/foreign_scene.h"

#include <math.h>

#define NODES_PER_POLL UINT32_C(4096)
#define VERTICES_PER_POLL UINT32_C(16384)
#define NODES_MOST (UINT32_C(1) << 24)

/* What is found out about a node. */
struct place {
    double world[3][4];
    struct uvp_writing_node node; /* to its parent, when it is not sheared */
    bool is_sheared;              /* it or one above */
    bool is_kept;                 /* it leads to a mesh, as a node */
    uint32_t number;              /* among those kept */
};

struct arranger {
    const struct uvp_foreign_graph *graph;
    const struct uvp_mesh_options *options;
    struct uvp_arena *arena;
    struct uvp_stop *stop;
    const struct uvp_model *all; /* meshes as they were read */
    struct place *places;
    uint32_t *number; /* of each mesh in the new model, or none */
    uint32_t shared;  /* meshes that nodes use */
    uint32_t baked;   /* copies */
    uint32_t nodes;   /* in the new file */
    uint64_t corners; /* of the copies */
    struct uvp_model *model;
    struct uvp_foreign_scene *scene;
};

static bool is_shown(const struct arranger *arranger, uint32_t mesh)
{
    return arranger->all->meshes[mesh].polygon_count != 0;
}

static enum uvp_code poll(const struct arranger *arranger, uint32_t i, struct uvp_error *err)
{
    return i % NODES_PER_POLL == 0 ? uvp_stop_poll(arranger->stop, err) : UVP_OK;
}

/* ---- where nodes stand ---- */

static bool has_numbers(const float matrix[3][4])
{
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 4; column++) {
            if (!isfinite(matrix[row][column])) {
                return false;
            }
        }
    }
    return true;
}

/* world = above * matrix; `above` is NULL at the top. */
static void multiply(double above[3][4], const float matrix[3][4], double world[3][4])
{
    for (int row = 0; row < 3; row++) {
        for (int column = 0; column < 4; column++) {
            double sum = above == NULL ? (double)matrix[row][column] : 0;
            for (int k = 0; above != NULL && k < 3; k++) {
                sum += above[row][k] * (double)matrix[k][column];
            }
            world[row][column] = sum + (above != NULL && column == 3 ? above[row][3] : 0);
        }
    }
}

static enum uvp_code find_places(struct arranger *arranger, struct uvp_error *err)
{
    for (uint32_t i = 0; i < arranger->graph->node_count; i++) {
        const struct uvp_foreign_node *const node = &arranger->graph->nodes[i];
        struct place *const place = &arranger->places[i];
        struct place *const above =
            node->parent == UVP_WRITING_NONE ? NULL : &arranger->places[node->parent];

        UVP_TRY(poll(arranger, i, err));
        if (!has_numbers(node->matrix)) {
            return uvp_fail(err, UVP_BAD_DATA, i, "node %u: its matrix holds what is no number",
                            i);
        }
        memset(place, 0, sizeof *place);
        multiply(above == NULL ? NULL : above->world, node->matrix, place->world);
        place->is_sheared = !uvp_foreign_take_apart(node->matrix, &place->node) ||
                            (above != NULL && above->is_sheared);
    }
    return UVP_OK;
}

/* ---- what is shown ---- */

static enum uvp_code count_use(struct arranger *arranger, struct place *place, uint32_t mesh,
                               struct uvp_error *err)
{
    const struct uvp_mesh *const used = &arranger->all->meshes[mesh];

    if (!is_shown(arranger, mesh)) {
        return UVP_OK;
    }
    if (place->is_sheared) {
        const uint32_t most = arranger->options->corners == 0 ? (UINT32_C(1) << 31) - 1
                                                              : arranger->options->corners;
        arranger->baked++;
        arranger->corners += used->corner_start[used->polygon_count];
        return arranger->corners <= most
                   ? UVP_OK
                   : uvp_fail(err, UVP_LIMIT, 0, "more than %u corners", most);
    }
    place->is_kept = true;
    if (arranger->number[mesh] == UVP_WRITING_NONE) {
        arranger->number[mesh] = arranger->shared++;
    }
    return UVP_OK;
}

static uint32_t count_shown(const struct arranger *arranger,
                            const struct uvp_foreign_node *node)
{
    uint32_t count = 0;

    for (uint32_t u = 0; u < node->use_count; u++) {
        count += is_shown(arranger, arranger->graph->uses[node->first_use + u]);
    }
    return count;
}

static enum uvp_code find_shown(struct arranger *arranger, struct uvp_error *err)
{
    const struct uvp_foreign_graph *const graph = arranger->graph;

    for (uint32_t i = 0; i < graph->node_count; i++) {
        for (uint32_t u = 0; u < graph->nodes[i].use_count; u++) {
            UVP_TRY(poll(arranger, u, err));
            UVP_TRY(count_use(arranger, &arranger->places[i],
                              graph->uses[graph->nodes[i].first_use + u], err));
        }
    }
    for (uint32_t i = graph->node_count; i-- > 0;) {
        if (arranger->places[i].is_kept && graph->nodes[i].parent != UVP_WRITING_NONE) {
            arranger->places[graph->nodes[i].parent].is_kept = true;
        }
    }
    return arranger->shared + arranger->baked != 0
               ? UVP_OK
               : uvp_fail(err, UVP_UNSUPPORTED, 0, "no polygons that are shown anywhere");
}

/* A node holds one mesh; of several each gets a node below it, and so do copies. */
static enum uvp_code number_nodes(struct arranger *arranger, struct uvp_error *err)
{
    uint64_t count = arranger->baked;

    for (uint32_t i = 0; i < arranger->graph->node_count; i++) {
        struct place *const place = &arranger->places[i];
        const uint32_t shown = count_shown(arranger, &arranger->graph->nodes[i]);
        UVP_TRY(poll(arranger, i, err));
        if (place->is_kept) {
            count += shown < 2 ? 1 : 1 + (uint64_t)shown;
        }
    }
    if (count > NODES_MOST) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u nodes", NODES_MOST);
    }
    arranger->nodes = (uint32_t)count;
    return UVP_OK;
}

/* ---- copies ---- */

static bool mirrors(double m[3][4])
{
    return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) -
               m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0]) +
               m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]) <
           0;
}

/* What was in order of corners, with every polygon the other way around from its first corner:
 * so it is cut into the same triangles. */
static const uint32_t *turn_over(const struct arranger *arranger, const struct uvp_mesh *mesh,
                                 const uint32_t *of)
{
    const uint32_t corners = mesh->corner_start[mesh->polygon_count];
    uint32_t *const to = UVP_ARENA_ARRAY(arranger->arena, uint32_t, corners);

    for (uint32_t p = 0; to != NULL && p < mesh->polygon_count; p++) {
        const uint32_t from = mesh->corner_start[p];
        const uint32_t end = mesh->corner_start[p + 1];
        for (uint32_t c = from; c < end; c++) {
            to[c] = of[c == from ? c : end - (c - from)];
        }
    }
    return to;
}

static enum uvp_code bake(struct arranger *arranger, struct place *place,
                          const struct uvp_mesh *mesh, struct uvp_mesh *copy,
                          struct uvp_error *err)
{
    float *const to = UVP_ARENA_ARRAY(arranger->arena, float, (size_t)3 * mesh->vertex_count);

    *copy = *mesh;
    if (to == NULL) {
        return uvp_fail_memory(err, (size_t)12 * mesh->vertex_count);
    }
    for (uint32_t v = 0; v < mesh->vertex_count; v++) {
        const float *const from = mesh->positions + (size_t)3 * v;
        UVP_TRY(v % VERTICES_PER_POLL == 0 ? uvp_stop_poll(arranger->stop, err) : UVP_OK);
        for (int i = 0; i < 3; i++) {
            const double *const row = place->world[i];
            to[(size_t)3 * v + (size_t)i] =
                (float)(row[0] * (double)from[0] + row[1] * (double)from[1] +
                        row[2] * (double)from[2] + row[3]);
        }
    }
    copy->positions = to;
    if (mirrors(place->world)) {
        copy->corner_vertex = turn_over(arranger, mesh, mesh->corner_vertex);
        copy->corner_uv =
            mesh->corner_uv == NULL ? NULL : turn_over(arranger, mesh, mesh->corner_uv);
        if (copy->corner_vertex == NULL ||
            (copy->corner_uv == NULL && mesh->corner_uv != NULL)) {
            return uvp_fail_memory(err, mesh->corner_start[mesh->polygon_count]);
        }
    }
    return UVP_OK;
}

/* ---- the new scene ---- */

static struct uvp_writing_node *add_node(struct arranger *arranger, uint32_t parent,
                                         uint32_t mesh)
{
    struct uvp_writing_node *const node =
        &arranger->scene->nodes[arranger->scene->node_count++];

    memset(node, 0, sizeof *node);
    node->parent = parent;
    node->mesh = mesh;
    return node;
}

static void add_place(struct arranger *arranger, uint32_t i)
{
    const struct uvp_foreign_node *const node = &arranger->graph->nodes[i];
    const uint32_t shown = count_shown(arranger, node);
    struct place *const place = &arranger->places[i];
    struct uvp_writing_node *made;

    place->number = arranger->scene->node_count;
    place->node.parent = node->parent == UVP_WRITING_NONE
                             ? UVP_WRITING_NONE
                             : arranger->places[node->parent].number;
    place->node.mesh = UVP_WRITING_NONE;
    made = add_node(arranger, 0, 0);
    *made = place->node;
    for (uint32_t u = 0; u < node->use_count; u++) {
        const uint32_t mesh = arranger->graph->uses[node->first_use + u];
        if (is_shown(arranger, mesh) && shown == 1) {
            made->mesh = arranger->number[mesh];
        } else if (is_shown(arranger, mesh)) {
            (void)add_node(arranger, place->number, arranger->number[mesh]);
        }
    }
}

static enum uvp_code add_copies(struct arranger *arranger, uint32_t i, struct uvp_error *err)
{
    const struct uvp_foreign_node *const node = &arranger->graph->nodes[i];

    for (uint32_t u = 0; u < node->use_count; u++) {
        const uint32_t mesh = arranger->graph->uses[node->first_use + u];
        if (is_shown(arranger, mesh)) {
            const uint32_t number = arranger->shared + arranger->scene->baked_count++;
            UVP_TRY(bake(arranger, &arranger->places[i], &arranger->all->meshes[mesh],
                         &arranger->model->meshes[number], err));
            (void)add_node(arranger, UVP_WRITING_NONE, number);
        }
    }
    return UVP_OK;
}

static enum uvp_code build(struct arranger *arranger, struct uvp_error *err)
{
    struct uvp_model *const model = arranger->model;

    model->mesh_count = arranger->shared + arranger->baked;
    model->meshes = UVP_ARENA_ARRAY(arranger->arena, struct uvp_mesh, model->mesh_count);
    arranger->scene->nodes =
        UVP_ARENA_ARRAY(arranger->arena, struct uvp_writing_node, arranger->nodes);
    if (model->meshes == NULL || arranger->scene->nodes == NULL) {
        return uvp_fail_memory(err, arranger->nodes * sizeof *arranger->scene->nodes);
    }
    for (uint32_t m = 0; m < arranger->all->mesh_count; m++) {
        if (arranger->number[m] != UVP_WRITING_NONE) {
            model->meshes[arranger->number[m]] = arranger->all->meshes[m];
        }
    }
    for (uint32_t i = 0; i < arranger->graph->node_count; i++) {
        UVP_TRY(poll(arranger, i, err));
        if (arranger->places[i].is_sheared) {
            UVP_TRY(add_copies(arranger, i, err));
        } else if (arranger->places[i].is_kept) {
            add_place(arranger, i);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_foreign_arrange(const struct uvp_foreign_graph *graph,
                                  const struct uvp_mesh_options *options,
                                  struct uvp_arena *arena, struct uvp_stop *stop,
                                  struct uvp_model *model, struct uvp_foreign_scene *scene,
                                  struct uvp_error *err)
{
    const struct uvp_mesh_options usual = {0};
    const struct uvp_model all = *model;
    struct arranger arranger = {
        .graph = graph,
        .options = options == NULL ? &usual : options,
        .arena = arena,
        .stop = stop,
        .all = &all,
        .places = UVP_ARENA_ARRAY(arena, struct place, graph->node_count),
        .number = UVP_ARENA_ARRAY(arena, uint32_t, all.mesh_count),
        .model = model,
        .scene = scene,
    };

    memset(scene, 0, sizeof *scene);
    if (arranger.places == NULL || arranger.number == NULL) {
        return uvp_fail_memory(err, graph->node_count * sizeof *arranger.places);
    }
    memset(arranger.number, 0xff, 4 * (size_t)all.mesh_count);
    UVP_TRY(find_places(&arranger, err));
    UVP_TRY(find_shown(&arranger, err));
    UVP_TRY(number_nodes(&arranger, err));
    return build(&arranger, err);
}
