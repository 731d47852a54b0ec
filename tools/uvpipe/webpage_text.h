/*
 * webpage_text.h -- JSON inside of a page: harmless to HTML whatever it holds
 *
 * Why:     data lies in script elements. A name with "</script>" must not end one, and one with
 *          control characters, direction overrides or bytes that are not UTF-8 must be seen for
 *          what it is: such bytes become \xNN, as on the terminal.
 * Shape:   nothing that is appended holds '<', '>', '&', U+2028, U+2029 or a control character.
 * Threads: confined. Failures are kept in the outbox.
 */
#ifndef UVP_TOOLS_WEBPAGE_TEXT_H
#define UVP_TOOLS_WEBPAGE_TEXT_H

#include <stdint.h>

#include "pipeline/base/span.h"
#include "tools/uvpipe/outbox.h"

#define UVP_WEBPAGE_NAME_BYTES 2048 /* a longer name is cut: no file system has any */

/* A string with its quotes. */
void uvp_webpage_string(struct uvp_outbox *outbox, const char *text, size_t bytes);

/* As it is: JSON that somebody else made, with only what HTML would mind escaped. It must have
 * none of that outside of its strings. */
void uvp_webpage_json(struct uvp_outbox *outbox, struct uvp_span json);

void uvp_webpage_number(struct uvp_outbox *outbox, int64_t number);

/* "key": with a comma before it unless it follows '{'. */
void uvp_webpage_key(struct uvp_outbox *outbox, const char *key);

/* A string of base64. */
void uvp_webpage_base64(struct uvp_outbox *outbox, struct uvp_span bytes);

#endif
