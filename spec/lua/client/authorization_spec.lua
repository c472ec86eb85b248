-- The option authorization, harnest.basic, and headers that contain secrets.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local usage_error = require "spec.support.usage_error"

local raw_response = rawserver.response
local ONE = '{"data":{"type":"things","id":"1"}}'
local ERROR = '{"errors":[{"status":"400","title":"bad","detail":%q}]}'

describe("authorization", function()
  local raw

  setup(function() raw = rawserver.start() end)
  before_each(function() raw:reset() end)
  teardown(function() raw:stop() end)

  local function client(options)
    local all = { url = raw.url .. "/api", retries = 0 }
    for name, value in pairs(options) do all[name] = value end
    return harnest.new(all)
  end

  -- The error of a request that the server refuses with this text
  local function refused(options, text, order)
    raw:play { { raw_response(400, { Echo = text }, ERROR:format(text)) } }
    local events = {}
    options.trace = function(event) events[#events + 1] = event end
    local api = client(options)
    order = order or { method = "GET", path = "/things/1", query = { params = { echo = text } } }
    local document, err = api:request(order)
    assert.is_nil(document)
    api:close()
    for _, event in ipairs(events) do err.traced = (err.traced or "") .. event.url .. " " end
    return err
  end

  it("is sent unchanged", function()
    local values = { "Klaviyo-API-Key pk_1", 'Token token="abc", email="a@example.com"', "Basic eDp5", "a  b" }
    for _, value in ipairs(values) do
      raw:reset():play { { raw_response(200, {}, ONE) } }
      local api = client { authorization = value }
      assert(api:get("things", 1))
      api:close()
      assert.equal(value, raw:requests(1)[1].headers.authorization)
    end
  end)

  it("may be a function, which is called once more after a 401", function()
    raw:play { { raw_response(401, {}, "") }, { raw_response(200, {}, ONE) }, { raw_response(200, {}, ONE) } }
    local asked = 0
    local api = client { authorization = function()
      asked = asked + 1
      return "Key number-" .. asked
    end }
    assert(api:get("things", 1))
    assert(api:get("things", 1))
    api:close()
    local sent = {}
    for i, request in ipairs(raw:requests(3)) do sent[i] = request.headers.authorization end
    assert.same({ "Key number-1", "Key number-2", "Key number-2" }, sent)
  end)

  it("takes a scheme and credentials only, and no token beside it", function()
    for _, value in ipairs { "", "abc", "Basic ", "Basic a\n", " a b", "a b ", "a \255", "B(c d" } do
      local message = usage_error(client, { authorization = value })
      assert.truthy(message:find('option authorization: expected', 1, true), message)
    end
    for _, value in ipairs { false, true, 1, {} } do
      assert.truthy(usage_error(client, { authorization = value }):find(
        "option authorization: expected a string or a function, got ", 1, true))
    end
    for _, token in ipairs { "x", false, print } do
      assert.equal("option authorization: expected either token or authorization, got both",
        usage_error(client, { authorization = "a b", token = token }))
    end
  end)

  it("from a function that returns something else fails the call", function()
    local values = { { nil, "the vault is locked" }, {}, { 1 }, { "abc" }, { "Basic a\nX: y" } }
    local reasons = { "the vault is locked", "the authorization function returned nothing",
      "the authorization function returned a number, not a string",
      'the authorization function returned text that is not "Scheme credentials"',
      'the authorization function returned text that is not "Scheme credentials"' }
    for i, value in ipairs(values) do
      local api = client { authorization = function() return value[1], value[2] end }
      local _, err = api:get("things", 1)
      assert.equal("unauthorized: GET things/1: " .. reasons[i], err.message)
      api:close()
    end
    assert.equal(0, #raw:requests())
  end)

  it("function may not call its own client", function()
    local api
    api = client { authorization = function() return assert(api:get("things", 1)).id end }
    assert.truthy(usage_error(api.get, api, "things", 1):find("authorization: the authorization function called its "
      .. "own client, which needs the authorization for this request", 1, true))
    api:close()
  end)

  it("is not sent over plain http to another machine", function()
    local api = harnest.new { url = "http://192.0.2.1", authorization = harnest.basic("me", "password") }
    local _, err = api:get("things", 1)
    assert.equal("refused: GET things/1: the authorization is not sent over plain http; "
      .. "use https (or the option insecure, if you must)", err.message)
    api:close()
  end)

  it("is not sent to another origin", function()
    raw:play { { raw_response(302, { Location = "http://127.0.0.2:1/x" }) } }
    local api = client { authorization = "Key a-secret-one" }
    assert.equal("refused", select(2, api:get("things", 1)).kind)
    api:close()
  end)

  it("of 401 says which option to check", function()
    raw:play { { raw_response(401, {}, "") } }
    local api = client { authorization = "Key a-secret-one" }
    assert.truthy(select(2, api:get("things", 1)).message:find("check that the option authorization", 1, true))
    api:close()
  end)

  it("is hidden, its credentials and the password of Basic alone, too", function()
    local basic = harnest.basic("someone", "pass/word-1")
    local shown = {
      { "Key a-secret-one", "got Key a-secret-one", "got Key [token]" },
      { "Key a-secret-one", "got a-secret-one", "got [token]" },
      { 'Token token="a-secret-one", id=x', "got a-secret-one", "got [token]" },
      { basic, "got " .. basic, "got Basic [token]" },
      { basic, "got " .. basic:sub(7), "got [token]" },
      { basic, "got someone:pass/word-1", "got someone:[token]" },
    }
    for _, case in ipairs(shown) do
      local err = refused({ authorization = case[1] }, case[2])
      assert.equal(case[3], err.errors[1].detail)
      assert.equal(case[3], err.headers.echo)
      assert.equal("400 bad_request: GET things/1: bad: " .. case[3], err.message)
      assert.truthy(err.url:find("%[token%]$"), err.url)
      local _, hidden = err.traced:gsub("%[token%] ", "")
      assert.equal(2, hidden)
    end
  end)

  describe("headers", function()
    local names = { "X-Api-Key", "x-auth-token", "X-SECRET", "Cookie", "X-Authorization" }

    it("whose names say that they are secret are hidden", function()
      for _, name in ipairs(names) do
        local err = refused({ token = false, headers = { [name] = "sid=value-1; a=value-2" } },
          "got sid=value-1; a=value-2, value-1, value-2")
        assert.equal("got [token], [token], [token]", err.errors[1].detail)
        assert.equal("got [token], [token], [token]", err.headers.echo)
        assert.is_nil((err.message .. err.url .. err.traced):find("value-", 1, true))
      end
    end)

    it("of one request are hidden likewise", function()
      for _, name in ipairs(names) do
        local err = refused({ token = false }, "got value-1",
          { method = "GET", path = "/things/1", headers = { [name] = "value-1" },
            query = { params = { a = "value-1" } } })
        assert.equal("got [token]", err.errors[1].detail)
        assert.is_nil((err.message .. err.url .. err.traced):find("value-", 1, true))
      end
    end)

    it("with other names are shown", function()
      for _, name in ipairs { "X-Tenant", "Idempotency-Key" } do
        local err = refused({ token = false, headers = { [name] = "value-1" } }, "got value-1")
        assert.equal("got value-1", err.errors[1].detail)
      end
    end)

    it("name the option if they are Authorization", function()
      assert.equal("option headers: Authorization is set by the client itself; use its option authorization",
        usage_error(client, { headers = { Authorization = "Basic x" } }))
    end)
  end)

  describe("harnest.basic", function()
    it("encodes user and password", function()
      assert.equal("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", harnest.basic("Aladdin", "open sesame")) -- RFC 7617, 2
      assert.equal("Basic dGVzdDoxMjPCow==", harnest.basic("test", "123\194\163")) -- RFC 7617, 2.1
      assert.equal("Basic Og==", harnest.basic("", ""))
      assert.equal("Basic YTpiOmM=", harnest.basic("a", "b:c"))
    end)

    it("rejects what Basic cannot carry, without showing it", function()
      local cases = {
        { "a:b", "c", "harnest.basic: user: expected no colon, got one (it ends the user's name)" },
        { "a\255", "c", "harnest.basic: user: expected UTF-8, got other bytes" },
        { "a", "c\255", "harnest.basic: password: expected UTF-8, got other bytes" },
        { "a", "c\n", "harnest.basic: password: expected no control characters, got one (a line break at its end?)" },
        { "a\0", "c", "harnest.basic: user: expected no control characters, got one (a line break at its end?)" },
        { "a", nil, "harnest.basic: password: expected a string, got nil" },
        { 1, "c", "harnest.basic: user: expected a string, got number" },
      }
      for _, case in ipairs(cases) do assert.equal(case[3], usage_error(harnest.basic, case[1], case[2])) end
    end)
  end)
end)
