/*
** recorded_exchange.c: plays exchanges from a cassette, and records them.
*/
#include "http/recorded_exchange.h"

#include "base/base64.h"
#include "cassette/relocate.h"
#include "http/exchange_text.h"
#include "json/json_padding.h"
#include "json/json_value.h"

/* ------------------------------------------------------------------ playing */

/* What is made of a recorded response. On out of memory one of the buffers has failed. */
struct response {
  struct buffer headers, body;
  struct relocation relocation;
};

/* Appends a field as response_headers.h keeps it. */
static void append_field(struct response *response, const char *name, size_t length,
                         struct json_value value) {
  struct buffer *headers = &response->headers;
  struct json_content content = json_content(value);
  for (size_t i = 0; i < length; i++) {
    bool is_upper = name[i] >= 'A' && name[i] <= 'Z';
    buffer_putc(headers, (char)(is_upper ? name[i] + ('a' - 'A') : name[i]));
  }
  buffer_puts(headers, ": ");
  relocate_header(headers, content.as.string, content.length, &response->relocation);
  buffer_putc(headers, '\0');
}

static void make_headers(struct response *response, struct json_document *document,
                         const struct interaction *interaction) {
  struct json_value value, item, headers;
  const char *name;
  size_t length;
  if (interaction->headers.text == NULL) return;
  headers = interaction_parse(document, interaction->headers, &response->headers);
  for (struct json_iterator i = json_iterate(headers);
       json_next_member(&i, &name, &length, &value);) {
    if (json_type(value) != JSON_ARRAY) append_field(response, name, length, value);
    for (struct json_iterator items = json_iterate(value);
         json_type(value) == JSON_ARRAY && json_next_item(&items, &item);)
      append_field(response, name, length, item);
  }
}

static void make_body(struct response *response, struct json_document *document,
                      const struct interaction *interaction) {
  struct buffer *body = &response->body;
  if (interaction->body_type == INTERACTION_EMPTY) return;
  if (interaction->body_type == INTERACTION_JSON) {
    relocate_json(body, interaction->body, &response->relocation);
    return;
  }
  struct json_content text = json_content(interaction_parse(document, interaction->body, body));
  if (text.type == JSON_ABSENT) return;
  if (interaction->body_type == INTERACTION_TEXT)
    buffer_append(body, text.as.string, text.length);
  else
    base64_decode(text.as.string, text.length, body);
}

/*
** Puts the recorded response into the transfer. Returns false on out of memory or if it is too
** large.
*/
static bool play_response(struct cassette *cassette, const struct transfer_settings *settings,
                          const struct interaction *interaction, struct transfer *transfer) {
  struct response response = {
      .relocation = {.from = cassette->recorded_base_url, .to = cassette->base_url}};
  buffer_init(&response.headers, (size_t)-1 / 4);
  buffer_init(&response.body, (size_t)-1 / 4);
  make_headers(&response, cassette->for_recorded, interaction);
  make_body(&response, cassette->for_recorded, interaction);
  bool fine = response.headers.failed == BUFFER_FINE && response.body.failed == BUFFER_FINE &&
              transfer_set_response(transfer, settings, &response.headers, response.body.bytes,
                                    response.body.length);
  buffer_free(&response.headers);
  buffer_free(&response.body);
  return fine;
}

static struct recorded_exchange play(struct cassette *cassette,
                                     const struct transfer_settings *settings,
                                     const struct interaction *interaction,
                                     struct transfer *transfer, struct buffer *reason) {
  struct recorded_exchange played = {.is_found = true, .status = interaction->status};
  if (interaction->failure.text == NULL) {
    if (play_response(cassette, settings, interaction, transfer)) return played;
    if (transfer_is_too_large(transfer))
      buffer_printf(reason, "the recorded body is larger than max_response (%zu bytes)",
                    settings->max_response);
    else if (transfer->headers.failed == BUFFER_TOO_LARGE)
      buffer_printf(reason, "the recorded headers are too large: more than %zu bytes",
                    transfer->headers.maximum);
    else
      reason->failed = BUFFER_NO_MEMORY;
    played.is_failure = true;
    played.error = (struct transport_error){.kind = KIND_PROTOCOL, .permanent = true};
    return played;
  }
  struct interaction_failure failure =
      interaction_failure(cassette->for_recorded, interaction, reason);
  played.is_failure = true;
  played.status = failure.status;
  played.error = (struct transport_error){.kind = error_kind_named(failure.kind),
                                          .not_sent = !failure.sent,
                                          .permanent = failure.permanent};
  played.at_deadline = failure.at_deadline;
  return played;
}

/*
** Takes the interaction that is equal to a request, and returns its number; 0 if there is none,
** with the reason.
*/
static size_t take(struct cassette *cassette, const struct transfer_order *order,
                   struct buffer *secrets, struct buffer *reason) {
  struct buffer request;
  size_t number = 0;
  buffer_init(&request, (size_t)-1 / 4);
  exchange_text_add_url_secrets(secrets, order->url);
  exchange_text_request(&request, order, cassette->base_url, cassette->recorded_base_url, secrets);
  if (json_pad(&request))
    number = cassette_take(cassette, &request, reason);
  else
    reason->failed = BUFFER_NO_MEMORY;
  buffer_free(&request);
  return number;
}

struct recorded_exchange recorded_exchange_take(struct cassette *cassette,
                                                const struct transfer_settings *settings,
                                                const struct transfer_order *order,
                                                struct buffer *secrets, struct transfer *transfer,
                                                struct buffer *reason) {
  size_t number = take(cassette, order, secrets, reason);
  if (number == 0) return (struct recorded_exchange){.is_found = false};
  return play(cassette, settings, cassette_interaction(cassette, number), transfer, reason);
}

/* ------------------------------------------------------------------ recording */

size_t recorded_exchange_begin(struct cassette *cassette, const struct transfer_order *order,
                               struct buffer *secrets) {
  struct buffer reason;
  size_t matched = 0;
  if (cassette->mode == CASSETTE_REPLAY || cassette->is_discarded) return 0;
  buffer_init(&reason, (size_t)-1 / 4);
  if (cassette->mode == CASSETTE_CHECK) matched = take(cassette, order, secrets, &reason);
  if (reason.failed != BUFFER_FINE) cassette->lacks_memory = true;
  buffer_free(&reason);
  return cassette_reserve(cassette, matched);
}

/* Begins an interaction with its request, as the cassette will have it: below its own base URL. */
static void begin_text(struct buffer *text, const struct cassette *cassette,
                       const struct transfer_order *order, struct buffer *secrets) {
  buffer_init(text, (size_t)-1 / 4);
  exchange_text_add_url_secrets(secrets, order->url);
  buffer_puts(text, "{\"request\":");
  exchange_text_request(text, order, cassette->base_url, NULL, secrets);
}

/* Ends the interaction, and records it and its secrets. */
static void end_text(struct buffer *text, struct cassette *cassette, size_t number,
                     const struct buffer *secrets) {
  buffer_putc(text, '}');
  if (text->failed != BUFFER_FINE || !cassette_add_secrets(cassette, secrets) ||
      !cassette_set_recording(cassette, number, text->bytes, text->length))
    cassette->lacks_memory = true;
  buffer_free(text);
}

void recorded_exchange_end(struct cassette *cassette, size_t number,
                           const struct transfer_order *order, struct buffer *secrets,
                           const struct transfer *transfer, long status) {
  struct buffer text;
  exchange_text_add_response_secrets(secrets, transfer);
  begin_text(&text, cassette, order, secrets);
  buffer_puts(&text, ",\"response\":");
  exchange_text_response(&text, transfer, status, secrets);
  cassette->response_count++;
  end_text(&text, cassette, number, secrets);
}

void recorded_exchange_fail(struct cassette *cassette, size_t number,
                            const struct transfer_order *order, struct buffer *secrets,
                            const struct transport_error *error, long status, bool at_deadline,
                            const struct buffer *reason) {
  struct buffer text;
  begin_text(&text, cassette, order, secrets);
  buffer_puts(&text, ",\"failure\":");
  exchange_text_failure(&text, error, status, at_deadline, reason, secrets);
  end_text(&text, cassette, number, secrets);
}
