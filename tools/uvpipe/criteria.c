/*
 * Numbers are read so that they are right to the last bit, or refused: at most 15 digits that
 * count, and a power of ten that a double holds exactly.
 */
#include "tools/uvpipe/criteria.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX 15
#define POWER_MAX 22
#define NAME_MAX 64U
#define NEAR_MAX 3U /* changes between a name and one that was meant */

struct reader {
    const char *at;
    struct uvp_error *err;
};

static void skip_blanks(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t') {
        reader->at++;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- names ---- */

static bool is_name(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '.';
}

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* How many letters have to be changed, added or taken away (Levenshtein 1965). */
static uint32_t changes_between(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    uint32_t row[NAME_MAX + 1];

    if (a_bytes > NAME_MAX || b_bytes > NAME_MAX) {
        return UINT32_MAX;
    }
    for (uint32_t j = 0; j <= b_bytes; j++) {
        row[j] = j;
    }
    for (uint32_t i = 1; i <= a_bytes; i++) {
        uint32_t corner = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= b_bytes; j++) {
            const uint32_t swapped = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            row[j] = smaller(swapped, 1 + smaller(row[j], row[j - 1]));
        }
    }
    return row[b_bytes];
}

/* Whether what was written is a part of the name, or as good as its group. */
static bool is_part_of(const char *text, size_t bytes, const char *name)
{
    const size_t group = strcspn(name, ".");

    for (const char *at = name; bytes >= 3 && strlen(at) >= bytes; at++) {
        if (memcmp(at, text, bytes) == 0) {
            return true;
        }
    }
    return (bytes > group && text[group] == '.' && memcmp(text, name, group) == 0) ||
           changes_between(text, bytes, name, group) < NEAR_MAX;
}

static void add_near(char *out, size_t room, const char *name)
{
    const size_t used = strlen(out);

    if (used + strlen(name) + 3 < room) {
        (void)snprintf(out + used, room - used, "%s%s", used == 0 ? "" : ", ", name);
    }
}

static enum uvp_code refuse_name(struct uvp_error *err, const char *name, size_t bytes)
{
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);
    const int shown = bytes > 40 ? 40 : (int)bytes;
    char near[80] = "";
    bool found;

    for (uint32_t i = 0; i < count; i++) {
        if (changes_between(name, bytes, table[i].name, strlen(table[i].name)) <= NEAR_MAX) {
            add_near(near, sizeof near, table[i].name);
        }
    }
    found = near[0] != '\0';
    for (uint32_t i = 0; i < count && !found; i++) {
        if (is_part_of(name, bytes, table[i].name)) {
            add_near(near, sizeof near, table[i].name);
        }
    }
    return uvp_fail(err, UVP_USAGE, 0, "--gate: there is no figure %.*s%s%s", shown, name,
                    near[0] != '\0' ? "; near: " : "; uvpipe-analyze(1) lists them", near);
}

static enum uvp_code read_name(struct reader *reader, struct uvp_criterion *term)
{
    static const char *const scopes[] = {
        [UVP_CRITERION_MEAN] = "mean.",
        [UVP_CRITERION_MIN] = "min.",
        [UVP_CRITERION_MAX] = "max.",
        [UVP_CRITERION_SUM] = "sum.",
    };
    const char *name = reader->at;
    size_t bytes = 0;

    while (is_name(name[bytes])) {
        bytes++;
    }
    reader->at += bytes;
    term->scope = UVP_CRITERION_EACH;
    for (int i = UVP_CRITERION_MEAN; i <= UVP_CRITERION_SUM; i++) {
        const size_t prefix = strlen(scopes[i]);
        if (bytes > prefix && memcmp(name, scopes[i], prefix) == 0) {
            term->scope = (enum uvp_criterion_scope)i;
            name += prefix;
            bytes -= prefix;
            break;
        }
    }
    if (bytes == 0) {
        return uvp_fail(reader->err, UVP_USAGE, 0,
                        "--gate: expected the name of a figure at '%.30s'", reader->at);
    }
    term->figure = uvp_figure_find(name, bytes);
    return term->figure != NULL ? UVP_OK : refuse_name(reader->err, name, bytes);
}

/* ---- relations and numbers ---- */

static enum uvp_code read_relation(struct reader *reader, enum uvp_criterion_relation *relation)
{
    static const struct {
        char text[3];
        enum uvp_criterion_relation relation;
    } table[] = {
        {"<=", UVP_CRITERION_AT_MOST}, {">=", UVP_CRITERION_AT_LEAST},
        {"==", UVP_CRITERION_EQUAL},   {"!=", UVP_CRITERION_OTHER},
        {"<", UVP_CRITERION_LESS},     {">", UVP_CRITERION_MORE},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const size_t bytes = strlen(table[i].text);
        if (strncmp(reader->at, table[i].text, bytes) == 0) {
            *relation = table[i].relation;
            reader->at += bytes;
            return UVP_OK;
        }
    }
    return uvp_fail(reader->err, UVP_USAGE, 0,
                    "--gate: expected one of < <= > >= == != at '%.30s'", reader->at);
}

struct number {
    uint64_t digits;
    int count; /* digits that count */
    int power; /* of ten */
    bool any;
};

static void read_digits(struct reader *reader, struct number *number, bool fraction)
{
    for (; is_digit(*reader->at); reader->at++) {
        number->any = true;
        if (number->count < DIGITS_MAX + 1) { /* one more than allowed is refused */
            number->digits = number->digits * 10 + (uint64_t)(*reader->at - '0');
            number->count += number->digits != 0;
            number->power -= fraction;
        }
    }
}

/* False: no digits, or too many. */
static bool read_power(struct reader *reader, struct number *number)
{
    struct number power = {0};
    bool negative = false;

    if (*reader->at != 'e' && *reader->at != 'E') {
        return true;
    }
    reader->at++;
    if (*reader->at == '-' || *reader->at == '+') {
        negative = *reader->at == '-';
        reader->at++;
    }
    read_digits(reader, &power, false);
    if (!power.any || power.count > 3) {
        return false;
    }
    number->power += negative ? -(int)power.digits : (int)power.digits;
    return true;
}

static double power_of_ten(int power)
{
    double value = 1;

    for (int i = 0; i < power; i++) {
        value *= 10; /* exact to 10^22 */
    }
    return value;
}

static enum uvp_code read_number(struct reader *reader, double *value)
{
    const char *const start = reader->at;
    struct number number = {0};
    const bool negative = *reader->at == '-';

    reader->at += negative;
    read_digits(reader, &number, false);
    if (*reader->at == '.') {
        reader->at++;
        read_digits(reader, &number, true);
    }
    if (!number.any || !read_power(reader, &number) || number.count > DIGITS_MAX ||
        number.power > POWER_MAX || number.power < -POWER_MAX) {
        return uvp_fail(reader->err, UVP_USAGE, 0,
                        "--gate: expected a number of at most %d digits at '%.30s'", DIGITS_MAX,
                        start);
    }
    *value = number.power < 0 ? (double)number.digits / power_of_ten(-number.power)
                              : (double)number.digits * power_of_ten(number.power);
    *value = negative ? -*value : *value;
    return UVP_OK;
}

/* ---- conditions ---- */

static enum uvp_code read_term(struct reader *reader, struct uvp_criterion *term)
{
    skip_blanks(reader);
    term->text = reader->at;
    UVP_TRY(read_name(reader, term));
    skip_blanks(reader);
    UVP_TRY(read_relation(reader, &term->relation));
    skip_blanks(reader);
    UVP_TRY(read_number(reader, &term->limit));
    term->bytes = (size_t)(reader->at - term->text);
    skip_blanks(reader);
    return UVP_OK;
}

enum uvp_code uvp_criteria_parse(struct uvp_criteria *gate, const char *text,
                                 struct uvp_error *err)
{
    struct reader reader = {text, err};

    for (;;) {
        if (gate->count == UVP_CRITERIA_MAX) {
            return uvp_fail(err, UVP_USAGE, 0, "--gate: more than %d conditions",
                            UVP_CRITERIA_MAX);
        }
        UVP_TRY(read_term(&reader, &gate->term[gate->count]));
        gate->count++;
        if (*reader.at == '\0') {
            return UVP_OK;
        }
        if (*reader.at != ',') {
            return uvp_fail(err, UVP_USAGE, 0, "--gate: expected a comma at '%.30s'",
                            reader.at);
        }
        reader.at++;
    }
}

bool uvp_criterion_holds(const struct uvp_criterion *term, double value)
{
    if (isnan(value)) {
        return false;
    }
    switch (term->relation) {
    case UVP_CRITERION_LESS:
        return value < term->limit;
    case UVP_CRITERION_AT_MOST:
        return value <= term->limit;
    case UVP_CRITERION_MORE:
        return value > term->limit;
    case UVP_CRITERION_AT_LEAST:
        return value >= term->limit;
    case UVP_CRITERION_EQUAL:
        return value >= term->limit && value <= term->limit;
    case UVP_CRITERION_OTHER:
        break;
    }
    return value < term->limit || value > term->limit;
}

/* ---- all meshes together ---- */

void uvp_figure_sums_add(struct uvp_figure_sums *sums, const struct uvp_analysis *analysis)
{
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    sums->meshes++;
    for (uint32_t i = 0; i < count && i < UVP_CRITERIA_FIGURES; i++) {
        struct uvp_figure_sum *const sum = &sums->figure[i];
        const double value = uvp_figure_of(analysis, &table[i]);
        if (isnan(value)) {
            continue;
        }
        sum->least = sum->count == 0 ? value : fmin(sum->least, value);
        sum->most = sum->count == 0 ? value : fmax(sum->most, value);
        sum->sum += value;
        sum->count++;
    }
}

double uvp_criterion_value(const struct uvp_criterion *term,
                           const struct uvp_analysis *analysis)
{
    return uvp_figure_of(analysis, term->figure);
}

double uvp_criterion_value_of_all(const struct uvp_criterion *term,
                                  const struct uvp_figure_sums *sums)
{
    uint32_t count;
    const struct uvp_figure_sum *const sum = &sums->figure[term->figure - uvp_figures(&count)];

    if (sum->count == 0) {
        return term->scope == UVP_CRITERION_SUM ? 0 : (double)NAN;
    }
    switch (term->scope) {
    case UVP_CRITERION_MEAN:
        return sum->sum / (double)sum->count;
    case UVP_CRITERION_MIN:
        return sum->least;
    case UVP_CRITERION_MAX:
        return sum->most;
    case UVP_CRITERION_SUM:
        return sum->sum;
    case UVP_CRITERION_EACH:
        break;
    }
    return (double)NAN;
}
