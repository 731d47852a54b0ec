/* Whatever the engine sees changes the key; what it does not see leaves it alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stages/unwrapper/mesh_key.h"

/* A square as two triangles, with old UVs and two materials. */
struct square {
    float positions[12];
    uint32_t corner_vertex[6];
    uint32_t triangles[6];
    uint32_t polygon[2];
    uint32_t group[2];
    float old_uv[8];
    uint32_t old_corner_uv[6];
};

static struct square make_square(void)
{
    const struct square square = {
        .positions = {0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0},
        .corner_vertex = {0, 1, 2, 0, 2, 3},
        .triangles = {0, 1, 2, 3, 4, 5},
        .polygon = {0, 1},
        .group = {0, 1},
        .old_uv = {0, 0, 1, 0, 1, 1, 0, 1},
        .old_corner_uv = {0, 1, 2, 0, 2, 3},
    };

    return square;
}

static struct uvp_atlas_input input_of(const struct square *square)
{
    const struct uvp_atlas_input input = {
        .positions = square->positions,
        .vertex_count = 4,
        .corner_vertex = square->corner_vertex,
        .corner_count = 6,
        .triangles = square->triangles,
        .triangle_count = 2,
        .triangle_polygon = square->polygon,
        .triangle_group = square->group,
        .old_uv = square->old_uv,
        .old_corner_uv = square->old_corner_uv,
        .old_uv_count = 4,
    };

    return input;
}

static struct uvp_store_key key_of(const struct square *square,
                                   const struct uvp_atlas_options *options)
{
    const struct uvp_atlas_input input = input_of(square);

    return uvp_mesh_key(&input, options);
}

/* How many of the square's bytes change the key. */
static size_t count_seen(const struct uvp_atlas_options *options)
{
    struct square square = make_square();
    const struct uvp_store_key before = key_of(&square, options);
    size_t seen = 0;

    for (size_t at = 0; at < sizeof square; at++) {
        unsigned char *const byte = (unsigned char *)&square + at;
        struct uvp_store_key after;

        *byte ^= 1;
        after = key_of(&square, options);
        *byte ^= 1;
        seen += uvp_store_key_equal(&before, &after) ? 0 : 1;
    }
    return seen;
}

static void every_byte_that_is_seen(void **state)
{
    const size_t groups = sizeof((struct square *)0)->group;
    const size_t old =
        sizeof((struct square *)0)->old_uv + sizeof((struct square *)0)->old_corner_uv;
    const struct uvp_atlas_options plain = {0};
    const struct uvp_atlas_options seams = {.seam_groups = true};
    const struct uvp_atlas_options keeps = {.keep_charts = true};
    const struct uvp_atlas_options both = {.seam_groups = true, .keep_charts = true};

    (void)state;
    assert_int_equal(count_seen(&plain), sizeof(struct square) - groups - old);
    assert_int_equal(count_seen(&seams), sizeof(struct square) - old);
    assert_int_equal(count_seen(&keeps), sizeof(struct square) - groups);
    assert_int_equal(count_seen(&both), sizeof(struct square));
}

static void options_and_absence_count(void **state)
{
    const struct uvp_atlas_options plain = {0};
    const struct uvp_atlas_options other = {.resolution_texels = 512};
    const struct uvp_atlas_options both = {.seam_groups = true, .keep_charts = true};
    const struct square square = make_square();
    struct uvp_atlas_input input = input_of(&square);
    struct uvp_store_key keys[5];

    (void)state;
    keys[0] = uvp_mesh_key(&input, &plain);
    keys[1] = uvp_mesh_key(&input, &other);
    keys[2] = uvp_mesh_key(&input, &both);
    input.triangle_group = NULL;
    keys[3] = uvp_mesh_key(&input, &both);
    input.old_uv = NULL;
    input.old_corner_uv = NULL;
    input.old_uv_count = 0;
    keys[4] = uvp_mesh_key(&input, &both);
    for (int i = 0; i < 5; i++) {
        for (int k = 0; k < i; k++) {
            assert_false(uvp_store_key_equal(&keys[i], &keys[k]));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_that_is_seen),
        cmocka_unit_test(options_and_absence_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
