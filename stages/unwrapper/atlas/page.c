/*
 * Where does a chart fit? All places of a row are tested at once: bit x of a word row is set
 * when the chart at x would hit something. A run of n cells costs two shifted ORs, because for
 * every power of two the page keeps, for each x, whether any of the next 2^k cells is taken.
 */
#include <string.h>

#include "stages/unwrapper/atlas/raster.h"

#define PAGE_WORDS (UVP_PAGE_CELLS / 64)
#define ALWAYS_INLINE inline __attribute__((always_inline))

static uint64_t *page_row(const struct uvp_page *page, uint32_t level, int32_t row)
{
    return page->bits + ((size_t)level * (size_t)page->room + (size_t)row) * page->stride;
}

enum uvp_code uvp_page_take(struct uvp_atlas_work *work, int32_t room, struct uvp_page *page)
{
    *page = (struct uvp_page){.room = room};
    page->words = (uint32_t)(room + 63) / 64;
    page->stride = page->words + 1;
    while (1 << page->levels <= room && page->levels < UVP_PAGE_LEVELS) {
        page->levels++;
    }
    UVP_TAKE(work, page->bits, (size_t)page->levels * (size_t)room * page->stride);
    UVP_TAKE(work, page->longest, (size_t)room);
    return UVP_OK;
}

/* to[x] = from[x] | from[x + shift]; beyond the row everything is taken. */
static void spread(const uint64_t *from, uint64_t *to, uint32_t words, uint32_t shift)
{
    const uint32_t skip = shift / 64;
    const uint32_t bits = shift % 64;

    for (uint32_t i = 0; i < words; i++) {
        const uint64_t a = i + skip < words ? from[i + skip] : ~UINT64_C(0);
        const uint64_t b = i + skip + 1 < words ? from[i + skip + 1] : ~UINT64_C(0);
        to[i] = from[i] | (bits == 0 ? a : a >> bits | b << (64 - bits));
    }
}

static void spread_row(const struct uvp_page *page, int32_t row)
{
    for (uint32_t k = 1; k < page->levels; k++) {
        spread(page_row(page, k - 1, row), page_row(page, k, row), page->words, 1U << (k - 1));
    }
}

void uvp_page_clear(struct uvp_page *page, int32_t side)
{
    page->side = side;
    for (uint32_t i = 0; i < page->words; i++) {
        const int32_t left = side - (int32_t)(64 * i);
        page_row(page, 0, 0)[i] = left <= 0    ? ~UINT64_C(0)
                                  : left >= 64 ? 0
                                               : ~UINT64_C(0) << left;
    }
    for (uint32_t k = 0; k < page->levels; k++) {
        page_row(page, k, 0)[page->words] = ~UINT64_C(0);
    }
    spread_row(page, 0);
    for (uint32_t k = 0; k < page->levels; k++) {
        for (int32_t row = 1; row < side; row++) {
            memcpy(page_row(page, k, row), page_row(page, k, 0),
                   page->stride * sizeof(uint64_t));
        }
    }
    for (int32_t row = 0; row < side; row++) {
        page->longest[row] = side;
    }
    page->steps += (uint64_t)side * page->levels * page->words;
}

static int32_t longest_free(const uint64_t *row, int32_t side)
{
    int32_t longest = 0;
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
        longest = x - start > longest ? x - start : longest;
    }
    return longest;
}

static void take_span(uint64_t *row, int32_t from, int32_t to)
{
    for (int32_t i = from >> 6; i <= to >> 6; i++) {
        const uint64_t low = i == from >> 6 ? ~UINT64_C(0) << (from & 63) : ~UINT64_C(0);
        const uint64_t high = i == to >> 6 ? ~UINT64_C(0) >> (63 - (to & 63)) : ~UINT64_C(0);
        row[i] |= low & high;
    }
}

void uvp_page_put(struct uvp_page *page, const struct uvp_mask *mask, int32_t pad, int32_t x,
                  int32_t y)
{
    for (uint32_t i = 0; i < mask->touched_count; i++) {
        const struct uvp_run run = mask->touched[i];
        take_span(page_row(page, 0, y + pad + run.row), x + pad + run.from, x + pad + run.to);
    }
    for (int32_t row = y + pad; row < y + pad + mask->height; row++) {
        spread_row(page, row);
        page->longest[row] = longest_free(page_row(page, 0, row), page->side);
    }
    page->steps += (uint64_t)(mask->height + 40) * 12 * page->words;
}

/* blocked |= row >> shift; returns whether all of it is blocked. */
static ALWAYS_INLINE bool block(uint64_t *blocked, const uint64_t *row, uint32_t words,
                                uint32_t shift)
{
    const uint32_t bits = shift & 63;
    const uint64_t *const from = row + (shift >> 6);
    const uint32_t inside = words - (shift >> 6);
    uint64_t all = ~UINT64_C(0);

    if (bits == 0) {
        for (uint32_t i = 0; i < inside; i++) {
            blocked[i] |= from[i];
            all &= blocked[i];
        }
    } else {
        /* the word behind a row is all ones */
        for (uint32_t i = 0; i < inside; i++) {
            blocked[i] |= from[i] >> bits | from[i + 1] << (64 - bits);
            all &= blocked[i];
        }
    }
    for (uint32_t i = inside; i < words; i++) {
        blocked[i] = ~UINT64_C(0);
    }
    return all == ~UINT64_C(0);
}

static ALWAYS_INLINE bool block_run(const struct uvp_page *page, uint64_t *blocked,
                                    struct uvp_run run, int32_t y, uint32_t words)
{
    const uint32_t length = (uint32_t)run.to - run.from + 1;
    const uint32_t level = 31 - (uint32_t)__builtin_clz(length);
    const uint64_t *const row = page_row(page, level, y + run.row);
    const uint32_t second = (uint32_t)run.to + 1 - (1U << level);
    const bool full = block(blocked, row, words, run.from);

    return second == run.from ? full : block(blocked, row, words, second);
}

/* Whether some of the mask's first runs are longer than what is free in their rows. */
static bool is_hopeless(const struct uvp_page *page, const struct uvp_mask *mask, int32_t y)
{
    const uint32_t looks = mask->test_count < 8 ? mask->test_count : 8;

    for (uint32_t i = 0; i < looks; i++) {
        if (mask->test[i].to - mask->test[i].from >= page->longest[y + mask->test[i].row]) {
            return true;
        }
    }
    return false;
}

/* Blocks all places from which the mask would leave the page. */
static ALWAYS_INLINE void block_beyond(const struct uvp_page *page, const struct uvp_mask *mask,
                                       uint64_t *beyond, uint32_t words)
{
    const int32_t places = page->side - mask->across + 1;

    for (uint32_t i = 0; i < words; i++) {
        const int32_t left = places - (int32_t)(64 * i);
        beyond[i] = left <= 0 ? ~UINT64_C(0) : left >= 64 ? 0 : ~UINT64_C(0) << left;
    }
}

/* The loop of uvp_page_find for one width of page, known when compiled for the usual ones. */
static ALWAYS_INLINE bool find(struct uvp_page *page, const struct uvp_mask *mask,
                               int32_t first, int32_t limit, int32_t *x, int32_t *y,
                               uint32_t words)
{
    uint64_t beyond[PAGE_WORDS];
    uint32_t killer = 0; /* the run that blocked the last row often blocks the next one, too */

    block_beyond(page, mask, beyond, words);
    for (int32_t row = first; row <= limit; row++) {
        uint64_t blocked[PAGE_WORDS];
        bool full;
        page->steps += words;
        if (is_hopeless(page, mask, row)) {
            continue;
        }
        memcpy(blocked, beyond, words * sizeof *blocked);
        full = block_run(page, blocked, mask->test[killer], row, words);
        page->steps += 2 * words;
        for (uint32_t i = 0; i < mask->test_count && !full; i++) {
            full = block_run(page, blocked, mask->test[i], row, words);
            page->steps += words;
            killer = full ? i : killer;
        }
        for (uint32_t i = 0; i < words && !full; i++) {
            if (blocked[i] != ~UINT64_C(0)) {
                *x = (int32_t)(64 * i) + __builtin_ctzll(~blocked[i]);
                *y = row;
                return true;
            }
        }
    }
    return false;
}

bool uvp_page_find(struct uvp_page *page, const struct uvp_mask *mask, int32_t first,
                   int32_t limit, int32_t *x, int32_t *y)
{
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
