/*
** header_list.h: lists of header lines, as libcurl takes them.
*/
#ifndef HARNEST_HEADER_LIST_H
#define HARNEST_HEADER_LIST_H

#include <stdbool.h>

/* libcurl's list of strings; NULL is an empty one. Only header_list.c looks into it. */
struct curl_slist;

/*
** Appends a copy of the line to the list, which the caller frees by header_list_wipe. Returns
** false, with the list unchanged, on out of memory.
*/
bool header_list_add(struct curl_slist **list, const char *line);

/*
** Appends copies of all `lines`, which may be NULL. Returns false on out of memory; some lines may
** be appended then.
*/
bool header_list_add_all(struct curl_slist **list, const struct curl_slist *lines);

/*
** Returns the first line of `*rest` and makes `*rest` the lines after it; NULL at the end. The line
** is owned by its list.
*/
const char *header_list_next(const struct curl_slist **rest);

/* Overwrites the lines, which may contain secrets, and frees the list, which may be NULL. */
void header_list_wipe(struct curl_slist *list);

/* Whether a line, "Name: value" or "Name;", has this name (case-insensitive). */
bool header_list_is_named(const char *line, const char *name);

/*
** Returns the value of the first line with this name, which the list owns; NULL if there is none.
*/
const char *header_list_value(const struct curl_slist *lines, const char *name);

/* Removes and frees the lines with this name. */
void header_list_remove(struct curl_slist **list, const char *name);

#endif
