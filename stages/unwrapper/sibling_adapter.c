#include "stages/unwrapper/sibling_adapter.h"

#include <string.h>

#define STORE_CEILING ((size_t)4 << 30)

static enum uvp_code load(struct uvp_sibling_adapter *adapter, uint32_t i,
                          struct uvp_error *err)
{
    if (!adapter->loaded[i]) {
        UVP_TRY(uvp_entry_load(adapter->member->siblings[i], &adapter->stores[i],
                               &adapter->bytes[i], err));
        adapter->loaded[i] = true;
    }
    return UVP_OK;
}

static enum uvp_code find(void *ctx, struct uvp_span name, struct uvp_span *bytes,
                          struct uvp_error *err)
{
    struct uvp_sibling_adapter *const adapter = ctx;

    for (uint32_t i = 0; i < adapter->member->sibling_count; i++) {
        const struct uvp_entry *const entry = adapter->member->siblings[i];

        if (entry->path_bytes == name.bytes &&
            memcmp(entry->path, name.data, name.bytes) == 0) {
            UVP_TRY(load(adapter, i, err));
            *bytes = adapter->bytes[i];
            return UVP_OK;
        }
    }
    return uvp_fail(err, UVP_UNSUPPORTED, 0, "the file '%.*s' is not within reach",
                    (int)(name.bytes < 80 ? name.bytes : 80), (const char *)name.data);
}

void uvp_sibling_adapter_init(struct uvp_sibling_adapter *adapter, struct uvp_mem *mem)
{
    memset(adapter, 0, sizeof *adapter);
    adapter->siblings.ctx = adapter;
    adapter->siblings.find = find;
    adapter->mem = mem;
    for (uint32_t i = 0; i < UVP_MEMBER_SIBLINGS; i++) {
        uvp_buf_init(&adapter->stores[i], mem, STORE_CEILING);
    }
}

const struct uvp_siblings *uvp_sibling_adapter_begin(struct uvp_sibling_adapter *adapter,
                                                     const struct uvp_member *member)
{
    adapter->member = member;
    return &adapter->siblings;
}

void uvp_sibling_adapter_end(struct uvp_sibling_adapter *adapter)
{
    for (uint32_t i = 0; i < UVP_MEMBER_SIBLINGS; i++) {
        uvp_buf_release(&adapter->stores[i]);
        adapter->loaded[i] = false;
    }
    adapter->member = NULL;
}
