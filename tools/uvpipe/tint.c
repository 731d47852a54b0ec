/* Only the sixteen colours every terminal has, which users set to what they can read. */
#include "tools/uvpipe/tint.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool marks_are_utf8; /* of the whole process, as the locale is */

static bool is_set(const char *name)
{
    const char *const value = getenv(name);

    return value != NULL && *value != '\0';
}

static bool is_zero(const char *name)
{
    const char *const value = getenv(name);

    return value != NULL && strcmp(value, "0") == 0;
}

bool uvp_tint_can_steer(void)
{
    return is_set("TERM") && strcmp(getenv("TERM"), "dumb") != 0;
}

bool uvp_tint_wanted(enum uvp_color color, bool terminal)
{
    if (color != UVP_COLOR_AUTO) {
        return color == UVP_COLOR_ALWAYS;
    }
    if (is_set("NO_COLOR")) {
        return false;
    }
    if (is_set("CLICOLOR_FORCE") && !is_zero("CLICOLOR_FORCE")) {
        return true;
    }
    return terminal && uvp_tint_can_steer() && !is_zero("CLICOLOR");
}

const char *uvp_tint_locale(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (is_set(names[i])) {
            return getenv(names[i]);
        }
    }
    return "C";
}

bool uvp_tint_names_utf8(const char *locale)
{
    const char *const dot = strchr(locale, '.');
    size_t bytes;

    if (dot == NULL) {
        return false;
    }
    bytes = strcspn(dot + 1, "@");
    return (bytes == 5 && strncasecmp(dot + 1, "UTF-8", 5) == 0) ||
           (bytes == 4 && strncasecmp(dot + 1, "UTF8", 4) == 0);
}

bool uvp_tint_is_utf8(void)
{
    return marks_are_utf8;
}

void uvp_tint_set_utf8(bool utf8)
{
    marks_are_utf8 = utf8;
}

const char *uvp_tint_begin(bool color, enum uvp_tint tint)
{
    static const char *const codes[] = {
        [UVP_TINT_PLAIN] = "",        [UVP_TINT_BOLD] = "\033[1m",
        [UVP_TINT_DIM] = "\033[2m",   [UVP_TINT_BAD] = "\033[1;31m",
        [UVP_TINT_GOOD] = "\033[32m", [UVP_TINT_WARNING] = "\033[33m",
        [UVP_TINT_BAR] = "\033[36m",
    };

    return color ? codes[tint] : "";
}

const char *uvp_tint_end(bool color, enum uvp_tint tint)
{
    return color && tint != UVP_TINT_PLAIN ? "\033[0m" : "";
}
