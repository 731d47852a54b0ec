/* Recipes: the same for the same number, sizes of every order as often, names that differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "stages/recipe.h"

static const struct uvp_shape_kind *shapes[2];

static struct uvp_making making_of(uint32_t least, uint32_t most)
{
    const struct uvp_making making = {
        .shapes = shapes,
        .shape_count = 2,
        .count = 1000,
        .least_triangles = least,
        .most_triangles = most,
        .seed = 7,
    };

    shapes[0] = uvp_shape_find("cube");
    shapes[1] = uvp_shape_find("torus");
    return making;
}

static void test_sizes(void **state)
{
    const struct uvp_making making = making_of(100, 1000000);
    unsigned orders[4] = {0};

    (void)state;
    for (uint64_t i = 0; i < 4000; i++) {
        const struct uvp_recipe recipe = uvp_recipe_of(&making, i);

        assert_in_range(recipe.triangles, 100, 1000000);
        orders[recipe.triangles < 1000     ? 0
               : recipe.triangles < 10000  ? 1
               : recipe.triangles < 100000 ? 2
                                           : 3]++;
        assert_ptr_equal(recipe.shape, shapes[i % 2]);
    }
    for (int i = 0; i < 4; i++) {
        assert_in_range(orders[i], 850, 1150);
    }
}

static void test_one_size(void **state)
{
    const struct uvp_making making = making_of(777, 777);

    (void)state;
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(uvp_recipe_of(&making, i).triangles, 777);
    }
}

static void test_seeds(void **state)
{
    struct uvp_making making = making_of(100, 1000);
    const struct uvp_recipe first = uvp_recipe_of(&making, 0);

    (void)state;
    assert_true(uvp_recipe_of(&making, 0).seed == first.seed);
    assert_true(uvp_recipe_of(&making, 2).seed != first.seed);
    making.seed = 8;
    assert_true(uvp_recipe_of(&making, 0).seed != first.seed);
}

static void test_names(void **state)
{
    struct uvp_making making = making_of(100, 1000);
    char name[UVP_RECIPE_NAME_BYTES];

    (void)state;
    assert_int_equal(uvp_recipe_name(&making, 3, name), strlen("torus/torus-000003.obj"));
    assert_string_equal(name, "torus/torus-000003.obj");
    making.format = UVP_MADE_GLB;
    (void)uvp_recipe_name(&making, UINT64_MAX - 1, name);
    assert_string_equal(name, "cube/cube-18446744073709551614.glb");
    for (const struct uvp_shape_kind *shape = uvp_shapes; shape->name != NULL; shape++) {
        assert_true(strlen(shape->name) <= 16); /* more would be cut */
    }
}

static void test_costs(void **state)
{
    const struct uvp_recipe small = {.shape = uvp_shape_find("gear"), .triangles = 1};
    const struct uvp_recipe large = {.shape = uvp_shape_find("gear"), .triangles = 1000000};

    (void)state;
    assert_true(uvp_recipe_cost_bytes(&small) > uvp_recipe_file_bytes(&small));
    assert_true(uvp_recipe_file_bytes(&small) > small.shape->least);
    assert_true(uvp_recipe_cost_bytes(&large) > 100000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes), cmocka_unit_test(test_one_size),
        cmocka_unit_test(test_seeds), cmocka_unit_test(test_names),
        cmocka_unit_test(test_costs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
