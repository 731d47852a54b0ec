/* Open addressing with FNV-1a (Fowler, Noll, Vo: public domain); a bounded walk from the hash.
 */
#include "formats/mesh/obj_groups.h"

#include <string.h>

#define WALK_MAX 64

struct uvp_obj_group {
    const unsigned char *name;
    uint32_t bytes; /* saturated */
    uint32_t hash;
};

static uint32_t hash_of(struct uvp_span name)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < name.bytes; i++) {
        hash = (hash ^ name.data[i]) * UINT32_C(16777619);
    }
    return hash ^ hash >> 15; /* the places are taken from the low bits */
}

enum uvp_code uvp_obj_groups_init(struct uvp_obj_groups *groups, uint32_t names_max,
                                  struct uvp_arena *arena, struct uvp_error *err)
{
    uint32_t places = 4;

    while (places / 2 < names_max && places < UINT32_C(1) << 31) {
        places *= 2;
    }
    groups->groups = UVP_ARENA_ARRAY(arena, struct uvp_obj_group, names_max);
    groups->places = uvp_arena_take_zeroed(arena, places, sizeof *groups->places);
    if (groups->groups == NULL || groups->places == NULL) {
        return uvp_fail_memory(err, names_max * sizeof *groups->groups +
                                        places * sizeof *groups->places);
    }
    groups->mask = places - 1;
    groups->count = 0;
    return UVP_OK;
}

static bool is_named(const struct uvp_obj_group *group, uint32_t hash, uint32_t bytes,
                     const unsigned char *name)
{
    return group->hash == hash && group->bytes == bytes &&
           memcmp(group->name, name, bytes) == 0;
}

uint32_t uvp_obj_groups_number(struct uvp_obj_groups *groups, struct uvp_span name)
{
    const uint32_t hash = hash_of(name);
    const uint32_t bytes = name.bytes < UINT32_MAX ? (uint32_t)name.bytes : UINT32_MAX;
    uint32_t *place = NULL;

    for (uint32_t i = 0; i < WALK_MAX; i++) {
        place = &groups->places[(hash + i) & groups->mask];
        if (*place == 0) {
            break;
        }
        if (is_named(&groups->groups[*place - 1], hash, bytes, name.data)) {
            return *place;
        }
    }
    groups->groups[groups->count++] = (struct uvp_obj_group){name.data, bytes, hash};
    if (*place == 0) {
        *place = groups->count;
    }
    return groups->count;
}
