#include "stages/unwrapper/judge.h"

static bool keeps_promises(const struct uvp_atlas_verdict *verdict)
{
    return verdict->flipped == 0 && verdict->collapsed == 0 && verdict->mirrored == 0 &&
           verdict->outside == 0 && verdict->off_lattice == 0 && verdict->unmapped == 0 &&
           verdict->overlapping == 0;
}

enum uvp_code uvp_judge_result(const struct uvp_atlas_input *input,
                               const struct uvp_atlas_result *result, struct uvp_arena *scratch,
                               struct uvp_stop *stop, struct uvp_atlas_verdict *verdict,
                               struct uvp_error *err)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(scratch);
    const enum uvp_code code = uvp_atlas_verify(input, result, scratch, stop, verdict, err);

    uvp_arena_rewind(scratch, mark);
    if (code != UVP_OK) {
        return code;
    }
    if (!keeps_promises(verdict)) {
        return uvp_fail(
            err, UVP_BUG, 0,
            "the atlas made is not valid (%llu flipped, %llu overlapping, %llu "
            "outside) and is not written; please report this mesh",
            (unsigned long long)(verdict->flipped + verdict->collapsed + verdict->mirrored),
            (unsigned long long)verdict->overlapping,
            (unsigned long long)(verdict->outside + verdict->off_lattice + verdict->unmapped));
    }
    return UVP_OK;
}

unsigned uvp_judge_faults(const struct uvp_atlas_verdict *verdict)
{
    return (verdict->flipped != 0 ? UVP_FAULT_FLIPPED : 0U) |
           (verdict->collapsed != 0 ? UVP_FAULT_COLLAPSED : 0U) |
           (verdict->mirrored != 0 ? UVP_FAULT_MIRRORED : 0U) |
           (verdict->overlapping != 0 ? UVP_FAULT_OVERLAPPING : 0U) |
           (verdict->outside != 0 ? UVP_FAULT_OUTSIDE : 0U) |
           (verdict->unmapped != 0 ? UVP_FAULT_UNMAPPED : 0U);
}
