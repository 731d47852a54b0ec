#include "stages/record.h"

static const char *const status_names[UVP_MEMBER_STATUS_COUNT] = {
    [UVP_MEMBER_UNWRAPPED] = "ok",      [UVP_MEMBER_PASSED] = "passed",
    [UVP_MEMBER_FAILED] = "failed",     [UVP_MEMBER_VALID] = "valid",
    [UVP_MEMBER_INVALID] = "invalid",   [UVP_MEMBER_BARE] = "no-uvs",
    [UVP_MEMBER_LISTED] = "mesh",       [UVP_MEMBER_MADE] = "made",
    [UVP_MEMBER_RENDERED] = "rendered", [UVP_MEMBER_ANALYZED] = "analyzed",
};

static const char *const step_names[UVP_STEP_COUNT] = {
    [UVP_STEP_LOAD] = "load",         [UVP_STEP_DECODE] = "decode",
    [UVP_STEP_TOPOLOGY] = "topology", [UVP_STEP_SEGMENT] = "segment",
    [UVP_STEP_FLATTEN] = "flatten",   [UVP_STEP_MERGE] = "merge",
    [UVP_STEP_PACK] = "pack",         [UVP_STEP_VERIFY] = "verify",
    [UVP_STEP_ENCODE] = "encode",     [UVP_STEP_RENDER] = "render",
    [UVP_STEP_MAKE] = "make",         [UVP_STEP_STORE] = "store",
};

const char *uvp_member_status_name(enum uvp_member_status status)
{
    return (unsigned)status < UVP_MEMBER_STATUS_COUNT ? status_names[status] : "unknown";
}

const char *uvp_member_step_name(enum uvp_member_step step)
{
    return (unsigned)step < UVP_STEP_COUNT ? step_names[step] : "unknown";
}
