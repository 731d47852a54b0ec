/*
 * Days are counted from 1 March of year 0, as is usual: then the leap day is a year's last.
 */
#include "formats/archive/zip_metadata.h"

#include <archive_entry.h>
#include <sys/stat.h>

#define DAYS_TO_1970 INT64_C(719468) /* from 1 March of year 0 */
#define DAY_SECONDS INT64_C(86400)
#define MADE_BY_UNIX 3u
#define MADE_BY_MACOS 19u

uint32_t uvp_zip_mode_of(uint16_t made_by, uint32_t external)
{
    const unsigned system = made_by >> 8;

    return system == MADE_BY_UNIX || system == MADE_BY_MACOS ? external >> 16 : 0;
}

static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    const int64_t from_march = month > 2 ? month - 3 : month + 9;
    const int64_t y = month > 2 ? year : year - 1;

    return y * 365 + y / 4 - y / 100 + y / 400 + (153 * from_march + 2) / 5 + day - 1 -
           DAYS_TO_1970;
}

bool uvp_zip_dos_to_unix(uint16_t time, uint16_t date, int64_t *seconds)
{
    const unsigned month = date >> 5 & 15;
    const unsigned day = date & 31;
    const unsigned hour = time >> 11;
    const unsigned minute = time >> 5 & 63;
    const unsigned second = (time & 31u) * 2;

    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    *seconds = days_of(1980 + (date >> 9), month, day) * DAY_SECONDS +
               (int64_t)(hour * 3600 + minute * 60 + second);
    return true;
}

void uvp_zip_unix_to_dos(int64_t seconds, uint16_t *time, uint16_t *date)
{
    const int64_t first = days_of(1980, 1, 1) * DAY_SECONDS;
    const int64_t last = days_of(2108, 1, 1) * DAY_SECONDS - 2;
    int64_t day;
    int64_t century;
    int64_t year;
    int64_t month;
    int64_t rest;

    seconds = seconds < first ? first : seconds > last ? last : seconds;
    day = seconds / DAY_SECONDS + DAYS_TO_1970;
    rest = seconds % DAY_SECONDS;
    /* Of what is left of 400 years: centuries, then years, each with its leap day last. */
    century = day / 146097;
    day %= 146097;
    year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= year * 365 + year / 4 - year / 100;
    month = (5 * day + 2) / 153;
    day = day - (153 * month + 2) / 5 + 1;
    year += century * 400 + (month >= 10 ? 1 : 0);
    month = month < 10 ? month + 3 : month - 9;
    *date = (uint16_t)((year - 1980) << 9 | month << 5 | day);
    *time = (uint16_t)(rest / 3600 << 11 | rest / 60 % 60 << 5 | rest % 60 / 2);
}

static void set_times(struct archive_entry *made, const struct uvp_zip_about *about)
{
    const struct uvp_span times = uvp_zip_extra_find(about->extras, UVP_ZIP_EXTRA_TIMES);
    int64_t seconds;
    size_t at = 1;

    if (uvp_zip_dos_to_unix(about->dos_time, about->dos_date, &seconds)) {
        archive_entry_set_mtime(made, (time_t)seconds, 0);
    }
    for (unsigned bit = 0; bit < 3 && times.bytes >= 1; bit++) {
        if ((times.data[0] >> bit & 1) == 0 || times.bytes - at < 4) {
            continue;
        }
        seconds = (int32_t)uvp_zip_u32(times.data + at);
        at += 4;
        if (bit == 0) {
            archive_entry_set_mtime(made, (time_t)seconds, 0);
        } else if (bit == 1) {
            archive_entry_set_atime(made, (time_t)seconds, 0);
        }
    }
}

/* An owner number of any width up to 8 bytes; *at steps over it. */
static bool read_owner(struct uvp_span field, size_t *at, uint64_t *id)
{
    size_t bytes;

    if (field.bytes - *at < 1) {
        return false;
    }
    bytes = field.data[*at];
    if (bytes > 8 || field.bytes - *at - 1 < bytes) {
        return false;
    }
    *id = 0;
    for (size_t i = bytes; i-- > 0;) {
        *id = *id << 8 | field.data[*at + 1 + i];
    }
    *at += 1 + bytes;
    return *id <= UINT32_MAX;
}

static void set_owner(struct archive_entry *made, struct uvp_span extras)
{
    const struct uvp_span field = uvp_zip_extra_find(extras, UVP_ZIP_EXTRA_OWNER);
    size_t at = 1;
    uint64_t uid;
    uint64_t gid;

    if (field.bytes >= 1 && field.data[0] == 1 && read_owner(field, &at, &uid) &&
        read_owner(field, &at, &gid)) {
        archive_entry_set_uid(made, (la_int64_t)uid);
        archive_entry_set_gid(made, (la_int64_t)gid);
    }
}

static void set_type(struct archive_entry *made, const struct uvp_zip_about *about)
{
    static const struct {
        unsigned type;
        unsigned mode;
    } usual[] = {
        [UVP_ENTRY_FILE] = {AE_IFREG, 0644},
        [UVP_ENTRY_FOLDER] = {AE_IFDIR, 0755},
        [UVP_ENTRY_LINK] = {AE_IFLNK, 0777},
        [UVP_ENTRY_OTHER] = {AE_IFREG, 0644},
    };
    const uint32_t type = about->mode & S_IFMT;

    archive_entry_set_filetype(made,
                               about->type == UVP_ENTRY_OTHER ? type : usual[about->type].type);
    archive_entry_set_perm(made, about->mode != 0 ? (__LA_MODE_T)(about->mode & 07777)
                                                  : (__LA_MODE_T)usual[about->type].mode);
}

enum uvp_code uvp_zip_metadata_make(const struct uvp_zip_about *about,
                                    struct archive_entry **metadata, struct uvp_error *err)
{
    struct archive_entry *const made = archive_entry_new();

    if (made == NULL) {
        return uvp_fail_memory(err, 0);
    }
    archive_entry_copy_pathname(made, about->path);
    set_type(made, about);
    set_times(made, about);
    set_owner(made, about->extras);
    if (about->type == UVP_ENTRY_LINK) {
        archive_entry_set_size(made, 0);
        if (about->link != NULL) {
            archive_entry_copy_symlink(made, about->link);
        }
    } else if (about->size_known) {
        archive_entry_set_size(made, (la_int64_t)about->size_bytes);
    }
    *metadata = made;
    return UVP_OK;
}
