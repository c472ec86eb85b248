/*
** fake_curl.h: stands in for libcurl's transfers, waiting and the clock, by the linker's --wrap. A
** file that includes it needs FAKED in the Makefile.
**
** A started transfer gets the next response of the input at once, line by line like from libcurl,
** and time advances by waiting. The responses are separated by a line `%%`: status line, fields, an
** empty line, the body. A response that begins with `!` and a number is a transfer that failed with
** that CURLcode; so is each transfer after the last response, with CURLE_COULDNT_CONNECT.
*/
#ifndef HARNEST_FAKE_CURL_H
#define HARNEST_FAKE_CURL_H

#include <curl/curl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <time.h>

#include "fuzz.h"

#define FAKE_HANDLES 256 /* also of lists that wait for the collector */
#define FAKE_ORIGIN "https://api.test/"
#define FAKE_START 1000.0 /* seconds */

typedef size_t fake_piece(char *bytes, size_t size, size_t count, void *context);

/* An easy handle. */
struct fake_handle {
  CURL *easy;
  fake_piece *on_head, *on_body;
  void *head_context, *body_context, *private;
  unsigned long start; /* number of the transfer; 0 if none is pending */
  long status;
};

static struct {
  struct fake_handle handles[FAKE_HANDLES];
  unsigned long starts; /* number of transfers so far */
  bool newest_first;    /* the order in which pending transfers get their responses */
  bool leaves_origin;   /* a transfer to another origin was started */
  CURLMsg message;
  struct fuzz_input answers; /* the responses that are left */
  double now;                /* seconds */
} fake = {.now = FAKE_START};

CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...);
CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...);
void __wrap_curl_easy_cleanup(CURL *easy);
void __real_curl_easy_cleanup(CURL *easy);
CURLMcode __wrap_curl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode __wrap_curl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *more, unsigned count,
                                 int milliseconds, int *ready);
CURLMcode __wrap_curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int mask,
                                          int *running);
CURLMsg *__wrap_curl_multi_info_read(CURLM *multi, int *left);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);

/* Starts again, with these responses. */
static inline void fake_begin(const struct fuzz_input *answers) {
  fake.answers = *answers;
  fake.now = FAKE_START;
  fake.leaves_origin = false;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  (void)clock;
  time->tv_sec = (time_t)fake.now;
  time->tv_nsec = (long)((fake.now - (double)time->tv_sec) * 1e9);
  return 0;
}

/* Whether a transfer is pending, so that a wait for events ends at once. */
static bool fake_is_busy(void) {
  for (size_t i = 0; i < FAKE_HANDLES; i++)
    if (fake.handles[i].start > 0) return true;
  return false;
}

CURLMcode __wrap_curl_multi_poll(CURLM *multi, struct curl_waitfd *more, unsigned count,
                                 int milliseconds, int *ready) {
  (void)multi, (void)more, (void)count;
  *ready = 0;
  if (!fake_is_busy() && milliseconds < INT_MAX) fake.now += milliseconds * 1e-3 + 1e-3;
  return CURLM_OK;
}

/* Returns the entry of a handle. */
static struct fake_handle *fake_handle_of(CURL *easy) {
  struct fake_handle *unused = NULL;
  for (size_t i = 0; i < FAKE_HANDLES; i++) {
    if (fake.handles[i].easy == easy) return &fake.handles[i];
    if (fake.handles[i].easy == NULL) unused = &fake.handles[i];
  }
  fuzz_must(unused != NULL, "there are few handles");
  *unused = (struct fake_handle){.easy = easy};
  return unused;
}

void __wrap_curl_easy_cleanup(CURL *easy) {
  *fake_handle_of(easy) = (struct fake_handle){.easy = NULL};
  __real_curl_easy_cleanup(easy);
}

CURLcode __wrap_curl_easy_setopt(CURL *easy, CURLoption option, ...) {
  struct fake_handle *handle = fake_handle_of(easy);
  va_list arguments;
  va_start(arguments, option);
  switch (option) {
    case CURLOPT_HEADERFUNCTION: handle->on_head = va_arg(arguments, fake_piece *); break;
    case CURLOPT_HEADERDATA: handle->head_context = va_arg(arguments, void *); break;
    case CURLOPT_WRITEFUNCTION: handle->on_body = va_arg(arguments, fake_piece *); break;
    case CURLOPT_WRITEDATA: handle->body_context = va_arg(arguments, void *); break;
    case CURLOPT_PRIVATE: handle->private = va_arg(arguments, void *); break;
    case CURLOPT_URL:
      if (strncmp(va_arg(arguments, const char *), FAKE_ORIGIN, sizeof FAKE_ORIGIN - 1) != 0)
        fake.leaves_origin = true;
      break;
    default: break;
  }
  va_end(arguments);
  return CURLE_OK;
}

CURLcode __wrap_curl_easy_getinfo(CURL *easy, CURLINFO info, ...) {
  const struct fake_handle *handle = fake_handle_of(easy);
  va_list arguments;
  va_start(arguments, info);
  void *result = va_arg(arguments, void *);
  va_end(arguments);
  if (info == CURLINFO_PRIVATE)
    *(void **)result = handle->private;
  else if (info == CURLINFO_RESPONSE_CODE)
    *(long *)result = handle->status;
  else if (info == CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
    *(curl_off_t *)result = handle->status * 7;
  else
    *(curl_off_t *)result = 0; /* as wide as a long */
  return CURLE_OK;
}

/* The number at the start of the text, with at most three digits. */
static int fake_number(const char *text, const char *end) {
  int whole = 0;
  for (int i = 0; i < 3 && text + i < end && text[i] >= '0' && text[i] <= '9'; i++)
    whole = whole * 10 + text[i] - '0';
  return whole;
}

/* Passes the next response to the transfer, as libcurl would. Returns its CURLcode. */
static CURLcode fake_deliver(struct fake_handle *handle) {
  struct fuzz_input *answers = &fake.answers;
  char *start = (char *)(uintptr_t)answers->at, *end = start + answers->left, *next = end;
  if (start == end) return CURLE_COULDNT_CONNECT;
  for (char *at = start; next == end && end - at >= 4; at++)
    if (memcmp(at, "\n%%\n", 4) == 0) next = at;
  answers->left = next == end ? 0 : (size_t)(end - next - 4);
  answers->at = end - answers->left;
  if (*start == '!') return (CURLcode)(fake_number(start + 1, next) % CURL_LAST);
  while (start < next) {
    char *line_end = memchr(start, '\n', (size_t)(next - start));
    size_t length = line_end == NULL ? (size_t)(next - start) : (size_t)(line_end + 1 - start);
    char line[4096];
    if (length > sizeof line) length = sizeof line;
    memcpy(line, start, length);
    if (length > 12 && memcmp(line, "HTTP/", 5) == 0)
      handle->status = fake_number(line + 9, line + length);
    if (handle->on_head(line, 1, length, handle->head_context) != length) return CURLE_WRITE_ERROR;
    start += length;
    if (*line == '\n' || (*line == '\r' && length == 2)) break;
  }
  size_t length = (size_t)(next - start);
  return length == 0 || handle->on_body(start, 1, length, handle->body_context) == length
             ? CURLE_OK
             : CURLE_WRITE_ERROR;
}

CURLMcode __wrap_curl_multi_add_handle(CURLM *multi, CURL *easy) {
  (void)multi;
  struct fake_handle *handle = fake_handle_of(easy);
  handle->start = ++fake.starts;
  handle->status = 0;
  return CURLM_OK;
}

CURLMcode __wrap_curl_multi_remove_handle(CURLM *multi, CURL *easy) {
  (void)multi;
  fake_handle_of(easy)->start = 0;
  return CURLM_OK;
}

CURLMcode __wrap_curl_multi_socket_action(CURLM *multi, curl_socket_t socket, int mask,
                                          int *running) {
  (void)multi, (void)socket, (void)mask;
  *running = 0;
  for (size_t i = 0; i < FAKE_HANDLES; i++) *running += fake.handles[i].start > 0;
  return CURLM_OK;
}

/* The pending transfer that gets a response next; NULL if there is none. */
static struct fake_handle *fake_next(void) {
  struct fake_handle *next = NULL;
  for (size_t i = 0; i < FAKE_HANDLES; i++) {
    struct fake_handle *handle = &fake.handles[i];
    if (handle->start == 0) continue;
    if (next == NULL || (handle->start > next->start) == fake.newest_first) next = handle;
  }
  return next;
}

/* libcurl removes a handle from its list of messages when the message was read. */
CURLMsg *__wrap_curl_multi_info_read(CURLM *multi, int *left) {
  (void)multi;
  struct fake_handle *next = fake_next();
  *left = 0;
  if (next == NULL) return NULL;
  next->start = 0;
  fake.message = (CURLMsg){.msg = CURLMSG_DONE, .easy_handle = next->easy};
  fake.message.data.result = fake_deliver(next);
  return &fake.message;
}

#endif
