/*
 * What a header promises. The order of the questions matters: what is no mesh is told by its
 * header, whatever its body is, for the body of a splat cloud may be very large.
 */
#include "formats/mesh/ply.h"

static struct uvp_ply_element *find_element(const struct uvp_ply *ply, const char *name)
{
    for (uint32_t i = 0; i < ply->header.element_count; i++) {
        if (uvp_ply_word_is(ply->bytes, ply->header.elements[i].name, name)) {
            return &ply->header.elements[i];
        }
    }
    return NULL;
}

static bool has_property(const struct uvp_ply *ply, const char *name)
{
    return uvp_ply_property_find(ply->bytes, ply->vertex, name) != NULL;
}

static bool is_splats(const struct uvp_ply *ply)
{
    if (ply->vertex == NULL) {
        return false;
    }
    return (has_property(ply, "f_dc_0") && has_property(ply, "opacity")) ||
           has_property(ply, "packed_position") ||
           (has_property(ply, "scale_0") && has_property(ply, "rot_0"));
}

/* Why there is nothing to unwrap; NULL when there is. */
static const char *name_other_kind(const struct uvp_ply *ply)
{
    const struct uvp_ply_element *const strips = find_element(ply, "tristrips");

    if (strips != NULL && strips->count > 0) {
        return "triangle strips (tristrips) are not read";
    }
    if (ply->face != NULL && ply->face->count > 0) {
        return NULL;
    }
    if (is_splats(ply)) {
        return "Gaussian splats, not a mesh";
    }
    return ply->vertex != NULL && ply->vertex->count > 0 ? "no faces: a point cloud"
                                                         : "no faces";
}

/* ---- roles ---- */

static void give_role(struct uvp_ply *ply, struct uvp_ply_property *property,
                      enum uvp_ply_role role)
{
    property->role = (uint8_t)role;
    ply->roles[role] = property;
}

static bool is_float_scalar(const struct uvp_ply_property *property)
{
    return property != NULL && !property->is_list && uvp_ply_type_is_float(property->type);
}

static enum uvp_code assign_position(struct uvp_ply *ply, struct uvp_error *err)
{
    static const char *const names[3] = {"x", "y", "z"};

    for (int axis = 0; axis < 3; axis++) {
        struct uvp_ply_property *const property =
            uvp_ply_property_find(ply->bytes, ply->vertex, names[axis]);

        if (property == NULL && axis < 2) {
            return uvp_fail(err, UVP_BAD_DATA, 0, "vertices without %s", names[axis]);
        }
        if (property != NULL && property->is_list) {
            return uvp_fail(err, UVP_BAD_DATA, 0, "%s of the vertices is a list", names[axis]);
        }
        if (property != NULL) {
            give_role(ply, property, (enum uvp_ply_role)(UVP_PLY_X + axis));
        }
    }
    return UVP_OK;
}

/* The first pair of names of which both are there; integers are something else, such as YUV. */
static void assign_uvs(struct uvp_ply *ply)
{
    static const char *const names[][2] = {{"s", "t"}, {"u", "v"}, {"texture_u", "texture_v"}};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct uvp_ply_property *const u =
            uvp_ply_property_find(ply->bytes, ply->vertex, names[i][0]);
        struct uvp_ply_property *const v =
            uvp_ply_property_find(ply->bytes, ply->vertex, names[i][1]);

        if (is_float_scalar(u) && is_float_scalar(v)) {
            give_role(ply, u, UVP_PLY_U);
            give_role(ply, v, UVP_PLY_V);
            return;
        }
    }
}

static enum uvp_code assign_indices(struct uvp_ply *ply, struct uvp_error *err)
{
    struct uvp_ply_property *property =
        uvp_ply_property_find(ply->bytes, ply->face, "vertex_indices");

    if (property == NULL) {
        property = uvp_ply_property_find(ply->bytes, ply->face, "vertex_index");
    }
    if (property == NULL) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "faces without vertex_indices");
    }
    if (!property->is_list) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "vertex_indices of the faces is no list");
    }
    give_role(ply, property, UVP_PLY_INDICES);
    return UVP_OK;
}

static void assign_more_of_faces(struct uvp_ply *ply)
{
    static const char *const materials[] = {"texnumber", "material_index", "material_indices",
                                            "material"};
    struct uvp_ply_property *property =
        uvp_ply_property_find(ply->bytes, ply->face, "texcoord");

    if (property != NULL && property->is_list && uvp_ply_type_is_float(property->type)) {
        give_role(ply, property, UVP_PLY_TEXCOORD);
    }
    for (size_t i = 0; i < sizeof materials / sizeof materials[0]; i++) {
        property = uvp_ply_property_find(ply->bytes, ply->face, materials[i]);
        if (property != NULL && !property->is_list && !uvp_ply_type_is_float(property->type)) {
            give_role(ply, property, UVP_PLY_MATERIAL);
            return;
        }
    }
}

/* ---- counts ---- */

/* Each element's least size against all of the body: what is declared must be possible. */
static enum uvp_code check_counts(const struct uvp_ply *ply,
                                  const struct uvp_mesh_options *options, struct uvp_error *err)
{
    const size_t left = ply->bytes.bytes - ply->header.bytes;

    for (uint32_t i = 0; i < ply->header.element_count; i++) {
        const struct uvp_ply_element *const element = &ply->header.elements[i];

        if (!uvp_ply_rows_fit(element, ply->header.encoding, left)) {
            return uvp_fail(
                err, UVP_BAD_DATA, ply->header.bytes,
                "byte %llu: %llu rows of %.*s in %llu bytes",
                (unsigned long long)ply->header.bytes, (unsigned long long)element->count,
                element->name.bytes < 40 ? (int)element->name.bytes : 40,
                (const char *)ply->bytes.data + element->name.at, (unsigned long long)left);
        }
    }
    if (ply->vertex->count > options->vertices) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vertices", options->vertices);
    }
    if (ply->face->count > INT32_MAX) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %d faces", INT32_MAX);
    }
    return UVP_OK;
}

/* Two of a name would leave open which one is meant. */
static enum uvp_code check_names(const struct uvp_ply *ply, struct uvp_error *err)
{
    for (uint32_t i = 0; i < ply->header.element_count; i++) {
        const struct uvp_ply_element *const element = &ply->header.elements[i];

        if ((ply->vertex != element && uvp_ply_word_is(ply->bytes, element->name, "vertex")) ||
            (ply->face != element && uvp_ply_word_is(ply->bytes, element->name, "face"))) {
            return uvp_fail(err, UVP_BAD_DATA, element->name.at,
                            "byte %u: a second element of vertices or faces", element->name.at);
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_ply_plan(struct uvp_ply *ply, const struct uvp_mesh_options *options,
                           struct uvp_error *err)
{
    const char *other;

    ply->vertex = find_element(ply, "vertex");
    ply->face = find_element(ply, "face");
    UVP_TRY(check_names(ply, err));
    other = name_other_kind(ply);
    if (other != NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s", other);
    }
    if (ply->vertex == NULL) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "faces without vertices");
    }
    UVP_TRY(assign_position(ply, err));
    assign_uvs(ply);
    UVP_TRY(assign_indices(ply, err));
    assign_more_of_faces(ply);
    return check_counts(ply, options, err);
}
