/*
 * The reader group: phase 1. Takes raw bytes, gives them a ticket and a share of the budget,
 * and nothing more.
 */
#include "stages/reader/lane.h"

static enum uvp_code open_lane(void *ctx, uint32_t number, struct uvp_intake *intake,
                               void **reader, struct uvp_error *err)
{
    struct uvp_lane *lane = NULL;

    UVP_TRY(uvp_lane_open(ctx, number, intake, &lane, err));
    *reader = lane;
    return UVP_OK;
}

static enum uvp_code run_lane(void *reader, struct uvp_intake *intake, struct uvp_error *err)
{
    struct uvp_lane *const lane = reader;
    const enum uvp_code code = uvp_lane_run(lane, err);

    (void)intake;
    if (code != UVP_OK && code != UVP_CANCELLED) {
        /* nothing new comes in after a damaged input; this also wakes a thread reading ahead */
        uvp_stop_raise(lane->shared->stop, UVP_STOP_DRAIN);
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
    stage->shared = run_lane;
    stage->close = close_lane;
}
