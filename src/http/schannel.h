/*
** schannel.h: the TLS library of Windows, which libcurl may use there.
*/
#ifndef HARNEST_SCHANNEL_H
#define HARNEST_SCHANNEL_H

#include <stdbool.h>

/* Whether libcurl uses Schannel, which reads neither directories nor PEM keys. */
bool schannel_is_used(void);

/*
** Whether a client certificate is one of a Windows certificate store: `CurrentUser\MY\THUMBPRINT`.
*/
bool schannel_is_in_store(const char *certificate);

#endif
