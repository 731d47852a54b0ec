/* analyze: what the objects of the report hold besides what every command tells. */
#include <math.h>
#include <string.h>

#include "tools/uvpipe/analyze_telling.h"
#include "tools/uvpipe/json_object.h"

#define GROUP_BYTES 32

static json_t *value_of(const struct uvp_figure *figure, double value)
{
    if (!isfinite(value)) {
        return json_null();
    }
    switch (figure->kind) {
    case UVP_FIGURE_FLAG:
        return json_boolean(value > 0);
    case UVP_FIGURE_COUNT:
        return json_integer((json_int_t)value);
    case UVP_FIGURE_REAL:
        break;
    }
    return uvp_json_real(value);
}

/* Appends to a list; NULL, and no list, when memory is out. */
static void append(json_t **list, json_t *value)
{
    if (*list != NULL && json_array_append_new(*list, value) != 0) {
        json_decref(*list);
        *list = NULL;
    } else if (*list == NULL) {
        json_decref(value);
    }
}

/* Figures of one group are neighbours in the table: an object each. */
static json_t *metrics_of(const struct uvp_analysis *is)
{
    struct uvp_json_object metrics = uvp_json_object();
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    for (uint32_t i = 0; i < count;) {
        const size_t group = strcspn(table[i].name, ".");
        struct uvp_json_object object;
        char name[GROUP_BYTES] = "";
        if (table[i].name[group] == '\0') {
            uvp_json_set(&metrics, table[i].name,
                         value_of(&table[i], uvp_figure_of(is, &table[i])));
            i++;
            continue;
        }
        object = uvp_json_object();
        memcpy(name, table[i].name, group < sizeof name ? group : sizeof name - 1);
        while (i < count && strncmp(table[i].name, name, group) == 0 &&
               table[i].name[group] == '.') {
            uvp_json_set(&object, table[i].name + group + 1,
                         value_of(&table[i], uvp_figure_of(is, &table[i])));
            i++;
        }
        uvp_json_set(&metrics, name, uvp_json_value(&object));
    }
    return uvp_json_value(&metrics);
}

static json_t *grades_of(const struct uvp_analysis *is)
{
    const struct uvp_grades grades = uvp_grades_of(is);
    struct uvp_json_object object = uvp_json_object();

    uvp_json_set(&object, "stretch", json_string(uvp_grade_name(grades.stretch)));
    uvp_json_set(&object, "coverage", json_string(uvp_grade_name(grades.coverage)));
    uvp_json_set(&object, "angle", json_string(uvp_grade_name(grades.angle)));
    uvp_json_set(&object, "overall", json_string(uvp_grade_name(grades.overall)));
    return uvp_json_value(&object);
}

/* ---- gates ---- */

static json_t *failure_of(const struct uvp_criterion *term, double value)
{
    struct uvp_json_object object = uvp_json_object();

    uvp_json_set(&object, "condition", json_stringn(term->text, term->bytes));
    uvp_json_set(&object, "value", uvp_json_real(value));
    return uvp_json_value(&object);
}

/* `is` NULL: the conditions on all meshes together. */
static json_t *failures_of(const struct uvp_criteria *gate, const struct uvp_analysis *is,
                           const struct uvp_figure_sums *sums)
{
    json_t *list = json_array();

    for (uint32_t i = 0; i < gate->count; i++) {
        const struct uvp_criterion *const term = &gate->term[i];
        const bool each = term->scope == UVP_CRITERION_EACH;
        double value;
        if (each != (is != NULL)) {
            continue;
        }
        value = each ? uvp_criterion_value(term, is) : uvp_criterion_value_of_all(term, sums);
        if (!uvp_criterion_holds(term, value)) {
            append(&list, failure_of(term, value));
        }
    }
    return list;
}

/* ---- islands ---- */

static json_t *island_of(const struct uvp_island_row *row)
{
    struct uvp_json_object object = uvp_json_object();
    json_t *bounds = json_array();

    for (int k = 0; k < 4; k++) {
        append(&bounds, uvp_json_real(row->bounds[k]));
    }
    uvp_json_set(&object, "mesh", uvp_json_integer(row->mesh));
    uvp_json_set(&object, "triangles", uvp_json_integer(row->triangles));
    uvp_json_set(&object, "flipped", uvp_json_integer(row->flipped));
    uvp_json_set(&object, "mirrored", json_boolean(row->mirrored != 0));
    uvp_json_set(&object, "stretch_mean", uvp_json_real(row->stretch_mean));
    uvp_json_set(&object, "stretch_max", uvp_json_real(row->stretch_max));
    uvp_json_set(&object, "surface_area", uvp_json_real(row->surface_area));
    uvp_json_set(&object, "uv_area", uvp_json_real(row->uv_area));
    uvp_json_set(&object, "bounds", bounds);
    return uvp_json_value(&object);
}

static json_t *islands_of(const struct uvp_analysis_facts *facts)
{
    const struct uvp_island_row *const row = uvp_analysis_islands(facts);
    json_t *list = json_array();

    for (uint32_t i = 0; i < facts->island_count; i++) {
        append(&list, island_of(&row[i]));
    }
    return list;
}

/* ---- objects ---- */

void uvp_analyze_json_member(struct uvp_telling *telling, const struct uvp_record *record,
                             struct uvp_json_object *object)
{
    const struct uvp_criteria *const gate = &telling->options->analyze.gate;
    const struct uvp_analysis_facts *const facts = uvp_analyze_facts(record);

    if (facts == NULL) {
        return;
    }
    uvp_json_set(object, "triangles", uvp_json_integer(record->triangles));
    uvp_json_set(object, "measured", uvp_json_integer(facts->meshes));
    uvp_json_set(object, "made", uvp_json_integer(facts->made));
    uvp_json_set(object, "metrics", metrics_of(&facts->figures));
    uvp_json_set(object, "grades", grades_of(&facts->figures));
    if (gate->count > 0) {
        uvp_json_set(object, "passes", json_boolean(uvp_analyze_passes(gate, &facts->figures)));
        uvp_json_set(object, "gate_failures", failures_of(gate, &facts->figures, NULL));
    }
    if (telling->options->settings.analysis.islands) {
        uvp_json_set(object, "islands", islands_of(facts));
    }
}

static json_t *sum_of(const struct uvp_figure *figure, const struct uvp_figure_sums *sums)
{
    static const char *const keys[] = {"mean", "min", "max", "sum"};
    struct uvp_json_object object = uvp_json_object();

    for (int i = 0; i < 4; i++) {
        const struct uvp_criterion term = {
            .scope = (enum uvp_criterion_scope)(UVP_CRITERION_MEAN + i), .figure = figure};
        uvp_json_set(&object, keys[i], uvp_json_real(uvp_criterion_value_of_all(&term, sums)));
    }
    return uvp_json_value(&object);
}

void uvp_analyze_json_run(struct uvp_telling *telling, struct uvp_json_object *object)
{
    const struct uvp_criteria *const gate = &telling->options->analyze.gate;
    const struct uvp_analyze_state *const state = telling->state;
    struct uvp_json_object metrics = uvp_json_object();
    uint32_t count;
    const struct uvp_figure *const table = uvp_figures(&count);

    for (uint32_t i = 0; i < count; i++) {
        uvp_json_set(&metrics, table[i].name, sum_of(&table[i], &state->sums));
    }
    uvp_json_set(object, "metrics", uvp_json_value(&metrics));
    if (gate->count > 0) {
        uvp_json_set(object, "gate_failing_meshes", uvp_json_integer(state->failing));
        uvp_json_set(object, "gate_failures", failures_of(gate, NULL, &state->sums));
    }
}
