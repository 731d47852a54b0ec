/* mkmesh: test meshes as OBJ, and archives of them; the same options give the same bytes. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/mkmesh/members.h"
#include "tools/mkmesh/obj_print.h"
#include "tools/mkmesh/shape_list.h"

#define EXIT_USAGE 64

struct options {
    const char *output;
    uint64_t size;
    uint64_t seed;
    bool attributes;
    bool crlf;
    struct members_options members;
};

enum {
    OPTION_ATTRIBUTES = 256,
    OPTION_CRLF,
    OPTION_FORMAT,
    OPTION_COMPRESS,
    OPTION_MEMBERS,
    OPTION_TRIANGLES,
    OPTION_OTHER,
    OPTION_BIG,
    OPTION_BROKEN,
    OPTION_MIX,
    OPTION_TINY
};

static const struct option long_options[] = {
    {"help", no_argument, NULL, 'h'},
    {"output", required_argument, NULL, 'o'},
    {"size", required_argument, NULL, 'n'},
    {"seed", required_argument, NULL, 's'},
    {"attributes", no_argument, NULL, OPTION_ATTRIBUTES},
    {"crlf", no_argument, NULL, OPTION_CRLF},
    {"format", required_argument, NULL, OPTION_FORMAT},
    {"compress", required_argument, NULL, OPTION_COMPRESS},
    {"members", required_argument, NULL, OPTION_MEMBERS},
    {"triangles", required_argument, NULL, OPTION_TRIANGLES},
    {"other-bytes", required_argument, NULL, OPTION_OTHER},
    {"big-bytes", required_argument, NULL, OPTION_BIG},
    {"broken", required_argument, NULL, OPTION_BROKEN},
    {"mix", no_argument, NULL, OPTION_MIX},
    {"tiny", no_argument, NULL, OPTION_TINY},
    {NULL, 0, NULL, 0},
};

static void print_help(void)
{
    puts("usage: mkmesh SHAPE [options]\n"
         "       mkmesh archive [options]\n"
         "\n"
         "Writes a test mesh as OBJ, or an archive of test meshes. Numbers may end in k, M or "
         "G.\n"
         "\n"
         "  -o, --output FILE   default: stdout\n"
         "  --seed S            default 1\n"
         "\n"
         "A shape:\n"
         "  --size N            about so many triangles; default 2000\n"
         "  --attributes        with normals, groups and materials\n"
         "  --crlf              lines end as on Windows\n"
         "\n"
         "An archive:\n"
         "  --format F          tar (default), pax, gnutar, ustar, zip, cpio, 7z\n"
         "  --compress C        none (default), zstd, gzip, xz, bzip2, lz4\n"
         "  --members N         default 30\n"
         "  --triangles T       of a mesh on average; default 2000\n"
         "  --mix               half of the members are text, binaries, folders, links\n"
         "  --other-bytes B     of text and binaries on average; default 4000\n"
         "  --broken N          the first N meshes name a vertex that is not there\n"
         "  --tiny              members of 100 bytes and no meshes\n"
         "  --big-bytes B       and one binary member of B bytes at the end\n"
         "\n"
         "Shapes:");
    for (const struct shape *shape = shapes; shape->name != NULL; shape++) {
        printf("  %-11s %s\n", shape->name, shape->summary);
    }
}

static void __attribute__((noreturn)) end_usage(const char *what, const char *word)
{
    fprintf(stderr, "mkmesh: %s: %s; see mkmesh --help\n", what, word);
    exit(EXIT_USAGE);
}

static uint64_t parse_number(const char *word)
{
    char *end;
    errno = 0;
    const uint64_t number = strtoumax(word, &end, 10);
    const char *const units = "kMG";
    const char *unit = *end != '\0' && end[1] == '\0' ? strchr(units, *end) : NULL;
    uint64_t factor = 1;
    for (const char *u = units; unit != NULL && u <= unit; u++) {
        factor *= 1000;
    }
    if (*word < '0' || *word > '9' || errno != 0 || (*end != '\0' && unit == NULL) ||
        number > UINT64_MAX / factor) {
        end_usage("not a number", word);
    }
    return number * factor;
}

static uint32_t parse_triangles(const char *word)
{
    const uint64_t number = parse_number(word);
    if (number < 1 || number > 500000000) {
        end_usage("not a number of triangles from 1 to 500M", word);
    }
    return (uint32_t)number;
}

static void take_option(struct options *options, int letter, const char *value)
{
    struct members_options *members = &options->members;
    switch (letter) {
    case 'h':
        print_help();
        exit(0);
    case 'o':
        options->output = value;
        break;
    case 'n':
        options->size = parse_triangles(value);
        break;
    case 's':
        options->seed = parse_number(value);
        break;
    case OPTION_ATTRIBUTES:
        options->attributes = true;
        break;
    case OPTION_CRLF:
        options->crlf = true;
        break;
    case OPTION_FORMAT:
        members->format = value;
        break;
    case OPTION_COMPRESS:
        members->compress = value;
        break;
    case OPTION_MEMBERS:
        members->members = parse_number(value);
        break;
    case OPTION_TRIANGLES:
        members->triangles = parse_triangles(value);
        break;
    case OPTION_OTHER:
        members->other_bytes = parse_number(value);
        break;
    case OPTION_BIG:
        members->big_bytes = parse_number(value);
        break;
    case OPTION_BROKEN:
        members->broken = parse_number(value);
        break;
    case OPTION_MIX:
        members->mix = true;
        break;
    case OPTION_TINY:
        members->tiny = true;
        break;
    default:
        exit(EXIT_USAGE); /* getopt has said why */
    }
}

static int write_shape(const struct shape *shape, const struct options *options)
{
    const bool to_stdout = strcmp(options->output, "-") == 0;
    FILE *file = to_stdout ? stdout : fopen(options->output, "wb");
    if (file == NULL) {
        perror(options->output);
        return 1;
    }
    char title[64];
    snprintf(title, sizeof title, "%s, seed %" PRIu64, shape->name, options->seed);
    struct uvp_prng prng = {options->seed};
    struct uvp_mem mem;
    struct uvp_draft draft;
    uvp_mem_init(&mem, 0);
    uvp_draft_init(&draft, &mem, NULL);
    shape->make(&draft, (uint32_t)options->size, &prng);
    const struct obj_style style = {title, options->attributes, options->crlf};
    obj_print(&draft, &style, file);
    uvp_draft_release(&draft);
    const int bad = ferror(file);
    if (fclose(file) != 0 || bad) {
        perror(options->output);
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct options options = {
        .output = "-",
        .size = 2000,
        .seed = 1,
        .members = {.format = "tar",
                    .compress = "none",
                    .members = 30,
                    .triangles = 2000,
                    .other_bytes = 4000},
    };
    int letter;
    while ((letter = getopt_long(argc, argv, "ho:", long_options, NULL)) != -1) {
        take_option(&options, letter, optarg);
    }
    if (optind + 1 != argc) {
        end_usage("wanted", "one shape, or archive");
    }
    if (strcmp(argv[optind], "archive") == 0) {
        options.members.output = options.output;
        options.members.seed = options.seed;
        return members_write(&options.members);
    }
    const struct shape *shape = shape_find(argv[optind]);
    if (shape == NULL) {
        end_usage("no such shape", argv[optind]);
    }
    return write_shape(shape, &options);
}
