/* What the library is, what its codes mean, and the flag that ends calls. */
#include "stages/library/call.h"

#define TEXT(number) #number
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *uvp_version_text(void)
{
    return VERSION(UVP_VERSION_MAJOR, UVP_VERSION_MINOR, UVP_VERSION_PATCH);
}

uint32_t uvp_version_number(void)
{
    return UVP_VERSION_MAJOR * 65536U + UVP_VERSION_MINOR * 256U + UVP_VERSION_PATCH;
}

/* ---- codes ---- */

const char *uvp_code_word(enum uvp_code code)
{
    return (unsigned)code < UVP_CODE_COUNT ? uvp_code_name(code) : "unknown";
}

const char *uvp_code_text(enum uvp_code code)
{
    static const char *const texts[UVP_CODE_COUNT] = {
        [UVP_OK] = "all is well",
        [UVP_END] = "nothing more will come",
        [UVP_NO_MEMORY] = "there is no more memory",
        [UVP_LIMIT] = "a limit was reached",
        [UVP_IO] = "the system refused a read or a write",
        [UVP_BAD_DATA] = "the input contradicts itself",
        [UVP_UNSUPPORTED] = "well formed, but nothing that is done here",
        [UVP_DEGENERATE] = "no face has area",
        [UVP_CANCELLED] = "cancelled",
        [UVP_USAGE] = "an argument or option cannot be what it is",
        [UVP_BUG] = "the library is wrong; please report it",
    };

    return (unsigned)code < UVP_CODE_COUNT ? texts[code] : "no code of this library";
}

/* ---- cancelling ---- */

struct uvp_cancel {
    struct uvp_stop stop; /* first: calls see only this */
};

enum uvp_code uvp_cancel_create(struct uvp_cancel **cancel, struct uvp_error *err)
{
    struct uvp_cancel *made;

    uvp_error_clear(err);
    made = uvp_call_take_object(sizeof *made);
    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    uvp_stop_init_child(&made->stop, NULL, 0, NULL);
    *cancel = made;
    return UVP_OK;
}

void uvp_cancel_raise(struct uvp_cancel *cancel)
{
    uvp_stop_raise(&cancel->stop, UVP_STOP_ABORT);
}

void uvp_cancel_destroy(struct uvp_cancel *cancel)
{
    if (cancel != NULL) {
        uvp_stop_release(&cancel->stop);
        uvp_call_give_object(cancel, sizeof *cancel);
    }
}
