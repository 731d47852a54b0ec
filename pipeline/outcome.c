/*
 * How a run ends: the first failure is kept, and everybody is told. The writer's end closes the
 * account: what fails later had no part in the output.
 */
#include "pipeline/line.h"

bool uvp_line_aborts(const struct uvp_pipeline *line)
{
    return uvp_stop_level(line->stop) >= UVP_STOP_ABORT;
}

void uvp_line_wake(struct uvp_pipeline *line)
{
    uvp_gate_wake(&line->gate);
    uvp_order_wake(&line->order);
    if (line->ring != NULL) {
        uvp_ring_wake(line->ring);
    }
}

void uvp_line_fail_reading(struct uvp_pipeline *line, enum uvp_code code,
                           const struct uvp_error *err)
{
    uvp_mutex_lock(&line->mutex);
    if (line->failed_code == UVP_OK && !line->written) {
        line->failed_code = code;
        line->failure = *err;
        if (line->failure.code == UVP_OK) {
            (void)uvp_fail(&line->failure, code, 0, "failed: %s", uvp_code_name(code));
        }
        line->failure.code = code;
    }
    uvp_mutex_unlock(&line->mutex);
}

void uvp_line_fail(struct uvp_pipeline *line, enum uvp_code code, const struct uvp_error *err)
{
    if (code == UVP_CANCELLED && uvp_line_aborts(line)) {
        return; /* the echo of the abort */
    }
    uvp_line_fail_reading(line, code == UVP_END ? UVP_BUG : code, err);
    uvp_stop_raise(line->stop, UVP_STOP_ABORT);
    uvp_line_wake(line);
}

bool uvp_line_is_complete(struct uvp_pipeline *line)
{
    bool failed;

    uvp_mutex_lock(&line->mutex);
    failed = line->failed_code != UVP_OK;
    uvp_mutex_unlock(&line->mutex);
    return !failed && !uvp_gate_was_cut(&line->gate);
}

void uvp_line_set_written(struct uvp_pipeline *line)
{
    uvp_mutex_lock(&line->mutex);
    line->written = true;
    uvp_mutex_unlock(&line->mutex);
}

void uvp_line_count_end(struct uvp_pipeline *line)
{
    if (atomic_fetch_sub(&line->ends_left, 1) == 1) {
        uvp_order_end(&line->order, uvp_gate_tickets(&line->gate));
    }
}
