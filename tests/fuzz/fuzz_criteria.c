/*
 * Any text as a gate: it is refused with words, or each condition holds or does not, for any
 * value; what was read of it lies inside the text.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvpipe/criteria.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

static void look_at(const struct uvp_criterion *term, const char *text, size_t bytes)
{
    static const double values[] = {0, 1, -1, 1e300, INFINITY};

    require(term->text >= text && term->text + term->bytes <= text + bytes);
    require(term->figure != NULL && isfinite(term->limit));
    require(!uvp_criterion_holds(term, (double)NAN));
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        const bool less = values[i] < term->limit;
        const bool more = values[i] > term->limit;
        struct uvp_criterion other = *term;
        bool held = uvp_criterion_holds(term, values[i]);
        other.relation = UVP_CRITERION_OTHER;
        require(uvp_criterion_holds(&other, values[i]) == (less || more));
        require(held == uvp_criterion_holds(term, values[i]));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    struct uvp_criteria gate = {.count = 0};
    struct uvp_error err = {0};
    char *const text = malloc(bytes + 1);
    enum uvp_code code;

    require(text != NULL);
    memcpy(text, data, bytes);
    text[bytes] = '\0';
    code = uvp_criteria_parse(&gate, text, &err);
    require(code == UVP_OK || (code == UVP_USAGE && err.text[0] != '\0'));
    require(gate.count <= UVP_CRITERIA_MAX);
    for (uint32_t i = 0; i < gate.count; i++) {
        look_at(&gate.term[i], text, strlen(text));
    }
    free(text);
    return 0;
}
