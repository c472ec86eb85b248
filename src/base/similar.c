/*
** similar.c: the distance between two names.
*/
#include "base/similar.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static size_t smaller(size_t a, size_t b) {
  return a < b ? a : b;
}

static bool is_same_letter(char a, char b) {
  return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* As similar_edits, for names of any similarity, of at most SIMILAR_LONGEST bytes. */
static size_t distance(const char *a, const char *b) {
  size_t rows[3][SIMILAR_LONGEST + 1];
  size_t *older = rows[0], *above = rows[1], *row = rows[2];
  size_t width = strlen(b);
  for (size_t j = 0; j <= width; j++) row[j] = j;
  for (size_t i = 1; a[i - 1] != '\0'; i++) {
    size_t *spare = older;
    older = above;
    above = row;
    row = spare;
    row[0] = i;
    for (size_t j = 1; j <= width; j++) {
      size_t change = above[j - 1] + !is_same_letter(a[i - 1], b[j - 1]);
      row[j] = smaller(change, smaller(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) &&
          is_same_letter(a[i - 2], b[j - 1]))
        row[j] = smaller(row[j], older[j - 2] + 1);
    }
  }
  return row[width];
}

size_t similar_edits(const char *name, const char *known) {
  size_t length = strlen(name);
  if (length > SIMILAR_LONGEST || strlen(known) > SIMILAR_LONGEST) return SIMILAR_NONE;
  size_t edits = distance(name, known);
  return edits <= length / 3 ? edits : SIMILAR_NONE;
}
