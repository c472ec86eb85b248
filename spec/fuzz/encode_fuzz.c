/*
** encode_fuzz.c: Lua values written and read again, and JSON read, written and read again. All is on the Lua side, which
** makes the value out of the input's bytes.
*/
#include <stdbool.h>

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  lua_State *L = fuzz_state("encode");
  lua_pushvalue(L, 1);
  lua_pushlstring(L, (const char *)data, size);
  fuzz_call(L, 1);
  return 0;
}
