/*
 * ply_undo.h -- an encoder's output, with what it may have changed put back
 *
 * Why:     what is not UVs must come out bit for bit: so putting back the UVs and the face
 *          indices, and taking out what is new, must give the input, byte for byte.
 * Use:     undo_make; compare with the input; free the bytes.
 */
#ifndef UVP_TESTS_PLY_UNDO_H
#define UVP_TESTS_PLY_UNDO_H

#include "tests/support/ply_reference.h"

struct undo {
    const struct ply_reference *in;
    const struct ply_reference *out;
    bool wedges; /* lists of UVs were written */
    unsigned char *bytes;
    size_t count;
    size_t from; /* of the output, not copied yet */
};

static inline void undo_copy(struct undo *undo, size_t until)
{
    ref_require(until >= undo->from && until <= undo->out->bytes, "order of changes");
    memcpy(undo->bytes + undo->count, undo->out->data + undo->from, until - undo->from);
    undo->count += until - undo->from;
    undo->from = until;
}

static inline void undo_change(struct undo *undo, size_t at, size_t end, size_t in_at,
                               size_t in_end)
{
    undo_copy(undo, at);
    memcpy(undo->bytes + undo->count, undo->in->data + in_at, in_end - in_at);
    undo->count += in_end - in_at;
    undo->from = end;
}

static inline void undo_word(struct undo *undo, struct ref_word out, struct ref_word in)
{
    undo_change(undo, out.at, out.at + out.bytes, in.at, in.at + in.bytes);
}

static inline void undo_header(struct undo *undo)
{
    for (size_t e = 0; e < undo->out->element_count; e++) {
        const struct ref_element *const out = &undo->out->elements[e];
        const struct ref_element *const in = &undo->in->elements[e];

        if (strcmp(out->name, "vertex") == 0) {
            undo_word(undo, out->count_word, in->count_word);
        }
        for (size_t p = 0; p < out->property_count; p++) {
            const struct ref_property *const property = &out->properties[p];
            if (p >= in->property_count) {
                undo_change(undo, property->line, property->line_end, 0, 0);
            } else if (property->is_list && strcmp(out->name, "face") == 0) {
                undo_word(undo, property->count_word, in->properties[p].count_word);
                undo_word(undo, property->type_word, in->properties[p].type_word);
            }
        }
    }
}

static inline bool undo_is_uv(const struct ref_element *in, size_t p)
{
    static const char *const pairs[][2] = {{"s", "t"}, {"u", "v"}, {"texture_u", "texture_v"}};

    for (size_t i = 0; i < 3; i++) {
        const int u = ref_property(in, pairs[i][0]);
        const int v = ref_property(in, pairs[i][1]);
        if (u >= 0 && v >= 0 && in->properties[u].type >= 6 && in->properties[v].type >= 6 &&
            !in->properties[u].is_list && !in->properties[v].is_list) {
            return (int)p == u || (int)p == v;
        }
    }
    return false;
}

static inline bool undo_is_wedge(const struct undo *undo, const struct ref_element *in,
                                 size_t p)
{
    return undo->wedges && strcmp(in->name, "face") == 0 &&
           strcmp(in->properties[p].name, "texcoord") == 0;
}

static inline bool undo_is_indices(const struct ref_element *in, size_t p)
{
    return strcmp(in->name, "face") == 0 &&
           (strcmp(in->properties[p].name, "vertex_indices") == 0 ||
            strcmp(in->properties[p].name, "vertex_index") == 0);
}

static inline void undo_indices(struct undo *undo, const struct ref_property *in_property,
                                const struct ref_value *in,
                                const struct ref_property *out_property,
                                const struct ref_value *out)
{
    for (size_t i = 0; i < out->count; i++) {
        undo_word(undo, ref_item(undo->out, out_property, out, i),
                  ref_item(undo->in, in_property, in, i));
    }
}

static inline void undo_row(struct undo *undo, const struct ref_element *in,
                            const struct ref_element *out, size_t row)
{
    for (size_t p = 0; p < out->property_count; p++) {
        const struct ref_value *const value = &out->rows[row].values[p];
        const struct ref_value *const was = &in->rows[row].values[p];

        if (p >= in->property_count) {
            undo_change(undo, out->rows[row].values[p - 1].end, value->end, 0, 0);
        } else if (undo_is_indices(in, p)) {
            undo_indices(undo, &in->properties[p], was, &out->properties[p], value);
        } else if ((strcmp(in->name, "vertex") == 0 && undo_is_uv(in, p)) ||
                   undo_is_wedge(undo, in, p)) {
            undo_change(undo, value->at, value->end, was->at, was->end);
        }
    }
}

static inline void undo_make(struct undo *undo, const struct ply_reference *in,
                             const struct ply_reference *out, bool wedges)
{
    undo->in = in;
    undo->out = out;
    undo->wedges = wedges;
    undo->count = 0;
    undo->from = 0;
    undo->bytes = malloc(in->bytes + out->bytes + 1);
    ref_require(undo->bytes != NULL, "memory");
    ref_require(in->element_count == out->element_count, "elements");
    undo_header(undo);
    for (size_t e = 0; e < out->element_count; e++) {
        const struct ref_element *const now = &out->elements[e];
        const struct ref_element *const was = &in->elements[e];

        if (was->rows == NULL || was->count == 0) {
            continue;
        }
        for (size_t i = 0; i < was->count; i++) {
            undo_row(undo, was, now, i);
        }
        if (now->count > was->count) {
            undo_change(undo, now->rows[was->count - 1].end, now->rows[now->count - 1].end, 0,
                        0);
        }
    }
    undo_copy(undo, out->bytes);
}

#endif
