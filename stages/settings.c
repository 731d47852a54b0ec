#include "stages/settings.h"

struct uvp_task_traits uvp_task_traits(enum uvp_task task)
{
    static const struct uvp_task_traits traits[UVP_TASK_COUNT] = {
        [UVP_TASK_UNWRAP] = {.writes = true},
        [UVP_TASK_CHECK] = {.wants_uvs = true},
        [UVP_TASK_LIST] = {.writes = false},
        [UVP_TASK_COMPARE] = {.wants_uvs = true},
        [UVP_TASK_GENERATE] = {.writes = true, .makes = true},
        [UVP_TASK_RENDER] = {.writes = true, .wants_uvs = true, .made_only = true},
        [UVP_TASK_ANALYZE] = {.wants_uvs = true},
        [UVP_TASK_OPTIMIZE] = {.writes = true},
    };

    return traits[task];
}

const char *uvp_fault_name(unsigned bit)
{
    static const char *const names[] = {"flipped",     "collapsed", "mirrored",
                                        "overlapping", "outside",   "unmapped"};

    return bit < sizeof names / sizeof names[0] ? names[bit] : NULL;
}
