/* analyze: figures of the UVs that are there, and whether they are good enough. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tools/uvpipe/analyze_telling.h"
#include "tools/uvpipe/exits.h"

const struct uvp_analysis_facts *uvp_analyze_facts(const struct uvp_record *record)
{
    const struct uvp_analysis_facts *const facts = (const void *)record->facts.data;

    return record->status == UVP_MEMBER_ANALYZED && record->facts.bytes >= sizeof *facts ? facts
                                                                                         : NULL;
}

bool uvp_analyze_passes(const struct uvp_criteria *gate, const struct uvp_analysis *analysis)
{
    for (uint32_t i = 0; i < gate->count; i++) {
        const struct uvp_criterion *const term = &gate->term[i];
        if (term->scope == UVP_CRITERION_EACH &&
            !uvp_criterion_holds(term, uvp_criterion_value(term, analysis))) {
            return false;
        }
    }
    return true;
}

void uvp_analyze_value(char out[UVP_ANALYZE_VALUE_BYTES], const struct uvp_figure *figure,
                       double value, int digits)
{
    if (isnan(value)) {
        (void)snprintf(out, UVP_ANALYZE_VALUE_BYTES, "-");
    } else if (figure->kind == UVP_FIGURE_FLAG) {
        (void)snprintf(out, UVP_ANALYZE_VALUE_BYTES, "%s", value > 0 ? "yes" : "no");
    } else if (figure->kind == UVP_FIGURE_COUNT && fabs(value) < 1e15) {
        (void)snprintf(out, UVP_ANALYZE_VALUE_BYTES, "%.*f", value == floor(value) ? 0 : 3,
                       value);
    } else {
        (void)snprintf(out, UVP_ANALYZE_VALUE_BYTES, "%.*g", digits, value);
    }
}

/* ---- the run ---- */

static enum uvp_code begin(struct uvp_telling *telling, struct uvp_error *err)
{
    telling->state = uvp_mem_take_zeroed(telling->mem, sizeof(struct uvp_analyze_state));
    return telling->state != NULL ? UVP_OK
                                  : uvp_fail_memory(err, sizeof(struct uvp_analyze_state));
}

static void hear_member(struct uvp_telling *telling, const struct uvp_record *record)
{
    const struct uvp_analysis_facts *const facts = uvp_analyze_facts(record);
    struct uvp_analyze_state *const state = telling->state;

    state->bare += record->status == UVP_MEMBER_BARE;
    if (facts != NULL) {
        uvp_figure_sums_add(&state->sums, &facts->figures);
        state->failing += !uvp_analyze_passes(&telling->options->analyze.gate, &facts->figures);
    }
    if (telling->options->analyze.csv) {
        uvp_analyze_csv_member(telling, record);
    } else {
        uvp_analyze_text_member(telling, record);
    }
}

static enum uvp_code end(struct uvp_telling *telling, bool complete, int *exit_code,
                         struct uvp_error *err)
{
    const struct uvp_criteria *const gate = &telling->options->analyze.gate;
    struct uvp_analyze_state *const state = telling->state;

    (void)err;
    for (uint32_t i = 0; i < gate->count; i++) {
        const struct uvp_criterion *const term = &gate->term[i];
        state->failing_terms +=
            term->scope != UVP_CRITERION_EACH &&
            !uvp_criterion_holds(term, uvp_criterion_value_of_all(term, &state->sums));
    }
    if (!telling->options->analyze.csv) {
        uvp_analyze_text_end(telling, complete);
    }
    if (state->failing > 0 || (complete && state->failing_terms > 0)) {
        *exit_code = UVP_EXIT_MEMBERS;
    }
    return UVP_OK;
}

static void release(struct uvp_telling *telling)
{
    uvp_mem_give(telling->mem, telling->state, sizeof(struct uvp_analyze_state));
    telling->state = NULL;
}

const struct uvp_command_ops uvp_command_analyze = {
    .name = "analyze",
    .brief = "what the UVs that are there are worth: stretch, coverage, seams ...",
    .head =
        "Usage: uvpipe analyze [OPTION]... [INPUT]...\n"
        "Measures the UVs of every mesh: stretch, angles, areas, coverage, overlap, seams,\n"
        "gaps, topology. Prints a line for each, and grades it. Writes nothing else.\n\n"
        "INPUT is an archive, a mesh or a folder; - is stdin (default). ./analyze is a file.\n",
    .tail =
        "\nExamples:\n"
        "  uvpipe analyze -v chair.obj\n"
        "  uvpipe < meshes.tar | uvpipe analyze --gate 'stretch.max<1.5,coverage>0.6'\n"
        "  uvpipe analyze --gate 'max.overlap.pairs==0,mean.stretch.l2<1.05' assets/\n"
        "  uvpipe analyze --csv scans.zip > scans.csv\n"
        "  uvpipe analyze --json scans.zip | jq .metrics.stretch.p99\n"
        "\nExit status: 0 every mesh was measured and passes --gate; 1 failed; 2 some mesh "
        "does\n"
        "not pass, has no UVs or could not be read, or an input was warned about; 64 wrong\n"
        "usage; 128+n ended by signal n. The manual: man uvpipe-analyze\n",
    .task = UVP_TASK_ANALYZE,
    .prints = true,
    .begin = begin,
    .member = hear_member,
    .end = end,
    .release = release,
    .json_member = uvp_analyze_json_member,
    .json_run = uvp_analyze_json_run,
};
