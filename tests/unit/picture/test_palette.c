/* Colours of charts are apart for everybody. */
#include "stages/unwrapper/picture/palette.h"
#include "tests/unit/picture/picture_bench.h"

struct lab {
    double l;
    double a;
    double b;
};

static double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4);
}

static double curve(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16.0 / 116;
}

/* CIE L*a*b* of linear red, green and blue, for daylight. */
static struct lab lab_of(const double rgb[3])
{
    const double x = (0.4124 * rgb[0] + 0.3576 * rgb[1] + 0.1805 * rgb[2]) / 0.9505;
    const double y = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    const double z = (0.0193 * rgb[0] + 0.1192 * rgb[1] + 0.9505 * rgb[2]) / 1.089;
    const struct lab lab = {116 * curve(y) - 16, 500 * (curve(x) - curve(y)),
                            200 * (curve(y) - curve(z))};

    return lab;
}

static double distance(struct uvp_colour one, struct uvp_colour other, bool without_green)
{
    const struct uvp_colour colours[2] = {one, other};
    struct lab lab[2];

    for (int i = 0; i < 2; i++) {
        double rgb[3] = {linear(colours[i].r / 255.0), linear(colours[i].g / 255.0),
                         linear(colours[i].b / 255.0)};
        if (without_green) { /* deuteranopia, after Vienot, Brettel and Mollon (1999) */
            const double mixed = 0.293 * rgb[0] + 0.707 * rgb[1];
            rgb[2] = fmax(0, -0.0223 * rgb[0] + 0.0223 * rgb[1] + rgb[2]);
            rgb[0] = mixed;
            rgb[1] = mixed;
        }
        lab[i] = lab_of(rgb);
    }
    return sqrt(pow(lab[0].l - lab[1].l, 2) + pow(lab[0].a - lab[1].a, 2) +
                pow(lab[0].b - lab[1].b, 2));
}

static void first_colours_are_apart(void **state)
{
    double least = 1000;
    double least_without = 1000;

    (void)state;
    for (uint32_t i = 0; i < UVP_PALETTE_BASE; i++) {
        for (uint32_t k = 0; k < i; k++) {
            const struct uvp_colour a = uvp_palette_chart(i);
            const struct uvp_colour b = uvp_palette_chart(k);
            least = fmin(least, distance(a, b, false));
            least_without = fmin(least_without, distance(a, b, true));
        }
    }
    print_message("least distance %.1f, without green %.1f\n", least, least_without);
    assert_true(least >= 25); /* 2.3 is what can just be seen */
    assert_true(least_without >= 12);
}

static void consecutive_colours_are_far_apart(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < UVP_PALETTE_COUNT; i++) {
        assert_true(distance(uvp_palette_chart(i), uvp_palette_chart(i + 1), false) > 25);
        assert_true(distance(uvp_palette_chart(i), uvp_palette_chart(i + 1), true) > 14);
    }
}

static void all_differ_and_none_is_the_page_or_the_warning(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < UVP_PALETTE_COUNT; i++) {
        const struct uvp_colour colour = uvp_palette_chart(i);

        assert_true(distance(colour, uvp_colour_of(UVP_PAGE), false) > 8);
        assert_true(distance(colour, uvp_colour_of(UVP_WARNING), false) > 25);
        assert_true(distance(colour, uvp_colour_of(UVP_INK), false) > 8);
        for (uint32_t k = 0; k < i; k++) {
            assert_true(distance(colour, uvp_palette_chart(k), false) > 3);
        }
        assert_true(distance(colour, uvp_palette_chart(i + UVP_PALETTE_COUNT), false) <= 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_colours_are_apart),
        cmocka_unit_test(consecutive_colours_are_far_apart),
        cmocka_unit_test(all_differ_and_none_is_the_page_or_the_warning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
