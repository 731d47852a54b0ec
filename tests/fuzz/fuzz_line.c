/*
 * Members of every format through the whole line, in one thread. The bytes say how it is run
 * and what the members hold; the archive around them is made here, so that it is always whole.
 * Each member has one outcome, what was not unwrapped is bit for bit what it was, and a second
 * run changes nothing. One input in eight is an archive by itself, of any bytes.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "formats/mesh/format.h"
#include "tests/support/line/line_run.h"

#define MOST_MEMBERS 12
#define MOST_BYTES ((size_t)64 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

struct member {
    char name[64];
    struct uvp_span body;
};

static void require(bool fact)
{
    if (!fact) {
        abort();
    }
}

/* "m3.obj"; a number beyond the formats gives what glTF files may lie beside. */
static void name_member(struct member *member, unsigned number, unsigned kind)
{
    const struct uvp_format *const *const formats = uvp_formats();
    unsigned count = 0;

    while (formats[count] != NULL) {
        count++;
    }
    kind %= count + 1;
    if (kind == count) {
        (void)snprintf(member->name, sizeof member->name, "beside%u.bin", number);
    } else {
        (void)snprintf(member->name, sizeof member->name, "m%u%s", number,
                       formats[kind]->suffixes[0]);
    }
}

/* Each member: its kind, two bytes of its length, its bytes. */
static unsigned read_members(struct uvp_span bytes, struct member *members)
{
    unsigned count = 0;

    while (count < MOST_MEMBERS && bytes.bytes >= 3) {
        const size_t left = bytes.bytes - 3;
        const size_t asked = (size_t)bytes.data[1] | (size_t)bytes.data[2] << 8;
        const size_t taken = asked < left ? asked : left;
        name_member(&members[count], count, bytes.data[0]);
        members[count].body = uvp_span_of(bytes.data + 3, taken);
        bytes = uvp_span_of(bytes.data + 3 + taken, left - taken);
        count++;
    }
    return count;
}

static struct uvp_settings settings_of(uint8_t choices)
{
    struct uvp_settings settings = {.record_passed = true};

    settings.atlas.preset = UVP_ATLAS_FAST;
    settings.mesh.existing = choices & 1 ? UVP_EXISTING_REPLACE : UVP_EXISTING_SKIP;
    settings.mesh.ply_uv = choices & 2 ? UVP_PLY_WEDGE : UVP_PLY_VERTEX;
    settings.mesh.off = choices & 2 ? UVP_ROOMLESS_STOFF : UVP_ROOMLESS_BESIDE;
    settings.mesh.stl_to = (enum uvp_companion)(choices >> 2 & 3) % 3;
    settings.mesh.uv_type = choices & 16 ? UVP_UV_U16 : UVP_UV_FLOAT;
    return settings;
}

static void run(struct line_run *line, const void *const *input, const size_t *bytes,
                const struct uvp_settings *settings)
{
    memset(line, 0, sizeof *line);
    line->inputs = input;
    line->input_bytes = bytes;
    line->input_count = 1;
    line->options.readers = 1;
    line->settings = *settings;
    line_run(line);
    require(line->leaked_bytes == 0);
}

static void check_member(const struct member *member, const struct line_run *line)
{
    const struct line_record *const record = line_run_record(line, member->name);
    const unsigned char *found;
    size_t bytes = 0;

    require(record != NULL);
    require(record->status == UVP_MEMBER_UNWRAPPED || record->status == UVP_MEMBER_PASSED ||
            record->status == UVP_MEMBER_FAILED);
    require(record->code != UVP_BUG);
    found = tar_bytes_find(line->output, line->output_bytes, member->name, &bytes);
    require(found != NULL);
    if (record->status != UVP_MEMBER_UNWRAPPED) {
        require(uvp_span_equal(uvp_span_of(found, bytes), member->body));
    }
}

/* What has UVs now is left alone; what has no room for them is not asked for. */
static void run_again(const struct line_run *first)
{
    struct uvp_settings settings = settings_of(0);
    const void *const input = first->output;
    struct line_run again;

    settings.mesh.stl = UVP_ROOMLESS_PASS;
    settings.mesh.off = UVP_ROOMLESS_PASS;
    run(&again, &input, &first->output_bytes, &settings);
    require(again.code == UVP_END);
    require(again.output_bytes == first->output_bytes &&
            memcmp(again.output, first->output, first->output_bytes) == 0);
    line_run_release(&again);
}

static void try_members(struct uvp_span bytes, const struct uvp_settings *settings)
{
    struct member members[MOST_MEMBERS];
    const unsigned count = read_members(bytes, members);
    struct tar_bytes tar = {0};
    const void *input;
    struct line_run line;

    for (unsigned i = 0; i < count; i++) {
        tar_bytes_add(&tar, members[i].name, members[i].body.data, members[i].body.bytes);
    }
    tar_bytes_end(&tar);
    input = tar.data;
    run(&line, &input, &tar.bytes, settings);
    require(line.code == UVP_END && line.records == count);
    for (unsigned i = 0; i < count; i++) {
        check_member(&members[i], &line);
    }
    run_again(&line);
    line_run_release(&line);
    tar_bytes_release(&tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    if (bytes >= 2 && bytes <= MOST_BYTES) {
        const struct uvp_settings settings = settings_of(data[0]);

        if (data[0] >> 5 == 7) {
            const void *const input = data + 1;
            const size_t input_bytes = bytes - 1;
            struct line_run line;
            run(&line, &input, &input_bytes, &settings);
            require(line.code != UVP_OK && line.code != UVP_BUG);
            line_run_release(&line);
        } else {
            try_members(uvp_span_of(data + 1, bytes - 1), &settings);
        }
    }
    return 0;
}
