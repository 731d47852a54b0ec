/* A hundred places at most, and few that change: looking through them beats a heap to read. */
#include "tools/uvpipe/podium.h"

#include <string.h>

static bool is_worse(double score, uint64_t seq, const struct uvp_podium_place *than)
{
    return score > than->score || (score >= than->score && seq < than->seq);
}

void uvp_podium_init(struct uvp_podium *podium, uint32_t most, struct uvp_mem *mem)
{
    memset(podium, 0, sizeof *podium);
    podium->mem = mem;
    podium->most = most < UVP_PODIUM_MOST ? most : UVP_PODIUM_MOST;
    for (uint32_t i = 0; i < UVP_PODIUM_MOST; i++) {
        uvp_buf_init(&podium->places[i].exhibit, mem, 0);
    }
}

void uvp_podium_release(struct uvp_podium *podium)
{
    for (uint32_t i = 0; i < podium->count; i++) {
        uvp_buf_release(&podium->places[i].exhibit);
    }
    podium->count = 0;
}

static uint32_t find_least(const struct uvp_podium *podium)
{
    uint32_t least = 0;

    for (uint32_t i = 1; i < podium->count; i++) {
        if (is_worse(podium->places[least].score, podium->places[least].seq,
                     &podium->places[i])) {
            least = i;
        }
    }
    return least;
}

const struct uvp_podium_place *uvp_podium_least(const struct uvp_podium *podium)
{
    if (podium->count < podium->most || podium->most == 0) {
        return NULL;
    }
    return &podium->places[find_least(podium)];
}

enum uvp_code uvp_podium_offer(struct uvp_podium *podium, double score, uint64_t seq,
                               struct uvp_span exhibit, struct uvp_error *err)
{
    struct uvp_podium_place *place = &podium->places[podium->count];

    if (podium->most == 0) {
        return UVP_OK;
    }
    if (podium->count == podium->most) {
        place = &podium->places[find_least(podium)];
        if (!is_worse(score, seq, place)) {
            return UVP_OK;
        }
    }
    uvp_buf_reset(&place->exhibit);
    if (uvp_buf_append(&place->exhibit, exhibit.data, exhibit.bytes, err) != UVP_OK) {
        return UVP_NO_MEMORY;
    }
    place->score = score;
    place->seq = seq;
    podium->count += podium->count < podium->most ? 1 : 0;
    return UVP_OK;
}

void uvp_podium_sort(struct uvp_podium *podium)
{
    for (uint32_t i = 1; i < podium->count; i++) {
        const struct uvp_podium_place moved = podium->places[i];
        uint32_t at = i;

        while (at > 0 && is_worse(moved.score, moved.seq, &podium->places[at - 1])) {
            podium->places[at] = podium->places[at - 1];
            at--;
        }
        podium->places[at] = moved;
    }
}
