/*
 * process.h -- what is set up once for the whole process, and asked of it at the end
 */
#ifndef UVP_TOOLS_PROCESS_H
#define UVP_TOOLS_PROCESS_H

#include <stdint.h>

/* Standard descriptors, locale, time zone, SIGPIPE and the allocator's manners. Call first,
 * before any thread. */
void uvp_process_prepare(void);

/* The most memory that was resident at once. */
uint64_t uvp_process_peak_bytes(void);

#endif
