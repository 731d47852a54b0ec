#include "formats/mesh/ply_text.h"

#include <math.h>

#include "formats/mesh/far.h"
#include "formats/mesh/text.h"

#define WHOLE_MAX 9007199254740992.0 /* 2^53 */

bool uvp_ply_text_float(const unsigned char *at, const unsigned char *end, float *value)
{
    return uvp_text_read_float(at, end, value) == end;
}

bool uvp_ply_text_double(const unsigned char *at, const unsigned char *end, double *value)
{
    float rough;

    if (!uvp_ply_text_float(at, end, &rough)) {
        return false;
    }
    *value = uvp_far_read(at, end, rough);
    return true;
}

bool uvp_ply_text_whole(const unsigned char *at, const unsigned char *end, int64_t *value)
{
    double number;

    if (uvp_text_read_integer(at, end, value) == end) {
        return true;
    }
    if (!uvp_ply_text_double(at, end, &number) || !(fabs(number) < WHOLE_MAX) ||
        number != floor(number)) {
        return false;
    }
    *value = (int64_t)number;
    return true;
}
