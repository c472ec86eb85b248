# `make help` lists the targets. `make demo` shows harnest at work, `make test` proves it; both first install what is
# missing (see `make deps`).

LUA      ?= lua5.4
LUAS     := lua5.4 lua5.3 lua5.2 lua5.1 luajit
PREFIX   ?= /usr/local
VERSION  := $(shell sed -n 's/^.define HARNEST_VERSION "\(.*\)"/\1/p' src/base/version.h)

# A rock is built for the Lua of LUA_INCLUDE, whatever LUA is in the environment.
ifeq ($(LUA_INCLUDE),)
ifeq ($(filter $(LUA),$(LUAS)),)
$(error LUA=$(LUA): unknown; known Luas: $(LUAS))
endif
endif

# The operating system, by src/SYSTEM/: unix or windows
SYSTEM   ?= unix

# With the libraries that .ci/windows_libraries builds. They are static, so that core.dll needs only the DLL of Lua.
ifeq ($(SYSTEM),windows)
WINDOWS_ROOT ?= build/windows/root
BUILD    ?= build/windows/$(LUA)
CORE_BUILD ?= build/windows/core
CC        = x86_64-w64-mingw32-gcc-posix
CXX       = x86_64-w64-mingw32-g++-posix
AR        = x86_64-w64-mingw32-ar
LUA_CFLAGS ?= -I$(WINDOWS_ROOT)/$(LUA)/include
LUA_LIBS ?= $(wildcard $(WINDOWS_ROOT)/$(LUA)/lua5*.dll)
CURL_CFLAGS ?= -DCURL_STATICLIB -isystem $(WINDOWS_ROOT)/include
SYSTEM_FLAGS ?= -D_WIN32_WINNT=0x0601 -isystem $(WINDOWS_ROOT)/include
# GCC for Windows checks formats by another C library than the one that its printf comes from.
SYSTEM_WARNINGS = -Wno-format
LIBS     ?= -L$(WINDOWS_ROOT)/lib -lcurl -lsimdjson -lz -static -lstdc++ -lpthread $(LUA_LIBS) -lws2_32 -lcrypt32 -lbcrypt
SHARED   ?= -shared src/windows/core.def
MODULE_SUFFIX = .dll
PROGRAM_SUFFIX = .exe
else
SYSTEM_FLAGS ?= -fPIC
MODULE_SUFFIX = .so
endif

# macOS and the BSDs
KERNEL   := $(shell uname -s)
LOADER   ?= $(if $(SYSTEM:unix=),,$(filter Linux,$(KERNEL)))
# How the sockets of many transfers are polled, by src/socket_set/: epoll or none
SOCKET_SET ?= $(or $(if $(SYSTEM:unix=),,$(if $(filter Linux,$(KERNEL)),epoll)),none)
ifeq ($(KERNEL),Darwin)
SHARED   ?= -bundle -undefined dynamic_lookup
endif
ifneq ($(filter Darwin FreeBSD OpenBSD,$(KERNEL)),)
CXX_LIBRARY ?= -lc++
endif
CXX_LIBRARY ?= -lstdc++

BUILD    ?= build/$(LUA)

# The core, all of src/ but src/lua/, is compiled once for all Luas; a BUILD of its own has a core of its own.
CORE_BUILD ?= $(if $(filter build/$(LUA),$(BUILD)),build/core,$(BUILD)/core)

LUA_ABI   = $(patsubst lua%,%,$(LUA:luajit=lua5.1))
# pkg-config is asked at the first use of a variable only. Its complaints are those of `requirements`, in other words.
LUA_CFLAGS ?= $(eval LUA_CFLAGS := $(shell pkg-config --cflags $(LUA) 2>/dev/null))$(LUA_CFLAGS)
LUA_LIBS ?= $(eval LUA_LIBS := $(shell pkg-config --libs $(LUA) 2>/dev/null))$(LUA_LIBS)
CURL_CFLAGS ?= $(eval CURL_CFLAGS := $(shell pkg-config --cflags libcurl 2>/dev/null))$(CURL_CFLAGS)

CC       ?= cc
CXX      ?= c++
OPTIMIZE ?= -O2
WARNINGS  = -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Wwrite-strings -Wcast-qual -Wpointer-arith
CWARNINGS = $(WARNINGS) -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
# Enough for traces; with -g, the build takes an eighth longer.
CFLAGS   ?= -g1
# What the C library shows beyond C11; -D_POSIX_C_SOURCE=200809L is enough
FEATURES ?= -D_GNU_SOURCE
COMMON    = $(OPTIMIZE) -fvisibility=hidden -MMD -MP -Isrc $(CPPFLAGS) $(SYSTEM_FLAGS) $(SYSTEM_WARNINGS)
C_FLAGS   = -std=c11 $(FEATURES) $(CWARNINGS) $(COMMON) $(CFLAGS) $(CURL_CFLAGS)
CXX_FLAGS = -std=c++17 -fno-exceptions -fno-rtti $(WARNINGS) $(COMMON) $(CFLAGS)
LUA_INCLUDE ?= $(patsubst -I%,%,$(filter -I%,$(LUA_CFLAGS)))
LUA_FLAGS = $(addprefix -isystem ,$(LUA_INCLUDE))
LIBS     ?= -lcurl -lsimdjson $(CXX_LIBRARY) -lpthread -lm $(if $(filter Linux,$(KERNEL)),-ldl)
SHARED   ?= -shared
JOBS     ?= -j$(shell getconf _NPROCESSORS_ONLN)

CORE_SOURCES = $(sort src/socket_set/$(SOCKET_SET).c \
  $(wildcard $(foreach layer,$(SYSTEM) base json net cassette http jsonapi,src/$(layer)/*.c src/$(layer)/*.cpp)))
LUA_SOURCES  = $(sort $(wildcard src/lua/*.c src/lua/*/*.c))
CORE_OBJECTS = $(patsubst src/%,$(CORE_BUILD)/%.o,$(basename $(CORE_SOURCES)))
# The Lua files that load the core. All others are a part of it, see src/lua/modules.h.
LUA_FILES    = lua/harnest/init.lua lua/harnest/load_core.lua
LUA_MODULES  = $(filter-out $(LUA_FILES),$(sort $(wildcard lua/harnest/*.lua lua/harnest/loop/*.lua)))
LUA_OBJECTS  = $(patsubst src/%.c,$(BUILD)/%.o,$(LUA_SOURCES)) $(BUILD)/module_texts.o
CORE_LIBRARY = $(CORE_BUILD)/libharnest.a
LUA_LIBRARY  = $(BUILD)/libharnest-lua.a
MODULE       = $(BUILD)/harnest/core$(MODULE_SUFFIX)
# On Linux the module is a loader for the core, see src/loader/loader.c.
CORE_FILE    = $(if $(LOADER),$(BUILD)/harnest/core_main.so)
# Not for Windows: engine_test uses Unix sockets, and redact_test a character that printf of Windows encodes nevertheless.
C_TEST_SOURCES = $(filter-out $(if $(filter windows,$(SYSTEM)),%/engine_test.c %/redact_test.c),$(sort \
  $(wildcard $(foreach layer,base json net cassette http jsonapi,spec/$(layer)/*_test.c))))
C_TEST_NAMES = $(patsubst %_test.c,%,$(notdir $(C_TEST_SOURCES)))
C_TEST_OBJECTS = $(patsubst %,$(BUILD)/test/%.o,$(C_TEST_NAMES:=_test) c_tests c_test_table check)
C_TESTS   = $(BUILD)/test/c_tests$(PROGRAM_SUFFIX)

.PHONY: all core help deps env demo test test-all test-c spec-binaries spec-server spec-coverage faults faults-check soak \
  random sandbox bench picture docs install-docs lint asan tsan valgrind fuzz fuzz-binaries oom install uninstall dist clean

all: core ## build the module for one Lua: LUA=lua5.4, lua5.3, lua5.2, lua5.1 or luajit; SYSTEM=windows: core.dll
core: $(MODULE)

help: ## list these targets
	@sed -nE 's/^([a-z-]+( [a-z-]+)*):.*## (.*)/\1\t\3/p' Makefile | expand -t 22

# What is missing is named before the first compilation in a build folder. For Windows, .ci/windows brings all.
ifneq ($(SYSTEM),windows)
REQUIREMENTS = $(BUILD)/requirements
endif

$(BUILD)/requirements:
	@CC='$(CC)' CXX='$(CXX)' AR='$(AR)' C_FLAGS='$(C_FLAGS)' CXX_FLAGS='$(CXX_FLAGS)' LUA_INCLUDE='$(LUA_INCLUDE)' \
	  .ci/requirements $(LUA)
	@mkdir -p $(@D)
	@touch $@

$(or $(CORE_FILE),$(MODULE)): $(LUA_OBJECTS) $(CORE_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(SHARED) $(if $(LOADER),-Wl$(COMMA)-z$(COMMA)now) $(LDFLAGS) -o $@ $^ $(LIBS)

ifneq ($(LOADER),)
$(MODULE): src/loader/loader.c $(CORE_FILE)
	$(CC) $(C_FLAGS) $(LUA_FLAGS) -DLOADER_CORE='"$(notdir $(CORE_FILE))"' \
	  -DLOADER_FIRST='"$(shell readelf -d $(CORE_FILE) | sed -n 's/.*NEEDED.*\[\(libcurl[^]]*\)\].*/\1/p')"' \
	  $(SHARED) $(LDFLAGS) -o $@ $< $(if $(filter Linux,$(KERNEL)),-ldl)
endif

# Archives, so that a program of the specs links only the modules that it calls.
$(CORE_LIBRARY): $(CORE_OBJECTS)
$(LUA_LIBRARY): $(LUA_OBJECTS)
$(CORE_LIBRARY) $(LUA_LIBRARY):
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

# Each folder of objects is made once.
FOLDERS = $(sort $(dir $(CORE_OBJECTS) $(LUA_OBJECTS)))
$(FOLDERS):
	@mkdir -p $@

$(BUILD)/lua/%.o: src/lua/%.c Makefile | $(REQUIREMENTS) $(FOLDERS)
	$(CC) $(C_FLAGS) $(LUA_FLAGS) -c -o $@ $<

$(BUILD)/module_texts.c: $(LUA_MODULES) lua/harnest lua/harnest/loop src/lua/modules.sh | $(FOLDERS)
	src/lua/modules.sh $(LUA_MODULES) >$@

$(BUILD)/module_texts.o: $(BUILD)/module_texts.c Makefile | $(REQUIREMENTS)
	$(CC) $(C_FLAGS) $(LUA_FLAGS) -c -o $@ $<

$(CORE_BUILD)/%.o: src/%.c Makefile | $(REQUIREMENTS) $(FOLDERS)
	$(CC) $(C_FLAGS) -c -o $@ $<

$(CORE_BUILD)/%.o: src/%.cpp Makefile | $(REQUIREMENTS) $(FOLDERS)
	$(CXX) $(CXX_FLAGS) -c -o $@ $<

-include $(CORE_OBJECTS:.o=.d) $(LUA_OBJECTS:.o=.d)

# One program has all C tests, so that one link suffices. They run for milliseconds, so optimizing them takes longer. Lint has
# other warnings with optimization. Only the table declares the functions NAME_test.
TEST_OPTIMIZE ?= -O0
TEST_FLAGS = $(TEST_OPTIMIZE) -Wno-missing-field-initializers -Wno-missing-prototypes -Ispec/support
vpath %_test.c $(sort $(dir $(C_TEST_SOURCES)))

$(C_TESTS): $(C_TEST_OBJECTS) $(CORE_LIBRARY)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/test/%_test.o: %_test.c Makefile | $(REQUIREMENTS) $(BUILD)/test
	$(CC) $(C_FLAGS) $(TEST_FLAGS) -c -o $@ $<

$(BUILD)/test/%.o: spec/support/%.c Makefile | $(REQUIREMENTS) $(BUILD)/test
	$(CC) $(C_FLAGS) $(TEST_FLAGS) -c -o $@ $<

$(BUILD)/test/c_test_table.o: $(BUILD)/test/c_test_table.c Makefile | $(REQUIREMENTS)
	$(CC) $(C_FLAGS) $(TEST_FLAGS) -c -o $@ $<

# The table of the tests, see c_tests.h. It stays as it is, and is not compiled again, while the names are the same.
$(BUILD)/test/c_test_table.c: FORCE | $(BUILD)/test
	@{ printf '#include "c_tests.h"\n'; printf 'void %s_test(void);\n' $(C_TEST_NAMES); \
	  printf 'const struct c_test c_tests[] = {\n'; \
	  printf '    {"%s", %s_test},\n' $(foreach name,$(C_TEST_NAMES),$(name) $(name)); \
	  printf '    {NULL, NULL},\n};\n'; } >$@.new; \
	  if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

FORCE:

$(BUILD)/test:
	@mkdir -p $@

-include $(C_TEST_OBJECTS:.o=.d)

test-c: $(C_TESTS) ## the C tests of the layers below Lua
	@$(CHECKER) $(C_TESTS)

# Binaries for the specs, in addition to the module. Lua 5.4 alone runs the C tests, see spec/c_spec.lua.
spec-binaries: $(if $(filter lua5.4,$(LUA)),$(C_TESTS)) $(BUILD)/options_test.so $(BUILD)/posix_process.so $(BUILD)/slow_dns.so \
  $(BUILD)/no_memory.so $(BUILD)/no_network.so

$(BUILD)/options_test.so: spec/support/options_test.c $(LUA_LIBRARY) $(CORE_LIBRARY) Makefile
	$(CC) $(C_FLAGS) $(LUA_FLAGS) $(SHARED) $(LDFLAGS) -o $@ $< $(LUA_LIBRARY) $(CORE_LIBRARY) -lm

# no_memory.so calls the function of libcurl that it replaces, so it must load libcurl itself.
$(BUILD)/no_memory.so: PRELOADED = -Wl,--no-as-needed -lcurl
$(BUILD)/posix_process.so $(BUILD)/slow_dns.so $(BUILD)/no_memory.so $(BUILD)/no_network.so: $(BUILD)/%.so: spec/support/%.c Makefile
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $(LUA_FLAGS) $(SHARED) $(LDFLAGS) -o $@ $< -ldl $(PRELOADED)

# Fortune, an independent JSON:API server, for spec/integration/fortune_*_spec.lua; all Luas share it. `make test` does not
# install it. Where it is missing, these specs are skipped and the run reports it, unless FORTUNE=required, as in .ci/run.
FORTUNE_FILES = $(addprefix spec/support/fortune/,package.json package-lock.json)
FORTUNE_MARK  = build/fortune/node_modules/.package-lock.json

spec-server: ## install Fortune, an independent JSON:API server for specs; needs npm
	@if command -v npm >/dev/null; then $(MAKE) -s $(FORTUNE_MARK) || [ "$$FORTUNE" != required ]; fi

$(FORTUNE_MARK): $(FORTUNE_FILES)
	@mkdir -p build/fortune
	@cp $(FORTUNE_FILES) build/fortune
	cd build/fortune && npm ci --no-audit --no-fund --ignore-scripts
	@touch $@

env: ## print the exports that let scripts use this checkout: eval "$(make -s env)"
	@echo 'export LUA_PATH="$(CURDIR)/lua/?.lua;$(CURDIR)/lua/?/init.lua;$${LUA_PATH:-;}"'
	@echo 'export LUA_CPATH="$(abspath $(BUILD))/?.so;$${LUA_CPATH:-;}"'

# What is missing is installed first; DEPS=no leaves that out.
DEPS ?= .ci/deps
ifeq ($(DEPS),no)
override DEPS := @true
endif

deps: ## install the Debian packages that are missing
	$(DEPS) test

demo: ## run a script against the sandbox
	$(DEPS) demo
	@$(MAKE) -s $(JOBS) core
	@eval "$$($(MAKE) -s env)"; eval "$$(sandbox/start --parent $$$$)"; $(LUA) examples/demo.lua && examples/demo_command $(LUA)

sandbox: ## run the sandbox, a local server, until Ctrl-C
	$(DEPS) demo
	@sandbox/run

# Slow ones are left out, unless SPEC, BUSTED_ARGS or HARNEST_FULL choose specs.
test: ## the specs on one Lua, but for slow ones; SPEC=spec/lua/query: all of these files; WORKERS=1: one after the other
	$(DEPS) test
	@$(MAKE) -s $(JOBS) core spec-binaries
	@$(if $(SPEC)$(BUSTED_ARGS)$(HARNEST_FULL),,SLOW=no) spec/run $(LUA)

test-all: ## the specs on every Lua
	$(DEPS) test
	@$(MAKE) -s spec-server
	@set -e; for lua in $(LUAS); do $(MAKE) -s $(JOBS) core spec-binaries LUA=$$lua; done
	@spec/run $(LUAS)

# The specs under a memory checker. Leaks count. With the interceptor of __tls_get_addr, the search for leaks sometimes crashes.
# Freed memory is kept from use up to 16 MB; with the usual 256, the search for leaks takes a third of the time of `make oom`.
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SANITIZED = BUILD=build/asan OPTIMIZE=-O1 CFLAGS="-g1 $(SANITIZE)" LDFLAGS="$(SANITIZE)"
ASAN_RUNNER = env LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) \
  ASAN_OPTIONS=detect_leaks=1:intercept_tls_get_addr=0:quarantine_size_mb=16
asan: ## the specs under AddressSanitizer
	$(DEPS) test
	@$(MAKE) -s spec-server
	@$(MAKE) -s $(JOBS) core spec-binaries $(SANITIZED)
	@BUILD=build/asan RUNNER="$(ASAN_RUNNER)" LSAN_OPTIONS=suppressions=$(CURDIR)/spec/lsan.supp:print_suppressions=0 \
	  spec/run $(LUA)

# The engine's thread, and what runs beside it, under ThreadSanitizer. It is not for specs that begin a process (#process).
TSAN = -fsanitize=thread -fno-omit-frame-pointer
tsan: ## the specs of loops under ThreadSanitizer
	$(DEPS) test
	@$(MAKE) -s $(JOBS) core $(addprefix build/tsan/test/,lua c_tests) C_TEST_SOURCES=spec/net/engine_test.c BUILD=build/tsan OPTIMIZE=-O1 \
	  CFLAGS="-g1 $(TSAN)" LDFLAGS="$(TSAN)"
	@TSAN_OPTIONS=halt_on_error=1 build/tsan/test/c_tests engine
	@BUILD=build/tsan SPEC=spec/integration/loop BUSTED_ARGS=--exclude-tags=process RUNNER="env TSAN_OPTIONS=halt_on_error=1 build/tsan/test/lua" spec/run $(LUA)

build/tsan/test/lua: spec/tsan/lua.c
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $(LUA_FLAGS) $(LDFLAGS) -o $@ $< $(LUA_LIBS)

valgrind: ## the specs under valgrind
	$(DEPS) lint
	@$(MAKE) -s spec-server
	@$(MAKE) -s $(JOBS) core spec-binaries
	@RUNNER="valgrind -q --leak-check=full --errors-for-leak-kinds=definite --error-exitcode=9 \
	  --suppressions=spec/valgrind.supp" spec/run $(LUA)

# Fuzzing, by clang's libFuzzer. FUZZ_SECONDS is for each target; FUZZ_TARGETS="url encode" picks some.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= $(patsubst spec/fuzz/%_fuzz.c,%,$(sort $(wildcard spec/fuzz/*_fuzz.c)))
FUZZ_SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

fuzz: ## fuzz the modules that read responses, FUZZ_SECONDS=60 each
	$(DEPS) fuzz
	@$(MAKE) -s $(JOBS) fuzz-binaries BUILD=build/fuzz CC=clang CXX=clang++ OPTIMIZE=-O1 \
	  CFLAGS="-g1 $(FUZZ_SANITIZE) -fsanitize=fuzzer-no-link"
	@FUZZ_SECONDS=$(FUZZ_SECONDS) spec/fuzz/run $(FUZZ_TARGETS)

fuzz-binaries: $(FUZZ_TARGETS:%=$(BUILD)/test/%_fuzz)

# spec/fuzz/fake_curl.h stands in for these
$(BUILD)/test/headers_fuzz $(BUILD)/test/client_fuzz: FAKED = $(patsubst %,-Wl$(COMMA)--wrap=%,curl_easy_setopt curl_easy_getinfo curl_easy_cleanup \
  curl_multi_add_handle curl_multi_remove_handle curl_multi_poll curl_multi_socket_action curl_multi_info_read clock_gettime)
COMMA = ,

$(BUILD)/test/%_fuzz: spec/fuzz/%_fuzz.c $(wildcard spec/fuzz/*.h) $(LUA_LIBRARY) $(CORE_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $(LUA_FLAGS) $(FUZZ_SANITIZE) -fsanitize=fuzzer -o $@ $< $(LUA_LIBRARY) $(CORE_LIBRARY) $(FAKED) $(LUA_LIBS) $(LIBS)

# Single allocations failing, against the sandbox: OOM_EVERY=1 is for each of them, which takes minutes.
OOM_EVERY ?= 2
OOM_WRAPPED = malloc calloc realloc strdup

oom: ## calls with single failing allocations, every second one or with OOM_EVERY=1 each
	$(DEPS) test
	@$(MAKE) -s $(JOBS) build/asan/test/oom $(SANITIZED)
	@eval "$$(sandbox/start --parent $$$$)"; LSAN_OPTIONS=suppressions=spec/lsan.supp:print_suppressions=0 \
	  OOM_EVERY=$(OOM_EVERY) build/asan/test/oom spec/oom/*.lua spec/support/text_file.lua lua/harnest/*.lua lua/harnest/loop/*.lua

$(BUILD)/test/oom: spec/oom/oom.c $(LUA_LIBRARY) $(CORE_LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(C_FLAGS) $(LUA_FLAGS) -o $@ $< $(LUA_LIBRARY) $(CORE_LIBRARY) $(OOM_WRAPPED:%=-Wl$(COMMA)--wrap=%) $(LUA_LIBS) $(LIBS)

spec-coverage: ## the lines of docs/SPEC.md that have no spec
	@$(LUA) spec/coverage.lua docs/SPEC.md $(shell find spec sandbox/spec -name '*_spec.lua' | sort)

# The matrix of faults. Its specs compare it with docs/FAULTS.md in every run.
faults faults-check: ## generate docs/FAULTS.md from the specs of faults; compare it
	$(DEPS) test
	@$(MAKE) -s $(JOBS) core
	@$(if $(filter faults,$@),spec/integration/fault/write $(LUA),SPEC=spec/integration/fault spec/run $(LUA))

soak: ## 100,000 requests to servers that sometimes fail; REQUESTS=…, SEED=…
	$(DEPS) test
	@$(MAKE) -s $(JOBS) core
	@spec/soak/run $(LUA)

# Random use of the public API under the sanitizers, in every loop of every Lua, or of the given one. SECONDS is for each.
SECONDS ?= 3
RANDOM_LUAS = $(if $(filter file,$(origin LUA)),$(LUAS),$(LUA))
random: ## random use of the API, sanitized, in each Lua and loop; SECONDS=3, SEED=…, LOOP=…, LUA=…
	$(DEPS) test
	@set -e; for lua in $(RANDOM_LUAS); do \
	  $(MAKE) -s $(JOBS) core $(SANITIZED) LUA=$$lua BUILD=build/asan/$$lua CORE_BUILD=build/asan/core; done
	@BUILD_ROOT=build/asan RANDOM_SECONDS=$(SECONDS) RUNNER="$(ASAN_RUNNER)" \
	  LSAN_OPTIONS=suppressions=$(CURDIR)/spec/lsan.supp:print_suppressions=0 spec/random/run $(RANDOM_LUAS)

bench: ## the benchmarks
	$(DEPS) bench
	@for lua in $(LUAS); do $(MAKE) -s $(JOBS) core LUA=$$lua || exit 1; done
	@bench/run

picture: ## make docs/love.png and docs/terminal.png anew
	.ci/love docs/love.png
	.ci/terminal_picture docs/terminal.png

MANUAL = build/docs/harnest.3lua
COMMAND_MANUAL = build/docs/harnest.1
docs: ## make the manual pages of docs/guide.md and docs/CLI.md, by pandoc
	$(DEPS) docs
	@$(MAKE) -s $(MANUAL) $(COMMAND_MANUAL)
	@echo "man -l $(COMMAND_MANUAL); man -l $(MANUAL)"

$(COMMAND_MANUAL): docs/CLI.md src/base/version.h
	@mkdir -p $(@D)
	printf '.SH NAME\nharnest \\- read a JSON:API server from the command line\n.SH DESCRIPTION\n' >$(@D)/command_name
	sed 1d $< | pandoc --standalone --from gfm --to man --shift-heading-level-by=-1 \
	  --include-before-body=$(@D)/command_name --metadata title=harnest --metadata section=1 \
	  --metadata header="User commands" --metadata footer="harnest $(VERSION)" --output $@

$(MANUAL): docs/guide.md src/base/version.h
	@mkdir -p $(@D)
	printf '.SH NAME\nharnest \\- client for JSON:API servers, in Lua\n.SH DESCRIPTION\n' >$(@D)/name
	sed 1d $< | pandoc --standalone --from gfm --to man --shift-heading-level-by=-1 --include-before-body=$(@D)/name \
	  --metadata title=harnest --metadata section=3lua \
	  --metadata header="Lua modules" --metadata footer="harnest $$(sed -n 's/.*HARNEST_VERSION "\(.*\)".*/\1/p' src/base/version.h)" \
	  --output $@

lint: ## luacheck, compilers' warnings, clang-tidy, format
	$(DEPS) lint
	@.ci/lint

LIBDIR ?= $(PREFIX)/lib/lua/$(LUA_ABI)
LUADIR ?= $(PREFIX)/share/lua/$(LUA_ABI)
MANDIR ?= $(PREFIX)/share/man
BINDIR ?= $(PREFIX)/bin
# Where bash, zsh and fish look for the completion of installed programs
BASH_COMPLETIONS ?= $(PREFIX)/share/bash-completion/completions
ZSH_COMPLETIONS ?= $(PREFIX)/share/zsh/site-functions
FISH_COMPLETIONS ?= $(PREFIX)/share/fish/vendor_completions.d

# The command's modules stay files, in folders.
COMMAND_FILES = $(shell find lua/harnest/cli -type f)
COMPLETION = lua/harnest/cli/completion

install: core ## install below PREFIX=/usr/local, for one Lua
	install -d $(DESTDIR)$(LIBDIR)/harnest $(DESTDIR)$(LUADIR)/harnest/library
	install -m 755 $(MODULE) $(CORE_FILE) $(DESTDIR)$(LIBDIR)/harnest
	install -m 644 $(LUA_FILES) $(DESTDIR)$(LUADIR)/harnest
	install -m 644 library/harnest.lua $(DESTDIR)$(LUADIR)/harnest/library
	set -e; for folder in $(COMMAND_FOLDERS:lua/%=%); do \
	  install -d $(DESTDIR)$(LUADIR)/$$folder; install -m 644 $$(find lua/$$folder -maxdepth 1 -type f) $(DESTDIR)$(LUADIR)/$$folder; done
	install -d $(DESTDIR)$(BINDIR)
	sed '1s|.*|#!/usr/bin/env $(LUA)|' bin/harnest >$(DESTDIR)$(BINDIR)/harnest
	chmod 755 $(DESTDIR)$(BINDIR)/harnest
	install -D -m 644 $(COMPLETION)/harnest.bash $(DESTDIR)$(BASH_COMPLETIONS)/harnest
	install -D -m 644 $(COMPLETION)/_harnest $(DESTDIR)$(ZSH_COMPLETIONS)/_harnest
	install -D -m 644 $(COMPLETION)/harnest.fish $(DESTDIR)$(FISH_COMPLETIONS)/harnest.fish

# A folder with other files stays.
COMMAND_FOLDERS = $(shell find lua/harnest/cli -depth -type d)
INSTALLED_FOLDERS = $(addprefix $(DESTDIR),$(COMMAND_FOLDERS:lua/%=$(LUADIR)/%) $(LUADIR)/harnest/library $(LUADIR)/harnest $(LIBDIR)/harnest)
uninstall: ## remove what install and install-docs installed, with the same PREFIX and LUA
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/harnest/,$(notdir $(MODULE) $(CORE_FILE))) $(DESTDIR)$(LUADIR)/harnest/library/harnest.lua
	rm -f $(patsubst lua/%,$(DESTDIR)$(LUADIR)/%,$(LUA_FILES))
	rm -f $(COMMAND_FILES:lua/%=$(DESTDIR)$(LUADIR)/%) $(DESTDIR)$(BINDIR)/harnest
	rm -f $(DESTDIR)$(BASH_COMPLETIONS)/harnest $(DESTDIR)$(ZSH_COMPLETIONS)/_harnest
	rm -f $(DESTDIR)$(FISH_COMPLETIONS)/harnest.fish
	rm -f $(DESTDIR)$(MANDIR)/man3/$(notdir $(MANUAL)) $(DESTDIR)$(MANDIR)/man1/$(notdir $(COMMAND_MANUAL))
	@for folder in $(INSTALLED_FOLDERS); do rmdir $$folder 2>/dev/null || true; done

install-docs: $(MANUAL) $(COMMAND_MANUAL) ## install the manual pages
	install -d $(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man1
	install -m 644 $(MANUAL) $(DESTDIR)$(MANDIR)/man3
	install -m 644 $(COMMAND_MANUAL) $(DESTDIR)$(MANDIR)/man1

# All of the commit, so that the rock, the specs and the documentation come from the tarball alone.
DIST = build/harnest-$(VERSION).tar.gz
dist: ## make the tarball of this version from the commit that is checked out
	@[ -e .git ] || { echo "make dist: expected a git checkout, since the tarball has the files of a commit" >&2; exit 1; }
	@mkdir -p build
	git archive --format=tar.gz --prefix=harnest-$(VERSION)/ -o $(DIST) HEAD

clean: ## remove the build folder
	rm -rf build
