/*
** next_name.c: recognizes names of members that state a next page.
*/
#include "jsonapi/next_name.h"

#include <string.h>
#include <strings.h>

/* The words of such names. A name needs one of those that mean a next page. */
static const struct word {
  const char *text;
  bool means_next;
} words[] = {
    {"next", true},       {"continuation", true}, {"continue", true}, {"has", false},
    {"is", false},        {"page", false},        {"cursor", false},  {"token", false},
    {"url", false},       {"uri", false},         {"link", false},    {"href", false},
    {"offset", false},    {"after", false},       {"start", false},   {"marker", false},
    {"key", false},       {"index", false},       {"skip", false},    {"results", false},
    {"records", false},   {"items", false},       {"set", false},     {"batch", false},
    {"range", false},     {"number", false},      {"exists", false},  {"id", false},
    {"available", false}, {"query", false},       {"params", false},  {"path", false},
};

/* Returns the longest word at the beginning of a text; NULL if there is none. */
static const struct word *word_at(const char *text, size_t length) {
  const struct word *longest = NULL;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t size = strlen(words[i].text);
    if (size > length || strncasecmp(text, words[i].text, size) != 0) continue;
    if (longest == NULL || size > strlen(longest->text)) longest = &words[i];
  }
  return longest;
}

/* Whether any word that means a next page may be in a name. It rules out most names quickly. */
static bool may_mean_next(const char *name, size_t length) {
  for (size_t i = 0; i + 4 <= length; i++) {
    bool is_next = (name[i] | 0x20) == 'n' && strncasecmp(name + i, "next", 4) == 0,
         is_continue =
             (name[i] | 0x20) == 'c' && length - i >= 8 && strncasecmp(name + i, "contin", 6) == 0;
    if (is_next || is_continue) return true;
  }
  return false;
}

bool next_name_is(const char *name, size_t length) {
  bool means_next = false;
  if (!may_mean_next(name, length)) return false;
  while (length > 0) {
    const struct word *word = word_at(name, length);
    size_t step = word != NULL ? strlen(word->text) : 1;
    if (word == NULL && strchr("_-@.$", *name) == NULL) return false;
    if (word != NULL && word->means_next) means_next = true;
    name += step;
    length -= step;
  }
  return means_next;
}
