/*
** request_cassette.c: the exchanges of a request that a cassette records or plays.
*/
#include "http/request_cassette.h"

#include <curl/curl.h>
#include <string.h>

#include "base/redact.h"
#include "http/request_order.h"
#include "http/request_secrets.h"

void request_cassette_begin(struct request *request, const struct transfer_order *order) {
  struct buffer secrets;
  if (request->session->cassette == NULL) return;
  request_secrets(request, &secrets);
  request->recording = recorded_exchange_begin(request->session->cassette, order, &secrets);
  buffer_wipe(&secrets);
}

/* Whether a transfer failed because this process lacked memory, maybe for another one. */
static bool lacked_memory(const struct transfer *transfer) {
  return transfer_lacks_memory(transfer) || (transfer_result(transfer) == CURLE_OUT_OF_MEMORY &&
                                             !transfer_headers_are_too_large(transfer));
}

void request_cassette_end(struct request *request, const struct transport_error *error,
                          bool at_deadline) {
  struct buffer secrets;
  struct cassette *cassette = request->session->cassette;
  if (request->recording == 0 || cassette == NULL) return;
  if (error != NULL && lacked_memory(&request->transfer)) {
    cassette->lacks_memory = true;
    request->recording = 0;
    return;
  }
  struct transfer_order order = request_transfer_order(request);
  request_secrets(request, &secrets);
  if (error == NULL)
    recorded_exchange_end(cassette, request->recording, &order, &secrets, &request->transfer,
                          request->facts.status);
  else
    recorded_exchange_fail(cassette, request->recording, &order, &secrets, error,
                           request->facts.status, at_deadline, &request->reason);
  request->recording = 0;
  buffer_wipe(&secrets);
}

struct recorded_exchange request_cassette_play(struct request *request,
                                               const struct transfer_order *order) {
  struct session *session = request->session;
  struct buffer secrets, reason;
  request_secrets(request, &secrets);
  buffer_init(&reason, (size_t)-1 / 4);
  struct recorded_exchange recorded = recorded_exchange_take(
      session->cassette, &session->transfer, order, &secrets, &request->transfer, &reason);
  redact(&reason, &secrets);
  buffer_wipe(&secrets);
  const char *text = buffer_text(&reason);
  request->facts = (struct transfer_facts){.status = recorded.status};
  if (text != NULL) {
    request_set_reason(request, text, reason.length);
  } else {
    recorded.is_found = false;
    request_set_reason(request, ERROR_NO_MEMORY, strlen(ERROR_NO_MEMORY));
  }
  buffer_free(&reason);
  return recorded;
}
