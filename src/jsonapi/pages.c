/*
** pages.c: the pages of one list.
*/
#include "jsonapi/pages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/excerpt.h"
#include "http/url.h"
#include "jsonapi/columns_check.h"
#include "jsonapi/page_headers.h"
#include "jsonapi/page_order.h"
#include "jsonapi/response_document.h"

/* The error of a next link that cannot be followed; the number is URL_MAXIMUM. */
#define PAGES_NO_LINK "the next link is not a valid URL of at most 1048576 bytes"
/*
** The number of empty pages in a row with which a list fails, if each states a next page. Servers
** that filter after paging have some empty pages between others.
*/
#define PAGES_EMPTY_MOST 100
/* Size of a formatted reason with its NUL. */
#define PAGES_REASON_SIZE 1024

static void reject(struct pages *pages, enum error_kind kind, const char *reason) {
  request_reject(pages->request, kind, reason);
  pages->state = PAGES_FAILED;
}

/* Fails the list instead of requesting `url`: the failed request is one that was not sent. */
static void fail_unsent(struct pages *pages, const char *url, enum error_kind kind,
                        const char *reason) {
  struct request_order order = page_order(url, CLOCK_NEVER);
  pages->has_request = true;
  pages->state = PAGES_FAILED;
  request_refuse(pages->request, pages->session, &order, kind, reason);
}

void pages_begin(struct pages *pages, struct session *session, char *url, const char *refused) {
  pages->session = session;
  pages->request = &pages->own;
  pages->next_url = url;
  if (refused != NULL) fail_unsent(pages, url, KIND_REFUSED, refused);
}

static void reject_too_many_pages(struct pages *pages) {
  char reason[PAGES_REASON_SIZE];
  snprintf(reason, sizeof reason, "the list has more than max_pages (%" PRId64 ") pages",
           pages->session->max_pages);
  fail_unsent(pages, pages->next_url, KIND_PROTOCOL, reason);
}

/*
** Returns the clock_now() time of the deadline of a page requested now. The pages after an empty
** one, and a page that is requested again, have the one before: it is for the same resource.
*/
static double deadline_of(struct pages *pages) {
  const struct session *session = pages->session;
  if (pages->deadline < CLOCK_NEVER || session->deadline >= CLOCK_NEVER) return pages->deadline;
  if (pages->empty_pages == 0 && !pages->asks_again)
    pages->page_deadline = clock_now() + session->deadline;
  return pages->page_deadline;
}

/* Sends the requests now, so that they run while the caller processes the page before. */
static void send_now(const struct pages *pages) {
  struct session *session = pages->session;
  struct engine *engine = session->has_loop ? NULL : session_engine(session);
  if (engine != NULL) request_send_due(engine);
}

static void request_next(struct pages *pages) {
  struct session *session = pages->session;
  if (pages->received >= session->max_pages) {
    reject_too_many_pages(pages);
    return;
  }
  pages->has_request = true;
  pages->adopted = page_prefetch_take(&pages->prefetched, pages->next_url);
  if (pages->adopted != NULL) {
    pages->request = &pages->adopted->request;
  } else {
    struct request_order order = page_order(pages->next_url, deadline_of(pages));
    request_start(pages->request, session, &order);
    if (!request_is_done(pages->request)) send_now(pages);
  }
  free(pages->next_url);
  pages->next_url = NULL;
  pages->asks_again = false;
}

/* Closes the current request, so that another page can be requested. */
static void drop_request(struct pages *pages) {
  if (pages->adopted != NULL)
    page_prefetch_drop(pages->adopted);
  else if (pages->request != NULL)
    request_close(pages->request);
  pages->adopted = NULL;
  pages->request = &pages->own;
  pages->has_request = false;
}

/* Returns how many pages after this one are certainly needed, as far as is known. */
static int64_t count_wanted(const struct pages *pages, const struct pagination_facts *facts) {
  int64_t count = pages->session->max_pages - pages->received;
  if (facts->number < 0 || facts->last < 0 || pages->guessed) return 0;
  if (facts->last - facts->number < count) count = facts->last - facts->number;
  if (pages->wanted < 0) return count;
  if (facts->size <= 0) return 0;
  int64_t needed = pages->wanted / facts->size + (pages->wanted % facts->size != 0);
  return needed < count ? needed : count;
}

/* Requests pages after the one at `url` concurrently. pages->next_url must be known. */
static void request_predicted_pages(struct pages *pages, const char *url,
                                    const struct pagination_facts *facts) {
  int64_t wanted = count_wanted(pages, facts);
  size_t count = 0;
  if (pages->concurrency < 2) return;
  while (count < pages->concurrency && (int64_t)count < wanted) {
    char *next = count == 0 ? strdup(pages->next_url)
                            : pagination_predict(url, pages->next_url, (int64_t)count + 1);
    bool requested =
        next != NULL &&
        page_prefetch_request(&pages->prefetched, count, pages->session, next, deadline_of(pages));
    free(next);
    if (!requested) break;
    count++;
  }
  page_prefetch_keep(&pages->prefetched, count);
  send_now(pages);
}

/* Stores a document for reuse by the next page. */
static void recycle(struct pages *pages, struct document_store *document) {
  if (pages->spare == NULL)
    pages->spare = document;
  else
    document_store_free(document);
}

/* Appends a page to the ready ones. The list fails on out of memory. */
static void append_ready(struct pages *pages, struct document_store *document) {
  char *url = strdup(pages->request->url);
  if (url != NULL && pages->ready_count == pages->ready_capacity) {
    size_t capacity = pages->ready_capacity * 2 + 2;
    struct page *longer = realloc(pages->ready, capacity * sizeof *longer);
    if (longer != NULL) {
      pages->ready = longer;
      pages->ready_capacity = capacity;
    }
  }
  if (url == NULL || pages->ready_count == pages->ready_capacity) {
    free(url);
    recycle(pages, document);
    reject(pages, KIND_REFUSED, ERROR_NO_MEMORY);
    return;
  }
  pages->ready[pages->ready_count++] = (struct page){.document = document, .url = url};
}

/* Fails the list because of a link, or of out of memory while the link was read. */
static void reject_link(struct pages *pages, enum error_kind kind, const char *reason) {
  bool lacks_memory = errno == ENOMEM;
  reject(pages, lacks_memory ? KIND_REFUSED : kind, lacks_memory ? ERROR_NO_MEMORY : reason);
}

/* Fails the list because the next link leads to another origin. */
static void reject_elsewhere(struct pages *pages, const char *next_url) {
  char reason[PAGES_REASON_SIZE], shown[EXCERPT_SIZE(EXCERPT_VALUE)];
  excerpt(shown, next_url, strlen(next_url), EXCERPT_VALUE);
  snprintf(reason, sizeof reason,
           "the next link leads to another server, which gets neither request nor token: %s%s",
           shown, session_link_advice(pages->session, next_url));
  reject(pages, KIND_REFUSED, reason);
}

/*
** Sets the next URL. The server chooses the path, but the request goes to the base URL's origin
** only.
*/
static void follow(struct pages *pages, char *next_url) {
  const char *base = pages->session->base;
  bool is_elsewhere = !session_accepts_link(pages->session, next_url);
  if (is_elsewhere && errno == ENOMEM) {
    reject(pages, KIND_REFUSED, ERROR_NO_MEMORY);
  } else if (is_elsewhere) {
    reject_elsewhere(pages, next_url);
  } else {
    pages->next_url = url_on_origin(base, next_url);
    if (pages->next_url == NULL) reject_link(pages, KIND_PROTOCOL, PAGES_NO_LINK);
  }
  free(next_url);
}

static void reject_incomplete(struct pages *pages) {
  char reason[PAGES_REASON_SIZE];
  pagination_describe_gap(&pages->paging, reason, sizeof reason);
  reject(pages, KIND_PROTOCOL, reason);
}

/* Ends a list whose guessed page does not exist. It fails if the server stated more resources. */
static void end_after_guess(struct pages *pages) {
  pages->state = PAGES_ENDED;
  if (pagination_end(&pages->paging) == PAGINATION_INCOMPLETE) reject_incomplete(pages);
}

/* Determines what follows a page. */
static void find_next(struct pages *pages, const struct pagination_page *page) {
  char *next_url = NULL;
  errno = 0;
  switch (pagination_next(&pages->paging, page, &next_url)) {
    case PAGINATION_END: pages->state = PAGES_ENDED; break;
    case PAGINATION_INCOMPLETE: reject_incomplete(pages); break;
    case PAGINATION_GUESSED:
      pages->guessed = true;
      follow(pages, next_url);
      break;
    case PAGINATION_STATED:
      pages->guessed = false;
      follow(pages, next_url);
      break;
    case PAGINATION_LOOP:
      if (!session_accepts_link(pages->session, next_url) && errno != ENOMEM) {
        follow(pages, next_url); /* a page of another origin, whatever its path */
        break;
      }
      free(next_url);
      reject_link(pages, KIND_PROTOCOL, "pagination loop: the next link leads to an earlier page");
      break;
    case PAGINATION_BROKEN:
      free(next_url);
      reject_link(pages, KIND_PROTOCOL, PAGES_NO_LINK);
      break;
  }
}

/* Fails the list because a resource has no attribute `name`. */
static void reject_missing(struct pages *pages, const char *name) {
  char reason[PAGES_REASON_SIZE], shown[EXCERPT_SIZE(EXCERPT_VALUE)];
  excerpt(shown, name, strlen(name), EXCERPT_VALUE);
  snprintf(reason, sizeof reason,
           "exact: a resource has no attribute \"%s\" to compare with the filter", shown);
  reject(pages, KIND_REFUSED, reason);
}

/*
** Hides the resources that do not match exactly. Returns false, and the list has failed, if a
** resource cannot be compared.
*/
static bool apply_exact_filter(struct pages *pages, struct document_store *document) {
  struct json_iterator items = json_iterate(document->data);
  struct json_value item;
  const char *missing;
  if (pages->exact.count == 0 || !document->is_list) return true;
  for (size_t i = 0; json_next_item(&items, &item); i++) {
    enum exact_verdict verdict = exact_judge(&pages->exact, item, &missing);
    if (verdict == EXACT_UNKNOWN) {
      reject_missing(pages, missing);
      return false;
    }
    if (verdict == EXACT_FAILS && !document_store_drop(document, i)) {
      reject(pages, KIND_REFUSED, ERROR_NO_MEMORY);
      return false;
    }
  }
  return true;
}

/* Makes the page that came the next one once more, with another `include`. */
static void ask_again(struct pages *pages, const char *include) {
  pages->next_url = url_set_parameter(pages->request->url, "include", include);
  pages->asks_again = true;
  if (pages->next_url == NULL) reject_link(pages, KIND_PROTOCOL, PAGES_NO_LINK);
}

/*
** Returns whether the page has the list's columns. If not, the list has failed, or the page is
** requested again.
*/
static bool has_columns(struct pages *pages, const struct document_store *document) {
  struct buffer text;
  if (pages->columns == NULL) return true;
  buffer_init(&text, URL_MAXIMUM);
  enum columns_verdict verdict =
      columns_check(pages->columns, document, pages->request->url, &text);
  const char *shown = verdict == COLUMNS_FIT ? NULL : buffer_text(&text);
  if (verdict == COLUMNS_NO_MEMORY || (verdict != COLUMNS_FIT && shown == NULL))
    reject(pages, KIND_REFUSED, ERROR_NO_MEMORY);
  else if (verdict == COLUMNS_UNFIT)
    reject(pages, KIND_REFUSED, shown);
  else if (verdict == COLUMNS_WANT_INCLUDE)
    ask_again(pages, shown);
  buffer_free(&text);
  return verdict == COLUMNS_FIT;
}

/* Sets the document's position in the list, and subtracts its resources from the wanted ones. */
static struct pagination_facts set_position(struct pages *pages, struct document_store *document,
                                            const struct pagination_page *page) {
  struct pagination_facts facts = pagination_facts(&pages->paging, page);
  document->from = pages->skip < (int64_t)document->count ? (size_t)pages->skip : document->count;
  pages->skip = 0;
  pages->received++;
  document->number = facts.number >= 0 ? facts.number : pages->received;
  document->last = facts.last;
  pages->page_size = facts.size;
  document->total = pages->exact.count == 0 ? facts.total : -1;
  size_t wanted = pages->wanted < 0 ? SIZE_MAX : (size_t)pages->wanted;
  size_t shown = document_store_limit(document, wanted);
  if (pages->wanted >= 0) pages->wanted -= (int64_t)shown;
  return facts;
}

/*
** Whether the page must not be used, because it came before: a guessed one ends the list, and one
** that came too often fails it. Sets `is_repeated` of the response.
*/
static bool came_before(struct pages *pages, const struct document_store *document,
                        struct pagination_response *response) {
  if (!document->is_list) return false;
  enum page_novelty novelty = page_history_add(&pages->history, document->data);
  response->is_repeated = novelty == PAGE_IS_REPEATED;
  if (pages->guessed && novelty != PAGE_IS_NEW) {
    end_after_guess(pages);
    return true;
  }
  if (novelty != PAGE_IS_LOOP) return false;
  reject(pages, KIND_PROTOCOL, "pagination loop: the same page came three times");
  return true;
}

/* Fails a list with too many empty pages. */
static void count_empty_pages(struct pages *pages, const struct document_store *document) {
  pages->empty_pages = json_count(document->data) == 0 ? pages->empty_pages + 1 : 0;
  if (pages->empty_pages >= PAGES_EMPTY_MOST && pages->state == PAGES_OPEN)
    reject(pages, KIND_PROTOCOL,
           "the last 100 pages were empty, and the server still states a next page");
}

/* Makes the page ready, or drops it. */
static void accept_page(struct pages *pages, struct document_store *document,
                        struct pagination_response *response) {
  bool guessed = pages->guessed;
  if (!has_columns(pages, document) || came_before(pages, document, response)) {
    recycle(pages, document);
    return;
  }
  struct pagination_page page = pagination_examine(response);
  if (response->is_repeated) { /* its resources came with an earlier page */
    pages->received++;
    find_next(pages, &page);
    recycle(pages, document);
    return;
  }
  if (!apply_exact_filter(pages, document)) {
    recycle(pages, document);
    return;
  }
  struct pagination_facts facts = set_position(pages, document, &page);
  request_trace_page(pages->request, document->shown, document->total);
  if (document->is_list)
    find_next(pages, &page);
  else
    pages->state = PAGES_ENDED;
  if (document->is_list) count_empty_pages(pages, document);
  if (guessed && pages->state == PAGES_ENDED && json_count(document->data) == 0) {
    recycle(pages, document); /* the guessed page does not exist */
    return;
  }
  if (pages->wanted == 0) pages->state = PAGES_ENDED;
  if (pages->state == PAGES_ENDED && document->last < 0 && pages->wanted != 0)
    document->last = document->number;
  append_ready(pages, document);
  if (pages->state == PAGES_OPEN) request_predicted_pages(pages, response->url, &facts);
}

static void read_page(struct pages *pages, struct document_store *document) {
  struct request *request = pages->request;
  struct buffer link;
  buffer_init(&link, SIZE_MAX / 4);
  struct pagination_response response = {
      .url = request->url,
      .root = document->root,
      .link = transfer_join_header(&request->transfer, "link", &link),
      .headers = page_headers_read(&request->transfer),
  };
  if (link.failed == BUFFER_FINE) {
    accept_page(pages, document, &response);
  } else { /* without its Link header a list would end too early */
    recycle(pages, document);
    reject(pages, KIND_REFUSED, ERROR_NO_MEMORY);
  }
  buffer_free(&link);
}

/* Whether a status that answers a guess means that there is no such page, or no pagination. */
static bool means_no_page(int64_t status) {
  return status == 204 || status == 400 || status == 404 || status == 416 || status == 422;
}

/*
** Returns the status that the first error object of a document states; -1 if there is none, or no
** document, so that `document` has another response's.
*/
static int64_t stated_status(const struct request *request, const struct document_store *document) {
  if (request->transfer.body.length == 0) return -1;
  struct json_iterator errors = json_iterate(json_member(document->root, "errors"));
  struct json_value error = {0};
  json_next_item(&errors, &error);
  return json_whole(json_member(error, "status"));
}

/* Handles a response without a page. `document` may have been read from it. */
static void take_failure(struct pages *pages, const struct document_store *document) {
  const struct request *request = pages->request;
  long status = request->facts.status;
  bool is_no_page =
      pages->guessed &&
      (means_no_page(status) || (status < 300 && means_no_page(stated_status(request, document))));
  if (request->error != KIND_NONE && !is_no_page)
    pages->state = PAGES_FAILED;
  else if (is_no_page || status == 204)
    end_after_guess(pages);
  else
    reject(pages, KIND_PROTOCOL, "a page without a body");
}

/* Handles the response of the current request. */
static void take_response(struct pages *pages) {
  struct request *request = pages->request;
  struct document_store *document = pages->spare != NULL ? pages->spare : document_store_new();
  pages->spare = NULL;
  if (document == NULL) {
    reject(pages, KIND_REFUSED, ERROR_NO_MEMORY);
  } else if (!response_document_read(request, document)) {
    take_failure(pages, document);
    recycle(pages, document);
  } else if (!json_exists(document->data)) {
    recycle(pages, document);
    reject(pages, KIND_PROTOCOL, "a page without the member data");
  } else if (pages->guessed && json_type(document->data) == JSON_NULL) {
    recycle(pages, document);
    end_after_guess(pages);
  } else if (!document->is_list && pages->received > 0) {
    recycle(pages, document);
    reject(pages, KIND_PROTOCOL, "a later page has no list in data");
  } else {
    read_page(pages, document);
  }
  if (pages->state != PAGES_OPEN) page_prefetch_keep(&pages->prefetched, 0);
  if (pages->state != PAGES_FAILED) drop_request(pages);
}

void pages_advance(struct pages *pages, bool need_page) {
  size_t limit = pages->ahead + (need_page ? 1 : 0);
  while (pages->state == PAGES_OPEN) {
    if (!pages->has_request && pages->ready_count < limit) request_next(pages);
    if (!pages->has_request || !request_is_done(pages->request)) return;
    /* parsed when the ready page is dropped, so that one document and its parser serve both */
    if (need_page && pages->ready_count > 0) return;
    take_response(pages);
  }
}

const struct page *pages_peek(const struct pages *pages) {
  return pages->ready_count > 0 ? pages->ready : NULL;
}

void pages_drop(struct pages *pages) {
  struct page page = pages->ready[0];
  pages->ready_count--;
  memmove(pages->ready, pages->ready + 1, pages->ready_count * sizeof *pages->ready);
  recycle(pages, page.document);
  free(page.url);
}

void pages_refuse(struct pages *pages, const char *url, const char *reason) {
  page_prefetch_keep(&pages->prefetched, 0);
  while (pages->ready_count > 0) pages_drop(pages);
  drop_request(pages);
  fail_unsent(pages, url, KIND_REFUSED, reason);
}

bool pages_is_waiting(const struct pages *pages) {
  return pages->state == PAGES_OPEN && !(pages->has_request && request_is_done(pages->request));
}

void pages_cancel(struct pages *pages, const char *reason) {
  page_prefetch_keep(&pages->prefetched, 0);
  if (pages->has_request && !request_is_done(pages->request))
    request_cancel(pages->request, reason);
  else if (!pages->has_request && pages->state == PAGES_OPEN)
    fail_unsent(pages, pages->next_url, KIND_CANCELLED, reason);
}

void pages_close(struct pages *pages) {
  drop_request(pages);
  page_prefetch_close(&pages->prefetched);
  while (pages->ready_count > 0) pages_drop(pages);
  document_store_free(pages->spare);
  free(pages->ready);
  free(pages->next_url);
  pagination_free(&pages->paging);
  page_history_free(&pages->history);
  exact_free(&pages->exact);
  memset(pages, 0, sizeof *pages);
  pages->state = PAGES_ENDED;
}
