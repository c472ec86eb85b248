/*
** page_history.c: compares each page of a list with the pages before it.
*/
#include "jsonapi/page_history.h"

#include "base/hash.h"
#include "json/json_hash.h"

/* The number of times that the same contents are a loop. */
#define LOOP_AFTER 3
/*
** Words of JSON's tape, a few for each member, up to which pages are compared completely. Of larger
** pages, the beginning and the last resource are compared.
*/
#define WORDS_MOST 512

/* Returns a hash of a resource's type and id; 0 if it has no id. */
static uint64_t hash_item(struct json_value item) {
  struct json_value id = json_member(item, "id");
  if (!json_exists(id)) return 0;
  uint64_t hash = json_hash(id, 2) ^ json_hash(json_member(item, "type"), 2) << 1;
  return hash == 0 ? 1 : hash;
}

struct page_ends {
  struct json_value first, last;
  size_t count;
};

/* Returns the first and last resource of a page that is not empty. */
static struct page_ends find_ends(struct json_value data) {
  struct page_ends ends = {.count = json_count(data)};
  struct json_iterator items = json_iterate(data);
  json_next_item(&items, &ends.first);
  ends.last = ends.first;
  while (json_next_item(&items, &ends.last)) continue;
  return ends;
}

/* Returns a hash of the contents, never 0. */
static uint64_t hash_contents(struct json_value data, const struct page_ends *ends) {
  uint64_t hash =
      json_hash(data, WORDS_MOST) ^ json_hash(ends->last, WORDS_MOST) << 1 ^ ends->count;
  return hash == 0 ? 1 : hash;
}

/*
** Returns the hash of the first resource's type and id; 0 without an id, and if the last resource
** has the same one: some servers have one id for all.
*/
static uint64_t hash_first(const struct page_ends *ends) {
  uint64_t first = hash_item(ends->first);
  return ends->count > 1 && hash_item(ends->last) == first ? 0 : first;
}

/*
** Counts contents with ids. Returns how often they came before, at most 2; less on out of memory.
*/
static int count_before(struct page_history *history, uint64_t contents) {
  bool once = false, twice = false;
  if (!hash_set_add(&history->once, contents, &once) || !once) return 0;
  return hash_set_add(&history->twice, contents, &twice) && twice ? 2 : 1;
}

enum page_novelty page_history_add(struct page_history *history, struct json_value data) {
  if (json_count(data) == 0) {
    history->contents = history->first_item = 0;
    return PAGE_IS_NEW;
  }
  struct page_ends ends = find_ends(data);
  uint64_t contents = hash_contents(data, &ends), first_item = hash_first(&ends);
  bool is_same = contents == history->contents,
       begins_alike = first_item != 0 && first_item == history->first_item;
  int before = first_item != 0 ? count_before(history, contents) : 0;
  history->in_a_row = is_same ? history->in_a_row + 1 : 1;
  history->contents = contents;
  history->first_item = first_item;
  if (before + 1 >= LOOP_AFTER || history->in_a_row >= LOOP_AFTER) return PAGE_IS_LOOP;
  if (before > 0) return PAGE_IS_REPEATED;
  return is_same || begins_alike ? PAGE_BEGINS_ALIKE : PAGE_IS_NEW;
}

void page_history_free(struct page_history *history) {
  hash_set_free(&history->once);
  hash_set_free(&history->twice);
  *history = (struct page_history){0};
}
