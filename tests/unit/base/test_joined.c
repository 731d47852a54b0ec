/* The lowest of what hangs together stands for it, whatever the order of the pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pipeline/base/joined.h"

#define COUNT 12

static void separate(uint32_t *link)
{
    for (uint32_t i = 0; i < COUNT; i++) {
        link[i] = i;
    }
}

static void each_is_alone_at_first(void **state)
{
    uint32_t link[COUNT];

    (void)state;
    separate(link);
    for (uint32_t i = 0; i < COUNT; i++) {
        assert_int_equal(uvp_joined_root(link, i), i);
    }
}

static void the_lowest_stands_for_all(void **state)
{
    static const uint32_t pairs[][2] = {{11, 7}, {7, 3}, {5, 11}, {2, 9}, {9, 2}, {4, 4}};
    static const uint32_t wanted[COUNT] = {0, 1, 2, 3, 4, 3, 6, 3, 8, 2, 10, 3};
    const size_t count = sizeof pairs / sizeof pairs[0];

    (void)state;
    for (size_t first = 0; first < count; first++) {
        uint32_t link[COUNT];

        separate(link);
        for (size_t k = 0; k < count; k++) { /* begun elsewhere each time, turned each second */
            const uint32_t *const pair = pairs[(first + k) % count];
            uvp_joined_join(link, pair[first % 2], pair[1 - first % 2]);
        }
        for (uint32_t i = 0; i < COUNT; i++) {
            assert_int_equal(uvp_joined_root(link, i), wanted[i]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_alone_at_first),
        cmocka_unit_test(the_lowest_stands_for_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
