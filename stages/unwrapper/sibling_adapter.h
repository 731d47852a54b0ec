/*
 * sibling_adapter.h -- members that came along with a member, as a decoder asks for them
 *
 * Use:     init; begin with each member; lend; end gives the memory back.
 * Owner:   what is found is lent until `end`.
 * Threads: confined to the worker.
 */
#ifndef UVP_STAGES_UNWRAPPER_SIBLING_ADAPTER_H
#define UVP_STAGES_UNWRAPPER_SIBLING_ADAPTER_H

#include "formats/mesh/format.h"
#include "stages/parcel.h"

struct uvp_sibling_adapter {
    struct uvp_siblings siblings;
    struct uvp_mem *mem;
    const struct uvp_member *member;
    struct uvp_buf stores[UVP_MEMBER_SIBLINGS]; /* of those whose bytes are not in one piece */
    struct uvp_span bytes[UVP_MEMBER_SIBLINGS];
    bool loaded[UVP_MEMBER_SIBLINGS];
};

void uvp_sibling_adapter_init(struct uvp_sibling_adapter *adapter, struct uvp_mem *mem);
const struct uvp_siblings *uvp_sibling_adapter_begin(struct uvp_sibling_adapter *adapter,
                                                     const struct uvp_member *member);
void uvp_sibling_adapter_end(struct uvp_sibling_adapter *adapter);

#endif
