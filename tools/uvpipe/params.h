/*
 * params.h -- options of single meshes as JSON: {"max-stretch": 1.5, "keep-charts": true}
 *
 * Why:     programs that look for good parameters write them, and programs that know their
 *          meshes say what each needs.
 * Use:     uvp_params_parse for the text; uvp_params_take over its object.
 * Owner:   values are texts in the arena.
 * Threads: pure functions.
 * Limits:  UVP_PARAMS_FILE_BYTES a text, UVP_PARAMS_DEPTH objects and lists inside each other.
 */
#ifndef UVP_TOOLS_PARAMS_H
#define UVP_TOOLS_PARAMS_H

#include <jansson.h>

#include "tools/uvpipe/config.h"

#define UVP_PARAMS_FILE_BYTES ((size_t)1 << 20)
#define UVP_PARAMS_DEPTH 32

/* The whole text as one object; UVP_USAGE says where it is none. Owner: the caller. */
UVP_MUST_USE enum uvp_code uvp_params_parse(struct uvp_span text, json_t **object,
                                            struct uvp_error *err);

/* `value`: as uvp_config_set takes it. */
typedef enum uvp_code (*uvp_param_fn)(void *ctx, const struct uvp_option *row,
                                      const char *value, struct uvp_error *err);

/*
 * Judges every key and value, and hands them on. Only options that may differ from mesh to mesh
 * are taken. `trial`: see uvp_config_say; its command is whose options they are.
 */
UVP_MUST_USE enum uvp_code uvp_params_take(const json_t *params, struct uvp_options *trial,
                                           struct uvp_arena *arena, uvp_param_fn take,
                                           void *ctx, struct uvp_error *err);

/* A file of --params: {"version": 1, "params": {...}}; all else in it is passed over. */
UVP_MUST_USE enum uvp_code uvp_params_file(const char *path, struct uvp_config *config,
                                           struct uvp_options *trial, struct uvp_error *err);

#endif
