/*
** excerpt.h: shortens texts that messages quote: names and values of scripts, texts of servers.
*/
#ifndef HARNEST_EXCERPT_H
#define HARNEST_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buffer.h"

/* The most bytes that messages show of a name, a value or a URL. */
#define EXCERPT_VALUE 200
/* The most bytes that messages show of a sentence, such as the detail of a server's error. */
#define EXCERPT_TEXT 400
/* The most bytes of a usage error, or of the cause in an error object's message. */
#define EXCERPT_MESSAGE 1000

/* Size of the memory for an excerpt of at most `most` bytes: that, the dots and a NUL. */
#define EXCERPT_SIZE(most) ((most) + sizeof "...")

/*
** Writes the text to `shown`, of EXCERPT_SIZE(most) bytes, with a NUL after it. Of a text longer
** than `most` bytes, at least 9, writes its beginning, "..." and its end, cut between UTF-8
** characters. Returns the length without the NUL.
*/
size_t excerpt(char *shown, const char *text, size_t length, size_t most);

/* Appends the excerpt to a buffer; `most` is at most EXCERPT_MESSAGE. Returns as buffer_append. */
bool excerpt_append(struct buffer *out, const char *text, size_t length, size_t most);

#endif
