/*
 * Which container's code writes, and handing each call to it.
 */
#include "formats/archive/output.h"

#include "formats/archive/container.h"

enum uvp_code uvp_output_create(const struct uvp_output_options *options, struct uvp_sink *sink,
                                struct uvp_output **output, struct uvp_error *err)
{
    static uvp_output_create_fn *const creators[UVP_CONTAINER_COUNT] = {
        [UVP_CONTAINER_PLAIN] = uvp_plain_output_create,
        [UVP_CONTAINER_TAR] = uvp_tar_output_create,
        [UVP_CONTAINER_CPIO] = uvp_tar_output_create,
        [UVP_CONTAINER_ZIP] = uvp_zip_output_create,
        [UVP_CONTAINER_FOLDER] = uvp_folder_output_create,
    };

    if ((unsigned)options->container >= UVP_CONTAINER_COUNT ||
        creators[options->container] == NULL) {
        return uvp_fail(err, UVP_UNSUPPORTED, 0, "%s archives are not written",
                        uvp_container_name(options->container));
    }
    return creators[options->container](options, sink, output, err);
}

void uvp_output_destroy(struct uvp_output *output)
{
    if (output != NULL) {
        output->ops->destroy(output);
    }
}

enum uvp_code uvp_output_raw(struct uvp_output *output, const struct uvp_slices *raw,
                             uint64_t at, struct uvp_error *err)
{
    return output->ops->raw(output, raw, at, err);
}

enum uvp_code uvp_output_original(struct uvp_output *output, const struct uvp_entry *entry,
                                  struct uvp_error *err)
{
    return output->ops->original(output, entry, err);
}

enum uvp_code uvp_output_member(struct uvp_output *output, const struct uvp_entry *entry,
                                struct uvp_span bytes, const struct uvp_rendered *rendered,
                                struct uvp_error *err)
{
    return output->ops->member(output, entry, bytes, rendered, err);
}

enum uvp_code uvp_output_drop(struct uvp_output *output, const struct uvp_entry *entry,
                              struct uvp_error *err)
{
    return output->ops->drop(output, entry, err);
}

enum uvp_code uvp_output_begin(struct uvp_output *output, const struct uvp_entry *entry,
                               struct uvp_error *err)
{
    return output->ops->begin(output, entry, err);
}

enum uvp_code uvp_output_data(struct uvp_output *output, const struct uvp_slices *decoded,
                              struct uvp_error *err)
{
    return output->ops->data(output, decoded, err);
}

enum uvp_code uvp_output_end(struct uvp_output *output, struct uvp_error *err)
{
    return output->ops->end(output, err);
}

enum uvp_code uvp_output_trailer(struct uvp_output *output, const struct uvp_slices *raw,
                                 uint64_t at, struct uvp_error *err)
{
    return output->ops->trailer(output, raw, at, err);
}

enum uvp_code uvp_output_finish(struct uvp_output *output, struct uvp_error *err)
{
    return output->ops->finish(output, err);
}
