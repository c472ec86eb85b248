/*
** sha256_test.c: sha256.h, with the vectors of FIPS 180-4 and lengths around a block's.
*/
#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

static const struct {
  size_t count; /* of the text, repeated */
  const char *text, *hash;
} cases[] = {
    {0, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {1, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {1, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    {1000000, "a", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {55, "a", "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
    {56, "a", "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
    {63, "a", "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
    {64, "a", "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
    {65, "a", "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
};

void sha256_test(void) {
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t size = strlen(cases[i].text);
    char *bytes = malloc(size * cases[i].count + 1), hex[SHA256_HEX], name[40];
    for (size_t at = 0; at < cases[i].count; at++) memcpy(bytes + at * size, cases[i].text, size);
    sha256_hex(bytes, size * cases[i].count, hex);
    snprintf(name, sizeof name, "%zu times \"%.10s\"", cases[i].count, cases[i].text);
    check(memcmp(hex, cases[i].hash, SHA256_HEX) == 0, name);
    free(bytes);
  }
}
