/*
 * Finding out what an input is, by its bytes alone, and handing each call to its container.
 *
 * The order matters: zip and 7z have marks nothing else has, a tar is known by a checksum, and
 * what is none of them is one plain file.
 */
#include "formats/archive/input.h"

#include "formats/archive/container.h"

static uvp_input_open_fn *find_opener(struct uvp_span head)
{
    enum uvp_container container;

    if (uvp_zip_sniff(head)) {
        return uvp_zip_input_open;
    }
    if (uvp_other_sniff(head)) {
        return uvp_other_input_open;
    }
    if (uvp_tar_sniff(head, &container)) {
        return uvp_tar_input_open;
    }
    return uvp_plain_input_open;
}

enum uvp_code uvp_input_open(struct uvp_stream *stream, const struct uvp_input_options *options,
                             struct uvp_input **input, struct uvp_error *err)
{
    struct uvp_span head = {NULL, 0};
    const enum uvp_code code = uvp_stream_peek(stream, &head, err);

    if (code == UVP_END && options->may_be_empty) {
        return uvp_plain_input_open(stream, head, options, input, err);
    }
    if (code == UVP_END) {
        return uvp_fail(err, UVP_BAD_DATA, 0, "empty input");
    }
    if (code != UVP_OK) {
        return code;
    }
    return find_opener(head)(stream, head, options, input, err);
}

void uvp_input_close(struct uvp_input *input)
{
    if (input != NULL) {
        input->ops->close(input);
    }
}

enum uvp_container uvp_input_container(const struct uvp_input *input)
{
    return input->ops->container;
}

void uvp_input_keep_metadata(struct uvp_input *input, bool keep)
{
    input->options.keep_metadata = keep;
}

enum uvp_code uvp_input_next(struct uvp_input *input, struct uvp_header *header,
                             struct uvp_error *err)
{
    return input->ops->next(input, header, err);
}

enum uvp_code uvp_input_head(struct uvp_input *input, void *to, size_t room, size_t *bytes,
                             bool *whole, struct uvp_error *err)
{
    *bytes = 0;
    *whole = false;
    return input->ops->head == NULL ? UVP_OK
                                    : input->ops->head(input, to, room, bytes, whole, err);
}

enum uvp_code uvp_input_take(struct uvp_input *input, struct uvp_entry *entry,
                             struct uvp_error *err)
{
    return input->ops->take(input, entry, err);
}

enum uvp_code uvp_input_announce(struct uvp_input *input, struct uvp_entry *entry,
                                 struct uvp_error *err)
{
    return input->ops->announce(input, entry, err);
}

enum uvp_code uvp_input_pass(struct uvp_input *input, bool *more, struct uvp_error *err)
{
    if (input->ops->pass == NULL) {
        *more = false;
        return UVP_OK;
    }
    return input->ops->pass(input, more, err);
}

enum uvp_code uvp_input_read(struct uvp_input *input, struct uvp_slices *decoded, bool *more,
                             struct uvp_error *err)
{
    return input->ops->read(input, decoded, more, err);
}

enum uvp_code uvp_input_flush(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                              struct uvp_error *err)
{
    if (input->ops->flush == NULL) {
        *at = 0;
        return UVP_OK;
    }
    return input->ops->flush(input, raw, at, err);
}

uint64_t uvp_input_flushable(const struct uvp_input *input)
{
    return input->ops->flushable == NULL ? 0 : input->ops->flushable(input);
}

enum uvp_code uvp_input_trailer(struct uvp_input *input, struct uvp_slices *raw, uint64_t *at,
                                struct uvp_error *err)
{
    if (input->ops->trailer == NULL) {
        *at = 0;
        return UVP_OK;
    }
    return input->ops->trailer(input, raw, at, err);
}
