/*
 * Where does a chart fit? All places of a row are tested at once: bit x of a word row is set
 * when the chart at x would hit something. A run of n cells costs two shifted ORs, because for
 * every power of two the page keeps, for each x, whether any of the next 2^k cells is taken.
 *
 * Places from which the chart would leave the page are blocked before anything is tested. So
 * what a shift brings in from behind the end of a row does no harm, whatever it is.
 */
#include "stages/unwrapper/atlas/page.h"

#include <string.h>

#define PAGE_WORDS (UVP_PAGE_CELLS / 64)
#define ALWAYS_INLINE inline __attribute__((always_inline))

static uint64_t *page_row(const struct uvp_page *page, uint32_t level, int32_t row)
{
    return page->bits + ((size_t)level * (size_t)page->room + (size_t)row) * page->words;
}

enum uvp_code uvp_page_take(struct uvp_atlas_work *work, int32_t room, struct uvp_page *page)
{
    *page = (struct uvp_page){.room = room};
    page->words = (uint32_t)(room + 63) / 64;
    while (1 << page->levels <= room && page->levels < UVP_PAGE_LEVELS) {
        page->levels++;
    }
    /* a probe may look two rows beyond the last one's end */
    const size_t words =
        (size_t)page->levels * (size_t)room * page->words + 2 * (size_t)page->words;
    UVP_TAKE(work, page->bits, words);
    UVP_TAKE(work, page->longest, (size_t)room);
    UVP_TAKE(work, page->longest_at, (size_t)room);
    memset(page->bits, 0, words * sizeof *page->bits);
    return UVP_OK;
}

void uvp_page_clear(struct uvp_page *page, int32_t width, int32_t height)
{
    page->width = width;
    page->height = height;
    page->first_place = 0;
    page->last_place = width;
    for (uint32_t k = 0; k < page->levels; k++) {
        memset(page_row(page, k, 0), 0, (size_t)height * page->words * sizeof *page->bits);
    }
    for (int32_t row = 0; row < height; row++) {
        page->longest[row] = (int16_t)width;
        page->longest_at[row] = 0;
    }
    page->steps += (uint64_t)height * page->levels * page->words / 4;
}

void uvp_page_window(struct uvp_page *page, int32_t first, int32_t last)
{
    page->first_place = first;
    page->last_place = last;
}

/* ---- taking cells ---- */

/* to[x] = from[x] | from[x + shift] */
static ALWAYS_INLINE void spread(const uint64_t *from, uint64_t *to, uint32_t words,
                                 uint32_t shift)
{
    const uint32_t skip = shift / 64;
    const uint32_t bits = shift % 64;

    for (uint32_t i = 0; i < words; i++) {
        to[i] = from[i] | from[i + skip] >> bits | from[i + skip + 1] << 1 << (63 - bits);
    }
}

static ALWAYS_INLINE void spread_rows(const struct uvp_page *page, int32_t first, int32_t end,
                                      uint32_t words)
{
    for (uint32_t k = 1; k < page->levels; k++) {
        const uint64_t *from = page_row(page, k - 1, first);
        uint64_t *to = page_row(page, k, first);
        for (int32_t row = first; row < end; row++, from += words, to += words) {
            spread(from, to, words, 1U << (k - 1));
        }
    }
}

static void find_longest(struct uvp_page *page, int32_t at)
{
    const uint64_t *const row = page_row(page, 0, at);
    const int32_t side = page->width;
    int32_t longest = 0;
    int32_t longest_at = 0;
    int32_t x = 0;

    while (x < side) {
        const uint64_t open = ~row[x >> 6] >> (x & 63);
        int32_t start;
        if (open == 0) {
            x = (x | 63) + 1;
            continue;
        }
        x += __builtin_ctzll(open);
        start = x;
        while (x < side) {
            const uint64_t taken = row[x >> 6] >> (x & 63);
            if (taken != 0) {
                x += __builtin_ctzll(taken);
                break;
            }
            x = (x | 63) + 1;
        }
        x = x < side ? x : side;
        if (x - start > longest) {
            longest = x - start;
            longest_at = start;
        }
    }
    page->longest[at] = (int16_t)longest;
    page->longest_at[at] = (int16_t)longest_at;
}

void uvp_page_mark(struct uvp_page *page, const struct uvp_mask *mask, int32_t pad, int32_t x,
                   int32_t y)
{
    for (uint32_t i = 0; i < mask->touched_count; i++) {
        const struct uvp_run run = mask->touched[i];
        const int32_t row = y + pad + run.row;
        const int32_t at = page->longest_at[row];
        uvp_row_set(page_row(page, 0, row), x + pad + run.from, x + pad + run.to);
        if (x + pad + run.from < at + page->longest[row] && x + pad + run.to >= at) {
            page->longest[row] = -1;
        }
    }
    page->steps += 4 * (uint64_t)mask->touched_count + 20;
}

void uvp_page_settle(struct uvp_page *page, int32_t first, int32_t end)
{
    switch (page->words) {
    case 2:
        spread_rows(page, first, end, 2);
        break;
    case 4:
        spread_rows(page, first, end, 4);
        break;
    case 8:
        spread_rows(page, first, end, 8);
        break;
    default:
        spread_rows(page, first, end, page->words);
        break;
    }
    for (int32_t row = first; row < end; row++) {
        if (page->longest[row] < 0) {
            find_longest(page, row);
        }
    }
    page->steps += (uint64_t)(end - first) * (2 * page->levels * page->words + 10) + 100;
}

/* ---- finding ---- */

/* blocked |= row >> shift; returns whether all of it is blocked. */
static ALWAYS_INLINE bool block(uint64_t *blocked, const uint64_t *from, uint32_t shift,
                                uint32_t words)
{
    uint64_t all = ~UINT64_C(0);

    for (uint32_t i = 0; i < words; i++) {
        blocked[i] |= from[i] >> shift | from[i + 1] << 1 << (63 - shift);
        all &= blocked[i];
    }
    return all == ~UINT64_C(0);
}

/* Blocks all places from which the mask would leave the page. */
static ALWAYS_INLINE void block_beyond(const struct uvp_page *page, const struct uvp_mask *mask,
                                       uint64_t *beyond, uint32_t words)
{
    const int32_t last = page->width - mask->across;
    const int32_t places = (last < page->last_place ? last : page->last_place) + 1;

    for (uint32_t i = 0; i < words; i++) {
        const int32_t left = places - (int32_t)(64 * i);
        const int32_t skip = page->first_place - (int32_t)(64 * i);
        beyond[i] = left <= 0 ? ~UINT64_C(0) : left >= 64 ? 0 : ~UINT64_C(0) << left;
        beyond[i] |= skip <= 0 ? 0 : skip >= 64 ? ~UINT64_C(0) : ~(~UINT64_C(0) << skip);
    }
}

/*
 * The next place, up to `limit`, at which every row of every band has a free run that is long
 * enough. A row that has not rules out all places whose band it lies in; so each row is looked
 * at once a band: `seen` counts them.
 */
static ALWAYS_INLINE int32_t skip_rows(const struct uvp_page *page, const struct uvp_mask *mask,
                                       int32_t *seen, int32_t row, int32_t limit)
{
    bool moved = true;

    while (moved) {
        moved = false;
        for (uint32_t b = 0; b < UVP_MASK_BANDS; b++) {
            const struct uvp_band band = mask->band[b];
            int32_t at = seen[b] > row + band.first ? seen[b] : row + band.first;
            for (; at <= row + band.last && row <= limit; at++) {
                if (page->longest[at] < band.least) {
                    row = at - band.first + 1;
                    moved = true;
                }
            }
            seen[b] = at;
        }
    }
    return row;
}

static ALWAYS_INLINE bool find_free(const uint64_t *blocked, uint32_t words, int32_t *x)
{
    for (uint32_t i = 0; i < words; i++) {
        if (blocked[i] != ~UINT64_C(0)) {
            *x = (int32_t)(64 * i) + __builtin_ctzll(~blocked[i]);
            return true;
        }
    }
    return false;
}

/* The loop of uvp_page_find for one width of page, known when compiled for the usual ones. */
static ALWAYS_INLINE bool find(struct uvp_page *page, const struct uvp_mask *mask,
                               int32_t first, int32_t limit, int32_t *x, int32_t *y,
                               uint32_t words)
{
    uint64_t beyond[PAGE_WORDS];
    int32_t seen[UVP_MASK_BANDS] = {0};
    uint32_t killer =
        0; /* the probe that blocked the last row often blocks the next one, too */
    uint64_t tests = 0;
    bool found = false;
    int32_t row = skip_rows(page, mask, seen, first, limit);

    block_beyond(page, mask, beyond, words);
    for (; row <= limit; row = skip_rows(page, mask, seen, row + 1, limit)) {
        const uint64_t *const base = page->bits + (size_t)row * words;
        uint64_t blocked[PAGE_WORDS];
        bool full;
        memcpy(blocked, beyond, words * sizeof *blocked);
        full =
            block(blocked, base + mask->probe[killer].word, mask->probe[killer].shift, words);
        for (uint32_t i = 0; i < mask->probe_count && !full; i++) {
            const struct uvp_probe probe = mask->probe[i];
            full = block(blocked, base + probe.word, probe.shift, words);
            killer = full ? i : killer;
            tests++;
        }
        tests++;
        if (!full && find_free(blocked, words, x)) {
            *y = row;
            found = true;
            break;
        }
    }
    page->steps += 60 + (uint64_t)(row - first) * 4 + tests * (4 + words);
    return found;
}

bool uvp_page_find(struct uvp_page *page, const struct uvp_mask *mask, int32_t first,
                   int32_t limit, int32_t *x, int32_t *y)
{
    if (first > limit || mask->across > page->width) {
        return false;
    }
    switch (page->words) {
    case 2:
        return find(page, mask, first, limit, x, y, 2);
    case 4:
        return find(page, mask, first, limit, x, y, 4);
    case 8:
        return find(page, mask, first, limit, x, y, 8);
    case 16:
        return find(page, mask, first, limit, x, y, 16);
    default:
        return find(page, mask, first, limit, x, y, page->words);
    }
}
