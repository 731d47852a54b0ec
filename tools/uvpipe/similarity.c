/* Sums are taken about the first pair, so that layouts far from the origin lose no digits. */
#include "tools/uvpipe/similarity.h"

#include <math.h>
#include <string.h>

#define PICK_MOST 16 /* of equal triangles, each with each; at most the bits of a mask */
#define DEGREES (180 / 3.14159265358979323846)

bool uvp_print_view_of(struct uvp_span facts, struct uvp_print_view *view)
{
    const struct uvp_fingerprint *const print = (const void *)facts.data;
    size_t bytes = sizeof *print;

    if (facts.bytes < bytes) {
        return false;
    }
    bytes += sizeof(uint64_t) * (size_t)print->triangles;
    view->print = print;
    view->keys = (const void *)(facts.data + sizeof *print);
    view->uvs = print->has_uvs ? (const void *)(facts.data + bytes) : NULL;
    bytes += print->has_uvs ? 6 * sizeof(float) * (size_t)print->triangles : 0;
    return facts.bytes == bytes;
}

/* ---- one triangle after the other ---- */

/* Triangles that lie at the same place: usually one on each side. */
struct run {
    const float *a; /* six floats a triangle */
    const float *b;
    uint32_t count; /* that both have */
    uint32_t count_b;
};

typedef void run_function(void *ctx, const struct run *run);

static uint32_t run_length(const struct uvp_print_view *view, uint32_t from)
{
    uint32_t to = from + 1;

    while (to < view->print->triangles && view->keys[to] == view->keys[from]) {
        to++;
    }
    return to - from;
}

/* Keys ascend on both sides: equal ones are met together. Returns how many both have. */
static uint64_t each_run(const struct uvp_print_view *a, const struct uvp_print_view *b,
                         run_function *use, void *ctx)
{
    uint64_t common = 0;
    uint32_t i = 0;
    uint32_t k = 0;

    while (i < a->print->triangles && k < b->print->triangles) {
        const uint32_t count_a = run_length(a, i);
        const uint32_t count_b = run_length(b, k);
        const bool equal = a->keys[i] == b->keys[k];
        const bool a_first = a->keys[i] < b->keys[k];

        if (equal) {
            const struct run run = {
                .a = a->uvs == NULL ? NULL : a->uvs + 6 * (size_t)i,
                .b = b->uvs == NULL ? NULL : b->uvs + 6 * (size_t)k,
                .count = count_a < count_b ? count_a : count_b,
                .count_b = count_b,
            };
            common += run.count;
            if (run.a != NULL && run.b != NULL) {
                use(ctx, &run);
            }
        }
        i += equal || a_first ? count_a : 0;
        k += equal || !a_first ? count_b : 0;
    }
    return common;
}

static bool is_there(const float *uv)
{
    return isfinite(uv[0]) && isfinite(uv[1]);
}

/* ---- sums ---- */

struct sums {
    struct uvp_similarity *similarity;
    bool begun;
    bool ambiguous;
    double a0[2]; /* the first pair */
    double b0[2];
    double a[2];
    double b[2];
    double aa;  /* |a|^2 */
    double dot; /* re of b conj(a) */
    double cross;
    double mirror_dot; /* re of b a */
    double mirror_cross;
};

static void add_pair(struct sums *sums, const float *a, const float *b)
{
    double x[2];
    double y[2];

    if (!is_there(a) || !is_there(b)) {
        return;
    }
    for (int axis = 0; axis < 2; axis++) {
        sums->a0[axis] = sums->begun ? sums->a0[axis] : (double)a[axis];
        sums->b0[axis] = sums->begun ? sums->b0[axis] : (double)b[axis];
        x[axis] = (double)a[axis] - sums->a0[axis];
        y[axis] = (double)b[axis] - sums->b0[axis];
        sums->a[axis] += x[axis];
        sums->b[axis] += y[axis];
    }
    sums->begun = true;
    sums->aa += x[0] * x[0] + x[1] * x[1];
    sums->dot += y[0] * x[0] + y[1] * x[1];
    sums->cross += y[1] * x[0] - y[0] * x[1];
    sums->mirror_dot += y[0] * x[0] - y[1] * x[1];
    sums->mirror_cross += y[1] * x[0] + y[0] * x[1];
    sums->similarity->corners++;
}

/* Which of several at one place is whose is not known yet: they have no say in the fit. */
static void add_run(void *ctx, const struct run *run)
{
    struct sums *const sums = ctx;

    if (run->count > 1 || run->count_b > 1) {
        sums->ambiguous = true;
        return;
    }
    for (int k = 0; k < 3; k++) {
        add_pair(sums, run->a + 2 * k, run->b + 2 * k);
    }
}

/* ... unless there are no others. */
static void add_run_in_order(void *ctx, const struct run *run)
{
    for (size_t k = 0; k < 3 * (size_t)run->count; k++) {
        add_pair(ctx, run->a + 2 * k, run->b + 2 * k);
    }
}

/* ---- the fit ---- */

struct fit {
    double z[2]; /* the complex factor */
    double t[2];
    bool mirrored;
    struct uvp_similarity *similarity;
    double squares;
};

static void map_point(const struct fit *fit, double u, double v, double to[2])
{
    const double w = fit->mirrored ? -v : v;

    to[0] = fit->z[0] * u - fit->z[1] * w + fit->t[0];
    to[1] = fit->z[0] * w + fit->z[1] * u + fit->t[1];
}

/* Least squares: z = cov(b, a) / var(a); whichever hand explains more of b. */
static void solve(const struct sums *sums, struct fit *fit)
{
    const double n = (double)sums->similarity->corners;
    const double var = sums->aa - (sums->a[0] * sums->a[0] + sums->a[1] * sums->a[1]) / n;
    const double dot = sums->dot - (sums->b[0] * sums->a[0] + sums->b[1] * sums->a[1]) / n;
    const double cross = sums->cross - (sums->b[1] * sums->a[0] - sums->b[0] * sums->a[1]) / n;
    const double m_dot =
        sums->mirror_dot - (sums->b[0] * sums->a[0] - sums->b[1] * sums->a[1]) / n;
    const double m_cross =
        sums->mirror_cross - (sums->b[1] * sums->a[0] + sums->b[0] * sums->a[1]) / n;
    double at[2];

    fit->mirrored = m_dot * m_dot + m_cross * m_cross > dot * dot + cross * cross;
    fit->z[0] = var > 0 ? (fit->mirrored ? m_dot : dot) / var : 1;
    fit->z[1] = var > 0 ? (fit->mirrored ? m_cross : cross) / var : 0;
    fit->t[0] = 0;
    fit->t[1] = 0;
    map_point(fit, sums->a0[0] + sums->a[0] / n, sums->a0[1] + sums->a[1] / n, at);
    fit->t[0] = sums->b0[0] + sums->b[0] / n - at[0];
    fit->t[1] = sums->b0[1] + sums->b[1] / n - at[1];
}

static double apart(const struct fit *fit, const float *a, const float *b)
{
    double at[2];

    map_point(fit, (double)a[0], (double)a[1], at);
    return hypot((double)b[0] - at[0], (double)b[1] - at[1]);
}

/* Of a triangle; corners without UVs on either side are left out. */
static double most_apart(const struct fit *fit, const float *a, const float *b)
{
    double most = 0;

    for (int k = 0; k < 3; k++) {
        if (is_there(a + 2 * k) && is_there(b + 2 * k)) {
            most = fmax(most, apart(fit, a + 2 * k, b + 2 * k));
        }
    }
    return most;
}

static void measure_pair(struct fit *fit, const float *a, const float *b)
{
    struct uvp_similarity *const found = fit->similarity;

    for (int k = 0; k < 3; k++, a += 2, b += 2) {
        if (!is_there(a) || !is_there(b)) {
            found->lost += is_there(a) ? 1 : 0;
            found->gained += is_there(b) ? 1 : 0;
            continue;
        }
        const double rest = apart(fit, a, b);
        fit->squares += rest * rest;
        found->most = fmax(found->most, rest);
        found->direct_most = fmax(found->direct_most, hypot((double)b[0] - (double)a[0],
                                                            (double)b[1] - (double)a[1]));
        found->corners++;
    }
}

/* The one of those that are left that lies nearest; the run is short enough to look at all. */
static uint32_t nearest(const struct fit *fit, const float *a, const struct run *run,
                        uint64_t taken)
{
    uint32_t best = 0;
    double least = HUGE_VAL;

    for (uint32_t k = 0; k < run->count_b; k++) {
        const double rest =
            (taken >> k & 1) != 0 ? HUGE_VAL : most_apart(fit, a, run->b + 6 * (size_t)k);
        if (rest < least) {
            least = rest;
            best = k;
        }
    }
    return best;
}

static void measure_run(void *ctx, const struct run *run)
{
    struct fit *const fit = ctx;
    uint64_t taken = 0;

    for (uint32_t i = 0; i < run->count; i++) {
        const float *const a = run->a + 6 * (size_t)i;
        const bool pick = run->count_b > 1 && run->count_b <= PICK_MOST;
        const uint32_t k = pick ? nearest(fit, a, run, taken) : i;

        taken |= pick ? UINT64_C(1) << k : 0;
        measure_pair(fit, a, run->b + 6 * (size_t)k);
    }
}

void uvp_similarity_find(const struct uvp_print_view *a, const struct uvp_print_view *b,
                         struct uvp_similarity *similarity)
{
    struct uvp_similarity first = {0}; /* how many have a say */
    struct sums sums = {.similarity = &first};
    struct fit fit = {.similarity = similarity, .z = {1, 0}};

    memset(similarity, 0, sizeof *similarity);
    similarity->common = each_run(a, b, add_run, &sums);
    similarity->missing = a->print->triangles - similarity->common;
    similarity->extra = b->print->triangles - similarity->common;
    if (first.corners == 0 && sums.ambiguous) {
        (void)each_run(a, b, add_run_in_order, &sums);
    }
    if (first.corners != 0) {
        solve(&sums, &fit);
    }
    (void)each_run(a, b, measure_run, &fit);
    similarity->mean =
        similarity->corners == 0 ? 0 : sqrt(fit.squares / (double)similarity->corners);
    similarity->scale = hypot(fit.z[0], fit.z[1]);
    similarity->degrees = atan2(fit.z[1], fit.z[0]) * DEGREES;
    similarity->offset[0] = fit.t[0];
    similarity->offset[1] = fit.t[1];
    similarity->mirrored = fit.mirrored;
}
