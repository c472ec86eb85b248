/*
** slow_dns.c: a library to preload. Lookups of slow.test take long, as with a dead DNS server:
** until the process exits, or SECONDS. The process does not exit before its lookups have ended, so
** that anything that they still use must remain valid.
*/
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 8

typedef int lookup(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static atomic_int pending;
static atomic_bool ending;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **found) {
  if (name != NULL && strcmp(name, "slow.test") == 0) {
    pending++;
    for (int i = 0; i < SECONDS * 100 && !ending; i++) usleep(10000);
    pending--;
    return EAI_AGAIN;
  }
  void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
  lookup *real;
  memcpy(&real, &symbol, sizeof real);
  return real(name, service, hints, found);
}

__attribute__((destructor)) static void outlive(void) {
  if (pending == 0) return;
  ending = true;
  while (pending > 0) usleep(10000);
  usleep(200000); /* for code that runs after a lookup */
}
