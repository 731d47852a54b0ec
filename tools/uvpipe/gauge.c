/*
 * What is done is not what was read: up to the whole memory of the run lies between. The line
 * counts what goes in and what comes out, uncompressed; the quotient, times the bytes that had
 * been read when the last of it went in, says how much of the inputs is done, also where they
 * are compressed. What is read of a large member that has not gone in yet is not done, either.
 *
 * Time left is what is left over the pace of the last 10 s, or of the last quarter of the run
 * when that is longer: members that take minutes each would make it jump else. What is shown
 * counts down with the clock and follows the estimate slowly.
 */
#include "tools/uvpipe/gauge.h"

#include <math.h>
#include <string.h>

#include "pipeline/base/clock.h"

#define RATE_TAU 10.0
#define LEFT_TAU_SHARE 0.25 /* of the run so far */
#define LEFT_FOLLOW_TAU 5.0
#define LEFT_FOLLOW_SHARE 0.25 /* of what is left: near the end it follows at once */
#define LEFT_FOLLOW_LEAST 0.5
#define LEFT_AFTER 3.0 /* seconds: before, a guess would be one */
#define LEFT_AFTER_SHARE 0.005
#define LEFT_MOST (99.0 * 3600.0)

void uvp_gauge_pace_add(struct uvp_gauge_pace *pace, double amount, double seconds, double tau)
{
    const double keeps = exp(-seconds / tau);

    pace->amount = pace->amount * keeps + amount;
    pace->seconds = pace->seconds * keeps + seconds;
}

double uvp_gauge_pace_rate(const struct uvp_gauge_pace *pace)
{
    return pace->seconds > 0 ? pace->amount / pace->seconds : 0.0;
}

double uvp_gauge_share(const struct uvp_gauge_reading *reading)
{
    if (reading->bytes_total == 0 || reading->bytes_read > reading->bytes_total) {
        return -1; /* the input grew: no share is better than a wrong one */
    }
    return (double)reading->bytes_done / (double)reading->bytes_total;
}

void uvp_gauge_init(struct uvp_gauge *gauge)
{
    memset(gauge, 0, sizeof *gauge);
}

static uint64_t since(uint64_t now, uint64_t before)
{
    return now > before ? now - before : 0;
}

static uint64_t finished_of(const struct uvp_progress *counts)
{
    uint64_t finished = 0;

    for (int i = 0; i < UVP_MEMBER_STATUS_COUNT; i++) {
        finished += counts->members_by_status[i];
    }
    return finished;
}

/* Never less than it was: a large member that is read at once is no step back. */
static uint64_t done_of(const struct uvp_progress *counts, uint64_t before)
{
    double done = (double)counts->bytes_sent;

    if (counts->load_done < counts->load_read) {
        done *= (double)counts->load_done / (double)counts->load_read;
    } else if (counts->load_read == 0) {
        done = 0; /* nothing has gone in yet */
    }
    return done > (double)before ? (uint64_t)done : before;
}

static void count(struct uvp_gauge_reading *reading, const struct uvp_gauge_tally *tally)
{
    const uint64_t *const by = tally->counts.members_by_status;

    reading->bytes_read = tally->counts.bytes_in;
    reading->bytes_total = tally->counts.bytes_in_total;
    reading->members = tally->counts.members_read;
    reading->passed = by[UVP_MEMBER_PASSED];
    reading->failed = by[UVP_MEMBER_FAILED] + by[UVP_MEMBER_INVALID] + by[UVP_MEMBER_BARE];
    reading->ok = finished_of(&tally->counts) - reading->passed - reading->failed;
    reading->active = tally->active;
    reading->queued = tally->queued;
    reading->waiting = tally->waiting;
    reading->last = tally->last;
    reading->busy = tally->busy;
}

/* Seconds left by the pace alone; less than 0 when that means nothing yet. */
static double guess_left(const struct uvp_gauge *gauge)
{
    const struct uvp_gauge_reading *const reading = &gauge->reading;
    const double share = uvp_gauge_share(reading);
    const double rate = uvp_gauge_pace_rate(&gauge->left_pace);
    double left;

    if (share < LEFT_AFTER_SHARE || reading->seconds < LEFT_AFTER || rate <= 0) {
        return -1;
    }
    left = (double)(reading->bytes_total - reading->bytes_done) / rate;
    return left <= LEFT_MOST ? left : -1;
}

static void follow_left(struct uvp_gauge_reading *reading, double guess, double seconds)
{
    const double tau =
        fmin(LEFT_FOLLOW_TAU, fmax(LEFT_FOLLOW_LEAST, guess * LEFT_FOLLOW_SHARE));

    if (guess < 0) {
        reading->has_left = false;
        return;
    }
    if (!reading->has_left) {
        reading->has_left = true;
        reading->left = guess;
        return;
    }
    reading->left = reading->left > seconds ? reading->left - seconds : 0;
    reading->left += (guess - reading->left) * (1 - exp(-seconds / tau));
}

static void add_paces(struct uvp_gauge *gauge, uint64_t bytes, uint64_t triangles,
                      double seconds)
{
    struct uvp_gauge_reading *const reading = &gauge->reading;
    const uint64_t meshes = reading->ok + reading->failed;
    const double tau = fmax(RATE_TAU, reading->seconds * LEFT_TAU_SHARE);

    uvp_gauge_pace_add(&gauge->bytes_pace, (double)bytes, seconds, RATE_TAU);
    uvp_gauge_pace_add(&gauge->left_pace, (double)bytes, seconds, tau);
    uvp_gauge_pace_add(&gauge->meshes_pace, (double)since(meshes, gauge->meshes), seconds,
                       RATE_TAU);
    uvp_gauge_pace_add(&gauge->triangles_pace, (double)since(triangles, gauge->triangles),
                       seconds, RATE_TAU);
    gauge->meshes = meshes;
    gauge->triangles = triangles;
    reading->bytes_rate = uvp_gauge_pace_rate(&gauge->bytes_pace);
    reading->meshes_rate = uvp_gauge_pace_rate(&gauge->meshes_pace);
    reading->triangles_rate = uvp_gauge_pace_rate(&gauge->triangles_pace);
}

void uvp_gauge_feed(struct uvp_gauge *gauge, const struct uvp_gauge_tally *tally,
                    uint64_t now_ns)
{
    struct uvp_gauge_reading *const reading = &gauge->reading;
    const uint64_t finished = finished_of(&tally->counts);
    const uint64_t done_before = reading->bytes_done;
    double seconds;

    if (!gauge->begun) {
        gauge->begun = true;
        gauge->first_ns = now_ns;
        gauge->last_ns = now_ns;
        gauge->finished_ns = now_ns;
    }
    seconds = (double)since(now_ns, gauge->last_ns) / (double)UVP_NS_PER_S;
    reading->seconds = (double)since(now_ns, gauge->first_ns) / (double)UVP_NS_PER_S;
    if (finished != gauge->finished) {
        gauge->finished = finished;
        gauge->finished_ns = now_ns;
    }
    reading->idle = (double)since(now_ns, gauge->finished_ns) / (double)UVP_NS_PER_S;
    count(reading, tally);
    reading->bytes_done = done_of(&tally->counts, done_before);
    add_paces(gauge, reading->bytes_done - done_before, tally->counts.triangles, seconds);
    follow_left(reading, guess_left(gauge), seconds);
    gauge->last_ns = now_ns;
}
