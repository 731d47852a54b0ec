#include "stages/shared.h"

#include <string.h>

#define KEEP_MOST ((size_t)64 << 20) /* more is never worth keeping warm */

const char *uvp_shared_input(const struct uvp_shared *shared, uint32_t lane)
{
    return shared->settings->input_count == 0 ? "-" : shared->settings->inputs[lane];
}

size_t uvp_shared_worker_keep_bytes(const struct uvp_settings *settings)
{
    const size_t workers = settings->workers == 0 ? 1 : settings->workers;
    const size_t share = settings->memory_bytes / UVP_SHARED_KEEP_PART / workers;

    return share > KEEP_MOST ? KEEP_MOST : share;
}

const char *uvp_shared_last_part(const char *path)
{
    const char *const slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}
