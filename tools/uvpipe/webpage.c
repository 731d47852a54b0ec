/*
 * Data goes into script elements of type application/json, which a browser does not run; the
 * one script it runs is at the end, known to the policy in the head by its hash.
 */
#include "tools/uvpipe/webpage.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tools/uvpipe/options_webpage.h"
#include "tools/uvpipe/webpage_asset.h"
#include "tools/uvpipe/webpage_text.h"

#define BINS_AT_MOST 1024 /* more than any timeline has */
#define FULL 255          /* a bin that one state fills */
#define NS_PER_US 1000

static void put(struct uvp_webpage *page, const char *text)
{
    uvp_outbox_add(&page->outbox, text);
}

static void put_asset(struct uvp_webpage *page, const unsigned char *text, size_t bytes)
{
    struct uvp_outbox *const outbox = &page->outbox;
    enum uvp_code code = UVP_OK;

    if (!uvp_outbox_is_silent(outbox)) {
        code = uvp_buf_append(&outbox->text, text, bytes, &outbox->failure);
    }
    (void)code; /* kept in outbox->failure */
    uvp_outbox_line(outbox);
}

static void put_field(struct uvp_webpage *page, const char *key, int64_t number)
{
    uvp_webpage_key(&page->outbox, key);
    uvp_webpage_number(&page->outbox, number);
}

/* ---- begin ---- */

void uvp_webpage_init(struct uvp_webpage *page, struct uvp_mem *mem)
{
    memset(page, 0, sizeof *page);
    page->mem = mem;
    uvp_outbox_init(&page->outbox, mem);
    uvp_whole_file_init(&page->file, mem);
}

enum uvp_code uvp_webpage_open(struct uvp_webpage *page, const struct uvp_options *options,
                               struct uvp_error *err)
{
    int fd = -1;

    if (options->webpage_path == NULL) {
        return UVP_OK;
    }
    page->options = options;
    UVP_TRY(uvp_webpage_rows_init(&page->rows, options, &page->outbox, page->mem, err));
    UVP_TRY(uvp_whole_file_open(&page->file, options->webpage_path, "the report", &fd, err));
    uvp_outbox_take_file(&page->outbox, fd, options->webpage_path);
    uvp_podium_init(&page->podium, options->settings.show_most, page->mem);
    put_asset(page, uvp_webpage_head, uvp_webpage_head_bytes);
    return UVP_OK;
}

/* ---- members ---- */

static bool is_shown(const struct uvp_record *record)
{
    return record->exhibit.bytes != 0 && record->status != UVP_MEMBER_FAILED &&
           record->status != UVP_MEMBER_PASSED;
}

void uvp_webpage_member(struct uvp_webpage *page, const struct uvp_record *record)
{
    struct uvp_outbox *const outbox = &page->outbox;
    enum uvp_code code = UVP_OK;

    if (uvp_outbox_is_silent(outbox)) {
        return;
    }
    uvp_webpage_rows_add(&page->rows, record);
    if (is_shown(record)) {
        code = uvp_podium_offer(&page->podium, record->score, record->seq, record->exhibit,
                                &outbox->failure);
    }
    (void)code; /* kept in outbox->failure */
}

const struct uvp_podium_place *uvp_webpage_bar(const struct uvp_webpage *page)
{
    return page->options == NULL ? NULL : uvp_podium_least(&page->podium);
}

/* ---- timelines ---- */

/* A state's part of each bin, in 1/255. */
static void put_state(struct uvp_webpage *page, const struct uvp_timeline_view *view,
                      uint32_t state)
{
    unsigned char parts[BINS_AT_MOST];
    uint64_t total_ns = 0;

    for (uint32_t b = 0; b < view->bin_count && b < BINS_AT_MOST; b++) {
        const uint64_t ns = view->ns[(size_t)b * view->stride + state];

        total_ns += ns;
        parts[b] = (unsigned char)((double)ns / (double)view->bin_ns * FULL + 0.5);
    }
    put(page, "{");
    uvp_webpage_key(&page->outbox, "name");
    uvp_webpage_string(&page->outbox, view->states[state], strlen(view->states[state]));
    put_field(page, "wait", (view->waits >> state) & 1);
    put_field(page, "us", (int64_t)(total_ns / NS_PER_US));
    uvp_webpage_key(&page->outbox, "parts");
    uvp_webpage_base64(&page->outbox, uvp_span_of(parts, view->bin_count));
    put(page, "}");
}

static void put_thread(struct uvp_webpage *page, const struct uvp_timeline_view *view)
{
    put(page, "{");
    uvp_webpage_key(&page->outbox, "name");
    uvp_webpage_string(&page->outbox, view->name, strlen(view->name));
    put_field(page, "began_us", (int64_t)(view->began_ns / NS_PER_US));
    put_field(page, "ended_us", (int64_t)(view->ended_ns / NS_PER_US));
    put_field(page, "bins", view->bin_count);
    uvp_webpage_key(&page->outbox, "states");
    for (uint32_t s = 0; s < view->state_count; s++) {
        put(page, s == 0 ? "[" : ",");
        put_state(page, view, s);
    }
    put(page, view->state_count == 0 ? "[]}" : "]}");
    uvp_outbox_line(&page->outbox);
}

void uvp_webpage_timeline(struct uvp_webpage *page, const struct uvp_pipeline *pipeline)
{
    struct uvp_timeline_view view;

    if (uvp_outbox_is_silent(&page->outbox)) {
        return;
    }
    uvp_webpage_rows_flush(&page->rows);
    put(page, "<script type=\"application/json\" id=\"timeline-data\">{");
    for (uint32_t i = 0; uvp_pipeline_timeline(pipeline, i, &view); i++) {
        if (i == 0) {
            put_field(page, "bin_ns", (int64_t)view.bin_ns);
            uvp_webpage_key(&page->outbox, "threads");
        }
        put(page, i == 0 ? "[" : ",");
        put_thread(page, &view);
    }
    put(page, uvp_pipeline_timeline(pipeline, 0, &view) ? "]}" : "}");
    put(page, "</script>\n");
}

/* ---- the end ---- */

static void put_exhibits(struct uvp_webpage *page)
{
    uvp_podium_sort(&page->podium);
    for (uint32_t i = 0; i < page->podium.count; i++) {
        const struct uvp_podium_place *const place = &page->podium.places[i];

        put(page, "<script type=\"application/json\" class=\"exhibit\">{");
        put_field(page, "seq", (int64_t)place->seq);
        uvp_webpage_key(&page->outbox, "data");
        uvp_webpage_base64(&page->outbox, uvp_buf_span(&place->exhibit));
        put(page, "}</script>\n");
        uvp_outbox_line(&page->outbox);
    }
}

/* The object that ends the report for programs, as it is there. */
static void put_figures(struct uvp_webpage *page, const struct uvp_ledger *ledger,
                        const struct uvp_figures *figures, const struct uvp_ending *ending)
{
    struct uvp_json_object object =
        uvp_ledger_run_object(ledger, page->options, figures, ending);
    struct uvp_outbox line;

    uvp_outbox_init(&line, page->mem);
    uvp_json_append(&line, &object);
    uvp_webpage_key(&page->outbox, "run");
    line.text.bytes -= line.text.bytes != 0 ? 1 : 0; /* the line's end */
    uvp_webpage_json(&page->outbox, uvp_buf_span(&line.text));
    if (line.failure.code != UVP_OK && page->outbox.failure.code == UVP_OK) {
        page->outbox.failure = line.failure;
    }
    uvp_buf_release(&line.text);
}

static void put_date(struct uvp_webpage *page)
{
    const time_t now = time(NULL);
    struct tm parts;
    char text[32] = "";

    if (gmtime_r(&now, &parts) != NULL) {
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    }
    uvp_webpage_key(&page->outbox, "ended");
    uvp_webpage_string(&page->outbox, text, strlen(text));
}

void uvp_webpage_run(struct uvp_webpage *page, const struct uvp_ledger *ledger,
                     const struct uvp_figures *figures, const struct uvp_ending *ending)
{
    const char *worst;

    if (uvp_outbox_is_silent(&page->outbox)) {
        return;
    }
    uvp_webpage_rows_flush(&page->rows);
    put_exhibits(page);
    put(page, "<script type=\"application/json\" id=\"run-data\">{");
    put_field(page, "version", 1);
    uvp_webpage_key(&page->outbox, "program");
    uvp_webpage_string(&page->outbox, UVP_VERSION, strlen(UVP_VERSION));
    put_date(page);
    put_field(page, "rows", (int64_t)page->rows.total);
    put_field(page, "most", page->options->settings.show_most);
    worst = uvp_option_worst_name(page->options->settings.show_by);
    uvp_webpage_key(&page->outbox, "worst");
    uvp_webpage_string(&page->outbox, worst, strlen(worst));
    uvp_webpage_rows_describe(&page->rows);
    put_figures(page, ledger, figures, ending);
    put(page, "}</script>\n");
    put_asset(page, uvp_webpage_tail, uvp_webpage_tail_bytes);
    page->finished = true;
}

enum uvp_code uvp_webpage_close(struct uvp_webpage *page, struct uvp_error *err)
{
    enum uvp_code code = uvp_outbox_close(&page->outbox, err);

    if (code == UVP_OK && page->finished) {
        code = uvp_whole_file_commit(&page->file, err);
    }
    uvp_whole_file_drop(&page->file);
    uvp_webpage_rows_release(&page->rows);
    uvp_podium_release(&page->podium);
    page->options = NULL;
    page->finished = false;
    return code;
}
