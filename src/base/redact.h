/*
** redact.h: removes secrets from a text that is shown to people.
*/
#ifndef HARNEST_REDACT_H
#define HARNEST_REDACT_H

#include "base/buffer.h"

/*
** Replaces each occurrence of a secret by `[token]`, also those escaped as JSON (`\/`, `\u002F`) or
** in URLs (`%2F`). `secrets` has the secrets, each with a NUL at its end; where several occur, the
** longest is replaced. Secrets shorter than 6 bytes are not replaced: they protect nothing, and
** replacing them would garble the text. If the result is longer than the buffer's maximum, its end
** is cut off. An earlier failure of the buffer stays set. On out of memory, also an earlier one of
** `secrets`, empties the text and sets the failure BUFFER_NO_MEMORY.
*/
void redact(struct buffer *text, const struct buffer *secrets);

#endif
