/*
** normal_url.h: recognizes URLs that libcurl's parser leaves as they are, so that the usual next
** link costs no parsing.
*/
#ifndef HARNEST_NORMAL_URL_H
#define HARNEST_NORMAL_URL_H

#include <stdbool.h>
#include <stddef.h>

/* The parts of a normal URL; `host` points into it. */
struct normal_url {
  bool plain; /* http, not https */
  const char *host;
  size_t host_length;
  long port;        /* the scheme's default if the URL has none */
  const char *path; /* path and query */
};

/*
** Reads a URL that is surely normal: parsed by libcurl and written again, it is the same text.
** Returns false for all others, among them some that are normal.
*/
bool normal_url_read(struct normal_url *parts, const char *url);

/* Whether a text is the path, and perhaps the query, of a normal URL. */
bool normal_url_is_path(const char *text);

#endif
