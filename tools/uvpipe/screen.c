/*
 * Sequences: CSI K clears to the end of the line, CSI J to the end of the screen, CSI A goes a
 * line up, CSI ? 7 l and h: characters beyond the last column are lost instead of wrapped, for
 * the moment in which the terminal is narrower than it said.
 *
 * A terminal that became narrower has wrapped what stood there; the cursor stays at the
 * beginning of it, so that clearing what is below clears all.
 */
#include "tools/uvpipe/screen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLEAR_BELOW "\r\033[J"
#define LINE_BYTES 4096

void uvp_screen_write(int fd, const char *data, size_t bytes)
{
    while (bytes > 0) {
        const ssize_t written = write(fd, data, bytes);
        if (written < 0 && errno != EINTR) {
            return;
        }
        if (written > 0) {
            data += written;
            bytes -= (size_t)written;
        }
    }
}

struct uvp_screen_size uvp_screen_size(int fd)
{
    struct uvp_screen_size usual = {.columns = 80, .rows = 24};
    struct winsize size;

    if (ioctl(fd, TIOCGWINSZ, &size) != 0) {
        return usual;
    }
    usual.columns = size.ws_col != 0 ? size.ws_col : usual.columns;
    usual.rows = size.ws_row != 0 ? size.ws_row : usual.rows;
    return usual;
}

enum uvp_code uvp_screen_open(struct uvp_screen *screen, int fd, struct uvp_error *err)
{
    memset(screen, 0, sizeof *screen);
    UVP_TRY(uvp_mutex_init(&screen->mutex, err));
    screen->fd = fd;
    screen->open = true;
    return UVP_OK;
}

void uvp_screen_close(struct uvp_screen *screen)
{
    if (!screen->open) {
        return;
    }
    if (screen->bytes != 0) {
        uvp_screen_write(screen->fd, CLEAR_BELOW, sizeof CLEAR_BELOW - 1);
    }
    screen->open = false;
    uvp_mutex_release(&screen->mutex);
}

void uvp_screen_show(struct uvp_screen *screen, unsigned columns, const char *first,
                     const char *second)
{
    char status[UVP_SCREEN_STATUS_BYTES];
    const int wanted =
        second == NULL
            ? snprintf(status, sizeof status, "\r\033[?7l%s\033[J\r\033[?7h", first)
            : snprintf(status, sizeof status, "\r\033[?7l%s\033[K\r\n%s\033[J\r\033[A\033[?7h",
                       first, second);

    if (wanted <= 0 || (size_t)wanted >= sizeof status) {
        return;
    }
    uvp_mutex_lock(&screen->mutex);
    memcpy(screen->status, status, (size_t)wanted);
    screen->bytes = (size_t)wanted;
    screen->columns = columns;
    uvp_screen_write(screen->fd, status, (size_t)wanted);
    uvp_mutex_unlock(&screen->mutex);
}

void uvp_screen_line(struct uvp_screen *screen, const char *text, size_t bytes)
{
    char all[sizeof CLEAR_BELOW + LINE_BYTES + UVP_SCREEN_STATUS_BYTES];
    size_t used = 0;

    bytes = bytes < LINE_BYTES ? bytes : LINE_BYTES;
    uvp_mutex_lock(&screen->mutex);
    if (screen->bytes != 0) {
        memcpy(all, CLEAR_BELOW, sizeof CLEAR_BELOW - 1);
        used = sizeof CLEAR_BELOW - 1;
        if (uvp_screen_size(screen->fd).columns != screen->columns) {
            screen->bytes = 0; /* it does not fit any more; the next tick draws it anew */
        }
    }
    memcpy(all + used, text, bytes);
    used += bytes;
    memcpy(all + used, screen->status, screen->bytes);
    used += screen->bytes;
    uvp_screen_write(screen->fd, all, used);
    uvp_mutex_unlock(&screen->mutex);
}
