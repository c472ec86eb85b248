/*
** document_fuzz.c: parses, checks and paginates documents and converts them to Lua values. An input
** is three lines (the URL after the host, a Link header, a filter `name=value`), followed by the
** document.
*/
#include <stdbool.h>

#include "fuzz.h"

#include "json/json_id.h"
#include "jsonapi/exact.h"
#include "jsonapi/pagination.h"
#include "lua/document/document.h"

/* A copy that ends with the promised padding, so that a memory checker finds overreads. */
static char *pad(const struct fuzz_input *input) {
  char *text = calloc(1, input->left + JSON_PADDING);
  fuzz_must(text != NULL, "there is memory");
  if (input->left > 0) memcpy(text, input->at, input->left);
  return text;
}

static bool same_text(struct json_value a, struct json_value b) {
  struct json_content first = json_content(a), second = json_content(b);
  return first.type != JSON_STRING || second.type != JSON_STRING ||
         (first.length == second.length &&
          memcmp(first.as.string, second.as.string, first.length) == 0);
}

/* Checks that type and id find each resource, or an earlier one with the same type and id. */
static void find_all(const struct resource_index *identity, struct json_value resources) {
  struct json_iterator items = json_iterate(resources);
  struct json_value item;
  while (json_next_item(&items, &item)) {
    struct json_content type = json_content(json_member(item, "type"));
    char text[NUMBER_FORMAT_SIZE];
    const char *id;
    size_t length;
    if (type.type != JSON_STRING || !json_id_text(json_member(item, "id"), text, &id, &length))
      continue;
    struct json_value found =
        resource_index_find(identity, type.as.string, type.length, id, length, false);
    fuzz_must(json_exists(found), "a resource is found by its type and id");
    fuzz_must(same_text(json_member(found, "type"), json_member(item, "type")),
              "what is found has that type");
    fuzz_must(same_text(json_member(found, "id"), json_member(item, "id")),
              "what is found has that id");
  }
}

static void identify(struct document_store *document) {
  struct resource_index built = {.slots = NULL}, *identity = &built;
  fuzz_must(resource_index_build(identity, document->data, document->included), "there is memory");
  if (document->is_list) find_all(identity, document->data);
  find_all(identity, document->included);
  resource_index_find(identity, "", 0, "", 0, true);
  resource_index_free(identity);
}

/* A list in which each page is this document, at most three pages long. */
static void page(const struct document_store *document, const char *place, const char *link) {
  struct pagination paging = {0};
  char *url = malloc(strlen(place) + 32), *total = strrchr(link, '=');
  fuzz_must(url != NULL, "there is memory");
  sprintf(url, "http://api.test/v1/%s", place);
  for (int i = 0; i < 3 && url != NULL; i++) {
    struct pagination_response answer = {.url = url,
                                         .root = document->root,
                                         .link = link,
                                         .headers = {.total = total,
                                                     .next_page = total,
                                                     .content_range = link,
                                                     .cursor = link[0] == '#' ? link : NULL,
                                                     .cursor_parameter = "cursor",
                                                     .unread = link,
                                                     .unread_length = strlen(link)}};
    char *next = NULL;
    struct pagination_page examined = pagination_examine(&answer);
    struct pagination_facts facts = pagination_facts(&paging, &examined);
    fuzz_must(facts.number >= -1 && facts.last >= -1 && facts.total >= -1 && facts.size >= -1,
              "facts are no less than -1");
    answer.is_repeated = i > 0;
    enum pagination_step step = pagination_next(&paging, &examined, &next);
    bool goes_on = step == PAGINATION_STATED || step == PAGINATION_GUESSED;
    fuzz_must(!goes_on || next != NULL, "a next page has a URL");
    if (goes_on) free(pagination_predict(url, next, 1 + i * 1000));
    free(url);
    url = goes_on ? next : NULL;
    if (!goes_on) free(next);
  }
  free(url);
  pagination_free(&paging);
}

/* Applies the filter to the resources. */
static void apply_exact_filter(struct document_store *document, const char *filter) {
  struct exact exact = {0};
  struct json_iterator items = json_iterate(document->data);
  struct json_value item;
  const char *missing, *value = strchr(filter, '=');
  char *name = strndup(filter, strcspn(filter, "="));
  fuzz_must(name != NULL && exact_add(&exact, name), "there is memory");
  if (value != NULL) {
    exact_add_text(&exact, value + 1, strlen(value + 1));
    exact_add_number(&exact, atof(value + 1), value + 1, strlen(value + 1));
  }
  for (size_t i = 0; document->is_list && json_next_item(&items, &item); i++)
    if (exact_judge(&exact, item, &missing) != EXACT_PASSES)
      fuzz_must(document_store_drop(document, i), "there is memory");
  free(name);
  exact_free(&exact);
}

static void show(const struct document_store *document, const struct fuzz_input *input) {
  lua_State *L = fuzz_state("document");
  lua_pushvalue(L, 1);
  document_push(L, document);
  lua_pushlstring(L, input->at, input->left);
  document_push(L, document);
  document_use_views(L, -1);
  fuzz_call(L, 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fuzz_input input = {(const char *)data, size};
  char *place = fuzz_take(&input, '\n'), *link = fuzz_take(&input, '\n'),
       *filter = fuzz_take(&input, '\n');
  char *text = pad(&input);
  struct document_store *document = document_store_new();
  struct buffer reason;
  buffer_init(&reason, 512);
  fuzz_must(document != NULL, "there is memory");
  if (document_store_read(document, text, input.left, &reason)) {
    free(text); /* a document does not need its text */
    text = NULL;
    identify(document);
    page(document, place, link);
    show(document, &input);
    document->from = size % 3 < document->count ? size % 3 : 0;
    if (document->is_list) apply_exact_filter(document, filter);
    document_store_limit(document, size % 5);
    show(document, &input);
  } else {
    fuzz_must(reason.length > 0, "a refusal has a reason");
  }
  document_store_free(document);
  buffer_free(&reason);
  free(text);
  free(place);
  free(link);
  free(filter);
  return 0;
}
