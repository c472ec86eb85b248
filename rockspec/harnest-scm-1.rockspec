rockspec_format = "3.0"
package = "harnest"
version = "scm-1"
source = { url = "git+https://github.com/harnest/harnest-lua.git" }
description = {
  summary = "A client for the Harnest API and every other JSON:API server",
  detailed = [[
    Authenticated JSON:API requests and pagination over libcurl and simdjson: lossless values, every page shape,
    retries, one iterator for lists of any length.
  ]],
  license = "MIT",
}
dependencies = { "lua >= 5.1, < 5.5" } -- the command also needs argparse and luv, and names them if they are missing
external_dependencies = {
  CURL = { library = "curl" },
  SIMDJSON = { library = "simdjson" },
}
build = {
  type = "make",
  build_target = "core",
  install_target = "install",
  build_variables = {
    BUILD = "build/rock$(LUA_INCDIR)", -- a folder for each Lua, since their objects do not mix
    LUA_INCLUDE = "$(LUA_INCDIR)",
    CFLAGS = "$(CFLAGS)",
    LDFLAGS = "-L$(CURL_LIBDIR) -L$(SIMDJSON_LIBDIR)",
    SHARED = "$(LIBFLAG)",
  },
  install_variables = {
    BUILD = "build/rock$(LUA_INCDIR)",
    LIBDIR = "$(LIBDIR)",
    LUADIR = "$(LUADIR)",
    BINDIR = "$(BINDIR)",
    PREFIX = "$(PREFIX)",
  },
  platforms = { -- not tried
    windows = {
      build_variables = {
        BUILD = "build/rock",
        SYSTEM = "windows",
        CC = "$(CC)",
        CXX = "g++",
        AR = "ar",
        CURL_CFLAGS = "-I$(CURL_INCDIR)",
        LIBS = "-lcurl -lsimdjson -lstdc++ -lpthread $(LUA_LIBDIR)/$(LUALIB) -lws2_32 -lbcrypt",
      },
      install_variables = { BUILD = "build/rock", SYSTEM = "windows" },
    },
  },
}
test = { type = "command", command = "make test" }
