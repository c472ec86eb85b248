/*
** no_network.c: a library to preload. The process ends with EXIT_CODE when it makes or connects a
** socket.
*/
#include <stdio.h>
#include <unistd.h>

#define EXIT_CODE 99

/* Not those of the system's header, which has a parameter that ISO C lacks. */
int socket(int domain, int type, int protocol);
int connect(int descriptor, const void *address, unsigned length);

static int end(const char *what) {
  dprintf(STDERR_FILENO, "no_network: %s\n", what);
  _exit(EXIT_CODE);
}

__attribute__((visibility("default"))) int socket(int domain, int type, int protocol) {
  (void)domain, (void)type, (void)protocol;
  return end("a socket");
}

__attribute__((visibility("default"))) int connect(int descriptor, const void *address,
                                                   unsigned length) {
  (void)descriptor, (void)address, (void)length;
  return end("a connection");
}
