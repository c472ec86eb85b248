/*
** oom.c: what happens when an allocation fails, for every single allocation.
**
** Runs the scenarios, which oom.lua prepares, with the sandbox (HARNEST_URL, HARNEST_TOKEN), each
** with its first, second, third, … allocation failing, until a run succeeds without a failed
** allocation. The kind selects whose allocations fail:
**   collect   Lua's, once: Lua then collects all garbage and retries
**   lua       Lua's, also the retry
**   lua all   Lua's, all from that one until the call returns
**   curl      libcurl's
**   core      those of this library and of simdjson
** A call must return its right result or an error with a reason; the same client must work
** afterwards; nothing may leak, which LeakSanitizer checks after every few calls; nothing may hang.
** OOM_EVERY=N runs only every Nth allocation, OOM_FROM=N begins at the Nth,
** OOM_ONLY="KIND/SCENARIO" selects some, OOM_VERBOSE prints progress.
**
** libcurl gets its allocator before the core initializes it. The library's calls of malloc and its
** relatives are redirected here by the linker's --wrap, operator new by a definition here. Calls in
** this file are redirected too, and fail only within a call.
*/
#include <curl/curl.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <sanitizer/lsan_interface.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_A_CALL 20
#define CALLS_BETWEEN_LEAK_CHECKS 40
#define MODULES 96
#define SCENARIOS 96
#define AT_ONCE 2
#define SEEN_BY_LIBRARIES __attribute__((visibility("default")))

/* ------------------------------------------------------------------- allocators that fail */

enum kind { KIND_COLLECT, KIND_LUA, KIND_LUA_ALL, KIND_CURL, KIND_CORE, KINDS };

static const char *const kind_names[] = {"collect", "lua", "lua all", "curl", "core"};

static struct {
  enum kind kind;
  bool armed, fired;
  long at, count;
} failing;

enum owner { OWNER_LUA, OWNER_CURL, OWNER_CORE };

static bool fails(enum owner owner) {
  static const enum owner owners[] = {OWNER_LUA, OWNER_LUA, OWNER_LUA, OWNER_CURL, OWNER_CORE};
  if (!failing.armed || owners[failing.kind] != owner) return false;
  long past = ++failing.count - failing.at;
  bool now = past == 0 || (past == 1 && failing.kind == KIND_LUA) ||
             (past > 0 && failing.kind == KIND_LUA_ALL);
  failing.fired = failing.fired || now;
  if (now) errno = ENOMEM;
  return now;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t length);
SEEN_BY_LIBRARIES void *_ZnwmRKSt9nothrow_t(size_t size, const void *nothrow);
SEEN_BY_LIBRARIES void *_ZnamRKSt9nothrow_t(size_t size, const void *nothrow);
SEEN_BY_LIBRARIES const char *__asan_default_options(void);

void *__wrap_malloc(size_t size) {
  return fails(OWNER_CORE) ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size) {
  return fails(OWNER_CORE) ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size) {
  return fails(OWNER_CORE) ? NULL : __real_realloc(memory, size);
}

char *__wrap_strndup(const char *text, size_t length) {
  size_t most = strnlen(text, length);
  char *copy = __wrap_malloc(most + 1);
  if (copy == NULL) return NULL;
  memcpy(copy, text, most);
  copy[most] = '\0';
  return copy;
}

char *__wrap_strdup(const char *text) {
  return __wrap_strndup(text, strlen(text));
}

/* operator new(std::nothrow) and new[] */
void *_ZnwmRKSt9nothrow_t(size_t size, const void *nothrow) {
  (void)nothrow;
  return __wrap_malloc(size);
}

void *_ZnamRKSt9nothrow_t(size_t size, const void *nothrow) {
  (void)nothrow;
  return __wrap_malloc(size);
}

const char *__asan_default_options(void) {
  return "alloc_dealloc_mismatch=0:detect_leaks=1:quarantine_size_mb=16";
}

static void *curl_malloc_or_fail(size_t size) {
  return fails(OWNER_CURL) ? NULL : __real_malloc(size);
}

static void *curl_calloc_or_fail(size_t count, size_t size) {
  return fails(OWNER_CURL) ? NULL : __real_calloc(count, size);
}

static void *curl_realloc_or_fail(void *memory, size_t size) {
  return fails(OWNER_CURL) ? NULL : __real_realloc(memory, size);
}

static char *curl_strdup_or_fail(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = curl_malloc_or_fail(size);
  return copy != NULL ? memcpy(copy, text, size) : NULL;
}

/* A lua_Alloc. Lua requires that shrinking never fails. */
static void *lua_realloc_or_fail(void *context, void *memory, size_t old_size, size_t size) {
  (void)context;
  if (size == 0) {
    free(memory);
    return NULL;
  }
  bool grows = memory == NULL || size > old_size;
  return grows && fails(OWNER_LUA) ? NULL : __real_realloc(memory, size);
}

/* ------------------------------------------------------------------- Lua states */

int luaopen_harnest_core(lua_State *L);

/* A Lua file, compiled once. */
static struct module {
  char name[64];
  char *code;
  size_t length;
} modules[MODULES];
static size_t module_count;

static int add_code(lua_State *L, const void *code, size_t size, void *context) {
  struct module *module = context;
  (void)L;
  char *longer = realloc(module->code, module->length + size);
  if (longer == NULL) return 1;
  memcpy(longer + module->length, code, size);
  module->code = longer;
  module->length += size;
  return 0;
}

/*
** The module name of a file: harnest.loop for lua/harnest/loop.lua, harnest for
** lua/harnest/init.lua, spec.oom.oom for spec/oom/oom.lua.
*/
static void write_name(char *name, size_t size, const char *path) {
  const char *start = strncmp(path, "lua/", 4) == 0 ? path + 4 : path;
  snprintf(name, size, "%.*s", (int)(strstr(path, ".lua") - start), start);
  for (char *slash; (slash = strchr(name, '/')) != NULL;) *slash = '.';
  char *end = strstr(name, ".init");
  if (end != NULL) *end = '\0';
}

static void compile(const char *path) {
  lua_State *L = luaL_newstate();
  struct module *module = &modules[module_count++];
  write_name(module->name, sizeof module->name, path);
  if (luaL_loadfile(L, path) != LUA_OK || lua_dump(L, add_code, module, 0) != 0) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    exit(2);
  }
  lua_close(L);
}

/* A searcher's loader. Stack: name. */
static int load_module(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  for (size_t i = 0; i < module_count; i++) {
    if (strcmp(modules[i].name, name) != 0) continue;
    if (luaL_loadbuffer(L, modules[i].code, modules[i].length, name) != LUA_OK) return lua_error(L);
    lua_call(L, 0, 1);
    return 1;
  }
  return luaL_error(L, "no module %s", name);
}

/* Prepares a state to require harnest, with the scenarios' table at index 1. Stack: empty. */
static int open_state(lua_State *L) {
  luaL_openlibs(L);
  lua_getglobal(L, "package");
  lua_pushliteral(L, "");
  lua_setfield(L, -2, "path");
  lua_pushliteral(L, "");
  lua_setfield(L, -2, "cpath");
  lua_getfield(L, -1, "preload");
  lua_pushcfunction(L, luaopen_harnest_core);
  lua_setfield(L, -2, "harnest.core");
  for (size_t i = 0; i < module_count; i++) {
    lua_pushcfunction(L, load_module);
    lua_setfield(L, -2, modules[i].name);
  }
  lua_getglobal(L, "require");
  lua_pushliteral(L, "spec.oom.oom");
  lua_call(L, 1, 1);
  return 1;
}

static void give_up(const char *what, const char *why) {
  fprintf(stderr, "oom: %s: %s\n", what, why);
  exit(2);
}

static lua_State *new_state(void) {
  lua_State *L = lua_newstate(lua_realloc_or_fail, NULL);
  if (L == NULL) give_up("lua_newstate", "no memory");
  lua_pushcfunction(L, open_state);
  if (lua_pcall(L, 0, 1, 0) != LUA_OK) give_up("a new state", lua_tostring(L, -1));
  return L;
}

/* ------------------------------------------------------------------- one call */

/* Shared by the processes, one for each kind, which run concurrently. */
static struct results {
  long points[KINDS], leaks[KINDS], wrong[KINDS], wedged[KINDS], crashes[KINDS];
} * results;

static char label[256];

static void complain(const char *what, const char *why) {
  printf("%s: %s: %s\n", label, what, why);
  fflush(stdout);
}

static void on_alarm(int signal) {
  (void)signal;
  failing.armed = false;
  complain("wedged", "no end in sight");
  results->wedged[failing.kind]++;
  _exit(0);
}

/*
** Whether libcurl may have hidden the lack of its memory: it reports another failure of the
** exchange, or nothing, so that the request times out or is repeated.
*/
static bool may_be_hidden(const char *kind, const char *message) {
  static const char *const kinds[] = {"protocol", "timeout", "unavailable"};
  if (failing.kind != KIND_CURL || strstr(message, "link") != NULL) return false;
  if (strstr(message, "Could not resolve host") != NULL) return true;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strcmp(kind, kinds[i]) == 0) return true;
  return false;
}

/*
** Whether the error on top of the stack states that memory is missing: an error object of kind
** refused, or a text about memory.
*/
static bool is_clean_error(lua_State *L) {
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
  /* luaL_checkstack has one message for every failure to grow the stack */
  if (text != NULL)
    return strstr(text, "not enough memory") != NULL || strstr(text, "stack overflow") != NULL;
  if (!lua_istable(L, -1)) return false;
  int top = lua_gettop(L);
  bool has_texts =
      lua_getfield(L, top, "kind") == LUA_TSTRING && lua_getfield(L, top, "message") == LUA_TSTRING;
  const char *kind = has_texts ? lua_tostring(L, -2) : "", *message = lua_tostring(L, -1);
  bool fine = has_texts && ((strcmp(kind, "refused") == 0 && strstr(message, "memory") != NULL) ||
                            may_be_hidden(kind, message));
  lua_settop(L, top);
  return fine;
}

static const char *text_of(lua_State *L) {
  if (lua_istable(L, -1)) lua_getfield(L, -1, "message");
  return lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : luaL_typename(L, -1);
}

/*
** Runs scenario `number` with its allocation `at` failing. Returns false if it has fewer.
** `expected` is the right result.
*/
static bool run(int number, enum kind kind, long at, char **expected) {
  lua_State *L = new_state();
  lua_getfield(L, 1, "ready");
  lua_pushinteger(L, number);
  if (lua_pcall(L, 1, 3, 0) != LUA_OK) give_up(label, text_of(L)); /* 2: name, 3: call, 4: client */
  snprintf(label, sizeof label, "%s/%s %ld", kind_names[kind], lua_tostring(L, 2), at);
  alarm(SECONDS_A_CALL);
  lua_pushvalue(L, 3);
  failing.kind = kind;
  failing.at = at;
  failing.count = 0;
  failing.fired = false;
  failing.armed = at > 0;
  bool raised = lua_pcall(L, 0, 1, 0) != LUA_OK;
  failing.armed = false;
  if (*expected == NULL && raised) give_up(label, text_of(L));
  if (*expected == NULL) *expected = strdup(lua_tostring(L, -1));
  bool right = raised
                   ? is_clean_error(L) && kind != KIND_COLLECT
                   : lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), *expected) == 0;
  if (!right) {
    complain(raised ? "an error of another kind or reason" : "a wrong result", text_of(L));
    results->wrong[kind]++;
  }
  lua_settop(L, 4);
  lua_getfield(L, 1, "afterwards");
  lua_pushvalue(L, 4);
  if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
    complain("does not work afterwards", text_of(L));
    results->wrong[kind]++;
  }
  lua_close(L);
  alarm(0);
  return failing.fired;
}

static void check_leaks(enum kind kind) {
  if (__lsan_do_recoverable_leak_check() == 0) return;
  complain("leaks, in this call or one of those before", "see above");
  results->leaks[kind]++;
}

/* ------------------------------------------------------------------- all of them */

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static bool is_wanted(enum kind kind, const char *name) {
  const char *only = getenv("OOM_ONLY");
  char both[128];
  snprintf(both, sizeof both, "%s/%s", kind_names[kind], name);
  return only == NULL || *only == '\0' || strncmp(both, only, strlen(only)) == 0;
}

/* An integer from the environment. */
static long setting(const char *name, long usual) {
  const char *text = getenv(name);
  long number = text != NULL ? atol(text) : 0;
  return number > 0 ? number : usual;
}

static void run_all(enum kind kind, int number, const char *name) {
  char *expected = NULL;
  long every = setting("OOM_EVERY", 1), at = setting("OOM_FROM", 1 + number % every), points = 0;
  double start = seconds();
  run(number, kind, 0, &expected);
  for (; run(number, kind, at, &expected); at += every)
    if (++points % CALLS_BETWEEN_LEAK_CHECKS == 0) check_leaks(kind);
  check_leaks(kind);
  results->points[kind] += points;
  if (getenv("OOM_VERBOSE") != NULL)
    printf("%s/%s: %ld points, %.1f s\n", kind_names[kind], name, points, seconds() - start);
  fflush(stdout);
  free(expected);
}

/* Reads the names of all scenarios. Returns their number. */
static int count_scenarios(char names[SCENARIOS][64]) {
  lua_State *L = new_state();
  lua_getfield(L, 1, "names");
  int count = (int)lua_rawlen(L, -1);
  if (count > SCENARIOS) give_up("scenarios", "more than SCENARIOS");
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, -1, i + 1);
    snprintf(names[i], 64, "%s", lua_tostring(L, -1));
    lua_pop(L, 1);
  }
  lua_close(L);
  return count;
}

/* Starts a kind in a child process, with its own copy of the sandbox's database. */
static pid_t begin(enum kind kind, char names[][64], int scenarios) {
  pid_t child = fork();
  if (child < 0) give_up("fork", strerror(errno));
  if (child > 0) return child;
  char copy[32];
  snprintf(copy, sizeof copy, "oom-%d", (int)kind);
  setenv("OOM_COPY", copy, 1);
  for (int i = 0; i < scenarios; i++)
    if (is_wanted(kind, names[i])) run_all(kind, i + 1, names[i]);
  _exit(0);
}

/* Waits for one of the processes; any exit other than success is a crash. */
static void await(const pid_t children[KINDS]) {
  int status;
  pid_t ended = wait(&status);
  for (int kind = 0; kind < KINDS; kind++)
    if (children[kind] == ended && status != 0) results->crashes[kind]++;
}

static long sum(const long counts[KINDS]) {
  long all = 0;
  for (int kind = 0; kind < KINDS; kind++) all += counts[kind];
  return all;
}

static bool report(void) {
  long every = setting("OOM_EVERY", 1);
  printf(every > 1 ? "one allocation in %ld, by turns; OOM_EVERY=1 is for all\n"
                   : "every allocation\n",
         every);
  for (int kind = 0; kind < KINDS; kind++)
    printf("%s: %ld injection points\n", kind_names[kind], results->points[kind]);
  printf("crashes %ld, leaks %ld, wedged %ld, wrong %ld\n", sum(results->crashes),
         sum(results->leaks), sum(results->wedged), sum(results->wrong));
  int failed = 0;
  for (int kind = 0; kind < KINDS; kind++)
    failed += results->crashes[kind] + results->leaks[kind] + results->wedged[kind] +
                  results->wrong[kind] >
              0;
  printf("%d passed, %d failed\n", KINDS - failed, failed);
  return failed == 0;
}

int main(int count, char **paths) {
  static const enum kind order[KINDS] = {KIND_CURL, KIND_COLLECT, KIND_LUA, KIND_LUA_ALL,
                                         KIND_CORE}; /* the longest first */
  char names[SCENARIOS][64];
  pid_t children[KINDS] = {0};
  signal(SIGALRM, on_alarm);
  setvbuf(stdout, NULL, _IOLBF, 4096);
  results = mmap(NULL, sizeof *results, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (results == MAP_FAILED) give_up("mmap", strerror(errno));
  curl_global_init_mem(CURL_GLOBAL_DEFAULT, curl_malloc_or_fail, free, curl_realloc_or_fail,
                       curl_strdup_or_fail, curl_calloc_or_fail);
  if (count - 1 > MODULES) give_up("Lua files", "more than MODULES");
  for (int i = 1; i < count; i++) compile(paths[i]);
  int scenarios = count_scenarios(names);
  for (int i = 0; i < KINDS; i++) {
    if (i >= AT_ONCE) await(children);
    children[order[i]] = begin(order[i], names, scenarios);
  }
  for (int i = 0; i < AT_ONCE; i++) await(children);
  return !report();
}
