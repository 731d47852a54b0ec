/*
 * Sides of triangles found again at the edges of the surface: in rows by the smaller of their
 * two vertices (by counting), within a row by the other one. Rows are short but for a vertex
 * that very many triangles share; such a one is sorted by a heap.
 */
#include "stages/unwrapper/analysis/survey.h"

#define SHORT_ROW 24U

/* The vertices of a side; false: both are one, or it is not finite: it is no edge. */
static bool ends_of(const struct uvp_survey *survey, uint32_t half, uint32_t *near,
                    uint32_t *far)
{
    const uint32_t a = survey->vertex[half];
    const uint32_t b = survey->vertex[uvp_survey_next(half)];

    *near = a < b ? a : b;
    *far = a < b ? b : a;
    return a != b && (survey->state[half / 3] & UVP_SURVEY_LOST) == 0;
}

static void sort_short(uint64_t *row, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        const uint64_t key = row[i];
        uint32_t j = i;
        for (; j > 0 && key < row[j - 1]; j--) {
            row[j] = row[j - 1];
        }
        row[j] = key;
    }
}

/* Lets the key at i sink in the heap of `count`. */
static void sink(uint64_t *row, uint32_t i, uint32_t count)
{
    const uint64_t key = row[i];

    while (2 * (uint64_t)i + 1 < count) {
        uint32_t child = 2 * i + 1;
        if (child + 1 < count && row[child] < row[child + 1]) {
            child++;
        }
        if (key >= row[child]) {
            break;
        }
        row[i] = row[child];
        i = child;
    }
    row[i] = key;
}

enum uvp_code uvp_survey_sort(struct uvp_survey *survey, uint64_t *row, uint32_t count)
{
    if (count <= SHORT_ROW) {
        sort_short(row, count);
        return uvp_survey_count(survey, 4 * count);
    }
    for (uint32_t i = count / 2; i-- > 0;) {
        sink(row, i, count);
        UVP_TRY(uvp_survey_count(survey, 16));
    }
    for (uint32_t end = count - 1; end > 0; end--) {
        const uint64_t last = row[end];
        row[end] = row[0];
        row[0] = last;
        sink(row, 0, end);
        UVP_TRY(uvp_survey_count(survey, 32));
    }
    return UVP_OK;
}

static enum uvp_code fill_rows(struct uvp_survey *survey)
{
    const uint32_t vertices = survey->input->vertex_count;
    uint32_t near;
    uint32_t far;

    for (uint32_t half = 0; half < 3 * survey->count; half++) {
        if (ends_of(survey, half, &near, &far)) {
            survey->first_side[near + 1]++;
        }
        UVP_TRY(uvp_survey_count(survey, 2));
    }
    for (uint32_t v = 0; v < vertices; v++) {
        survey->first_side[v + 1] += survey->first_side[v];
    }
    UVP_SURVEY_TAKE(survey, survey->side, survey->first_side[vertices]);
    for (uint32_t half = 0; half < 3 * survey->count; half++) {
        if (ends_of(survey, half, &near, &far)) {
            survey->side[survey->first_side[near]++] = (uint64_t)far << 32 | half;
        }
        UVP_TRY(uvp_survey_count(survey, 4));
    }
    return UVP_OK;
}

enum uvp_code uvp_survey_pair(struct uvp_survey *survey)
{
    const uint32_t vertices = survey->input->vertex_count;
    uint32_t begin = 0;

    survey->first_side =
        uvp_arena_take_zeroed(survey->scratch, (size_t)vertices + 1, sizeof(uint32_t));
    if (survey->first_side == NULL) {
        return uvp_fail_memory(survey->err, 4 * ((size_t)vertices + 1));
    }
    UVP_TRY(fill_rows(survey));
    for (uint32_t v = 0; v < vertices; v++) { /* each is where the next one begins now */
        const uint32_t end = survey->first_side[v];
        UVP_TRY(uvp_survey_sort(survey, survey->side + begin, end - begin));
        survey->first_side[v] = begin;
        begin = end;
    }
    return UVP_OK;
}

bool uvp_survey_next_edge(const struct uvp_survey *survey, struct uvp_survey_edge *edge)
{
    const uint32_t vertices = survey->input->vertex_count;
    const uint32_t first = edge->first + edge->count;

    if (edge->end == 0 && vertices > 0) {
        edge->end = survey->first_side[1];
    }
    while (first == edge->end) {
        if (vertices == 0 || edge->near + 1 >= vertices) {
            return false;
        }
        edge->near++;
        edge->end = survey->first_side[edge->near + 1];
    }
    edge->first = first;
    edge->far = (uint32_t)(survey->side[first] >> 32);
    edge->count = 1;
    while (first + edge->count < edge->end &&
           (uint32_t)(survey->side[first + edge->count] >> 32) == edge->far) {
        edge->count++;
    }
    return true;
}
