/*
 * atlases.h -- the meshes of a file, one after the other through the engine
 *
 * Why:     the one place where a mesh format's arrays are lent to the engine as a view.
 * Use:     init with the model; make, or check; read the sums.
 * Owner:   everything lies in `keep`; `scratch` is left as it was.
 * Threads: confined; `crew` may be worked by others while uvp_atlases_make runs.
 */
#ifndef UVP_STAGES_UNWRAPPER_ATLASES_H
#define UVP_STAGES_UNWRAPPER_ATLASES_H

#include "formats/mesh/format.h"
#include "stages/settings.h"
#include "stages/store/found.h"
#include "stages/unwrapper/crew_adapter.h"
#include "stages/unwrapper/shape.h"

/* What came of all meshes of a file together. */
struct uvp_atlases {
    const struct uvp_model *model;
    struct uvp_shape *shapes; /* one for each mesh; triangles is NULL where nothing was made */
    struct uvp_mesh_uvs *uvs; /* one for each mesh; uv is NULL where nothing was made */
    uint32_t made;            /* meshes that got an atlas, or were checked */
    uint32_t left;            /* meshes that have UVs and were left as they are */
    struct uvp_atlas_stats stats;
    struct uvp_atlas_verdict verdict;
    uint32_t pages;                  /* most of any mesh */
    uint32_t triangles;              /* of the meshes made or checked */
    double area;                     /* 3D, of the meshes so far: weight of the means */
    uint32_t found[UVP_FOUND_COUNT]; /* where the atlases made came from */
    bool u16_refused;                /* 16 bits were asked for and would not be valid */
};

struct uvp_solution;
struct uvp_vault;

struct uvp_atlases_tools {
    const struct uvp_settings *settings;
    struct uvp_crew_adapter *crew;
    const char *path; /* of the member, for the crew's label */
    bool has_u16;     /* the format can hold 16-bit UVs */
    struct uvp_arena *keep;
    struct uvp_arena *scratch;
    struct uvp_stop *stop;
    void (*begin_step)(void *ctx, enum uvp_atlas_step step);
    void *ctx;
    /* NULL: uvp_solution_make. Else what comes first to that; it needs what follows. */
    enum uvp_code (*solve)(const struct uvp_atlas_input *input,
                           const struct uvp_atlases_tools *tools, struct uvp_solution *solution,
                           struct uvp_error *err);
    struct uvp_vault *vault;        /* of solved meshes */
    struct uvp_buf *packed;         /* room for one of them */
    void (*begin_store)(void *ctx); /* the vault is asked, or given something to keep */
};

/* Empty ones, with room for each mesh: for tasks of their own; make and check do it themselves.
 */
UVP_MUST_USE enum uvp_code uvp_atlases_begin(struct uvp_atlases *atlases,
                                             const struct uvp_model *model,
                                             struct uvp_arena *keep, struct uvp_error *err);

/*
 * Makes an atlas for every mesh that is to get one, and judges it.
 *
 * Returns: UVP_OK           uvs are filled; at least one was made
 *          UVP_UNSUPPORTED  nothing to do: the text says why
 *          what the engine returns
 */
UVP_MUST_USE enum uvp_code uvp_atlases_make(struct uvp_atlases *atlases,
                                            const struct uvp_model *model,
                                            const struct uvp_atlases_tools *tools,
                                            struct uvp_error *err);

/* Judges the UVs that are there; `made` is 0 when no mesh has any. */
UVP_MUST_USE enum uvp_code uvp_atlases_check(struct uvp_atlases *atlases,
                                             const struct uvp_model *model,
                                             const struct uvp_atlases_tools *tools,
                                             struct uvp_error *err);

#endif
