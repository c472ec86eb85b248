/*
** transfer.c: one HTTP exchange over a curl easy handle.
*/
#include "http/transfer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/curl_setup.h"
#include "http/header_list.h"
#include "http/response_headers.h"

#define TRANSFER_HEAD_MAXIMUM ((size_t)256 * 1024)
/* Readers of a body want to look a little beyond its end. */
#define TRANSFER_BODY_SLACK 64
/* What is kept of a body that outgrew max_response, for a look at it. */
#define TRANSFER_REMAINDER ((size_t)4 * 1024)

/*
** What libcurl needs of a transfer. It is memory of its own, since libcurl may be at work on it, on
** the engine's thread, when the transfer is closed: callbacks find then that nobody is there any
** more.
*/
struct transfer_handle {
  struct engine_job job; /* first: the job that comes back from the engine is known as its handle */
  struct engine *engine; /* held as long as the transfer has the handle */
  pthread_mutex_t lock;  /* held by callbacks, and for `transfer` */
  struct transfer *transfer;
  struct curl_slist *headers;
  char reason[CURL_ERROR_SIZE];
};

/*
** What callbacks begin with: the transfer, which stays there until unlock_handle; NULL when it was
** stopped.
*/
static struct transfer *lock_handle(struct transfer_handle *handle) {
  pthread_mutex_lock(&handle->lock);
  return handle->transfer;
}

static void unlock_handle(struct transfer_handle *handle) {
  pthread_mutex_unlock(&handle->lock);
}

/* Makes room for the whole body at once where its length is stated. */
static void reserve_body(struct transfer *transfer) {
  curl_off_t length = -1;
  curl_easy_getinfo(transfer->handle->job.easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0 && (uint64_t)length <= transfer->body.maximum)
    buffer_reserve(&transfer->body, (size_t)length + TRANSFER_BODY_SLACK);
}

/* Takes a piece of the decoded body in; false when there is no room for it. */
static bool take_body(struct transfer *transfer, const char *bytes, size_t length) {
  if (transfer->body.length == 0) reserve_body(transfer);
  if (buffer_append(&transfer->body, bytes, length)) return true;
  buffer_cut(&transfer->body, TRANSFER_REMAINDER);
  return false;
}

/* libcurl's CURLOPT_WRITEFUNCTION. */
static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
  struct transfer *transfer = lock_handle(context);
  bool taken = transfer != NULL && take_body(transfer, bytes, size * count);
  unlock_handle(context);
  return taken ? size * count : 0;
}

/* libcurl's CURLOPT_HEADERFUNCTION. */
static size_t on_header(char *line, size_t size, size_t count, void *context) {
  struct transfer *transfer = lock_handle(context);
  bool taken =
      transfer != NULL &&
      response_headers_take(&transfer->head, &transfer->headers_complete, line, size * count);
  unlock_handle(context);
  return taken ? size * count : 0;
}

static bool add_request_id(struct curl_slist **list, const char *id) {
  char line[128];
  if (*id == '\0') return true;
  snprintf(line, sizeof line, "X-Request-Id: %s", id);
  return header_list_add(list, line);
}

/* The token was in one of the lines, and libcurl frees them as they are. */
static void wipe_headers(struct curl_slist *list) {
  for (; list != NULL; list = list->next)
    for (volatile char *at = list->data; *at != '\0'; at++) *at = '\0';
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

/* Gives a piece of the body that is sent; returns its length. */
static size_t give_body(struct transfer *transfer, char *room, size_t size) {
  size_t left = transfer->sent_length - transfer->sent, length = size < left ? size : left;
  memcpy(room, transfer->sent_body + transfer->sent, length);
  transfer->sent += length;
  transfer->taken = true;
  return length;
}

/* libcurl's CURLOPT_READFUNCTION. */
static size_t on_read(char *room, size_t size, size_t count, void *context) {
  struct transfer *transfer = lock_handle(context);
  size_t length = transfer != NULL ? give_body(transfer, room, size * count) : CURL_READFUNC_ABORT;
  unlock_handle(context);
  return length;
}

/* The body is to be sent again, from `offset` on; false when it must not be. */
static bool rewind_body(struct transfer *transfer, curl_off_t offset) {
  if (transfer->once || offset < 0 || (curl_off_t)transfer->sent_length < offset) return false;
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
** Notes that it is being sent; false when it must not be. libcurl sends again, unasked, when a
** connection that was used before ends without an answer; the server may have done by then what
** must not be done twice. It has not where none of the body was taken.
*/
static bool note_sending(struct transfer *transfer) {
  bool untouched = transfer->sent_length > 0 && !transfer->taken;
  if (transfer->sends > 0 && untouched) return true;
  return transfer->sends++ == 0 || !transfer->once;
}

/* libcurl's CURLOPT_PREREQFUNCTION, before each sending. */
static int on_send(void *context, char *address, char *local_address, int port, int local_port) {
  (void)address, (void)local_address, (void)port, (void)local_port;
  struct transfer *transfer = lock_handle(context);
  bool may = transfer != NULL && note_sending(transfer);
  unlock_handle(context);
  return may ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

static void watch_sending(struct transfer *transfer) {
  curl_easy_setopt(transfer->handle->job.easy, CURLOPT_PREREQFUNCTION, on_send);
  curl_easy_setopt(transfer->handle->job.easy, CURLOPT_PREREQDATA, transfer->handle);
}
#else
/* Without that callback only a new connection keeps libcurl from sending again. */
static void watch_sending(struct transfer *transfer) {
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
  watch_sending(transfer);
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

/* Frees a handle that libcurl is done with; `dispose` of its job. */
static void free_handle(struct engine_job *job) {
  struct transfer_handle *handle = (struct transfer_handle *)(void *)job;
  engine_return_easy(handle->engine, job->easy);
  wipe_headers(handle->headers);
  curl_slist_free_all(handle->headers);
  pthread_mutex_destroy(&handle->lock);
  free(handle);
}

/* Gives the transfer a handle; false without memory. */
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

bool transfer_open(struct transfer *transfer, struct engine *engine,
                   const struct transfer_settings *settings, const struct transfer_order *order) {
  *transfer = (struct transfer){.handle = NULL};
  buffer_init(&transfer->body, settings->max_response);
  buffer_init(&transfer->head, TRANSFER_HEAD_MAXIMUM);
  bool fine = open_handle(transfer, engine);
  CURL *easy = fine ? transfer->handle->job.easy : NULL;
  fine = fine && curl_setup_prepare(easy, &settings->easy, order->url) &&
         set_headers(transfer, order) && set_method(transfer, order);
  if (!fine) {
    transfer_close(transfer);
    return false;
  }
  transfer->handle->job.timeout = settings->timeout;
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

/* Makes the head and body those given, whatever they were. */
static bool replace_answer(struct transfer *transfer, const struct buffer *head, const char *body,
                           size_t body_length) {
  buffer_clear(&transfer->head);
  buffer_clear(&transfer->body);
  transfer->headers_complete = true;
  return buffer_append(&transfer->head, head->bytes, head->length) &&
         buffer_reserve(&transfer->body, body_length + TRANSFER_BODY_SLACK) &&
         buffer_append(&transfer->body, body, body_length);
}

bool transfer_answer(struct transfer *transfer, const struct transfer_settings *settings,
                     const struct buffer *head, const char *body, size_t body_length) {
  if (transfer->handle == NULL) {
    buffer_init(&transfer->body, settings->max_response);
    buffer_init(&transfer->head, TRANSFER_HEAD_MAXIMUM);
  }
  return replace_answer(transfer, head, body, body_length);
}

void transfer_stop(struct transfer *transfer) {
  struct transfer_handle *handle = transfer->handle;
  if (handle == NULL || engine_is_inherited(handle->engine)) return;
  lock_handle(handle);
  handle->transfer = NULL;
  unlock_handle(handle);
}

/*
** Gives the handle up. What a fork has copied is left as it is: who held which lock, and what was
** half written at that moment, is not known.
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
    buffer_free(&transfer->head);
  }
  *transfer = (struct transfer){.handle = NULL};
}

CURLcode transfer_result(const struct transfer *transfer) {
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
  CURL *easy = transfer->handle->job.easy;
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

bool transfer_next_header(const struct transfer *transfer, size_t *position, const char **name,
                          size_t *name_length, const char **value) {
  return response_headers_next(&transfer->head, position, name, name_length, value);
}

const char *transfer_header(const struct transfer *transfer, const char *name) {
  return response_headers_value(&transfer->head, name);
}

const char *transfer_join_header(const struct transfer *transfer, const char *name,
                                 struct buffer *joined) {
  return response_headers_join(&transfer->head, name, joined);
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
  return transfer_result(transfer) == CURLE_OK && !transfer->headers_complete;
}

bool transfer_head_is_too_large(const struct transfer *transfer) {
#if LIBCURL_VERSION_NUM >= 0x080600
  if (transfer_result(transfer) == CURLE_TOO_LARGE) return true;
#endif
  /* of heads that are too large together there are only words */
  if (strstr(transfer_reason(transfer), "Too large response headers") != NULL) return true;
  /* older ones call it a lack of memory, but then a status has come */
  bool lacked_memory =
      transfer_result(transfer) == CURLE_OUT_OF_MEMORY && transfer_facts(transfer).status != 0;
  return lacked_memory || transfer->head.failed == BUFFER_TOO_LARGE;
}

bool transfer_is_too_large(const struct transfer *transfer) {
  return transfer->body.failed == BUFFER_TOO_LARGE;
}

bool transfer_lacks_memory(const struct transfer *transfer) {
  return transfer->head.failed == BUFFER_NO_MEMORY || transfer->body.failed == BUFFER_NO_MEMORY;
}
