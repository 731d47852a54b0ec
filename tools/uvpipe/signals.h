/*
 * signals.h -- from a signal to the stop flag
 *
 * Use:     install before threads start (they begin with signals blocked), restore after them.
 * Signals: INT, TERM and HUP: the first one drains, the second aborts, the third ends the
 *          program at once. One ignored at the start stays so (nohup, background jobs).
 */
#ifndef UVP_TOOLS_SIGNALS_H
#define UVP_TOOLS_SIGNALS_H

#include "pipeline/base/stop.h"

/* `stop` is raised until restore is called. */
void uvp_signals_install(struct uvp_stop *stop);

/* The first signal that came, or 0. */
int uvp_signals_first(void);

/* Handlers stay, but raise nothing any more. */
void uvp_signals_restore(void);

#endif
