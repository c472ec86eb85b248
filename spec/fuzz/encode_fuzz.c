/*
** encode_fuzz.c: encodes Lua values and decodes them again; decodes JSON, encodes and decodes it
** again. The Lua side does everything; it builds the value from the input's bytes.
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
