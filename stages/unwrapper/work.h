/*
 * work.h -- one member on its way through the steps of a worker
 *
 * Why:     every task (unwrap, check, list ...) loads and decodes a member the same way, and
 *          some put a new file in its place; a task is a file of its own over this.
 * Use:     the stage fills a struct uvp_work and loads the member; a task calls what it needs.
 * Owner:   everything lies in the worker's arenas and buffers until the member is done.
 * Threads: confined to the worker.
 */
#ifndef UVP_STAGES_UNWRAPPER_WORK_H
#define UVP_STAGES_UNWRAPPER_WORK_H

#include "formats/mesh/format.h"
#include "stages/shared.h"
#include "stages/unwrapper/atlases.h"
#include "stages/unwrapper/sibling_adapter.h"

/* What a worker keeps between members. */
struct uvp_unwrapper {
    struct uvp_shared *shared;
    struct uvp_desk *desk;
    struct uvp_arena keep;        /* mesh and layout of the member at hand */
    struct uvp_arena scratch;     /* the engine's own; also when it helps with another's mesh */
    struct uvp_crew_adapter crew; /* who helps with the mesh at hand */
    struct uvp_sibling_adapter siblings;
    struct uvp_buf store;   /* a member's bytes when they are not in one piece */
    struct uvp_buf encoded; /* the new file */
    struct uvp_buf side;    /* the file beside it */
    struct uvp_buf packed;  /* a solved mesh */
    size_t keep_bytes;      /* of each of the six, between members */
};

struct uvp_work {
    struct uvp_unwrapper *unwrapper;
    const struct uvp_settings *settings; /* of this member */
    struct uvp_settings own; /* behind `settings`, where they differ from the run's */
    struct uvp_member *member;
    enum uvp_container target;
    struct uvp_stop stop;
    uint64_t step_began_ns;
    enum uvp_member_step step;
    struct uvp_span body;
    const struct uvp_format *format;
    struct uvp_mesh_options options;
    struct uvp_mesh_source source;
    struct uvp_model model;
    struct uvp_atlases atlases;
};

/* Time from now on is the step's. */
void uvp_work_begin_step(struct uvp_work *work, enum uvp_member_step step);

/* The member's bytes, in one piece, into `body`. */
UVP_MUST_USE enum uvp_code uvp_work_load(struct uvp_work *work, struct uvp_error *err);

/*
 * The meshes, into `model`. UVs that are there are read when uvp_settings_want_uvs.
 *
 * Returns: UVP_OK, what a decoder returns, and
 *          UVP_UNSUPPORTED  nothing for us here, which is no failure; the text is the reason
 */
UVP_MUST_USE enum uvp_code uvp_work_decode(struct uvp_work *work, struct uvp_error *err);

/* What uvp_atlases_make and the like need, lent by this work. */
struct uvp_atlases_tools uvp_work_tools(struct uvp_work *work);

/* An empty product over the worker's buffers. */
void uvp_work_begin_product(struct uvp_work *work, struct uvp_product *product);

/*
 * Renders what came of the member into the archive's form: itself anew, a new member behind it,
 * or one in its place.
 */
UVP_MUST_USE enum uvp_code uvp_work_deliver(struct uvp_work *work,
                                            const struct uvp_product *product,
                                            struct uvp_error *err);

/* The member itself, with these contents, in another archive's form. */
UVP_MUST_USE enum uvp_code uvp_work_render_anew(struct uvp_work *work, struct uvp_span body,
                                                struct uvp_error *err);

/* ---- the tasks: one file each. A failure they return stays with the member ---- */

UVP_MUST_USE enum uvp_code uvp_task_unwrap(struct uvp_work *work, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_task_check(struct uvp_work *work, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_task_analyze(struct uvp_work *work, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_task_list(struct uvp_work *work, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_task_compare(struct uvp_work *work, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_task_generate(struct uvp_work *work, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_task_render(struct uvp_work *work, struct uvp_error *err);
UVP_MUST_USE enum uvp_code uvp_task_optimize(struct uvp_work *work, struct uvp_error *err);

/* The part of uvp_task_unwrap that follows decoding. */
UVP_MUST_USE enum uvp_code uvp_work_unwrap(struct uvp_work *work, struct uvp_error *err);

#endif
