/*
** request_refusal.h: requests that must not be sent, because there is no token or it would be sent
** over plain HTTP.
*/
#ifndef HARNEST_REQUEST_REFUSAL_H
#define HARNEST_REQUEST_REFUSAL_H

#include "http/request_state.h"

/*
** Returns why the request must not be sent now, and sets `error`. Returns NULL if it may be sent.
** The text is a literal, or that of the session's credentials.
*/
const char *request_refusal(const struct request *request, enum error_kind *error);

#endif
