/*
 * manifest.h -- what differs from member to member: --params-from
 *
 *     {"name": "models/a.obj", "params": {"max-stretch": 1.5}}
 *     {"match": "*.stl", "input": "scans.tar", "params": {"stl": "replace"}}
 *
 * Why:     one run over an archive whose members need different things.
 * Use:     read; lend its overrides to the settings; mark each member told of; ask for those
 *          that matched nothing; destroy.
 * Order:   of all lines that fit a member, what a later one says holds.
 * Threads: find is read-only and may be called from any thread; mark and unused from the
 *          writer's while the line runs, then from the main thread.
 * Limits:  UVP_MANIFEST_LINE_BYTES a line, UVP_MANIFEST_LINES lines, UVP_MANIFEST_GLOBS of
 *          which are patterns: each is held against every member.
 */
#ifndef UVP_TOOLS_MANIFEST_H
#define UVP_TOOLS_MANIFEST_H

#include "stages/settings.h"
#include "tools/uvpipe/options.h"

#define UVP_MANIFEST_LINE_BYTES ((size_t)64 << 10)
#define UVP_MANIFEST_LINES ((uint32_t)1 << 24)
#define UVP_MANIFEST_GLOBS 4096U

struct uvp_manifest;

/*
 * Reads the file as parameters of this command.
 *
 * Returns: UVP_OK, UVP_USAGE, UVP_IO, UVP_NO_MEMORY; the text names file and line
 */
UVP_MUST_USE enum uvp_code uvp_manifest_read(const char *path, enum uvp_command command,
                                             struct uvp_mem *mem,
                                             struct uvp_manifest **manifest,
                                             struct uvp_error *err);
/* The same from a text: for tests. `name` is what errors call it. */
UVP_MUST_USE enum uvp_code uvp_manifest_parse(struct uvp_span text, const char *name,
                                              enum uvp_command command, struct uvp_mem *mem,
                                              struct uvp_manifest **manifest,
                                              struct uvp_error *err);
/* NULL allowed. */
void uvp_manifest_destroy(struct uvp_manifest *manifest);

/* Looks members up in this manifest; lives as long as it does. */
const struct uvp_overrides *uvp_manifest_overrides(const struct uvp_manifest *manifest);

/* Calls `each` with every option that differs for the member, and its value; how many. */
typedef void (*uvp_manifest_each_fn)(void *ctx, const struct uvp_option *row,
                                     const char *value);
size_t uvp_manifest_each(const struct uvp_manifest *manifest, const char *input,
                         struct uvp_span path, uvp_manifest_each_fn each, void *ctx);

/* The lines that fit this member have one. */
void uvp_manifest_mark(struct uvp_manifest *manifest, const char *input, struct uvp_span path);

/* Lines that were never marked: their number; the first of them through `each`, up to `most`.
 */
typedef void (*uvp_manifest_unused_fn)(void *ctx, uint32_t line, const char *name);
uint64_t uvp_manifest_unused(const struct uvp_manifest *manifest, uint32_t most,
                             uvp_manifest_unused_fn each, void *ctx);

#endif
