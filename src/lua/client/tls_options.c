/*
** tls_options.c: certificates, revocation and Schannel.
*/
#include "lua/client/tls_options.h"

#include <string.h>

#include "base/environment.h"
#include "http/curl_settings.h"
#include "http/schannel.h"
#include "lua/support/compat.h"
#include "lua/support/options.h"

const char *const tls_options_revocations[] = {"strict", "best effort", NULL};

/* Copies the option client_key_password, which the client's table must not keep. [-0, +0, e] */
static void set_key_password(lua_State *L, struct session *session, int options) {
  const char *password = options_string(L, options, "client_key_password", NULL);
  if (password != NULL && !session_set_key_password(session, password))
    luaL_error(L, "not enough memory");
}

/* Returns a copy of an environment variable that the client keeps; NULL if it is unset or empty. */
static const char *keep_environment(lua_State *L, int keep, const char *name) {
  const char *value = environment(name);
  if (value == NULL) return NULL;
  lua_pushstring(L, value);
  return options_keep(L, keep, name);
}

/*
** Sets the certificate authorities. If no option does, HARNEST_CA_FILE applies, otherwise the
** variables of curl's command, which libcurl does not read. `keep` has the options.
*/
static void set_authorities(lua_State *L, struct curl_settings *curl, int keep) {
  curl->ca_file = options_string(L, keep, "ca_file", NULL);
  curl->ca_path = options_string(L, keep, "ca_path", NULL);
  if (curl->ca_file != NULL || curl->ca_path != NULL || curl->insecure) return;
  curl->ca_file = keep_environment(L, keep, "HARNEST_CA_FILE");
  if (curl->ca_file == NULL) curl->ca_file = keep_environment(L, keep, "CURL_CA_BUNDLE");
  if (curl->ca_file != NULL) return;
  curl->ca_file = keep_environment(L, keep, "SSL_CERT_FILE");
  curl->ca_path = keep_environment(L, keep, "SSL_CERT_DIR");
}

/* Raises if Schannel does not support the options of TLS. */
static void check_schannel(lua_State *L, const struct curl_settings *curl, int keep) {
  if (options_string(L, keep, "ca_path", NULL) != NULL)
    options_refuse(
        L, "ca_path",
        "Schannel (TLS of Windows) reads no directory of certificates; put them into one "
        "file and set ca_file");
  if (curl->client_cert != NULL && !schannel_is_in_store(curl->client_cert))
    options_refuse(
        L, "client_cert",
        "Schannel (TLS of Windows) reads no PEM file; import the certificate into a store of "
        "Windows and set client_cert to CurrentUser\\MY\\THUMBPRINT");
  if (curl->client_key != NULL)
    options_refuse(
        L, "client_key",
        "Schannel (TLS of Windows) reads no PEM file; it takes the key from the store of "
        "client_cert");
}

void tls_options_read(lua_State *L, struct session *session, int options, int keep) {
  struct curl_settings *curl = &session->transfer.curl;
  set_key_password(L, session, options);
  curl->client_cert = options_string(L, keep, "client_cert", NULL);
  curl->client_key = options_string(L, keep, "client_key", NULL);
  curl->insecure = options_boolean(L, options, "insecure", curl->insecure);
  const char *inherited = tls_options_revocations[curl->best_effort_revocation],
             *revocation = options_string(L, options, "revocation", inherited);
  curl->best_effort_revocation = strcmp(revocation, tls_options_revocations[1]) == 0;
  if (schannel_is_used()) check_schannel(L, curl, keep);
  set_authorities(L, curl, keep);
}
