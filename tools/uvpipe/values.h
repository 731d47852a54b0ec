/*
 * values.h -- numbers, sizes and durations as they are typed on a command line
 *
 * Use:     each function reads the whole text, to its last character, and answers false for
 *          anything else: no sign, no blank, no second dot, no overflow.
 * Threads: pure functions, independent of the locale.
 */
#ifndef UVP_TOOLS_VALUES_H
#define UVP_TOOLS_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/base/status.h"

/* "0", "42". */
UVP_MUST_USE bool uvp_value_count(const char *text, uint64_t *value);

/* As count, with a leading '-' allowed: compression levels can be negative. */
UVP_MUST_USE bool uvp_value_integer(const char *text, int64_t *value);

/* "4096", "512M", "2g", "1GiB": K, M, G and T are powers of 1024. */
UVP_MUST_USE bool uvp_value_size(const char *text, uint64_t *bytes);

/* "500ms", "10s", "1.5m", "2h", "30": a number alone is seconds. Nothing finer than 1 ns. */
UVP_MUST_USE bool uvp_value_duration(const char *text, uint64_t *ns);

/* "2", "0.5": in millionths, digits beyond the sixth refused. */
UVP_MUST_USE bool uvp_value_decimal(const char *text, uint64_t *millionths);

#endif
