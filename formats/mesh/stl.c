/*
 * STL: triangles without neighbours, and no room for UVs. Corners of the same bits become one
 * vertex; facet k is polygon k. A new file holds them with their UVs; the old one is left as it
 * is, beside it or not.
 */
#include "formats/mesh/stl.h"

#include "formats/mesh/little_endian.h"
#include "formats/mesh/write.h"

#define PROBED_FACETS 64
#define NOTE_COLOURS "colours of facets are not in the new file"
#define NOTE_COUNT "the count of facets in the header is wrong: the size of the file counts"

/* What the encoder wants to know. */
struct notes {
    bool is_text;
    bool is_far;
    float origin[3];
};

enum uvp_code uvp_stl_soup_init(struct uvp_stl_soup *soup, uint64_t facets,
                                uint64_t likely_vertices, struct uvp_arena *arena,
                                struct uvp_error *err)
{
    if (facets > UVP_MESH_COUNT_MOST / 3) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u facets", UVP_MESH_COUNT_MOST / 3);
    }
    soup->facets = 0;
    soup->corner_vertex = UVP_ARENA_ARRAY(arena, uint32_t, 3 * (size_t)facets);
    if (soup->corner_vertex == NULL) {
        return uvp_fail_memory(err, 12 * (size_t)facets);
    }
    return uvp_bitweld_init(
        &soup->weld, arena, 3 * (uint32_t)facets,
        likely_vertices < facets ? (uint32_t)likely_vertices : (uint32_t)facets, err);
}

/* ---- probe ---- */

static bool starts_with(struct uvp_span head, const char *text)
{
    const size_t bytes = strlen(text);

    return head.bytes >= bytes && memcmp(head.data, text, bytes) == 0;
}

/* Finite, and of a size that coordinates have; four blanks are not. */
static bool is_plausible(uint32_t bits)
{
    const uint32_t exponent = bits >> 23 & 0xff;

    return bits << 1 == 0 || (exponent > 127 - 60 && exponent < 127 + 60);
}

/* A normal has length one or none; its greatest part says enough. */
static bool is_facet(const unsigned char *facet)
{
    for (size_t i = 0; i < 12; i++) {
        const uint32_t bits = uvp_le_get32(facet + 4 * i);
        const bool is_normal = i < 3;
        if (!is_plausible(bits) || (is_normal && (bits & 0x7fffffff) > 0x3f800100)) {
            return false;
        }
    }
    return true;
}

/* Every facet in the head looks like one. */
static bool has_facets(struct uvp_span head, uint64_t count)
{
    const uint64_t there = (head.bytes - UVP_STL_HEADER_BYTES) / UVP_STL_FACET_BYTES;
    const uint64_t look = count < there ? count : there;

    for (uint64_t f = 0; f < look && f < PROBED_FACETS; f++) {
        if (!is_facet(head.data + UVP_STL_HEADER_BYTES + f * UVP_STL_FACET_BYTES)) {
            return false;
        }
    }
    return look > 0;
}

static bool is_binary(struct uvp_span head, bool whole)
{
    uint64_t declared;

    if (head.bytes < UVP_STL_HEADER_BYTES) {
        return false;
    }
    declared = uvp_le_get32(head.data + UVP_STL_HEADER_BYTES - 4);
    if (whole && UVP_STL_HEADER_BYTES + declared * UVP_STL_FACET_BYTES != head.bytes) {
        return false;
    }
    if (!whole && UVP_STL_HEADER_BYTES + declared * UVP_STL_FACET_BYTES < head.bytes) {
        return false;
    }
    return has_facets(head, declared);
}

static enum uvp_probe probe(struct uvp_span head, bool whole)
{
    if (is_binary(head, whole) || uvp_stl_is_text(head, whole)) {
        return UVP_PROBE_YES;
    }
    if (head.bytes == 0 || starts_with(head, "<") || starts_with(head, "version https://") ||
        starts_with(head, "\xff\xfe") || starts_with(head, "\xfe\xff")) {
        return UVP_PROBE_NO;
    }
    return UVP_PROBE_MAYBE;
}

/* ---- decode ---- */

/* The size decides: headers of binary files begin with "solid" at times. */
static bool is_exactly_binary(struct uvp_span bytes)
{
    return bytes.bytes >= UVP_STL_HEADER_BYTES &&
           UVP_STL_HEADER_BYTES +
                   (uint64_t)uvp_le_get32(bytes.data + UVP_STL_HEADER_BYTES - 4) *
                       UVP_STL_FACET_BYTES ==
               bytes.bytes;
}

static enum uvp_code decode_binary(struct uvp_span bytes, uint32_t most,
                                   struct uvp_arena *arena, struct uvp_stop *stop,
                                   struct uvp_stl_soup *soup, struct uvp_error *err)
{
    uint64_t facets;

    if (bytes.bytes < UVP_STL_HEADER_BYTES) {
        return uvp_fail(err, UVP_BAD_DATA, bytes.bytes, "byte %zu: ends within the header",
                        bytes.bytes);
    }
    if (!uvp_stl_count_facets(bytes, &facets)) {
        return uvp_fail(err, UVP_BAD_DATA, UVP_STL_HEADER_BYTES - 4,
                        "byte 80: %u facets, but there is room for %zu",
                        uvp_le_get32(bytes.data + UVP_STL_HEADER_BYTES - 4),
                        (bytes.bytes - UVP_STL_HEADER_BYTES) / UVP_STL_FACET_BYTES);
    }
    if (facets > most) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u facets", most);
    }
    return uvp_stl_decode_binary(bytes, (uint32_t)facets, arena, stop, soup, err);
}

static enum uvp_code decode_soup(struct uvp_span bytes, const struct uvp_mesh_options *options,
                                 struct uvp_arena *arena, struct uvp_stop *stop,
                                 struct uvp_stl_soup *soup, struct uvp_error *err)
{
    uint32_t most = UVP_MESH_COUNT_MOST / 3;

    if (options != NULL && options->corners != 0 && options->corners / 3 < most) {
        most = options->corners / 3;
    }
    if (!is_exactly_binary(bytes) && uvp_stl_is_text(bytes, true)) {
        UVP_TRY(
            uvp_stl_decode_text(bytes, most, uvp_text_level_best(), arena, stop, soup, err));
    } else {
        UVP_TRY(decode_binary(bytes, most, arena, stop, soup, err));
    }
    if (soup->facets == 0) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "no facets");
    }
    if (options != NULL && options->vertices != 0 &&
        soup->weld.vertex_count > options->vertices) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u vertices", options->vertices);
    }
    return UVP_OK;
}

static enum uvp_code hand_over(const struct uvp_stl_soup *soup, struct uvp_arena *arena,
                               struct uvp_mesh *mesh, struct uvp_error *err)
{
    uint32_t *const start = UVP_ARENA_ARRAY(arena, uint32_t, (size_t)soup->facets + 1);

    if (start == NULL) {
        return uvp_fail_memory(err, 4 * ((size_t)soup->facets + 1));
    }
    for (uint32_t f = 0; f <= soup->facets; f++) {
        start[f] = 3 * f;
    }
    mesh->positions = soup->weld.positions;
    mesh->vertex_count = soup->weld.vertex_count;
    mesh->corner_start = start;
    mesh->polygon_count = soup->facets;
    mesh->corner_vertex = soup->corner_vertex;
    return UVP_OK;
}

static const char *pick_note(struct uvp_span bytes, const struct uvp_stl_soup *soup)
{
    if (soup->is_text) {
        return NULL;
    }
    if (soup->facets != uvp_le_get32(bytes.data + UVP_STL_HEADER_BYTES - 4)) {
        return NOTE_COUNT;
    }
    return soup->has_colours ? NOTE_COLOURS : NULL;
}

static enum uvp_code decode(const struct uvp_mesh_source *source,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err)
{
    const struct uvp_span bytes = source->bytes;
    struct uvp_mesh *mesh;
    struct notes *notes;
    struct uvp_stl_soup soup;

    if (options != NULL && options->stl == UVP_ROOMLESS_PASS) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "STL files are left alone");
    }
    memset(&soup, 0, sizeof soup);
    mesh = uvp_model_single(model, arena);
    notes = UVP_ARENA_ARRAY(arena, struct notes, 1);
    if (mesh == NULL || notes == NULL) {
        return uvp_fail_memory(err, sizeof *mesh + sizeof *notes);
    }
    UVP_TRY(decode_soup(bytes, options, arena, stop, &soup, err));
    UVP_TRY(hand_over(&soup, arena, mesh, err));
    memset(notes, 0, sizeof *notes);
    notes->is_text = soup.is_text;
    notes->is_far = soup.is_far;
    memcpy(notes->origin, soup.origin, sizeof notes->origin);
    model->note = pick_note(bytes, &soup);
    model->format_private = notes;
    return UVP_OK;
}

/* ---- encode ---- */

static enum uvp_code encode(const struct uvp_mesh_source *source, const struct uvp_model *model,
                            const struct uvp_mesh_uvs *uvs,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_product *product,
                            struct uvp_error *err)
{
    const struct notes *const notes = model->format_private;
    const enum uvp_companion to = options == NULL ? UVP_COMPANION_OBJ : options->stl_to;
    struct uvp_writing writing = {.model = model, .uvs = uvs};

    if (options != NULL) {
        writing.uv_type = options->uv_type;
    }
    if (notes->is_far) {
        writing.origin = notes->origin;
    }
    if (notes->is_text && to == UVP_COMPANION_OBJ) {
        UVP_TRY(
            uvp_stl_spell(source->bytes, model->meshes, arena, stop, &writing.spelled, err));
    }
    UVP_TRY(uvp_write_companion(&writing, to, arena, stop, product, err));
    product->dropped = options != NULL && options->stl == UVP_ROOMLESS_REPLACE;
    return UVP_OK;
}

/*
 * A binary facet has 50 bytes. Decoding takes 52 of it, 16 more for the table, and the new file
 * some 110; where no two facets share a corner, 100 for the table and 320 for the file.
 */
static size_t cost_bound(size_t bytes)
{
    const size_t fixed = (size_t)64 << 10;

    return bytes > (SIZE_MAX - fixed) / 10 ? SIZE_MAX : 10 * bytes + fixed;
}

static const char *const suffixes[] = {".stl", NULL};

const struct uvp_format uvp_format_stl = {
    .name = "stl",
    .suffixes = suffixes,
    .has_u16 = true,
    .probe = probe,
    .decode = decode,
    .encode = encode,
    .cost_bound = cost_bound,
};
