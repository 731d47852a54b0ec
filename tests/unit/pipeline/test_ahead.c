/* Reading ahead, on a real line of one lane and two reader threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "pipeline/pipeline.h"

struct scene {
    void (*act)(struct scene *scene, struct uvp_intake *intake);
    struct uvp_stop stop;
    uint32_t results; /* before the outcome */
    enum uvp_code outcome;
    bool blocks; /* produce waits for the stop */
    uint32_t numbers[64];
    uint32_t produced; /* by the spare thread */
    _Atomic uint32_t discarded;
    _Atomic uint32_t received;
    char note[128]; /* what went wrong */
};

static void expect(struct scene *scene, bool holds, const char *words)
{
    if (!holds && scene->note[0] == '\0') {
        memcpy(scene->note, words, strlen(words) + 1);
    }
}

static enum uvp_code produce(void *ctx, void **result, struct uvp_error *err)
{
    struct scene *const scene = ctx;
    const struct timespec time = {.tv_sec = 0, .tv_nsec = 1000000};

    while (scene->blocks && uvp_stop_level(&scene->stop) == UVP_STOP_NONE) {
        (void)nanosleep(&time, NULL);
    }
    if (scene->produced == scene->results) {
        return scene->outcome == UVP_END ? UVP_END
                                         : uvp_fail(err, scene->outcome, 5, "cannot go on");
    }
    scene->numbers[scene->produced] = scene->produced;
    *result = &scene->numbers[scene->produced++];
    return UVP_OK;
}

static void discard(void *ctx, void *result)
{
    struct scene *const scene = ctx;

    (void)result;
    atomic_fetch_add(&scene->discarded, 1);
}

static struct uvp_ahead *start(struct scene *scene, struct uvp_intake *intake,
                               uint32_t capacity, enum uvp_code expected)
{
    const struct uvp_ahead_ops ops = {.ctx = scene, .produce = produce, .discard = discard};
    struct uvp_ahead *ahead = NULL;

    expect(scene, uvp_ahead_start(intake, &ops, capacity, &ahead, NULL) == expected, "start");
    return ahead;
}

static void receive_numbers(struct scene *scene, struct uvp_ahead *ahead, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        void *result = NULL;

        expect(scene, uvp_ahead_receive(ahead, &result, NULL) == UVP_OK, "receive");
        expect(scene, result == &scene->numbers[scene->received], "order");
        atomic_fetch_add(&scene->received, 1);
    }
}

static void act_to_the_end(struct scene *scene, struct uvp_intake *intake)
{
    struct uvp_ahead *const ahead = start(scene, intake, 4, UVP_OK);
    void *result = NULL;

    (void)start(scene, intake, 4, UVP_END); /* the only spare thread is taken */
    receive_numbers(scene, ahead, scene->results);
    for (int i = 0; i < 3; i++) {
        struct uvp_error err = {0};

        expect(scene, uvp_ahead_receive(ahead, &result, &err) == scene->outcome, "outcome");
        expect(scene, err.code == (scene->outcome == UVP_END ? UVP_OK : scene->outcome), "err");
        expect(scene, uvp_ahead_ready(ahead), "the end is ready");
    }
    uvp_ahead_end(ahead);
    uvp_ahead_end(start(scene, intake, 1, UVP_OK)); /* the thread is spare again */
    uvp_ahead_end(NULL);
}

static void act_leave_early(struct scene *scene, struct uvp_intake *intake)
{
    struct uvp_ahead *const ahead = start(scene, intake, 3, UVP_OK);

    receive_numbers(scene, ahead, 2);
    uvp_ahead_end(ahead);
}

static void act_end_at_once(struct scene *scene, struct uvp_intake *intake)
{
    for (int i = 0; i < 200; i++) { /* often before the thread has come */
        uvp_ahead_end(start(scene, intake, 1, UVP_OK));
    }
}

static void act_stop(struct scene *scene, struct uvp_intake *intake)
{
    struct uvp_ahead *const ahead = start(scene, intake, 3, UVP_OK);
    void *result = NULL;

    uvp_stop_raise(&scene->stop, UVP_STOP_ABORT);
    expect(scene, uvp_ahead_receive(ahead, &result, NULL) == UVP_CANCELLED, "cancelled");
    expect(scene, uvp_ahead_ready(ahead), "ready to say so");
    uvp_ahead_end(ahead);
}

static void act_no_spare(struct scene *scene, struct uvp_intake *intake)
{
    expect(scene, start(scene, intake, 1, UVP_END) == NULL, "no spare thread");
}

/* ---- the line around it ---- */

static enum uvp_code open_lane(void *ctx, uint32_t lane, struct uvp_intake *intake,
                               void **reader, struct uvp_error *err)
{
    (void)lane;
    (void)intake;
    (void)err;
    *reader = ctx;
    return UVP_OK;
}

static enum uvp_code read_lane(void *reader, struct uvp_intake *intake, struct uvp_error *err)
{
    struct scene *const scene = reader;

    (void)err;
    scene->act(scene, intake);
    return UVP_OK;
}

static void close_lane(void *reader)
{
    (void)reader;
}

static enum uvp_code make_worker(void *ctx, struct uvp_desk *desk, void **worker,
                                 struct uvp_error *err)
{
    (void)desk;
    (void)err;
    *worker = ctx;
    return UVP_OK;
}

static enum uvp_code finish(void *ctx, struct uvp_outlet *outlet, bool complete,
                            struct uvp_error *err)
{
    (void)ctx;
    (void)outlet;
    (void)complete;
    (void)err;
    return UVP_OK;
}

static void play(struct scene *scene, uint32_t readers, uint32_t workers)
{
    const struct uvp_reader_stage stage = {.ctx = scene,
                                           .lane_count = 1,
                                           .open = open_lane,
                                           .run = read_lane,
                                           .close = close_lane};
    const struct uvp_worker_stage worker = {
        .ctx = scene, .create = make_worker, .destroy = close_lane};
    const struct uvp_writer_stage writer = {.ctx = scene, .finish = finish};
    const struct uvp_pipeline_options options = {.readers = readers, .workers = workers};
    struct uvp_pipeline *pipeline = NULL;
    struct uvp_mem mem;
    enum uvp_code code;

    uvp_mem_init(&mem, 0);
    assert_int_equal(uvp_stop_init(&scene->stop, true, NULL), UVP_OK);
    assert_int_equal(uvp_pipeline_create(&options, &stage, &worker, &writer, &mem, &scene->stop,
                                         NULL, &pipeline, NULL),
                     UVP_OK);
    assert_int_equal(uvp_pipeline_start(pipeline, NULL), UVP_OK);
    do {
        code = uvp_pipeline_wait(pipeline, 1000, NULL, NULL, NULL);
    } while (code == UVP_OK);
    uvp_pipeline_destroy(pipeline);
    uvp_stop_release(&scene->stop);
    assert_string_equal(scene->note, "");
    assert_int_equal(scene->received + scene->discarded, scene->produced);
    assert_int_equal(mem.used_bytes, 0);
}

static void test_results_then_outcome(void **state)
{
    static const enum uvp_code outcomes[] = {UVP_END, UVP_BAD_DATA};

    (void)state;
    for (uint32_t results = 0; results <= 50; results += 10) {
        for (size_t i = 0; i < 2; i++) {
            struct scene scene = {
                .act = act_to_the_end, .results = results, .outcome = outcomes[i]};

            play(&scene, 2, 1);
        }
    }
}

static void test_leaving_early_discards(void **state)
{
    struct scene early = {.act = act_leave_early, .results = 60, .outcome = UVP_END};
    struct scene at_once = {.act = act_end_at_once, .results = 0, .outcome = UVP_END};

    (void)state;
    play(&early, 2, 1);
    play(&at_once, 2, 1);
}

static void test_stop_ends_the_wait(void **state)
{
    struct scene scene = {.act = act_stop, .results = 9, .outcome = UVP_END, .blocks = true};

    (void)state;
    play(&scene, 2, 1);
}

static void test_no_spare_thread(void **state)
{
    struct scene one_reader = {.act = act_no_spare};
    struct scene serial = {.act = act_no_spare};

    (void)state;
    play(&one_reader, 1, 1);
    play(&serial, 2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_then_outcome),
        cmocka_unit_test(test_leaving_early_discards),
        cmocka_unit_test(test_stop_ends_the_wait),
        cmocka_unit_test(test_no_spare_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
