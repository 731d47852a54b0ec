/*
 * obj_scan.h -- the bytes of an OBJ file as statements and tokens
 *
 * Why:     decoder and encoder must agree on every byte, so both read through this.
 * Use:     init; uvp_obj_next until OBJ_END; after each call either read the statement's tokens
 *          up to its end, or skip it.
 * Owner:   borrows the bytes.
 * Threads: confined.
 *
 * A line ends with LF, CR LF or CR. A statement goes on in the next line when the last byte of
 * its line is a backslash, which then counts as a gap; a comment line always ends at its end.
 * Gaps are spaces and all control bytes but LF and CR. A '#' ends a token and the statement.
 */
#ifndef UVP_FORMATS_MESH_OBJ_SCAN_H
#define UVP_FORMATS_MESH_OBJ_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "formats/mesh/mesh.h"
#include "pipeline/base/span.h"

#define UVP_OBJ_POLL_BYTES ((ptrdiff_t)64 << 10)

enum uvp_obj_statement {
    UVP_OBJ_END = 0,
    UVP_OBJ_OTHER, /* anything not below: never looked into */
    UVP_OBJ_VERTEX,
    UVP_OBJ_UV,       /* vt */
    UVP_OBJ_FACE,     /* f, fo */
    UVP_OBJ_REFERRER, /* l, surf: may refer to vt */
    UVP_OBJ_MATERIAL, /* usemtl */
};

struct uvp_obj_scan {
    const unsigned char *at;
    const unsigned char *end;
    const unsigned char *begin;     /* of the statement: where its first line begins */
    const unsigned char *next_poll; /* poll `stop` when `at` has come here */
    uint64_t line;                  /* of `at`, from 1 */
    struct uvp_stop *stop;
};

/* What the decoder found and the encoder needs; lies in the model's format_private. */
struct uvp_obj_notes {
    size_t first_edit;    /* no byte before this changes */
    uint64_t uvs;         /* vt lines */
    uint64_t uvs_before;  /* of these before the first face */
    uint64_t referrals;   /* tokens with a '/' outside faces */
    unsigned char eol[2]; /* of the first line */
    unsigned eol_bytes;
    bool has_bare_cr; /* maybe: only LF ends a line for those who read plain lines */
};

/* Starts behind a byte order mark, if there is one. */
void uvp_obj_scan_init(struct uvp_obj_scan *scan, struct uvp_span bytes, struct uvp_stop *stop);

/* To the next statement that is not empty; `at` is behind its keyword. Polls. */
UVP_MUST_USE enum uvp_code uvp_obj_next(struct uvp_obj_scan *scan,
                                        enum uvp_obj_statement *statement,
                                        struct uvp_error *err);

/* Past the rest of the statement and its line end. Polls. */
UVP_MUST_USE enum uvp_code uvp_obj_skip(struct uvp_obj_scan *scan, struct uvp_error *err);

/* Past the line end, when `at` is there, or past a comment and the line end. */
UVP_MUST_USE enum uvp_code uvp_obj_finish(struct uvp_obj_scan *scan, struct uvp_error *err);

/* Polls when 64 KiB have passed since the last time. */
UVP_MUST_USE enum uvp_code uvp_obj_poll_now(struct uvp_obj_scan *scan, struct uvp_error *err);

static inline enum uvp_code uvp_obj_poll(struct uvp_obj_scan *scan, struct uvp_error *err)
{
    return scan->at < scan->next_poll ? UVP_OK : uvp_obj_poll_now(scan, err);
}

static inline bool uvp_obj_is_gap(unsigned char c)
{
    return c <= ' ' && c != '\n' && c != '\r';
}

/* Bytes of the line end at `at`; 0 when there is none. */
static inline unsigned uvp_obj_eol_bytes(const unsigned char *at, const unsigned char *end)
{
    if (at == end || (*at != '\n' && *at != '\r')) {
        return 0;
    }
    return *at == '\r' && at + 1 < end && at[1] == '\n' ? 2 : 1;
}

/* True when the backslash at `at` joins lines; at the very end of the bytes it does as well. */
static inline bool uvp_obj_is_joint(const unsigned char *at, const unsigned char *end)
{
    return *at == '\\' && (at + 1 == end || at[1] == '\n' || at[1] == '\r');
}

static inline bool uvp_obj_is_token_end(const unsigned char *at, const unsigned char *end)
{
    return at == end || *at <= ' ' || *at == '#' || uvp_obj_is_joint(at, end);
}

/* Over gaps and joints. */
void uvp_obj_skip_joints(struct uvp_obj_scan *scan);

/* To the next token; false when the statement has no more. */
static inline bool uvp_obj_token(struct uvp_obj_scan *scan)
{
    const unsigned char *at = scan->at;

    while (at < scan->end && uvp_obj_is_gap(*at)) {
        at++;
    }
    scan->at = at;
    if (at < scan->end && *at == '\\') {
        uvp_obj_skip_joints(scan);
        at = scan->at;
    }
    return at<scan->end && * at> ' ' && *at != '#';
}

/* A token such as 1/2/3; the parts after the first slash may be missing. */
struct uvp_obj_corner {
    const unsigned char *vertex_end; /* behind the vertex number */
    const unsigned char *uv;         /* the vt number; NULL: none */
    const unsigned char *uv_end;     /* behind the vt number, or where it would end */
    const unsigned char *after;      /* behind the token */
    bool has_normal;
};

static inline const unsigned char *uvp_obj_skip_number(const unsigned char *at,
                                                       const unsigned char *end)
{
    const unsigned char *digit = at;

    if (digit < end && (*digit == '-' || *digit == '+')) {
        digit++;
    }
    if (digit == end || (unsigned)*digit - '0' > 9) {
        return at;
    }
    while (digit < end && (unsigned)*digit - '0' <= 9) {
        digit++;
    }
    return digit;
}

/*
 * Divides the rest of a token, `at` being behind its vertex number. The numbers after the
 * slashes are only measured: nothing here depends on their values.
 *
 * Returns: false when the token is none of v, v/, v/t, v//, v//n, v/t/, v/t/n
 */
static inline bool uvp_obj_divide(const unsigned char *at, const unsigned char *end,
                                  struct uvp_obj_corner *corner)
{
    const unsigned char *number;

    corner->vertex_end = at;
    corner->uv = NULL;
    corner->uv_end = at;
    corner->has_normal = false;
    if (at < end && *at == '/') {
        number = uvp_obj_skip_number(++at, end);
        corner->uv = number > at ? at : NULL;
        corner->uv_end = number;
        at = number;
        if (at < end && *at == '/') {
            number = uvp_obj_skip_number(++at, end);
            corner->has_normal = number > at;
            at = number;
        }
    }
    corner->after = at;
    return uvp_obj_is_token_end(at, end);
}

#endif
