/* Archives are written by libarchive, so that uvpipe reads what another program made. */
#include "tools/mkmesh/members.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tools/mkmesh/obj_print.h"
#include "tools/mkmesh/shape_list.h"

#define TINY_BYTES 100
#define PIECE_BYTES 65536
#define PATH_BYTES 512
#define FIRST_MTIME 1700000000 /* in 2023; members follow second by second */

struct format {
    const char *name;
    int (*set)(struct archive *archive);
    bool links;          /* hard links */
    int padding;         /* characters that a long name is made longer by */
    size_t target_bytes; /* what a link can name */
};

static const struct format formats[] = {
    {"tar", archive_write_set_format_pax_restricted, true, 180, PATH_BYTES},
    {"pax", archive_write_set_format_pax, true, 180, PATH_BYTES},
    {"gnutar", archive_write_set_format_gnutar, true, 180, PATH_BYTES},
    {"ustar", archive_write_set_format_ustar, true, 85, 100},
    {"cpio", archive_write_set_format_cpio_newc, false, 180, PATH_BYTES},
    {"zip", archive_write_set_format_zip, false, 180, PATH_BYTES},
    {"7z", archive_write_set_format_7zip, false, 180, PATH_BYTES},
    {NULL, NULL, false, 0, 0},
};

struct filter {
    const char *name;
    int (*add)(struct archive *archive);
};

static const struct filter filters[] = {
    {"none", archive_write_add_filter_none},
    {"zstd", archive_write_add_filter_zstd},
    {"gzip", archive_write_add_filter_gzip},
    {"xz", archive_write_add_filter_xz},
    {"bzip2", archive_write_add_filter_bzip2},
    {"lz4", archive_write_add_filter_lz4},
    {NULL, NULL},
};

struct maker {
    const struct members_options *options;
    const struct format *format;
    struct archive *archive;
    struct archive_entry *entry;
    struct uvp_mem mem;
    struct uvp_draft draft;
    struct uvp_prng prng;
    uint64_t written; /* members */
    uint64_t meshes;
    char last_mesh[PATH_BYTES]; /* what links point to */
    int failed;
};

static void complain(struct maker *maker, const char *what)
{
    fprintf(stderr, "mkmesh: %s: %s\n", what, archive_error_string(maker->archive));
    maker->failed = 1;
}

static struct archive_entry *begin_entry(struct maker *maker, const char *path, mode_t type,
                                         mode_t mode)
{
    struct archive_entry *entry = archive_entry_clear(maker->entry);
    archive_entry_set_pathname(entry, path);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, mode);
    archive_entry_set_mtime(entry, (time_t)(FIRST_MTIME + maker->written), 0);
    archive_entry_set_uid(entry, 1000);
    archive_entry_set_gid(entry, 1000);
    archive_entry_set_uname(entry, "maker");
    archive_entry_set_gname(entry, "makers");
    archive_entry_set_size(entry, 0);
    maker->written++;
    return entry;
}

static void put_header(struct maker *maker)
{
    if (archive_write_header(maker->archive, maker->entry) != ARCHIVE_OK) {
        complain(maker, archive_entry_pathname(maker->entry));
    }
}

static void put_data(struct maker *maker, const void *data, size_t bytes)
{
    const char *at = data;
    while (bytes > 0 && !maker->failed) {
        const la_ssize_t put = archive_write_data(maker->archive, at, bytes);
        if (put <= 0) {
            complain(maker, "data");
            return;
        }
        at += put;
        bytes -= (size_t)put;
    }
}

static void put_file(struct maker *maker, const char *path, const void *data, size_t bytes)
{
    struct archive_entry *entry = begin_entry(maker, path, AE_IFREG, 0644);
    archive_entry_set_size(entry, (la_int64_t)bytes);
    put_header(maker);
    put_data(maker, data, bytes);
}

static void put_folder(struct maker *maker, const char *path)
{
    begin_entry(maker, path, AE_IFDIR, 0755);
    put_header(maker);
}

static void print_mesh(struct maker *maker, const struct shape *shape, FILE *file)
{
    const uint32_t most = maker->options->triangles;
    const uint32_t triangles = most / 2 + uvp_prng_below(&maker->prng, most + 1);
    const struct obj_style style = {.title = shape->name,
                                    .attributes = uvp_prng_below(&maker->prng, 4) == 0,
                                    .crlf = uvp_prng_below(&maker->prng, 8) == 0};
    uvp_draft_clear(&maker->draft);
    shape->make(&maker->draft, triangles, &maker->prng);
    obj_print(&maker->draft, &style, file);
    if (maker->meshes < maker->options->broken) {
        fprintf(file, "f 1 2 %zu\n", maker->draft.vertex_count + 1);
    }
}

/* Every path is its own; every ninth of a mixed archive is a long one. */
static void name_mesh(const struct maker *maker, const char *shape, char path[PATH_BYTES])
{
    static const char padding[] =
        "a-long-way-to-the-very-last-of-all-the-parts-of-the-great-machine-that-someone-named-"
        "so-that-nobody-could-ever-mistake-it-for-another-part-of-another-machine-or-think-"
        "that-it-was-made-without-care-and-attention-to-detail-";
    const bool longer = maker->options->mix && maker->meshes % 9 == 8;
    snprintf(path, PATH_BYTES, "models/%s/%.*s%06llu.obj", shape,
             longer ? maker->format->padding : 0, padding, (unsigned long long)maker->written);
}

/* Shapes in turn. */
static const struct shape *next_shape(const struct maker *maker)
{
    uint64_t count = 0;
    while (shapes[count].name != NULL) {
        count++;
    }
    return &shapes[maker->meshes % count];
}

static void put_mesh(struct maker *maker)
{
    const struct shape *shape = next_shape(maker);
    char *text = NULL;
    size_t bytes = 0;
    FILE *file = open_memstream(&text, &bytes);
    if (file == NULL) {
        perror("mkmesh");
        exit(1);
    }
    print_mesh(maker, shape, file);
    if (fclose(file) != 0) {
        perror("mkmesh");
        exit(1);
    }
    char path[PATH_BYTES];
    name_mesh(maker, shape->name, path);
    put_file(maker, path, text, bytes);
    if (strlen("../") + strlen(path) <= maker->format->target_bytes) {
        memcpy(maker->last_mesh, path, sizeof path);
    }
    free(text);
    maker->meshes++;
}

static char *take(size_t bytes)
{
    char *data = malloc(bytes);
    if (data == NULL) {
        fputs("mkmesh: out of memory\n", stderr);
        exit(1);
    }
    return data;
}

static void fill_text(struct uvp_prng *prng, char *data, size_t bytes)
{
    static const char *const words[] = {"stone ",    "river ", "light\n", "hammer ",
                                        "v 1 2 3\n", "under ", "seven ",  "wheel\n"};
    size_t at = 0;
    while (at < bytes) {
        const char *word = words[uvp_prng_below(prng, 8)];
        const size_t length = strlen(word);
        const size_t part = length < bytes - at ? length : bytes - at;
        memcpy(data + at, word, part);
        at += part;
    }
}

/* Half noise, half runs: it neither packs to nothing nor resists. */
static void fill_binary(struct uvp_prng *prng, char *data, size_t bytes)
{
    for (size_t at = 0; at < bytes; at += 16) {
        const uint64_t bits[2] = {uvp_prng_bits(prng),
                                  UINT64_C(0x0101010101010101) * (at / 4096 % 7)};
        memcpy(data + at, bits, bytes - at < 16 ? bytes - at : 16);
    }
}

static void put_other(struct maker *maker, bool text)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, text ? "notes/%06llu.txt" : "pictures/%06llu.bin",
             (unsigned long long)maker->written);
    const size_t most = (size_t)maker->options->other_bytes;
    const size_t bytes = most / 2 + (size_t)(uvp_prng_bits(&maker->prng) % (most + 1));
    char *data = take(bytes + 1);
    if (text) {
        fill_text(&maker->prng, data, bytes);
    } else {
        fill_binary(&maker->prng, data, bytes);
    }
    put_file(maker, path, data, bytes);
    free(data);
}

/* A symbolic link beside the mesh it names, or another name of the same file. */
static void put_link(struct maker *maker, bool hard)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "links/%06llu.obj", (unsigned long long)maker->written);
    if (hard) {
        struct archive_entry *entry = begin_entry(maker, path, AE_IFREG, 0644);
        archive_entry_set_hardlink(entry, maker->last_mesh);
        put_header(maker);
        return;
    }
    char target[PATH_BYTES + 8];
    snprintf(target, sizeof target, "../%s", maker->last_mesh);
    struct archive_entry *entry = begin_entry(maker, path, AE_IFLNK, 0777);
    archive_entry_set_symlink(entry, target);
    put_header(maker);
}

static void put_mixed(struct maker *maker)
{
    char path[PATH_BYTES];
    const uint64_t turn = maker->written % 20;
    if (turn == 0) {
        snprintf(path, sizeof path, "folders/%06llu/", (unsigned long long)maker->written);
        put_folder(maker, path);
    } else if (turn == 5 && maker->meshes > 0) {
        put_link(maker, false);
    } else if (turn == 15 && maker->meshes > 0 && maker->format->links) {
        put_link(maker, true);
    } else if (turn == 10) {
        snprintf(path, sizeof path, "empty/%06llu.obj", (unsigned long long)maker->written);
        put_file(maker, path, "", 0);
    } else if (turn % 2 == 1) {
        put_mesh(maker);
    } else {
        put_other(maker, turn % 4 == 0);
    }
}

static void put_tiny(struct maker *maker)
{
    char path[PATH_BYTES];
    char data[TINY_BYTES];
    const unsigned long long number = maker->written;
    snprintf(path, sizeof path, "tiny/%03llu/%09llu.txt", number / 1000 % 1000, number);
    memset(data, '.', sizeof data);
    const int length = snprintf(data, sizeof data, "member %llu of many", number);
    data[length] = '\n';
    data[TINY_BYTES - 1] = '\n';
    put_file(maker, path, data, sizeof data);
}

static void put_big(struct maker *maker)
{
    struct archive_entry *entry = begin_entry(maker, "big/large.bin", AE_IFREG, 0644);
    archive_entry_set_size(entry, (la_int64_t)maker->options->big_bytes);
    put_header(maker);
    char *piece = take(PIECE_BYTES);
    for (uint64_t left = maker->options->big_bytes; left > 0 && !maker->failed;) {
        const size_t bytes = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        fill_binary(&maker->prng, piece, bytes);
        put_data(maker, piece, bytes);
        left -= bytes;
    }
    free(piece);
}

static void put_all(struct maker *maker)
{
    const struct members_options *options = maker->options;
    while (maker->written < options->members && !maker->failed) {
        if (options->tiny) {
            put_tiny(maker);
        } else if (options->mix) {
            put_mixed(maker);
        } else {
            put_mesh(maker);
        }
    }
    if (options->big_bytes > 0 && !maker->failed) {
        put_big(maker);
    }
}

static const struct format *find_format(const char *name)
{
    const struct format *format = formats;
    while (format->name != NULL && strcmp(format->name, name) != 0) {
        format++;
    }
    return format->name != NULL ? format : NULL;
}

static const struct filter *find_filter(const char *name)
{
    const struct filter *filter = filters;
    while (filter->name != NULL && strcmp(filter->name, name) != 0) {
        filter++;
    }
    return filter->name != NULL ? filter : NULL;
}

static void open_archive(struct maker *maker, const struct filter *filter, int fd)
{
    struct archive *archive = maker->archive;
    const bool gzip = strcmp(filter->name, "gzip") == 0;
    /* No padding after a compressed stream, and no time of day in it. */
    archive_write_set_bytes_in_last_block(archive, 1);
    if (maker->format->set(archive) != ARCHIVE_OK || filter->add(archive) != ARCHIVE_OK ||
        (gzip &&
         archive_write_set_filter_option(archive, "gzip", "timestamp", NULL) != ARCHIVE_OK) ||
        archive_write_open_fd(archive, fd) != ARCHIVE_OK) {
        complain(maker, "opening");
    }
}

static void write_archive(struct maker *maker, const struct filter *filter, int fd)
{
    maker->archive = archive_write_new();
    maker->entry = archive_entry_new();
    if (maker->archive == NULL || maker->entry == NULL) {
        fputs("mkmesh: out of memory\n", stderr);
        exit(1);
    }
    open_archive(maker, filter, fd);
    if (!maker->failed) {
        put_all(maker);
    }
    if (!maker->failed && archive_write_close(maker->archive) != ARCHIVE_OK) {
        complain(maker, "closing");
    }
    archive_entry_free(maker->entry);
    archive_write_free(maker->archive);
}

int members_write(const struct members_options *options)
{
    struct maker maker = {.options = options, .prng = {options->seed}};
    const struct filter *filter = find_filter(options->compress);
    maker.format = find_format(options->format);
    if (maker.format == NULL || filter == NULL) {
        fputs("mkmesh: unknown --format or --compress\n", stderr);
        return 1;
    }
    const bool to_stdout = strcmp(options->output, "-") == 0;
    const int fd = to_stdout
                       ? STDOUT_FILENO
                       : open(options->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        perror(options->output);
        return 1;
    }
    /* zip keeps local time; ours is the same everywhere. */
    setenv("TZ", "UTC0", 1);
    tzset();
    uvp_mem_init(&maker.mem, 0);
    uvp_draft_init(&maker.draft, &maker.mem, NULL);
    write_archive(&maker, filter, fd);
    uvp_draft_release(&maker.draft);
    if (close(fd) != 0 && !maker.failed) {
        perror(options->output);
        maker.failed = 1;
    }
    return maker.failed;
}
