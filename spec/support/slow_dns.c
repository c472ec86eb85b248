/*
** slow_dns.c: preloaded into a process, makes looking up slow.test take long, as a name server does that is dead: till
** the process ends, or whoever waits for it has waited too long. The process does not end before its look-ups have, so
** that whatever they need must still be there behind its end.
*/
#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#define SECONDS 8

typedef int look_up(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static atomic_int under_way;
static atomic_bool ending;

__attribute__((visibility("default"))) int getaddrinfo(const char *name, const char *service,
                                                       const struct addrinfo *hints,
                                                       struct addrinfo **found) {
  if (name != NULL && strcmp(name, "slow.test") == 0) {
    under_way++;
    for (int i = 0; i < SECONDS * 100 && !ending; i++) usleep(10000);
    under_way--;
    return EAI_AGAIN;
  }
  void *symbol = dlsym(RTLD_NEXT, "getaddrinfo");
  look_up *real;
  memcpy(&real, &symbol, sizeof real);
  return real(name, service, hints, found);
}

__attribute__((destructor)) static void outlive(void) {
  if (under_way == 0) return;
  ending = true;
  while (under_way > 0) usleep(10000);
  usleep(200000); /* for what a look-up does when it has come back */
}
