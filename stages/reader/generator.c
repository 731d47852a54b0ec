/*
 * A lane without an input: it admits members that have a name and a number, and no bytes. The
 * worker makes them of that; all else is as for members that were read.
 */
#include "stages/reader/choose.h"
#include "stages/reader/lane.h"

static enum uvp_code choose(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_shared *const shared = lane->shared;
    const struct uvp_making *const making = shared->settings->making;
    const enum uvp_container source =
        making->count == 1 ? UVP_CONTAINER_PLAIN : UVP_CONTAINER_FOLDER;

    UVP_TRY(uvp_choose_output(shared->settings, shared->per_input, source, UVP_CODEC_NONE,
                              &lane->choice, err));
    if (shared->per_input && lane->choice.container != UVP_CONTAINER_FOLDER) {
        return uvp_fail(err, UVP_USAGE, 0, "an archive needs the name of a file, not a folder");
    }
    shared->choice = lane->choice;
    lane->foreign = true; /* nothing can go out as it came */
    return UVP_OK;
}

static enum uvp_code announce(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_piece *piece;

    UVP_TRY(uvp_lane_reserve(lane, 0, err));
    piece = uvp_parcel_add(lane->parcel, UVP_PIECE_OPEN);
    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *piece);
    }
    piece->choice = lane->choice;
    piece->source = UVP_CONTAINER_FOLDER;
    return UVP_OK;
}

static enum uvp_code admit(struct uvp_lane *lane, uint64_t number, struct uvp_error *err)
{
    const struct uvp_making *const making = lane->shared->settings->making;
    const struct uvp_recipe recipe = uvp_recipe_of(making, number);
    char name[UVP_RECIPE_NAME_BYTES];
    const size_t name_bytes = uvp_recipe_name(making, number, name);
    struct uvp_piece *piece;

    UVP_TRY(uvp_entry_make(&lane->spare->entry, name, name_bytes, err));
    UVP_TRY(uvp_lane_reserve(lane, uvp_recipe_cost_bytes(&recipe), err));
    piece = uvp_parcel_add_filled(lane->parcel, &lane->spare);
    if (piece == NULL) {
        return uvp_fail_memory(err, sizeof *piece->member);
    }
    piece->member->unwrap = true;
    piece->member->number = number;
    piece->member->seq = lane->shared->next_seq++;
    lane->parcel->member_bytes += uvp_recipe_file_bytes(&recipe);
    uvp_shared_count(&lane->shared->members_read, 1);
    uvp_lane_send_if_full(lane);
    return UVP_OK;
}

static enum uvp_code end_lane(struct uvp_lane *lane, struct uvp_error *err)
{
    struct uvp_piece *piece;

    UVP_TRY(uvp_lane_reserve(lane, 0, err));
    piece = uvp_parcel_add(lane->parcel, UVP_PIECE_TRAILER);
    return piece == NULL ? uvp_fail_memory(err, sizeof *piece) : UVP_OK;
}

enum uvp_code uvp_lane_generate(struct uvp_lane *lane, struct uvp_error *err)
{
    const uint64_t count = lane->shared->settings->making->count;

    UVP_TRY(choose(lane, err));
    UVP_TRY(announce(lane, err));
    for (uint64_t number = 0; number < count; number++) {
        UVP_TRY(admit(lane, number, err));
    }
    return end_lane(lane, err);
}
