/*
 * Domains: primitives that share an accessor, directly or through others, found by joining sets
 * (union by path halving). In each, corners and UVs of all its primitives are split as one
 * mesh.
 *
 * Where several atlases meet in a domain, as when meshes differ by their material only, equal
 * UVs are one: such meshes get equal atlases, and then nothing has to be split for them.
 */
#include "formats/mesh/gltf_plan.h"

#include "formats/mesh/text.h"

#define SETS_MOST 255
#define CORNERS_PER_POLL UINT32_C(65536)

void uvp_gltf_name_set(uint32_t set, char name[UVP_GLTF_SET_BYTES])
{
    memcpy(name, "TEXCOORD_", 9);
    *uvp_text_write_count((unsigned char *)name + 9, set) = '\0';
}

/* ---- sets ---- */

static bool has_set(const struct uvp_gltf_plan *plan,
                    const struct uvp_gltf_primitive *primitive, uint32_t set)
{
    char name[UVP_GLTF_SET_BYTES];

    uvp_gltf_name_set(set, name);
    return uvp_json_member(&plan->gltf->json, primitive->attributes, name) != UVP_JSON_NONE;
}

static enum uvp_code choose_set(const struct uvp_gltf_plan *plan,
                                struct uvp_gltf_primitive *primitive, struct uvp_error *err)
{
    primitive->set = plan->options->texcoord;
    if (plan->options->existing == UVP_EXISTING_ADD) {
        primitive->set = 0;
        while (primitive->set <= SETS_MOST && has_set(plan, primitive, primitive->set)) {
            primitive->set++;
        }
    }
    if (primitive->set > SETS_MOST) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "more than %d sets of UVs", SETS_MOST + 1);
    }
    return UVP_OK;
}

bool uvp_gltf_is_replaced(const struct uvp_gltf_plan *plan,
                          const struct uvp_gltf_primitive *primitive,
                          const struct uvp_gltf_attribute *attribute)
{
    char name[UVP_GLTF_SET_BYTES];

    if (attribute->is_target) {
        return false;
    }
    uvp_gltf_name_set(primitive->set, name);
    return uvp_json_says(&plan->gltf->json, attribute->value - 1, name);
}

/* ---- domains ---- */

/* While they are being joined, `domain` of a primitive is another one of its set. */
static uint32_t find_root(struct uvp_gltf_primitive *primitives, uint32_t at)
{
    while (primitives[at].domain != at) {
        primitives[at].domain = primitives[primitives[at].domain].domain;
        at = primitives[at].domain;
    }
    return at;
}

static void join(struct uvp_gltf *gltf, uint32_t number, uint32_t accessor_number)
{
    struct uvp_gltf_accessor *const accessor = &gltf->accessors[accessor_number];
    uint32_t a;
    uint32_t b;

    if (accessor->domain == UVP_GLTF_NONE) {
        accessor->domain = number;
        return;
    }
    a = find_root(gltf->primitives, accessor->domain);
    b = find_root(gltf->primitives, number);
    /* the first of a set is its root */
    gltf->primitives[a < b ? b : a].domain = a < b ? a : b;
}

static enum uvp_code join_all(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = plan->gltf;

    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        struct uvp_gltf_primitive *const primitive = &gltf->primitives[i];

        primitive->domain = i;
        primitive->next = UVP_GLTF_NONE;
        if (!uvp_gltf_is_touched(plan, primitive)) {
            continue;
        }
        UVP_TRY(choose_set(plan, primitive, err));
        for (uint32_t k = 0; k < primitive->attribute_count; k++) {
            const struct uvp_gltf_attribute *const attribute =
                &gltf->attributes[primitive->first_attribute + k];
            if (uvp_gltf_is_replaced(plan, primitive, attribute)) {
                gltf->accessors[attribute->accessor].replaced_uses++;
                continue;
            }
            UVP_TRY(uvp_gltf_resolve_rows(gltf, attribute->accessor, err));
            gltf->accessors[attribute->accessor].touched_uses++;
            join(gltf, i, attribute->accessor);
        }
    }
    return UVP_OK;
}

static void add_primitive(struct uvp_gltf_plan *plan, uint32_t number, uint32_t root)
{
    struct uvp_gltf_primitive *const primitives = plan->gltf->primitives;
    struct uvp_gltf_primitive *const primitive = &primitives[number];
    struct uvp_gltf_domain *domain;

    if (root == number) {
        primitive->domain = plan->domain_count++;
        domain = &plan->domains[primitive->domain];
        domain->first = number;
        domain->vertex_count = primitive->vertex_count;
        domain->is_u16 = true;
        domain->is_one_group = true;
    } else {
        primitive->domain = primitives[root].domain; /* a number by now: roots come first */
        domain = &plan->domains[primitive->domain];
        primitives[domain->last].next = number;
    }
    domain->last = number;
    primitive->domain_corner = domain->corner_count;
    domain->corner_count += primitive->corner_count;
    domain->is_u16 = domain->is_u16 && plan->uvs[primitive->group].is_u16;
    domain->is_one_group =
        domain->is_one_group && primitives[domain->first].group == primitive->group;
}

static enum uvp_code list_domains(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct uvp_gltf *const gltf = plan->gltf;
    uint64_t corners = 0;

    plan->domains =
        uvp_arena_take_zeroed(plan->arena, gltf->primitive_count, sizeof *plan->domains);
    if (plan->domains == NULL) {
        return uvp_fail_memory(err, gltf->primitive_count * sizeof *plan->domains);
    }
    /* roots are needed until all are found: `next` keeps them */
    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        gltf->primitives[i].next = find_root(gltf->primitives, i);
        corners += uvp_gltf_is_touched(plan, &gltf->primitives[i])
                       ? gltf->primitives[i].corner_count
                       : 0;
    }
    if (corners > gltf->corners_most) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u corners", gltf->corners_most);
    }
    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        const uint32_t root = gltf->primitives[i].next;
        gltf->primitives[i].next = UVP_GLTF_NONE;
        if (uvp_gltf_is_touched(plan, &gltf->primitives[i])) {
            add_primitive(plan, i, root);
        }
    }
    for (uint32_t i = 0; i < gltf->accessor_count; i++) {
        struct uvp_gltf_accessor *const accessor = &gltf->accessors[i];
        if (accessor->domain != UVP_GLTF_NONE) {
            accessor->domain = gltf->primitives[accessor->domain].domain;
        }
    }
    return UVP_OK;
}

/* ---- UVs of a domain ---- */

struct numbering {
    struct uvp_gltf_plan *plan;
    const size_t *group_first; /* in the two below */
    uint32_t *seen_in;         /* of each UV of each atlas the last domain it was met in ... */
    uint32_t *number;          /* ... and its number there */
    uint32_t *slots;           /* equal UVs of several atlases; UVP_GLTF_NONE: free */
    size_t slot_mask;
    uint32_t count; /* UVs of the domain so far */
};

static size_t hash_of(const float *uv)
{
    uint64_t bits;

    memcpy(&bits, uv, sizeof bits);
    bits *= UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(bits ^ bits >> 32);
}

static uint32_t add_uv(struct numbering *numbering, struct uvp_gltf_domain *domain,
                       const float *uv)
{
    size_t slot = 0;

    if (!domain->is_one_group) {
        slot = hash_of(uv) & numbering->slot_mask;
        while (numbering->slots[slot] != UVP_GLTF_NONE) {
            const uint32_t other = numbering->slots[slot];
            if (memcmp(domain->uv + 2 * (size_t)other, uv, 2 * sizeof *uv) == 0) {
                return other;
            }
            slot = (slot + 1) & numbering->slot_mask;
        }
        numbering->slots[slot] = numbering->count;
    }
    memcpy(domain->uv + 2 * (size_t)numbering->count, uv, 2 * sizeof *uv);
    return numbering->count++;
}

static enum uvp_code number_uvs(struct numbering *numbering, uint32_t domain_number,
                                uint32_t *corner_uv, struct uvp_error *err)
{
    struct uvp_gltf_plan *const plan = numbering->plan;
    struct uvp_gltf_domain *const domain = &plan->domains[domain_number];

    numbering->count = 0;
    for (uint32_t p = domain->first; p != UVP_GLTF_NONE; p = plan->gltf->primitives[p].next) {
        const struct uvp_gltf_primitive *const primitive = &plan->gltf->primitives[p];
        const struct uvp_mesh_uvs *const uvs = &plan->uvs[primitive->group];
        const size_t first = numbering->group_first[primitive->group];

        for (uint32_t i = 0; i < primitive->corner_count; i++) {
            const uint32_t uv = uvs->corner_uv[primitive->first_corner + i];
            if (i % CORNERS_PER_POLL == 0) {
                UVP_TRY(uvp_stop_poll(plan->gltf->stop, err));
            }
            if (uv >= uvs->uv_count) {
                return uvp_fail(err, UVP_BUG, i, "corner %u has no UV", i);
            }
            if (numbering->seen_in[first + uv] != domain_number) {
                numbering->seen_in[first + uv] = domain_number;
                numbering->number[first + uv] =
                    add_uv(numbering, domain, uvs->uv + 2 * (size_t)uv);
            }
            corner_uv[primitive->domain_corner + i] = numbering->number[first + uv];
        }
    }
    return UVP_OK;
}

static enum uvp_code take_slots(struct numbering *numbering,
                                const struct uvp_gltf_domain *domain, struct uvp_error *err)
{
    size_t room = 16;

    while (room < 2 * (size_t)domain->corner_count) {
        room *= 2;
    }
    numbering->slot_mask = room - 1;
    numbering->slots = UVP_ARENA_ARRAY(numbering->plan->arena, uint32_t, room);
    if (numbering->slots == NULL) {
        return uvp_fail_memory(err, 4 * room);
    }
    memset(numbering->slots, 0xff, 4 * room);
    return UVP_OK;
}

static enum uvp_code split_domain(struct numbering *numbering, uint32_t domain_number,
                                  struct uvp_error *err)
{
    struct uvp_gltf_plan *const plan = numbering->plan;
    struct uvp_gltf_domain *const domain = &plan->domains[domain_number];
    const uint32_t corner_start[2] = {0, domain->corner_count};
    const uint32_t group_uvs = plan->uvs[plan->gltf->primitives[domain->first].group].uv_count;
    const size_t uv_room = domain->is_one_group && group_uvs < domain->corner_count
                               ? group_uvs
                               : domain->corner_count;
    uint32_t *const corner_uv = UVP_ARENA_ARRAY(plan->arena, uint32_t, domain->corner_count);
    struct uvp_mesh mesh = {0};
    struct uvp_mesh_uvs uvs = {0};

    domain->corner_row =
        UVP_ARENA_ARRAY(plan->arena, uint32_t, (size_t)domain->corner_count + 2);
    domain->uv = UVP_ARENA_ARRAY(plan->arena, float, 2 * uv_room);
    if (corner_uv == NULL || domain->corner_row == NULL || domain->uv == NULL) {
        return uvp_fail_memory(err, 16 * (size_t)domain->corner_count);
    }
    if (!domain->is_one_group) {
        UVP_TRY(take_slots(numbering, domain, err));
    }
    for (uint32_t p = domain->first; p != UVP_GLTF_NONE; p = plan->gltf->primitives[p].next) {
        const struct uvp_gltf_primitive *const primitive = &plan->gltf->primitives[p];
        UVP_TRY(uvp_gltf_read_corners(plan->gltf, primitive,
                                      domain->corner_row + primitive->domain_corner, err));
    }
    UVP_TRY(number_uvs(numbering, domain_number, corner_uv, err));
    mesh.vertex_count = domain->vertex_count;
    mesh.corner_start = corner_start;
    mesh.polygon_count = 1;
    mesh.corner_vertex = domain->corner_row;
    uvs.uv = domain->uv;
    uvs.uv_count = numbering->count;
    uvs.corner_uv = corner_uv;
    return uvp_split_make(&mesh, &uvs, plan->arena, plan->gltf->stop, &domain->split, err);
}

static enum uvp_code take_numbering(struct numbering *numbering, struct uvp_error *err)
{
    struct uvp_gltf_plan *const plan = numbering->plan;
    const struct uvp_gltf *const gltf = plan->gltf;
    size_t *group_first;
    size_t total = 0;
    uint32_t groups = 0;

    for (uint32_t i = 0; i < gltf->primitive_count; i++) {
        const uint32_t group = gltf->primitives[i].group;
        groups = group != UVP_GLTF_NONE && group >= groups ? group + 1 : groups;
    }
    group_first = UVP_ARENA_ARRAY(plan->arena, size_t, groups);
    if (group_first == NULL) {
        return uvp_fail_memory(err, groups * sizeof *group_first);
    }
    for (uint32_t group = 0; group < groups; group++) {
        group_first[group] = total;
        total += plan->uvs[group].uv == NULL ? 0 : plan->uvs[group].uv_count;
    }
    numbering->group_first = group_first;
    numbering->seen_in = UVP_ARENA_ARRAY(plan->arena, uint32_t, total);
    numbering->number = UVP_ARENA_ARRAY(plan->arena, uint32_t, total);
    if (numbering->seen_in == NULL || numbering->number == NULL) {
        return uvp_fail_memory(err, 8 * total);
    }
    memset(numbering->seen_in, 0xff, 4 * total);
    return UVP_OK;
}

static void forget_plan(struct uvp_gltf *gltf)
{
    for (uint32_t i = 0; i < gltf->accessor_count; i++) {
        struct uvp_gltf_accessor *const accessor = &gltf->accessors[i];
        accessor->uses = 0;
        accessor->touched_uses = 0;
        accessor->replaced_uses = 0;
        accessor->domain = UVP_GLTF_NONE;
        accessor->moved_to = UVP_GLTF_NONE;
        accessor->is_done = false;
    }
    for (uint32_t i = 0; i < gltf->view_count; i++) {
        struct uvp_gltf_view *const view = &gltf->views[i];
        view->uses = 0;
        view->grown_uses = 0;
        view->domain = UVP_GLTF_NONE;
        view->is_mixed = false;
        view->is_done = false;
    }
}

enum uvp_code uvp_gltf_plan_splits(struct uvp_gltf_plan *plan, struct uvp_error *err)
{
    struct numbering numbering = {.plan = plan};

    forget_plan(plan->gltf);
    UVP_TRY(join_all(plan, err));
    UVP_TRY(list_domains(plan, err));
    UVP_TRY(take_numbering(&numbering, err));
    for (uint32_t i = 0; i < plan->domain_count; i++) {
        UVP_TRY(split_domain(&numbering, i, err));
    }
    return UVP_OK;
}
