/*
 * shortest.h -- a float32 in the fewest digits that give it back, fast
 *
 * Why:     new files are full of coordinates; trying one count of digits after the other takes
 *          ten times as long.
 * Use:     as uvp_text_write_float, which spells the same way.
 * Threads: no state.
 */
#ifndef UVP_FORMATS_MESH_SHORTEST_H
#define UVP_FORMATS_MESH_SHORTEST_H

#include "formats/mesh/text.h"

#define UVP_SHORTEST_BYTES 24 /* may all be used on the way */

unsigned char *uvp_shortest_write(unsigned char *to, float value);

#endif
