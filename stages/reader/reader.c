/*
 * The reader group: phase 1. Takes raw bytes, gives them a ticket and a share of the budget,
 * and nothing more.
 */
#include <stdio.h>
#include <string.h>

#include "stages/reader/lane.h"

/* A failure of the run names the input it came from. */
static void name_input(const struct uvp_shared *shared, uint32_t lane, struct uvp_error *err)
{
    const char *const input = uvp_shared_input(shared, lane);
    char text[sizeof err->text];

    if (err == NULL) {
        return;
    }
    (void)snprintf(text, sizeof text, "%s", err->text);
    (void)snprintf(err->text, sizeof err->text, "%.60s: %.90s",
                   strcmp(input, "-") == 0 ? "stdin" : input, text);
}

static enum uvp_code open_lane(void *ctx, uint32_t number, struct uvp_intake *intake,
                               void **reader, struct uvp_error *err)
{
    struct uvp_lane *lane = NULL;

    const enum uvp_code code = uvp_lane_open(ctx, number, intake, &lane, err);

    if (code == UVP_OK) {
        *reader = lane;
    } else if (code != UVP_CANCELLED) {
        name_input(ctx, number, err);
    }
    return code;
}

static enum uvp_code run_lane(void *reader, struct uvp_intake *intake, struct uvp_error *err)
{
    struct uvp_lane *const lane = reader;
    const enum uvp_code code = uvp_lane_run(lane, err);

    (void)intake;
    if (code != UVP_OK && code != UVP_CANCELLED) {
        /* nothing new comes in after a damaged input; this also wakes a thread reading ahead */
        uvp_stop_raise(lane->shared->stop, UVP_STOP_DRAIN);
        name_input(lane->shared, lane->number, err);
    }
    return code;
}

static void close_lane(void *reader)
{
    uvp_lane_close(reader);
}

void uvp_reader_stage_fill(struct uvp_shared *shared, struct uvp_reader_stage *stage)
{
    stage->ctx = shared;
    stage->lane_count = shared->settings->input_count == 0 ? 1 : shared->settings->input_count;
    stage->open = open_lane;
    stage->run = run_lane;
    stage->close = close_lane;
}
