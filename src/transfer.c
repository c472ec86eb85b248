/*
** transfer.c: one HTTP exchange over a curl easy handle.
*/
#include "transfer.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "head.h"
#include "url.h"

#define TRANSFER_HEAD_MAXIMUM ((size_t)256 * 1024)
/* Readers of a body want to look a little beyond its end. */
#define TRANSFER_BODY_SLACK 64
#define TRANSFER_RECEIVE_BUFFER (256L * 1024)
/* What is kept of a body that outgrew max_response, for a look at it. */
#define TRANSFER_REMAINDER ((size_t)4 * 1024)

/* Makes room for the whole body at once where its length is stated. */
static void reserve_body(struct transfer *transfer) {
  curl_off_t length = -1;
  curl_easy_getinfo(transfer->job.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0 && (uint64_t)length <= transfer->body.maximum)
    buffer_reserve(&transfer->body, (size_t)length + TRANSFER_BODY_SLACK);
}

/* libcurl's CURLOPT_WRITEFUNCTION: a piece of the decoded body. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  if (transfer->body.length == 0) reserve_body(transfer);
  if (buffer_append(&transfer->body, bytes, size * count)) return size * count;
  buffer_cut(&transfer->body, TRANSFER_REMAINDER);
  return 0;
}

static bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

/* Appends "name: value" with the name in lower case and the space around the value gone; all of it or nothing. */
static bool append_field(struct buffer *head, const char *line, size_t length, const char *colon) {
  const char *value = colon + 1, *end = line + length;
  size_t before = head->length;
  while (value < end && is_space(*value)) value++;
  while (end > value && is_space(end[-1])) end--;
  for (const char *c = line; c < colon; c++) buffer_putc(head, (char)tolower((unsigned char)*c));
  buffer_puts(head, ": ");
  buffer_append(head, value, (size_t)(end - value));
  if (buffer_putc(head, '\0')) return true;
  head->length = before;
  return false;
}

/* libcurl's CURLOPT_HEADERFUNCTION: one line; a status line begins another answer (after a 100, say). */
static size_t on_header(char *line, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  size_t length = size * count;
  if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
    buffer_clear(&transfer->head);
    transfer->head_ended = false;
    return length;
  }
  if (length > 0 && (*line == '\r' || *line == '\n')) transfer->head_ended = true;
  const char *colon = memchr(line, ':', length);
  if (colon == NULL || colon == line || memchr(line, '\0', length) != NULL) return length;
  return append_field(&transfer->head, line, length, colon) ? length : 0;
}

static bool add_header(struct curl_slist **list, const char *line) {
  struct curl_slist *longer = curl_slist_append(*list, line);
  if (longer == NULL) return false;
  *list = longer;
  return true;
}

static bool add_headers(struct curl_slist **list, const struct curl_slist *lines) {
  for (; lines != NULL; lines = lines->next)
    if (!add_header(list, lines->data)) return false;
  return true;
}

static bool add_request_id(struct curl_slist **list, const char *id) {
  char line[128];
  if (*id == '\0') return true;
  snprintf(line, sizeof line, "X-Request-Id: %s", id);
  return add_header(list, line);
}

/* The token was in one of the lines, and libcurl frees them as they are. */
static void wipe_headers(struct curl_slist *list) {
  for (; list != NULL; list = list->next)
    for (volatile char *at = list->data; *at != '\0'; at++) *at = '\0';
}

static bool set_headers(struct transfer *transfer, const struct transfer_order *order) {
  struct curl_slist **list = &transfer->headers;
  return add_header(list, "Expect:") && add_headers(list, order->headers) && add_headers(list, order->more) &&
         add_request_id(list, order->request_id) &&
         (order->authorization == NULL || add_header(list, order->authorization)) &&
         curl_easy_setopt(transfer->job.easy, CURLOPT_HTTPHEADER, *list) == CURLE_OK &&
         curl_easy_setopt(transfer->job.easy, CURLOPT_HEADEROPT, CURLHEADER_SEPARATE) == CURLE_OK;
}

/* libcurl's CURLOPT_READFUNCTION: a piece of the body that is sent. */
static size_t on_read(char *room, size_t size, size_t count, void *context) {
  struct transfer *transfer = context;
  size_t left = transfer->sent_length - transfer->sent, length = size * count < left ? size * count : left;
  memcpy(room, transfer->sent_body + transfer->sent, length);
  transfer->sent += length;
  transfer->taken = true;
  return length;
}

/* libcurl's CURLOPT_SEEKFUNCTION: the body is to be sent again. */
static int on_seek(void *context, curl_off_t offset, int origin) {
  struct transfer *transfer = context;
  if (transfer->once || origin != SEEK_SET || offset < 0 || (curl_off_t)transfer->sent_length < offset)
    return CURL_SEEKFUNC_FAIL;
  transfer->sent = (size_t)offset;
  return CURL_SEEKFUNC_OK;
}

#if LIBCURL_VERSION_NUM >= 0x075000
/*
** libcurl's CURLOPT_PREREQFUNCTION, before each sending. libcurl sends again, unasked, when a connection that was used
** before ends without an answer; the server may have done by then what must not be done twice. It has not where none of
** the body was taken.
*/
static int on_send(void *context, char *address, char *local_address, int port, int local_port) {
  struct transfer *transfer = context;
  bool untouched = transfer->sent_length > 0 && !transfer->taken;
  (void)address, (void)local_address, (void)port, (void)local_port;
  if (transfer->sends > 0 && untouched) return CURL_PREREQFUNC_OK;
  return transfer->sends++ > 0 && transfer->once ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void watch_sending(struct transfer *transfer) {
  curl_easy_setopt(transfer->job.easy, CURLOPT_PREREQFUNCTION, on_send);
  curl_easy_setopt(transfer->job.easy, CURLOPT_PREREQDATA, transfer);
}
#else
/* Without that callback only a new connection keeps libcurl from sending again. */
static void watch_sending(struct transfer *transfer) {
  if (transfer->once) curl_easy_setopt(transfer->job.easy, CURLOPT_FRESH_CONNECT, 1L);
}
#endif

static void set_body(struct transfer *transfer, const struct transfer_order *order) {
  CURL *easy = transfer->job.easy;
  transfer->sent_body = order->body;
  transfer->sent_length = order->body_length;
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)order->body_length);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer);
}

/* Gives libcurl a text, which it copies; NULL is passed over. False without memory. */
static bool set_text(CURL *easy, CURLoption option, const char *text) {
  return text == NULL || curl_easy_setopt(easy, option, text) != CURLE_OUT_OF_MEMORY;
}

/* Whether a proxy may stand between that wants the whole URL in the request line. */
static bool may_be_relayed(const struct transfer_settings *settings, const char *url) {
  return url_is_plain(url) && (settings->proxy != NULL || getenv("http_proxy") != NULL || getenv("all_proxy") != NULL ||
                               getenv("ALL_PROXY") != NULL);
}

/* Gives libcurl the URL, and what stands in the request line: by itself it goes on without a query it has no memory for. */
static bool set_url(CURL *easy, const struct transfer_settings *settings, const char *url) {
  if (curl_easy_setopt(easy, CURLOPT_URL, url) != CURLE_OK) return false;
  const char *authority = strstr(url, "://");
  const char *path = authority != NULL ? authority + 3 + strcspn(authority + 3, "/?#") : "";
  return *path != '/' || may_be_relayed(settings, url) || set_text(easy, CURLOPT_REQUEST_TARGET, path);
}

static bool set_method(struct transfer *transfer, const struct transfer_order *order) {
  CURL *easy = transfer->job.easy;
  transfer->once = order->once;
  watch_sending(transfer);
  if (order->body != NULL) set_body(transfer, order);
  if (strcmp(order->method, "HEAD") == 0) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return true;
  }
  bool is_plain_get = strcmp(order->method, "GET") == 0 && order->body == NULL;
  return is_plain_get || set_text(easy, CURLOPT_CUSTOMREQUEST, order->method);
}

static bool set_protocol(CURL *easy, const char *url) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
  /* waiting for a connection that may be shared is worth while where the handshake tells; else it is for the first answer */
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, url_is_plain(url) ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, TRANSFER_RECEIVE_BUFFER);
  return set_text(easy, CURLOPT_ACCEPT_ENCODING, "");
}

static bool set_tls(CURL *easy, const struct transfer_settings *settings) {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  /* a default path of certificates beside the default file keeps libcurl from caching the file, at 30 ms a connection */
  if (settings->ca_path == NULL && (settings->ca_file != NULL || curl_version_info(CURLVERSION_NOW)->cainfo != NULL))
    curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, settings->insecure ? 0L : 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, settings->insecure ? 0L : 2L);
  return set_text(easy, CURLOPT_CAINFO, settings->ca_file) && set_text(easy, CURLOPT_CAPATH, settings->ca_path) &&
         set_text(easy, CURLOPT_SSLCERT, settings->client_cert) && set_text(easy, CURLOPT_SSLKEY, settings->client_key);
}

/* libcurl counts in milliseconds up to INT_MAX, and 0 means no limit to it. */
static long milliseconds(double seconds) {
  if (seconds < 0.001) return 1;
  return seconds >= (double)INT_MAX / 1000 ? INT_MAX : (long)(seconds * 1000);
}

static void set_times(CURL *easy, const struct transfer_settings *settings, double time_left) {
  double timeout = settings->timeout < time_left ? settings->timeout : time_left;
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, milliseconds(timeout));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(settings->connect_timeout));
}

static void set_callbacks(struct transfer *transfer) {
  CURL *easy = transfer->job.easy;
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->reason);
}

bool transfer_open(struct transfer *transfer, struct engine *engine, const struct transfer_settings *settings,
                   const struct transfer_order *order) {
  *transfer = (struct transfer){.engine = engine_hold(engine)};
  buffer_init(&transfer->body, settings->max_response);
  buffer_init(&transfer->head, TRANSFER_HEAD_MAXIMUM);
  CURL *easy = transfer->job.easy = engine_borrow_easy(engine);
  bool fine = easy != NULL && set_url(easy, settings, order->url) && set_headers(transfer, order) &&
              set_method(transfer, order) && set_protocol(easy, order->url) && set_tls(easy, settings) &&
              set_text(easy, CURLOPT_USERAGENT, settings->user_agent) && set_text(easy, CURLOPT_PROXY, settings->proxy);
  if (!fine) {
    transfer_close(transfer);
    return false;
  }
  set_times(easy, settings, order->time_left);
  set_callbacks(transfer);
  return true;
}

/* Makes the head and body those given, whatever they were. */
static bool replace_answer(struct transfer *transfer, const struct buffer *head, const char *body, size_t body_length) {
  buffer_clear(&transfer->head);
  buffer_clear(&transfer->body);
  transfer->head_ended = true;
  return buffer_append(&transfer->head, head->bytes, head->length) &&
         buffer_reserve(&transfer->body, body_length + TRANSFER_BODY_SLACK) &&
         buffer_append(&transfer->body, body, body_length);
}

bool transfer_answer(struct transfer *transfer, const struct transfer_settings *settings, const struct buffer *head,
                     const char *body, size_t body_length) {
  if (transfer->engine == NULL) {
    buffer_init(&transfer->body, settings->max_response);
    buffer_init(&transfer->head, TRANSFER_HEAD_MAXIMUM);
  }
  return replace_answer(transfer, head, body, body_length);
}

void transfer_close(struct transfer *transfer) {
  if (transfer->engine != NULL) {
    engine_cancel(transfer->engine, &transfer->job);
    engine_return_easy(transfer->engine, transfer->job.easy);
    engine_release(transfer->engine);
  }
  wipe_headers(transfer->headers);
  curl_slist_free_all(transfer->headers);
  buffer_free(&transfer->body);
  buffer_free(&transfer->head);
  *transfer = (struct transfer){.engine = NULL};
}

struct transfer_facts transfer_facts(const struct transfer *transfer) {
  struct transfer_facts facts = {.status = 0};
  CURL *easy = transfer->job.easy;
  curl_off_t microseconds = 0, received = 0, sent = 0;
  long head = 0, request = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &facts.status);
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &microseconds);
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &head);
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request);
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &facts.connections);
  facts.seconds = (double)microseconds / 1e6;
  facts.bytes_in = (uint64_t)received + (uint64_t)head;
  facts.bytes_out = (uint64_t)sent + (uint64_t)request;
  return facts;
}

bool transfer_next_header(const struct transfer *transfer, size_t *position, const char **name, size_t *name_length,
                          const char **value) {
  return head_next(&transfer->head, position, name, name_length, value);
}

const char *transfer_header(const struct transfer *transfer, const char *name) {
  return head_value(&transfer->head, name);
}

const char *transfer_join_header(const struct transfer *transfer, const char *name, struct buffer *joined) {
  return head_join(&transfer->head, name, joined);
}

bool transfer_was_sent(const struct transfer *transfer) {
#if LIBCURL_VERSION_NUM >= 0x075000
  return transfer->sends > 0;
#else
  (void)transfer;
  return true;
#endif
}

bool transfer_was_resent(const struct transfer *transfer) {
  return transfer->sends > 1;
}

bool transfer_is_cut_short(const struct transfer *transfer) {
  return transfer->job.result == CURLE_OK && !transfer->head_ended;
}

bool transfer_head_is_too_large(const struct transfer *transfer) {
#if LIBCURL_VERSION_NUM >= 0x080600
  if (transfer->job.result == CURLE_TOO_LARGE) return true;
#endif
  /* of heads that are too large together there are only words */
  if (strstr(transfer->reason, "Too large response headers") != NULL) return true;
  /* older ones call it a lack of memory, but then a status has come */
  bool lacked_memory = transfer->job.result == CURLE_OUT_OF_MEMORY && transfer_facts(transfer).status != 0;
  return lacked_memory || transfer->head.failed == BUFFER_TOO_LARGE;
}

bool transfer_is_too_large(const struct transfer *transfer) {
  return transfer->body.failed == BUFFER_TOO_LARGE;
}

bool transfer_lacks_memory(const struct transfer *transfer) {
  return transfer->head.failed == BUFFER_NO_MEMORY || transfer->body.failed == BUFFER_NO_MEMORY;
}
