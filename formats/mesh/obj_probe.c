/*
 * Is it OBJ? There is no signature: the statements themselves are the evidence. Nothing but
 * known statements, and a vertex with three numbers among them, means yes. With the suffix
 * .obj, anything that could be text may be one: the decoder has the last word.
 */
#include "formats/mesh/obj.h"

#include "formats/mesh/text.h"

#define LOOK_BYTES ((ptrdiff_t)512) /* for bytes that no text has */

/* The statements of the format, and of its extensions in use. */
static const char *const keywords[] = {
    "bevel",  "bmat",   "bsp",   "bzp",  "c_interp",  "call",     "cdc",    "con",
    "csh",    "cstype", "ctech", "curv", "curv2",     "d_interp", "deg",    "end",
    "f",      "fo",     "g",     "hole", "l",         "lod",      "maplib", "mg",
    "mtllib", "o",      "p",     "parm", "res",       "s",        "scrv",   "shadow_obj",
    "sp",     "stech",  "step",  "surf", "trace_obj", "trim",     "usemap", "usemtl",
    "v",      "vn",     "vp",    "vt",   "vw",        NULL,
};

static bool is_keyword(const unsigned char *at, size_t bytes)
{
    for (const char *const *keyword = keywords; *keyword != NULL; keyword++) {
        if (strlen(*keyword) == bytes && memcmp(*keyword, at, bytes) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_number(struct uvp_obj_scan *scan)
{
    const unsigned char *after;
    float value;

    if (!uvp_obj_token(scan)) {
        return false;
    }
    after = uvp_text_read_float(scan->at, scan->end, &value);
    if (after == NULL || !uvp_obj_is_token_end(after, scan->end)) {
        return false;
    }
    scan->at = after;
    return true;
}

/* Judges the statement at `at`; counts vertices. */
static bool is_statement(struct uvp_obj_scan *scan, unsigned *vertices)
{
    const unsigned char *const begin = scan->at;
    size_t bytes;

    while (!uvp_obj_is_token_end(scan->at, scan->end)) {
        scan->at++;
    }
    bytes = (size_t)(scan->at - begin);
    if (!is_keyword(begin, bytes)) {
        return false;
    }
    if (bytes == 1 && *begin == 'v') {
        *vertices += 1;
        return is_number(scan) && is_number(scan) && is_number(scan);
    }
    return true;
}

/* The end of the last whole line: what follows was cut by the length of the head. */
static struct uvp_span cut_to_lines(struct uvp_span head, bool whole)
{
    while (!whole && head.bytes > 0 && head.data[head.bytes - 1] != '\n' &&
           head.data[head.bytes - 1] != '\r') {
        head.bytes--;
    }
    return head;
}

static bool only_statements(struct uvp_span head, bool whole)
{
    struct uvp_obj_scan scan;
    struct uvp_stop never;
    unsigned vertices = 0;

    uvp_stop_init_child(&never, NULL, 0, NULL);
    uvp_obj_scan_init(&scan, cut_to_lines(head, whole), &never);
    while (scan.at < scan.end) {
        if (uvp_obj_token(&scan)) {
            if (!is_statement(&scan, &vertices) || uvp_obj_skip(&scan, NULL) != UVP_OK) {
                return false;
            }
        } else if (uvp_obj_finish(&scan, NULL) != UVP_OK) {
            return false;
        }
    }
    return vertices > 0;
}

/* Control bytes that no text has, before the first '#': comments may hold any byte. */
static bool has_binary_start(struct uvp_span head)
{
    const ptrdiff_t look = head.bytes < (size_t)LOOK_BYTES ? (ptrdiff_t)head.bytes : LOOK_BYTES;

    for (const unsigned char *at = head.data; at < head.data + look && *at != '#'; at++) {
        if (*at < ' ' && (*at < '\t' || *at > '\r') && *at != 0x1a) {
            return true;
        }
    }
    return false;
}

static bool starts_with(struct uvp_span head, const char *text)
{
    const size_t bytes = strlen(text);

    return head.bytes >= bytes && memcmp(head.data, text, bytes) == 0;
}

bool uvp_obj_is_utf16(struct uvp_span bytes)
{
    return starts_with(bytes, "\xff\xfe") || starts_with(bytes, "\xfe\xff") ||
           (bytes.bytes >= 2 && (bytes.data[0] == 0 || bytes.data[1] == 0));
}

enum uvp_probe uvp_obj_probe(struct uvp_span head, bool whole)
{
    if (head.bytes == 0 || uvp_obj_is_utf16(head) || starts_with(head, "<") ||
        starts_with(head, "version https://git-lfs")) {
        return UVP_PROBE_NO;
    }
    if (only_statements(head, whole)) {
        return UVP_PROBE_YES; /* NUL between words is a gap */
    }
    return has_binary_start(head) ? UVP_PROBE_NO : UVP_PROBE_MAYBE;
}
