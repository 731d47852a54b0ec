/*
 * Where to look, cheapest first: memory, journal, folder. What is found outside of memory is
 * not put there: the system keeps what was read. What is solved goes to all three.
 */
#include "stages/store/vault.h"

#include "stages/store/memory_store.h"

struct shelf {
    struct uvp_store store;
    enum uvp_found kind;
};

struct uvp_vault {
    struct uvp_mem *mem;
    struct uvp_claims claims;
    struct uvp_trouble trouble;
    struct shelf shelves[UVP_FOUND_COUNT];
    int count;
    struct uvp_journal *journal;
};

static void put_up(struct uvp_vault *vault, const struct uvp_store *store, enum uvp_found kind)
{
    vault->shelves[vault->count++] = (struct shelf){*store, kind};
}

static enum uvp_code put_up_memory(struct uvp_vault *vault, size_t bytes, struct uvp_error *err)
{
    struct uvp_store store;

    if (bytes == 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_memory_store_create(vault->mem, bytes, &store, err));
    put_up(vault, &store, UVP_FOUND_TWIN);
    return UVP_OK;
}

static enum uvp_code put_up_journal(struct uvp_vault *vault,
                                    const struct uvp_vault_options *options,
                                    struct uvp_error *err)
{
    struct uvp_store store;

    if (options->journal_path == NULL) {
        return UVP_OK;
    }
    UVP_TRY(uvp_journal_create(options->journal_path, &options->run, vault->mem,
                               &vault->trouble, &vault->journal, err));
    uvp_journal_clean(vault->journal, options->output);
    store = uvp_journal_store(vault->journal);
    put_up(vault, &store, UVP_FOUND_JOURNAL);
    return UVP_OK;
}

static enum uvp_code put_up_folder(struct uvp_vault *vault,
                                   const struct uvp_vault_options *options,
                                   const struct uvp_stop *stop, struct uvp_error *err)
{
    struct uvp_error trouble = {0};
    struct uvp_store store;
    enum uvp_code code;

    if (options->cache_dir == NULL) {
        return UVP_OK;
    }
    code = uvp_folder_store_create(options->cache_dir, &options->cache_limits, vault->mem, stop,
                                   &vault->trouble, &store, &trouble);
    if (code == UVP_OK) {
        put_up(vault, &store, UVP_FOUND_CACHE);
        return UVP_OK;
    }
    if (code == UVP_NO_MEMORY) {
        return uvp_fail(err, code, 0, "%s", trouble.text);
    }
    uvp_trouble_note(&vault->trouble, &trouble);
    return UVP_OK;
}

static enum uvp_code set_up(struct uvp_vault *vault, const struct uvp_vault_options *options,
                            const struct uvp_stop *stop, struct uvp_error *err)
{
    UVP_TRY(put_up_memory(vault, options->memory_bytes, err));
    UVP_TRY(put_up_journal(vault, options, err));
    return put_up_folder(vault, options, stop, err);
}

enum uvp_code uvp_vault_create(const struct uvp_vault_options *options, struct uvp_mem *mem,
                               const struct uvp_stop *stop, struct uvp_vault **out,
                               struct uvp_error *err)
{
    struct uvp_vault *const vault = uvp_mem_take_zeroed(mem, sizeof *vault);
    enum uvp_code code;

    if (vault == NULL) {
        return uvp_fail_memory(err, sizeof *vault);
    }
    vault->mem = mem;
    code = uvp_claims_init(&vault->claims, err);
    if (code != UVP_OK) {
        uvp_mem_give(mem, vault, sizeof *vault);
        return code;
    }
    code = uvp_trouble_init(&vault->trouble, err);
    if (code != UVP_OK) {
        uvp_claims_release(&vault->claims);
        uvp_mem_give(mem, vault, sizeof *vault);
        return code;
    }
    code = set_up(vault, options, stop, err);
    if (code != UVP_OK) {
        uvp_vault_destroy(vault, false);
        return code;
    }
    *out = vault;
    return UVP_OK;
}

void uvp_vault_destroy(struct uvp_vault *vault, bool complete)
{
    if (vault == NULL) {
        return;
    }
    for (int i = 0; i < vault->count; i++) {
        vault->shelves[i].store.destroy(vault->shelves[i].store.ctx);
    }
    if (vault->journal != NULL && complete) {
        uvp_journal_end(vault->journal);
    }
    uvp_journal_destroy(vault->journal);
    uvp_trouble_release(&vault->trouble);
    uvp_claims_release(&vault->claims);
    uvp_mem_give(vault->mem, vault, sizeof *vault);
}

static enum uvp_found look(const struct uvp_vault *vault, const struct uvp_store_key *key,
                           size_t most_bytes, struct uvp_buf *value)
{
    for (int i = 0; i < vault->count; i++) {
        const struct uvp_store *const store = &vault->shelves[i].store;

        if (store->find(store->ctx, key, most_bytes, value)) {
            return vault->shelves[i].kind;
        }
    }
    return UVP_FOUND_NOT;
}

/*
 * One that waited and is told that it is solved looks again from the start, and finds it; had
 * all stores lost it by then, he makes it himself, and the others wait for him.
 */
enum uvp_code uvp_vault_enter(struct uvp_vault *vault, struct uvp_visit *visit,
                              const struct uvp_store_key *key, size_t most_bytes,
                              struct uvp_stop *stop, struct uvp_buf *value,
                              struct uvp_error *err)
{
    visit->holds = false;
    visit->found = UVP_FOUND_NOT;
    do {
        UVP_TRY(uvp_claims_enter(&vault->claims, &visit->claim, key, stop, err));
    } while (visit->claim.state == UVP_CLAIM_SOLVED);
    if (visit->claim.state == UVP_CLAIM_ABANDONED) {
        return UVP_OK;
    }
    visit->holds = true;
    visit->found = look(vault, key, most_bytes, value);
    if (visit->found != UVP_FOUND_NOT) {
        visit->holds = false;
        uvp_claims_leave(&vault->claims, &visit->claim, true);
    }
    return UVP_OK;
}

void uvp_vault_distrust(struct uvp_vault *vault, struct uvp_visit *visit)
{
    for (int i = 0; i < vault->count; i++) {
        vault->shelves[i].store.forget(vault->shelves[i].store.ctx, &visit->claim.key);
    }
    visit->found = UVP_FOUND_NOT;
}

void uvp_vault_leave(struct uvp_vault *vault, struct uvp_visit *visit,
                     const struct uvp_span *made)
{
    for (int i = 0; made != NULL && i < vault->count; i++) {
        vault->shelves[i].store.add(vault->shelves[i].store.ctx, &visit->claim.key, *made);
    }
    if (visit->holds) {
        visit->holds = false;
        uvp_claims_leave(&vault->claims, &visit->claim, made != NULL);
    }
}

void uvp_vault_leave_behind(struct uvp_vault *vault, const char *path)
{
    if (vault->journal != NULL) {
        uvp_journal_leave_behind(vault->journal, path);
    }
}

bool uvp_vault_trouble(struct uvp_vault *vault, struct uvp_error *err)
{
    return uvp_trouble_take(&vault->trouble, err);
}

uint64_t uvp_vault_resumed(const struct uvp_vault *vault)
{
    return vault->journal == NULL ? 0 : uvp_journal_count(vault->journal);
}
