/* The reader group: reader threads, and what the stage may ask of the line. */
#include "pipeline/ahead.h"
#include "pipeline/line.h"

enum uvp_code uvp_intake_reserve(struct uvp_intake *intake, struct uvp_item *item, size_t bytes,
                                 struct uvp_error *err)
{
    enum uvp_code code;

    if (intake->line->serial) {
        return uvp_serial_reserve(intake, item, bytes, err);
    }
    code = uvp_gate_admit(&intake->line->gate, intake->lane, item, bytes, true, intake->note);
    return code == UVP_OK ? UVP_OK : uvp_fail(err, code, 0, "cancelled");
}

/*
 * Behind the last fixed item nothing comes out before as many did as there are tickets up to
 * it. Only the head lane's reader comes here, so the line's fence needs no lock: the gate hands
 * it on with the head.
 */
static void set_fence(struct uvp_pipeline *line, struct uvp_item *item)
{
    item->fence = item->fixed ? item->ticket : line->fence;
    line->fence = item->fixed ? item->ticket + 1 : line->fence;
}

/* The ring holds the whole window, so this finds room; when the run aborts, the order keeps
 * what nobody will work on until it is given back. */
void uvp_intake_send(struct uvp_intake *intake, struct uvp_item *item)
{
    struct uvp_pipeline *const line = intake->line;
    void *sending = item;
    uint32_t sent;

    set_fence(line, item);
    if (line->serial) {
        uvp_serial_send(intake, item);
    } else if (item->direct ||
               uvp_ring_send(line->ring, &sending, 1, &sent, intake->note) != UVP_OK) {
        uvp_order_send(&line->order, item);
    }
}

struct uvp_stop *uvp_intake_stop(struct uvp_intake *intake)
{
    return intake->line->stop;
}

bool uvp_intake_is_head(struct uvp_intake *intake)
{
    return uvp_gate_is_head(&intake->line->gate, intake->lane);
}

bool uvp_intake_is_crowded(struct uvp_intake *intake)
{
    struct uvp_pipeline *const line = intake->line;

    return line->serial || uvp_ring_fill(line->ring) >= line->options.workers;
}

uint32_t uvp_intake_hands(const struct uvp_intake *intake)
{
    return intake->line->pool == NULL ? 1 : intake->line->options.workers + 1;
}

/* Meshes are helped with first: what is read now is needed after them. */
void uvp_intake_run(struct uvp_intake *intake, const struct uvp_desk_batch *batch)
{
    const struct uvp_pipeline *const line = intake->line;

    uvp_line_run_batch(line->pool, line->options.workers + intake->reader, UINT64_MAX, batch,
                       NULL);
}

void uvp_intake_note(struct uvp_intake *intake, const char *step, const char *label)
{
    uvp_note_set(intake->note, step, label);
}

/* ---- reader threads ---- */

void uvp_reader_read_lane(struct uvp_intake *intake)
{
    struct uvp_pipeline *const line = intake->line;
    const struct uvp_reader_stage *const stage = &line->readers;
    struct uvp_error err = {0};
    struct uvp_error first = {0};
    void *reader = NULL;
    enum uvp_code code;

    uvp_note_set(intake->note, "opens", NULL);
    code = stage->open(stage->ctx, intake->lane, intake, &reader, &err);
    if (code == UVP_OK) {
        uvp_note_set(intake->note, "reads", NULL);
        code = stage->run(reader, intake, &err);
        uvp_note_set(intake->note, "closes", NULL);
        stage->close(reader);
    }
    if (line->serial && code == UVP_LIMIT) {
        uvp_line_check_limits(line); /* no watchdog has said that the run is late */
    }
    uvp_gate_end_lane(&line->gate, intake->reader, code, &err);
    code = uvp_gate_failure(&line->gate, &first);
    if (code != UVP_OK) {
        uvp_line_fail_reading(line, code, &first);
    }
}

static void do_duties(struct uvp_post *post)
{
    struct uvp_intake *const intake = &post->intake;
    struct uvp_gate *const gate = &post->line->gate;
    struct uvp_ahead *ahead = NULL;

    for (;;) {
        switch (uvp_gate_next_duty(gate, intake->reader, &intake->lane, &ahead, intake->note)) {
        case UVP_GATE_LANE:
            uvp_reader_read_lane(intake);
            break;
        case UVP_GATE_AHEAD:
            uvp_ahead_serve(ahead, intake->note);
            break;
        case UVP_GATE_LEAVE:
            return;
        }
        uvp_note_set(intake->note, "between inputs", NULL);
    }
}

/* When the last reader leaves, the number of tickets is known. */
void uvp_reader_run(struct uvp_post *post)
{
    struct uvp_pipeline *const line = post->line;

    do_duties(post);
    if (atomic_fetch_sub(&line->readers_left, 1) == 1) {
        uvp_line_count_end(line);
        uvp_ring_finish_send(line->ring);
    }
}
