-- Secrets never reach the file of a cassette, nor messages about it.

local harnest = require "harnest"
local new_fixture = require "spec.support.cassette_fixture"

local TOKEN = "t0ken-of/the+spec=="
local COOKIE = "c00kie-value-of-the-spec"

describe("a cassette", function()
  local fixture = new_fixture(setup, before_each, after_each, teardown)
  local raw = fixture.raw

  -- The forms in which the token may be in a file
  local function assert_clean()
    local text = fixture:text()
    local forms = { TOKEN, "t0ken-of\\/the+spec==", "t0ken-of%2Fthe%2Bspec%3D%3D", COOKIE, "s3cret-parameter" }
    for _, secret in ipairs(forms) do
      assert.is_nil(text:find(secret, 1, true), secret)
    end
    return text
  end

  it("has no token, though the server repeats it in headers, links and bodies, and scripts still get it", function()
    local body = ('{"data":{"type":"t","id":"1","attributes":{"a":"Bearer %s","b":"%s"}},'
      .. '"links":{"self":"/t/1?token=%s"}}'):format(TOKEN, (TOKEN:gsub("/", "\\/")), "t0ken-of%2Fthe%2Bspec%3D%3D")
    local seen = fixture:record({ { raw.response(200, { ["X-Echo"] = "Bearer " .. TOKEN }, body) } }, function(api)
      return api:request({ path = "t/1", query = { params = { q = TOKEN } } }).data.attributes
    end, { token = TOKEN })
    assert.equal("Bearer " .. TOKEN, seen.a)
    assert.truthy(assert_clean():find("Bearer [token]", 1, true))
    fixture:replay(function(api)
      local document = api:request { path = "t/1", query = { params = { q = TOKEN } } }
      assert.equal("Bearer [token]", document.data.attributes.a)
    end, { token = TOKEN })
  end)

  it("has no token of a function, also not the one before a renewal", function()
    local tokens = { TOKEN, "an0ther-token-of-the-spec" }
    fixture:record({
      { raw.response(401, {}, ('{"errors":[{"detail":"%s"}]}'):format(TOKEN)) },
      { raw.response(200, {}, ('{"data":{"type":"t","id":"1","attributes":{"a":"%s","b":"%s"}}}'):format(tokens[1],
        tokens[2])) },
    }, function(api) assert.equal(tokens[2], api:get("t", 1).attributes.b) end,
      { token = function() return table.remove(tokens, 1) or "an0ther-token-of-the-spec" end })
    assert.is_nil(assert_clean():find("an0ther", 1, true))
    fixture:replay(function(api) assert.equal("1", api:get("t", 1).id) end,
      { token = function() error "no token is needed" end })
  end)

  it("has no credentials of Basic, no secret headers and no cookies", function()
    fixture:record({
      { raw.response(200, { ["Set-Cookie"] = "session=" .. COOKIE .. "; Path=/api; HttpOnly", ["X-Api-Key"] = TOKEN },
        ('{"data":{"type":"t","id":"1","attributes":{"a":"%s","password":"hunter2-hunter2","path":"/api"}}}'):format(
        COOKIE)) },
    }, function(api) api:get("t", 1) end,
      { authorization = harnest.basic("ann", "hunter2-hunter2"), headers = { ["X-Api-Key"] = TOKEN } })
    local text = assert_clean()
    assert.is_nil(text:find("hunter2", 1, true))
    local response = fixture:read().interactions[1].response
    assert.equal("[removed]", response.headers["set-cookie"])
    assert.equal("[removed]", response.headers["x-api-key"])
    assert.equal("/api", response.body.data.attributes.path)
  end)

  it("has no values of parameters for credentials, and any value matches", function()
    fixture:record({ { raw.response(200, {},
      '{"data":{"type":"t","id":"1"},"links":{"self":"/t/1?api_key=s3cret-parameter"}}') } },
      function(api) api:get("t", 1, { params = { api_key = "s3cret-parameter" } }) end)
    assert_clean()
    assert.equal("[token]", fixture:read().interactions[1].request.query.api_key)
    fixture:replay(function(api)
      assert.equal("1", api:get("t", 1, { params = { api_key = "another" } }).id)
    end)
  end)

  it("has no such values of links and redirects that the server makes", function()
    local body = '{"data":{"type":"t","id":"1"},"links":{"self":"http://h/t/1?a=1&access_token=s3cret-parameter"}}'
    fixture:record({
      { raw.response(307, { Location = "/api/t/1?api_key=s3cret-parameter&x=1" }, "") },
      { raw.response(200, { Link = '<http://h/?password=s3cret-parameter>; rel="next"' }, body) },
    }, function(api) assert.equal("1", api:get("t", 9).id) end)
    assert_clean()
    fixture:replay(function(api) assert.equal("1", api:get("t", 9).id) end)
  end)

  it("has no token that was in a response before it was one", function()
    local login = '{"data":{"type":"login","id":"1","attributes":{"access_token":"' .. TOKEN .. '"}}}'
    fixture:record({ { raw.response(201, {}, login) }, { raw.response(200, {}, '{"data":{"type":"t","id":"1"}}') } },
      function(api)
        local token = api:create("login", {}).attributes.access_token
        assert.equal(TOKEN, token)
        assert.equal("1", api:with({ token = token }):get("t", 1).id)
      end)
    assert_clean()
    fixture:replay(function(api)
      assert.equal("[token]", api:create("login", {}).attributes.access_token)
      assert.equal("1", api:get("t", 1).id)
    end)
  end)

  it("has no short value of such a parameter, and is not damaged by one that is a word or a number", function()
    for _, secret in ipairs { "abc1", "status", "headers", "123456", "active" } do
      local body = ('{"data":{"type":"t","id":"1","attributes":{"n":91234567,"s":"active","e":"%s"}}}'):format(secret)
      local function get(api)
        local found = api:get("t", 1, { params = { password = secret } })
        return found.attributes.n, found.id
      end
      fixture:record({ { raw.response(200, { ["Set-Cookie"] = "kind=active" }, body) } }, get)
      local interaction = fixture:read().interactions[1]
      assert.equal("[token]", interaction.request.query.password)
      assert.equal(91234567, interaction.response.body.data.attributes.n)
      assert.equal(secret == "active" and "[token]" or "active", interaction.response.body.data.attributes.s)
      assert.equal(91234567, (fixture:replay(get)))
    end
  end)

  it("has no secret that ends an escape in a string of the body", function()
    local body = '{"data":{"type":"t","id":"1","attributes":{"e":"a\\nabc123"}}}'
    local function get(api) return api:get("t", 1, { params = { password = "nabc123" } }) end
    fixture:record({ { raw.response(200, {}, body) } }, get)
    assert.is_nil(fixture:text():find("nabc123", 1, true))
  end)

  it("has nothing that a filter takes out, and what it puts in place matches any value", function()
    local function filter(interaction)
      if interaction.request.body then
        interaction.request.body.data.attributes.password = "[removed]"
      end
      interaction.response.body.data.attributes.salary = nil
      interaction.response.headers["x-request"] = nil
    end
    local made = fixture:record({ { raw.response(201, { ["X-Request"] = "7" },
      '{"data":{"type":"t","id":"1","attributes":{"salary":1000,"n":1}}}') } },
      function(api) return api:create("t", { attributes = { password = "opensesame", n = 1 } }) end,
      { cassette = { path = fixture.path, filter = filter } })
    assert.equal(1000, made.attributes.salary)
    local text = assert_clean()
    for _, word in ipairs { "opensesame", "salary", "x-request" } do
      assert.is_nil(text:find(word, 1, true), word)
    end
    fixture:replay(function(api)
      assert.equal("1", api:create("t", { attributes = { password = "other", n = 1 } }).id)
      local _, err = api:create("t", { attributes = { password = "other", n = 2 } })
      assert.truthy(err.message:find("has no", 1, true))
    end)
  end)

  it("leaves out interactions for which the filter returns false, and keeps the digits of others", function()
    local answer = { raw.response(200, {},
      '{"data":{"type":"t","id":"1","attributes":{"n":12345678901234567890.10}}}') }
    fixture:record({ answer, answer }, function(api)
      api:get("t", 1)
      api:get("t", 2)
    end, { cassette = { path = fixture.path, filter = function(one) return one.request.path ~= "t/1" end } })
    assert.equal(1, #fixture:read().interactions)
    assert.truthy(fixture:text():find("12345678901234567890.10", 1, true))
  end)

  it("is not written if the filter fails or makes no interaction", function()
    local function close(filter)
      raw:play { { raw.response(200, {}, '{"data":null}') } }
      local api = harnest.new { url = raw.url, cassette = { path = fixture.path, filter = filter, mode = "record" } }
      api:get("t", 1)
      local fine, message = pcall(api.close, api)
      assert.is_false(fine)
      assert.is_nil(fixture:text())
      return tostring(message)
    end
    assert.truthy(close(function() error("a fault", 0) end):find("a fault", 1, true))
    assert.truthy(close(function(one) return { request = one.request } end):find("the filter of cassette "
      .. fixture.path .. " returned a table", 1, true))
    assert.truthy(close(function(one) one.request = nil end):find("the filter of cassette " .. fixture.path
      .. " left no valid interaction: expected a request, got none", 1, true))
  end)

  it("is not written if the filter cannot have an interaction, and is without a filter", function()
    local answer = { raw.response(200, { ["Content-Type"] = "application/vnd.api+json" }, '{"meta":{"n":1e400}}') }
    raw:play { answer }
    local api = harnest.new { url = raw.url, cassette = { path = fixture.path, filter = print, mode = "record" } }
    api:get("t", 1)
    local fine, message = pcall(api.close, api)
    assert.is_false(fine)
    assert.truthy(message:find("cannot be decoded: response.body.meta.n: 1e400 is beyond", 1, true), message)
    assert.is_nil(fixture:text())
    fixture:record({ answer }, function(client) client:get("t", 1) end)
    assert.truthy(fixture:text():find("1e400", 1, true))
  end)

  it("that mismatches shows no secret", function()
    fixture:write { { request = { method = "GET", path = "t" }, response = { status = 204 } } }
    fixture:replay(function(api)
      local _, err = api:list("t", { params = { q = "x" .. TOKEN, api_key = "s3cret-parameter" } }):next()
      assert.is_nil(tostring(err):find(TOKEN, 1, true), tostring(err))
      assert.is_nil(tostring(err):find("s3cret", 1, true), tostring(err))
      assert.truthy(err.message:find("q=x[token]", 1, true), err.message)
    end, { token = TOKEN })
  end)
end)
