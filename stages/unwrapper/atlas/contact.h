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

struct uvp_contacts {
    struct uvp_atlas_work *work;
    struct uvp_bodies *bodies;
    uint32_t edge_count;
    uint32_t *chart_of;     /* of each edge */
    struct uvp_vec2 *frame; /* of each edge's start, in the frame of its body */
    uint32_t *next;         /* edge that starts where each ends */
    struct uvp_vec2 *at;    /* frame, on the page */
    uint32_t count;
    uint32_t room;
    struct uvp_contact *contact;
    bool complete; /* nothing was left out */
    /* buckets of edges */
    int32_t across;
    uint32_t *first;
    uint32_t *entry;
    bool *mixed; /* of each bucket: has edges of several charts */
    uint32_t entry_room;
};

UVP_MUST_USE enum uvp_code uvp_contacts_take(struct uvp_atlas_work *work,
                                             struct uvp_bodies *bodies, double reach,
                                             struct uvp_contacts *contacts);

/* All vertices closer than `reach` to an edge of another chart. */
UVP_MUST_USE enum uvp_code uvp_contacts_gather(struct uvp_contacts *contacts, double reach);

/* Points on the page, from the poses. */
void uvp_contacts_place(struct uvp_contacts *contacts);

/* Whether edges of two charts cross. Here and below points may have moved by half of what the
 * reach was more than the gap. */
bool uvp_contacts_cross(struct uvp_contacts *contacts);

/* After gathering: whether no edges of two charts cross, no chart lies in another, and no
 * vertex is closer than `gap` to another chart. */
UVP_MUST_USE enum uvp_code uvp_contacts_check(struct uvp_contacts *contacts, double gap,
                                              bool *valid);

/* The vector from the nearest point of the contact's edge to its vertex. */
struct uvp_vec2 uvp_contact_apart(const struct uvp_contacts *contacts,
                                  const struct uvp_contact *contact);

#endif
