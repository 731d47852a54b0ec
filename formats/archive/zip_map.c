#include "formats/archive/zip_map.h"

#include <string.h>

#define FIRST_CAPACITY ((size_t)16)
#define ITEM_MOST ((size_t)64)

void uvp_zip_map_init(struct uvp_zip_map *map, struct uvp_mem *mem)
{
    memset(map, 0, sizeof *map);
    map->mem = mem;
}

void uvp_zip_map_release(struct uvp_zip_map *map)
{
    uvp_mem_give(map->mem, map->places, map->place_capacity * sizeof *map->places);
    uvp_mem_give(map->mem, map->changes, map->change_capacity * sizeof *map->changes);
    uvp_zip_map_init(map, map->mem);
}

void uvp_zip_map_reset(struct uvp_zip_map *map)
{
    map->place_count = 0;
    map->change_count = 0;
    map->next_at = 0;
    map->next_out = 0;
    map->sorted = false;
}

/* Room for one more; items is moved when it has to be. */
static void *grow(struct uvp_mem *mem, void *items, size_t count, size_t *capacity, size_t each,
                  struct uvp_error *err)
{
    const size_t more = *capacity == 0 ? FIRST_CAPACITY : *capacity * 2;
    void *moved;

    if (count < *capacity) {
        return items;
    }
    moved = uvp_mem_resize(mem, items, *capacity * each, more * each);
    if (moved == NULL) {
        (void)uvp_fail_memory(err, more * each);
        return NULL;
    }
    *capacity = more;
    return moved;
}

enum uvp_code uvp_zip_map_place(struct uvp_zip_map *map, uint64_t at, uint64_t bytes,
                                uint64_t out, struct uvp_error *err)
{
    if (bytes == 0) {
        return UVP_OK;
    }
    if (map->place_count == 0 || at != map->next_at || out != map->next_out) {
        struct uvp_zip_place *const places = grow(map->mem, map->places, map->place_count,
                                                  &map->place_capacity, sizeof *places, err);

        if (places == NULL) {
            return UVP_NO_MEMORY;
        }
        map->places = places;
        places[map->place_count].at = at;
        places[map->place_count].out = out;
        map->place_count++;
        map->sorted = false;
    }
    map->next_at = at + bytes;
    map->next_out = out + bytes;
    return UVP_OK;
}

enum uvp_code uvp_zip_map_change(struct uvp_zip_map *map, const struct uvp_zip_change *change,
                                 struct uvp_error *err)
{
    struct uvp_zip_change *const changes = grow(map->mem, map->changes, map->change_count,
                                                &map->change_capacity, sizeof *changes, err);

    if (changes == NULL) {
        return UVP_NO_MEMORY;
    }
    map->changes = changes;
    changes[map->change_count++] = *change;
    map->sorted = false;
    return UVP_OK;
}

bool uvp_zip_map_is_identity(const struct uvp_zip_map *map)
{
    if (map->change_count != 0) {
        return false;
    }
    for (size_t i = 0; i < map->place_count; i++) {
        if (map->places[i].at != map->places[i].out) {
            return false;
        }
    }
    return true;
}

bool uvp_zip_map_is_empty(const struct uvp_zip_map *map)
{
    return map->place_count == 0 && map->change_count == 0;
}

/* ---- sorting: both kinds of item begin with the offset they are found by ---- */

static uint64_t key_of(const unsigned char *items, size_t i, size_t each)
{
    uint64_t key;

    memcpy(&key, items + i * each, sizeof key);
    return key;
}

static void sift_down(unsigned char *items, size_t root, size_t count, size_t each)
{
    unsigned char moved[ITEM_MOST];
    const uint64_t key = key_of(items, root, each);

    memcpy(moved, items + root * each, each);
    for (;;) {
        size_t child = 2 * root + 1;

        if (child >= count) {
            break;
        }
        if (child + 1 < count && key_of(items, child + 1, each) > key_of(items, child, each)) {
            child++;
        }
        if (key_of(items, child, each) <= key) {
            break;
        }
        memcpy(items + root * each, items + child * each, each);
        root = child;
    }
    memcpy(items + root * each, moved, each);
}

/* Members mostly come in order; where they do not, a heap sort takes no memory. */
static void sort_items(void *data, size_t count, size_t each)
{
    unsigned char *const items = data;
    unsigned char moved[ITEM_MOST];
    size_t sorted = 1;

    while (sorted < count && key_of(items, sorted - 1, each) <= key_of(items, sorted, each)) {
        sorted++;
    }
    if (sorted >= count) {
        return;
    }
    for (size_t i = count / 2; i-- > 0;) {
        sift_down(items, i, count, each);
    }
    for (size_t last = count; last-- > 1;) {
        memcpy(moved, items, each);
        memcpy(items, items + last * each, each);
        memcpy(items + last * each, moved, each);
        sift_down(items, 0, last, each);
    }
}

static void sort_all(struct uvp_zip_map *map)
{
    if (!map->sorted) {
        sort_items(map->places, map->place_count, sizeof *map->places);
        sort_items(map->changes, map->change_count, sizeof *map->changes);
        map->sorted = true;
    }
}

/* How many items have a key of at most `at`. */
static size_t count_up_to(const void *data, size_t count, size_t each, uint64_t at)
{
    size_t low = 0;
    size_t high = count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (key_of(data, middle, each) <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool uvp_zip_map_find(struct uvp_zip_map *map, uint64_t at, uint64_t *out)
{
    size_t found;

    sort_all(map);
    found = count_up_to(map->places, map->place_count, sizeof *map->places, at);
    if (found == 0) {
        return false;
    }
    *out = map->places[found - 1].out + (at - map->places[found - 1].at);
    return true;
}

const struct uvp_zip_change *uvp_zip_map_find_change(struct uvp_zip_map *map, uint64_t at)
{
    size_t found;

    sort_all(map);
    found = count_up_to(map->changes, map->change_count, sizeof *map->changes, at);
    return found != 0 && map->changes[found - 1].at == at ? &map->changes[found - 1] : NULL;
}
