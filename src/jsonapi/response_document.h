/*
** response_document.h: reads the document of a successful response.
*/
#ifndef HARNEST_RESPONSE_DOCUMENT_H
#define HARNEST_RESPONSE_DOCUMENT_H

#include "http/request.h"
#include "jsonapi/document_store.h"

/*
** Reads the document of a done request and frees its body; call it once. Returns false if the
** request failed, which includes a body that is not a JSON:API document (request->error is set),
** or if the response has no body (request->error is KIND_NONE).
*/
bool response_document_read(struct request *request, struct document_store *document);

#endif
