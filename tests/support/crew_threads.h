/*
 * crew_threads.h -- threads that help the engine with one mesh, for tests
 *
 * Use:     init with a number of hands, lend `crew` to the engine, release.
 * Threads: confined to the test's thread; every batch starts threads of its own and joins them.
 *          They dawdle at random, so that the tasks are shared out differently every time.
 * Limits:  a test that cannot start a thread ends.
 */
#ifndef UVP_TESTS_SUPPORT_CREW_THREADS_H
#define UVP_TESTS_SUPPORT_CREW_THREADS_H

#include "pipeline/base/mem.h"
#include "stages/unwrapper/atlas/atlas.h"

#define UVP_TEST_CREW_MOST 16

struct uvp_test_crew {
    struct uvp_atlas_crew crew;
    struct uvp_arena scratch[UVP_TEST_CREW_MOST];
    uint32_t seed;
    uint64_t batches;
    _Atomic uint64_t tasks;
    _Atomic uint64_t helped; /* tasks run by another thread than the test's */
};

void uvp_test_crew_init(struct uvp_test_crew *crew, uint32_t hands, struct uvp_mem *mem);
void uvp_test_crew_release(struct uvp_test_crew *crew);

#endif
