/*
** encode.c: a Lua value written as JSON text.
**
** Writing allocates nothing in Lua, so no finalizer can run and change a table under way; but for views, of which tables
** are made first. One that changes a table just then makes lua_next raise, or the value differ; memory is safe. Members
** are written as lua_next gives them, and put in order within the text when their object is complete.
**
** Which metatables and values stand for arrays beside harnest's own is told by set_array_marks(marks): a table of those,
** each with what it means: "array" for the metatable of arrays, "empty" for one that matters on empty tables only and for
** a value that is itself an empty array.
*/
#include "lua/json/encode.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/buffer.h"
#include "base/number_format.h"
#include "json/json.h"
#include "json/json_members.h"
#include "json/json_text.h"
#include "lua/document/view.h"
#include "lua/json/encode_path.h"
#include "lua/json/value.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"
#include "lua/support/table_kind.h"

#define WRITING_TYPE "harnest.encode.writing"
#define MARKS "harnest.encode.marks"

/* The userdata that owns the memory while Lua may raise. */
struct writing {
  struct buffer text;
  struct buffer members; /* struct encode_member of the objects under way, the innermost last */
};

struct encoder {
  lua_State *L;
  struct buffer *text, *members; /* of the struct writing */
  int array_metatable, marks;    /* stack indices */
};

enum mark { MARK_NONE, MARK_EMPTY, MARK_ARRAY };

static void free_writing(struct writing *writing) {
  buffer_free(&writing->text);
  buffer_free(&writing->members);
}

/* Raises if the text or the memory has come to its end. */
static void check_memory(const struct encoder *encoder, const struct encode_path *path) {
  enum buffer_failure text = encoder->text->failed;
  if (text == BUFFER_TOO_LARGE)
    encode_path_complain(encoder->L, path, "longer than %d bytes as JSON", ENCODE_MAXIMUM);
  if (text != BUFFER_FINE || encoder->members->failed != BUFFER_FINE)
    luaL_error(encoder->L, "not enough memory");
}

/* The functions below find their value on top of the stack and leave it there. */
static void put_value(struct encoder *encoder, struct encode_path *path, enum encode_place place);

/* -------------------------------------------------------------------- places */

static bool is_name(const struct encode_path *member, const char *name) {
  return member->length == strlen(name) && memcmp(member->name, name, member->length) == 0;
}

/* What stands at a member of an object that stands at `place`. */
static enum encode_place place_of_member(enum encode_place place,
                                         const struct encode_path *member) {
  switch (place) {
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

static enum encode_place place_of_item(enum encode_place place) {
  if (place == ENCODE_DATA) return ENCODE_RESOURCE;
  return place == ENCODE_DOCUMENT ? ENCODE_DOCUMENT : ENCODE_PLAIN;
}

/* ------------------------------------------------------------------- scalars */

static void put_string(struct encoder *encoder, const struct encode_path *path) {
  size_t length;
  const char *string = lua_tolstring(encoder->L, -1, &length);
  size_t good = json_text_put(encoder->text, string, length);
  if (good < length)
    encode_path_complain(encoder->L, path, "not UTF-8, from byte %d on", (int)(good + 1));
}

static void put_name(struct encoder *encoder, const struct encode_path *member) {
  size_t good = json_text_put(encoder->text, member->name, member->length);
  if (good < member->length) encode_path_complain(encoder->L, member, "the name is not UTF-8");
}

static void put_number(struct encoder *encoder, const struct encode_path *path) {
  lua_State *L = encoder->L;
  char digits[NUMBER_FORMAT_SIZE];
  if (lua_isinteger(L, -1)) {
    buffer_append(encoder->text, digits,
                  number_format_integer((int64_t)lua_tointeger(L, -1), digits));
    return;
  }
  double number = (double)lua_tonumber(L, -1);
  if (isnan(number)) encode_path_complain(L, path, "NaN, which JSON cannot hold");
  if (isinf(number)) encode_path_complain(L, path, "infinity, which JSON cannot hold");
#if LUA_VERSION_NUM < 503
  /* both bounds are powers of two, and what lies between them fits */
  if (number >= -0x1p63 && number < 0x1p63 && number == floor(number) &&
      (number != 0 || !signbit(number))) {
    buffer_append(encoder->text, digits, number_format_integer((int64_t)number, digits));
    return;
  }
#endif
  buffer_append(encoder->text, digits, number_format_float(number, digits));
}

/* -------------------------------------------------------------------- tables */

/* What the marks say of the value on top. [-1, +0, -] */
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

/* Complains of a table that is neither an array nor an object. */
static void refuse_keys(lua_State *L, const struct encode_path *path, enum mark mark) {
  bool names = false, positions = false;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    int type = lua_type(L, -2);
    if (type == LUA_TSTRING) {
      names = true;
    } else if (type == LUA_TNUMBER && lua_tonumber(L, -2) >= 1 &&
               lua_tonumber(L, -2) == floor(lua_tonumber(L, -2))) {
      positions = true;
    } else {
      const char *key = type == LUA_TNUMBER ? "number that is no position" : lua_typename(L, type);
      encode_path_complain(
          L, path, "a table with a key that is a %s; JSON has names and positions only", key);
    }
  }
  if (names && positions)
    encode_path_complain(L, path, "a table with both names and positions, which JSON cannot hold");
  if (names && mark == MARK_ARRAY)
    encode_path_complain(L, path, "marked as an array, but with names in it");
  encode_path_complain(L, path,
                       "an array with holes, which JSON cannot hold; harnest.null may fill them");
}

/* Notes the table on top, and complains if it is nested too deep or within itself. */
static void enter(struct encoder *encoder, struct encode_path *path) {
  lua_State *L = encoder->L;
  path->table = lua_topointer(L, -1);
  for (const struct encode_path *above = path->parent; above != NULL; above = above->parent) {
    if (above->table != path->table) continue;
    encode_path_push(L, above);
    const char *place = lua_tostring(L, -1);
    encode_path_complain(L, path, "a cycle, the same table as %s",
                         *place == '\0' ? "the whole" : place);
  }
  if (path->depth >= JSON_DEPTH) encode_path_complain(L, path, "nested deeper than %d", JSON_DEPTH);
  check_memory(encoder, path);
}

static void put_array(struct encoder *encoder, const struct encode_path *path,
                      enum encode_place place) {
  lua_State *L = encoder->L;
  size_t length = lua_rawlen(L, -1);
  struct encode_path item = {.parent = path, .depth = path->depth + 1};
  place = place_of_item(place);
  buffer_putc(encoder->text, '[');
  for (size_t i = 1; i <= length; i++) {
    item.position = i;
    if (i > 1) buffer_putc(encoder->text, ',');
    lua_rawgeti(L, -1, (int)i);
    put_value(encoder, &item, place);
    lua_pop(L, 1);
  }
  buffer_putc(encoder->text, ']');
}

/* Writes the record below its first key and value, which are on top; leaves the record on top. [-2, +0, e] */
static void put_record(struct encoder *encoder, const struct encode_path *path,
                       enum encode_place place) {
  lua_State *L = encoder->L;
  struct buffer *text = encoder->text, *members = encoder->members;
  size_t before = members->length, count = 0;
  struct encode_path step = {.parent = path, .depth = path->depth + 1};
  buffer_putc(text, '{');
  do {
    if (lua_type(L, -2) != LUA_TSTRING) {
      lua_pop(L, 2);
      refuse_keys(L, path, MARK_NONE);
    }
    step.name = lua_tolstring(L, -2, &step.length);
    struct encode_member member = {.start = text->length};
    put_name(encoder, &step);
    member.name_length = text->length - member.start - 2;
    buffer_putc(text, ':');
    put_value(encoder, &step, place_of_member(place, &step));
    buffer_putc(text, ',');
    member.length = text->length - member.start;
    buffer_append(members, &member, sizeof member);
    count++;
    lua_pop(L, 1);
  } while (lua_next(L, -2) != 0);
  if (text->failed != BUFFER_FINE || members->failed != BUFFER_FINE)
    return; /* complained of by whoever comes next */
  json_members_sort(text, (struct encode_member *)(void *)(members->bytes + before), count);
  members->length = before;
  if (text->failed == BUFFER_FINE) text->bytes[text->length - 1] = '}';
}

static void put_table(struct encoder *encoder, struct encode_path *path, enum encode_place place) {
  lua_State *L = encoder->L;
  luaL_checkstack(L, 6, "a value nested too deep");
  enter(encoder, path);
  enum mark mark = mark_of_table(encoder);
  if (lua_rawlen(L, -1) > 0) {
    if (table_kind_of(L, -1) != TABLE_KIND_ARRAY) refuse_keys(L, path, mark);
    put_array(encoder, path, place);
    return;
  }
  lua_pushnil(L);
  if (lua_next(L, -2) == 0) {
    buffer_puts(encoder->text, mark != MARK_NONE || place == ENCODE_DATA ? "[]" : "{}");
  } else if (mark == MARK_ARRAY) {
    lua_pop(L, 2);
    refuse_keys(L, path, mark);
  } else {
    put_record(encoder, path, place);
  }
}

/* -------------------------------------------------------------------- values */

static void put_light(struct encoder *encoder, const struct encode_path *path) {
  if (value_is_null(encoder->L, -1)) {
    buffer_puts(encoder->text, "null");
    return;
  }
  lua_pushvalue(encoder->L, -1);
  if (pop_mark(encoder) == MARK_NONE)
    encode_path_complain(encoder->L, path, "a userdata, which JSON cannot hold");
  buffer_puts(encoder->text, "[]");
}

static void put_value(struct encoder *encoder, struct encode_path *path, enum encode_place place) {
  lua_State *L = encoder->L;
  int type = lua_type(L, -1);
  switch (type) {
    case LUA_TBOOLEAN: buffer_puts(encoder->text, lua_toboolean(L, -1) ? "true" : "false"); return;
    case LUA_TNUMBER: put_number(encoder, path); return;
    case LUA_TSTRING: put_string(encoder, path); return;
    case LUA_TTABLE: put_table(encoder, path, place); return;
    case LUA_TLIGHTUSERDATA: put_light(encoder, path); return;
    case LUA_TUSERDATA:
      if (!view_make_plain(L, -1))
        encode_path_complain(L, path, "a userdata, which JSON cannot hold");
      put_value(encoder, path, place);
      return;
    case LUA_TTHREAD: encode_path_complain(L, path, "a coroutine, which JSON cannot hold"); return;
    case LUA_TNIL:
      encode_path_complain(L, path, "nil, which JSON cannot hold; harnest.null is null");
      return;
    default: encode_path_complain(L, path, "a %s, which JSON cannot hold", lua_typename(L, type));
  }
}

void encode_push(lua_State *L, int index, enum encode_place place, const char *root) {
  luaL_checkstack(L, LUA_MINSTACK, "encode");
  index = lua_absindex(L, index);
  struct writing *writing = compat_newuserdata(L, sizeof *writing, WRITING_TYPE);
  int base = lua_gettop(L);
  buffer_init(&writing->text, ENCODE_MAXIMUM);
  buffer_init(&writing->members, (size_t)-1);
  value_push_array_metatable(L);
  lua_getfield(L, LUA_REGISTRYINDEX, MARKS);
  lua_pushvalue(L, index);
  struct encoder encoder = {L, &writing->text, &writing->members, .array_metatable = base + 1,
                            .marks = base + 2};
  struct encode_path path = {.name = root, .length = root == NULL ? 0 : strlen(root)};
  put_value(&encoder, &path, place);
  check_memory(&encoder, &path);
  lua_settop(L, base);
  lua_pushlstring(L, writing->text.bytes, writing->text.length);
  free_writing(writing);
  lua_remove(L, base);
}

/* ---------------------------------------------------------------- registering */

/* Stack: writing. */
static int gc_writing(lua_State *L) {
  free_writing(lua_touserdata(L, 1));
  return 0;
}

/* encode(value, place, root): the JSON text; raises for what JSON cannot hold. Stack: value, place, root. */
static int f_encode(lua_State *L) {
  static const char *const places[] = {[ENCODE_PLAIN] = "plain",
                                       [ENCODE_DOCUMENT] = "document",
                                       [ENCODE_DATA] = "data",
                                       [ENCODE_RESOURCE] = "resource",
                                       [ENCODE_RELATIONSHIPS] = "relationships",
                                       NULL};
  luaL_checkany(L, 1);
  encode_push(L, 1, (enum encode_place)luaL_checkoption(L, 2, "plain", places),
              luaL_optstring(L, 3, NULL));
  return 1;
}

/* set_array_marks(marks): what stands for arrays from now on, see above. Stack: marks. */
static int f_set_array_marks(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_settop(L, 1);
  lua_setfield(L, LUA_REGISTRYINDEX, MARKS);
  return 0;
}

void encode_open(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"encode", f_encode}, {"set_array_marks", f_set_array_marks}, {NULL, NULL}};
  metatable_register_gc(L, WRITING_TYPE, gc_writing);
  lua_newtable(L);
  lua_setfield(L, LUA_REGISTRYINDEX, MARKS);
  luaL_setfuncs(L, functions, 0);
}
