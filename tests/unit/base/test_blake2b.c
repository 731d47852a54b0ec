/* Digests that other programs give for the same bytes, and bytes in pieces of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "pipeline/base/blake2b.h"

#define BYTES 400

static void hex_of(const void *data, size_t bytes, char out[2 * UVP_BLAKE2B_BYTES + 1])
{
    unsigned char digest[UVP_BLAKE2B_BYTES];
    struct uvp_blake2b state;

    uvp_blake2b_init(&state);
    uvp_blake2b_update(&state, data, bytes);
    uvp_blake2b_finish(&state, digest);
    for (int i = 0; i < UVP_BLAKE2B_BYTES; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
}

/* As hashlib.blake2b(bytes, digest_size=32) of Python says. */
static void is_blake2b(void **state)
{
    static const struct {
        size_t bytes;
        const char *hex;
    } known[] = {
        {0, "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"},
        {1, "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314"},
        {127, "4ff62e7c4c43fe101a078479c48836be4907d9d498dcc577ca89d694b2c11f9b"},
        {128, "14696d2a98d9f8a280da8b132b1045b345e1033759c6b02fcc4ee885c8ae7c37"},
        {129, "3934215260b1039be9d9d2b073b059bcd50120c327a22af93eb4d98cf821c14c"},
        {255, "a3bb8b4fa098078d32bb5a89e905e237862fd83e99141ca7d8a073bb268ba2a0"},
        {256, "3d0cb2693dfbac42af5a6cc960953fea8714aa39c4bcd054ef61d6b5e98ade4a"},
        {257, "63cb41934eb22ceb359755501ea299abcd784306baf8845ad6b97ff0828b7cfe"},
        {400, "a51abfa1ceac0a3739b021e9a24e297bf312a815b7397aa1b1b9e9a8ea5fce24"},
    };
    unsigned char data[BYTES];
    char hex[2 * UVP_BLAKE2B_BYTES + 1];

    (void)state;
    for (int i = 0; i < BYTES; i++) {
        data[i] = (unsigned char)(i * 7);
    }
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        hex_of(data, known[i].bytes, hex);
        assert_string_equal(hex, known[i].hex);
    }
}

static void pieces_do_not_matter(void **state)
{
    unsigned char data[BYTES];
    char whole[2 * UVP_BLAKE2B_BYTES + 1];
    char hex[2 * UVP_BLAKE2B_BYTES + 1];

    (void)state;
    for (int i = 0; i < BYTES; i++) {
        data[i] = (unsigned char)(i * 31);
    }
    hex_of(data, BYTES, whole);
    for (size_t piece = 1; piece < BYTES; piece++) {
        unsigned char digest[UVP_BLAKE2B_BYTES];
        struct uvp_blake2b digester;

        uvp_blake2b_init(&digester);
        for (size_t at = 0; at < BYTES; at += piece) {
            uvp_blake2b_update(&digester, data + at, BYTES - at < piece ? BYTES - at : piece);
        }
        uvp_blake2b_finish(&digester, digest);
        for (int i = 0; i < UVP_BLAKE2B_BYTES; i++) {
            (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        }
        assert_string_equal(hex, whole);
    }
}

static void values_do_not_run_together(void **state)
{
    static const char *const texts[][2] = {
        {"ab", "c"}, {"a", "bc"}, {"", "abc"}, {"abc", ""}, {NULL, "abc"}, {"abc", NULL},
    };
    unsigned char digest[6][UVP_BLAKE2B_BYTES];

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct uvp_blake2b digester;

        uvp_blake2b_init(&digester);
        uvp_blake2b_text(&digester, texts[i][0]);
        uvp_blake2b_text(&digester, texts[i][1]);
        uvp_blake2b_finish(&digester, digest[i]);
        for (int k = 0; k < i; k++) {
            assert_memory_not_equal(digest[i], digest[k], UVP_BLAKE2B_BYTES);
        }
    }
}

static void zero_has_two_signs(void **state)
{
    unsigned char digest[2][UVP_BLAKE2B_BYTES];

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct uvp_blake2b digester;

        uvp_blake2b_init(&digester);
        uvp_blake2b_float(&digester, i == 0 ? 0.0F : -0.0F);
        uvp_blake2b_finish(&digester, digest[i]);
    }
    assert_memory_not_equal(digest[0], digest[1], UVP_BLAKE2B_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_blake2b),
        cmocka_unit_test(pieces_do_not_matter),
        cmocka_unit_test(values_do_not_run_together),
        cmocka_unit_test(zero_has_two_signs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
