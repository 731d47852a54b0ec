#include "stages/store/trouble.h"

#include <string.h>

enum uvp_code uvp_trouble_init(struct uvp_trouble *trouble, struct uvp_error *err)
{
    memset(trouble, 0, sizeof *trouble);
    return uvp_mutex_init(&trouble->lock, err);
}

void uvp_trouble_release(struct uvp_trouble *trouble)
{
    uvp_mutex_release(&trouble->lock);
}

void uvp_trouble_note(struct uvp_trouble *trouble, const struct uvp_error *err)
{
    uvp_mutex_lock(&trouble->lock);
    if (trouble->first.code == UVP_OK) {
        trouble->first = *err;
    }
    uvp_mutex_unlock(&trouble->lock);
}

bool uvp_trouble_take(struct uvp_trouble *trouble, struct uvp_error *err)
{
    bool is_new;

    uvp_mutex_lock(&trouble->lock);
    is_new = trouble->first.code != UVP_OK && !trouble->taken;
    if (is_new) {
        trouble->taken = true;
        *err = trouble->first;
    }
    uvp_mutex_unlock(&trouble->lock);
    return is_new;
}
