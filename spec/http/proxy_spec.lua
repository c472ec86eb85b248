-- Proxies in messages: where a proxy is set, its address, and never its password.

local child = require "spec.support.child"
local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local usage_error = require "spec.support.usage_error"

-- Prints the error of a request to a host that does not exist; ...: the scheme of its URL
local REQUEST = [[
  local url = (...) .. "://name.invalid/b"
  local api = require "harnest".new { url = url, token = false, retries = 0, dialect = "jsonapi" }
  io.write(select(2, api:get("t", 1)).message)
]]

describe("a proxy", function()
  local raw
  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  -- The error of a request through a proxy from the environment
  local function from_environment(variable, proxy, scheme)
    return child.run_with({ [variable] = proxy, no_proxy = "" }, REQUEST, scheme or "http")
  end

  local function message_of(options)
    options.url, options.token, options.retries = options.url or "http://name.invalid/b", false, 0
    options.dialect = "jsonapi"
    local api = harnest.new(options)
    local _, err = api:get("t", 1)
    api:close()
    return err.message, err
  end

  local wrong = {
    ["nonsense://secretpw@x"] = "has another scheme than http, https, socks4, socks4a, socks5 or socks5h",
    ["ftp://u:secretpw@x:1"] = "has another scheme than http, https, socks4, socks4a, socks5 or socks5h",
    ["http://"] = "is not valid", ["://"] = "is not valid", ["http://u:secret pw@x"] = "is not valid",
    ["http://[::1"] = "is not valid", ["x:99999"] = "is not valid",
  }

  it("that is no URL is a usage error of the option", function()
    for proxy, problem in pairs(wrong) do
      assert.equal(
        "option proxy: expected the URL of a proxy, such as http://proxy.example:3128, got one that " .. problem,
        usage_error(harnest.new, { url = "http://name.invalid", proxy = proxy }))
    end
  end)

  it("is accepted as libcurl accepts it", function()
    for _, proxy in ipairs {
      "127.0.0.1:1", "http://a", "https://u:p@a:1/", "socks5h://a:1", "socks4://a", "[::1]:1",
    } do
      harnest.new { url = "http://name.invalid", proxy = proxy }:close()
    end
  end)

  it("from the environment that is no URL names the variable, without the password", function()
    local process = require "posix_process"
    local before = os.getenv "no_proxy"
    process.setenv("no_proxy", "")
    finally(function() process.setenv("no_proxy", before) end)
    for proxy, problem in pairs(wrong) do
      for variable, scheme in pairs {
        http_proxy = "http", https_proxy = "https", HTTPS_PROXY = "https", all_proxy = "http", ALL_PROXY = "https",
      } do
        local value = os.getenv(variable)
        process.setenv(variable, proxy)
        local message = message_of { url = scheme .. "://name.invalid/b" }
        process.setenv(variable, value)
        assert.equal("refused: GET t/1: the environment variable " .. variable
          .. " must be the URL of a proxy, such as http://proxy.example:3128; it " .. problem, message)
      end
    end
  end)

  it("that cannot be reached names where it is set", function()
    local closed = rawserver.closed_url():gsub("//", "//u:secretpw@")
    local message = message_of { proxy = closed }
    assert.truthy(message:find(" (the proxy of the option proxy); check the address", 1, true), message)
    assert.is_nil(message:find("secretpw", 1, true))
    message = from_environment("http_proxy", closed)
    assert.truthy(message:find(" (the proxy of the environment variable http_proxy); check", 1, true), message)
    assert.is_nil(message:find("secretpw", 1, true))
    message = message_of { proxy = "http://proxy.invalid:3128" }
    assert.truthy(message:find("resolve proxy: proxy.invalid (the proxy of the option proxy)", 1, true), message)
  end)

  it("is not blamed for a server that cannot be reached", function()
    assert.is_nil(message_of { url = rawserver.closed_url() }:find("proxy", 1, true))
  end)

  describe("that requires credentials", function()
    local function expected(beginning, source)
      local place = raw.url:match "^http://(.*)$"
      return ("%s: GET t/1: the proxy requires credentials: http://%s; check the user and password in the URL of the "
        .. "%s, such as http://USER:PASSWORD@%s"):format(beginning, place, source, place)
    end

    it("is named with its address and where it is set", function()
      for _, scheme in ipairs { "http", "https" } do
        for _, user in ipairs { "", "user:secretpw@" } do
          raw:reset():play { { times = 2, raw.response(407, {}, "") } }
          local proxy = raw.url:gsub("//", "//" .. user)
          local beginning = scheme == "http" and "407 client_error: GET t/1: the response has no body; the proxy"
            or "network: GET t/1: the proxy"
          for source, message in pairs {
            ["option proxy"] = message_of { url = scheme .. "://name.invalid/b", proxy = proxy },
            ["environment variable all_proxy"] = from_environment("all_proxy", proxy, scheme),
          } do
            assert.equal((expected("", source):gsub("^: GET t/1: the proxy", beginning)), message)
          end
        end
      end
    end)

    it("is none if no proxy is set", function()
      raw:play { { raw.response(407, {}, "") } }
      assert.equal("407 client_error: GET t/1: the response has no body; the proxy requires credentials, but none is "
        .. "set: the server itself answered as one", (message_of { url = raw.url .. "/b" }))
    end)
  end)
end)
