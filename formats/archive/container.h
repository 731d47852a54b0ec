/*
 * container.h -- what each container provides to input.c, entry.c and output.c
 *
 * Why:     the private face inside formats/archive: one table a container, found by its bytes.
 */
#ifndef UVP_FORMATS_ARCHIVE_CONTAINER_H
#define UVP_FORMATS_ARCHIVE_CONTAINER_H

#include "formats/archive/input.h"
#include "formats/archive/output.h"

/* Every input begins with this; the rest is the container's own. */
struct uvp_input {
    const struct uvp_input_ops *ops;
    struct uvp_input_options options;
    struct uvp_stream *stream; /* NULL for folders */
};

/* `pass`, `flush`, `flushable` and `trailer` are NULL, all four, where an input has no bytes
 * but its members': folders and 7z. */
struct uvp_input_ops {
    enum uvp_container container;
    enum uvp_code (*next)(struct uvp_input *input, struct uvp_header *header,
                          struct uvp_error *err);
    /* NULL: nothing to show */
    enum uvp_code (*head)(struct uvp_input *input, void *to, size_t room, size_t *bytes,
                          bool *whole, struct uvp_error *err);
    enum uvp_code (*take)(struct uvp_input *input, struct uvp_entry *entry,
                          struct uvp_error *err);
    enum uvp_code (*announce)(struct uvp_input *input, struct uvp_entry *entry,
                              struct uvp_error *err);
    enum uvp_code (*pass)(struct uvp_input *input, bool *more, struct uvp_error *err);
    enum uvp_code (*read)(struct uvp_input *input, struct uvp_slices *decoded, bool *more,
                          struct uvp_error *err);
    enum uvp_code (*flush)(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                           struct uvp_error *err);
    uint64_t (*flushable)(const struct uvp_input *input);
    enum uvp_code (*trailer)(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                             struct uvp_error *err);
    void (*close)(struct uvp_input *input); /* frees everything, the stream too */
};

struct uvp_output {
    const struct uvp_output_ops *ops;
    struct uvp_output_options options;
    struct uvp_sink *sink;
};

struct uvp_output_ops {
    enum uvp_code (*raw)(struct uvp_output *output, const struct uvp_slices *raw, uint64_t at,
                         struct uvp_error *err);
    enum uvp_code (*original)(struct uvp_output *output, const struct uvp_entry *entry,
                              struct uvp_error *err);
    enum uvp_code (*member)(struct uvp_output *output, const struct uvp_entry *entry,
                            struct uvp_span bytes, const struct uvp_rendered *rendered,
                            struct uvp_error *err);
    enum uvp_code (*drop)(struct uvp_output *output, const struct uvp_entry *entry,
                          struct uvp_error *err);
    enum uvp_code (*begin)(struct uvp_output *output, const struct uvp_entry *entry,
                           struct uvp_error *err);
    enum uvp_code (*data)(struct uvp_output *output, const struct uvp_slices *decoded,
                          struct uvp_error *err);
    enum uvp_code (*end)(struct uvp_output *output, struct uvp_error *err);
    enum uvp_code (*trailer)(struct uvp_output *output, const struct uvp_slices *raw,
                             uint64_t at, struct uvp_error *err);
    enum uvp_code (*finish)(struct uvp_output *output, struct uvp_error *err);
    void (*destroy)(struct uvp_output *output);
};

typedef enum uvp_code uvp_render_fn(const struct uvp_entry *entry, struct uvp_span body,
                                    const struct uvp_render_options *options,
                                    struct uvp_buf *out, struct uvp_rendered *rendered,
                                    struct uvp_error *err);
typedef enum uvp_code uvp_input_open_fn(struct uvp_stream *stream, struct uvp_span head,
                                        const struct uvp_input_options *options,
                                        struct uvp_input **input, struct uvp_error *err);
typedef enum uvp_code uvp_output_create_fn(const struct uvp_output_options *options,
                                           struct uvp_sink *sink, struct uvp_output **output,
                                           struct uvp_error *err);

/* tar_input.c, tar_output.c, tar_header.c: tar and cpio */
bool uvp_tar_sniff(struct uvp_span head, enum uvp_container *container);
uvp_input_open_fn uvp_tar_input_open;
uvp_output_create_fn uvp_tar_output_create;
uvp_render_fn uvp_tar_render;

/* zip_input.c, zip_output.c, zip_entry.c */
bool uvp_zip_sniff(struct uvp_span head);
uvp_input_open_fn uvp_zip_input_open;
uvp_output_create_fn uvp_zip_output_create;
uvp_render_fn uvp_zip_render;
enum uvp_code uvp_zip_load(const struct uvp_entry *entry, struct uvp_buf *store,
                           struct uvp_span *body, struct uvp_error *err);

/* plain.c: one file that is no archive; folder_input.c, folder_output.c; other_input.c: 7z */
uvp_input_open_fn uvp_plain_input_open;
uvp_output_create_fn uvp_plain_output_create;
uvp_render_fn uvp_plain_render;
uvp_output_create_fn uvp_folder_output_create;
bool uvp_other_sniff(struct uvp_span head);
uvp_input_open_fn uvp_other_input_open;

#endif
