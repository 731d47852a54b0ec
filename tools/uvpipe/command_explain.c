/* explain: what a code means and what to do. No run: it prints and ends. */
#include "tools/uvpipe/command.h"

#include <jansson.h>
#include <string.h>

#include "tools/uvpipe/exits.h"
#include "tools/uvpipe/explain.h"
#include "tools/uvpipe/json_object.h"

static json_t *lines_of(const char *lines)
{
    json_t *const list = json_array();

    while (list != NULL && *lines != '\0') {
        const size_t bytes = strcspn(lines, "\n");

        if (json_array_append_new(list, json_stringn(lines, bytes)) != 0) {
            json_decref(list);
            return NULL;
        }
        lines += bytes + (lines[bytes] == '\n' ? 1 : 0);
    }
    return list;
}

static void print_json(struct uvp_outbox *outbox, const struct uvp_explanation *entry)
{
    struct uvp_json_object object;

    uvp_json_begin(&object, "explanation");
    uvp_json_set(&object, "kind", json_string(uvp_explained_name(entry->kind)));
    uvp_json_set(&object, "code", json_string(entry->name));
    uvp_json_set(&object, "meaning", json_string(entry->meaning));
    uvp_json_set(&object, "causes", lines_of(entry->causes));
    uvp_json_set(&object, "remedies", lines_of(entry->remedies));
    uvp_json_set(&object, "see", lines_of(entry->see));
    uvp_json_finish(outbox, &object);
}

static enum uvp_code explain_as_json(const struct uvp_options *options, struct uvp_mem *mem,
                                     struct uvp_error *err)
{
    const uint32_t words = options->settings.input_count;
    struct uvp_outbox outbox;

    uvp_outbox_init(&outbox, mem);
    uvp_outbox_take_stdout(&outbox);
    for (uint32_t i = 0; i < words; i++) {
        print_json(&outbox, uvp_explanation_find(options->inputs[i]));
    }
    for (const struct uvp_explanation *entry = uvp_explanations;
         words == 0 && entry->name != NULL; entry++) {
        print_json(&outbox, entry);
    }
    return uvp_outbox_close(&outbox, err);
}

static enum uvp_code write_text(const struct uvp_options *options, struct uvp_buf *text,
                                struct uvp_error *err)
{
    const uint32_t words = options->settings.input_count;

    if (words == 0) {
        return uvp_explain_list(text, err);
    }
    for (uint32_t i = 0; i < words; i++) {
        UVP_TRY(uvp_buf_append(text, "\n\n", i == 0 ? 0 : 2, err));
        UVP_TRY(uvp_explain_text(uvp_explanation_find(options->inputs[i]), text, err));
    }
    return UVP_OK;
}

static int explain(const struct uvp_options *options, struct uvp_report *report,
                   struct uvp_mem *mem)
{
    struct uvp_error err = {0};
    struct uvp_buf text;
    enum uvp_code code;

    if (options->json) {
        code = explain_as_json(options, mem, &err);
        return uvp_report_printed(report, code, &err);
    }
    uvp_buf_init(&text, mem, 0);
    code = write_text(options, &text, &err);
    if (code == UVP_OK) {
        code = uvp_report_print(uvp_buf_span(&text), &err);
    }
    uvp_buf_release(&text);
    return uvp_report_printed(report, code, &err);
}

static enum uvp_code take_words(struct uvp_options *options, struct uvp_error *err)
{
    for (uint32_t i = 0; i < options->settings.input_count; i++) {
        const char *const word = options->inputs[i];
        const char *const near = uvp_explanation_near(word);

        if (uvp_explanation_find(word) == NULL) {
            return uvp_fail(err, UVP_USAGE, 0, "nothing is known of %.60s%s%s%s",
                            *word == '\0' ? "''" : word, near != NULL ? "; is it " : "",
                            near != NULL ? near : "", near != NULL ? "?" : "");
        }
    }
    return UVP_OK;
}

const struct uvp_command_ops uvp_command_explain = {
    .name = "explain",
    .brief = "what a code in a message means, and what to do",
    .head = "Usage: uvpipe explain [OPTION]... [CODE]...\n"
            "Says what a code means, how it comes about and what to do. Codes are those of\n"
            "errors (in brackets at the ends of messages), statuses of members, faults that\n"
            "check finds, and exit codes. Without CODE: a line for each.\n",
    .tail = "\nExamples:\n"
            "  uvpipe explain bad-data\n"
            "  uvpipe explain overlapping 141\n"
            "  uvpipe explain --json | jq -r '.code + \": \" + .meaning'\n"
            "\nExit status: 0; 1 it could not be printed; 64 wrong usage, or no such code.\n"
            "The manual: man uvpipe-explain\n",
    .prints = true,
    .take_words = take_words,
    .instead = explain,
};
