/*
 * uvcheck: judges the UV atlas of an OBJ file, by code that shares nothing with what made it.
 * Overlap and orientation are decided exactly, on the float32 values in the file.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/uvcheck/verdicts.h"

#define EXIT_INVALID 1
#define EXIT_USAGE 64
#define MOST_OVERLAPS 1000000
#define GAP_CEILING_TEXELS 8.0 /* gaps beyond this, or twice the padding, are not measured */
#define GAP_ROUNDING_TEXELS 1e-4

struct options {
    const char *path;
    const char *original; /* NULL: geometry is not compared */
    double resolution_texels;
    double padding_texels;
    uint32_t pages;
};

struct verdict {
    uint64_t overlaps;
    double gap_texels; /* negative: none within the ceiling */
    bool gap_good;
    const char *geometry; /* "same", "differs" or "unchecked" */
    struct stretch stretch;
    bool valid;
};

static void print_help(void)
{
    puts(
        "usage: uvcheck [--orig ORIGINAL.obj] [--resolution N] [--padding N] [--pages N]\n"
        "               UNWRAPPED.obj\n"
        "\n"
        "Prints one line of JSON. Exit code: 0 valid, 1 invalid or not readable, 64 usage.\n"
        "\n"
        "  --orig FILE      vertices and faces must be those of FILE\n"
        "  --resolution N   texels along the page's side, for gaps; default 1024\n"
        "  --padding N      texels between charts that are demanded; default 2, 0 for none\n"
        "  --pages N        UDIM tiles that faces may lie on, each on one; default 1\n"
        "\n"
        "valid           none of: flips, collapsed, overlaps, outside, nonfinite, without_uv,\n"
        "                unjudged; min_gap_texels at least the padding; geometry not "
        "different\n"
        "faces           in the file\n"
        "triangles       that were judged; polygons are taken apart\n"
        "charts          sets of triangles joined by edges\n"
        "flips           faces of negative UV area, or whose outline crosses itself\n"
        "collapsed       faces with area in space and none in UV\n"
        "overlaps        pairs of triangles whose insides meet; at most 1000000 are counted\n"
        "outside         texture vertices outside of [0,1]; with --pages, faces off the pages\n"
        "nonfinite       faces with a UV that is no number, or out of all bounds\n"
        "without_uv      faces with a corner without UV\n"
        "unjudged        hollow polygons of more than 4096 corners\n"
        "min_gap_texels  least distance between charts; null above 8 texels and twice "
        "--padding\n"
        "geometry        same, differs or unchecked\n"
        "stretch_l2      Sander's stretch, area-weighted; 1 is best; null without triangles\n"
        "stretch_linf    the worst triangle's\n"
        "efficiency      UV area of all triangles; the page is 1");
}

static void __attribute__((noreturn)) end_usage(const char *what, const char *word)
{
    fprintf(stderr, "uvcheck: %s: %s; see uvcheck --help\n", what, word);
    exit(EXIT_USAGE);
}

static double parse_number(const char *word, double least)
{
    char *end;
    const double number = strtod(word, &end);
    if (end == word || *end != '\0' || !(number >= least && number <= 1e6)) {
        end_usage("not a number that will do", word);
    }
    return number;
}

static struct options parse(int argc, char **argv)
{
    static const struct option long_options[] = {{"help", no_argument, NULL, 'h'},
                                                 {"orig", required_argument, NULL, 'o'},
                                                 {"resolution", required_argument, NULL, 'r'},
                                                 {"padding", required_argument, NULL, 'p'},
                                                 {"pages", required_argument, NULL, 'n'},
                                                 {NULL, 0, NULL, 0}};
    struct options options = {.resolution_texels = 1024.0, .padding_texels = 2.0, .pages = 1};
    int letter;
    while ((letter = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        switch (letter) {
        case 'h':
            print_help();
            exit(0);
        case 'o':
            options.original = optarg;
            break;
        case 'r':
            options.resolution_texels = parse_number(optarg, 1.0);
            break;
        case 'p':
            options.padding_texels = parse_number(optarg, 0.0);
            break;
        case 'n':
            options.pages = (uint32_t)parse_number(optarg, 1.0);
            break;
        default:
            exit(EXIT_USAGE); /* getopt has said why */
        }
    }
    if (optind + 1 != argc) {
        end_usage("wanted", "one OBJ file");
    }
    options.path = argv[optind];
    return options;
}

static void judge_gap(const struct cover *cover, const struct options *options,
                      struct verdict *verdict)
{
    const double ceiling = fmax(GAP_CEILING_TEXELS, 2.0 * options->padding_texels);
    uint32_t count;
    struct border *borders = charts_borders(cover, &count);
    const double most = ceiling / options->resolution_texels;
    const double gap = least_gap(borders, count, most);
    free(borders);
    verdict->gap_texels = gap < most ? gap * options->resolution_texels : -1.0;
    verdict->gap_good = verdict->gap_texels < 0.0 ||
                        verdict->gap_texels >= options->padding_texels - GAP_ROUNDING_TEXELS;
}

static bool judge_geometry(const struct model *model, const char *original,
                           struct verdict *verdict)
{
    char why[128];
    struct model other;
    verdict->geometry = "unchecked";
    if (original == NULL) {
        return true;
    }
    const bool same =
        model_read(&other, original, why, sizeof why) && model_same_geometry(model, &other);
    verdict->geometry = same ? "same" : "differs";
    model_release(&other);
    return same;
}

static void print_text(const char *text)
{
    putchar('"');
    for (const char *at = text; *at != '\0'; at++) {
        const unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\') {
            printf("\\%c", byte);
        } else if (byte < 0x20) {
            printf("\\u%04x", byte);
        } else {
            putchar(byte);
        }
    }
    putchar('"');
}

static void print_measure(const char *name, double value, bool known)
{
    if (known) {
        printf(", \"%s\": %.6g", name, value);
    } else {
        printf(", \"%s\": null", name);
    }
}

static void print_verdict(const struct options *options, const struct cover *cover,
                          const struct verdict *verdict)
{
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"faces", cover->model->face_count}, {"triangles", cover->triangle_count},
                  {"charts", cover->chart_count},      {"flips", cover->flipped},
                  {"collapsed", cover->collapsed},     {"overlaps", verdict->overlaps},
                  {"outside", cover->outside},         {"nonfinite", cover->nonfinite},
                  {"without_uv", cover->without_uv},   {"unjudged", cover->unjudged}};
    fputs("{\"file\": ", stdout);
    print_text(options->path);
    printf(", \"valid\": %s", verdict->valid ? "true" : "false");
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        printf(", \"%s\": %" PRIu64, counts[k].name, counts[k].value);
    }
    print_measure("min_gap_texels", verdict->gap_texels, verdict->gap_texels >= 0.0);
    printf(", \"geometry\": \"%s\"", verdict->geometry);
    print_measure("stretch_l2", verdict->stretch.l2, verdict->stretch.judged > 0);
    print_measure("stretch_linf", verdict->stretch.linf, verdict->stretch.judged > 0);
    print_measure("efficiency", verdict->stretch.plane_area, true);
    puts("}");
}

static bool judge(const struct model *model, const struct options *options)
{
    struct cover cover;
    struct verdict verdict = {0};
    cover_make(&cover, model, options->pages);
    charts_find(&cover);
    verdict.overlaps = count_overlaps(&cover, MOST_OVERLAPS);
    judge_gap(&cover, options, &verdict);
    verdict.stretch = measure_stretch(&cover);
    const bool same = judge_geometry(model, options->original, &verdict);
    const uint64_t faults = (uint64_t)cover.flipped + cover.collapsed + cover.outside +
                            cover.nonfinite + cover.without_uv + cover.unjudged;
    verdict.valid = faults + verdict.overlaps == 0 && verdict.gap_good && same;
    print_verdict(options, &cover, &verdict);
    cover_release(&cover);
    return verdict.valid;
}

int main(int argc, char **argv)
{
    const struct options options = parse(argc, argv);
    char why[128];
    struct model model;
    bool valid = false;
    if (model_read(&model, options.path, why, sizeof why)) {
        valid = judge(&model, &options);
    } else {
        fputs("{\"file\": ", stdout);
        print_text(options.path);
        fputs(", \"valid\": false, \"error\": ", stdout);
        print_text(why);
        puts("}");
    }
    model_release(&model);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("uvcheck");
        return EXIT_INVALID;
    }
    return valid ? 0 : EXIT_INVALID;
}
