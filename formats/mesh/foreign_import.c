/*
 * What libassimp makes of a file, as plain arrays. The only file that knows the library.
 *
 * It asks for files by name, and gets one: the member's bytes. It keeps the text of its last
 * failure in one place for all threads, so one import runs at a time. That also bounds what it
 * takes beside our memory, which nobody counts, to what one file needs.
 */
#include <assimp/cfileio.h>
#include <assimp/cimport.h>
#include <assimp/config.h>
#include <assimp/scene.h>

#include <stdatomic.h>
#include <time.h>

#include "formats/mesh/bitweld.h"
#include "formats/mesh/foreign_scene.h"

#define CORNERS_DEFAULT ((UINT32_C(1) << 31) - 1)
#define POLYGON_DEFAULT (UINT32_C(1) << 20)
#define FACES_PER_POLL 4096U
#define NODES_MOST (UINT32_C(1) << 22)
#define LEAST_ROOM 64U
#define HANDLES 8 /* of one file: it is closed before it is opened again, but by few */
#define WAIT_NS 1000000
#define BLOCK 256U /* corners that are welded at once */
#define WORDS_BYTES 128

/* ---- one at a time ---- */

static atomic_flag busy = ATOMIC_FLAG_INIT;

/* Leaves as soon as `stop` says so; else when the one before has left. */
static enum uvp_code enter(struct uvp_stop *stop, struct uvp_error *err)
{
    const struct timespec pause = {.tv_nsec = WAIT_NS};

    UVP_TRY(uvp_stop_poll(stop, err));
    while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
        (void)nanosleep(&pause, NULL);
        UVP_TRY(uvp_stop_poll(stop, err));
    }
    return UVP_OK;
}

static void leave(void)
{
    atomic_flag_clear_explicit(&busy, memory_order_release);
}

/* ---- the only file there is ---- */

struct handle {
    struct aiFile file;
    struct disk *disk;
    size_t at;
    bool is_open;
};

struct disk {
    struct aiFileIO io;
    const char *path;
    struct uvp_span bytes;
    struct handle handles[HANDLES];
};

static struct handle *handle_of(struct aiFile *file)
{
    return (struct handle *)(void *)file; /* its first member */
}

static size_t read_file(struct aiFile *file, char *to, size_t size, size_t count)
{
    struct handle *const handle = handle_of(file);
    const size_t left = handle->disk->bytes.bytes - handle->at;
    const size_t items = size == 0 ? 0 : left / size < count ? left / size : count;

    if (items != 0) {
        memcpy(to, handle->disk->bytes.data + handle->at, items * size);
        handle->at += items * size;
    }
    return items;
}

static size_t write_file(struct aiFile *file, const char *from, size_t size, size_t count)
{
    (void)file;
    (void)from;
    (void)size;
    (void)count;
    return 0;
}

static size_t tell_file(struct aiFile *file)
{
    return handle_of(file)->at;
}

static size_t size_file(struct aiFile *file)
{
    return handle_of(file)->disk->bytes.bytes;
}

static enum aiReturn seek_file(struct aiFile *file, size_t offset, enum aiOrigin origin)
{
    struct handle *const handle = handle_of(file);
    const size_t end = handle->disk->bytes.bytes;
    const size_t from = origin == aiOrigin_CUR ? handle->at : 0;

    if (origin == aiOrigin_END) {
        if (offset > end) {
            return aiReturn_FAILURE;
        }
        handle->at = end - offset;
        return aiReturn_SUCCESS;
    }
    if (offset > end - from) {
        return aiReturn_FAILURE;
    }
    handle->at = from + offset;
    return aiReturn_SUCCESS;
}

static void flush_file(struct aiFile *file)
{
    (void)file;
}

static struct aiFile *open_file(struct aiFileIO *io, const char *path, const char *mode)
{
    struct disk *const disk = (struct disk *)(void *)io; /* its first member */

    if (mode[0] != 'r' || strcmp(path, disk->path) != 0) {
        return NULL;
    }
    for (int i = 0; i < HANDLES; i++) {
        struct handle *const handle = &disk->handles[i];
        if (!handle->is_open) {
            handle->is_open = true;
            handle->at = 0;
            return &handle->file;
        }
    }
    return NULL;
}

static void close_file(struct aiFileIO *io, struct aiFile *file)
{
    (void)io;
    handle_of(file)->is_open = false;
}

static void init_disk(struct disk *disk, const char *path, struct uvp_span bytes)
{
    memset(disk, 0, sizeof *disk);
    disk->io.OpenProc = open_file;
    disk->io.CloseProc = close_file;
    disk->path = path;
    disk->bytes = bytes;
    for (int i = 0; i < HANDLES; i++) {
        struct handle *const handle = &disk->handles[i];
        handle->disk = disk;
        handle->file.ReadProc = read_file;
        handle->file.WriteProc = write_file;
        handle->file.TellProc = tell_file;
        handle->file.FileSizeProc = size_file;
        handle->file.SeekProc = seek_file;
        handle->file.FlushProc = flush_file;
    }
}

/* ---- meshes ---- */

struct taker {
    const struct aiScene *scene;
    const struct uvp_mesh_options *options;
    struct uvp_arena *arena;
    struct uvp_stop *stop;
    uint64_t corners; /* so far, of all meshes */
};

static bool is_polygon(const struct aiFace *face)
{
    return face->mNumIndices >= 3;
}

/* Declared by the library for what it holds, and judged all the same. */
static enum uvp_code count_faces(struct taker *taker, const struct aiMesh *from,
                                 uint32_t *polygons, uint32_t *corners, struct uvp_error *err)
{
    const uint32_t most =
        taker->options->corners != 0 ? taker->options->corners : CORNERS_DEFAULT;
    const uint32_t polygon_most = taker->options->polygon_corners != 0
                                      ? taker->options->polygon_corners
                                      : POLYGON_DEFAULT;
    const uint64_t before = taker->corners;

    *polygons = 0;
    for (unsigned f = 0; f < from->mNumFaces; f++) {
        const struct aiFace *const face = &from->mFaces[f];
        UVP_TRY(f % FACES_PER_POLL == 0 ? uvp_stop_poll(taker->stop, err) : UVP_OK);
        if (!is_polygon(face)) {
            continue;
        }
        for (unsigned k = 0; k < face->mNumIndices; k++) {
            if (face->mIndices[k] >= from->mNumVertices) {
                return uvp_fail(err, UVP_BAD_DATA, f, "face %u: vertex index %u of %u", f,
                                face->mIndices[k], from->mNumVertices);
            }
        }
        taker->corners += face->mNumIndices;
        if (face->mNumIndices > polygon_most || taker->corners > most) {
            return uvp_fail(err, UVP_LIMIT, f, "face %u: more than %u corners", f,
                            face->mNumIndices > polygon_most ? polygon_most : most);
        }
        ++*polygons;
    }
    *corners = (uint32_t)(taker->corners - before);
    return UVP_OK;
}

/* The corners' numbers in the library's mesh, polygon by polygon. */
static void copy_faces(const struct aiMesh *from, uint32_t *start, uint32_t *vertex)
{
    uint32_t corners = 0;
    uint32_t polygons = 0;

    for (unsigned f = 0; f < from->mNumFaces; f++) {
        const struct aiFace *const face = &from->mFaces[f];
        if (is_polygon(face)) {
            start[polygons++] = corners;
            memcpy(vertex + corners, face->mIndices, sizeof(uint32_t) * face->mNumIndices);
            corners += face->mNumIndices;
        }
    }
    start[polygons] = corners;
}

static enum uvp_code weld(struct taker *taker, const struct aiMesh *from,
                          const uint32_t *vertex, uint32_t corners, uint32_t *welded,
                          struct uvp_mesh *mesh, struct uvp_error *err)
{
    struct uvp_bitweld table;

    memset(&table, 0, sizeof table);
    UVP_TRY(uvp_bitweld_init(&table, taker->arena, corners,
                             from->mNumVertices < corners ? from->mNumVertices : corners, err));
    for (uint32_t c = 0; c < corners; c += BLOCK) {
        const uint32_t count = corners - c < BLOCK ? corners - c : BLOCK;
        uint32_t bits[3 * BLOCK];

        UVP_TRY(c / BLOCK % 16 == 0 ? uvp_stop_poll(taker->stop, err) : UVP_OK);
        for (uint32_t i = 0; i < count; i++) {
            memcpy(bits + (size_t)3 * i, &from->mVertices[vertex[c + i]], 12);
        }
        UVP_TRY(uvp_bitweld_add(&table, bits, count, welded + c, err));
    }
    UVP_TRY(uvp_bitweld_finish(&table, welded, taker->stop, err));
    mesh->positions = table.positions;
    mesh->vertex_count = table.vertex_count;
    mesh->corner_vertex = welded;
    return UVP_OK;
}

/* Also of meshes that are left as they are: the new file has theirs. */
static enum uvp_code take_uvs(struct taker *taker, const struct aiMesh *from,
                              const uint32_t *vertex, struct uvp_mesh *mesh,
                              struct uvp_error *err)
{
    const bool stay = taker->options->existing == UVP_EXISTING_SKIP;
    float *to;

    mesh->has_uvs = from->mTextureCoords[0] != NULL;
    if (!mesh->has_uvs || (!taker->options->wants_uvs && !stay)) {
        return UVP_OK;
    }
    to = UVP_ARENA_ARRAY(taker->arena, float, (size_t)2 * from->mNumVertices);
    if (to == NULL) {
        return uvp_fail_memory(err, (size_t)8 * from->mNumVertices);
    }
    for (unsigned v = 0; v < from->mNumVertices; v++) {
        to[(size_t)2 * v] = from->mTextureCoords[0][v].x;
        to[(size_t)2 * v + 1] = from->mTextureCoords[0][v].y;
    }
    mesh->old_uv = to;
    mesh->old_uv_count = from->mNumVertices;
    mesh->corner_uv = vertex;
    return UVP_OK;
}

static enum uvp_code take_mesh(struct taker *taker, const struct aiMesh *from,
                               struct uvp_mesh *mesh, struct uvp_error *err)
{
    uint32_t polygons = 0;
    uint32_t corners = 0;
    uint32_t *start;
    uint32_t *vertex;
    uint32_t *welded;

    memset(mesh, 0, sizeof *mesh);
    UVP_TRY(count_faces(taker, from, &polygons, &corners, err));
    start = UVP_ARENA_ARRAY(taker->arena, uint32_t, (size_t)polygons + 1);
    vertex = UVP_ARENA_ARRAY(taker->arena, uint32_t, corners);
    welded = UVP_ARENA_ARRAY(taker->arena, uint32_t, corners);
    if (start == NULL || vertex == NULL || welded == NULL) {
        return uvp_fail_memory(err, (size_t)8 * corners + (size_t)4 * polygons);
    }
    copy_faces(from, start, vertex);
    mesh->corner_start = start;
    mesh->polygon_count = polygons;
    if (polygons == 0) {
        return UVP_OK;
    }
    UVP_TRY(weld(taker, from, vertex, corners, welded, mesh, err));
    return take_uvs(taker, from, vertex, mesh, err);
}

static enum uvp_code take_meshes(struct taker *taker, struct uvp_model *model,
                                 struct uvp_error *err)
{
    const uint32_t count = taker->scene->mNumMeshes;

    memset(model, 0, sizeof *model);
    model->meshes = UVP_ARENA_ARRAY(taker->arena, struct uvp_mesh, count);
    if (model->meshes == NULL) {
        return uvp_fail_memory(err, count * sizeof *model->meshes);
    }
    model->mesh_count = count;
    for (uint32_t m = 0; m < count; m++) {
        UVP_TRY(take_mesh(taker, taker->scene->mMeshes[m], &model->meshes[m], err));
    }
    return UVP_OK;
}

/* ---- nodes ---- */

/* Nodes in the order of their distance from the root; a list that grows. */
struct line {
    const struct aiNode **nodes;
    uint32_t *parents;
    uint32_t count;
    uint32_t room;
    uint64_t uses;
};

static enum uvp_code grow(struct line *line, uint64_t wanted, struct uvp_arena *arena,
                          struct uvp_error *err)
{
    const struct aiNode **nodes;
    uint32_t *parents;
    uint64_t room = line->room;

    if (wanted <= room) {
        return UVP_OK;
    }
    if (wanted > NODES_MOST) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u nodes", NODES_MOST);
    }
    for (room = room < LEAST_ROOM ? LEAST_ROOM : room; room < wanted; room *= 2) {
    }
    nodes = UVP_ARENA_ARRAY(arena, const struct aiNode *, (size_t)room);
    parents = UVP_ARENA_ARRAY(arena, uint32_t, (size_t)room);
    if (nodes == NULL || parents == NULL) {
        return uvp_fail_memory(err, (size_t)room * (sizeof *nodes + sizeof *parents));
    }
    if (line->count != 0) {
        memcpy(nodes, line->nodes, line->count * sizeof *nodes);
        memcpy(parents, line->parents, line->count * sizeof *parents);
    }
    line->nodes = nodes;
    line->parents = parents;
    line->room = (uint32_t)room;
    return UVP_OK;
}

static void append(struct line *line, const struct aiNode *node, uint32_t parent)
{
    line->nodes[line->count] = node;
    line->parents[line->count++] = parent;
    line->uses += node->mNumMeshes;
}

static enum uvp_code line_up(struct taker *taker, struct line *line, struct uvp_error *err)
{
    memset(line, 0, sizeof *line);
    UVP_TRY(grow(line, 1, taker->arena, err));
    append(line, taker->scene->mRootNode, UVP_WRITING_NONE);
    for (uint32_t i = 0; i < line->count; i++) {
        const struct aiNode *const node = line->nodes[i];
        UVP_TRY(i % FACES_PER_POLL == 0 ? uvp_stop_poll(taker->stop, err) : UVP_OK);
        UVP_TRY(grow(line, (uint64_t)line->count + node->mNumChildren, taker->arena, err));
        for (unsigned k = 0; k < node->mNumChildren; k++) {
            append(line, node->mChildren[k], i);
        }
    }
    return line->uses <= NODES_MOST
               ? UVP_OK
               : uvp_fail(err, UVP_LIMIT, 0, "meshes in more than %u places", NODES_MOST);
}

static void copy_matrix(const struct aiMatrix4x4 *from, float to[3][4])
{
    const float rows[3][4] = {
        {from->a1, from->a2, from->a3, from->a4},
        {from->b1, from->b2, from->b3, from->b4},
        {from->c1, from->c2, from->c3, from->c4},
    };

    memcpy(to, rows, sizeof rows);
}

static enum uvp_code take_uses(const struct aiNode *from, uint32_t mesh_count,
                               struct uvp_foreign_graph *graph, struct uvp_error *err)
{
    for (unsigned u = 0; u < from->mNumMeshes; u++) {
        if (from->mMeshes[u] >= mesh_count) {
            return uvp_fail(err, UVP_BAD_DATA, 0, "a node uses mesh %u of %u", from->mMeshes[u],
                            mesh_count);
        }
        graph->uses[graph->use_count++] = from->mMeshes[u];
    }
    return UVP_OK;
}

static enum uvp_code take_nodes(struct taker *taker, struct uvp_foreign_graph *graph,
                                struct uvp_error *err)
{
    struct line line;

    UVP_TRY(line_up(taker, &line, err));
    graph->nodes = UVP_ARENA_ARRAY(taker->arena, struct uvp_foreign_node, line.count);
    graph->uses = UVP_ARENA_ARRAY(taker->arena, uint32_t, (size_t)line.uses);
    if (graph->nodes == NULL || graph->uses == NULL) {
        return uvp_fail_memory(err, line.count * sizeof *graph->nodes);
    }
    for (uint32_t i = 0; i < line.count; i++) {
        struct uvp_foreign_node *const node = &graph->nodes[i];
        node->parent = line.parents[i];
        node->first_use = graph->use_count;
        node->use_count = line.nodes[i]->mNumMeshes;
        copy_matrix(&line.nodes[i]->mTransformation, node->matrix);
        UVP_TRY(take_uses(line.nodes[i], taker->scene->mNumMeshes, graph, err));
    }
    graph->node_count = line.count;
    return UVP_OK;
}

static bool moves(const struct aiScene *scene)
{
    for (unsigned m = 0; m < scene->mNumMeshes; m++) {
        if (scene->mMeshes[m]->mNumBones != 0 || scene->mMeshes[m]->mNumAnimMeshes != 0) {
            return true;
        }
    }
    return scene->mNumAnimations != 0;
}

/* ---- the library ---- */

/* Its words, in one line of plain letters. */
static enum uvp_code tell_failure(enum uvp_foreign_kind kind, struct uvp_error *err)
{
    const char *const text = aiGetErrorString();
    char words[WORDS_BYTES];
    size_t bytes = 0;

    for (; text != NULL && text[bytes] != '\0' && bytes < sizeof words - 1; bytes++) {
        words[bytes] = text[bytes] >= ' ' && text[bytes] <= '~' ? text[bytes] : ' ';
    }
    words[bytes] = '\0';
    return uvp_fail(err, UVP_BAD_DATA, 0, "%s: %s", uvp_foreign_name(kind),
                    bytes == 0 ? "cannot be read" : words);
}

/* What is not asked for is not read: the less of a file is interpreted, the better. */
static struct aiPropertyStore *make_properties(void)
{
    static const char *const off[] = {
        AI_CONFIG_IMPORT_FBX_READ_TEXTURES,
        AI_CONFIG_IMPORT_FBX_READ_CAMERAS,
        AI_CONFIG_IMPORT_FBX_READ_LIGHTS,
        AI_CONFIG_IMPORT_FBX_PRESERVE_PIVOTS,
    };
    struct aiPropertyStore *const properties = aiCreatePropertyStore();

    for (size_t i = 0; properties != NULL && i < sizeof off / sizeof off[0]; i++) {
        aiSetImportPropertyInteger(properties, off[i], 0);
    }
    if (properties != NULL) { /* else bones alone would get a mesh that nobody made */
        aiSetImportPropertyInteger(properties, AI_CONFIG_IMPORT_NO_SKELETON_MESHES, 1);
    }
    return properties;
}

static enum uvp_code take_scene(const struct aiScene *scene,
                                const struct uvp_mesh_options *options, struct uvp_arena *arena,
                                struct uvp_stop *stop, struct uvp_model *model,
                                struct uvp_foreign_graph *graph, struct uvp_error *err)
{
    const struct uvp_mesh_options usual = {0};
    struct taker taker = {.scene = scene,
                          .options = options == NULL ? &usual : options,
                          .arena = arena,
                          .stop = stop};

    memset(graph, 0, sizeof *graph);
    UVP_TRY(take_meshes(&taker, model, err));
    UVP_TRY(take_nodes(&taker, graph, err));
    graph->moves = moves(scene);
    return UVP_OK;
}

enum uvp_code uvp_foreign_import(enum uvp_foreign_kind kind, struct uvp_span bytes,
                                 const struct uvp_mesh_options *options,
                                 struct uvp_arena *arena, struct uvp_stop *stop,
                                 struct uvp_model *model, struct uvp_foreign_graph *graph,
                                 struct uvp_error *err)
{
    /* The suffix tells the library which of its readers is meant. */
    static const char *const paths[UVP_FOREIGN_READABLE] = {
        [UVP_FOREIGN_FBX] = "member.fbx",
        [UVP_FOREIGN_DAE] = "member.dae",
        [UVP_FOREIGN_3DS] = "member.3ds",
        [UVP_FOREIGN_X3D] = "member.x3d",
    };
    struct aiPropertyStore *properties;
    const struct aiScene *scene;
    struct disk disk;
    enum uvp_code code;

    init_disk(&disk, paths[kind], bytes);
    UVP_TRY(enter(stop, err));
    properties = make_properties();
    scene = aiImportFileExWithProperties(disk.path, 0, &disk.io, properties);
    code = scene == NULL || scene->mRootNode == NULL
               ? tell_failure(kind, err)
               : take_scene(scene, options, arena, stop, model, graph, err);
    aiReleaseImport(scene);
    aiReleasePropertyStore(properties);
    leave();
    return code;
}
