/*
** transfer.c: one HTTP exchange over a curl easy handle.
*/
#include "http/transfer.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/curl_setup.h"
#include "http/header_list.h"
#include "http/refused_stream.h"
#include "http/response_headers.h"
#include "http/url.h"

#define TRANSFER_HEADERS_MAXIMUM ((size_t)256 * 1024)
/* Capacity after the body, for the padding of the JSON parser. */
#define TRANSFER_BODY_SLACK 64
/* Bytes that are kept of a body larger than max_response, to show them. */
#define TRANSFER_REMAINDER ((size_t)4 * 1024)

/*
** The part of a transfer that libcurl uses. It is allocated separately, because libcurl may still
** use it on the worker thread after the transfer was closed. Callbacks then find no transfer.
*/
struct transfer_handle {
  struct engine_job job; /* first: the engine returns the job, which is cast */
  struct engine *engine; /* a reference while the transfer has the handle */
  pthread_mutex_t lock;  /* guards `transfer`; callbacks hold it */
  struct transfer *transfer;
  struct curl_slist *headers;
  struct refused_stream place; /* only for callbacks */
  char reason[CURL_ERROR_SIZE];
};

/*
** Returns the transfer, which stays attached until unlock_handle; NULL if it was stopped. Callbacks
** begin with it.
*/
static struct transfer *lock_handle(struct transfer_handle *handle) {
  pthread_mutex_lock(&handle->lock);
  return handle->transfer;
}

static void unlock_handle(struct transfer_handle *handle) {
  pthread_mutex_unlock(&handle->lock);
}

/* Reserves memory for the whole body if the response states its length. */
static void reserve_body(struct transfer *transfer) {
  curl_off_t length = -1;
  curl_easy_getinfo(transfer->handle->job.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0 && (uint64_t)length <= transfer->body.maximum)
    buffer_reserve(&transfer->body, (size_t)length + TRANSFER_BODY_SLACK);
}

/* Appends a part of the decoded body. Returns false if it is too large or on out of memory. */
static bool append_body(struct transfer *transfer, const char *bytes, size_t length) {
  if (transfer->body.length == 0) reserve_body(transfer);
  if (buffer_append(&transfer->body, bytes, length)) return true;
  buffer_cut(&transfer->body, TRANSFER_REMAINDER);
  return false;
}

/* libcurl's CURLOPT_WRITEFUNCTION. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  struct transfer *transfer = lock_handle(context);
  bool stored = transfer != NULL && append_body(transfer, bytes, size * count);
  unlock_handle(context);
  return stored ? size * count : 0;
}

/* libcurl's CURLOPT_HEADERFUNCTION. */
static size_t on_header(char *line, size_t size, size_t count, void *context) {
  struct transfer *transfer = lock_handle(context);
  bool stored =
      transfer != NULL &&
      response_headers_add(&transfer->headers, &transfer->headers_state, line, size * count);
  if (stored)
    transfer->handle->job.within_headers = transfer->headers_state != RESPONSE_HEADERS_END;
  unlock_handle(context);
  return stored ? size * count : 0;
}

static bool add_request_id(struct curl_slist **list, const char *id) {
  char line[128];
  if (*id == '\0') return true;
  snprintf(line, sizeof line, "X-Request-Id: %s", id);
  return header_list_add(list, line);
}

static bool set_headers(struct transfer *transfer, const struct transfer_order *order) {
  struct curl_slist **list = &transfer->handle->headers;
  return header_list_add(list, "Expect:") && header_list_add_all(list, order->headers) &&
         header_list_add_all(list, order->more) && add_request_id(list, order->request_id) &&
         (order->authorization == NULL || header_list_add(list, order->authorization)) &&
         curl_easy_setopt(transfer->handle->job.easy, CURLOPT_HTTPHEADER, *list) == CURLE_OK &&
         curl_easy_setopt(transfer->handle->job.easy, CURLOPT_HEADEROPT, CURLHEADER_SEPARATE) ==
             CURLE_OK;
}

/* Copies the next part of the request body to `out`, at most `size` bytes. Returns its length. */
static size_t read_body(struct transfer *transfer, char *out, size_t size) {
  size_t left = transfer->sent_length - transfer->sent, length = size < left ? size : left;
  memcpy(out, transfer->sent_body + transfer->sent, length);
  transfer->sent += length;
  transfer->body_was_read = true;
  return length;
}

/* libcurl's CURLOPT_READFUNCTION. */
static size_t on_read(char *out, size_t size, size_t count, void *context) {
  struct transfer *transfer = lock_handle(context);
  size_t length = transfer != NULL ? read_body(transfer, out, size * count) : CURL_READFUNC_ABORT;
  unlock_handle(context);
  return length;
}

/*
** Continues the request body at `offset`, to send it again. Returns false if that is not allowed.
*/
static bool rewind_body(struct transfer *transfer, curl_off_t offset) {
  if ((transfer->once && transfer->body_was_read) || offset < 0 ||
      (curl_off_t)transfer->sent_length < offset)
    return false;
  transfer->sent = (size_t)offset;
  return true;
}

/* libcurl's CURLOPT_SEEKFUNCTION. */
static int on_seek(void *context, curl_off_t offset, int origin) {
  struct transfer *transfer = lock_handle(context);
  bool done = transfer != NULL && origin == SEEK_SET && rewind_body(transfer, offset);
  unlock_handle(context);
  return done ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

#if LIBCURL_VERSION_NUM >= 0x075000
/*
** Counts a start of sending. Returns false if the request must not be sent again: libcurl repeats
** it by itself if a reused connection ends without a response, and the server may have executed
** it. If it has a body of which nothing was read, the server cannot have executed it.
*/
static bool count_sending(struct transfer *transfer) {
  bool untouched = transfer->sent_length > 0 && !transfer->body_was_read;
  if (transfer->sends > 0 && untouched) return true;
  return transfer->sends++ == 0 || !transfer->once;
}

/*
** libcurl's CURLOPT_PREREQFUNCTION, called each time before the request is sent. Its body is then
** read from the start: if libcurl had read the body but not sent it when the server refused the
** HTTP/2 stream, libcurl (7.88) sends the request again without a seek, and so without a body.
*/
static int on_send(void *context, char *address, char *local_address, int port, int local_port) {
  (void)address, (void)local_address, (void)port, (void)local_port;
  struct transfer *transfer = lock_handle(context);
  bool allowed = transfer != NULL && count_sending(transfer);
  if (allowed) transfer->sent = 0;
  unlock_handle(context);
  return allowed ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* Notes that the server did not process what was sent, so that it may be sent again. */
static void forget_sending(struct transfer *transfer) {
  if (transfer->sends > 0) transfer->sends--;
  transfer->body_was_read = false;
}

/*
** libcurl's CURLOPT_DEBUGFUNCTION. libcurl also writes the fields of HTTP/2 requests as text, in
** brackets, from a buffer on its stack; that is overwritten, since it may contain the token.
*/
static int on_text(CURL *easy, curl_infotype type, char *text, size_t length, void *context) {
  (void)easy;
  if (type != CURLINFO_TEXT) return 0;
  struct transfer_handle *handle = context;
  struct transfer *transfer = lock_handle(handle);
  if (refused_stream_read(&handle->place, engine_goaways(handle->engine), text, length) &&
      transfer != NULL)
    forget_sending(transfer);
  unlock_handle(handle);
  if (memchr(text, '[', length) == NULL) return 0;
  for (volatile char *at = text; length > 0; length--) *at++ = '\0';
  return 0;
}

/*
** Counts how often the request is sent. With TLS, and so with HTTP/2, watches for requests that the
** server did not process.
*/
static void watch_sending(struct transfer *transfer, const char *url) {
  CURL *easy = transfer->handle->job.easy;
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_send);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer->handle);
  if (url_is_plain(url)) return;
  curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_text);
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, transfer->handle);
  curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}
#else
/* Without that callback only a new connection keeps libcurl from repeating the request. */
static void watch_sending(struct transfer *transfer, const char *url) {
  (void)url;
  if (transfer->once) curl_easy_setopt(transfer->handle->job.easy, CURLOPT_FRESH_CONNECT, 1L);
}
#endif

static void set_body(struct transfer *transfer, const struct transfer_order *order) {
  CURL *easy = transfer->handle->job.easy;
  transfer->sent_body = order->body;
  transfer->sent_length = order->body_length;
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)order->body_length);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, transfer->handle);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, transfer->handle);
}

static bool set_method(struct transfer *transfer, const struct transfer_order *order) {
  CURL *easy = transfer->handle->job.easy;
  transfer->once = order->once;
  watch_sending(transfer, order->url);
  if (order->body != NULL) set_body(transfer, order);
  if (strcmp(order->method, "HEAD") == 0) {
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    return true;
  }
  bool is_plain_get = strcmp(order->method, "GET") == 0 && order->body == NULL;
  return is_plain_get || curl_setup_text(easy, CURLOPT_CUSTOMREQUEST, order->method);
}

static void set_callbacks(struct transfer *transfer) {
  CURL *easy = transfer->handle->job.easy;
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer->handle);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer->handle);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->handle->reason);
}

/* The `dispose` of the job: frees a handle that libcurl no longer uses. */
static void free_handle(struct engine_job *job) {
  struct transfer_handle *handle = (struct transfer_handle *)(void *)job;
  engine_return_easy(handle->engine, job->easy);
  header_list_wipe(handle->headers);
  pthread_mutex_destroy(&handle->lock);
  free(handle);
}

/* Makes the handle of a transfer. Returns false on out of memory. */
static bool open_handle(struct transfer *transfer, struct engine *engine) {
  struct transfer_handle *handle = calloc(1, sizeof *handle);
  if (handle == NULL) return false;
  pthread_mutex_init(&handle->lock, NULL);
  handle->engine = engine_hold(engine);
  handle->transfer = transfer;
  handle->job.dispose = free_handle;
  handle->job.easy = engine_borrow_easy(engine);
  transfer->handle = handle;
  return handle->job.easy != NULL;
}

/* Returns the bytes of these header lines as they are sent. */
static size_t lines_length(const struct curl_slist *lines) {
  size_t length = 0;
  for (const char *line; (line = header_list_next(&lines)) != NULL;)
    length += strlen(line) + strlen("\r\n");
  return length;
}

static size_t text_length(const char *text) {
  return text != NULL ? strlen(text) : 0;
}

bool transfer_is_too_long(const struct transfer_settings *settings,
                          const struct transfer_order *order) {
  size_t authority = (size_t)(url_path(order->url) - order->url); /* sent as Host too */
  size_t length = strlen(order->method) + strlen(order->url) + authority +
                  lines_length(order->headers) + lines_length(order->more) +
                  text_length(order->authorization) + text_length(settings->curl.user_agent) +
                  2 * text_length(settings->curl.proxy); /* its password is sent in base64 */
  return length > TRANSFER_REQUEST_MAXIMUM;
}

bool transfer_open(struct transfer *transfer, struct engine *engine,
                   const struct transfer_settings *settings, const struct transfer_order *order) {
  *transfer = (struct transfer){.handle = NULL};
  buffer_init(&transfer->body, settings->max_response);
  buffer_init(&transfer->headers, TRANSFER_HEADERS_MAXIMUM);
  bool fine = open_handle(transfer, engine);
  CURL *easy = fine ? transfer->handle->job.easy : NULL;
  fine = fine && curl_setup_prepare(easy, &settings->curl, order->url) &&
         set_headers(transfer, order) && set_method(transfer, order);
  if (!fine) {
    transfer_close(transfer);
    return false;
  }
  transfer->handle->job.timeout = settings->timeout;
  transfer->has_tls_proxy =
      settings->curl.proxy != NULL && curl_strnequal(settings->curl.proxy, "https://", 8);
  set_callbacks(transfer);
  return true;
}

void transfer_submit(struct transfer *transfer, struct connection_limit *limit, double start,
                     double end) {
  transfer->handle->job.limit = limit;
  transfer->handle->job.not_before = start;
  transfer->handle->job.not_after = end;
  engine_submit(transfer->handle->engine, &transfer->handle->job);
}

struct transfer *transfer_of(const struct engine_job *job) {
  return ((const struct transfer_handle *)(const void *)job)->transfer;
}

static bool replace_response(struct transfer *transfer, const struct buffer *headers,
                             const char *body, size_t body_length) {
  buffer_clear(&transfer->headers);
  buffer_clear(&transfer->body);
  transfer->headers_state = RESPONSE_HEADERS_END;
  return buffer_append(&transfer->headers, headers->bytes, headers->length) &&
         buffer_reserve(&transfer->body, body_length + TRANSFER_BODY_SLACK) &&
         buffer_append(&transfer->body, body, body_length);
}

bool transfer_set_response(struct transfer *transfer, const struct transfer_settings *settings,
                           const struct buffer *headers, const char *body, size_t body_length) {
  if (transfer->handle == NULL) {
    buffer_init(&transfer->body, settings->max_response);
    buffer_init(&transfer->headers, TRANSFER_HEADERS_MAXIMUM);
  }
  return replace_response(transfer, headers, body, body_length);
}

void transfer_stop(struct transfer *transfer) {
  struct transfer_handle *handle = transfer->handle;
  if (handle == NULL || engine_is_inherited(handle->engine)) return;
  lock_handle(handle);
  handle->transfer = NULL;
  unlock_handle(handle);
}

/*
** Gives up the handle. Returns false if it is inherited: after a fork its lock and buffers may be
** in any state, because another thread may have used them at that moment. So they are leaked.
*/
static bool leave_to_engine(struct transfer *transfer) {
  struct engine *engine = transfer->handle->engine;
  bool own = !engine_is_inherited(engine);
  transfer_stop(transfer);
  if (own) engine_discard(engine, &transfer->handle->job);
  engine_release(engine);
  return own;
}

void transfer_close(struct transfer *transfer) {
  if (transfer->handle == NULL || leave_to_engine(transfer)) {
    buffer_free(&transfer->body);
    buffer_free(&transfer->headers);
  }
  *transfer = (struct transfer){.handle = NULL};
}

int transfer_result(const struct transfer *transfer) {
  return transfer->handle->job.result;
}

const char *transfer_reason(const struct transfer *transfer) {
  return transfer->handle->reason;
}

const struct curl_slist *transfer_sent_headers(const struct transfer *transfer) {
  return transfer->handle != NULL ? transfer->handle->headers : NULL;
}

struct transfer_facts transfer_facts(const struct transfer *transfer) {
  struct transfer_facts facts = {.status = 0};
  if (transfer->handle == NULL) return facts;
  CURL *easy = transfer->handle->job.easy;
  curl_off_t microseconds = 0, received = 0, sent = 0;
  long headers = 0, request = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &facts.status);
  curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &microseconds);
  curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &received);
  curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
  curl_easy_getinfo(easy, CURLINFO_HEADER_SIZE, &headers);
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &request);
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &facts.connections);
  facts.seconds = (double)microseconds / 1e6;
  facts.bytes_in = (uint64_t)received + (uint64_t)headers;
  facts.bytes_out = (uint64_t)sent + (uint64_t)request;
  return facts;
}

bool transfer_next_header(const struct transfer *transfer, size_t *position, const char **name,
                          size_t *name_length, const char **value) {
  return response_headers_next(&transfer->headers, position, name, name_length, value);
}

const char *transfer_header(const struct transfer *transfer, const char *name) {
  return response_headers_value(&transfer->headers, name);
}

const char *transfer_join_header(const struct transfer *transfer, const char *name,
                                 struct buffer *joined) {
  return response_headers_join(&transfer->headers, name, joined);
}

bool transfer_was_started(const struct transfer *transfer) {
  return transfer_reason(transfer)[0] != '\0'; /* libcurl has a text for each timeout */
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
  return transfer_result(transfer) == CURLE_OK && transfer->headers_state != RESPONSE_HEADERS_END;
}

static long connect_status(const struct transfer *transfer) {
  long status = 0;
  curl_easy_getinfo(transfer->handle->job.easy, CURLINFO_HTTP_CONNECTCODE, &status);
  return status;
}

bool transfer_lacks_proxy_credentials(const struct transfer *transfer) {
  return connect_status(transfer) == 407;
}

bool transfer_failed_at_proxy(const struct transfer *transfer) {
  long verified = 0;
  curl_easy_getinfo(transfer->handle->job.easy, CURLINFO_PROXY_SSL_VERIFYRESULT, &verified);
  return verified != 0 || (transfer->has_tls_proxy && connect_status(transfer) == 0);
}

bool transfer_headers_are_too_large(const struct transfer *transfer) {
#if LIBCURL_VERSION_NUM >= 0x080600
  if (transfer_result(transfer) == CURLE_TOO_LARGE) return true;
#endif
  /* for the sum of all headers libcurl has no code, only a text */
  if (strstr(transfer_reason(transfer), "Too large response headers") != NULL) return true;
  /* older versions report out of memory for a line that is too long, as for a real lack of it */
  bool is_final =
      transfer->headers_state == RESPONSE_HEADERS_END && transfer_facts(transfer).status >= 200;
  bool within_headers = engine_is_headers_limit(&transfer->handle->job) && !is_final;
  return within_headers || transfer->headers.failed == BUFFER_TOO_LARGE;
}

bool transfer_was_interrupted(const struct transfer *transfer) {
  return transfer->handle->job.interrupted;
}

bool transfer_is_too_large(const struct transfer *transfer) {
  return transfer->body.failed == BUFFER_TOO_LARGE;
}

bool transfer_lacks_memory(const struct transfer *transfer) {
  return transfer->headers.failed == BUFFER_NO_MEMORY || transfer->body.failed == BUFFER_NO_MEMORY;
}
