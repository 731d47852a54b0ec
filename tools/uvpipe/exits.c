#include "tools/uvpipe/exits.h"

#include <errno.h>
#include <signal.h>

static int exit_of_members(const struct uvp_progress *progress)
{
    const bool clean = progress->members_by_status[UVP_MEMBER_FAILED] == 0 &&
                       progress->members_by_status[UVP_MEMBER_INVALID] == 0 &&
                       progress->members_by_status[UVP_MEMBER_BARE] == 0 &&
                       progress->warnings == 0;

    return clean ? UVP_EXIT_OK : UVP_EXIT_MEMBERS;
}

int uvp_exit_of(enum uvp_code code, const struct uvp_error *err, int signal,
                const struct uvp_progress *progress)
{
    if (code == UVP_OK || code == UVP_END) {
        return exit_of_members(progress);
    }
    if (code == UVP_USAGE) {
        return UVP_EXIT_USAGE;
    }
    if (code == UVP_CANCELLED && signal != 0) {
        return UVP_EXIT_SIGNAL + signal;
    }
    if (uvp_exit_is_quiet(code, err)) {
        return UVP_EXIT_SIGNAL + SIGPIPE;
    }
    return UVP_EXIT_FAILURE;
}

bool uvp_exit_is_quiet(enum uvp_code code, const struct uvp_error *err)
{
    return code == UVP_IO && err->sys == EPIPE;
}

bool uvp_exit_accounts_match(const struct uvp_progress *progress)
{
    uint64_t ended = 0;

    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        ended += progress->members_by_status[i];
    }
    return ended == progress->members_read;
}
