/* A hash table of lists, and one more list through all entries, in the order of their use. */
#include "stages/store/memory_store.h"

#include "pipeline/thread.h"

#define LEAST_SLOTS ((size_t)64)
#define MOST_SLOTS ((size_t)1 << 16)
#define BYTES_PER_SLOT 2048
#define VALUE_PART 8 /* of the limit, for one value */

struct entry {
    struct entry *next;  /* in its slot */
    struct entry *older; /* by use */
    struct entry *newer;
    struct uvp_store_key key;
    size_t bytes;
    unsigned char value[];
};

struct memory_store {
    struct uvp_mem *mem;
    size_t most_bytes;
    struct uvp_mutex lock; /* protects all below */
    size_t used_bytes;
    struct entry **slots;
    size_t slot_count; /* a power of two */
    struct entry *oldest;
    struct entry *newest;
};

static struct entry **slot_of(struct memory_store *store, const struct uvp_store_key *key)
{
    size_t number = 0;

    for (size_t i = 0; i < sizeof number; i++) {
        number = number << 8 | key->bytes[i];
    }
    return &store->slots[number & (store->slot_count - 1)];
}

static struct entry **find_link(struct memory_store *store, const struct uvp_store_key *key)
{
    struct entry **link = slot_of(store, key);

    while (*link != NULL && !uvp_store_key_equal(&(*link)->key, key)) {
        link = &(*link)->next;
    }
    return link;
}

static void take_from_line(struct memory_store *store, struct entry *entry)
{
    if (entry->older != NULL) {
        entry->older->newer = entry->newer;
    } else {
        store->oldest = entry->newer;
    }
    if (entry->newer != NULL) {
        entry->newer->older = entry->older;
    } else {
        store->newest = entry->older;
    }
}

static void put_newest(struct memory_store *store, struct entry *entry)
{
    entry->older = store->newest;
    entry->newer = NULL;
    if (store->newest != NULL) {
        store->newest->newer = entry;
    } else {
        store->oldest = entry;
    }
    store->newest = entry;
}

static size_t cost_of(size_t value_bytes)
{
    return sizeof(struct entry) + value_bytes;
}

static void drop(struct memory_store *store, struct entry **link)
{
    struct entry *const entry = *link;

    *link = entry->next;
    take_from_line(store, entry);
    store->used_bytes -= cost_of(entry->bytes);
    uvp_mem_give(store->mem, entry, cost_of(entry->bytes));
}

static bool find(void *ctx, const struct uvp_store_key *key, size_t most_bytes,
                 struct uvp_buf *value)
{
    struct memory_store *const store = ctx;
    bool found = false;
    struct entry *entry;

    uvp_mutex_lock(&store->lock);
    entry = *find_link(store, key);
    if (entry != NULL && entry->bytes <= most_bytes &&
        uvp_buf_append(value, entry->value, entry->bytes, NULL) == UVP_OK) {
        take_from_line(store, entry);
        put_newest(store, entry);
        found = true;
    }
    uvp_mutex_unlock(&store->lock);
    return found;
}

/* With the lock held: there is room, or will be when the oldest have gone. */
static void insert(struct memory_store *store, const struct uvp_store_key *key,
                   struct uvp_span value)
{
    const size_t cost = cost_of(value.bytes);
    struct entry **link;
    struct entry *entry;

    while (store->oldest != NULL && store->used_bytes + cost > store->most_bytes) {
        drop(store, find_link(store, &store->oldest->key));
    }
    entry = uvp_mem_take(store->mem, cost);
    if (entry == NULL) {
        return;
    }
    entry->key = *key;
    entry->bytes = value.bytes;
    memcpy(entry->value, value.data, value.bytes);
    link = slot_of(store, key);
    entry->next = *link;
    *link = entry;
    put_newest(store, entry);
    store->used_bytes += cost;
}

static void add(void *ctx, const struct uvp_store_key *key, struct uvp_span value)
{
    struct memory_store *const store = ctx;

    if (value.bytes == 0 || value.bytes > store->most_bytes / VALUE_PART ||
        cost_of(value.bytes) > store->most_bytes) {
        return;
    }
    uvp_mutex_lock(&store->lock);
    if (*find_link(store, key) == NULL) {
        insert(store, key, value);
    }
    uvp_mutex_unlock(&store->lock);
}

static void forget(void *ctx, const struct uvp_store_key *key)
{
    struct memory_store *const store = ctx;
    struct entry **link;

    uvp_mutex_lock(&store->lock);
    link = find_link(store, key);
    if (*link != NULL) {
        drop(store, link);
    }
    uvp_mutex_unlock(&store->lock);
}

static void destroy(void *ctx)
{
    struct memory_store *const store = ctx;
    struct uvp_mem *const mem = store->mem;

    while (store->oldest != NULL) {
        drop(store, find_link(store, &store->oldest->key));
    }
    uvp_mutex_release(&store->lock);
    uvp_mem_give(mem, store->slots, store->slot_count * sizeof(struct entry *));
    uvp_mem_give(mem, store, sizeof *store);
}

enum uvp_code uvp_memory_store_create(struct uvp_mem *mem, size_t most_bytes,
                                      struct uvp_store *out, struct uvp_error *err)
{
    struct memory_store *const store = uvp_mem_take_zeroed(mem, sizeof *store);
    enum uvp_code code = UVP_OK;

    if (store == NULL) {
        return uvp_fail_memory(err, sizeof *store);
    }
    store->mem = mem;
    store->most_bytes = most_bytes;
    store->slot_count = LEAST_SLOTS;
    while (store->slot_count < MOST_SLOTS && store->slot_count * BYTES_PER_SLOT < most_bytes) {
        store->slot_count *= 2;
    }
    store->slots = uvp_mem_take_zeroed(mem, store->slot_count * sizeof(struct entry *));
    code = store->slots == NULL
               ? uvp_fail_memory(err, store->slot_count * sizeof(struct entry *))
               : uvp_mutex_init(&store->lock, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, store->slots, store->slot_count * sizeof(struct entry *));
        uvp_mem_give(mem, store, sizeof *store);
        return code;
    }
    *out = (struct uvp_store){store, find, add, forget, destroy};
    return UVP_OK;
}
