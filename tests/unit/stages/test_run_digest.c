/* Every option that shapes the output is in the digest; what does not, is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stages/run_digest.h"

/*
 * Bytes between and behind the fields, which mean nothing. A new field makes one of these
 * numbers, or the size, another: then it belongs into run_digest.c, and here.
 */
#define ATLAS_GAPS 0
#define ATLAS_BYTES 40
#define MESH_GAPS 2
#define MESH_BYTES 48

static struct uvp_store_key atlas_key(const struct uvp_atlas_options *options)
{
    struct uvp_store_key key;
    struct uvp_blake2b digest;

    uvp_blake2b_init(&digest);
    uvp_run_add_atlas(&digest, options);
    uvp_blake2b_finish(&digest, key.bytes);
    return key;
}

static void every_byte_of_the_atlas_options(void **state)
{
    struct uvp_atlas_options options;
    struct uvp_store_key zero;
    int gaps = 0;

    (void)state;
    assert_int_equal(sizeof options, ATLAS_BYTES);
    memset(&options, 0, sizeof options);
    zero = atlas_key(&options);
    for (size_t at = 0; at < sizeof options; at++) {
        struct uvp_store_key key;
        unsigned char *const byte = (unsigned char *)&options + at;

        *byte = 1;
        key = atlas_key(&options);
        *byte = 0;
        gaps += uvp_store_key_equal(&key, &zero) ? 1 : 0;
    }
    assert_int_equal(gaps, ATLAS_GAPS);
}

static void every_byte_of_the_mesh_options(void **state)
{
    struct uvp_settings settings;
    struct uvp_store_key zero;
    int gaps = 0;

    (void)state;
    assert_int_equal(sizeof settings.mesh, MESH_BYTES);
    memset(&settings, 0, sizeof settings);
    zero = uvp_run_digest(&settings);
    for (size_t at = 0; at < sizeof settings.mesh; at++) {
        struct uvp_store_key key;
        unsigned char *const byte = (unsigned char *)&settings.mesh + at;

        *byte = 1;
        key = uvp_run_digest(&settings);
        *byte = 0;
        gaps += uvp_store_key_equal(&key, &zero) ? 1 : 0;
    }
    assert_int_equal(gaps, MESH_GAPS);
}

static void names_and_forms_count(void **state)
{
    static const char *const inputs[] = {"a", "b"};
    struct uvp_settings settings[12];
    struct uvp_store_key keys[12];

    (void)state;
    memset(settings, 0, sizeof settings);
    settings[1].inputs = inputs;
    settings[1].input_count = 1;
    settings[2].inputs = inputs;
    settings[2].input_count = 2;
    settings[3].output = "a";
    settings[4].include = inputs;
    settings[4].include_count = 1;
    settings[5].exclude = inputs;
    settings[5].exclude_count = 1;
    settings[6].container_given = true;
    settings[7].codec_given = true;
    settings[8].level_given = true;
    settings[9].seek_table = true;
    settings[10].on_error = UVP_ON_ERROR_DROP;
    settings[11].max_errors = 1;
    for (int i = 0; i < 12; i++) {
        keys[i] = uvp_run_digest(&settings[i]);
        for (int k = 0; k < i; k++) {
            assert_false(uvp_store_key_equal(&keys[i], &keys[k]));
        }
    }
}

static void speed_and_limits_do_not(void **state)
{
    struct uvp_settings settings;
    struct uvp_store_key zero;
    struct uvp_store_key key;

    (void)state;
    memset(&settings, 0, sizeof settings);
    zero = uvp_run_digest(&settings);
    settings.workers = 8;
    settings.memory_bytes = 1 << 30;
    settings.member_timeout_ns = 5;
    settings.cache_dir = "somewhere";
    settings.cache_most_bytes = 7;
    settings.resume = true;
    settings.record_passed = true;
    key = uvp_run_digest(&settings);
    assert_true(uvp_store_key_equal(&key, &zero));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_of_the_atlas_options),
        cmocka_unit_test(every_byte_of_the_mesh_options),
        cmocka_unit_test(names_and_forms_count),
        cmocka_unit_test(speed_and_limits_do_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
