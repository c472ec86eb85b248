/*
** page_links.h: links of a document to other pages. They are the member `links` or, in HAL,
** `_links`: an object with a member for each relation, or an array of links with their relation in
** `rel`.
*/
#ifndef HARNEST_PAGE_LINKS_H
#define HARNEST_PAGE_LINKS_H

#include <stdbool.h>

#include "json/json_value.h"

/* Returns the links of an object; absent if it has none. */
struct json_value page_links_of(struct json_value object);

/* Returns the link with a relation such as `next`; absent if there is none. */
struct json_value page_links_find(struct json_value links, const char *relation);

/*
** Returns the URL of a link: the link itself, or its member `href`, or in an array `uri` or `url`.
** An empty URL is no link.
*/
struct json_value page_links_href(struct json_value link);

/* Whether a link has a type that JSON:API does not allow, so that its meaning is unknown. */
bool page_links_malformed(struct json_value link);

/* Whether there are links to other pages, which may be null. */
bool page_links_exist(struct json_value links);

#endif
