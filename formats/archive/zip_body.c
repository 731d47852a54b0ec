#include "formats/archive/zip_body.h"

#include <string.h>

void uvp_zip_body_init(struct uvp_zip_body *body, struct uvp_feed *feed,
                       struct uvp_block_pool *pool, struct uvp_mem *mem)
{
    memset(body, 0, sizeof *body);
    body->feed = feed;
    body->pool = pool;
    uvp_inflate_init(&body->inflate, mem);
}

void uvp_zip_body_release(struct uvp_zip_body *body)
{
    uvp_inflate_release(&body->inflate);
}

enum uvp_code uvp_zip_body_begin(struct uvp_zip_body *body, bool deflated,
                                 struct uvp_error *err)
{
    body->deflated = deflated;
    body->over = false;
    body->used = 0;
    body->made = 0;
    body->crc = 0;
    return deflated ? uvp_inflate_start(&body->inflate, err) : UVP_OK;
}

static enum uvp_code step_stored(struct uvp_zip_body *body, uint64_t sure,
                                 struct uvp_slices *decoded, struct uvp_error *err)
{
    const uint64_t some = sure < UVP_BLOCK_BYTES ? sure : UVP_BLOCK_BYTES;
    uint64_t summed = 0;
    uint32_t crc = body->crc;

    while (summed < some) {
        struct uvp_span piece = uvp_feed_piece(body->feed, summed);

        if (piece.bytes > some - summed) {
            piece.bytes = (size_t)(some - summed);
        }
        crc = uvp_zip_crc(crc, piece);
        summed += piece.bytes;
    }
    UVP_TRY(uvp_feed_take(body->feed, decoded, some, err));
    body->crc = crc;
    body->used += some;
    body->made += some;
    return UVP_OK;
}

/* Fills a block as far as it goes. */
static enum uvp_code inflate_block(struct uvp_zip_body *body, uint64_t sure,
                                   struct uvp_block *block, size_t *filled,
                                   struct uvp_error *err)
{
    while (*filled < block->capacity && !body->over) {
        struct uvp_span piece = uvp_feed_piece(body->feed, 0);
        size_t used = 0;
        size_t made = 0;
        enum uvp_code code;

        if (piece.bytes > sure) {
            piece.bytes = (size_t)sure;
        }
        code = uvp_inflate_run(&body->inflate, piece, &used, block->data + *filled,
                               block->capacity - *filled, &made, err);
        uvp_feed_skip(body->feed, used);
        sure -= used;
        body->used += used;
        *filled += made;
        if (code != UVP_OK && code != UVP_END) {
            return code;
        }
        body->over = code == UVP_END;
        if (used == 0 && made == 0) {
            break;
        }
    }
    return UVP_OK;
}

enum uvp_code uvp_zip_body_step(struct uvp_zip_body *body, uint64_t sure,
                                struct uvp_slices *decoded, struct uvp_error *err)
{
    struct uvp_block *block = NULL;
    size_t filled = 0;
    enum uvp_code code;

    if (!body->deflated) {
        return step_stored(body, sure, decoded, err);
    }
    if (body->over) {
        return UVP_END;
    }
    UVP_TRY(uvp_block_take(body->pool, UVP_BLOCK_BYTES, &block, err));
    code = inflate_block(body, sure, block, &filled, err);
    if (code == UVP_OK) {
        code = uvp_slices_add(decoded, block, 0, filled, err);
    }
    if (code == UVP_OK) {
        body->crc = uvp_zip_crc(body->crc, uvp_span_of(block->data, filled));
        body->made += filled;
        code = body->over ? UVP_END : UVP_OK;
    }
    uvp_block_drop(block);
    return code;
}
