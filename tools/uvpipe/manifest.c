/*
 * Lines are rules in the order they stand. A rule with a name is found by it in a hash index,
 * those of one name are a chain; patterns are a list. Both are in order, so that the rules for
 * a member are a merge of two lists. Equal parameters are kept once, by their text.
 */
#include "tools/uvpipe/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/uvpipe/options_atlas.h"
#include "tools/uvpipe/params.h"

#define NONE UINT32_MAX
#define PIECE_BYTES ((size_t)64 << 10)
#define TEXTS_CEILING ((size_t)4 << 30)
#define LEAST_CAPACITY 64U
#define MOST_ROWS 512U /* of the table */

struct rule {
    size_t name;  /* of all texts: where it begins */
    size_t input; /* 0: of any input */
    uint32_t bytes;
    uint32_t set;
    uint32_t line;
    uint32_t next; /* of the same name; NONE: no more */
    uint32_t last; /* of the first of a name: the last of them */
    bool is_glob;
};

/* Parameters: rows and values. */
struct set {
    size_t text; /* what they were made of: equal texts are equal sets */
    uint32_t bytes;
    uint32_t count;
    uint32_t room;
    const struct uvp_option **rows;
    const char **values;
};

/* Numbers of rules or sets by the hash of their text. */
struct index {
    uint32_t *slots; /* a number + 1; 0: free */
    uint32_t capacity;
    uint32_t count;
};

struct array {
    void *items;
    size_t each;
    uint32_t count;
    uint32_t capacity;
};

struct uvp_manifest {
    struct uvp_mem *mem;
    struct uvp_overrides overrides;
    struct uvp_options trial;
    struct uvp_arena arena; /* sets and their values */
    struct uvp_buf texts;
    struct uvp_buf pending; /* a line that is not whole yet */
    struct array rules;
    struct array sets;
    struct array globs; /* numbers of rules */
    struct index names;
    struct index set_texts;
    unsigned char *used; /* one for each rule */
    uint32_t line;
};

static struct rule *rule_at(const struct uvp_manifest *manifest, uint32_t i)
{
    return (struct rule *)manifest->rules.items + i;
}

static struct set *set_at(const struct uvp_manifest *manifest, uint32_t i)
{
    return (struct set *)manifest->sets.items + i;
}

static const char *text_at(const struct uvp_manifest *manifest, size_t at)
{
    return (const char *)manifest->texts.data + at;
}

/* ---- arrays and indexes ---- */

static enum uvp_code push(struct uvp_mem *mem, struct array *array, const void *item,
                          struct uvp_error *err)
{
    if (array->count == array->capacity) {
        const uint32_t capacity = array->capacity == 0 ? LEAST_CAPACITY : 2 * array->capacity;
        void *const grown = uvp_mem_resize(mem, array->items, array->capacity * array->each,
                                           capacity * array->each);
        if (grown == NULL) {
            return uvp_fail_memory(err, capacity * array->each);
        }
        array->items = grown;
        array->capacity = capacity;
    }
    memcpy((char *)array->items + array->count * array->each, item, array->each);
    array->count++;
    return UVP_OK;
}

static void drop(struct uvp_mem *mem, struct array *array)
{
    uvp_mem_give(mem, array->items, array->capacity * array->each);
}

/* FNV-1a, and its high bits mixed in. */
static uint32_t hash_of(const void *data, size_t bytes)
{
    const unsigned char *const at = data;
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < bytes; i++) {
        hash = (hash ^ at[i]) * UINT64_C(1099511628211);
    }
    return (uint32_t)(hash ^ hash >> 32);
}

static struct uvp_span rule_text(const struct uvp_manifest *manifest, uint32_t i)
{
    return uvp_span_of(text_at(manifest, rule_at(manifest, i)->name),
                       rule_at(manifest, i)->bytes);
}

static struct uvp_span set_text(const struct uvp_manifest *manifest, uint32_t i)
{
    return uvp_span_of(text_at(manifest, set_at(manifest, i)->text),
                       set_at(manifest, i)->bytes);
}

typedef struct uvp_span (*text_fn)(const struct uvp_manifest *manifest, uint32_t number);

/* The slot that holds the text's number, or the free one where it belongs. */
static uint32_t *find_slot(const struct uvp_manifest *manifest, const struct index *index,
                           text_fn text_of, struct uvp_span text)
{
    uint32_t at = hash_of(text.data, text.bytes) & (index->capacity - 1);

    while (index->slots[at] != 0 &&
           !uvp_span_equal(text_of(manifest, index->slots[at] - 1), text)) {
        at = (at + 1) & (index->capacity - 1);
    }
    return &index->slots[at];
}

/* Room for one more, with half of the slots free. */
static enum uvp_code make_room(struct uvp_manifest *manifest, struct index *index,
                               text_fn text_of, struct uvp_error *err)
{
    struct index grown = {NULL, index->capacity == 0 ? LEAST_CAPACITY : 2 * index->capacity,
                          index->count};

    if (index->capacity != 0 && 2 * (index->count + 1) <= index->capacity) {
        return UVP_OK;
    }
    grown.slots = uvp_mem_take_zeroed(manifest->mem, grown.capacity * sizeof *grown.slots);
    if (grown.slots == NULL) {
        return uvp_fail_memory(err, grown.capacity * sizeof *grown.slots);
    }
    for (uint32_t i = 0; i < index->capacity; i++) {
        if (index->slots[i] != 0) {
            const struct uvp_span text = text_of(manifest, index->slots[i] - 1);
            *find_slot(manifest, &grown, text_of, text) = index->slots[i];
        }
    }
    uvp_mem_give(manifest->mem, index->slots, index->capacity * sizeof *index->slots);
    *index = grown;
    return UVP_OK;
}

/* ---- sets ---- */

static enum uvp_code add_value(void *ctx, const struct uvp_option *row, const char *value,
                               struct uvp_error *err)
{
    struct set *const set = ctx;

    if (set->count == set->room) {
        return uvp_fail(err, UVP_BUG, 0, "more parameters than keys");
    }
    set->rows[set->count] = row;
    set->values[set->count++] = value;
    return UVP_OK;
}

static enum uvp_code make_set(struct uvp_manifest *manifest, const json_t *params,
                              struct uvp_span text, uint32_t *number, struct uvp_error *err)
{
    const size_t room = json_object_size(params);
    struct set set = {
        .text = manifest->texts.bytes, .bytes = (uint32_t)text.bytes, .room = (uint32_t)room};

    set.rows = UVP_ARENA_ARRAY(&manifest->arena, const struct uvp_option *, room);
    set.values = UVP_ARENA_ARRAY(&manifest->arena, const char *, room);
    if (set.rows == NULL || set.values == NULL) {
        return uvp_fail_memory(err, room * sizeof *set.rows);
    }
    UVP_TRY(uvp_params_take(params, &manifest->trial, &manifest->arena, add_value, &set, err));
    UVP_TRY(make_room(manifest, &manifest->set_texts, set_text, err));
    UVP_TRY(uvp_buf_append(&manifest->texts, text.data, text.bytes, err));
    *number = manifest->sets.count;
    UVP_TRY(push(manifest->mem, &manifest->sets, &set, err));
    *find_slot(manifest, &manifest->set_texts, set_text, text) = *number + 1;
    manifest->set_texts.count++;
    return UVP_OK;
}

static enum uvp_code find_set(struct uvp_manifest *manifest, const json_t *params,
                              uint32_t *number, struct uvp_error *err)
{
    char *const dump = json_dumps(params, JSON_COMPACT | JSON_SORT_KEYS);
    enum uvp_code code = UVP_OK;
    struct uvp_span text;

    if (dump == NULL) {
        return uvp_fail_memory(err, UVP_MANIFEST_LINE_BYTES);
    }
    text = uvp_span_of_text(dump);
    if (manifest->set_texts.capacity != 0 &&
        *find_slot(manifest, &manifest->set_texts, set_text, text) != 0) {
        *number = *find_slot(manifest, &manifest->set_texts, set_text, text) - 1;
    } else {
        code = make_set(manifest, params, text, number, err);
    }
    free(dump);
    return code;
}

/* ---- rules ---- */

/* Behind the last of its name. */
static enum uvp_code link_rule(struct uvp_manifest *manifest, uint32_t number,
                               struct uvp_error *err)
{
    uint32_t *slot;
    struct rule *first;

    UVP_TRY(make_room(manifest, &manifest->names, rule_text, err));
    slot = find_slot(manifest, &manifest->names, rule_text, rule_text(manifest, number));
    if (*slot == 0) {
        *slot = number + 1;
        manifest->names.count++;
        rule_at(manifest, number)->last = number;
        return UVP_OK;
    }
    first = rule_at(manifest, *slot - 1);
    rule_at(manifest, first->last)->next = number;
    first->last = number;
    return UVP_OK;
}

static enum uvp_code add_text(struct uvp_manifest *manifest, const char *text, size_t *at,
                              struct uvp_error *err)
{
    *at = manifest->texts.bytes;
    return uvp_buf_append(&manifest->texts, text, strlen(text) + 1, err);
}

static enum uvp_code add_rule(struct uvp_manifest *manifest, const char *name, bool is_glob,
                              const char *input, const json_t *params, struct uvp_error *err)
{
    const uint32_t number = manifest->rules.count;
    struct rule rule = {.bytes = (uint32_t)strlen(name),
                        .line = manifest->line,
                        .next = NONE,
                        .is_glob = is_glob};

    if (number == UVP_MANIFEST_LINES) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u lines", UVP_MANIFEST_LINES);
    }
    UVP_TRY(find_set(manifest, params, &rule.set, err));
    UVP_TRY(add_text(manifest, name, &rule.name, err));
    if (input != NULL) {
        UVP_TRY(add_text(manifest, input, &rule.input, err));
    }
    UVP_TRY(push(manifest->mem, &manifest->rules, &rule, err));
    if (!is_glob) {
        return link_rule(manifest, number, err);
    }
    if (manifest->globs.count == UVP_MANIFEST_GLOBS) {
        return uvp_fail(err, UVP_LIMIT, 0, "more than %u patterns", UVP_MANIFEST_GLOBS);
    }
    return push(manifest->mem, &manifest->globs, &number, err);
}

/* ---- lines ---- */

/* A string that is not empty; NULL: it is not there. */
static enum uvp_code take_string(const json_t *object, const char *key, const char **text,
                                 struct uvp_error *err)
{
    const json_t *const value = json_object_get(object, key);

    *text = json_string_value(value);
    if (value != NULL && (*text == NULL || **text == '\0')) {
        return uvp_fail(err, UVP_USAGE, 0, "\"%s\" is no text", key);
    }
    return UVP_OK;
}

static enum uvp_code refuse_others(json_t *object, struct uvp_error *err)
{
    static const char *const known[] = {"name", "match", "input", "params", NULL};
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value)
    {
        if (known[uvp_option_choice(known, key)] == NULL) {
            return uvp_fail(err, UVP_USAGE, 0,
                            "unknown key %.60s: known are name, match, input and params", key);
        }
    }
    return UVP_OK;
}

static enum uvp_code take_object(struct uvp_manifest *manifest, json_t *object,
                                 struct uvp_error *err)
{
    const json_t *const params = json_object_get(object, "params");
    const char *name = NULL;
    const char *match = NULL;
    const char *input = NULL;

    UVP_TRY(refuse_others(object, err));
    UVP_TRY(take_string(object, "name", &name, err));
    UVP_TRY(take_string(object, "match", &match, err));
    UVP_TRY(take_string(object, "input", &input, err));
    if ((name == NULL) == (match == NULL)) {
        return uvp_fail(err, UVP_USAGE, 0, "either \"name\" or \"match\" says for whom it is");
    }
    if (!json_is_object(params)) {
        return uvp_fail(err, UVP_USAGE, 0, "\"params\" is no object");
    }
    return add_rule(manifest, name != NULL ? name : match, match != NULL, input, params, err);
}

static bool is_empty(struct uvp_span line)
{
    for (size_t i = 0; i < line.bytes; i++) {
        if (line.data[i] != ' ' && line.data[i] != '\t' && line.data[i] != '\r') {
            return false;
        }
    }
    return true;
}

static enum uvp_code take_line(struct uvp_manifest *manifest, struct uvp_span line,
                               struct uvp_error *err)
{
    json_t *object = NULL;
    enum uvp_code code;

    manifest->line++;
    if (line.bytes > UVP_MANIFEST_LINE_BYTES) {
        return uvp_fail(err, UVP_USAGE, 0, "longer than %zu KiB",
                        UVP_MANIFEST_LINE_BYTES >> 10);
    }
    if (is_empty(line)) {
        return UVP_OK;
    }
    UVP_TRY(uvp_params_parse(line, &object, err));
    code = take_object(manifest, object, err);
    json_decref(object);
    return code;
}

/* Whole lines are taken, the rest waits. */
static enum uvp_code feed(struct uvp_manifest *manifest, struct uvp_span piece,
                          struct uvp_error *err)
{
    while (piece.bytes != 0) {
        const unsigned char *const end = memchr(piece.data, '\n', piece.bytes);
        const size_t bytes = end != NULL ? (size_t)(end - piece.data) : piece.bytes;
        struct uvp_span line = uvp_span_of(piece.data, bytes);

        if (manifest->pending.bytes + bytes > UVP_MANIFEST_LINE_BYTES) {
            manifest->line++;
            return uvp_fail(err, UVP_USAGE, 0, "longer than %zu KiB",
                            UVP_MANIFEST_LINE_BYTES >> 10);
        }
        if (end == NULL || manifest->pending.bytes != 0) {
            UVP_TRY(uvp_buf_append(&manifest->pending, piece.data, bytes, err));
            line = uvp_buf_span(&manifest->pending);
        }
        if (end == NULL) {
            return UVP_OK;
        }
        UVP_TRY(take_line(manifest, line, err));
        uvp_buf_reset(&manifest->pending);
        piece = uvp_span_of(end + 1, piece.bytes - bytes - 1);
    }
    return UVP_OK;
}

static enum uvp_code finish(struct uvp_manifest *manifest, struct uvp_error *err)
{
    if (manifest->pending.bytes != 0) {
        UVP_TRY(take_line(manifest, uvp_buf_span(&manifest->pending), err));
    }
    uvp_buf_release(&manifest->pending);
    manifest->used = uvp_mem_take_zeroed(manifest->mem, manifest->rules.count + 1);
    return manifest->used != NULL ? UVP_OK : uvp_fail_memory(err, manifest->rules.count + 1);
}

/* ---- the whole ---- */

static enum uvp_code find(const void *ctx, const struct uvp_settings *settings,
                          const char *input, struct uvp_span path, struct uvp_settings *own,
                          struct uvp_error *err);

static enum uvp_code create(struct uvp_mem *mem, enum uvp_command command,
                            struct uvp_manifest **manifest, struct uvp_error *err)
{
    struct uvp_manifest *const made = uvp_mem_take_zeroed(mem, sizeof *made);

    if (made == NULL) {
        return uvp_fail_memory(err, sizeof *made);
    }
    made->mem = mem;
    made->overrides = (struct uvp_overrides){made, find};
    made->trial.command = command;
    made->rules.each = sizeof(struct rule);
    made->sets.each = sizeof(struct set);
    made->globs.each = sizeof(uint32_t);
    uvp_arena_init(&made->arena, mem, TEXTS_CEILING);
    uvp_buf_init(&made->texts, mem, TEXTS_CEILING);
    uvp_buf_init(&made->pending, mem, 0);
    *manifest = made;
    if (uvp_option_count_all() > MOST_ROWS) {
        return uvp_fail(err, UVP_BUG, 0, "the table of options has grown too long");
    }
    return uvp_buf_append(&made->texts, "", 1, err); /* so that no text begins at 0 */
}

void uvp_manifest_destroy(struct uvp_manifest *manifest)
{
    struct uvp_mem *mem;

    if (manifest == NULL) {
        return;
    }
    mem = manifest->mem;
    uvp_mem_give(mem, manifest->used, manifest->rules.count + 1);
    uvp_mem_give(mem, manifest->names.slots, manifest->names.capacity * sizeof(uint32_t));
    uvp_mem_give(mem, manifest->set_texts.slots,
                 manifest->set_texts.capacity * sizeof(uint32_t));
    drop(mem, &manifest->rules);
    drop(mem, &manifest->sets);
    drop(mem, &manifest->globs);
    uvp_arena_release(&manifest->arena);
    uvp_buf_release(&manifest->texts);
    uvp_buf_release(&manifest->pending);
    uvp_mem_give(mem, manifest, sizeof *manifest);
}

static enum uvp_code read_from(struct uvp_manifest *manifest, int fd, struct uvp_error *err)
{
    unsigned char *const piece = uvp_mem_take(manifest->mem, PIECE_BYTES);
    enum uvp_code code = UVP_OK;
    ssize_t got = 1;

    if (piece == NULL) {
        return uvp_fail_memory(err, PIECE_BYTES);
    }
    while (code == UVP_OK && got > 0) {
        got = read(fd, piece, PIECE_BYTES);
        if (got < 0 && errno == EINTR) {
            got = 1;
            continue;
        }
        code = got < 0 ? uvp_fail_sys(err, UVP_IO, errno, 0, "cannot read")
                       : feed(manifest, uvp_span_of(piece, (size_t)got), err);
    }
    uvp_mem_give(manifest->mem, piece, PIECE_BYTES);
    return code;
}

/* `fd` < 0: the text. */
static enum uvp_code make(int fd, struct uvp_span text, const char *name,
                          enum uvp_command command, struct uvp_mem *mem,
                          struct uvp_manifest **manifest, struct uvp_error *err)
{
    struct uvp_source source = {UVP_LAYER_PARAMS, name, 0};
    struct uvp_manifest *made = NULL;
    struct uvp_error inner = {0};
    enum uvp_code code = create(mem, command, &made, &inner);

    if (code == UVP_OK) {
        code = fd < 0 ? feed(made, text, &inner) : read_from(made, fd, &inner);
    }
    if (code == UVP_OK) {
        code = finish(made, &inner);
    }
    if (code != UVP_OK) {
        source.line = made != NULL && code != UVP_IO ? made->line : 0;
        uvp_manifest_destroy(made);
        return uvp_config_blame(&source, &inner, err);
    }
    *manifest = made;
    return UVP_OK;
}

enum uvp_code uvp_manifest_parse(struct uvp_span text, const char *name,
                                 enum uvp_command command, struct uvp_mem *mem,
                                 struct uvp_manifest **manifest, struct uvp_error *err)
{
    return make(-1, text, name, command, mem, manifest, err);
}

enum uvp_code uvp_manifest_read(const char *path, enum uvp_command command, struct uvp_mem *mem,
                                struct uvp_manifest **manifest, struct uvp_error *err)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    enum uvp_code code;

    if (fd < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "%.90s: cannot open", path);
    }
    code = make(fd, uvp_span_of(NULL, 0), path, command, mem, manifest, err);
    (void)close(fd);
    return code;
}

/* ---- looking up ---- */

/* As --include: a pattern without a slash is held against the last part of the path. */
static bool fits_glob(const char *pattern, const char *path)
{
    const char *const slash = strchr(pattern, '/') == NULL ? strrchr(path, '/') : NULL;

    return fnmatch(pattern, slash != NULL ? slash + 1 : path, 0) == 0;
}

static bool fits_input(const struct uvp_manifest *manifest, const struct rule *rule,
                       const char *input)
{
    return rule->input == 0 || strcmp(text_at(manifest, rule->input), input) == 0;
}

typedef void (*rule_fn)(void *ctx, uint32_t number);

/* Calls `each` for all rules that fit, in their order. `path` has a NUL behind it. */
static void visit(const struct uvp_manifest *manifest, const char *input, struct uvp_span path,
                  rule_fn each, void *ctx)
{
    const uint32_t *const globs = manifest->globs.items;
    const uint32_t slot = manifest->names.capacity == 0
                              ? 0
                              : *find_slot(manifest, &manifest->names, rule_text, path);
    uint32_t named = slot == 0 ? NONE : slot - 1;
    uint32_t glob = 0;

    for (;;) {
        const uint32_t next_glob = glob < manifest->globs.count ? globs[glob] : NONE;
        const bool takes_named = named < next_glob;
        const uint32_t number = takes_named ? named : next_glob;
        const struct rule *rule;

        if (number == NONE) {
            return;
        }
        rule = rule_at(manifest, number);
        if (takes_named) {
            named = rule->next;
        } else {
            glob++;
        }
        if (fits_input(manifest, rule, input) &&
            (takes_named ||
             fits_glob(text_at(manifest, rule->name), (const char *)path.data))) {
            each(ctx, number);
        }
    }
}

struct gathered {
    const struct uvp_manifest *manifest;
    bool any;
    const char *values[MOST_ROWS]; /* by row of the table; NULL: not said */
};

static void gather_rule(void *ctx, uint32_t number)
{
    struct gathered *const gathered = ctx;
    const struct rule *const rule = rule_at(gathered->manifest, number);
    const struct set *const set = set_at(gathered->manifest, rule->set);

    for (uint32_t i = 0; i < set->count; i++) {
        gathered->values[set->rows[i] - uvp_option_table] = set->values[i];
        gathered->any = true;
    }
}

static void gather(const struct uvp_manifest *manifest, const char *input, struct uvp_span path,
                   struct gathered *gathered)
{
    memset(gathered, 0, sizeof *gathered);
    gathered->manifest = manifest;
    visit(manifest, input, path, gather_rule, gathered);
}

static enum uvp_code find(const void *ctx, const struct uvp_settings *settings,
                          const char *input, struct uvp_span path, struct uvp_settings *own,
                          struct uvp_error *err)
{
    const struct uvp_manifest *const manifest = ctx;
    struct uvp_options options = {.command = manifest->trial.command};
    struct gathered gathered;

    gather(manifest, input, path, &gathered);
    if (!gathered.any) {
        return UVP_END;
    }
    options.settings = *settings;
    for (size_t i = 0; uvp_option_table[i].name != NULL; i++) {
        if (gathered.values[i] != NULL) {
            UVP_TRY(uvp_option_apply(&uvp_option_table[i], &options, gathered.values[i], err));
        }
    }
    UVP_TRY(uvp_options_check_atlas(&options, err));
    *own = options.settings;
    return UVP_OK;
}

const struct uvp_overrides *uvp_manifest_overrides(const struct uvp_manifest *manifest)
{
    return &manifest->overrides;
}

size_t uvp_manifest_each(const struct uvp_manifest *manifest, const char *input,
                         struct uvp_span path, uvp_manifest_each_fn each, void *ctx)
{
    struct gathered gathered;
    size_t count = 0;

    gather(manifest, input, path, &gathered);
    for (size_t i = 0; gathered.any && uvp_option_table[i].name != NULL; i++) {
        if (gathered.values[i] != NULL) {
            each(ctx, &uvp_option_table[i], gathered.values[i]);
            count++;
        }
    }
    return count;
}

static void mark_rule(void *ctx, uint32_t number)
{
    ((struct uvp_manifest *)ctx)->used[number] = 1;
}

void uvp_manifest_mark(struct uvp_manifest *manifest, const char *input, struct uvp_span path)
{
    visit(manifest, input, path, mark_rule, manifest);
}

uint64_t uvp_manifest_unused(const struct uvp_manifest *manifest, uint32_t most,
                             uvp_manifest_unused_fn each, void *ctx)
{
    uint64_t unused = 0;

    for (uint32_t i = 0; i < manifest->rules.count; i++) {
        if (manifest->used[i] != 0) {
            continue;
        }
        if (unused < most) {
            each(ctx, rule_at(manifest, i)->line,
                 text_at(manifest, rule_at(manifest, i)->name));
        }
        unused++;
    }
    return unused;
}
