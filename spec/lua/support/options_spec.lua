-- The options module is called through spec/support/options_test.c (`make spec-binaries`), which has an option of each
-- type.

local options = require "options_test"
local usage_error = require "spec.support.usage_error"

local null = require("cjson").null

local KNOWN = "known names: any, proxy, company, insecure, timeout, connect_timeout, retries, max_connections, "
  .. "max_response, cache, trace, token, rate, ext, headers, dialect, loop"

describe("options", function()
  local good = {
    {any = null}, {any = 1}, {proxy = ""}, {proxy = "a\0b"}, {company = "mycompany"}, {insecure = false},
    {timeout = 0.5}, {timeout = 30}, {retries = 0}, {retries = 3.0}, {max_connections = 1}, {max_response = 2^26},
    {cache = true}, {cache = false}, {cache = 1024}, {cache = {}}, {trace = print}, {token = "secret"},
    {token = function() end},
    {rate = {}}, {ext = "https://jsonapi.org/ext/atomic"}, {ext = {}}, {ext = {"a", "b"}}, {headers = {}},
    {headers = {["X-Api_Key.1"] = "caf\233 \t ", Accept = ""}}, {dialect = "harnest"}, {dialect = "jsonapi"}, {},
  }
  it("accepts valid values", function()
    for _, case in ipairs(good) do options.check(case) end
  end)

  local bad = {
    {{tiemout = 1}, 'option tiemout: unknown; did you mean timeout?'},
    {{time_out = 1}, 'option time_out: unknown; did you mean timeout?'},
    {{conect_timeout = 1}, 'option conect_timeout: unknown; did you mean connect_timeout?'},
    {{retry = 1}, "option retry: unknown; did you mean retries?"},
    {{time = 1}, "option time: unknown; did you mean timeout?"},
    {{["timeout[1]"] = 1}, "option timeout[1]: unknown; did you mean timeout?"},
    {{max_retries = 1}, "option max_retries: unknown; did you mean retries?"},
    {{TIMEOUT = 1}, "option TIMEOUT: unknown; did you mean timeout?"},
    {{token_file = 1}, "option token_file: unknown; did you mean token?"},
    {{tok = 1}, "option tok: unknown; " .. KNOWN},
    {{maximum = 1}, "option maximum: unknown; " .. KNOWN},
    {{toke = 1}, 'option toke: unknown; did you mean token?'},
    {{xyz = 1}, "option xyz: unknown; " .. KNOWN},
    {{["timeout\0"] = 1}, 'option timeout\\0: unknown; did you mean timeout?'},
    {{["a\0b\0"] = 1}, "option a\\0b\\0: unknown; " .. KNOWN},
    {{"a"}, "option 1: unknown; names are strings"},
    {{proxy = 1}, "option proxy: expected a string, got 1"},
    {{company = ""}, "option company: expected a string, got an empty string"},
    {{company = "a\n"}, "option company: expected a string, got a string with control characters"},
    {{company = null}, "option company: expected a string, got null"},
    {{insecure = 1}, "option insecure: expected true or false, got 1"},
    {{timeout = "30"}, "option timeout: expected a finite number of seconds above 0, got string"},
    {{timeout = 0}, "option timeout: expected a finite number of seconds above 0, got 0"},
    {{timeout = 1 / 0}, "option timeout: expected a finite number of seconds above 0, got inf"},
    {{timeout = 0 / 0}, "option timeout: expected a finite number of seconds above 0, got nan"},
    {{retries = -1}, "option retries: expected a whole number from 0 to 100, got -1"},
    {{retries = 1.5}, "option retries: expected a whole number from 0 to 100, got 1.5"},
    {{retries = 101}, "option retries: expected a whole number from 0 to 100, got 101"},
    {{max_connections = 0}, "option max_connections: expected a whole number from 1 to 9007199254740992, got 0"},
    {{max_response = 1 / 0},
      "option max_response: expected a whole number of bytes from 1 to 9007199254740992, got inf"},
    {{cache = 0}, "option cache: expected true, false, a whole number of bytes from 1 to 9007199254740992 or a table, "
      .. "got 0"},
    {{trace = true}, "option trace: expected a function, got boolean"},
    {{token = "top secret\n"}, "option token: expected a string or a function, got a string with control characters"},
    {{token = 5}, "option token: expected a string or a function, got 5"},
    {{rate = 5}, "option rate: expected a table, got 5"},
    {{ext = 5}, "option ext: expected a string or an array of strings, got 5"},
    {{ext = {a = "b"}}, "option ext: expected a string or an array of strings, got a table of names and values"},
    {{ext = {"a", 5}}, "option ext[2]: expected a string, got 5"},
    {{ext = {""}}, "option ext[1]: expected a string, got an empty string"},
    {{headers = "a: b"}, "option headers: expected a table of names and values, got string"},
    {{headers = {"a: b"}}, "option headers: expected a table of names and values, got an array"},
    {{headers = {"a: b", c = "d"}},
      "option headers: expected a table of names and values, got a table with names and positions"},
    {{ext = {"a", nil, "b"}}, "option ext: expected a string or an array of strings, got an array with holes"},
    {{headers = {["a b"] = "c"}}, 'option headers: "a b" is not a header\'s name'},
    {{headers = {["a\0"] = "c"}}, 'option headers: "a\\0" is not a header\'s name'},
    {{headers = {[""] = "c"}}, 'option headers: "" is not a header\'s name'},
    {{headers = {a = 5}}, "option headers.a: expected a string, got 5"},
    {{headers = {a = "b\r\nc: d"}}, "option headers.a: a header value must not contain CR, LF or NUL"},
    {{headers = {a = "b\0"}}, "option headers.a: a header value must not contain CR, LF or NUL"},
    {{dialect = "soap"}, 'option dialect: expected "harnest" or "jsonapi", got "soap"'},
    {{dialect = true}, 'option dialect: expected "harnest" or "jsonapi", got boolean'},
    {{loop = "uv"}, 'option loop: expected "luv", "copas" or "manual", got "uv"'},
  }
  for _, case in ipairs(bad) do
    it("raises " .. case[2]:gsub("%c", "?"), function()
      assert.equal(case[2], usage_error(options.check, case[1]))
    end)
  end

  it("reads given values", function()
    assert.same({"me", false, 0.5, 0, true},
      {options.read {company = "me", insecure = false, timeout = 0.5, retries = 0, token = "x"}})
  end)

  it("reads defaults for others", function()
    assert.same({"nobody", true, 30, 3, false}, {options.read {}})
  end)
end)
