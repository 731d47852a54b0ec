/*
 * far.h -- coordinates far from the origin
 *
 * Why:     text and doubles hold more digits than a float32. Where a mesh is small and far away
 *          (maps, surveys), rounding to float32 would lose its shape, so positions are taken
 *          relative to the middle of its box.
 * Use:     extend a box by the positions as float32; when it is far, read the numbers again as
 *          doubles and subtract the middle.
 * Threads: no state.
 */
#ifndef UVP_FORMATS_MESH_FAR_H
#define UVP_FORMATS_MESH_FAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct uvp_far_box {
    float least[3];
    float most[3]; /* below `least` as long as it is empty */
};

void uvp_far_box_init(struct uvp_far_box *box);

/* Numbers that are none are no part of it. */
void uvp_far_box_extend(struct uvp_far_box *box, const float *positions, uint32_t count);

/* Its middle, as float32, when that is more than 2^10 times as far off as the box is large. */
bool uvp_far_box_middle(const struct uvp_far_box *box, float middle[3]);

/*
 * The decimal number at `at`, which has been read as float32 before and was `value`, to more
 * than 15 digits; `value` itself when it is spelled in a way this does not know.
 */
double uvp_far_read(const unsigned char *at, const unsigned char *end, float value);

#endif
