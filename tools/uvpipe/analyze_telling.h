/*
 * analyze_telling.h -- the ways an analysis is told: a table, CSV, JSON
 *
 * Use:     command_analyze.c picks one, and hands it each record with its facts.
 * Threads: confined.
 */
#ifndef UVP_TOOLS_ANALYZE_TELLING_H
#define UVP_TOOLS_ANALYZE_TELLING_H

#include "tools/uvpipe/command.h"
#include "tools/uvpipe/criteria.h"
#include "tools/uvpipe/grades.h"

/* What the command keeps while its run lasts. */
struct uvp_analyze_state {
    struct uvp_figure_sums sums;
    uint64_t failing; /* meshes that do not pass the gate */
    uint64_t failing_terms;
    uint64_t bare;
    bool begun; /* the head of the table is out */
};

/* What was found of a member; NULL: nothing was. */
const struct uvp_analysis_facts *uvp_analyze_facts(const struct uvp_record *record);

/* Whether the mesh meets all conditions that are about each. */
bool uvp_analyze_passes(const struct uvp_criteria *gate, const struct uvp_analysis *analysis);

/* "12", "0.875", or "-" when there is none. */
#define UVP_ANALYZE_VALUE_BYTES 32
void uvp_analyze_value(char out[UVP_ANALYZE_VALUE_BYTES], const struct uvp_figure *figure,
                       double value, int digits);

/* analyze_text.c */
void uvp_analyze_text_member(struct uvp_telling *telling, const struct uvp_record *record);
void uvp_analyze_text_end(struct uvp_telling *telling, bool complete);

/* analyze_csv.c */
void uvp_analyze_csv_member(struct uvp_telling *telling, const struct uvp_record *record);

/* analyze_json.c */
struct uvp_json_object;
void uvp_analyze_json_member(struct uvp_telling *telling, const struct uvp_record *record,
                             struct uvp_json_object *object);
void uvp_analyze_json_run(struct uvp_telling *telling, struct uvp_json_object *object);

#endif
