/*
 * webpage_rows.h -- members of a run as columns of numbers, for the page's table
 *
 * Why:     a hundred thousand rows are read by a browser in a blink when they are arrays. The
 *          page knows nothing of what a column means: a new one is a row of the table in
 *          webpage_rows.c.
 * Shape:   chunks of up to 1000 rows, each a script element with one object:
 *
 *              n      rows
 *              seq    number of the first when they count up by one, else an array
 *              name   names
 *              text   why each passed or failed, or what is worth knowing: places in `texts`, 0
 *                     is none
 *              texts  those
 *              input, status, format
 *                     places in lists of the page's last object; one number when all are alike
 *              cells  for each column an array of whole numbers, or what all rows have;
 *                     -1 is none
 *
 * Owner:   copies what it is given.
 * Threads: confined.
 * Limits:  one chunk is in memory: 1000 rows or 256 KiB of names and texts.
 */
#ifndef UVP_TOOLS_WEBPAGE_ROWS_H
#define UVP_TOOLS_WEBPAGE_ROWS_H

#include "stages/record.h"
#include "tools/uvpipe/options.h"
#include "tools/uvpipe/outbox.h"

#define UVP_WEBPAGE_CHUNK_ROWS 1000
#define UVP_WEBPAGE_FORMATS 32
#define UVP_WEBPAGE_COLUMNS 48
#define UVP_WEBPAGE_RECENT 8 /* texts that are not written twice */

/* How the page reads and shows a column's numbers. */
enum uvp_webpage_kind {
    UVP_WEBPAGE_COUNT,
    UVP_WEBPAGE_BYTES,
    UVP_WEBPAGE_TIME,  /* microseconds */
    UVP_WEBPAGE_RATIO, /* in 1/10000 */
    UVP_WEBPAGE_PART,  /* likewise, of 1 */
};

struct uvp_webpage_column {
    unsigned commands; /* that know it; UVP_FOR bits */
    const char *key;   /* what filters call it */
    const char *title;
    enum uvp_webpage_kind kind;
    bool detail; /* not in the table: only with the member that is looked at */
    int64_t (*value)(const struct uvp_record *record);
};

/* A text of the chunk at hand that may come again. */
struct uvp_webpage_text {
    size_t at; /* in the texts so far */
    size_t bytes;
    uint32_t number;
};

struct uvp_webpage_rows {
    struct uvp_outbox *outbox;
    struct uvp_mem *mem;
    const struct uvp_options *options;
    const struct uvp_webpage_column *columns[UVP_WEBPAGE_COLUMNS];
    uint32_t column_count;
    const char *formats[UVP_WEBPAGE_FORMATS]; /* static names, in the order of first use */
    uint32_t format_count;
    uint32_t last_input; /* where the input of the member before was found */
    uint32_t count;      /* rows of the chunk at hand */
    uint64_t total;
    struct uvp_outbox names; /* only their text is used: pieces of JSON that wait */
    struct uvp_outbox texts;
    uint32_t text_count;
    struct uvp_webpage_text recent[UVP_WEBPAGE_RECENT];
    uint64_t *seqs;
    int64_t *cells; /* column after column: the fixed four, then the others */
    size_t bytes;   /* of the block behind both */
};

UVP_MUST_USE enum uvp_code uvp_webpage_rows_init(struct uvp_webpage_rows *rows,
                                                 const struct uvp_options *options,
                                                 struct uvp_outbox *outbox, struct uvp_mem *mem,
                                                 struct uvp_error *err);
void uvp_webpage_rows_release(struct uvp_webpage_rows *rows); /* a zeroed one, too */

void uvp_webpage_rows_add(struct uvp_webpage_rows *rows, const struct uvp_record *record);

/* Writes the chunk at hand, if there is one. */
void uvp_webpage_rows_flush(struct uvp_webpage_rows *rows);

/* The members of the page's last object that say what columns, statuses and formats are. */
void uvp_webpage_rows_describe(const struct uvp_webpage_rows *rows);

#endif
