/*
 * Prints what libassimp reads from a file: a line for each face where it stands in the scene,
 * with "x y z u v" for each corner, or "x y z - -". Points and lines are left out.
 *
 * Usage: read_with_assimp FILE
 * Exit:  0 read, 1 not read (its words on stderr), 2 usage
 */
#include <assimp/cimport.h>
#include <assimp/scene.h>

#include <stdio.h>

#define MOST_DEPTH 1000

static struct aiMatrix4x4 multiply(const struct aiMatrix4x4 *a, const struct aiMatrix4x4 *b)
{
    struct aiMatrix4x4 product = *a;

    aiMultiplyMatrix4(&product, b);
    return product;
}

static void print_corner(const struct aiMesh *mesh, unsigned vertex,
                         const struct aiMatrix4x4 *world)
{
    struct aiVector3D at = mesh->mVertices[vertex];

    aiTransformVecByMatrix4(&at, world);
    printf("%.9g %.9g %.9g ", (double)at.x, (double)at.y, (double)at.z);
    if (mesh->mTextureCoords[0] == NULL) {
        printf("- - ");
    } else {
        const struct aiVector3D *const uv = &mesh->mTextureCoords[0][vertex];
        printf("%.9g %.9g ", (double)uv->x, (double)uv->y);
    }
}

static void print_mesh(const struct aiMesh *mesh, const struct aiMatrix4x4 *world)
{
    for (unsigned f = 0; f < mesh->mNumFaces; f++) {
        const struct aiFace *const face = &mesh->mFaces[f];
        for (unsigned k = 0; face->mNumIndices > 2 && k < face->mNumIndices; k++) {
            print_corner(mesh, face->mIndices[k], world);
        }
        if (face->mNumIndices > 2) {
            puts("");
        }
    }
}

/* Not deeper than MOST_DEPTH. */
static void print_node(const struct aiScene *scene, const struct aiNode *node,
                       const struct aiMatrix4x4 *above, int depth)
{
    const struct aiMatrix4x4 world = multiply(above, &node->mTransformation);

    for (unsigned m = 0; m < node->mNumMeshes; m++) {
        print_mesh(scene->mMeshes[node->mMeshes[m]], &world);
    }
    for (unsigned i = 0; depth < MOST_DEPTH && i < node->mNumChildren; i++) {
        print_node(scene, node->mChildren[i], &world, depth + 1);
    }
}

int main(int argc, char **argv)
{
    const struct aiScene *scene;
    struct aiMatrix4x4 here;

    if (argc != 2) {
        fputs("usage: read_with_assimp FILE\n", stderr);
        return 2;
    }
    scene = aiImportFile(argv[1], 0);
    if (scene == NULL) {
        fprintf(stderr, "read_with_assimp: %s\n", aiGetErrorString());
        return 1;
    }
    aiIdentityMatrix4(&here);
    print_node(scene, scene->mRootNode, &here, 0);
    aiReleaseImport(scene);
    return 0;
}
