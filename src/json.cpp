// json.cpp: the C face over simdjson's DOM.
//
// simdjson writes what it parsed on a "tape" of 64-bit words, and all of its own handles (dom::element, dom::array, …)
// wrap one `internal::tape_ref`: a document and an index into its tape. A json_value is those same two words, so that
// making one out of the other costs nothing. tape_ref reads the words of the tape for us; known here is only where
// things lie: the root in word 1, a container's first word behind its opening brace, a value behind its name.
//
// Nothing here throws (-fno-exceptions, every function noexcept) and nothing here knows Lua: a Lua error is a longjmp,
// which must not cross C++ frames.
// json_content is both a struct and the function that makes one, as C allows; g++ finds that remarkable.
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#endif
#include "json.h"
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

#include <simdjson.h>

#include <cstring>
#include <new>
#include <string_view>
#include <type_traits>

using simdjson::error_code;
using simdjson::internal::tape_ref;
using simdjson::internal::tape_type;
namespace dom = simdjson::dom;

struct json_document {
  dom::parser parser;
  dom::document parsed;
  bool usable = false;    // whether `parsed` holds the outcome of a parse that succeeded
  size_t packed_size = 0; // 0 while it has not been asked for
};

static_assert(sizeof(json_value) == 2 * sizeof(void *), "a handle is two words");
static_assert(sizeof(json_value) == sizeof(dom::element), "a handle is what simdjson's own is");
static_assert(std::is_trivially_copyable<json_value>::value, "a handle may be copied by C");
static_assert(JSON_DEPTH == 1024 && JSON_DEPTH == simdjson::DEFAULT_MAX_DEPTH, "what a phrase below says");
static_assert(JSON_PADDING >= simdjson::SIMDJSON_PADDING, "simdjson reads that far behind the text");

// Where a tape's outermost value is.
static constexpr size_t ROOT = 1;

static inline tape_ref at(const void *document, size_t index) noexcept {
  return tape_ref(static_cast<const dom::document *>(document), index);
}

static inline tape_ref at(json_value value) noexcept {
  return at(value.document, value.index);
}

static inline json_value handle(const tape_ref &place) noexcept {
  return json_value{place.doc, place.json_index};
}

static inline bool is_container(const tape_ref &place) noexcept {
  const tape_type type = place.tape_ref_type();
  return type == tape_type::START_ARRAY || type == tape_type::START_OBJECT;
}

static inline bool is_object(json_value value) noexcept {
  return json_exists(value) && at(value).tape_ref_type() == tape_type::START_OBJECT;
}

// Documents

extern "C" json_document *json_new(void) noexcept {
  return new (std::nothrow) json_document;
}

extern "C" void json_free(json_document *document) noexcept {
  delete document;
}

// Which error a text gets is not well defined by simdjson, beyond these.
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

extern "C" json_failure json_parse(json_document *document, const char *text, size_t length,
                                   const char **reason) noexcept {
  skip_byte_order_mark(text, length);
  const error_code error = document->parser.parse_into_document(document->parsed, text, length, false).error();
  if (error == simdjson::MEMALLOC) { // which may leave a parser that believes in memory that it never got
    document->parser = dom::parser();
    document->parsed = dom::document();
  }
  document->usable = error == simdjson::SUCCESS;
  document->packed_size = 0;
  *reason = phrase_of(error);
  return failure_of(error);
}

extern "C" json_value json_root(const json_document *document) noexcept {
  if (!document->usable) return json_value{nullptr, 0};
  return json_value{&document->parsed, ROOT};
}

// The tape's first word knows how many there are.
static size_t tape_words(const dom::document &parsed) noexcept {
  return parsed.tape[0] & simdjson::internal::JSON_VALUE_MASK;
}

// Whether the word looks like the tag that stands before a number's raw bits.
static bool seems_number_tag(const dom::document &parsed, size_t index) noexcept {
  const tape_type type = at(&parsed, index).tape_ref_type();
  return type == tape_type::INT64 || type == tape_type::UINT64 || type == tape_type::DOUBLE;
}

// Whether the word is a number's raw bits, which may look like anything. In a row of words that look like tags the first
// is one, since none stands before it; from there on tags and bits take turns.
static bool is_raw_bits(const dom::document &parsed, size_t index) noexcept {
  size_t row = 0;
  while (row < index && seems_number_tag(parsed, index - 1 - row)) row++;
  return row % 2 == 1;
}

// Strings lie in the order of the tape, so the last one ends what is used of their buffer.
static size_t string_bytes(const dom::document &parsed) noexcept {
  for (size_t i = tape_words(parsed); i-- > ROOT;) {
    const tape_ref place = at(&parsed, i);
    if (place.tape_ref_type() == tape_type::STRING && !is_raw_bits(parsed, i))
      return place.tape_value() + sizeof(uint32_t) + place.get_string_length() + 1;
  }
  return 0;
}

extern "C" size_t json_packed_size(json_document *document) noexcept {
  const dom::document &parsed = document->parsed;
  if (document->packed_size == 0)
    document->packed_size = sizeof(dom::document) + tape_words(parsed) * sizeof(uint64_t) + string_bytes(parsed);
  return document->packed_size;
}

extern "C" json_value json_pack(const json_document *document, void *block, size_t size) noexcept {
  const dom::document &parsed = document->parsed;
  const size_t words = tape_words(parsed);
  auto *tape = reinterpret_cast<uint64_t *>(static_cast<char *>(block) + sizeof(dom::document));
  auto *strings = reinterpret_cast<uint8_t *>(tape + words);
  std::memcpy(tape, parsed.tape.get(), words * sizeof(uint64_t));
  std::memcpy(strings, parsed.string_buf.get(), size - sizeof(dom::document) - words * sizeof(uint64_t));
  // never destroyed, so that the pointers it seems to own are never deleted: all of it is the block's
  auto *copy = new (block) dom::document;
  copy->tape.reset(tape);
  copy->string_buf.reset(strings);
  return json_value{copy, ROOT};
}

// Values

static inline struct json_content content_at(const tape_ref &place) noexcept {
  struct json_content content = {JSON_NULL, 0, {0}};
  switch (place.tape_ref_type()) {
    case tape_type::STRING:
      content.type = JSON_STRING;
      content.length = place.get_string_length();
      content.as.string = place.get_c_str();
      break;
    case tape_type::INT64:
      content.type = JSON_INTEGER;
      content.as.integer = place.next_tape_value<int64_t>();
      break;
    case tape_type::UINT64:
      content.type = JSON_UNSIGNED;
      content.as.unsigned_integer = place.next_tape_value<uint64_t>();
      break;
    case tape_type::DOUBLE:
      content.type = JSON_FLOAT;
      content.as.number = place.next_tape_value<double>();
      break;
    case tape_type::START_ARRAY:
      content.type = JSON_ARRAY;
      content.length = place.scope_count();
      break;
    case tape_type::START_OBJECT:
      content.type = JSON_OBJECT;
      content.length = place.scope_count();
      break;
    case tape_type::TRUE_VALUE: content.type = JSON_TRUE; break;
    case tape_type::FALSE_VALUE: content.type = JSON_FALSE; break;
    default: break; // null; the ends of containers are never handed out
  }
  return content;
}

extern "C" struct json_content json_content(json_value value) noexcept {
  if (!json_exists(value)) return {JSON_ABSENT, 0, {0}};
  return content_at(at(value));
}

extern "C" enum json_type json_type(json_value value) noexcept {
  return json_content(value).type;
}

static int64_t whole_of_text(std::string_view digits) noexcept {
  if (digits.empty() || digits.size() > 18) return -1;
  int64_t whole = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    whole = whole * 10 + (digit - '0');
  }
  return whole;
}

static int64_t whole_of_float(double number) noexcept {
  constexpr double EXACT = 9007199254740992.0; // 2^53: whole floats up to here have no gaps
  if (!(number >= 0 && number <= EXACT)) return -1;
  const int64_t whole = static_cast<int64_t>(number);
  return static_cast<double>(whole) < number ? -1 : whole;
}

extern "C" int64_t json_whole(json_value value) noexcept {
  const struct json_content content = json_content(value);
  switch (content.type) {
    case JSON_INTEGER: return content.as.integer < 0 || content.as.integer > JSON_WHOLE_MOST ? -1 : content.as.integer;
    case JSON_FLOAT: return whole_of_float(content.as.number);
    case JSON_STRING: return whole_of_text({content.as.string, content.length});
    default: return -1;
  }
}

// Containers

extern "C" json_iterator json_iterate(json_value container) noexcept {
  if (!json_exists(container) || !is_container(at(container))) return json_iterator{nullptr, 0, 0};
  // The inside lies between the word behind the opening brace and the closing brace, one before what follows it.
  return json_iterator{container.document, container.index + 1, at(container).after_element() - 1};
}

extern "C" bool json_next_item(json_iterator *iterator, json_value *item) noexcept {
  if (iterator->index >= iterator->end) return false;
  const tape_ref place = at(iterator->document, iterator->index);
  *item = handle(place);
  iterator->index = place.after_element();
  return true;
}

extern "C" bool json_next_member(json_iterator *iterator, const char **name, size_t *length,
                                 json_value *value) noexcept {
  if (iterator->index >= iterator->end) return false;
  const tape_ref key = at(iterator->document, iterator->index);
  *name = key.get_c_str();
  *length = key.get_string_length();
  const tape_ref place(key.doc, key.json_index + 1);
  *value = handle(place);
  iterator->index = place.after_element();
  return true;
}

extern "C" json_value json_member_n(json_value object, const char *name, size_t length) noexcept {
  json_value found{nullptr, 0};
  if (!is_object(object)) return found;
  const std::string_view wanted(name, length);
  json_iterator members = json_iterate(object);
  const char *key;
  size_t key_length;
  json_value value;
  while (json_next_member(&members, &key, &key_length, &value)) {
    if (std::string_view(key, key_length) == wanted) found = value;
  }
  return found;
}

extern "C" json_value json_member(json_value object, const char *name) noexcept {
  return json_member_n(object, name, std::strlen(name));
}

static size_t count_by_walking(json_value container) noexcept {
  json_iterator places = json_iterate(container);
  json_value place;
  size_t count = 0;
  while (json_next_item(&places, &place)) count++;
  return json_type(container) == JSON_OBJECT ? count / 2 : count; // a member is two places, its name and its value
}

extern "C" size_t json_count(json_value container) noexcept {
  if (!json_exists(container) || !is_container(at(container))) return 0;
  const size_t told = at(container).scope_count();
  return told < simdjson::internal::JSON_COUNT_MASK ? told : count_by_walking(container);
}
