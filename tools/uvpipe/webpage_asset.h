/*
 * webpage_asset.h -- the page of a run without its data, as it lies in the program
 *
 * Why:     the sources of the page are HTML, CSS and JavaScript in tools/uvpipe/page/;
 *          page/embed.cmake makes these two texts of them when the program is built.
 * Use:     head, then script elements with data, then tail: one complete page.
 * Threads: constant.
 */
#ifndef UVP_TOOLS_WEBPAGE_ASSET_H
#define UVP_TOOLS_WEBPAGE_ASSET_H

#include <stddef.h>

extern const unsigned char uvp_webpage_head[];
extern const size_t uvp_webpage_head_bytes;
extern const unsigned char uvp_webpage_tail[];
extern const size_t uvp_webpage_tail_bytes;

#endif
