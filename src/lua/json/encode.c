/*
** encode.c: converts Lua values to JSON text.
**
** Encoding allocates nothing in Lua, so no finalizer can run and change a table meanwhile. Views
** and LuaJIT's 64-bit integers are the exceptions: they are first converted to tables and text. A
** finalizer that changes a table at that moment makes lua_next raise or changes the output; memory
** stays valid. Members are written in the order of lua_next, and sorted within the text when their
** object is complete.
**
** set_array_marks(marks) sets which metatables and values mean an array, beside harnest's own. The
** keys of `marks` are these metatables and values. The value "array" is for a metatable of arrays;
** "empty" is for a metatable that makes an empty table an array, and for a value that is itself an
** empty array.
*/
#include "lua/json/encode.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number_format.h"
#include "base/text.h"
#include "json/json.h"
#include "json/json_indent.h"
#include "json/json_write.h"
#include "lua/document/view.h"
#include "lua/support/cdata.h"
#include "lua/support/null.h"
#include "lua/support/path.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/table_kind.h"
#include "lua/support/usage_error.h"

#define OUTPUT_TYPE "harnest.encode.output"
#define MARKS "harnest.encode.marks"

/* Owned by a userdata, so that the memory is freed if Lua raises. */
struct output {
  struct buffer text;
  struct buffer
      members; /* struct json_write_member of the unfinished objects, the innermost last */
};

struct encoder {
  lua_State *L;
  struct buffer *text, *members; /* of the struct output */
  int array_metatable, marks;    /* stack indices */
};

enum mark { MARK_NONE, MARK_EMPTY, MARK_ARRAY };

static void free_output(struct output *output) {
  buffer_free(&output->text);
  buffer_free(&output->members);
}

/* Raises if the text is too long or memory ran out. [-0, +0, v] */
static void check_memory(const struct encoder *encoder, const struct path *path) {
  enum buffer_failure text = encoder->text->failed;
  if (text == BUFFER_TOO_LARGE)
    path_raise(encoder->L, path, "longer than %d bytes as JSON", ENCODE_MAXIMUM);
  if (text != BUFFER_FINE || encoder->members->failed != BUFFER_FINE)
    luaL_error(encoder->L, "not enough memory");
}

/* The functions below encode the value on top of the stack and leave it there. */
static void put_value(struct encoder *encoder, struct path *path, enum encode_context context);

/* -------------------------------------------------------------------- contexts */

static bool is_name(const struct path *member, const char *name) {
  return text_is(member->name, member->length, name);
}

/* Returns the context of a member of an object. */
static enum encode_context context_of_member(enum encode_context context,
                                             const struct path *member) {
  switch (context) {
    case ENCODE_DOCUMENT:
      if (is_name(member, "data") || is_name(member, "included")) return ENCODE_DATA;
      return is_name(member, "atomic:operations") ? ENCODE_DOCUMENT : ENCODE_PLAIN;
    case ENCODE_DATA:
    case ENCODE_RESOURCE:
      return is_name(member, "relationships") ? ENCODE_RELATIONSHIPS : ENCODE_PLAIN;
    case ENCODE_RELATIONSHIPS: return ENCODE_DOCUMENT;
    default: return ENCODE_PLAIN;
  }
}

static enum encode_context context_of_item(enum encode_context context) {
  if (context == ENCODE_DATA) return ENCODE_RESOURCE;
  return context == ENCODE_DOCUMENT ? ENCODE_DOCUMENT : ENCODE_PLAIN;
}

/* ------------------------------------------------------------------- scalars */

static void put_string(struct encoder *encoder, const struct path *path) {
  size_t length;
  const char *string = lua_tolstring(encoder->L, -1, &length);
  size_t good = json_write_string(encoder->text, string, length);
  if (good < length) path_raise(encoder->L, path, "not UTF-8, from byte %d on", (int)(good + 1));
}

static void put_name(struct encoder *encoder, const struct path *member) {
  size_t good = json_write_string(encoder->text, member->name, member->length);
  if (good < member->length) path_raise(encoder->L, member, "the name is not UTF-8");
}

static void put_number(struct encoder *encoder, const struct path *path) {
  lua_State *L = encoder->L;
  char digits[NUMBER_FORMAT_SIZE];
  if (lua_isinteger(L, -1)) {
    buffer_append(encoder->text, digits,
                  number_format_integer((int64_t)lua_tointeger(L, -1), digits));
    return;
  }
  double number = (double)lua_tonumber(L, -1);
  if (isnan(number)) path_raise(L, path, "cannot encode NaN as JSON");
  if (isinf(number)) path_raise(L, path, "cannot encode infinity as JSON");
#if LUA_VERSION_NUM < 503
  /* both bounds are powers of two, and every whole number between them fits in 64 bits */
  if (number >= -0x1p63 && number < 0x1p63 && number == floor(number) &&
      (number != 0 || !signbit(number))) {
    buffer_append(encoder->text, digits, number_format_integer((int64_t)number, digits));
    return;
  }
#endif
  buffer_append(encoder->text, digits, number_format_float(number, digits));
}

/* -------------------------------------------------------------------- tables */

/* Returns the mark of the key on top. [-1, +0, -] */
static enum mark pop_mark(struct encoder *encoder) {
  lua_State *L = encoder->L;
  lua_rawget(L, encoder->marks);
  const char *meaning = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  lua_pop(L, 1);
  if (meaning == NULL) return MARK_NONE;
  return strcmp(meaning, "array") == 0 ? MARK_ARRAY : MARK_EMPTY;
}

static enum mark mark_of_table(struct encoder *encoder) {
  lua_State *L = encoder->L;
  if (!lua_getmetatable(L, -1)) return MARK_NONE;
  if (!lua_rawequal(L, -1, encoder->array_metatable)) return pop_mark(encoder);
  lua_pop(L, 1);
  return MARK_ARRAY;
}

/* Raises for the table on top, which is neither an array nor an object. [-0, +0, v] */
static void refuse_keys(lua_State *L, const struct path *path, enum mark mark) {
  bool names = false, positions = false;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    int type = lua_type(L, -2);
    if (type == LUA_TSTRING) {
      names = true;
    } else if (type == LUA_TNUMBER && lua_tonumber(L, -2) >= 1 &&
               lua_tonumber(L, -2) == floor(lua_tonumber(L, -2))) {
      positions = true;
    } else {
      const char *key = type == LUA_TNUMBER ? "number but not a position" : lua_typename(L, type);
      path_raise(L, path, "cannot encode a key that is a %s as JSON; use strings or positions",
                 key);
    }
  }
  if (names && positions)
    path_raise(L, path, "cannot encode a table with both names and positions as JSON");
  if (names && mark == MARK_ARRAY)
    path_raise(L, path, "a table marked as an array has string keys");
  path_raise(L, path, "cannot encode an array with holes as JSON; fill them with harnest.null");
}

/*
** Adds the table on top to the path. Raises if it is nested too deep or contains itself.
** [-0, +0, v]
*/
static void enter(struct encoder *encoder, struct path *path) {
  lua_State *L = encoder->L;
  path->table = lua_topointer(L, -1);
  for (const struct path *above = path->parent; above != NULL; above = above->parent) {
    if (above->table != path->table) continue;
    path_push(L, above);
    const char *same = lua_tostring(L, -1);
    path_raise(L, path, "a cycle, the same table as %s", *same == '\0' ? "the root" : same);
  }
  if (path->depth >= JSON_DEPTH) path_raise(L, path, "nested deeper than %d", JSON_DEPTH);
  check_memory(encoder, path);
}

static void put_array(struct encoder *encoder, const struct path *path,
                      enum encode_context context) {
  lua_State *L = encoder->L;
  size_t length = lua_rawlen(L, -1);
  struct path item = {.parent = path, .depth = path->depth + 1};
  context = context_of_item(context);
  buffer_putc(encoder->text, '[');
  for (size_t i = 1; i <= length; i++) {
    item.position = i;
    if (i > 1) buffer_putc(encoder->text, ',');
    lua_rawgeti(L, -1, (int)i);
    put_value(encoder, &item, context);
    lua_pop(L, 1);
  }
  buffer_putc(encoder->text, ']');
}

/*
** Encodes the table below its first key and value, which are on top; leaves the table on top.
** [-2, +0, e]
*/
static void put_record(struct encoder *encoder, const struct path *path,
                       enum encode_context context) {
  lua_State *L = encoder->L;
  struct buffer *text = encoder->text, *members = encoder->members;
  size_t before = members->length, count = 0;
  struct path step = {.parent = path, .depth = path->depth + 1};
  buffer_putc(text, '{');
  do {
    if (lua_type(L, -2) != LUA_TSTRING) {
      lua_pop(L, 2);
      refuse_keys(L, path, MARK_NONE);
    }
    step.name = lua_tolstring(L, -2, &step.length);
    struct json_write_member member = {.start = text->length};
    put_name(encoder, &step);
    member.name_length = text->length - member.start - 2;
    buffer_putc(text, ':');
    put_value(encoder, &step, context_of_member(context, &step));
    buffer_putc(text, ',');
    member.length = text->length - member.start;
    buffer_append(members, &member, sizeof member);
    count++;
    lua_pop(L, 1);
  } while (lua_next(L, -2) != 0);
  if (text->failed != BUFFER_FINE || members->failed != BUFFER_FINE)
    return; /* check_memory raises later */
  json_write_sort(text, (struct json_write_member *)(void *)(members->bytes + before), count);
  members->length = before;
  if (text->failed == BUFFER_FINE) text->bytes[text->length - 1] = '}';
}

static void put_table(struct encoder *encoder, struct path *path, enum encode_context context) {
  lua_State *L = encoder->L;
  luaL_checkstack(L, 6, "a value nested too deep");
  enter(encoder, path);
  enum mark mark = mark_of_table(encoder);
  if (lua_rawlen(L, -1) > 0) {
    if (table_kind_of(L, -1) != TABLE_KIND_ARRAY) refuse_keys(L, path, mark);
    put_array(encoder, path, context);
    return;
  }
  lua_pushnil(L);
  if (lua_next(L, -2) == 0) {
    buffer_puts(encoder->text, mark != MARK_NONE || context == ENCODE_DATA ? "[]" : "{}");
  } else if (mark == MARK_ARRAY) {
    lua_pop(L, 2);
    refuse_keys(L, path, mark);
  } else {
    put_record(encoder, path, context);
  }
}

/* -------------------------------------------------------------------- values */

static void put_light(struct encoder *encoder, const struct path *path) {
  if (null_is(encoder->L, -1)) {
    buffer_puts(encoder->text, "null");
    return;
  }
  lua_pushvalue(encoder->L, -1);
  if (pop_mark(encoder) == MARK_NONE)
    path_raise(encoder->L, path, "cannot encode a userdata as JSON");
  buffer_puts(encoder->text, "[]");
}

static void put_value(struct encoder *encoder, struct path *path, enum encode_context context) {
  lua_State *L = encoder->L;
  int type = lua_type(L, -1);
  switch (type) {
    case LUA_TBOOLEAN: buffer_puts(encoder->text, lua_toboolean(L, -1) ? "true" : "false"); return;
    case LUA_TNUMBER: put_number(encoder, path); return;
    case LUA_TSTRING: put_string(encoder, path); return;
    case LUA_TTABLE: put_table(encoder, path, context); return;
    case LUA_TLIGHTUSERDATA: put_light(encoder, path); return;
    case LUA_TUSERDATA:
      if (null_is(L, -1)) {
        buffer_puts(encoder->text, "null");
        return;
      }
      if (!view_make_plain(L, -1)) path_raise(L, path, "cannot encode a userdata as JSON");
      put_value(encoder, path, context);
      return;
    case LUA_TTHREAD: path_raise(L, path, "cannot encode a coroutine as JSON"); return;
    case LUA_TNIL: path_raise(L, path, "cannot encode nil as JSON; use harnest.null"); return;
    default:
      luaL_checkstack(L, 3, "a value nested too deep");
      if (!cdata_push_integer(L, -1))
        path_raise(L, path, "cannot encode a %s as JSON", lua_typename(L, type));
      buffer_puts(encoder->text, lua_tostring(L, -1));
      lua_pop(L, 1);
  }
}

void encode_push(lua_State *L, int index, enum encode_context context, const char *root) {
  luaL_checkstack(L, LUA_MINSTACK, "encode");
  index = lua_absindex(L, index);
  struct output *output = compat_newuserdata(L, sizeof *output, OUTPUT_TYPE);
  int base = lua_gettop(L);
  buffer_init(&output->text, ENCODE_MAXIMUM);
  buffer_init(&output->members, (size_t)-1);
  value_push_array_metatable(L);
  lua_getfield(L, LUA_REGISTRYINDEX, MARKS);
  lua_pushvalue(L, index);
  struct encoder encoder = {L, &output->text, &output->members, .array_metatable = base + 1,
                            .marks = base + 2};
  struct path path = {.name = root, .length = root == NULL ? 0 : strlen(root)};
  put_value(&encoder, &path, context);
  check_memory(&encoder, &path);
  lua_settop(L, base);
  lua_pushlstring(L, output->text.bytes, output->text.length);
  free_output(output);
  lua_remove(L, base);
}

/* ---------------------------------------------------------------- registering */

/* __gc. Stack: the userdata of a struct output. */
static int m_gc(lua_State *L) {
  lua_settop(L, 1);
  free_output(lua_touserdata(L, 1));
  return 0;
}

/*
** Replaces the JSON text on top by one that is indented by `indent` spaces a level. [-1, +1, e]
*/
static void indent_text(lua_State *L, size_t indent) {
  size_t length;
  const char *text = lua_tolstring(L, -1, &length);
  struct output *output = compat_newuserdata(L, sizeof *output, OUTPUT_TYPE);
  buffer_init(&output->text, ENCODE_MAXIMUM);
  json_indent(&output->text, text, length, indent, 0);
  if (output->text.failed == BUFFER_TOO_LARGE)
    usage_error_raise(L, "harnest.encode: longer than %d bytes as indented JSON", ENCODE_MAXIMUM);
  if (output->text.failed != BUFFER_FINE) luaL_error(L, "not enough memory");
  lua_pushlstring(L, output->text.bytes, output->text.length);
  free_output(output);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

/*
** core.encode(value, context, root, indent): returns the JSON text, indented if `indent` is above
** 0; raises for a value that JSON cannot represent. Stack: value, context (a string or nil), root
** (a string or nil), indent (a whole number or nil).
*/
static int f_encode(lua_State *L) {
  lua_settop(L, 4);
  static const char *const contexts[] = {[ENCODE_PLAIN] = "plain",
                                         [ENCODE_DOCUMENT] = "document",
                                         [ENCODE_DATA] = "data",
                                         [ENCODE_RESOURCE] = "resource",
                                         [ENCODE_RELATIONSHIPS] = "relationships",
                                         NULL};
  luaL_checkany(L, 1);
  encode_push(L, 1, (enum encode_context)luaL_checkoption(L, 2, "plain", contexts),
              luaL_optstring(L, 3, NULL));
  if (lua_tointeger(L, 4) > 0) indent_text(L, (size_t)lua_tointeger(L, 4));
  return 1;
}

/*
** core.set_array_marks(marks): sets what means an array from now on; see the top of this file.
** Stack: marks (a table).
*/
static int f_set_array_marks(lua_State *L) {
  lua_settop(L, 1);
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_setfield(L, LUA_REGISTRYINDEX, MARKS);
  return 0;
}

void encode_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"encode", f_encode}, {"set_array_marks", f_set_array_marks}, {NULL, NULL}};
  metatable_register_gc(L, OUTPUT_TYPE, m_gc);
  lua_newtable(L);
  lua_setfield(L, LUA_REGISTRYINDEX, MARKS);
  luaL_setfuncs(L, functions, 0);
}
