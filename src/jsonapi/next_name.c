/*
** next_name.c: recognizes names of members that state a next page.
*/
#include "jsonapi/next_name.h"

#include <string.h>

#define NEXT_NAME_LONGEST 64 /* bytes */

/* The words of such names. A name needs one of those that mean a next page. */
static const struct word {
  const char *text;
  bool means_next;
} words[] = {
    {"next", true},     {"continuation", true}, {"continue", true}, {"has", false},
    {"is", false},      {"page", false},        {"cursor", false},  {"token", false},
    {"url", false},     {"uri", false},         {"link", false},    {"href", false},
    {"offset", false},  {"after", false},       {"start", false},   {"marker", false},
    {"key", false},     {"index", false},       {"skip", false},    {"result", false},
    {"results", false}, {"record", false},      {"records", false}, {"item", false},
    {"items", false},   {"set", false},         {"batch", false},   {"range", false},
    {"number", false},  {"exists", false},      {"id", false},      {"available", false},
    {"query", false},   {"params", false},      {"path", false},
};

/* Whether a text begins with a word, in any case of ASCII letters. */
static bool begins_with(const char *text, size_t length, const char *word) {
  size_t i = 0;
  while (word[i] != '\0' && i < length && (text[i] | 0x20) == word[i]) i++;
  return word[i] == '\0';
}

/* Whether any word that means a next page may be in a name. It rules out most names quickly. */
static bool may_mean_next(const char *name, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (begins_with(name + i, length - i, "next") || begins_with(name + i, length - i, "continu"))
      return true;
  return false;
}

/*
** Whether a name consists of words and separators, and one of them, or one before, means a next
** page.
*/
static bool is_of_words(const char *name, size_t length, bool means_next) {
  if (length == 0) return means_next;
  bool is_separator = *name != '\0' && strchr("_-@.$", *name) != NULL;
  if (is_separator) return is_of_words(name + 1, length - 1, means_next);
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t size = strlen(words[i].text);
    if (begins_with(name, length, words[i].text) &&
        is_of_words(name + size, length - size, means_next || words[i].means_next))
      return true;
  }
  return false;
}

bool next_name_is(const char *name, size_t length) {
  return length <= NEXT_NAME_LONGEST && may_mean_next(name, length) &&
         is_of_words(name, length, false);
}
