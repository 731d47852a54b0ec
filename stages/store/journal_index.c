/* Open addressing by the first bytes of the key, which is a digest already. */
#include "stages/store/journal_index.h"

#define LEAST_ROOM 64

void uvp_journal_index_init(struct uvp_journal_index *index, struct uvp_mem *mem)
{
    memset(index, 0, sizeof *index);
    index->mem = mem;
}

void uvp_journal_index_release(struct uvp_journal_index *index)
{
    uvp_mem_give(index->mem, index->places, index->room * sizeof *index->places);
    index->places = NULL;
    index->room = 0;
    index->count = 0;
}

/* Its slot, or the free one where it would be: at least one is. */
static size_t slot_of(const struct uvp_journal_index *index, const struct uvp_store_key *key)
{
    size_t slot = 0;

    for (size_t i = 0; i < sizeof slot; i++) {
        slot = slot << 8 | key->bytes[i];
    }
    slot &= index->room - 1;
    while (index->places[slot].at != 0 && !uvp_store_key_equal(&index->places[slot].key, key)) {
        slot = (slot + 1) & (index->room - 1);
    }
    return slot;
}

const struct uvp_journal_place *uvp_journal_index_find(const struct uvp_journal_index *index,
                                                       const struct uvp_store_key *key)
{
    const struct uvp_journal_place *place;

    if (index->count == 0) {
        return NULL;
    }
    place = &index->places[slot_of(index, key)];
    return place->at != 0 ? place : NULL;
}

static enum uvp_code grow(struct uvp_journal_index *index, struct uvp_error *err)
{
    struct uvp_journal_index larger = {.mem = index->mem,
                                       .room = index->room == 0 ? LEAST_ROOM : 2 * index->room};

    larger.places = uvp_mem_take_zeroed(index->mem, larger.room * sizeof *larger.places);
    if (larger.places == NULL) {
        return uvp_fail_memory(err, larger.room * sizeof *larger.places);
    }
    for (size_t i = 0; i < index->room; i++) {
        if (index->places[i].at != 0) {
            larger.places[slot_of(&larger, &index->places[i].key)] = index->places[i];
        }
    }
    larger.count = index->count;
    uvp_journal_index_release(index);
    *index = larger;
    return UVP_OK;
}

enum uvp_code uvp_journal_index_put(struct uvp_journal_index *index,
                                    const struct uvp_journal_place *place,
                                    struct uvp_error *err)
{
    size_t slot;

    if (2 * (index->count + 1) > index->room) {
        UVP_TRY(grow(index, err));
    }
    slot = slot_of(index, &place->key);
    index->count += index->places[slot].at == 0 ? 1 : 0;
    index->places[slot] = *place;
    return UVP_OK;
}
