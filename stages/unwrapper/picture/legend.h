/*
 * legend.h -- the words of a picture
 *
 * Threads: pure functions, independent of the locale.
 */
#ifndef UVP_PICTURE_LEGEND_H
#define UVP_PICTURE_LEGEND_H

#include "stages/unwrapper/picture/subject.h"

#define UVP_LEGEND_WORDS_BYTES 200

/* "12,756 triangles, 101 charts, stretch mean 1.01, most 2.89" */
void uvp_legend_words(const struct uvp_subjects *subjects, char out[UVP_LEGEND_WORDS_BYTES]);

#endif
