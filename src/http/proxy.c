/*
** proxy.c: where the proxy of a request is set, and how messages describe it.
*/
#include "http/proxy.h"

#include <curl/curl.h>
#include <errno.h>
#include <string.h>

#include "base/environment.h"
#include "base/excerpt.h"
#include "http/url.h"

/* What libcurl uses if a proxy's URL has no port. */
#define PROXY_PORT "1080"

/* ------------------------------------------------------------------ settings */

/* Sets `proxy` to a variable of the environment. Returns false if it is unset or empty. */
static bool is_set_by(struct proxy *proxy, const char *variable, const char *source) {
  const char *value = environment(variable);
  if (value == NULL) return false;
  *proxy = (struct proxy){source, value};
  return true;
}

struct proxy proxy_of(const char *option, const char *url) {
  struct proxy proxy = {NULL, NULL};
  if (option != NULL) {
    if (*option != '\0') proxy = (struct proxy){"option proxy", option};
    return proxy;
  }
  /* the order of libcurl, which reads HTTP_PROXY in lower case only */
  bool found = url_is_plain(url)
                   ? is_set_by(&proxy, "http_proxy", "environment variable http_proxy")
                   : is_set_by(&proxy, "https_proxy", "environment variable https_proxy") ||
                         is_set_by(&proxy, "HTTPS_PROXY", "environment variable HTTPS_PROXY");
  if (!found && !is_set_by(&proxy, "all_proxy", "environment variable all_proxy"))
    is_set_by(&proxy, "ALL_PROXY", "environment variable ALL_PROXY");
  return proxy;
}

/* ------------------------------------------------------------------- parsing */

/* The parts of a proxy's URL that messages may show. Each is owned by libcurl, or NULL. */
struct address {
  char *scheme, *host, *port;
};

static void free_address(struct address *address) {
  curl_free(address->scheme);
  curl_free(address->host);
  curl_free(address->port);
}

/* Parses as libcurl does for a proxy. Returns libcurl's code; then `address` must be freed. */
static CURLUcode parse(const char *text, struct address *address) {
  *address = (struct address){NULL, NULL, NULL};
  CURLU *parsed = curl_url();
  if (parsed == NULL) return CURLUE_OUT_OF_MEMORY;
  CURLUcode code =
      curl_url_set(parsed, CURLUPART_URL, text, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
  if (code == CURLUE_OK) code = curl_url_get(parsed, CURLUPART_SCHEME, &address->scheme, 0);
  if (code == CURLUE_OK) code = curl_url_get(parsed, CURLUPART_HOST, &address->host, 0);
  if (code == CURLUE_OK &&
      curl_url_get(parsed, CURLUPART_PORT, &address->port, 0) == CURLUE_OUT_OF_MEMORY)
    code = CURLUE_OUT_OF_MEMORY;
  curl_url_cleanup(parsed);
  return code;
}

static bool has_known_scheme(const struct address *address) {
  static const char *const schemes[] = {"http",    "https",  "socks",  "socks4",
                                        "socks4a", "socks5", "socks5h"};
  for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
    if (curl_strequal(address->scheme, schemes[i])) return true;
  return false;
}

const char *proxy_problem(const char *text) {
  struct address address;
  CURLUcode code = parse(text, &address);
  const char *problem = NULL;
  errno = code == CURLUE_OUT_OF_MEMORY ? ENOMEM : 0;
  if (code != CURLUE_OK && code != CURLUE_OUT_OF_MEMORY)
    problem = "is not valid";
  else if (code == CURLUE_OK && *address.host == '\0')
    problem = "has no host";
  else if (code == CURLUE_OK && !has_known_scheme(&address))
    problem = "has another scheme than http, https, socks4, socks4a, socks5 or socks5h";
  free_address(&address);
  return problem;
}

/* --------------------------------------------------------------- describing */

/* Appends a part of an address, which may be long. */
static void append_part(struct buffer *out, const char *text) {
  excerpt_append(out, text, strlen(text), EXCERPT_VALUE);
}

static void append_address(struct buffer *out, const struct address *address, const char *user) {
  append_part(out, address->scheme);
  buffer_puts(out, "://");
  buffer_puts(out, user);
  append_part(out, address->host);
  if (address->port != NULL) buffer_printf(out, ":%s", address->port);
}

void proxy_describe_credentials(const struct proxy *proxy, struct buffer *out) {
  struct address address;
  buffer_puts(out, PROXY_CREDENTIALS);
  if (proxy->text == NULL) {
    buffer_puts(out, ", but none is set: the server itself answered as one");
    return;
  }
  if (parse(proxy->text, &address) == CURLUE_OK) {
    buffer_puts(out, ": ");
    append_address(out, &address, "");
    buffer_printf(out, "; check the user and password in the URL of the %s, such as ",
                  proxy->source);
    append_address(out, &address, "USER:PASSWORD@");
  }
  free_address(&address);
}

void proxy_describe_problem(const struct proxy *proxy, struct buffer *out) {
  const char *problem = proxy->text != NULL ? proxy_problem(proxy->text) : NULL;
  buffer_printf(out, "the %s must be the URL of a proxy, such as http://proxy.example:3128; it %s",
                proxy->source != NULL ? proxy->source : "proxy",
                problem != NULL ? problem : "is not one that libcurl accepts");
}

void proxy_describe_source(const struct proxy *proxy, const char *reason, struct buffer *out) {
  struct address address;
  struct buffer place;
  if (proxy->text == NULL) return;
  buffer_init(&place, strlen(proxy->text) + 64);
  if (parse(proxy->text, &address) == CURLUE_OK) {
    buffer_printf(&place, "%s port %s ", address.host,
                  address.port != NULL ? address.port : PROXY_PORT);
    const char *text = buffer_text(&place);
    if ((text != NULL && strstr(reason, text) != NULL) || strstr(reason, "resolve proxy") != NULL)
      buffer_printf(out, " (the proxy of the %s)", proxy->source);
  }
  buffer_free(&place);
  free_address(&address);
}
