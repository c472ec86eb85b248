/*
** system.h: with system_file.h and system_thread.h all that the core asks of the operating system
** beyond C11, POSIX threads' mutexes, and libcurl. src/unix/system.c needs POSIX.1-2008;
** src/windows/system.c is for Windows.
*/
#ifndef HARNEST_SYSTEM_H
#define HARNEST_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file descriptor on Unix, a SOCKET on Windows. */
typedef intptr_t system_socket;

#define SYSTEM_NO_SOCKET ((system_socket)-1)

/*
** Returns a number of the current process. After a fork the child has another one. Needs no system
** call.
*/
long system_process(void);

/* Fills `bytes` from the system's random source. Returns false if there is none. */
bool system_random(void *bytes, size_t size);

/* Sets an environment variable; removes it if `value` is NULL. */
void system_set_environment(const char *name, const char *value);

/*
** Keeps this module, and the libraries that it needs, in memory until the process ends. libcurl's
** resolver thread may outlive the Lua state.
*/
void system_stay_loaded(void);

/* Sleeps for this time. */
void system_sleep(double seconds);

/* Opens a socket that child processes do not inherit. Returns SYSTEM_NO_SOCKET if it cannot. */
system_socket system_socket_open(int family, int type, int protocol);

/* Closes it. `closed` may be SYSTEM_NO_SOCKET. */
void system_socket_close(system_socket closed);

/*
** Opens a pipe: what is written to ends[1] is read from ends[0]. Both do not block, and child
** processes do not inherit them. On Windows, which can poll sockets alone, they are connected
** sockets. Returns false if the system lacks resources; then both are SYSTEM_NO_SOCKET.
*/
bool system_pipe_open(system_socket ends[2]);

/* Writes one byte to ends[1] of a pipe. Does nothing if its buffer is full. */
void system_pipe_write_byte(system_socket end);

/* Reads all bytes that have arrived at ends[0] of a pipe. */
void system_pipe_drain(system_socket end);

/* Waits at most `seconds` until ends[0] of a pipe is readable. */
void system_pipe_wait(system_socket end, double seconds);

/* Whether the process, or the system, can open no more sockets. */
bool system_lacks_sockets(void);

/* Whether text is a numeric loopback address of IPv4 or IPv6, without brackets. */
bool system_is_loopback(const char *address);

#endif
