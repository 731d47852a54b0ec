/*
 * contact.h -- charts as they are: where they come close to each other
 *
 * Why:     fields are near enough to push charts about, but the gap is a promise.
 * Use:     take once; gather for poses; push or check what was gathered.
 */
#ifndef UVP_ATLAS_CONTACT_H
#define UVP_ATLAS_CONTACT_H

#include "stages/unwrapper/atlas/body.h"

/* A vertex of one chart, and an edge of another. */
struct uvp_contact {
    uint32_t vertex; /* edge of the border that starts there */
    uint32_t edge;
    uint32_t chart; /* of the vertex */
    uint32_t other;
};

/* A list of edges, the last one first. */
struct uvp_bucket {
    uint32_t head;  /* entry, or UINT32_MAX */
    uint32_t count; /* of edges; 0 as long as all are of one chart */
};

struct uvp_entry {
    uint32_t edge;
    uint32_t next;
};

struct uvp_contacts {
    struct uvp_atlas_work *work;
    struct uvp_bodies *bodies;
    uint32_t edge_count;
    uint32_t *chart_of;     /* of each edge */
    struct uvp_vec2 *frame; /* of each edge's start, in the frame of its body */
    uint32_t *next;         /* edge that starts where each ends */
    struct uvp_vec2 *at;    /* frame, on the page */
    /* vertices that contacts are about; those near the page's side first */
    uint32_t *active;
    uint32_t active_count;
    uint32_t wall_count;
    bool *is_active;
    uint32_t count;
    uint32_t room;
    struct uvp_contact *contact;
    bool complete; /* nothing was left out */
    /* buckets of edges */
    int32_t across;
    struct uvp_bucket *bucket;
    struct uvp_entry *entry;
    uint32_t entry_count;
    uint32_t entry_room;
    uint64_t looks; /* at pairs of edges that share a bucket */
};

UVP_MUST_USE enum uvp_code uvp_contacts_take(struct uvp_atlas_work *work,
                                             struct uvp_bodies *bodies, double reach,
                                             struct uvp_contacts *contacts);

/* All vertices closer than `reach` to an edge of another chart, or to the sides of a page of
 * this side. */
UVP_MUST_USE enum uvp_code uvp_contacts_gather(struct uvp_contacts *contacts, double reach,
                                               double side);

/* Points on the page, from the poses: all; only those that are in contacts. */
void uvp_contacts_place(struct uvp_contacts *contacts);
void uvp_contacts_move(struct uvp_contacts *contacts);

/* Whether edges of two charts cross that are longer than two gaps. Here and below points may
 * have moved by half of what the reach was more than the gap. */
bool uvp_contacts_cross(struct uvp_contacts *contacts, double gap);

/* After gathering: whether no edges of two charts cross, no chart lies in another, and no
 * vertex is closer than `gap` to another chart. */
UVP_MUST_USE enum uvp_code uvp_contacts_check(struct uvp_contacts *contacts, double gap,
                                              bool *valid);

/* The vector from the nearest point of the contact's edge to its vertex. */
struct uvp_vec2 uvp_contact_apart(const struct uvp_contacts *contacts,
                                  const struct uvp_contact *contact);

#endif
