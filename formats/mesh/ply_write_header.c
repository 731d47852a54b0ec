/*
 * The header is edited, not written anew: at most a count, two types and a few property lines,
 * spelled as the file spells its types and ended as its lines end.
 */
#include "formats/mesh/ply_write.h"
#include "formats/mesh/text.h"

#define EDITS_MAX 5
#define EDIT_BYTES 96

struct edit {
    uint32_t at;
    uint32_t drop; /* bytes of the input that go */
    uint32_t bytes;
    unsigned char text[EDIT_BYTES];
};

struct edits {
    struct edit items[EDITS_MAX];
    uint32_t count;
};

/* Edits are few and come in the order of the file. */
static struct edit *add_edit(struct edits *edits, uint32_t at, uint32_t drop)
{
    uint32_t place = edits->count++;
    struct edit *edit;

    for (; place > 0 && edits->items[place - 1].at > at; place--) {
        edits->items[place] = edits->items[place - 1];
    }
    edit = &edits->items[place];
    edit->at = at;
    edit->drop = drop;
    edit->bytes = 0;
    return edit;
}

static void put(struct edit *edit, const void *text, size_t bytes)
{
    memcpy(edit->text + edit->bytes, text, bytes);
    edit->bytes += (uint32_t)bytes;
}

static void put_text(struct edit *edit, const char *text)
{
    put(edit, text, strlen(text));
}

/* float32 and uint8, or float and uchar? */
static bool spells_bits(const struct uvp_ply_writing *writing, struct uvp_ply_word word)
{
    const unsigned char last = writing->ply->bytes.data[word.at + word.bytes - 1];

    return last >= '0' && last <= '9';
}

static const char *spell_type(uint8_t type, bool with_bits)
{
    static const char *const plain[] = {"char", "uchar", "short", "ushort",
                                        "int",  "uint",  "float", "double"};
    static const char *const bits[] = {"int8",  "uint8",  "int16",   "uint16",
                                       "int32", "uint32", "float32", "float64"};

    return with_bits ? bits[type] : plain[type];
}

static void put_eol(struct edit *edit, const struct uvp_ply_writing *writing,
                    const struct uvp_ply_element *element)
{
    put(edit, writing->ply->bytes.data + element->lines_end - element->eol_bytes,
        element->eol_bytes);
}

static void edit_count(const struct uvp_ply_writing *writing, struct edits *edits)
{
    const struct uvp_ply_word word = writing->ply->vertex->count_word;
    unsigned char digits[UVP_TEXT_COUNT_BYTES];
    unsigned char *const end = uvp_text_write_count(
        digits, (uint64_t)writing->split.vertex_count + writing->split.added_count);

    put(add_edit(edits, word.at, word.bytes), digits, (size_t)(end - digits));
}

static void edit_vertex_lines(const struct uvp_ply_writing *writing, struct edits *edits)
{
    const struct uvp_ply_element *const vertex = writing->ply->vertex;
    const bool with_bits = spells_bits(writing, writing->ply->roles[UVP_PLY_X]->type_word);
    const char *const names[2] = {writing->u_name, writing->v_name};
    struct edit *const edit = add_edit(edits, vertex->lines_end, 0);

    for (int i = 0; i < 2; i++) {
        put_text(edit, "property ");
        put_text(edit, spell_type(UVP_PLY_F32, with_bits));
        put_text(edit, " ");
        put_text(edit, names[i]);
        put_eol(edit, writing, vertex);
    }
}

static void edit_face_line(const struct uvp_ply_writing *writing, struct edits *edits)
{
    const struct uvp_ply_element *const face = writing->ply->face;
    const struct uvp_ply_property *const indices = writing->ply->roles[UVP_PLY_INDICES];
    const bool with_bits =
        spells_bits(writing, indices->type_word) || spells_bits(writing, indices->count_word);
    struct edit *const edit = add_edit(edits, face->lines_end, 0);

    put_text(edit, "property list ");
    put_text(edit, spell_type(writing->wedge_count_type, with_bits));
    put_text(edit, " ");
    put_text(edit, spell_type(UVP_PLY_F32, with_bits));
    put_text(edit, " texcoord");
    put_eol(edit, writing, face);
}

static void edit_type(const struct uvp_ply_writing *writing, struct edits *edits,
                      struct uvp_ply_word word, uint8_t type)
{
    put_text(add_edit(edits, word.at, word.bytes),
             spell_type(type, spells_bits(writing, word)));
}

void uvp_ply_header_write(struct uvp_ply_writing *writing)
{
    const struct uvp_ply *const ply = writing->ply;
    const struct uvp_ply_property *const indices = ply->roles[UVP_PLY_INDICES];
    const struct uvp_ply_property *const wedges = ply->roles[UVP_PLY_TEXCOORD];
    struct edits edits = {.count = 0};

    if (writing->split.added_count != 0) {
        edit_count(writing, &edits);
    }
    if (writing->adds_vertex_uvs) {
        edit_vertex_lines(writing, &edits);
    }
    if (writing->index_type != indices->type) {
        edit_type(writing, &edits, indices->type_word, writing->index_type);
    }
    if (writing->adds_wedges) {
        edit_face_line(writing, &edits);
    } else if (writing->has_wedges && writing->wedge_count_type != wedges->count_type) {
        edit_type(writing, &edits, wedges->count_word, writing->wedge_count_type);
    }
    for (uint32_t i = 0; i < edits.count; i++) {
        const struct edit *const edit = &edits.items[i];
        uvp_ply_writing_copy(writing, ply->bytes.data + edit->at);
        memcpy(writing->to, edit->text, edit->bytes);
        writing->to += edit->bytes;
        writing->from += edit->drop;
    }
    uvp_ply_writing_copy(writing, ply->bytes.data + ply->header.bytes);
}
