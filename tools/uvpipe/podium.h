/*
 * podium.h -- the worst N members so far, with what is shown of them
 *
 * Use:     init; offer each exhibit; raise the bar with the least that is kept; sort; look;
 *          release.
 * Owner:   copies what it keeps.
 * Order:   as bar.h: a higher score is worse, of equal ones the earlier member.
 * Threads: confined.
 * Limits:  memory is that of N exhibits.
 */
#ifndef UVP_TOOLS_PODIUM_H
#define UVP_TOOLS_PODIUM_H

#include <stdbool.h>

#include "pipeline/base/buf.h"

#define UVP_PODIUM_MOST 100

struct uvp_podium_place {
    double score;
    uint64_t seq;
    struct uvp_buf exhibit;
};

struct uvp_podium {
    struct uvp_mem *mem;
    uint32_t most;
    uint32_t count;
    struct uvp_podium_place places[UVP_PODIUM_MOST];
};

/* `most` up to UVP_PODIUM_MOST; 0 keeps nothing. */
void uvp_podium_init(struct uvp_podium *podium, uint32_t most, struct uvp_mem *mem);
void uvp_podium_release(struct uvp_podium *podium);

/* UVP_OK, kept or not; UVP_NO_MEMORY: not kept, though it should be. */
UVP_MUST_USE enum uvp_code uvp_podium_offer(struct uvp_podium *podium, double score,
                                            uint64_t seq, struct uvp_span exhibit,
                                            struct uvp_error *err);

/* The least that is kept, once there is no place left; else NULL: anything would be kept. */
const struct uvp_podium_place *uvp_podium_least(const struct uvp_podium *podium);

/* The worst first. */
void uvp_podium_sort(struct uvp_podium *podium);

#endif
