/* A seal tells everything that may have happened to a value. */
#include "tests/unit/store/store_kit.h"

#include "stages/store/seal.h"

#define VALUE 50

static void fits_its_value_only(void **state)
{
    const struct uvp_store_key key = kit_key(7);
    unsigned char value[VALUE];
    unsigned char data[UVP_SEAL_BYTES];
    struct uvp_seal seal;

    (void)state;
    kit_fill(7, value, sizeof value);
    uvp_seal_make(uvp_seal_solution, &key, uvp_span_of(value, sizeof value), data);
    assert_true(uvp_seal_read(data, &seal));
    assert_true(uvp_seal_is_kind(&seal, uvp_seal_solution));
    assert_false(uvp_seal_is_kind(&seal, uvp_seal_journal));
    assert_true(uvp_store_key_equal(&seal.key, &key));
    assert_int_equal(seal.value_bytes, sizeof value);
    assert_true(uvp_seal_fits(&seal, uvp_span_of(value, sizeof value)));
    assert_false(uvp_seal_fits(&seal, uvp_span_of(value, sizeof value - 1)));
    for (size_t bit = 0; bit < 8 * sizeof value; bit++) {
        value[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(uvp_seal_fits(&seal, uvp_span_of(value, sizeof value)));
        value[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
}

static void no_bit_of_it_may_change(void **state)
{
    const struct uvp_store_key key = kit_key(7);
    unsigned char data[UVP_SEAL_BYTES];
    struct uvp_seal seal;

    (void)state;
    uvp_seal_make(uvp_seal_left, &key, uvp_span_of("x", 1), data);
    for (size_t bit = 0; bit < 8 * sizeof data; bit++) {
        data[bit / 8] ^= (unsigned char)(1U << bit % 8);
        assert_false(uvp_seal_read(data, &seal));
        data[bit / 8] ^= (unsigned char)(1U << bit % 8);
    }
    assert_true(uvp_seal_read(data, &seal));
}

static void reads_and_writes_whole(void **state)
{
    unsigned char data[VALUE];
    unsigned char back[VALUE];
    char folder[KIT_PATH_BYTES];
    char path[KIT_PATH_BYTES + 8];
    int fd;

    (void)state;
    kit_folder(folder);
    (void)snprintf(path, sizeof path, "%s/f", folder);
    kit_fill(1, data, sizeof data);
    fd = open(path, O_RDWR | O_CREAT, 0666);
    assert_true(uvp_seal_write(fd, data, sizeof data));
    assert_true(uvp_seal_pread(fd, back, sizeof back, 0));
    assert_memory_equal(data, back, sizeof data);
    assert_true(uvp_seal_pread(fd, back, 10, VALUE - 10));
    assert_false(uvp_seal_pread(fd, back, 11, VALUE - 10));
    (void)close(fd);
    fd = open("/dev/full", O_WRONLY);
    if (fd >= 0) {
        assert_false(uvp_seal_write(fd, data, sizeof data));
        assert_int_equal(errno, ENOSPC);
        (void)close(fd);
    }
    kit_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_its_value_only),
        cmocka_unit_test(no_bit_of_it_may_change),
        cmocka_unit_test(reads_and_writes_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
