/*
 * Meshes of the model: what shares an atlas. Triangles of several primitives one after another;
 * vertices of accessors that hold positions, one after another, so that primitives which share
 * an accessor share its vertices.
 *
 * Where an accessor serves several meshes of the model, each takes the rows it uses: many small
 * meshes over one large accessor must not cost its whole length each time.
 */
#include "formats/mesh/gltf.h"

#define ROWS_PER_POLL UINT32_C(65536)

struct building {
    struct uvp_gltf *gltf;
    const struct uvp_mesh_options *options;
    struct uvp_mesh *mesh;
    uint32_t group;
    uint32_t first; /* primitives of the unit */
    uint32_t end;
    float *positions;
    uint32_t *corner_vertex;
    uint32_t *polygon_group;
    float *old_uv;
    uint32_t *corner_uv;
    uint32_t vertices;
    uint32_t vertex_room;
    uint32_t corners;
};

/* ---- what shares an atlas ---- */

static uint32_t end_of_unit(const struct uvp_gltf *gltf, enum uvp_gltf_atlas atlas,
                            uint32_t first)
{
    uint32_t end = first + 1;

    if (atlas == UVP_GLTF_BY_PRIMITIVE) {
        return end;
    }
    while (end < gltf->primitive_count &&
           (atlas == UVP_GLTF_BY_FILE ||
            gltf->primitives[end].mesh == gltf->primitives[first].mesh)) {
        end++;
    }
    return end;
}

/* Marks the primitives that are worked on; false when there are none. */
static bool choose(struct uvp_gltf *gltf, const struct uvp_mesh_options *options,
                   uint32_t first, uint32_t end, uint32_t group, bool *has_uvs)
{
    const bool keeps = options->existing == UVP_EXISTING_SKIP && !options->wants_uvs;
    uint32_t with = 0;
    uint32_t without = 0;

    for (uint32_t i = first; i < end; i++) {
        const struct uvp_gltf_primitive *const primitive = &gltf->primitives[i];
        with += primitive->is_usable && primitive->texcoord != UVP_GLTF_NONE;
        without += primitive->is_usable && primitive->texcoord == UVP_GLTF_NONE;
    }
    *has_uvs = with != 0 && (!keeps || without == 0);
    for (uint32_t i = first; i < end; i++) {
        struct uvp_gltf_primitive *const primitive = &gltf->primitives[i];
        if (primitive->is_usable && (*has_uvs || primitive->texcoord == UVP_GLTF_NONE)) {
            primitive->group = group;
        }
    }
    if (with != 0 && without != 0 && keeps && gltf->left_why == NULL) {
        gltf->left_why = "primitives that have UVs keep them";
    }
    return with + without != 0;
}

static enum uvp_code choose_all(struct uvp_gltf *gltf, const struct uvp_mesh_options *options,
                                struct uvp_model *model, struct uvp_error *err)
{
    uint32_t group = 0;

    model->meshes =
        uvp_arena_take_zeroed(gltf->arena, gltf->primitive_count, sizeof *model->meshes);
    if (model->meshes == NULL) {
        return uvp_fail_memory(err, gltf->primitive_count * sizeof *model->meshes);
    }
    for (uint32_t first = 0; first < gltf->primitive_count;) {
        const uint32_t end = end_of_unit(gltf, options->gltf_atlas, first);
        group += choose(gltf, options, first, end, group, &model->meshes[group].has_uvs);
        first = end;
    }
    model->mesh_count = group;
    if (group == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s",
                        gltf->left_why != NULL ? gltf->left_why : "no triangles");
    }
    return UVP_OK;
}

static void count_groups(struct uvp_gltf *gltf)
{
    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        const struct uvp_gltf_primitive *const primitive = &gltf->primitives[i];
        struct uvp_gltf_accessor *accessor;

        if (primitive->group == UVP_GLTF_NONE) {
            continue;
        }
        accessor = &gltf->accessors[primitive->position];
        if (accessor->group != primitive->group) {
            accessor->group = primitive->group;
            accessor->group_count++;
        }
    }
    for (uint32_t i = 0; i < gltf->accessor_count; i++) {
        gltf->accessors[i].group = UVP_GLTF_NONE;
    }
}

/* ---- room ---- */

/* Bounds vertices and corners; the accessors of whole rows get their places. */
static enum uvp_code measure(struct building *building, uint32_t *pools, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = building->gltf;
    uint64_t vertices = 0;
    uint64_t corners = 0;

    *pools = 0;
    for (uint32_t i = building->first; i < building->end; i++) {
        struct uvp_gltf_primitive *const primitive = &gltf->primitives[i];
        struct uvp_gltf_accessor *accessor;

        if (primitive->group != building->group) {
            continue;
        }
        accessor = &gltf->accessors[primitive->position];
        primitive->first_corner = (uint32_t)corners;
        corners += primitive->corner_count;
        *pools += accessor->group != building->group;
        if (accessor->group_count > 1) {
            vertices += primitive->corner_count < accessor->count ? primitive->corner_count
                                                                  : accessor->count;
        } else if (accessor->group != building->group) {
            accessor->group_base = UVP_GLTF_NONE;
            vertices += accessor->count;
        }
        accessor->group = building->group;
        if (vertices > gltf->vertices_most || corners > gltf->corners_most) {
            return uvp_fail(err, UVP_LIMIT, 0, "more than %u vertices or %u corners",
                            gltf->vertices_most, gltf->corners_most);
        }
    }
    building->vertex_room = (uint32_t)vertices;
    building->corners = (uint32_t)corners;
    return UVP_OK;
}

static enum uvp_code take_arrays(struct building *building, bool has_positions,
                                 struct uvp_error *err)
{
    struct uvp_gltf *const gltf = building->gltf;
    const size_t corners = building->corners;
    const bool wants_uvs = building->options->wants_uvs && building->mesh->has_uvs;

    UVP_TRY(uvp_gltf_spend(gltf, 4 * (uint64_t)corners + 12 * (uint64_t)building->vertex_room,
                           err));
    building->corner_vertex = UVP_ARENA_ARRAY(gltf->arena, uint32_t, corners + 2);
    building->positions = UVP_ARENA_ARRAY(
        gltf->arena, float, has_positions ? 3 * (size_t)building->vertex_room : 0);
    building->polygon_group = UVP_ARENA_ARRAY(
        gltf->arena, uint32_t, building->options->wants_groups ? corners / 3 : 0);
    building->old_uv = UVP_ARENA_ARRAY(gltf->arena, float, wants_uvs ? 2 * corners : 0);
    building->corner_uv = UVP_ARENA_ARRAY(gltf->arena, uint32_t, wants_uvs ? corners : 0);
    if (building->corner_vertex == NULL || building->positions == NULL ||
        building->polygon_group == NULL || building->old_uv == NULL ||
        building->corner_uv == NULL) {
        return uvp_fail_memory(err, 16 * corners + 12 * (size_t)building->vertex_room);
    }
    return UVP_OK;
}

/* ---- positions ---- */

/* One accessor of plain floats, where the machine could have put them itself. */
static bool lies_ready(const struct uvp_gltf_accessor *accessor)
{
    const uint32_t one = 1;
    unsigned char first;

    memcpy(&first, &one, 1);
    return first == 1 && accessor->rows != NULL && accessor->component == UVP_GLTF_FLOAT &&
           accessor->stride == 12 && (uintptr_t)accessor->rows % sizeof(float) == 0 &&
           accessor->group_count == 1;
}

static enum uvp_code take_row_numbers(struct uvp_gltf *gltf, struct uvp_gltf_accessor *accessor,
                                      struct uvp_error *err)
{
    if (accessor->row_group != NULL) {
        return UVP_OK;
    }
    UVP_TRY(uvp_gltf_spend(gltf, 8 * (uint64_t)accessor->count, err));
    accessor->row_group = UVP_ARENA_ARRAY(gltf->arena, uint32_t, accessor->count);
    accessor->row_vertex = UVP_ARENA_ARRAY(gltf->arena, uint32_t, accessor->count);
    if (accessor->row_group == NULL || accessor->row_vertex == NULL) {
        return uvp_fail_memory(err, (size_t)8 * accessor->count);
    }
    memset(accessor->row_group, 0xff, (size_t)4 * accessor->count);
    return UVP_OK;
}

/* Rows that this mesh uses become vertices in the order they are met. */
static enum uvp_code number_rows(struct building *building,
                                 const struct uvp_gltf_primitive *primitive,
                                 struct uvp_error *err)
{
    struct uvp_gltf *const gltf = building->gltf;
    struct uvp_gltf_accessor *const accessor = &gltf->accessors[primitive->position];
    uint32_t *const corner = building->corner_vertex + primitive->first_corner;

    UVP_TRY(take_row_numbers(gltf, accessor, err));
    for (uint32_t i = 0; i < primitive->corner_count; i++) {
        const uint32_t row = corner[i];
        if (i % ROWS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
        if (accessor->row_group[row] != building->group) {
            float *const to = building->positions + 3 * (size_t)building->vertices;
            uvp_gltf_read_row(accessor, row, 3, to);
            accessor->row_group[row] = building->group;
            accessor->row_vertex[row] = building->vertices++;
        }
        corner[i] = accessor->row_vertex[row];
    }
    return UVP_OK;
}

static enum uvp_code place_whole(struct building *building,
                                 const struct uvp_gltf_primitive *primitive, bool has_positions,
                                 struct uvp_error *err)
{
    struct uvp_gltf *const gltf = building->gltf;
    struct uvp_gltf_accessor *const accessor = &gltf->accessors[primitive->position];
    uint32_t *const corner = building->corner_vertex + primitive->first_corner;
    uint32_t base;

    if (accessor->group_base == UVP_GLTF_NONE) {
        accessor->group_base = building->vertices;
        if (has_positions) {
            UVP_TRY(uvp_gltf_read_floats(
                gltf, accessor, building->positions + 3 * (size_t)building->vertices, err));
        }
        building->vertices += accessor->count;
    }
    base = accessor->group_base;
    for (uint32_t i = 0; base != 0 && i < primitive->corner_count; i++) {
        corner[i] += base;
    }
    return UVP_OK;
}

/* ---- old UVs ---- */

static bool is_texcoord(const struct uvp_gltf_accessor *accessor)
{
    return accessor->width == 2 && accessor->component != UVP_GLTF_U32;
}

/* By corner: what is equal becomes one again where it is looked at. */
static enum uvp_code read_old_uvs(struct building *building,
                                  const struct uvp_gltf_primitive *primitive,
                                  struct uvp_error *err)
{
    struct uvp_gltf *const gltf = building->gltf;
    const uint32_t first = primitive->first_corner;
    const struct uvp_gltf_accessor *accessor;

    for (uint32_t i = 0; i < primitive->corner_count; i++) {
        building->corner_uv[first + i] = UVP_MESH_NO_UV;
    }
    memset(building->old_uv + 2 * (size_t)first, 0,
           sizeof(float) * 2 * primitive->corner_count);
    if (primitive->texcoord == UVP_GLTF_NONE) {
        return UVP_OK;
    }
    accessor = &gltf->accessors[primitive->texcoord];
    if (!is_texcoord(accessor)) {
        return uvp_gltf_fail(gltf, accessor->token, UVP_BAD_DATA, "accessor",
                             primitive->texcoord, "is of no type for UVs", err);
    }
    UVP_TRY(uvp_gltf_resolve_rows(gltf, primitive->texcoord, err));
    for (uint32_t i = 0; i < primitive->corner_count; i++) {
        float *const uv = building->old_uv + 2 * (size_t)(first + i);
        if (i % ROWS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
        uvp_gltf_read_row(accessor, building->corner_vertex[first + i], 2, uv);
        uv[1] = 1.0F - uv[1];
        building->corner_uv[first + i] = first + i;
    }
    return UVP_OK;
}

/* ---- one mesh ---- */

static enum uvp_code fill_primitive(struct building *building,
                                    const struct uvp_gltf_primitive *primitive,
                                    bool has_positions, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = building->gltf;
    const uint32_t first = primitive->first_corner;

    UVP_TRY(uvp_gltf_resolve_rows(gltf, primitive->position, err));
    UVP_TRY(uvp_gltf_read_corners(gltf, primitive, building->corner_vertex + first, err));
    if (building->options->wants_uvs && building->mesh->has_uvs) {
        UVP_TRY(read_old_uvs(building, primitive, err));
    }
    for (uint32_t i = 0; building->options->wants_groups && i < primitive->corner_count / 3;
         i++) {
        building->polygon_group[first / 3 + i] = primitive->material;
    }
    return gltf->accessors[primitive->position].group_count > 1
               ? number_rows(building, primitive, err)
               : place_whole(building, primitive, has_positions, err);
}

static void hand_over(const struct building *building, const uint32_t *corner_start)
{
    struct uvp_mesh *const mesh = building->mesh;
    const bool has_old = building->options->wants_uvs && mesh->has_uvs;

    mesh->positions = building->positions;
    mesh->vertex_count = building->vertices;
    mesh->corner_start = corner_start;
    mesh->polygon_count = building->corners / 3;
    mesh->corner_vertex = building->corner_vertex;
    mesh->old_uv = has_old ? building->old_uv : NULL;
    mesh->old_uv_count = has_old ? building->corners : 0;
    mesh->corner_uv = has_old ? building->corner_uv : NULL;
    mesh->polygon_group = building->options->wants_groups ? building->polygon_group : NULL;
}

/* What the encoder will copy is looked at now: better to know before the work is done. */
static enum uvp_code resolve_attributes(struct uvp_gltf *gltf,
                                        const struct uvp_gltf_primitive *primitive,
                                        struct uvp_error *err)
{
    for (uint32_t i = 0; i < primitive->attribute_count; i++) {
        UVP_TRY(uvp_gltf_resolve_rows(
            gltf, gltf->attributes[primitive->first_attribute + i].accessor, err));
    }
    return UVP_OK;
}

static enum uvp_code build(struct building *building, const uint32_t *corner_start,
                           struct uvp_error *err)
{
    struct uvp_gltf *const gltf = building->gltf;
    const bool is_left = building->mesh->has_uvs &&
                         building->options->existing == UVP_EXISTING_SKIP &&
                         !building->options->wants_uvs;
    const struct uvp_gltf_accessor *ready = NULL;
    uint32_t pools;

    for (uint32_t i = building->first; i < building->end; i++) {
        if (gltf->primitives[i].group == building->group && gltf->primitives[i].is_packed) {
            UVP_TRY(uvp_gltf_unpack_primitive(gltf, &gltf->primitives[i], err));
        }
    }
    UVP_TRY(measure(building, &pools, err));
    for (uint32_t i = building->first; pools == 1 && ready == NULL && i < building->end; i++) {
        if (gltf->primitives[i].group == building->group) {
            UVP_TRY(uvp_gltf_resolve_rows(gltf, gltf->primitives[i].position, err));
            ready = &gltf->accessors[gltf->primitives[i].position];
        }
    }
    ready = ready != NULL && lies_ready(ready) ? ready : NULL;
    UVP_TRY(take_arrays(building, ready == NULL, err));
    for (uint32_t i = building->first; i < building->end; i++) {
        if (gltf->primitives[i].group == building->group) {
            UVP_TRY(fill_primitive(building, &gltf->primitives[i], ready == NULL, err));
            UVP_TRY(is_left ? UVP_OK : resolve_attributes(gltf, &gltf->primitives[i], err));
        }
    }
    hand_over(building, corner_start);
    if (ready != NULL) {
        building->mesh->positions = (const float *)(const void *)ready->rows;
    }
    return UVP_OK;
}

/* ---- all of them ---- */

/* Triangles only: where polygons begin is the same in all meshes. */
static enum uvp_code take_corner_start(struct uvp_gltf *gltf, enum uvp_gltf_atlas atlas,
                                       uint32_t **corner_start, struct uvp_error *err)
{
    uint64_t most = 0;
    uint64_t corners = 0;

    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        const bool begins = i == 0 || atlas == UVP_GLTF_BY_PRIMITIVE ||
                            (atlas == UVP_GLTF_BY_MESH &&
                             gltf->primitives[i].mesh != gltf->primitives[i - 1].mesh);
        corners = begins ? 0 : corners;
        corners +=
            gltf->primitives[i].group != UVP_GLTF_NONE ? gltf->primitives[i].corner_count : 0;
        most = corners > most ? corners : most;
    }
    if (most > gltf->corners_most) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u corners", gltf->corners_most);
    }
    UVP_TRY(uvp_gltf_spend(gltf, most / 3 * 4, err));
    *corner_start = UVP_ARENA_ARRAY(gltf->arena, uint32_t, (size_t)(most / 3 + 1));
    if (*corner_start == NULL) {
        return uvp_fail_memory(err, (size_t)(most / 3 + 1) * 4);
    }
    for (uint32_t i = 0; i <= most / 3; i++) {
        if (i % ROWS_PER_POLL == 0) {
            UVP_TRY(uvp_stop_poll(gltf->stop, err));
        }
        (*corner_start)[i] = 3 * i;
    }
    return UVP_OK;
}

enum uvp_code uvp_gltf_make_model(struct uvp_gltf *gltf, const struct uvp_mesh_options *options,
                                  struct uvp_model *model, struct uvp_error *err)
{
    uint32_t *corner_start;
    uint32_t group = 0;

    UVP_TRY(choose_all(gltf, options, model, err));
    count_groups(gltf);
    UVP_TRY(take_corner_start(gltf, options->gltf_atlas, &corner_start, err));
    for (uint32_t first = 0; first < gltf->primitive_count;) {
        struct building building = {
            .gltf = gltf,
            .options = options,
            .mesh = &model->meshes[group],
            .group = group,
            .first = first,
            .end = end_of_unit(gltf, options->gltf_atlas, first),
        };
        bool has_any = false;

        for (uint32_t i = first; i < building.end; i++) {
            has_any = has_any || gltf->primitives[i].group == group;
        }
        if (has_any) {
            UVP_TRY(build(&building, corner_start, err));
            group++;
        }
        first = building.end;
    }
    model->note = gltf->left_why;
    return UVP_OK;
}
