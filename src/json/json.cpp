// json.cpp: the C interface to simdjson for parsing. json_value.h reads the result in C.
//
// Nothing here throws (-fno-exceptions, every function noexcept) or calls Lua: a Lua error is a
// longjmp, which must not cross C++ frames.
#include "json/json.h"

// The library, not this file, has the implementation for the processor, and selects it at run time.
// Without these of the header this file compiles in half the time.
#define SIMDJSON_IMPLEMENTATION_ICELAKE 0
#define SIMDJSON_IMPLEMENTATION_HASWELL 0
#define SIMDJSON_IMPLEMENTATION_WESTMERE 0
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>

using simdjson::error_code;
using simdjson::internal::tape_type;
namespace dom = simdjson::dom;

struct json_document {
  dom::parser parser;
  dom::document parsed;
  json_tape tape = {nullptr, nullptr}; // of `parsed` after a successful parse, else empty
  size_t packed_size = 0;              // 0 until json_packed_size computes it
};

static_assert(std::is_trivially_copyable<json_value>::value, "C copies handles");
static_assert(JSON_DEPTH == 1024 && JSON_DEPTH == simdjson::DEFAULT_MAX_DEPTH,
              "phrase_of states the depth");
static_assert(JSON_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads that far after the text");

static constexpr bool is_letter_of(json_letter letter, tape_type type) noexcept {
  return static_cast<int>(letter) == static_cast<int>(type);
}

static_assert(is_letter_of(JSON_TAPE_ARRAY, tape_type::START_ARRAY), "a letter of json_tape.h");
static_assert(is_letter_of(JSON_TAPE_OBJECT, tape_type::START_OBJECT), "a letter of json_tape.h");
static_assert(is_letter_of(JSON_TAPE_STRING, tape_type::STRING), "a letter of json_tape.h");
static_assert(is_letter_of(JSON_TAPE_INTEGER, tape_type::INT64), "a letter of json_tape.h");
static_assert(is_letter_of(JSON_TAPE_UNSIGNED, tape_type::UINT64), "a letter of json_tape.h");
static_assert(is_letter_of(JSON_TAPE_FLOAT, tape_type::DOUBLE), "a letter of json_tape.h");
static_assert(is_letter_of(JSON_TAPE_TRUE, tape_type::TRUE_VALUE), "a letter of json_tape.h");
static_assert(is_letter_of(JSON_TAPE_FALSE, tape_type::FALSE_VALUE), "a letter of json_tape.h");
static_assert(JSON_TAPE_MOST == simdjson::internal::JSON_COUNT_MASK,
              "the largest count of a container");

extern "C" json_document *json_new(void) noexcept {
  return new (std::nothrow) json_document;
}

extern "C" void json_free(json_document *document) noexcept {
  delete document;
}

// simdjson does not define which error a text gets, except for these.
static json_failure failure_of(error_code error) noexcept {
  switch (error) {
    case simdjson::SUCCESS: return JSON_FINE;
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY: return JSON_NO_MEMORY; // a tape cannot index more than 4 GiB
    case simdjson::EMPTY: return JSON_EMPTY;
    case simdjson::DEPTH_ERROR: return JSON_TOO_DEEP;
    default: return JSON_INVALID;
  }
}

static const char *phrase_of(error_code error) noexcept {
  switch (error) {
    case simdjson::SUCCESS: return "";
    case simdjson::MEMALLOC: return "not enough memory";
    case simdjson::CAPACITY: return "larger than 4 GiB";
    case simdjson::EMPTY: return "empty";
    case simdjson::DEPTH_ERROR: return "nested deeper than 1024";
    case simdjson::UTF8_ERROR: return "not valid UTF-8";
    case simdjson::NUMBER_ERROR: return "a number that is malformed or too large";
    case simdjson::STRING_ERROR: return "a malformed escape in a string";
    case simdjson::UNESCAPED_CHARS: return "a control character in a string";
    case simdjson::UNCLOSED_STRING: return "a string without end, as if cut short";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR: return "a word that is not true, false or null";
    default: return "not JSON, or cut short";
  }
}

static void skip_byte_order_mark(const char *&text, size_t &length) noexcept {
  if (length < 3 || std::memcmp(text, "\xEF\xBB\xBF", 3) != 0) return;
  text += 3;
  length -= 3;
}

// Allocates for somewhat more than `length` bytes of text, unless there is room. The pages of a list
// have similar lengths: if each longer one made all buffers anew, the heap would get holes of several
// megabytes. What is never written takes address space only.
static error_code reserve(json_document *document, size_t length) noexcept {
  constexpr size_t most_headroom = 1 << 20;
  if (document->parser.capacity() >= length && document->parsed.capacity() >= length)
    return simdjson::SUCCESS;
  const size_t capacity = length + std::min(length / 2, most_headroom);
  const error_code error = document->parser.allocate(capacity);
  return error != simdjson::SUCCESS ? error : document->parsed.allocate(capacity);
}

extern "C" json_failure json_parse(json_document *document, const char *text, size_t length,
                                   const char **reason) noexcept {
  skip_byte_order_mark(text, length);
  error_code error = reserve(document, length);
  if (error == simdjson::SUCCESS)
    error = document->parser.parse_into_document(document->parsed, text, length, false).error();
  // after a failed allocation the parser may have recorded a capacity that it did not get
  if (error == simdjson::MEMALLOC) {
    document->parser = dom::parser();
    document->parsed = dom::document();
  }
  document->tape = {nullptr, nullptr};
  if (error == simdjson::SUCCESS)
    document->tape = {document->parsed.tape.get(),
                      reinterpret_cast<const char *>(document->parsed.string_buf.get())};
  document->packed_size = 0;
  *reason = phrase_of(error);
  return failure_of(error);
}

extern "C" json_value json_root(const json_document *document) noexcept {
  if (document->tape.words == nullptr) return json_value{nullptr, 0};
  return json_value{&document->tape, JSON_TAPE_ROOT};
}

// The payload of the tape's first word is the number of words.
static size_t tape_words(const json_tape &tape) noexcept {
  return json_tape_payload(tape.words[0]);
}

// Whether the word looks like the tag before a number's raw bits.
static bool seems_number_tag(uint64_t word) noexcept {
  const int letter = json_tape_letter(word);
  return letter == JSON_TAPE_INTEGER || letter == JSON_TAPE_UNSIGNED || letter == JSON_TAPE_FLOAT;
}

// Whether the word is a number's raw bits, which may look like any other word. In a row of words
// that look like tags the first one is a tag, because no tag precedes it; after it bits and tags
// alternate.
static bool is_raw_bits(const json_tape &tape, size_t index) noexcept {
  size_t row = 0;
  while (row < index && seems_number_tag(tape.words[index - 1 - row])) row++;
  return row % 2 == 1;
}

// Strings are stored in the order of the tape, so the last one ends the used part of their buffer.
static size_t string_bytes(const json_tape &tape) noexcept {
  for (size_t i = tape_words(tape); i-- > JSON_TAPE_ROOT;) {
    const uint64_t word = tape.words[i];
    if (json_tape_letter(word) != JSON_TAPE_STRING || is_raw_bits(tape, i)) continue;
    uint32_t length;
    std::memcpy(&length, tape.strings + json_tape_payload(word), sizeof length);
    return json_tape_payload(word) + sizeof length + length + 1;
  }
  return 0;
}

extern "C" size_t json_packed_size(json_document *document) noexcept {
  const json_tape &tape = document->tape;
  if (document->packed_size == 0)
    document->packed_size = sizeof tape + tape_words(tape) * sizeof(uint64_t) + string_bytes(tape);
  return document->packed_size;
}

extern "C" json_value json_pack(const json_document *document, void *block, size_t size) noexcept {
  const size_t word_bytes = tape_words(document->tape) * sizeof(uint64_t);
  auto *copy = new (block) json_tape;
  auto *words = reinterpret_cast<uint64_t *>(copy + 1);
  auto *strings = reinterpret_cast<char *>(words) + word_bytes;
  std::memcpy(words, document->tape.words, word_bytes);
  std::memcpy(strings, document->tape.strings, size - sizeof *copy - word_bytes);
  *copy = {words, strings};
  return json_value{copy, JSON_TAPE_ROOT};
}
