/*
** columns_check.c: looks for columns in all resources of a page.
*/
#include "jsonapi/columns_check.h"

#include <stdlib.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/similar.h"
#include "base/text_copy.h"
#include "http/url.h"
#include "http/url_query.h"
#include "jsonapi/resource_index.h"

/* The most known names that a reason lists. */
#define NAMES_LISTED 20

/* What a resource shows about a column; of several, the largest counts. */
enum judgement {
  JUDGED_MISSING,
  JUDGED_EMPTY, /* a relationship on the path is empty, so that nothing is known of what follows */
  JUDGED_FOUND,
  JUDGED_UNASKED /* the column needs an include that was not requested */
};

struct check {
  struct columns *columns;
  const struct document_store *document;
  struct resource_index index; /* built on first use */
  char *include;               /* the value in the URL; NULL for none; owned */
  bool lacks_memory;
  /* why the first resource that lacks the column under test does; its `result` is VALUE for none */
  struct column_place lack;
  bool follows;   /* the column under test was found in an included resource */
  size_t related; /* number of related resources in which it was looked for */
};

/* Whether a list of paths, as in the parameter `include`, covers the `length` bytes at `path`. */
static bool covers(const char *list, const char *path, size_t length) {
  while (list != NULL && *list != '\0') {
    size_t entry = strcspn(list, ",");
    if (entry >= length && memcmp(list, path, length) == 0 &&
        (entry == length || list[length] == '.'))
      return true;
    list += entry;
    if (*list == ',') list++;
  }
  return false;
}

/* Returns the length of the path that the first `count` names form. */
static size_t path_length(const struct column *column, size_t count) {
  const struct column_name *last = &column->names[count - 1];
  return (size_t)(last->text + last->length - column->text);
}

/* Returns whether the include of the path of `count` names is still to be requested. */
static bool is_unasked(const struct check *check, const struct column *column, size_t count) {
  return check->columns->adds_include && column->asked < count &&
         !covers(check->include, column->text, path_length(column, count));
}

/* Returns the resource that an identifier names; no value if the document has none. */
static struct json_value resolve(struct check *check, struct json_value identifier) {
  const struct document_store *document = check->document;
  if (check->index.capacity == 0 &&
      !resource_index_build(&check->index, document->data, document->included)) {
    check->lacks_memory = true;
    return (struct json_value){NULL, 0};
  }
  return resource_index_resolve(&check->index, identifier);
}

static enum judgement judge(struct check *check, struct column *column, size_t from,
                            struct json_value resource);

static enum judgement judge_missing(struct check *check, struct column_place place) {
  if (check->lack.result != COLUMN_MISSING) check->lack = place;
  return JUDGED_MISSING;
}

/* Judges what the identifier of a relationship names. */
static enum judgement judge_related(struct check *check, struct column *column, size_t next,
                                    struct json_value identifier) {
  check->related++;
  if (column_find_in_linkage(column, next, identifier).result == COLUMN_VALUE) return JUDGED_FOUND;
  struct json_value related = resolve(check, identifier);
  if (json_exists(related)) {
    check->follows = true;
    return judge(check, column, next, related);
  }
  struct column_place place = {
      .result = COLUMN_MISSING, .lack = COLUMN_LACKS_INCLUDED, .at = next - 1};
  return judge_missing(check, place);
}

static enum judgement judge_all_related(struct check *check, struct column *column, size_t next,
                                        struct json_value linkage) {
  struct json_iterator items = json_iterate(linkage);
  struct json_value item;
  enum judgement best = json_count(linkage) == 0 ? JUDGED_EMPTY : JUDGED_MISSING;
  while (best < JUDGED_FOUND && json_next_item(&items, &item)) {
    if (check->related > COLUMNS_RELATED_MOST) return JUDGED_EMPTY; /* the row fails */
    enum judgement one = judge_related(check, column, next, item);
    if (one > best) best = one;
  }
  return best;
}

/* Whether the names from `next` on are in the linkage, so that they need no include. */
static bool is_in_linkage(const struct column *column, size_t next) {
  return column->count - next == 1 &&
         (column->names[next].member == COLUMN_ID || column->names[next].member == COLUMN_TYPE);
}

/*
** Whether the path leads into related resources whose include is still to be requested; notes that
** it is.
*/
static bool wants_include(const struct check *check, struct column *column,
                          const struct column_place *place) {
  if (place->next == 0 || is_in_linkage(column, place->next)) return false;
  if (!is_unasked(check, column, place->next)) return false;
  column->asked = place->next;
  return true;
}

static enum judgement judge(struct check *check, struct column *column, size_t from,
                            struct json_value resource) {
  struct column_resource parts = column_resource_of(resource);
  struct column_place place = column_find(column, from, &parts);
  if (wants_include(check, column, &place)) return JUDGED_UNASKED;
  if (place.result == COLUMN_VALUE) return JUDGED_FOUND;
  if (place.result == COLUMN_MISSING) return judge_missing(check, place);
  if (place.next == 0) return JUDGED_FOUND; /* an attribute of null */
  if (place.result == COLUMN_NULL)
    return is_in_linkage(column, place.next) ? JUDGED_FOUND : JUDGED_EMPTY;
  if (place.result == COLUMN_ONE) return judge_related(check, column, place.next, place.value);
  return judge_all_related(check, column, place.next, place.value);
}

/* Looks for a column in all resources of the page. Settles it if one has it. */
static enum judgement judge_page(struct check *check, struct column *column) {
  struct json_value data = check->document->data, item;
  struct json_iterator items = json_iterate(data);
  enum judgement best = JUDGED_MISSING;
  check->lack.result = COLUMN_VALUE;
  check->follows = false;
  check->related = 0;
  if (json_type(data) == JSON_OBJECT) best = judge(check, column, 0, data);
  while (json_type(data) == JSON_ARRAY && best < JUDGED_FOUND && json_next_item(&items, &item)) {
    enum judgement one = judge(check, column, 0, item);
    if (one > best) best = one;
  }
  if (best == JUDGED_FOUND && !column->settled) {
    column->settled = true;
    column->follows = check->follows;
    check->columns->follows = check->columns->follows || check->follows;
    check->columns->unsettled--;
  }
  return best;
}

/* ------------------------------------------------------------------- reasons */

static void put_quoted(struct buffer *text, const char *name, size_t length) {
  buffer_putc(text, '"');
  excerpt_append(text, name, length, EXCERPT_VALUE);
  buffer_putc(text, '"');
}

/* Names of members, as far as a reason shows them. */
struct known {
  const char *names[NAMES_LISTED];
  size_t count;
  const char *nearest; /* the most similar name; NULL for none */
  size_t edits;        /* of `nearest` */
};

static void know(struct known *known, const char *wanted, const char *name) {
  size_t edits = similar_edits(wanted, name);
  if (edits == 0) return; /* id or type, which resources may lack */
  if (edits < known->edits) {
    known->edits = edits;
    known->nearest = name;
  }
  if (known->count < NAMES_LISTED) known->names[known->count++] = name;
}

static void know_members(struct known *known, const char *wanted, struct json_value object) {
  struct json_iterator members = json_iterate(object);
  struct json_value value;
  const char *name;
  size_t length;
  if (json_type(object) != JSON_OBJECT) return;
  while (json_next_member(&members, &name, &length, &value)) know(known, wanted, name);
}

/*
** Appends the known name that is similar to `wanted`, or all of them. They are those of an object,
** and of a resource those of its fields.
*/
static void put_known(struct buffer *text, const char *wanted, struct json_value object) {
  struct known known = {.edits = SIMILAR_NONE};
  struct column_resource parts = column_resource_of(object);
  if (json_exists(parts.attributes) || json_exists(parts.relationships)) {
    know(&known, wanted, "id");
    know(&known, wanted, "type");
    know_members(&known, wanted, parts.attributes);
    know_members(&known, wanted, parts.relationships);
  } else {
    know_members(&known, wanted, object);
  }
  if (known.nearest != NULL) {
    buffer_puts(text, "; did you mean ");
    put_quoted(text, known.nearest, strlen(known.nearest));
    buffer_putc(text, '?');
    return;
  }
  for (size_t i = 0; i < known.count; i++) {
    buffer_puts(text, i == 0 ? "; known names: " : ", ");
    excerpt_append(text, known.names[i], strlen(known.names[i]), EXCERPT_VALUE);
  }
}

/* Appends the reason for a name that its object lacks. */
static void put_unknown(struct buffer *text, const struct column *column,
                        const struct column_place *lack) {
  const struct column_name *name = &column->names[lack->at];
  char *wanted = text_copy(name->text, name->length);
  buffer_puts(text, lack->at == 0 ? "no resource of the page has " : "nothing on the page has ");
  put_quoted(text, name->text, name->length);
  if (lack->at > 0) {
    buffer_puts(text, " in ");
    put_quoted(text, column->text, path_length(column, lack->at));
  }
  if (wanted != NULL) put_known(text, wanted, lack->within);
  free(wanted);
}

/* Writes why no resource of the page has the column. */
static void put_reason(struct buffer *text, const struct check *check,
                       const struct column *column) {
  const struct column_place *lack = &check->lack;
  const struct column_name *name = &column->names[lack->at];
  buffer_puts(text, "column ");
  put_quoted(text, column->text, column->length);
  buffer_puts(text, ": ");
  switch (lack->lack) {
    case COLUMN_LACKS_MEMBER: put_unknown(text, column, lack); break;
    case COLUMN_LACKS_CHOICE:
      put_quoted(text, name->text, name->length);
      buffer_puts(text, " is a relationship; add what to read of it, such as \".id\"");
      break;
    case COLUMN_LACKS_LINKAGE:
      buffer_puts(text, "the server sent no data for the relationship ");
      put_quoted(text, name->text, name->length);
      if (column->asked <= lack->at) buffer_puts(text, "; add it to the query's include");
      break;
    case COLUMN_LACKS_INCLUDED:
      put_quoted(text, name->text, name->length);
      buffer_puts(text, check->columns->adds_include
                            ? " was not included, though the request asked for it"
                            : " was not included; name it in the query's include");
      break;
  }
  if (check->columns->sparse && lack->at > 0)
    buffer_puts(text, "; sparse = true leaves out fields that related resources may need");
  buffer_puts(text, " (missing = \"nil\" in the query reads such columns as nil)");
}

/* Writes the paths to include: those of the URL, and those that columns have asked for. */
static void put_include(struct buffer *text, const struct check *check) {
  if (check->include != NULL) buffer_puts(text, check->include);
  for (size_t i = 0; i < check->columns->count; i++) {
    const struct column *column = &check->columns->items[i];
    if (column->asked == 0) continue;
    size_t length = path_length(column, column->asked);
    if (covers(buffer_text(text), column->text, length)) continue;
    if (text->length > 0) buffer_putc(text, ',');
    buffer_append(text, column->text, length);
  }
}

/* Returns the decoded parameter `include` of the URL; NULL for none, and on out of memory. */
static char *include_of(const char *url, bool *lacks_memory) {
  struct url_query query = url_query_read(url);
  if (!url_query_has(&query, "include")) return NULL;
  size_t size = strlen(url) + 1;
  char *value = malloc(size);
  *lacks_memory = value == NULL;
  if (value == NULL || url_query_get(&query, "include", value, size) != NULL) return value;
  free(value);
  return NULL;
}

/*
** Whether a page without included resources needs them for the column: its link may have lost the
** include.
*/
static bool needs_look_again(const struct check *check, const struct column *column) {
  return column->follows && !json_exists(check->document->included);
}

static enum columns_verdict check_all(struct check *check, struct buffer *text) {
  bool asks = false;
  for (size_t i = 0; i < check->columns->count; i++) {
    struct column *column = &check->columns->items[i];
    if (column->settled && !needs_look_again(check, column)) continue;
    enum judgement judged = judge_page(check, column);
    if (check->lacks_memory) return COLUMNS_NO_MEMORY;
    if (judged == JUDGED_UNASKED) asks = true;
    if (judged != JUDGED_MISSING || check->columns->accepts_missing) continue;
    put_reason(text, check, column);
    return COLUMNS_UNFIT;
  }
  if (!asks) return COLUMNS_FIT;
  put_include(text, check);
  return COLUMNS_WANT_INCLUDE;
}

enum columns_verdict columns_check(struct columns *columns, const struct document_store *document,
                                   const char *url, struct buffer *text) {
  bool is_empty = document->is_list ? json_count(document->data) == 0
                                    : json_type(document->data) != JSON_OBJECT;
  bool has_news = columns->unsettled > 0 || (columns->follows && !json_exists(document->included));
  if (is_empty || !has_news) return COLUMNS_FIT;
  struct check check = {.columns = columns, .document = document};
  if (columns->adds_include) check.include = include_of(url, &check.lacks_memory);
  enum columns_verdict verdict = check.lacks_memory ? COLUMNS_NO_MEMORY : check_all(&check, text);
  free(check.include);
  resource_index_free(&check.index);
  return text->failed == BUFFER_NO_MEMORY ? COLUMNS_NO_MEMORY : verdict;
}
