#include "tools/uvpipe/outbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "pipeline/base/clock.h"

#define FLUSH_BYTES ((size_t)64 << 10)

static enum uvp_code fail_writing(const struct uvp_outbox *outbox, struct uvp_error *err)
{
    return uvp_fail_sys(err, UVP_IO, errno, 0,
                        outbox->is_stdout ? "cannot write to stdout"
                                          : "cannot write the report");
}

static enum uvp_code write_text(struct uvp_outbox *outbox, struct uvp_error *err)
{
    const unsigned char *data = outbox->text.data;
    size_t left = outbox->text.bytes;

    while (left > 0) {
        const ssize_t written = write(outbox->fd, data, left);
        if (written < 0 && errno != EINTR) {
            return fail_writing(outbox, err);
        }
        if (written > 0) {
            data += written;
            left -= (size_t)written;
        }
    }
    uvp_buf_reset(&outbox->text);
    outbox->written_ns = uvp_clock_now_ns();
    return UVP_OK;
}

void uvp_outbox_init(struct uvp_outbox *outbox, struct uvp_mem *mem)
{
    memset(outbox, 0, sizeof *outbox);
    uvp_buf_init(&outbox->text, mem, 0);
    outbox->fd = -1;
}

enum uvp_code uvp_outbox_open(struct uvp_outbox *outbox, const char *path,
                              struct uvp_error *err)
{
    outbox->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (outbox->fd < 0) {
        return uvp_fail_sys(err, UVP_IO, errno, 0, "cannot create the report %s", path);
    }
    outbox->name = path;
    outbox->terminal = isatty(outbox->fd) != 0;
    outbox->written_ns = uvp_clock_now_ns();
    return UVP_OK;
}

void uvp_outbox_take_stdout(struct uvp_outbox *outbox)
{
    outbox->fd = STDOUT_FILENO;
    outbox->name = "stdout";
    outbox->is_stdout = true;
    outbox->terminal = isatty(outbox->fd) != 0;
    outbox->written_ns = uvp_clock_now_ns();
}

void uvp_outbox_take_stderr(struct uvp_outbox *outbox)
{
    outbox->fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    outbox->name = outbox->fd < 0 ? NULL : "stderr";
    outbox->terminal = true;
}

void uvp_outbox_take_file(struct uvp_outbox *outbox, int fd, const char *name)
{
    outbox->fd = fd;
    outbox->name = name;
    outbox->terminal = isatty(fd) != 0;
    outbox->written_ns = uvp_clock_now_ns();
}

bool uvp_outbox_is_silent(const struct uvp_outbox *outbox)
{
    return outbox->name == NULL || outbox->failure.code != UVP_OK;
}

void uvp_outbox_add(struct uvp_outbox *outbox, const char *piece)
{
    enum uvp_code code = UVP_OK;

    if (!uvp_outbox_is_silent(outbox)) {
        code = uvp_buf_append(&outbox->text, piece, strlen(piece), &outbox->failure);
    }
    (void)code; /* kept in outbox->failure */
}

void uvp_outbox_line(struct uvp_outbox *outbox)
{
    const uint64_t now = uvp_clock_now_ns();

    if (uvp_outbox_is_silent(outbox)) {
        return;
    }
    if (outbox->terminal || outbox->text.bytes >= FLUSH_BYTES ||
        now - outbox->written_ns >= UVP_NS_PER_S) {
        (void)write_text(outbox, &outbox->failure);
    }
}

enum uvp_code uvp_outbox_close(struct uvp_outbox *outbox, struct uvp_error *err)
{
    enum uvp_code code = outbox->failure.code;

    if (outbox->name != NULL && code == UVP_OK) {
        code = write_text(outbox, &outbox->failure);
    }
    if (outbox->fd >= 0 && close(outbox->fd) != 0 && code == UVP_OK) {
        code = fail_writing(outbox, &outbox->failure);
    }
    if (code != UVP_OK && err != NULL && err->code == UVP_OK) {
        *err = outbox->failure;
    }
    uvp_buf_release(&outbox->text);
    outbox->fd = -1;
    outbox->name = NULL;
    return code;
}
