-- docs/SPEC.md, M: errors.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"
local sandbox = require "spec.support.sandbox"

describe("an error", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function failed(status, body, headers)
    x:answer(status, body, headers)
    local resource, err = x.api:create("things", { attributes = { a = 1 } })
    assert.is_nil(resource)
    return err
  end

  it("[81] is one of several, each with its own status, while the response's status gives the "
    .. "kind", function()
    local err = failed(400, [[{"errors":[{"status":"422","title":"A"},{"status":"409","title":"B"},{"status":"422"}]}]])
    assert.equal("bad_request", err.kind)
    assert.equal(400, err.status)
    assert.same({ "422", "409", "422" }, { err.errors[1].status, err.errors[2].status, err.errors[3].status })
    assert.truthy(err.message:find("A; and 2 more", 1, true), err.message)
    assert.is_true(harnest.is_array(err.errors))
  end)

  it("[82] keeps all members received", function()
    local err = failed(422, [[{"errors":[{"id":"e1","links":{"about":"/about/e1","type":{"href":"/types/e"}},
      "status":"422","code":"too_long","title":"Too long","detail":"title is too long","source":{
      "pointer":"/data/attributes/a","parameter":"p","header":"H"},"meta":{"max":5},"unheard":{"of":1}}]}]])
    assert.same({ {
      id = "e1", links = { about = "/about/e1", type = { href = "/types/e" } }, status = "422", code = "too_long",
      title = "Too long", detail = "title is too long",
      source = { pointer = "/data/attributes/a", parameter = "p", header = "H" }, meta = { max = 5 },
      unheard = { of = 1 },
    } }, err.errors)
  end)

  it("[82] may have any one of its members alone", function()
    for _, member in ipairs { '"id":"1"', '"links":{"about":"/x"}', '"status":"409"', '"code":"c"', '"title":"t"',
      '"detail":"d"', '"source":{"pointer":""}', '"meta":{"a":1}' } do
      local err = failed(409, '{"errors":[{' .. member .. "}]}")
      assert.equal(1, #err.errors)
      assert.is_not_nil(err.errors[1][member:match '"(%a+)"'])
      assert.equal("conflict", err.kind)
      assert.truthy(err.message:find "^409 conflict: POST things: .", err.message)
    end
  end)

  describe("states its source:", function()
    it("[83] by a pointer, shown as an unescaped path", function()
      local paths = {
        ["/data/attributes/a"] = "(attributes.a)", ["/data/attributes/b~1c~0d"] = "(attributes.b/c~d)",
        ["/data/attributes/e~01"] = "(attributes.e~1)", ["/data/relationships/one/data"] = "(relationships.one.data)",
        ["/data"] = "(data)",
      }
      for pointer, path in pairs(paths) do
        local err = failed(422, '{"errors":[{"title":"No","source":{"pointer":"' .. pointer .. '"}}]}')
        assert.truthy(err.message:find("No " .. path, 1, true), err.message)
        assert.equal(pointer, err.errors[1].source.pointer)
      end
    end)

    it("[83] a pointer to nothing is harmless and is not matched with the request", function()
      for _, pointer in ipairs {
        '"/nothing/of/the/kind"', '"data"', '"#/data"', '"~2"', '"/data/attributes/a/b/c/~"', '"/"', '""', "5", "null",
        "{}", '"/atomic:operations/5/data"', '"/atomic:operations/-1"', '"/atomic:operations/"',
        '"/atomic:operations/99999999999999999999"',
      } do
        local err = failed(422, '{"errors":[{"title":"No","source":{"pointer":' .. pointer .. "}}]}")
        assert.equal("invalid", err.kind)
        assert.equal("No", err.errors[1].title)
        x:answer(422, '{"errors":[{"title":"No","source":{"pointer":' .. pointer .. "}}]}")
        local results
        results, err = x.api:atomic { { op = "add", data = { type = "things" } } }
        assert.is_nil(results)
        assert.equal("invalid", err.kind)
        assert.is_nil(err.operation, pointer)
      end
    end)

    it("[83] by a parameter or a header", function()
      assert.truthy(failed(400, '{"errors":[{"title":"No","source":{"parameter":"page[size]"}}]}').message
        :find("No (parameter page[size])", 1, true))
      assert.truthy(failed(406, '{"errors":[{"title":"No","source":{"header":"Accept"}}]}').message
        :find("No (header Accept)", 1, true))
    end)
  end)

  describe("is accepted in any form:", function()
    it("[84] with numbers for status and code, or as one object without an array", function()
      local err = failed(422, '{"errors":[{"status":422,"code":17}]}')
      assert.equal(422, err.errors[1].status)
      assert.truthy(err.message:find("things: 17", 1, true), err.message)
      err = failed(422, '{"errors":{"status":"422","detail":"alone"}}')
      assert.equal("alone", err.errors[1].detail)
      assert.truthy(err.message:find("alone", 1, true))
    end)

    it("[84] without a body, with HTML, or with something that is not a list of errors", function()
      for _, body in ipairs {
        "", "<html><h1>Oops</h1></html>", "oops", "{", "[]", "5", "null", '{"errors":[]}', '{"errors":{}}',
        '{"errors":"oops"}', '{"errors":[1]}', '{"errors":["oops"]}', '{"errors":null}', '{"errors":{"title":["x"]}}',
      } do
        for status, kind in pairs { [404] = "not_found", [500] = "server_error", [422] = "invalid" } do
          local err = failed(status, body, { ["Content-Type"] = "text/html" })
          assert.equal(kind, err.kind)
          assert.equal(status, err.status)
          assert.truthy(#err.message > 10)
          assert.equal(not err.errors and body ~= "" and body or nil, err.body)
        end
      end
    end)
  end)

  it("[85] has its kind from the status, not from any text", function()
    for _, title in ipairs { "Not Found", "Conflict", "404", "" } do
      local err = failed(403, '{"errors":[{"status":"404","code":"not_found","title":"' .. title
        .. '","detail":"conflict"}]}')
      assert.equal("forbidden", err.kind)
      assert.equal("not_found", err.errors[1].code)
    end
  end)

  it("[86] may be sent with meta, links and jsonapi", function()
    local err = failed(409, [[{"jsonapi":{"version":"1.1"},"meta":{"m":1},"links":{"self":"/x"},
      "errors":[{"title":"No"}]}]])
    assert.equal("conflict", err.kind)
    assert.same({ { title = "No" } }, err.errors)
    assert.same({ m = 1 }, err.meta)
    assert.same({ self = "/x" }, err.links)
    err = failed(409, '{"meta":null,"links":5,"errors":[{"title":"No"}]}')
    assert.is_nil(err.meta)
    assert.is_nil(err.links)
  end)

  it("[87] of Harnest is classified by kind, and only an unavailable server gets a "
    .. "retry", function()
    local kinds = { [400] = "bad_request", [401] = "unauthorized", [403] = "forbidden", [404] = "not_found",
      [422] = "invalid", [503] = "unavailable" }
    local api = x:client { dialect = "harnest", token = "t", retries = 2, max_retry_wait = 0.01 }
    for status, kind in pairs(kinds) do
      x:reset()
      x:serve("GET /api/things/1", status, '{"errors":[{"status":"' .. status .. '","title":"No"}]}')
      local resource, err = api:get("things", 1)
      assert.is_nil(resource)
      assert.equal(kind, err.kind)
      assert.equal(status == 503 and 3 or 1, err.attempts)
      assert.equal(err.attempts, x:count())
    end
    local sb = sandbox.get()
    for token, kind in pairs { [sb.token_expired] = "unauthorized", [sb.token_readonly] = "forbidden" } do
      local real = harnest.new { url = sb.url, token = token, dialect = "harnest" }
      assert.equal(kind, select(2, real:create("contracts", { attributes = { title = "No" } })).kind)
      real:close()
    end
  end)
end)
