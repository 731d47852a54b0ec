/*
 * The page shrinks a little, all positions with it, and charts that come too close push each
 * other apart, until none does or patience ends; then the page shrinks less. Every chart's step
 * is the least-squares answer to the depths along its border (Gauss, Newton), with momentum. At
 * first depths come from fields of distances; in the end from the borders themselves.
 */
#include "stages/unwrapper/atlas/jostle.h"

#include <string.h>

#include "stages/unwrapper/atlas/contact.h"
#include "stages/unwrapper/atlas/sort.h"

#define MESH 0.0078125   /* of the fields, page sides */
#define MESH_A_CHART 0.1 /* and at most this over the square root of the charts */
#define COARSER 1.2      /* where charts are many for the steps that there are */
#define COARSER_MOST 3
#define DRAW_PART 0.25
#define MORE 1.02    /* charts are pushed a little further apart than need be */
#define DAMPING 0.02 /* of the squares */
#define STEP 0.5     /* both charts of a pair move */
#define MOMENTUM 0.7
#define PAIRS_A_CHART 4
#define PAIRS_MOST 64U /* a chart */
#define NEAR_MOST 16U  /* a point */
#define NEAR 0.8       /* of the mesh: points so much further away are listed */
#define NEAR_LEAST 64
#define LIST_EVERY 4 /* steps */
#define TRIES 40     /* steps until a page is given up */
#define ENOUGH 0.25  /* of the gap: depth that is left to the end */
#define LOOK_EVERY 8 /* steps: is there any hope? */
#define GROW 1.01    /* of the page's side, while charts have no room */
#define GROWS 16
#define FIRST_PART 0.01 /* of the page's side, to shrink by */
#define LEAST_PART 0.0012
#define DRIFT 1.0 /* of what contacts reach beyond the gap: then they are gathered anew */
#define CLOSE 1.6 /* of the gap: contacts are pairs closer than that */
#define TIGHTEN_PART 0.002 /* of the page's side */
#define TIGHTEN_LEAST 0.0004
#define PASSES 5
#define ROUNDS 24      /* between two passes */
#define PRECISION 0.01 /* of the gap; less than MORE leaves */
#define ATTEMPTS 4
#define LAST_MORE 4      /* a quarter more steps, until a layout is valid */
#define FINISH_STEPS 500 /* an edge, for that */
#define FINISH_PART 0.35 /* of all steps, at most */

/* What pushes a chart: the sum of depths, and of squares for the least-squares answer. */
struct push {
    double force[3];  /* along x, y and the turn */
    double matrix[6]; /* xx, xy, xt, yy, yt, tt */
};

/* A point of one chart near another one. */
struct near {
    uint32_t point;
    uint32_t chart;
    uint32_t field;
};

struct jostle {
    struct uvp_atlas_work *work;
    struct uvp_bodies bodies;
    struct uvp_contacts contacts;
    struct push *push;
    double (*speed)[3];
    struct uvp_pose *kept;     /* the last good poses */
    struct uvp_pose *gathered; /* for which contacts were gathered */
    uint32_t *pair;
    uint32_t pair_count;
    uint32_t pair_room;
    struct near *near;
    uint32_t near_count;
    uint32_t near_room;
    struct uvp_sort_item *items;
    struct uvp_sort_item *spare;
    uint64_t limit;
    double gap;    /* asked for, as a part of the page */
    double side;   /* of the page without borders */
    double target; /* distance that charts are pushed to */
    double energy;
    double worst; /* depth */
};

/* ---- pushing ---- */

static void add_push(struct jostle *jostle, uint32_t c, struct uvp_vec2 at,
                     struct uvp_vec2 normal, double depth)
{
    struct push *const push = &jostle->push[c];
    const struct uvp_pose *const pose = &jostle->bodies.body[c].pose;
    const double turn = (at.x - pose->x) * normal.y - (at.y - pose->y) * normal.x;

    push->force[0] += depth * normal.x;
    push->force[1] += depth * normal.y;
    push->force[2] += depth * turn;
    push->matrix[0] += normal.x * normal.x;
    push->matrix[1] += normal.x * normal.y;
    push->matrix[2] += normal.x * turn;
    push->matrix[3] += normal.y * normal.y;
    push->matrix[4] += normal.y * turn;
    push->matrix[5] += turn * turn;
}

static void note_depth(struct jostle *jostle, double depth)
{
    jostle->energy += depth * depth;
    jostle->worst = depth > jostle->worst ? depth : jostle->worst;
}

/* A place where a point lies in a field. */
struct touch {
    double depth;
    struct uvp_vec2 slope; /* along which it gets less, in the field's frame */
};

/* How deep the point lies in the field, grown by `target`; false: not at all. */
static bool touch_field(const struct uvp_body *field, double mesh, double target,
                        struct uvp_vec2 p, struct touch *touch)
{
    const struct uvp_pose *const pose = &field->pose;
    const double dx = p.x - pose->x;
    const double dy = p.y - pose->y;
    const double u = (pose->cosine * dx + pose->sine * dy - field->low.x) / mesh;
    const double v = (pose->cosine * dy - pose->sine * dx - field->low.y) / mesh;

    if (!(u >= 0) || !(v >= 0) || u >= field->across - 1 || v >= field->rows - 1) {
        return false;
    }
    const int32_t column = (int32_t)u;
    const int32_t row = (int32_t)v;
    const float *const node = field->node + (size_t)row * (size_t)field->across + column;
    const double n00 = (double)node[0];
    const double n10 = (double)node[1];
    const double n01 = (double)node[field->across];
    const double n11 = (double)node[field->across + 1];
    const double low = n00 + (u - column) * (n10 - n00);
    const double high = n01 + (u - column) * (n11 - n01);

    touch->depth = target - (low + (v - row) * (high - low));
    touch->slope.x = n10 - n00 + (v - row) * (n11 - n01 - n10 + n00);
    touch->slope.y = high - low;
    return touch->depth > 0;
}

static void push_pair(struct jostle *jostle, uint32_t a, uint32_t b, struct uvp_vec2 p,
                      const struct touch *touch)
{
    const struct uvp_pose *const pose = &jostle->bodies.body[b].pose;
    const struct uvp_vec2 slope = touch->slope;
    const double square = slope.x * slope.x + slope.y * slope.y;
    const double mesh = jostle->bodies.mesh;

    if (!(square > 1e-6 * mesh * mesh)) {
        return;
    }
    const double by = 1 / sqrt(square);
    const struct uvp_vec2 normal = {(pose->cosine * slope.x - pose->sine * slope.y) * by,
                                    (pose->sine * slope.x + pose->cosine * slope.y) * by};
    note_depth(jostle, touch->depth);
    add_push(jostle, a, p, normal, touch->depth);
    add_push(jostle, b, p, (struct uvp_vec2){-normal.x, -normal.y}, touch->depth);
}

static void push_from_wall(struct jostle *jostle, uint32_t c, struct uvp_vec2 at)
{
    const double x = at.x < 0 ? -at.x : at.x > jostle->side ? jostle->side - at.x : 0;
    const double y = at.y < 0 ? -at.y : at.y > jostle->side ? jostle->side - at.y : 0;

    if (x < 0 || x > 0) {
        note_depth(jostle, fabs(x));
        add_push(jostle, c, at, (struct uvp_vec2){x > 0 ? 1 : -1, 0}, fabs(x));
    }
    if (y < 0 || y > 0) {
        note_depth(jostle, fabs(y));
        add_push(jostle, c, at, (struct uvp_vec2){0, y > 0 ? 1 : -1}, fabs(y));
    }
}

static void push_from_walls(struct jostle *jostle)
{
    struct uvp_bodies *const bodies = &jostle->bodies;

    for (uint32_t c = 0; c < bodies->count; c++) {
        const struct uvp_body *const body = &bodies->body[c];
        if (body->from.x >= 0 && body->from.y >= 0 && body->to.x <= jostle->side &&
            body->to.y <= jostle->side) {
            continue;
        }
        for (uint32_t i = body->first_point; i < body->first_point + body->point_count; i++) {
            push_from_wall(jostle, c, bodies->at[i]);
        }
        bodies->steps += 4 * (uint64_t)body->point_count;
    }
}

static void clear_pushes(struct jostle *jostle)
{
    memset(jostle->push, 0, jostle->bodies.count * sizeof *jostle->push);
    jostle->energy = 0;
    jostle->worst = 0;
}

/* ---- moving ---- */

/* Solves the damped least squares of one chart; false: nothing pushes it. */
static bool solve(const struct push *push, double inertia, double step[3])
{
    const double weight = push->matrix[0] + push->matrix[3];
    const double damping = DAMPING * weight;
    const double a = push->matrix[0] + damping;
    const double b = push->matrix[1];
    const double c = push->matrix[2];
    const double d = push->matrix[3] + damping;
    const double e = push->matrix[4];
    const double f = push->matrix[5] + damping * inertia;

    if (!(weight > 0)) {
        return false;
    }
    /* L D L^T by hand */
    const double l1 = b / a;
    const double l2 = c / a;
    const double d2 = d - l1 * b;
    const double l3 = (e - l1 * c) / d2;
    const double d3 = f - l2 * c - l3 * l3 * d2;
    const double y2 = push->force[1] - l1 * push->force[0];
    const double y3 = push->force[2] - l2 * push->force[0] - l3 * y2;
    step[2] = d3 > 0 ? y3 / d3 : 0;
    step[1] = y2 / d2 - l3 * step[2];
    step[0] = push->force[0] / a - l1 * step[1] - l2 * step[2];
    return true;
}

static double clamp_step(double step, double most)
{
    return step > most ? most : step < -most ? -most : step;
}

static void move_body(struct uvp_body *body, const double speed[3])
{
    struct uvp_pose *const pose = &body->pose;
    const double cosine = pose->cosine - speed[2] * pose->sine;
    const double sine = pose->sine + speed[2] * pose->cosine;
    const double length = sqrt(cosine * cosine + sine * sine);

    /* one assignment: clang 14 loses the second of two sums here, with AVX-512 */
    *pose = (struct uvp_pose){pose->x + speed[0], pose->y + speed[1], cosine / length,
                              sine / length};
}

/* One step of all charts. */
static void move_all(struct jostle *jostle, double momentum, double most)
{
    for (uint32_t c = 0; c < jostle->bodies.count; c++) {
        struct uvp_body *const body = &jostle->bodies.body[c];
        double *const speed = jostle->speed[c];
        double step[3] = {0, 0, 0};
        (void)solve(&jostle->push[c], body->inertia, step);
        for (int k = 0; k < 2; k++) {
            speed[k] = clamp_step(momentum * speed[k] + STEP * step[k], most);
        }
        speed[2] = clamp_step(momentum * speed[2] + STEP * step[2], most / sqrt(body->inertia));
        move_body(body, speed);
    }
    jostle->bodies.steps += 40 * (uint64_t)jostle->bodies.count;
}

static void stop_all(struct jostle *jostle)
{
    memset(jostle->speed, 0, jostle->bodies.count * sizeof *jostle->speed);
}

/* ---- pairs ---- */

/* Charts that lie in a tangle are no case for pushing: that ends at once. */
static void give_up(struct jostle *jostle)
{
    jostle->limit = 0;
}

static enum uvp_code add_pair(struct jostle *jostle, uint32_t a, uint32_t b)
{
    if (jostle->pair_count >= PAIRS_MOST * jostle->bodies.count) {
        give_up(jostle);
        return UVP_OK;
    }
    if (jostle->pair_count == jostle->pair_room) {
        uint32_t *more;
        UVP_TAKE(jostle->work, more, 4 * (size_t)jostle->pair_room);
        memcpy(more, jostle->pair, 2 * (size_t)jostle->pair_count * sizeof *more);
        jostle->pair = more;
        jostle->pair_room *= 2;
    }
    jostle->pair[2 * jostle->pair_count] = a;
    jostle->pair[2 * jostle->pair_count + 1] = b;
    jostle->pair_count++;
    return UVP_OK;
}

/* Charts whose boxes come close: they are swept from left to right. */
static enum uvp_code find_pairs(struct jostle *jostle)
{
    const struct uvp_bodies *const bodies = &jostle->bodies;
    const double slack = jostle->target + NEAR * bodies->mesh;

    for (uint32_t c = 0; c < bodies->count; c++) {
        jostle->items[c] = (struct uvp_sort_item){uvp_sort_key_of(bodies->body[c].from.x), c};
    }
    uvp_sort_items(jostle->items, jostle->spare, bodies->count);
    jostle->pair_count = 0;
    for (uint32_t i = 0; i < bodies->count; i++) {
        const struct uvp_body *const a = &bodies->body[jostle->items[i].value];
        for (uint32_t j = i + 1; j < bodies->count; j++) {
            const struct uvp_body *const b = &bodies->body[jostle->items[j].value];
            jostle->bodies.steps += 4;
            if (b->from.x > a->to.x + slack || jostle->bodies.steps > jostle->limit) {
                break;
            }
            if (b->from.y <= a->to.y + slack && a->from.y <= b->to.y + slack) {
                UVP_TRY(add_pair(jostle, jostle->items[i].value, jostle->items[j].value));
            }
        }
    }
    jostle->bodies.steps += 60 * (uint64_t)bodies->count;
    return UVP_OK;
}

/* ---- by fields ---- */

static enum uvp_code add_near(struct jostle *jostle, struct near near)
{
    if (jostle->near_count >= NEAR_MOST * jostle->bodies.point_count + NEAR_LEAST) {
        give_up(jostle);
        return UVP_OK;
    }
    if (jostle->near_count == jostle->near_room) {
        struct near *more;
        UVP_TAKE(jostle->work, more, 2 * (size_t)jostle->near_room);
        memcpy(more, jostle->near, jostle->near_count * sizeof *more);
        jostle->near = more;
        jostle->near_room *= 2;
    }
    jostle->near[jostle->near_count++] = near;
    return UVP_OK;
}

/* Notes the points of chart a that are, or soon may be, too close to chart b. */
static enum uvp_code list_points(struct jostle *jostle, uint32_t a, uint32_t b)
{
    struct uvp_bodies *const bodies = &jostle->bodies;
    const struct uvp_body *const field = &bodies->body[b];
    const struct uvp_body *const body = &bodies->body[a];
    const double reach = jostle->target + NEAR * bodies->mesh;
    const struct uvp_vec2 from = {field->from.x - reach, field->from.y - reach};
    const struct uvp_vec2 to = {field->to.x + reach, field->to.y + reach};
    uint64_t looks = 0;

    for (uint32_t i = body->first_point; i < body->first_point + body->point_count; i++) {
        const struct uvp_vec2 p = bodies->at[i];
        struct touch touch;
        if (p.x < from.x || p.x > to.x || p.y < from.y || p.y > to.y) {
            continue;
        }
        looks++;
        if (touch_field(field, bodies->mesh, reach, p, &touch)) {
            UVP_TRY(add_near(jostle, (struct near){i, a, b}));
        }
    }
    bodies->steps += 10 + 2 * (uint64_t)body->point_count + 14 * looks;
    return UVP_OK;
}

static enum uvp_code list_near(struct jostle *jostle)
{
    jostle->near_count = 0;
    for (uint32_t i = 0; i < jostle->pair_count; i++) {
        UVP_TRY(list_points(jostle, jostle->pair[2 * i], jostle->pair[2 * i + 1]));
        UVP_TRY(list_points(jostle, jostle->pair[2 * i + 1], jostle->pair[2 * i]));
    }
    return UVP_OK;
}

static void push_fields(struct jostle *jostle)
{
    const struct uvp_bodies *const bodies = &jostle->bodies;

    clear_pushes(jostle);
    for (uint32_t i = 0; i < jostle->near_count; i++) {
        const struct near near = jostle->near[i];
        struct touch touch;
        if (touch_field(&bodies->body[near.field], bodies->mesh, jostle->target,
                        bodies->at[near.point], &touch)) {
            push_pair(jostle, near.chart, near.field, bodies->at[near.point], &touch);
        }
    }
    push_from_walls(jostle);
    jostle->bodies.steps += 25 * (uint64_t)jostle->near_count;
}

/* Whether a depth that was `then` some steps ago will still be too much after so many times as
 * many. */
static bool is_hopeless(double now, double then, double enough, uint32_t times)
{
    const double part = now < then ? now / then : 1;

    for (uint32_t i = 0; i < times; i++) {
        now *= part;
    }
    return now > enough;
}

/* Pushes until no depth is more than `enough`, which is told by points that were listed just
 * then. */
static enum uvp_code settle(struct jostle *jostle, double enough, bool *settled)
{
    double last = HUGE_VAL;
    double then = HUGE_VAL;
    uint32_t age = LIST_EVERY;

    *settled = false;
    stop_all(jostle);
    for (uint32_t i = 0; i < TRIES && jostle->bodies.steps < jostle->limit; i++) {
        const uint64_t before = jostle->bodies.steps;
        uvp_bodies_place(&jostle->bodies);
        if (age == LIST_EVERY) {
            UVP_TRY(find_pairs(jostle));
            UVP_TRY(list_near(jostle));
            age = 0;
        }
        push_fields(jostle);
        if (jostle->worst <= enough && age == 0) {
            *settled = true;
            return UVP_OK;
        }
        if (i % LOOK_EVERY == 0) {
            if (i >= 2 * LOOK_EVERY &&
                is_hopeless(jostle->worst, then, enough, (TRIES - 1 - i) / LOOK_EVERY + 1)) {
                return UVP_OK;
            }
            then = jostle->worst;
        }
        age = jostle->worst <= enough ? LIST_EVERY : age + 1;
        if (age == LIST_EVERY && jostle->worst <= enough) {
            continue;
        }
        if (jostle->energy > last) {
            stop_all(jostle);
        }
        last = jostle->energy;
        move_all(jostle, MOMENTUM, NEAR / LIST_EVERY * jostle->bodies.mesh);
        UVP_TRY(uvp_work_count(jostle->work, (uint32_t)(jostle->bodies.steps - before) / 4));
    }
    return UVP_OK;
}

static void keep_poses(struct jostle *jostle)
{
    for (uint32_t c = 0; c < jostle->bodies.count; c++) {
        jostle->kept[c] = jostle->bodies.body[c].pose;
    }
}

/* The poses kept, moved towards the middle of a page of this part of the one they are for. */
static void restore_poses(struct jostle *jostle, double part)
{
    for (uint32_t c = 0; c < jostle->bodies.count; c++) {
        struct uvp_pose *const pose = &jostle->bodies.body[c].pose;
        *pose = jostle->kept[c];
        pose->x *= part;
        pose->y *= part;
    }
}

static void set_side(struct jostle *jostle, double side)
{
    jostle->side = side;
    jostle->target = MORE * jostle->gap * side / (1 - jostle->gap);
}

/* A page on which the charts have room; poses as on the page before, but further apart. */
static enum uvp_code grow(struct jostle *jostle, bool *settled)
{
    *settled = false;
    for (uint32_t i = 0; i < GROWS && !*settled; i++) {
        if (i > 0) {
            set_side(jostle, jostle->side * GROW);
            keep_poses(jostle);
            restore_poses(jostle, GROW);
        }
        UVP_TRY(settle(jostle, ENOUGH * jostle->target, settled));
    }
    keep_poses(jostle);
    return UVP_OK;
}

/* Shrinks the page until that goes no further. */
static enum uvp_code shrink(struct jostle *jostle)
{
    double part = FIRST_PART;
    double side = jostle->side;

    while (part > LEAST_PART && jostle->bodies.steps < jostle->limit) {
        bool settled;
        set_side(jostle, side * (1 - part));
        restore_poses(jostle, 1 - part);
        UVP_TRY(settle(jostle, ENOUGH * jostle->target, &settled));
        if (settled) {
            side = jostle->side;
            keep_poses(jostle);
        } else {
            part /= 2;
        }
    }
    set_side(jostle, side);
    return UVP_OK;
}

/* ---- by contacts ---- */

static void push_contacts(struct jostle *jostle)
{
    const struct uvp_contacts *const contacts = &jostle->contacts;

    clear_pushes(jostle);
    for (uint32_t i = 0; i < contacts->count; i++) {
        const struct uvp_contact *const contact = &contacts->contact[i];
        const struct uvp_vec2 apart = uvp_contact_apart(contacts, contact);
        const double distance = sqrt(apart.x * apart.x + apart.y * apart.y);
        const double depth = jostle->target - distance;
        if (depth <= 0 || !(distance > 0)) {
            continue;
        }
        const struct uvp_vec2 at = contacts->at[contact->vertex];
        const struct uvp_vec2 normal = {apart.x / distance, apart.y / distance};
        note_depth(jostle, depth);
        add_push(jostle, contact->chart, at, normal, depth);
        add_push(jostle, contact->other, at, (struct uvp_vec2){-normal.x, -normal.y}, depth);
    }
    for (uint32_t i = 0; i < contacts->wall_count; i++) {
        const uint32_t e = contacts->active[i];
        push_from_wall(jostle, contacts->chart_of[e], contacts->at[e]);
    }
    jostle->bodies.steps += 15 * (uint64_t)contacts->count + 4 * (uint64_t)contacts->wall_count;
}

/* How far any point is from where it was when contacts were gathered, at most. */
static double measure_drift(const struct jostle *jostle)
{
    double most = 0;

    for (uint32_t c = 0; c < jostle->bodies.count; c++) {
        const struct uvp_body *const body = &jostle->bodies.body[c];
        const struct uvp_pose *const then = &jostle->gathered[c];
        const double turn =
            fabs(body->pose.cosine - then->cosine) + fabs(body->pose.sine - then->sine);
        const double moved = fabs(body->pose.x - then->x) + fabs(body->pose.y - then->y);
        most = fmax(most, moved + turn * body->radius);
    }
    return most;
}

/* Pushes until the contacts that were gathered are far enough apart, or may not be all any
 * more. */
static enum uvp_code push_apart(struct jostle *jostle, double reach)
{
    double last = HUGE_VAL;

    stop_all(jostle);
    for (uint32_t i = 0; i < ROUNDS && jostle->worst > PRECISION * jostle->target; i++) {
        if (jostle->energy > last) {
            stop_all(jostle);
        }
        last = jostle->energy;
        move_all(jostle, MOMENTUM, 0.25 * (reach - jostle->target));
        uvp_contacts_move(&jostle->contacts);
        push_contacts(jostle);
        if (i % 4 == 3 && measure_drift(jostle) > DRIFT * (reach - jostle->target)) {
            return UVP_OK;
        }
        UVP_TRY(uvp_work_count(jostle->work,
                               8 * jostle->contacts.count + 16 * jostle->bodies.count));
    }
    return UVP_OK;
}

static enum uvp_code gather(struct jostle *jostle, double reach)
{
    for (uint32_t c = 0; c < jostle->bodies.count; c++) {
        jostle->gathered[c] = jostle->bodies.body[c].pose;
    }
    uvp_contacts_place(&jostle->contacts);
    return uvp_contacts_gather(&jostle->contacts, reach, jostle->side);
}

/* Pushes what is too close apart, exactly. sound: charts hardly cross, *valid: all is well in
 * the end. */
static enum uvp_code polish(struct jostle *jostle, bool sound, bool *valid)
{
    const double reach = CLOSE * jostle->target;
    double worst = HUGE_VAL;

    *valid = false;
    for (uint32_t pass = 0; pass < PASSES && jostle->bodies.steps < jostle->limit; pass++) {
        UVP_TRY(gather(jostle, reach));
        if (!jostle->contacts.complete ||
            (pass == 0 && !sound && uvp_contacts_cross(&jostle->contacts, jostle->target))) {
            give_up(jostle); /* pushes along the shortest way out of a border part no charts */
            return UVP_OK;
        }
        push_contacts(jostle);
        UVP_TRY(push_apart(jostle, reach));
        if (jostle->worst <= PRECISION * jostle->target) {
            if (2 * measure_drift(jostle) <= reach - jostle->target) {
                uvp_contacts_place(&jostle->contacts);
                return uvp_contacts_check(&jostle->contacts, jostle->target * (1 - PRECISION),
                                          valid);
            }
        } else if (is_hopeless(jostle->worst, worst, PRECISION * jostle->target,
                               PASSES - 1 - pass)) {
            return UVP_OK;
        }
        worst = jostle->worst;
    }
    return UVP_OK;
}

/* ---- the packing ---- */

/* The poses as a packing, if that is better. */
static void set_packing(const struct jostle *jostle, struct uvp_packing *packing)
{
    const struct uvp_contacts *const contacts = &jostle->contacts;
    const struct uvp_bodies *const bodies = &jostle->bodies;
    const double border = jostle->gap / 2;
    struct uvp_vec2 low = {HUGE_VAL, HUGE_VAL};
    double extent = 0;
    double part;

    for (uint32_t e = 0; e < contacts->edge_count; e++) {
        low.x = fmin(low.x, contacts->at[e].x);
        low.y = fmin(low.y, contacts->at[e].y);
    }
    for (uint32_t e = 0; e < contacts->edge_count; e++) {
        extent = fmax(extent, contacts->at[e].x - low.x);
        extent = fmax(extent, contacts->at[e].y - low.y);
    }
    /* the gap is a part of the page that this extent makes */
    part = (1 - 2 * border) / extent;
    if (bodies->scale * part <= packing->scale ||
        jostle->target * (1 - PRECISION) * part < jostle->gap) {
        return;
    }
    packing->scale = bodies->scale * part;
    packing->page_count = 1;
    for (uint32_t c = 0; c < bodies->count; c++) {
        const struct uvp_pose pose = bodies->body[c].pose;
        const struct uvp_vec2 p = uvp_body_point(bodies, c, (struct uvp_vec2){0, 0});
        packing->spot[c] =
            (struct uvp_spot){pose.cosine, pose.sine, border + (p.x - low.x) * part,
                              border + (p.y - low.y) * part, 0};
    }
}

/* Shrinks the page by what fields are too coarse for. */
static enum uvp_code tighten(struct jostle *jostle, struct uvp_packing *packing)
{
    double part = TIGHTEN_PART;
    double side = jostle->side;

    keep_poses(jostle);
    while (part > TIGHTEN_LEAST && jostle->bodies.steps < jostle->limit) {
        bool valid;
        set_side(jostle, side * (1 - part));
        restore_poses(jostle, 1 - part);
        UVP_TRY(polish(jostle, true, &valid));
        if (valid) {
            side = jostle->side;
            keep_poses(jostle);
            set_packing(jostle, packing);
        } else {
            part /= 2;
        }
    }
    return UVP_OK;
}

static enum uvp_code finish(struct jostle *jostle, struct uvp_packing *packing, bool *valid)
{
    /* of the page's side: fields are too coarse to tell which will do */
    static const double parts[ATTEMPTS] = {1.004, 1.012, 1.025, 1.05};
    const uint64_t limit = jostle->limit;
    const double side = jostle->side;

    *valid = false;
    jostle->limit += limit / LAST_MORE;
    UVP_TRY(uvp_contacts_take(jostle->work, &jostle->bodies, CLOSE * jostle->target,
                              &jostle->contacts));
    for (uint32_t i = 0; i < ATTEMPTS && !*valid; i++) {
        const double part = parts[i];
        set_side(jostle, side * part);
        restore_poses(jostle, part);
        UVP_TRY(polish(jostle, i > 0, valid));
    }
    jostle->limit = limit;
    if (*valid) {
        set_packing(jostle, packing);
        return tighten(jostle, packing);
    }
    return UVP_OK;
}

static enum uvp_code take_arrays(struct jostle *jostle)
{
    const uint32_t count = jostle->bodies.count;

    UVP_TAKE(jostle->work, jostle->push, count);
    UVP_TAKE(jostle->work, jostle->speed, count);
    UVP_TAKE(jostle->work, jostle->kept, count);
    UVP_TAKE(jostle->work, jostle->gathered, count);
    return UVP_OK;
}

/* Fine, but so that drawing leaves most steps for pushing. */
static double choose_mesh(const struct jostle *jostle)
{
    const struct uvp_bodies *const bodies = &jostle->bodies;
    double mesh = fmin(MESH, MESH_A_CHART / sqrt((double)bodies->count));

    for (uint32_t i = 0; i < COARSER_MOST; i++, mesh *= COARSER) {
        const double steps = uvp_bodies_steps(bodies, mesh, MORE * jostle->gap);
        if (steps <= DRAW_PART * (double)jostle->limit) {
            break;
        }
    }
    return mesh;
}

/* What pushing by fields needs. */
static enum uvp_code take_fields(struct jostle *jostle)
{
    const uint32_t count = jostle->bodies.count;
    const double mesh = choose_mesh(jostle);

    UVP_TRY(uvp_bodies_draw(jostle->work, mesh, MORE * jostle->gap, &jostle->bodies));
    jostle->pair_room = PAIRS_A_CHART * count;
    jostle->near_room = jostle->bodies.point_count + NEAR_LEAST;
    UVP_TAKE(jostle->work, jostle->items, count);
    UVP_TAKE(jostle->work, jostle->spare, count);
    UVP_TAKE(jostle->work, jostle->pair, 2 * (size_t)jostle->pair_room);
    UVP_TAKE(jostle->work, jostle->near, jostle->near_room);
    return UVP_OK;
}

/* Steps that are kept for contacts. */
static uint64_t last_steps(const struct jostle *jostle, uint64_t steps)
{
    const struct uvp_outlines *const outlines = jostle->bodies.outlines;
    const struct uvp_outline *const last = &outlines->outline[outlines->count - 1];

    return (uint64_t)fmin(FINISH_STEPS * ((double)last->first + last->count),
                          FINISH_PART * (double)steps);
}

enum uvp_code uvp_jostle_make(struct uvp_atlas_work *work, const struct uvp_charts *charts,
                              const struct uvp_outlines *outlines,
                              const struct uvp_packing *draft, uint64_t *steps,
                              struct uvp_packing *packing, bool *valid)
{
    const struct uvp_arena_mark mark = uvp_arena_mark(work->scratch);
    struct jostle jostle = {.work = work, .gap = packing->gap, .limit = *steps};

    UVP_TRY(uvp_bodies_take(work, charts, outlines, draft, &jostle.bodies));
    UVP_TRY(take_arrays(&jostle));
    const struct uvp_arena_mark fields = uvp_arena_mark(work->scratch);
    UVP_TRY(take_fields(&jostle));
    for (uint32_t c = 0; c < charts->count; c++) {
        jostle.bodies.body[c].pose.x -= jostle.gap / 2;
        jostle.bodies.body[c].pose.y -= jostle.gap / 2;
    }
    jostle.limit = *steps - last_steps(&jostle, *steps);
    set_side(&jostle, 1 - jostle.gap);
    UVP_TRY(grow(&jostle, valid));
    if (*valid) {
        UVP_TRY(shrink(&jostle));
        uvp_arena_rewind(work->scratch, fields);
        jostle.limit = *steps;
        UVP_TRY(finish(&jostle, packing, valid));
    }
    uvp_arena_rewind(work->scratch, mark);
    *steps = jostle.bodies.steps;
    return UVP_OK;
}
