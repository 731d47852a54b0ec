/*
 * solution_vault.h -- an atlas that was made before, or else is made and kept
 *
 * Why:     the one place where engine, verdict and stores meet. What is found is believed only
 *          when it keeps the engine's promises on this very mesh, as exactly as what is made.
 * Threads: confined; one may be waited for who makes the same (vault.h).
 */
#ifndef UVP_STAGES_UNWRAPPER_SOLUTION_VAULT_H
#define UVP_STAGES_UNWRAPPER_SOLUTION_VAULT_H

#include "stages/unwrapper/solution.h"

/* As uvp_solution_make, for tools->solve; tools->vault is not NULL. */
UVP_MUST_USE enum uvp_code uvp_solution_from_vault(const struct uvp_atlas_input *input,
                                                   const struct uvp_atlases_tools *tools,
                                                   struct uvp_solution *solution,
                                                   struct uvp_error *err);

#endif
