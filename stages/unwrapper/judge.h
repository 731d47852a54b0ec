/*
 * judge.h -- what the exact verdict of the engine means for a member
 *
 * Why:     an atlas that is not valid is never written, whatever the engine believes of it; and
 *          UVs of any origin can be judged by the same measure.
 * Threads: confined.
 */
#ifndef UVP_STAGES_UNWRAPPER_JUDGE_H
#define UVP_STAGES_UNWRAPPER_JUDGE_H

#include "stages/settings.h"

/*
 * Judges what uvp_atlas_make made. `*verdict` is filled when there is one.
 *
 * Returns: UVP_OK          it keeps every promise
 *          UVP_BUG         it does not; the text counts how
 *          UVP_NO_MEMORY; UVP_CANCELLED, UVP_LIMIT from `stop`
 */
UVP_MUST_USE enum uvp_code uvp_judge_result(const struct uvp_atlas_input *input,
                                            const struct uvp_atlas_result *result,
                                            struct uvp_arena *scratch, struct uvp_stop *stop,
                                            struct uvp_atlas_verdict *verdict,
                                            struct uvp_error *err);

/*
 * Triangles that do not lie on one of the first `pages` pages (UDIM tiles, ten in a row), of
 * those that have UVs. UVP_ATLAS_PAGES_AUTO: on any tile from the origin up and to the right.
 */
uint64_t uvp_judge_off_pages(const struct uvp_atlas_input *input,
                             const struct uvp_atlas_uvs *uvs, uint32_t pages);

/* What a verdict finds wrong with UVs of any origin: uvp_fault bits. */
unsigned uvp_judge_faults(const struct uvp_atlas_verdict *verdict);

#endif
