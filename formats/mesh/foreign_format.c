/*
 * Formats of other programs that are read by a library and written beside as GLB: their own
 * files cannot be patched by anyone who does not know all of them.
 */
#include "formats/mesh/foreign_scene.h"

#define BYTES_PER_POLL ((size_t)1 << 16)
#define NOTE_BAKED "meshes that stand sheared have an atlas each in the new file"
#define NOTE_MOVES "bones and animations are not in the new file"

/* The bytes must leave no doubt: nobody else could be asked whether they are sound. */
static enum uvp_probe probe(enum uvp_foreign_kind kind, struct uvp_span head)
{
    return uvp_foreign_by_contents(head) == kind ? UVP_PROBE_YES : UVP_PROBE_NO;
}

/* ---- what the library does not survive ---- */

/* Of an element of whole numbers, the bytes between its tag and the next; else nothing. */
static struct uvp_span find_list(const unsigned char *at, const unsigned char *end)
{
    static const char *const names[] = {"p", "h", "v", "vcount"};
    const unsigned char *text;
    const unsigned char *next;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const size_t bytes = strlen(names[i]);
        if ((size_t)(end - at) > bytes && memcmp(at, names[i], bytes) == 0 &&
            memchr("> \t\r\n", at[bytes], 5) != NULL) {
            text = memchr(at, '>', (size_t)(end - at));
            text = text == NULL ? end : text + 1;
            next = memchr(text, '<', (size_t)(end - text));
            return uvp_span_of(text, (size_t)((next == NULL ? end : next) - text));
        }
    }
    return uvp_span_of(at, 0);
}

/* It reads lists of whole numbers without end when there is anything else in them. */
static enum uvp_code check_lists(struct uvp_span bytes, struct uvp_stop *stop,
                                 struct uvp_error *err)
{
    const unsigned char *const end = bytes.data + bytes.bytes;
    const unsigned char *at = bytes.data;

    while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        const struct uvp_span list = find_list(++at, end);
        UVP_TRY(uvp_stop_poll(stop, err));
        for (size_t i = 0; i < list.bytes; i++) {
            UVP_TRY(i % BYTES_PER_POLL == BYTES_PER_POLL - 1 ? uvp_stop_poll(stop, err)
                                                             : UVP_OK);
            if (memchr("0123456789 \n\t\r+-", list.data[i], 16) == NULL) {
                const size_t byte = (size_t)(list.data + i - bytes.data);
                return uvp_fail(err, UVP_BAD_DATA, byte,
                                "byte %zu: a list of whole numbers holds something else", byte);
            }
        }
    }
    return UVP_OK;
}

/* ---- decode, encode ---- */

static enum uvp_code decode(enum uvp_foreign_kind kind, struct uvp_span bytes,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_model *model,
                            struct uvp_error *err)
{
    struct uvp_foreign_scene *const scene = UVP_ARENA_ARRAY(arena, struct uvp_foreign_scene, 1);
    struct uvp_foreign_graph graph;

    if (scene == NULL) {
        return uvp_fail_memory(err, sizeof *scene);
    }
    if (options != NULL && options->stl == UVP_ROOMLESS_PASS) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s files are left alone",
                        uvp_foreign_name(kind));
    }
    if (uvp_foreign_by_contents(bytes) != kind) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "byte 0: not the beginning of %s",
                        uvp_foreign_name(kind));
    }
    if (kind == UVP_FOREIGN_DAE) {
        UVP_TRY(check_lists(bytes, stop, err));
    }
    UVP_TRY(uvp_foreign_import(kind, bytes, options, arena, stop, model, &graph, err));
    UVP_TRY(uvp_foreign_arrange(&graph, options, arena, stop, model, scene, err));
    model->note = scene->baked_count != 0 ? NOTE_BAKED : graph.moves ? NOTE_MOVES : NULL;
    model->format_private = scene;
    return UVP_OK;
}

static enum uvp_code encode(const struct uvp_mesh_source *source, const struct uvp_model *model,
                            const struct uvp_mesh_uvs *uvs,
                            const struct uvp_mesh_options *options, struct uvp_arena *arena,
                            struct uvp_stop *stop, struct uvp_product *product,
                            struct uvp_error *err)
{
    const struct uvp_foreign_scene *const scene = model->format_private;
    const struct uvp_writing writing = {
        .model = model,
        .uvs = uvs,
        .uv_type = options == NULL ? UVP_UV_FLOAT : options->uv_type,
        .nodes = scene->nodes,
        .node_count = scene->node_count,
    };

    (void)source;
    UVP_TRY(uvp_write_companion(&writing, UVP_COMPANION_GLB, arena, stop, product, err));
    product->dropped = options != NULL && options->stl == UVP_ROOMLESS_REPLACE;
    return UVP_OK;
}

/* A guess: most of it is the library's, which nobody counts and which grows with what is
 * packed. */
static size_t cost_bound(size_t bytes)
{
    const size_t fixed = (size_t)1 << 20;

    return bytes > (SIZE_MAX - fixed) / 32 ? SIZE_MAX : 32 * bytes + fixed;
}

/* A format is asked as itself, not as a kind: what is the same for all but that. */
#define FOREIGN_FORMAT(id, KIND)                                                               \
    static enum uvp_probe probe_##id(struct uvp_span head, bool whole)                         \
    {                                                                                          \
        (void)whole;                                                                           \
        return probe(KIND, head);                                                              \
    }                                                                                          \
    static enum uvp_code decode_##id(const struct uvp_mesh_source *source,                     \
                                     const struct uvp_mesh_options *options,                   \
                                     struct uvp_arena *arena, struct uvp_stop *stop,           \
                                     struct uvp_model *model, struct uvp_error *err)           \
    {                                                                                          \
        return decode(KIND, source->bytes, options, arena, stop, model, err);                  \
    }                                                                                          \
    static const char *const suffixes_##id[] = {"." #id, NULL};                                \
    extern const struct uvp_format uvp_format_##id;                                            \
    const struct uvp_format uvp_format_##id = {                                                \
        .name = #id,                                                                           \
        .suffixes = suffixes_##id,                                                             \
        .has_u16 = true,                                                                       \
        .probe = probe_##id,                                                                   \
        .decode = decode_##id,                                                                 \
        .encode = encode,                                                                      \
        .cost_bound = cost_bound,                                                              \
    }

FOREIGN_FORMAT(fbx, UVP_FOREIGN_FBX);
FOREIGN_FORMAT(dae, UVP_FOREIGN_DAE);
FOREIGN_FORMAT(3ds, UVP_FOREIGN_3DS);
FOREIGN_FORMAT(x3d, UVP_FOREIGN_X3D);
