/*
** cassette_file.h: reads the file of a cassette:
**   {"harnest_cassette": 1, "base_url": "https://…", "recorded_at": "2026-01-31T12:00:00Z",
**    "interactions": [{…}, {…}]}
*/
#ifndef HARNEST_CASSETTE_FILE_H
#define HARNEST_CASSETTE_FILE_H

#include "cassette/cassette.h"

/* The members of a file. Others are kept when it is written again. */
#define CASSETTE_MARK "harnest_cassette"
#define CASSETTE_VERSION "1"
#define CASSETTE_BASE_URL "base_url"
#define CASSETTE_RECORDED_AT "recorded_at"
#define CASSETTE_INTERACTIONS "interactions"

/*
** Reads the text of a new cassette, cassette->text, as that of its file, with JSON_PADDING bytes
** after it. Returns false on a problem; it is appended to `problem`, which has failed on out of
** memory.
*/
bool cassette_file_parse(struct cassette *cassette, struct buffer *problem);

#endif
