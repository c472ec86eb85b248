/*
** system.c: the system by Windows 7 or later.
*/
#include "system.h"

#include <winsock2.h>
#include <ws2tcpip.h>

#include <bcrypt.h>
#include <direct.h>
#include <errno.h>
#include <io.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "base/clock.h"
#include "system_file.h"
#include "system_thread.h"

#define SYSTEM_DRAINED_BYTES 64
#define SYSTEM_MOST_STRANGERS 16 /* connections of other processes to the listener of a pair */

static void start_sockets(void) {
  WSADATA data;
  WSAStartup(MAKEWORD(2, 2), &data);
}

/* Makes functions of sockets available. Idempotent; any thread. */
static void need_sockets(void) {
  static pthread_once_t started = PTHREAD_ONCE_INIT;
  pthread_once(&started, start_sockets);
}

long system_process(void) {
  return (long)GetCurrentProcessId();
}

bool system_random(void *bytes, size_t size) {
  return BCryptGenRandom(NULL, bytes, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

void system_set_environment(const char *name, const char *value) {
  _putenv_s(name, value != NULL ? value : "");
}

void system_stay_loaded(void) {
  HMODULE module;
  GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                     (LPCSTR)(uintptr_t)system_stay_loaded, &module);
}

void system_sleep(double seconds) {
  Sleep((DWORD)clock_milliseconds(seconds));
}

static void *run(void *context) {
  struct system_thread *thread = context;
  thread->run(thread->context);
  return NULL;
}

bool system_thread_start(struct system_thread *thread, void (*function)(void *context),
                         void *context) {
  thread->run = function;
  thread->context = context;
  return pthread_create(&thread->thread, NULL, run, thread) == 0;
}

void system_thread_join(struct system_thread *thread) {
  pthread_join(thread->thread, NULL);
}

system_socket system_socket_open(int family, int type, int protocol) {
  need_sockets();
  return (system_socket)WSASocketW(family, type, protocol, NULL, 0,
                                   WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

void system_socket_close(system_socket closed) {
  if (closed != SYSTEM_NO_SOCKET) closesocket((SOCKET)closed);
}

/* Makes a socket listen on a free port of the loopback interface, and sets `address` to it. */
static bool listen_locally(SOCKET listener, struct sockaddr_in *address) {
  int length = sizeof *address, on = 1;
  *address = (struct sockaddr_in){.sin_family = AF_INET};
  address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(listener, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (const char *)&on, sizeof on);
  return bind(listener, (struct sockaddr *)address, length) == 0 && listen(listener, 1) == 0 &&
         getsockname(listener, (struct sockaddr *)address, &length) == 0;
}

/* Whether `end` is connected to the socket `other`. */
static bool is_peer(SOCKET end, SOCKET other) {
  struct sockaddr_in peer, own;
  int peer_length = sizeof peer, own_length = sizeof own;
  return getpeername(end, (struct sockaddr *)&peer, &peer_length) == 0 &&
         getsockname(other, (struct sockaddr *)&own, &own_length) == 0 &&
         peer.sin_port == own.sin_port && peer.sin_addr.s_addr == own.sin_addr.s_addr;
}

/* Accepts the connection of `other`. Another process may have connected before it. */
static SOCKET accept_from(SOCKET listener, SOCKET other) {
  for (int i = 0; i < SYSTEM_MOST_STRANGERS; i++) {
    SOCKET accepted = accept(listener, NULL, NULL);
    if (accepted == INVALID_SOCKET || is_peer(accepted, other)) return accepted;
    closesocket(accepted);
  }
  return INVALID_SOCKET;
}

/* Makes an end of a pair one that does not block, sends at once and is not inherited. */
static bool set_options(SOCKET end) {
  u_long on = 1;
  int no_delay = 1;
  return ioctlsocket(end, (long)FIONBIO, &on) == 0 &&
         setsockopt(end, IPPROTO_TCP, TCP_NODELAY, (const char *)&no_delay, sizeof no_delay) == 0 &&
         SetHandleInformation((HANDLE)end, HANDLE_FLAG_INHERIT, 0);
}

/* Connects the ends by TCP, since Windows has no socketpair. */
static bool connect_pair(SOCKET listener, system_socket pair[2]) {
  struct sockaddr_in address;
  SOCKET other = (SOCKET)pair[1];
  if (!listen_locally(listener, &address) ||
      connect(other, (struct sockaddr *)&address, sizeof address) != 0)
    return false;
  SOCKET accepted = accept_from(listener, other);
  pair[0] = (system_socket)accepted;
  return accepted != INVALID_SOCKET && set_options(accepted) && set_options(other);
}

bool system_pipe_open(system_socket ends[2]) {
  system_socket listener = system_socket_open(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  ends[0] = SYSTEM_NO_SOCKET;
  ends[1] = system_socket_open(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  bool is_connected = connect_pair((SOCKET)listener, ends);
  system_socket_close(listener);
  for (int i = 0; i < 2 && !is_connected; i++) {
    system_socket_close(ends[i]);
    ends[i] = SYSTEM_NO_SOCKET;
  }
  return is_connected;
}

void system_pipe_write_byte(system_socket end) {
  send((SOCKET)end, "", 1, 0);
}

void system_pipe_drain(system_socket end) {
  char bytes[SYSTEM_DRAINED_BYTES];
  while (recv((SOCKET)end, bytes, sizeof bytes, 0) == (int)sizeof bytes) continue;
}

void system_pipe_wait(system_socket end, double seconds) {
  WSAPOLLFD watched = {.fd = (SOCKET)end, .events = POLLRDNORM};
  WSAPoll(&watched, 1, clock_milliseconds(seconds));
}

bool system_lacks_sockets(void) {
  system_socket opened = system_socket_open(AF_INET, SOCK_STREAM, IPPROTO_TCP);
  if (opened == SYSTEM_NO_SOCKET)
    return WSAGetLastError() == WSAEMFILE || WSAGetLastError() == WSAENOBUFS;
  system_socket_close(opened);
  return false;
}

bool system_is_loopback(const char *address) {
  struct in_addr v4;
  struct in6_addr v6;
  need_sockets();
  if (inet_pton(AF_INET, address, &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  return inet_pton(AF_INET6, address, &v6) == 1 && memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
}

bool system_is_regular(const char *path) {
  DWORD attributes = GetFileAttributesA(path);
  return attributes == INVALID_FILE_ATTRIBUTES ||
         (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) == 0;
}

bool system_make_parents(const char *path) {
  char *copy = _strdup(path);
  bool fine = copy != NULL;
  for (char *at = copy; fine && *at != '\0' && (at = strpbrk(at + 1, "/\\")) != NULL;) {
    char separator = *at;
    if (at[-1] == ':' || at[-1] == '/' || at[-1] == '\\') continue;
    *at = '\0';
    fine = _mkdir(copy) == 0 || errno == EEXIST;
    *at = separator;
  }
  free(copy);
  return fine;
}

bool system_sync(FILE *file) {
  return _commit(_fileno(file)) == 0;
}

bool system_replace_file(const char *from, const char *to) {
  if (MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) return true;
  errno = GetLastError() == ERROR_ACCESS_DENIED ? EACCES : EIO;
  return false;
}
