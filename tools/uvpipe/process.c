#include "tools/uvpipe/process.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tools/uvpipe/tint.h"

#ifdef __GLIBC__
#    include <malloc.h>

/*
 * Blocks and arenas come and go by the megabyte. Left alone, malloc gives each back to the
 * system and faults it in again; with these the heap keeps some slack, and few arenas share it.
 */
static void set_up_malloc(void)
{
    /* What is large is either recycled here or given back at once: a heap that keeps freed
     * pieces of many sizes grows with the length of the stream. */
    (void)mallopt(M_TOP_PAD, 256 << 10);
    (void)mallopt(M_TRIM_THRESHOLD, 4 << 20);
    (void)mallopt(M_MMAP_THRESHOLD, 128 << 10);
    (void)mallopt(M_ARENA_MAX, 4);
}
#else
static void set_up_malloc(void)
{
}
#endif

/*
 * Started with 0, 1 or 2 closed, the next file opened would take its place: an output file or a
 * wake-up pipe would be taken for stdin. The place is filled with what fails the wrong way
 * round: reading from it and writing to it say that the descriptor is bad.
 */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

/* What the user's terminal shows, before the locale is set to what names need. */
static void find_marks(void)
{
    const bool known = setlocale(LC_CTYPE, "") != NULL;

    uvp_tint_set_utf8(known ? strcmp(nl_langinfo(CODESET), "UTF-8") == 0
                            : uvp_tint_names_utf8(uvp_tint_locale()));
}

void uvp_process_prepare(void)
{
    hold_standard_descriptors();
    find_marks();
    /* Names in pax and zip are UTF-8. Never LC_ALL: LC_NUMERIC changes how numbers are read. */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    /* Unset, the C library looks for /etc/localtime again at every time stamp of a zip. */
    (void)setenv("TZ", ":/etc/localtime", 0);
    (void)signal(SIGPIPE, SIG_IGN); /* a closed output is an error of write(2) */
    set_up_malloc();
}

/* VmHWM begins anew with the program; what getrusage tells begins with whoever started it. */
static uint64_t peak_of_proc(void)
{
    static const char key[] = "VmHWM:";
    char text[4096];
    const int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t bytes;
    const char *at;

    if (fd < 0) {
        return 0;
    }
    bytes = read(fd, text, sizeof text - 1);
    (void)close(fd);
    text[bytes < 0 ? 0 : bytes] = '\0';
    at = strstr(text, key);
    return at == NULL ? 0 : (uint64_t)strtoull(at + sizeof key - 1, NULL, 10) * 1024;
}

uint64_t uvp_process_peak_bytes(void)
{
    const uint64_t peak = peak_of_proc();
    struct rusage usage;

    if (peak != 0) {
        return peak;
    }

    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
#ifdef __APPLE__
    return (uint64_t)usage.ru_maxrss; /* bytes there, kilobytes elsewhere */
#else
    return (uint64_t)usage.ru_maxrss * 1024;
#endif
}
