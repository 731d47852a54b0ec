#include "tools/uvpipe/command.h"

const struct uvp_command_ops *uvp_command_of(enum uvp_command command)
{
    static const struct uvp_command_ops *const commands[UVP_COMMAND_COUNT] = {
        [UVP_COMMAND_STREAM] = &uvp_command_unwrap,
        [UVP_COMMAND_CHECK] = &uvp_command_check,
        [UVP_COMMAND_CACHE] = &uvp_command_cache,
        [UVP_COMMAND_LIST] = &uvp_command_list,
        [UVP_COMMAND_COMPARE] = &uvp_command_compare,
        [UVP_COMMAND_GEN] = &uvp_command_gen,
        [UVP_COMMAND_RENDER] = &uvp_command_render,
        [UVP_COMMAND_ANALYZE] = &uvp_command_analyze,
        [UVP_COMMAND_OPTIMIZE] = &uvp_command_optimize,
        [UVP_COMMAND_EXPLAIN] = &uvp_command_explain,
    };

    return commands[command];
}
