#include "pipeline/base/buf.h"

#include <string.h>

#define FIRST_CAPACITY ((size_t)4096)

void uvp_buf_init(struct uvp_buf *buf, struct uvp_mem *mem, size_t ceiling_bytes)
{
    memset(buf, 0, sizeof *buf);
    buf->mem = mem;
    buf->ceiling_bytes = ceiling_bytes;
}

void uvp_buf_release(struct uvp_buf *buf)
{
    uvp_mem_give(buf->mem, buf->data, buf->capacity);
    buf->data = NULL;
    buf->bytes = 0;
    buf->capacity = 0;
}

void uvp_buf_reset(struct uvp_buf *buf)
{
    buf->bytes = 0;
}

static enum uvp_code grow_to(struct uvp_buf *buf, size_t capacity, struct uvp_error *err)
{
    unsigned char *const data = uvp_mem_resize(buf->mem, buf->data, buf->capacity, capacity);

    if (data == NULL) {
        return uvp_fail_memory(err, capacity);
    }
    buf->data = data;
    buf->capacity = capacity;
    return UVP_OK;
}

static enum uvp_code check_room(const struct uvp_buf *buf, size_t more, size_t *needed,
                                struct uvp_error *err)
{
    if (!uvp_size_add(buf->bytes, more, needed) ||
        (buf->ceiling_bytes != 0 && *needed > buf->ceiling_bytes)) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %zu bytes of output", buf->ceiling_bytes);
    }
    return UVP_OK;
}

enum uvp_code uvp_buf_reserve(struct uvp_buf *buf, size_t more, struct uvp_error *err)
{
    size_t needed;
    size_t capacity = buf->capacity < FIRST_CAPACITY ? FIRST_CAPACITY : buf->capacity;

    UVP_TRY(check_room(buf, more, &needed, err));
    if (needed <= buf->capacity) {
        return UVP_OK;
    }
    while (capacity < needed) {
        capacity = capacity > SIZE_MAX / 2 ? needed : capacity * 2;
    }
    if (buf->ceiling_bytes != 0 && capacity > buf->ceiling_bytes) {
        capacity = buf->ceiling_bytes;
    }
    return grow_to(buf, capacity, err);
}

enum uvp_code uvp_buf_reserve_exact(struct uvp_buf *buf, size_t more, struct uvp_error *err)
{
    size_t needed;

    UVP_TRY(check_room(buf, more, &needed, err));
    if (needed <= buf->capacity) {
        return UVP_OK;
    }
    return grow_to(buf, needed, err);
}

enum uvp_code uvp_buf_append(struct uvp_buf *buf, const void *data, size_t bytes,
                             struct uvp_error *err)
{
    if (bytes == 0) {
        return UVP_OK;
    }
    UVP_TRY(uvp_buf_reserve(buf, bytes, err));
    memcpy(buf->data + buf->bytes, data, bytes);
    buf->bytes += bytes;
    return UVP_OK;
}

void uvp_buf_move(struct uvp_buf *to, struct uvp_buf *from)
{
    uvp_buf_release(to);
    *to = *from;
    from->data = NULL;
    from->bytes = 0;
    from->capacity = 0;
}
