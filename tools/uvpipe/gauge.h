/*
 * gauge.h -- from counters to what a person wants to know: share done, rates, time left
 *
 * Why:     counters jump: a reader is far ahead of the workers, members end in bursts. Here
 *          they become figures that move slowly. No clock, no thread, no output: what is fed is
 *          all there is, so that tests can play any run.
 * Use:     init; feed now and then with a rising time; look at the reading.
 * Threads: confined.
 * Units:   nanoseconds in, seconds out; bytes; rates are a second's.
 */
#ifndef UVP_TOOLS_GAUGE_H
#define UVP_TOOLS_GAUGE_H

#include <stdbool.h>
#include <stdint.h>

#include "stages/record.h"
#include "stages/stages.h"

#define UVP_GAUGE_NAME_BYTES 512

/* The last mesh that was finished. */
struct uvp_gauge_last {
    bool there;
    enum uvp_member_status status;
    char name[UVP_GAUGE_NAME_BYTES]; /* made harmless */
    uint32_t charts;
    uint32_t triangles;
    uint64_t wall_ns;
};

/* The mesh that has been under way for the longest time. */
struct uvp_gauge_busy {
    bool there;
    const char *step;                /* "flattening" */
    char name[UVP_GAUGE_NAME_BYTES]; /* made harmless */
    uint64_t triangles;              /* 0: not known yet */
    double seconds;
};

/* What is fed. */
struct uvp_gauge_tally {
    struct uvp_progress counts;
    uint32_t active;  /* workers that do something */
    uint32_t queued;  /* parcels that wait for a worker */
    uint32_t waiting; /* done, but an earlier one is not */
    struct uvp_gauge_last last;
    struct uvp_gauge_busy busy;
};

struct uvp_gauge_reading {
    double seconds;       /* since the first feed */
    uint64_t bytes_read;  /* of the inputs */
    uint64_t bytes_done;  /* of these, what has come out again */
    uint64_t bytes_total; /* 0: not known */
    uint64_t members;     /* read */
    uint64_t ok;
    uint64_t failed;
    uint64_t passed;
    uint32_t active;
    uint32_t queued;
    uint32_t waiting;
    double bytes_rate;
    double meshes_rate;
    double triangles_rate;
    bool has_left; /* `left` means something */
    double left;   /* seconds until the end */
    double idle;   /* seconds since a member was finished */
    struct uvp_gauge_last last;
    struct uvp_gauge_busy busy;
};

/* An amount and the time it took, both fading: their quotient is a mean over the last `tau`
 * seconds, and over all there is before so many have passed. */
struct uvp_gauge_pace {
    double amount;
    double seconds;
};

void uvp_gauge_pace_add(struct uvp_gauge_pace *pace, double amount, double seconds, double tau);
double uvp_gauge_pace_rate(const struct uvp_gauge_pace *pace);

struct uvp_gauge {
    bool begun;
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t finished_ns; /* when a member was last finished */
    uint64_t finished;
    uint64_t meshes;
    uint64_t triangles;
    struct uvp_gauge_pace bytes_pace;
    struct uvp_gauge_pace meshes_pace;
    struct uvp_gauge_pace triangles_pace;
    struct uvp_gauge_pace left_pace; /* bytes done, over a longer time */
    struct uvp_gauge_reading reading;
};

void uvp_gauge_init(struct uvp_gauge *gauge);

void uvp_gauge_feed(struct uvp_gauge *gauge, const struct uvp_gauge_tally *tally,
                    uint64_t now_ns);

/* Of 1; -1 when the total is not known. */
double uvp_gauge_share(const struct uvp_gauge_reading *reading);

#endif
