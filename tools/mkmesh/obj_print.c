#include "tools/mkmesh/obj_print.h"

#include <math.h>
#include <stdlib.h>

static void print_number(double x, FILE *file)
{
    if (isnan(x)) {
        fputs(" nan", file);
    } else {
        fprintf(file, " %.6f", x);
    }
}

static void print_triple(const char *word, const double *p, const char *end, FILE *file)
{
    fputs(word, file);
    for (int k = 0; k < 3; k++) {
        print_number(p[k], file);
    }
    fputs(end, file);
}

/* Groups and materials change every so many faces, as modellers write them. */
static void print_heading(size_t face, const char *end, FILE *file)
{
    if (face % 97 == 0) {
        fprintf(file, "g part_%zu%s", face / 97, end);
    }
    if (face % 61 == 0) {
        fprintf(file, "usemtl paint_%zu%ss %zu%s", face / 61 % 3, end, face / 61 % 2, end);
    }
}

void obj_print(const struct uvp_draft *draft, const struct obj_style *style, FILE *file)
{
    if (draft->error.code != UVP_OK) {
        fprintf(stderr, "mkmesh: %s\n", draft->error.text);
        exit(1);
    }
    static const double axes[6][3] = {{1, 0, 0},  {0, 1, 0},  {0, 0, 1},
                                      {-1, 0, 0}, {0, -1, 0}, {0, 0, -1}};
    const char *end = style->crlf ? "\r\n" : "\n";
    fprintf(file, "# %s%s", style->title, end);
    if (style->attributes) {
        fprintf(file, "mtllib paints.mtl%so thing%s", end, end);
    }
    for (size_t v = 0; v < draft->vertex_count; v++) {
        print_triple("v", draft->position + 3 * v, end, file);
    }
    for (int n = 0; style->attributes && n < 6; n++) {
        print_triple("vn", axes[n], end, file);
    }
    size_t c = 0;
    for (size_t f = 0; f < draft->face_count; f++) {
        if (style->attributes) {
            print_heading(f, end, file);
        }
        fputc('f', file);
        for (; c < draft->face_start[f + 1]; c++) {
            fprintf(file, style->attributes ? " %u//%u" : " %u", draft->corner[c] + 1,
                    (unsigned)(f % 6) + 1);
        }
        fputs(end, file);
    }
}
