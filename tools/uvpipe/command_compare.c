/*
 * compare: members of two inputs, held against each other.
 *
 * The line reads the first input to its end, then the second. What is told of the first is kept
 * (kept_side.h); what is told of the second is compared at once.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/escape.h"
#include "tools/uvpipe/exits.h"
#include "tools/uvpipe/json_object.h"
#include "tools/uvpipe/kept_side.h"
#include "tools/uvpipe/similarity.h"

#define DETAIL_BYTES 320
#define ROUNDING 1e-6 /* of figures, not worth a word */

/* What a pair of members comes to. */
enum verdict {
    SAME,
    UVS,      /* the same surface with other UVs */
    FIGURES,  /* the figures differ by more than --gate allows */
    GEOMETRY, /* another surface */
    OTHER,    /* no meshes, or only one is, and not alike */
    MISSING,  /* not in the second */
    EXTRA,    /* not in the first */
    FAILED,   /* could not be read */
    VERDICTS
};

static const char *const verdict_names[VERDICTS] = {"same",  "uvs",     "figures", "geometry",
                                                    "other", "missing", "extra",   "failed"};

/* How the UVs of two meshes relate. */
enum layout { NONE, IDENTICAL, EQUAL, SIMILAR, DIFFERENT, ADDED, REMOVED };

static const char *const layout_names[] = {"none",      "identical", "same",   "similar",
                                           "different", "added",     "removed"};

struct pair {
    enum verdict verdict;
    struct uvp_span name;
    const struct uvp_fingerprint *a; /* NULL: that side is no mesh */
    const struct uvp_fingerprint *b;
    bool reordered; /* the same triangles, otherwise arranged */
    enum layout layout;
    struct uvp_similarity similarity; /* when both are meshes */
    uint64_t bytes_a;
    uint64_t bytes_b;
    char why[UVP_REPORT_FAILURE_BYTES]; /* FAILED */
};

struct comparing {
    struct uvp_kept_side first;
    bool sealed;
    bool is_folder[2];
    uint64_t counts[VERDICTS];
    struct uvp_error failure;
};

static bool is_stat_folder(const char *path)
{
    struct stat status;

    return strcmp(path, "-") != 0 && stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static enum uvp_code begin(struct uvp_telling *telling, struct uvp_error *err)
{
    struct comparing *const comparing = uvp_mem_take_zeroed(telling->mem, sizeof *comparing);

    if (comparing == NULL) {
        return uvp_fail_memory(err, sizeof *comparing);
    }
    uvp_kept_side_init(&comparing->first, telling->mem);
    for (int i = 0; i < 2; i++) {
        comparing->is_folder[i] = is_stat_folder(telling->options->settings.inputs[i]);
    }
    telling->state = comparing;
    return UVP_OK;
}

static void release(struct uvp_telling *telling)
{
    struct comparing *const comparing = telling->state;

    if (comparing != NULL) {
        uvp_kept_side_release(&comparing->first);
        uvp_mem_give(telling->mem, comparing, sizeof *comparing);
    }
    telling->state = NULL;
}

/* ---- names ---- */

/*
 * What members are paired by: in folders the path below them; of a file that is no archive
 * nothing, so that two of them are a pair whatever they are called.
 */
static struct uvp_span pairing_name(const struct comparing *comparing,
                                    const struct uvp_record *record)
{
    const struct uvp_span path = uvp_span_of(record->path, record->path_bytes);
    const char *const slash = memchr(record->path, '/', record->path_bytes);

    if (comparing->is_folder[record->lane] && slash != NULL) {
        const size_t skip = (size_t)(slash - record->path) + 1;
        return uvp_span_of(path.data + skip, path.bytes - skip);
    }
    return uvp_report_is_named_as(record->input, path) ? uvp_span_of(path.data, 0) : path;
}

/* Folders are where members are. */
static bool is_folder(const struct uvp_record *record)
{
    return record->path_bytes != 0 && record->path[record->path_bytes - 1] == '/';
}

/* ---- comparing ---- */

static enum layout judge_layout(const struct pair *pair, double tolerance)
{
    const struct uvp_similarity *const found = &pair->similarity;

    if (!pair->a->has_uvs || !pair->b->has_uvs) {
        return pair->a->has_uvs ? REMOVED : pair->b->has_uvs ? ADDED : NONE;
    }
    if (memcmp(&pair->a->layout, &pair->b->layout, sizeof pair->a->layout) == 0) {
        return IDENTICAL;
    }
    if (found->lost != 0 || found->gained != 0) {
        return DIFFERENT;
    }
    if (found->direct_most <= tolerance) {
        return EQUAL;
    }
    return found->most <= tolerance ? SIMILAR : DIFFERENT;
}

static bool has_figures(const struct pair *pair)
{
    return pair->a != NULL && pair->b != NULL && pair->a->has_uvs && pair->b->has_uvs;
}

/* Second less first; 0 where neither has the figure. */
static double difference(const struct pair *pair, const struct uvp_figure *figure)
{
    const double a = uvp_figure_of(&pair->a->figures, figure);
    const double b = uvp_figure_of(&pair->b->figures, figure);

    return (isnan(a) && isnan(b)) || a == b ? 0 : b - a;
}

static bool meets_gate(const struct pair *pair, const struct uvp_criteria *gate)
{
    for (uint32_t i = 0; i < gate->count && has_figures(pair); i++) {
        const struct uvp_criterion *const term = &gate->term[i];
        if (!uvp_criterion_holds(term, difference(pair, term->figure))) {
            return false;
        }
    }
    return true;
}

static enum verdict judge_meshes(struct pair *pair, const struct uvp_compare_options *options)
{
    const bool same_surface =
        memcmp(&pair->a->surface, &pair->b->surface, sizeof pair->a->surface) == 0;

    pair->layout = judge_layout(pair, options->tolerance);
    pair->reordered =
        same_surface && memcmp(&pair->a->order, &pair->b->order, sizeof pair->a->order) != 0;
    if (!same_surface && (options->ignored & UVP_IGNORE_GEOMETRY) == 0) {
        return GEOMETRY;
    }
    if (pair->reordered && (options->ignored & (UVP_IGNORE_ORDER | UVP_IGNORE_GEOMETRY)) == 0) {
        return GEOMETRY;
    }
    if (!meets_gate(pair, &options->gate)) {
        return FIGURES;
    }
    if (pair->layout >= DIFFERENT && (options->ignored & UVP_IGNORE_UVS) == 0) {
        return UVS;
    }
    return SAME;
}

static void compare_members(struct pair *pair, const struct uvp_kept_member *kept,
                            const struct uvp_record *record,
                            const struct uvp_compare_options *options)
{
    struct uvp_print_view a;
    struct uvp_print_view b;
    const bool mesh_a = uvp_print_view_of(kept->facts, &a);
    const bool mesh_b = uvp_print_view_of(record->facts, &b);

    pair->a = mesh_a ? a.print : NULL;
    pair->b = mesh_b ? b.print : NULL;
    if (kept->status == UVP_MEMBER_FAILED || record->status == UVP_MEMBER_FAILED) {
        pair->verdict = FAILED;
        if (record->status == UVP_MEMBER_FAILED) {
            uvp_report_failure(pair->why, sizeof pair->why, &record->error);
        } else {
            (void)snprintf(pair->why, sizeof pair->why, "could not be read in the first");
        }
        return;
    }
    if (mesh_a && mesh_b) {
        uvp_similarity_find(&a, &b, &pair->similarity);
        pair->verdict = judge_meshes(pair, options);
        return;
    }
    pair->verdict = (mesh_a == mesh_b && pair->bytes_a == pair->bytes_b) ||
                            (options->ignored & UVP_IGNORE_OTHERS) != 0
                        ? SAME
                        : OTHER;
}

/* ---- telling ---- */

static size_t add(char out[DETAIL_BYTES], size_t used, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static size_t add(char out[DETAIL_BYTES], size_t used, const char *format, ...)
{
    va_list args;
    int more;

    va_start(args, format);
    more = vsnprintf(out + used, DETAIL_BYTES - used, format, args);
    va_end(args);
    if (more < 0) {
        return used;
    }
    return used + (size_t)more < DETAIL_BYTES ? used + (size_t)more : DETAIL_BYTES - 1;
}

static size_t describe_layout(char out[DETAIL_BYTES], size_t used, const struct pair *pair)
{
    const struct uvp_similarity *const found = &pair->similarity;

    used = add(out, used, ", UVs %s", layout_names[pair->layout]);
    if (pair->layout == EQUAL) {
        return add(out, used, " (at most %.2g apart)", found->direct_most);
    }
    if (pair->layout == SIMILAR) {
        return add(out, used, " (scaled by %.6g, turned by %.4g degrees%s)", found->scale,
                   found->degrees, found->mirrored ? ", mirrored" : "");
    }
    if (pair->layout == DIFFERENT && found->corners != 0) {
        used = add(out, used, " (%.3g apart, %.3g on average, after the best similarity",
                   found->most, found->mean);
        if (found->lost + found->gained != 0) {
            used = add(out, used, "; %llu corners lost theirs, %llu gained some",
                       (unsigned long long)found->lost, (unsigned long long)found->gained);
        }
        return add(out, used, ")");
    }
    return used;
}

/* The figures most people look at, where they differ. */
static size_t describe_figures(char out[DETAIL_BYTES], size_t used, const struct pair *pair)
{
    static const char *const names[] = {"islands.count", "seams.relative", "stretch.l2",
                                        "coverage"};
    bool first = true;

    for (size_t i = 0; has_figures(pair) && i < sizeof names / sizeof *names; i++) {
        const struct uvp_figure *const figure = uvp_figure_find(names[i], strlen(names[i]));
        const double delta = difference(pair, figure);

        if (!(fabs(delta) < ROUNDING)) {
            used = add(out, used, "%s %s %+.4g", first ? ";" : ",", names[i], delta);
            first = false;
        }
    }
    return used;
}

static void describe(char out[DETAIL_BYTES], const struct pair *pair)
{
    const struct uvp_similarity *const found = &pair->similarity;
    size_t used = 0;

    out[0] = '\0';
    if (pair->verdict == FAILED) {
        (void)uvp_escape(out, DETAIL_BYTES, pair->why, strlen(pair->why));
    } else if (pair->a != NULL && pair->b != NULL) {
        used = add(out, used, "%llu triangles", (unsigned long long)pair->b->triangles);
        if (found->missing + found->extra != 0) {
            used = add(out, used, ", %llu missing, %llu extra",
                       (unsigned long long)found->missing, (unsigned long long)found->extra);
        }
        used = add(out, used, "%s", pair->reordered ? ", in another order" : "");
        used = describe_layout(out, used, pair);
        (void)describe_figures(out, used, pair);
    } else if (pair->verdict == OTHER || pair->verdict == SAME) {
        (void)add(out, used, "%llu and %llu bytes%s", (unsigned long long)pair->bytes_a,
                  (unsigned long long)pair->bytes_b,
                  (pair->a != NULL) != (pair->b != NULL) ? ", one is no mesh" : "");
    }
}

static void print_line(const struct uvp_telling *telling, const struct pair *pair,
                       const char *input, struct uvp_span path)
{
    char names[UVP_REPORT_NAMES_BYTES];
    char detail[DETAIL_BYTES];
    char verdict[16];

    if (pair->verdict == SAME && !uvp_telling_all(telling)) {
        return;
    }
    describe(detail, pair);
    (void)snprintf(verdict, sizeof verdict, "%-9s", verdict_names[pair->verdict]);
    uvp_report_names(names, input, path);
    uvp_outbox_add(telling->lines, verdict);
    uvp_outbox_add(telling->lines, names);
    uvp_outbox_add(telling->lines, detail[0] == '\0' ? "" : ": ");
    uvp_outbox_add(telling->lines, detail);
    uvp_outbox_add(telling->lines, "\n");
    uvp_outbox_line(telling->lines);
}

/* With -v: all figures that differ. */
static void print_figures(const struct uvp_telling *telling, const struct pair *pair)
{
    const struct uvp_figure *table;
    char text[DETAIL_BYTES];
    uint32_t count;

    table = uvp_figures(&count);
    for (uint32_t i = 0; has_figures(pair) && i < count; i++) {
        const double delta = difference(pair, &table[i]);

        if (delta != 0) {
            (void)snprintf(text, sizeof text, "    %-34s %14.6g %14.6g %+14.6g\n",
                           table[i].name, uvp_figure_of(&pair->a->figures, &table[i]),
                           uvp_figure_of(&pair->b->figures, &table[i]), delta);
            uvp_outbox_add(telling->lines, text);
            uvp_outbox_line(telling->lines);
        }
    }
}

/* {"stretch.l2": {"a": ..., "b": ..., "delta": ...}, ...}: those that differ. */
static json_t *figures_of(const struct pair *pair)
{
    struct uvp_json_object object = uvp_json_object();
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    for (uint32_t i = 0; i < count; i++) {
        struct uvp_json_object one;

        if (difference(pair, &table[i]) == 0) {
            continue;
        }
        one = uvp_json_object();
        uvp_json_set(&one, "a", uvp_json_real(uvp_figure_of(&pair->a->figures, &table[i])));
        uvp_json_set(&one, "b", uvp_json_real(uvp_figure_of(&pair->b->figures, &table[i])));
        uvp_json_set(&one, "delta", uvp_json_real(difference(pair, &table[i])));
        uvp_json_set(&object, table[i].name, uvp_json_value(&one));
    }
    return uvp_json_value(&object);
}

static void set_similarity(struct uvp_json_object *object, const struct pair *pair)
{
    const struct uvp_similarity *const found = &pair->similarity;

    uvp_json_set(object, "uvs", json_string(layout_names[pair->layout]));
    uvp_json_set(object, "corners", uvp_json_integer(found->corners));
    uvp_json_set(object, "corners_lost", uvp_json_integer(found->lost));
    uvp_json_set(object, "corners_gained", uvp_json_integer(found->gained));
    if (found->corners != 0) {
        uvp_json_set(object, "distance_max", uvp_json_real(found->direct_most));
        uvp_json_set(object, "fitted_max", uvp_json_real(found->most));
        uvp_json_set(object, "fitted_rms", uvp_json_real(found->mean));
        uvp_json_set(object, "scale", uvp_json_real(found->scale));
        uvp_json_set(object, "rotation_degrees", uvp_json_real(found->degrees));
        uvp_json_set(object, "offset_u", uvp_json_real(found->offset[0]));
        uvp_json_set(object, "offset_v", uvp_json_real(found->offset[1]));
        uvp_json_set(object, "mirrored", json_boolean(found->mirrored));
    }
}

static void print_json(const struct uvp_telling *telling, const struct pair *pair,
                       struct uvp_span path)
{
    const struct uvp_similarity *const found = &pair->similarity;
    struct uvp_json_object object;

    uvp_json_begin(&object, "pair");
    uvp_json_set_name(&object, telling->mem, "name", "name_bytes", (const char *)path.data,
                      path.bytes);
    uvp_json_set(&object, "verdict", json_string(verdict_names[pair->verdict]));
    if (pair->verdict == FAILED) {
        uvp_json_set(&object, "reason",
                     uvp_json_text(telling->mem, pair->why, strlen(pair->why)));
    } else if (pair->a != NULL && pair->b != NULL) {
        uvp_json_set(&object, "triangles_a", uvp_json_integer(pair->a->triangles));
        uvp_json_set(&object, "triangles_b", uvp_json_integer(pair->b->triangles));
        uvp_json_set(&object, "triangles_missing", uvp_json_integer(found->missing));
        uvp_json_set(&object, "triangles_extra", uvp_json_integer(found->extra));
        uvp_json_set(&object, "reordered", json_boolean(pair->reordered));
        set_similarity(&object, pair);
        if (has_figures(pair)) {
            uvp_json_set(&object, "figures", figures_of(pair));
        }
    } else if (pair->verdict == OTHER || pair->verdict == SAME) {
        uvp_json_set(&object, "bytes_a", uvp_json_integer(pair->bytes_a));
        uvp_json_set(&object, "bytes_b", uvp_json_integer(pair->bytes_b));
    }
    uvp_json_finish(telling->lines, &object);
}

static void tell(struct uvp_telling *telling, const struct pair *pair, const char *input,
                 struct uvp_span path)
{
    struct comparing *const comparing = telling->state;

    comparing->counts[pair->verdict]++;
    if (uvp_outbox_is_silent(telling->lines)) {
        return;
    }
    if (telling->options->json) {
        print_json(telling, pair, path);
    } else {
        print_line(telling, pair, input, path);
        if (telling->report->level >= UVP_TRACE_INFO) {
            print_figures(telling, pair);
        }
    }
}

/* ---- heard ---- */

static enum uvp_code meet(struct uvp_telling *telling, const struct uvp_record *record,
                          struct uvp_error *err)
{
    struct comparing *const comparing = telling->state;
    struct uvp_kept_member kept;
    struct pair pair = {.verdict = EXTRA, .bytes_b = record->bytes_in};
    enum uvp_code code;

    if (!comparing->sealed) {
        comparing->sealed = true;
        UVP_TRY(uvp_kept_side_seal(&comparing->first, err));
    }
    code = uvp_kept_side_find(&comparing->first, pairing_name(comparing, record), &kept, err);
    if (code == UVP_OK) {
        pair.bytes_a = kept.bytes;
        compare_members(&pair, &kept, record, &telling->options->compare);
    } else if (code != UVP_END) {
        return code;
    }
    if (code != UVP_END || record->status != UVP_MEMBER_PASSED ||
        (telling->options->compare.ignored & UVP_IGNORE_OTHERS) == 0) {
        tell(telling, &pair, record->input, uvp_span_of(record->path, record->path_bytes));
    }
    return UVP_OK;
}

static void hear_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    struct comparing *const comparing = telling->state;
    enum uvp_code code;

    if (comparing->failure.code != UVP_OK || is_folder(record)) {
        return;
    }
    code = record->lane == 0
               ? uvp_kept_side_keep(&comparing->first, record, pairing_name(comparing, record),
                                    &comparing->failure)
               : meet(telling, record, &comparing->failure);
    (void)code; /* the failure is kept, and told at the end */
}

/* ---- the end ---- */

static enum uvp_code tell_missing(struct uvp_telling *telling, struct uvp_error *err)
{
    struct comparing *const comparing = telling->state;
    const bool others = (telling->options->compare.ignored & UVP_IGNORE_OTHERS) == 0;
    struct uvp_kept_member kept;
    size_t number = 0;
    enum uvp_code code;

    if (!comparing->sealed) {
        UVP_TRY(uvp_kept_side_seal(&comparing->first, err));
    }
    while ((code = uvp_kept_side_next_left(&comparing->first, &number, &kept, err)) == UVP_OK) {
        const struct pair pair = {.verdict = MISSING, .bytes_a = kept.bytes};

        if (others || kept.status != UVP_MEMBER_PASSED) {
            tell(telling, &pair, telling->options->settings.inputs[0], kept.name);
        }
    }
    return code == UVP_END ? UVP_OK : code;
}

static uint64_t count_all(const struct comparing *comparing)
{
    uint64_t all = 0;

    for (int i = 0; i < VERDICTS; i++) {
        all += comparing->counts[i];
    }
    return all;
}

static void tell_sum(struct uvp_telling *telling)
{
    const struct comparing *const comparing = telling->state;
    const uint64_t *const counts = comparing->counts;
    char text[DETAIL_BYTES];
    size_t used = 0;

    if (telling->options->json) {
        struct uvp_json_object object;

        uvp_json_begin(&object, "comparison");
        uvp_json_set(&object, "members", uvp_json_integer(count_all(comparing)));
        for (int i = 0; i < VERDICTS; i++) {
            uvp_json_set(&object, verdict_names[i], uvp_json_integer(counts[i]));
        }
        uvp_json_finish(telling->lines, &object);
        return;
    }
    if (!uvp_telling_all(telling)) {
        return;
    }
    used = add(text, used, "%llu members", (unsigned long long)count_all(comparing));
    for (int i = 0; i < VERDICTS; i++) {
        if (counts[i] != 0 || i == SAME) {
            used = add(text, used, "%s %llu %s", i == SAME ? ":" : ",",
                       (unsigned long long)counts[i], verdict_names[i]);
        }
    }
    uvp_outbox_add(telling->lines, text);
    uvp_outbox_add(telling->lines, "\n");
    uvp_outbox_line(telling->lines);
}

static enum uvp_code end(struct uvp_telling *telling, bool complete, int *exit_code,
                         struct uvp_error *err)
{
    struct comparing *const comparing = telling->state;
    const uint64_t *const counts = comparing->counts;

    if (!complete) {
        return UVP_OK;
    }
    if (comparing->failure.code != UVP_OK) {
        *err = comparing->failure;
        return err->code;
    }
    UVP_TRY(tell_missing(telling, err));
    tell_sum(telling);
    if (count_all(comparing) != counts[SAME] + counts[FAILED]) {
        *exit_code = UVP_EXIT_FAILURE;
    }
    return UVP_OK;
}

const struct uvp_command_ops uvp_command_compare = {
    .name = "compare",
    .brief = "two inputs: members, geometry, UVs, figures",
    .head = "Usage: uvpipe compare [OPTION]... A B\n"
            "Holds the members of two inputs against each other: are they the same, is the\n"
            "geometry, are the UVs, up to moving, turning and scaling a layout as a whole? "
            "Prints a\n"
            "line for each pair.\n\n"
            "A and B are archives, meshes or folders; - is stdin. Members are paired by their\n"
            "paths, in folders by what is below them; two single meshes are a pair anyway.\n",
    .tail =
        "\nExamples:\n"
        "  uvpipe compare before.obj after.obj\n"
        "  uvpipe < in.tar | uvpipe compare --ignore uvs in.tar -   # geometry unchanged?\n"
        "  uvpipe compare -q --tol 0.001 old.zip new.zip && echo as good as the same\n"
        "\nExit status: 0 the same; 1 they differ, or the comparison failed (a message says\n"
        "so); 2 the same as far as could be read; 64 wrong usage; 128+n ended by signal n.\n"
        "The manual: man uvpipe-compare\n",
    .task = UVP_TASK_COMPARE,
    .prints = true,
    .lists_passed = true,
    .tells_passed = true,
    .own_json = true,
    .inputs = 2,
    .begin = begin,
    .member = hear_member,
    .end = end,
    .release = release,
};
