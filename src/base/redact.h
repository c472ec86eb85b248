/*
** redact.h: takes a secret out of a text that a person will see.
*/
#ifndef HARNEST_REDACT_H
#define HARNEST_REDACT_H

#include "base/buffer.h"

/*
** Puts `[token]` wherever `secret` stands in the buffer, also as JSON (`\/`, `\u002F`) and URLs (`%2F`) write it. Secrets
** below 6 bytes are left: they guard nothing, and hiding them would maul the text. Without memory the text is emptied.
*/
void redact(struct buffer *text, const char *secret);

#endif
