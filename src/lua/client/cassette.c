/*
** cassette.c: the cassette userdata.
**
** Its user value is the table of the options that Lua needs. Its finalizer, which writes the file,
** is that of lua/harnest/cassette.lua; it calls core.cassette_close at its end.
*/
#include "lua/client/cassette.h"

#include "cassette/recorded_request.h"
#include "json/json_padding.h"
#include "lua/support/compat.h"
#include "lua/support/metatable.h"

#define CASSETTE_TYPE "harnest.cassette"
#define BUFFER_TYPE "harnest.cassette_buffer"

struct cassette *cassette_test(lua_State *L, int index) {
  struct cassette **cassette = luaL_testudata(L, index, CASSETTE_TYPE);
  return cassette != NULL ? *cassette : NULL;
}

static struct cassette *check(lua_State *L, int index) {
  struct cassette *cassette = *(struct cassette **)luaL_checkudata(L, index, CASSETTE_TYPE);
  if (cassette == NULL) luaL_error(L, "this cassette is closed");
  return cassette;
}

/*
** Pushes a userdata that owns a buffer. Its user frees the buffer, too: lua_close does not run the
** finalizers of what other finalizers make, and that of a cassette calls most functions here.
** [-0, +1, m]
*/
static struct buffer *push_buffer(lua_State *L) {
  struct buffer *buffer = compat_newuserdata(L, sizeof *buffer, BUFFER_TYPE);
  buffer_init(buffer, (size_t)-1 / 4);
  return buffer;
}

/* __gc. Stack: the userdata of a buffer. */
static int m_free_buffer(lua_State *L) {
  lua_settop(L, 1);
  buffer_free(luaL_checkudata(L, 1, BUFFER_TYPE));
  return 0;
}

/* Pushes the contents of a buffer; raises if it lacked memory. [-0, +1, m] */
static void push_contents(lua_State *L, struct buffer *buffer) {
  if (buffer->failed != BUFFER_FINE) luaL_error(L, "not enough memory");
  lua_pushlstring(L, buffer->length > 0 ? buffer->bytes : "", buffer->length);
}

/* Pushes nil and the problem, which is freed. Returns 2. [-0, +2, m] */
static int push_problem(lua_State *L, struct buffer *problem) {
  lua_pushnil(L);
  push_contents(L, problem);
  buffer_free(problem);
  return 2;
}

/* Appends the texts of the array at `index`, each with a NUL at its end. [-0, +0, m] */
static void append_names(lua_State *L, int index, struct buffer *names) {
  for (int i = 1; lua_rawgeti(L, index, i), lua_type(L, -1) == LUA_TSTRING; i++) {
    buffer_append(names, lua_tostring(L, -1), lua_rawlen(L, -1));
    buffer_putc(names, '\0');
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  if (names->failed != BUFFER_FINE) luaL_error(L, "not enough memory");
}

/*
** core.cassette(path, mode, ignored, options): opens a cassette. Returns it; nil and a problem if
** the file cannot be used. Stack: path, mode ("replay", "record" or "check"), an array of names of
** query parameters without NUL, a table for the user value.
*/
static int f_open(lua_State *L) {
  static const char *const modes[] = {"replay", "record", "check", NULL};
  lua_settop(L, 4);
  const char *path = luaL_checkstring(L, 1);
  enum cassette_mode mode = (enum cassette_mode)luaL_checkoption(L, 2, NULL, modes);
  luaL_checktype(L, 3, LUA_TTABLE);
  luaL_checktype(L, 4, LUA_TTABLE);
  struct buffer *ignored = push_buffer(L), *problem = push_buffer(L);
  append_names(L, 3, ignored);
  struct cassette **cassette = compat_newuserdata(L, sizeof *cassette, CASSETTE_TYPE);
  lua_pushvalue(L, 4);
  lua_setiuservalue(L, -2, 1);
  *cassette = cassette_open(path, mode, ignored, problem);
  buffer_free(ignored);
  if (*cassette == NULL) return push_problem(L, problem);
  buffer_free(problem);
  return 1;
}

/* core.cassette_options(cassette): returns the table that it was opened with. Stack: cassette. */
static int f_options(lua_State *L) {
  lua_settop(L, 1);
  luaL_checkudata(L, 1, CASSETTE_TYPE);
  lua_getiuservalue(L, 1, 1);
  return 1;
}

/* core.cassette_close(cassette): gives up the cassette. Idempotent. Stack: cassette. */
static int f_close(lua_State *L) {
  lua_settop(L, 1);
  struct cassette **cassette = luaL_checkudata(L, 1, CASSETTE_TYPE);
  cassette_release(*cassette);
  *cassette = NULL;
  return 0;
}

/* core.cassette_is_open(cassette): returns whether it is not closed. Stack: cassette. */
static int f_is_open(lua_State *L) {
  lua_settop(L, 1);
  luaL_checkudata(L, 1, CASSETTE_TYPE);
  lua_pushboolean(L, cassette_test(L, 1) != NULL);
  return 1;
}

/*
** core.cassette_recorded_at(cassette): returns when the file was written, a text; nil if it does
** not say. Stack: cassette.
*/
static int f_recorded_at(lua_State *L) {
  lua_settop(L, 1);
  lua_pushstring(L, check(L, 1)->recorded_at);
  return 1;
}

/*
** core.cassette_counts(cassette): returns the numbers of interactions in the file, of recordings,
** and of those that are responses. Raises if memory lacked for a recording. Stack: cassette.
*/
static int f_counts(lua_State *L) {
  lua_settop(L, 1);
  const struct cassette *cassette = check(L, 1);
  if (cassette->lacks_memory) return luaL_error(L, "not enough memory to record all");
  lua_pushinteger(L, (lua_Integer)cassette->recorded_count);
  lua_pushinteger(L, (lua_Integer)cassette->recording_count);
  lua_pushinteger(L, (lua_Integer)cassette->response_count);
  return 3;
}

/* Appends method, path and query of a request. On out of memory `out` has failed. */
static void describe(struct cassette *cassette, struct json_span request, struct buffer *out) {
  struct json_value value = interaction_parse(cassette->for_sent, request, out);
  if (json_exists(value)) recorded_request_describe(value, out);
}

/*
** core.cassette_unused(cassette): returns an array of texts: the interactions of the file that no
** request took. Stack: cassette.
*/
static int f_unused(lua_State *L) {
  lua_settop(L, 1);
  struct cassette *cassette = check(L, 1);
  int count = 0;
  lua_newtable(L);
  struct buffer *text = push_buffer(L);
  for (size_t i = 0; i < cassette->recorded_count; i++) {
    if (cassette->used[i]) continue;
    buffer_clear(text);
    buffer_printf(text, "interactions[%zu], ", i);
    describe(cassette, cassette->recorded[i].request, text);
    push_contents(L, text);
    lua_rawseti(L, 2, ++count);
  }
  buffer_free(text);
  lua_settop(L, 2);
  return 1;
}

/* Returns the recording with the number at `index`. */
static struct recording *check_recording(lua_State *L, const struct cassette *cassette, int index) {
  lua_Integer number = luaL_checkinteger(L, index);
  luaL_argcheck(L, number >= 1 && (size_t)number <= cassette->recording_count, index,
                "no such recording");
  return &cassette->recordings[number - 1];
}

/*
** core.cassette_recording(cassette, number): returns a recording as JSON, nil if its exchange has
** not ended; the equal interaction of the file as JSON, nil if there is none; and the index of that
** in the file, from 0. Stack: cassette, number (from 1).
*/
static int f_recording(lua_State *L) {
  lua_settop(L, 2);
  const struct cassette *cassette = check(L, 1);
  const struct recording *recording = check_recording(L, cassette, 2);
  if (recording->text.length == 0) return 0;
  lua_pushlstring(L, recording->text.bytes, recording->text.length);
  if (recording->matched == 0) return 1;
  struct json_span whole = cassette_interaction(cassette, recording->matched)->whole;
  lua_pushlstring(L, whole.text, whole.length);
  lua_pushinteger(L, (lua_Integer)recording->matched - 1);
  return 3;
}

/* Checks an interaction, and sets it in place of the recording. Returns false with a problem. */
static bool replace(struct cassette *cassette, size_t number, const char *text, size_t length,
                    struct buffer *padded, struct buffer *problem) {
  struct interaction interaction;
  if (!buffer_append(padded, text, length) || !json_pad(padded)) {
    problem->failed = BUFFER_NO_MEMORY;
    return false;
  }
  struct json_scan scan = json_scan_start(padded->bytes, padded->length);
  if (!interaction_read(&scan, cassette->for_recorded, &cassette->ignored, &interaction, problem))
    return false;
  if (!json_scan_end(&scan)) {
    buffer_puts(problem, scan.problem);
    return false;
  }
  if (cassette_set_recording(cassette, number, text, length)) return true;
  problem->failed = BUFFER_NO_MEMORY;
  return false;
}

/*
** core.cassette_replace(cassette, number, text): replaces a recording by compact JSON, or removes
** it. Returns true; nil and a problem if the text is no interaction. Stack: cassette, number (from
** 1), text (nil to remove it).
*/
static int f_replace(lua_State *L) {
  size_t length = 0;
  lua_settop(L, 3);
  struct cassette *cassette = check(L, 1);
  struct recording *recording = check_recording(L, cassette, 2);
  size_t number = (size_t)(recording - cassette->recordings) + 1;
  if (lua_isnil(L, 3)) {
    cassette_set_recording(cassette, number, NULL, 0);
  } else {
    const char *text = luaL_checklstring(L, 3, &length);
    struct buffer *padded = push_buffer(L), *problem = push_buffer(L);
    bool fine = replace(cassette, number, text, length, padded, problem);
    buffer_free(padded);
    if (!fine) return push_problem(L, problem);
    buffer_free(problem);
  }
  lua_pushboolean(L, true);
  return 1;
}

/* core.cassette_discard(cassette): its recordings are not written. Stack: cassette. */
static int f_discard(lua_State *L) {
  lua_settop(L, 1);
  cassette_discard(check(L, 1));
  return 0;
}

/*
** core.cassette_write(cassette, now, may_be_empty): writes the recordings. Returns true; nil and a
** problem if that fails. Stack: cassette, now (a text, for `recorded_at`), whether a file without
** interactions is written.
*/
static int f_write(lua_State *L) {
  lua_settop(L, 3);
  struct cassette *cassette = check(L, 1);
  const char *now = luaL_checkstring(L, 2);
  struct buffer *problem = push_buffer(L);
  if (!cassette_write(cassette, now, lua_toboolean(L, 3), problem)) return push_problem(L, problem);
  buffer_free(problem);
  lua_pushboolean(L, true);
  return 1;
}

/* __tostring: returns the path. Stack: cassette. */
static int m_tostring(lua_State *L) {
  lua_settop(L, 1);
  const struct cassette *cassette = cassette_test(L, 1);
  lua_pushfstring(L, CASSETTE_TYPE ": %s", cassette != NULL ? cassette->path : "closed");
  return 1;
}

static const luaL_Reg metamethods[] = {
    {"__gc", f_close},
    {"__tostring", m_tostring},
    {NULL, NULL},
};

static const luaL_Reg functions[] = {
    {"cassette", f_open},
    {"cassette_options", f_options},
    {"cassette_close", f_close},
    {"cassette_is_open", f_is_open},
    {"cassette_recorded_at", f_recorded_at},
    {"cassette_counts", f_counts},
    {"cassette_unused", f_unused},
    {"cassette_recording", f_recording},
    {"cassette_replace", f_replace},
    {"cassette_discard", f_discard},
    {"cassette_write", f_write},
    {NULL, NULL},
};

void cassette_module_open(lua_State *L) {
  luaL_setfuncs(L, functions, 0);
  metatable_register_gc(L, BUFFER_TYPE, m_free_buffer);
  metatable_push(L, CASSETTE_TYPE, metamethods);
  lua_setfield(L, -2, "cassette_metatable");
}
