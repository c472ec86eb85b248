/*
** recorded_request.h: what a cassette keeps of a request, a JSON object, and when two requests are
** equal:
**   {"method": "GET", "path": "contracts", "query": {"page[size]": "2"}, "body": {…}}
**
** The path is relative to the base URL, or begins with a slash if it is not below it. A parameter
** that occurs several times has an array of values, one without `=` has null. A body that is no
** JSON is the member `text` or `base64`. Other members do not count.
*/
#ifndef HARNEST_RECORDED_REQUEST_H
#define HARNEST_RECORDED_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buffer.h"
#include "json/json_value.h"

/*
** Texts in a recorded request that are equal to any value: a secret that was removed from it, and
** what a filter put in place of a value.
*/
#define RECORDED_TOKEN "[token]"
#define RECORDED_REMOVED "[removed]"

/* Returns what is wrong with a recorded request, a literal; NULL for nothing. */
const char *recorded_request_problem(struct json_value request);

/* The hash of a recorded request that may be equal to requests of any hash. */
#define RECORDED_REQUEST_ANY UINT64_C(0)

/*
** Returns a hash that equal requests share: of the method, the path and the names of parameters.
** `ignored` has the names of parameters that do not count, each with a NUL at its end. Returns
** RECORDED_REQUEST_ANY if the method or the path is equal to any.
*/
uint64_t recorded_request_hash(struct json_value request, const struct buffer *ignored);

/*
** Returns the number of differences between a recorded request and one that is sent, weighted: the
** method and the path count more than a parameter, and that more than the body. 0: they are equal.
** Members have no order, and numbers are compared by value. If `first` is not NULL, appends the
** first difference: `query.page[size] is "15" here, "2" there`; on out of memory it has failed.
*/
size_t recorded_request_difference(struct json_value recorded, struct json_value sent,
                                   const struct buffer *ignored, struct buffer *first);

/* Appends method, path and query for messages: GET contracts?page[size]=2. */
void recorded_request_describe(struct json_value request, struct buffer *out);

#endif
