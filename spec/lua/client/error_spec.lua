-- The error object: its kind, message and fields for every failed response.

local cjson = require "cjson"
local harnest = require "harnest"
local http_date = require "spec.support.http_date"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"

local JSON = { ["Content-Type"] = "application/json" }
local HTML = { ["Content-Type"] = "text/html; charset=utf-8" }
local TEXT = { ["Content-Type"] = "text/plain" }

describe("error object", function()
  local sb = sandbox.get()
  local raw, api

  setup(function()
    raw = rawserver.start()
    api = harnest.new { url = raw.url .. "/api", token = "a-token-to-send", retries = 0 }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    api:close()
    raw:stop()
  end)

  -- The error for a response
  local function failure(status, headers, body)
    raw:play { { raw.response(status, headers, body) } }
    local resource, err = api:get("contracts", 42)
    assert.is_nil(resource)
    assert.is_table(err)
    assert.equal(err.message, tostring(err))
    assert.is_nil(err.message:find "%c", err.message)
    return err
  end

  local function errors(...)
    return cjson.encode { errors = { ... } }
  end

  describe("kind", function()
    local kinds = {
      [400] = { "bad_request" },
      [401] = { "unauthorized", "check that the token is right, has not expired, and was made for this environment" },
      [403] = { "forbidden", "check what the user who made the token may do" },
      [404] = { "not_found", "check the type, the id and the base URL" },
      [409] = { "conflict" }, [422] = { "invalid" }, [429] = { "rate_limited", "send fewer requests, or retry later" },
      [503] = { "unavailable", "the server is under maintenance or overloaded; retry later" },
      [500] = { "server_error", "the server failed; retry later" },
      [501] = { "server_error", "the server failed" },
      [502] = { "server_error", "the server failed; retry later" },
      [504] = { "server_error", "the server failed; retry later" },
      [599] = { "server_error", "the server failed; retry later" },
      [402] = { "client_error" }, [405] = { "client_error" }, [408] = { "client_error" },
      [406] = { "client_error", "the server does not offer this media type; see the options ext and profile" },
      [410] = { "client_error" }, [413] = { "client_error" },
      [414] = { "client_error", ("the URL has %d bytes, more than this server accepts; use a shorter filter, fewer "
        .. "fields, or api:get_many to read many ids"):format(#"http://127.0.0.1:12345/api/contracts/42") },
      [412] = { "conflict", "the resource has changed since its ETag was read; read it again" },
      [415] = { "client_error", "the server does not accept this media type; see the option ext" },
      [418] = { "client_error" }, [428] = { "client_error" }, [499] = { "client_error" },
    }
    for status, kind in pairs(kinds) do
      it("of " .. status .. " is " .. kind[1], function()
        local err = failure(status, {}, errors { status = tostring(status), title = "Title", detail = "the detail" })
        assert.equal(kind[1], err.kind)
        assert.equal(status, err.status)
        local hint = kind[2] and "; " .. kind[2] or ""
        assert.equal(("%d %s: GET contracts/42: Title: the detail%s"):format(status, kind[1], hint), err.message)
        assert.same({ { status = tostring(status), title = "Title", detail = "the detail" } }, err.errors)
        assert.equal("GET", err.method)
        assert.equal(raw.url .. "/api/contracts/42", err.url)
        assert.equal(1, err.attempts)
        assert.is_nil(err.retry_after)
        assert.is_nil(err.body)
        assert.equal("application/vnd.api+json", err.headers["content-type"])
      end)
    end

    it("of an unexpected status is protocol", function()
      for _, status in ipairs { 300, 304, 305, 399 } do
        local err = failure(status, {}, "")
        assert.equal("protocol", err.kind)
        assert.equal(status, err.status)
        assert.truthy(err.message:find(status .. " protocol: GET contracts/42: ", 1, true))
      end
    end)
  end)

  describe("message", function()
    local cases = {
      { "shows title, detail and pointer", 422,
        { { title = "Invalid", detail = "must not be empty", source = { pointer = "/data/attributes/title" } } },
        "422 invalid: GET contracts/42: Invalid: must not be empty (attributes.title)" },
      { "shows one of title and detail", 422, { { detail = "must not be empty" } },
        "422 invalid: GET contracts/42: must not be empty" },
      { "shows the other", 409, { { title = "Taken" } }, "409 conflict: GET contracts/42: Taken" },
      { "shows the parameter", 400, { { detail = "is unknown", source = { parameter = "filter[x]" } } },
        "400 bad_request: GET contracts/42: is unknown (parameter filter[x])" },
      { "shows the header", 406, { { title = "No", source = { header = "Accept" } } },
        "406 client_error: GET contracts/42: No (header Accept); the server does not offer this media type; "
          .. "see the options ext and profile" },
      { "shows pointers as paths", 422,
        { { title = "Bad", source = { pointer = "/data/relationships/owner/data/0/a~1b~0c" } } },
        "422 invalid: GET contracts/42: Bad (relationships.owner.data.0.a/b~c)" },
      { "shows a pointer to the whole", 422, { { title = "Bad", source = { pointer = "/data" } } },
        "422 invalid: GET contracts/42: Bad (data)" },
      { "shows no empty source", 422, { { title = "Bad", source = { pointer = "" } } },
        "422 invalid: GET contracts/42: Bad" },
      { "shows the code where there is no more", 422, { { code = "E42" } }, "422 invalid: GET contracts/42: E42" },
      { "shows a code that is a number", 422, { { code = 42, status = 422 } }, "422 invalid: GET contracts/42: 42" },
      { "says that there is no more", 422, { { id = "1" } }, "422 invalid: GET contracts/42: no reason given" },
      { "counts the others", 422, { { title = "A" }, { title = "B" } },
        "422 invalid: GET contracts/42: A; and 1 more" },
      { "counts many others", 422, { { detail = "A" }, { title = "B" }, { title = "C" }, { title = "D" } },
        "422 invalid: GET contracts/42: A; and 3 more" },
      { "keeps to one line", 422, { { title = "A\nB", detail = "C\r\n\tD" } },
        "422 invalid: GET contracts/42: A B: C   D" },
      { "minds no wrong types", 422, { { title = 1, detail = { 1 }, source = "x", code = true } },
        "422 invalid: GET contracts/42: no reason given" },
      { "shows any letters", 422, { { detail = "Název nesmí být prázdný 漢" } },
        "422 invalid: GET contracts/42: Název nesmí být prázdný 漢" },
    }
    for _, case in ipairs(cases) do
      it(case[1], function()
        local err = failure(case[2], {}, cjson.encode { errors = case[3] })
        assert.equal(case[4], err.message)
        assert.equal(#case[3], #err.errors)
      end)
    end

    it("is as documented", function()
      local err = failure(422, {},
        errors { title = "title", detail = "must not be empty", source = { pointer = "/data/attributes/title" } })
      assert.equal("422 invalid: GET contracts/42: title: must not be empty (attributes.title)", tostring(err))
    end)

    it("repeats only the beginning of the caller's values", function()
      local careful = harnest.new { url = raw.url, token = "t", dialect = "harnest" }
      local _, err = careful:first("contracts", { sort = "-" .. ("x"):rep(1e6) })
      assert.equal("refused", err.kind)
      assert.truthy(err.message:find('refused: GET contracts: sort by "-xxxx', 1, true))
      assert.is_true(#err.message < 1200)
      careful:close()
    end)

    it("names the path without the query", function()
      raw:play { { raw.response(404) }, { raw.response(404) }, { raw.response(404) } }
      local _, err = api:all("contracts", { filter = { a = "b" } })
      assert.truthy(err.message:find("404 not_found: GET contracts: ", 1, true))
      assert.equal(raw.url .. "/api/contracts?filter%5Ba%5D=b", err.url)
      _, err = api:fetch "/contracts/1/owner"
      assert.truthy(err.message:find("GET contracts/1/owner: ", 1, true))
      _, err = api:fetch(raw.url .. "/elsewhere")
      assert.truthy(err.message:find("GET " .. raw.url .. "/elsewhere: ", 1, true))
    end)
  end)

  describe("errors", function()
    it("are complete", function()
      local one = {
        id = "1", links = { about = "https://a/", type = { href = "https://t/" } }, status = "422", code = "E1",
        title = "T", detail = "D", source = { pointer = "/data", parameter = "p", header = "h" },
        meta = { nested = { deep = { 1, 2 } } },
      }
      assert.same({ one, { title = "two" } }, failure(422, {}, errors(one, { title = "two" })).errors)
    end)

    it("keep numbers and null", function()
      local err = failure(422, {}, '{"errors":[{"status":422,"code":1.5,"meta":{"a":null,"b":[],"c":true}}]}')
      assert.equal(422, err.errors[1].status)
      assert.equal(1.5, err.errors[1].code)
      assert.equal(harnest.null, err.errors[1].meta.a)
      assert.is_true(harnest.is_array(err.errors[1].meta.b))
    end)

    it("may be one object", function()
      local err = failure(409, {}, '{"errors":{"title":"Taken","detail":"by another"}}')
      assert.same({ { title = "Taken", detail = "by another" } }, err.errors)
      assert.equal("409 conflict: GET contracts/42: Taken: by another", err.message)
      assert.is_true(harnest.is_array(err.errors))
    end)

    it("may have any JSON media type", function()
      assert.equal("T", failure(500, JSON, errors { title = "T" }).errors[1].title)
      assert.equal("T", failure(500, HTML, errors { title = "T" }).errors[1].title)
      assert.equal("T", failure(500, { ["Content-Type"] = false }, errors { title = "T" }).errors[1].title)
    end)

    it("can be encoded", function()
      local err = failure(422, {}, errors { title = "T", meta = { list = { 1 } } })
      assert.same({ { title = "T", meta = { list = { 1 } } } }, cjson.decode(cjson.encode(err.errors)))
    end)

    it("are absent if the body has none", function()
      for _, body in ipairs {
        '{"errors":[]}', '{"errors":{}}', '{"errors":null}', '{"errors":""}', '{"errors":[1]}', "{}", "[]", "null",
        '{"errors":{"name":[]}}', '{"errors":[[[[[["too deep"]]]]]]}', '{"error":{"code":5}}', '"x"', "{",
        '{"errors":[{}', "\255\254", '{"errors":[{},1]}',
      } do
        local err = failure(422, {}, body)
        assert.equal("invalid", err.kind)
        assert.is_nil(err.errors, body)
        assert.equal(body, err.body)
        assert.truthy(err.message:find("422 invalid: GET contracts/42: the response states no reason", 1, true))
      end
    end)
  end)

  describe("body", function()
    it("of other JSON gives its reason", function()
      local bodies = {
        ['{"message":"Unauthenticated."}'] = "Unauthenticated.",
        ['{"error":"invalid_token","error_description":"The token expired"}'] = "The token expired",
        ['{"error":"invalid_token"}'] = "invalid_token",
        ['{"type":"about:blank","title":"Not OK","status":400,"detail":"Your credit is gone"}'] =
          "Not OK: Your credit is gone",
        ['{"title":"Not OK"}'] = "Not OK", ['{"message":"Two\\nlines"}'] = "Two lines",
        ['{"message":"The data was invalid.","errors":{"name":["must not be empty"]}}'] =
          "The data was invalid: name: must not be empty",
        ['{"title":"Invalid.","errors":{"a":["one","two"],"b":["three"]}}'] = "Invalid: a: one; and 1 more; and 1 more",
        ['{"errors":"text"}'] = "text", ['{"errors":["text"]}'] = "text",
        ['{"errors":["one","two","three"]}'] = "one; and 2 more",
        ['{"errors":{"name":["must not be empty"]}}'] = "name: must not be empty",
        ['{"errors":{"name":"must not be empty"}}'] = "name: must not be empty",
        ['{"errors":{"title":["must not be empty"]}}'] = "title: must not be empty",
        ['{"errors":{"source":["is unknown"]}}'] = "source: is unknown",
        ['{"errors":{"error":{"Title":"text"}}}'] = "error: text",
        ['{"error":{"code":2001,"message":"text"}}'] = "text",
        ['{"error":{"code":"E1"}}'] = "code: E1",
        ['{"error":{"errors":["text"]}}'] = "errors: text",
        ['{"error":"Not Found","message":"There is none"}'] = "There is none",
        ['{"Message":"text"}'] = "text",
        ['{"message":"' .. ("ü"):rep(500) .. '"}'] = ("ü"):rep(133) .. "..." .. ("ü"):rep(66),
      }
      for body, reason in pairs(bodies) do
        local err = failure(400, JSON, body)
        assert.equal("400 bad_request: GET contracts/42: " .. reason, err.message)
        assert.equal(body, err.body)
        assert.is_nil(err.errors)
      end
    end)

    it("has long texts of the server and the script shortened, and all of them in its fields", function()
      local long = ("a"):rep(5000)
      local text = ("a"):rep(267) .. "..." .. ("a"):rep(133)
      local value = ("a"):rep(134) .. "..." .. ("a"):rep(66)
      local source = { pointer = "/data/attributes/" .. long }
      local err = failure(422, {}, errors { title = long, detail = long, source = source })
      local head = "422 invalid: GET contracts/42: " .. text .. ": " .. text .. " (attributes."
      assert.equal(head, err.message:sub(1, #head))
      assert.is_true(#err.message < 1300, #err.message)
      assert.equal(long, err.errors[1].detail)
      assert.equal("422 invalid: GET contracts/42: " .. text, failure(422, {}, errors { code = long }).message)
      assert.equal("422 invalid: GET contracts/42: " .. text .. ": " .. text,
        failure(422, JSON, ('{"errors":{"%s":["%s"]}}'):format(long, long)).message)
      assert.equal("400 bad_request: GET contracts/42: expected JSON:API, got " .. value
        .. " (the error's field body has its start)", failure(400, { ["Content-Type"] = long }, "x").message)
      assert.equal("200 protocol: GET contracts/42: expected JSON:API, got " .. value
        .. "; check the option url (not JSON, or cut short)", failure(200, { ["Content-Type"] = long }, "x").message)
      raw:reset():play { { raw.response(404, {}, errors { title = "No" }) } }
      local _, named = api:related({ type = "t", id = "1" }, long)
      assert.equal("404 not_found: GET t/1/" .. ("a"):rep(130) .. "..." .. ("a"):rep(66)
        .. ": No; check the type, the id and the base URL", named.message)
      assert.equal(raw.url .. "/api/t/1/" .. long, named.url)
      raw:reset():play { { raw.response(302, { Location = "http://other.example/" .. long }) } }
      local _, redirected = api:get("contracts", 42)
      assert.equal("302 refused: GET contracts/42: cross-origin redirect to http://other.example/" .. ("a"):rep(113)
        .. "..." .. ("a"):rep(66) .. " blocked", redirected.message)
      raw:reset():play { { raw.response(404, {}, errors { title = "No" }) } }
      local _, method = api:request { method = long:upper(), path = "/t" }
      assert.equal("404 not_found: " .. value:upper() .. " t: No; check the type, the id and the base URL",
        method.message)
    end)

    it("of a body that is too large has its length", function()
      raw:play { { raw.response(413, JSON, "{}") } }
      local _, err = api:create("t", { attributes = { a = ("x"):rep(1000) } })
      assert.equal("413 client_error: POST t: the response states no reason (the error's field body has its start); "
        .. "the body has 1043 bytes; send it in several requests", err.message)
    end)

    it("of other JSON shows no token", function()
      for _, body in ipairs {
        '{"errors":["a-token-to-send is wrong"]}', '{"errors":{"a-token-to-send":["is wrong"]}}',
        '{"error":{"message":"a-token-to-send is wrong"}}',
      } do
        local err = failure(400, JSON, body)
        assert.truthy(err.message:find("[token]", 1, true), err.message)
        assert.is_nil(err.message:find("a-token-to-send", 1, true), err.message)
        assert.is_nil(err.body:find("a-token-to-send", 1, true), err.body)
      end
    end)

    it("of text is shown up to its first line break", function()
      local err = failure(502, TEXT, "upstream is gone\nand more\n")
      assert.equal("502 server_error: GET contracts/42: upstream is gone; the server failed; retry later",
        err.message)
      assert.equal("upstream is gone\nand more\n", err.body)
      err = failure(502, TEXT, ("long "):rep(1000))
      assert.truthy(#err.message < 400)
    end)

    it("of HTML is reported as HTML", function()
      local page = "<!DOCTYPE html><html><body>" .. ("<p>Sorry</p>\n"):rep(500) .. "</body></html>"
      local err = failure(503, HTML, page)
      assert.truthy(err.message:find("503 unavailable: GET contracts/42: expected JSON:API, got text/html", 1, true))
      assert.truthy(err.message:find("expected JSON:API", 1, true))
      assert.equal(page:sub(1, 1024), err.body)
    end)

    it("that is missing is reported as missing", function()
      for _, status in ipairs { 400, 500 } do
        local err = failure(status, TEXT, "")
        local reason = status .. " " .. err.kind .. ": GET contracts/42: the response has no body"
        assert.truthy(err.message:find(reason, 1, true))
        assert.is_nil(err.body)
      end
    end)

    it("of a success that is not a document is a protocol error", function()
      local cases = {
        { HTML, "<html>login</html>",
          "expected JSON:API, got text/html; charset=utf-8; check the option url" },
        { TEXT, "OK", "expected JSON:API, got text/plain" },
        { { ["Content-Type"] = false }, "x", "expected JSON:API, got a response without Content-Type" },
        { {}, "[1]", "its root is not an object" }, { {}, '{"data":1}', "data is neither" },
        { {}, '{"data":[1]}', "data[0] is not a resource object" }, { {}, '{"data":', "" }, { {}, "\255", "" },
      }
      for _, case in ipairs(cases) do
        local err = failure(200, case[1], case[2])
        assert.equal("protocol", err.kind)
        assert.equal(200, err.status)
        assert.truthy(err.message:find("200 protocol: GET contracts/42: ", 1, true), err.message)
        assert.truthy(err.message:find(case[3], 1, true), err.message)
        assert.equal(case[2], err.body)
      end
    end)
  end)

  describe("fields", function()
    it("have the response's headers, with names in lower case and repeated ones joined", function()
      local err = failure(400, { ["X-One"] = "1", ["x-Two"] = { "a", "b" }, ["X-Request-ID"] = "  abc  " }, "")
      assert.equal("1", err.headers["x-one"])
      assert.equal("a, b", err.headers["x-two"])
      assert.equal("abc", err.headers["x-request-id"])
    end)

    it("have the seconds in Retry-After", function()
      local function answered(value)
        return failure(503, { ["Retry-After"] = value }, "").retry_after
      end
      assert.equal(7, answered "7")
      assert.equal(0, answered "0")
      assert.equal(1.5, answered "1.5")
      local ahead = answered(http_date(100))
      assert.truthy(ahead > 80 and ahead <= 101)
      assert.equal(0, answered "Fri, 31 Dec 1999 23:59:59 GMT")
      assert.equal(99999999999999, answered "99999999999999")
      for _, value in ipairs { "soon", "", "-1 s" } do assert.is_nil(answered(value), value) end
    end)

    it("are those of a plain table", function()
      local err = failure(404, {}, errors { title = "T" })
      local names = {}
      for name in pairs(err) do names[#names + 1] = name end
      table.sort(names)
      assert.equal("attempts errors headers kind message method outcome_unknown request_id retryable seconds status "
        .. "url", table.concat(names, " "))
      assert.equal("harnest.error", getmetatable(err).__name)
      err.partial = {}
      collectgarbage()
      assert.equal(err.message, tostring(err))
    end)

    it("have the request's X-Request-Id, also if the script sets it", function()
      local own = harnest.new { url = raw.url, token = false, dialect = "jsonapi", retries = 0,
        headers = { ["x-request-id"] = "the client's" } }
      for _, headers in ipairs { {}, { ["X-Request-ID"] = "the call's" } } do
        raw:reset():play { { raw.response(404, {}, "") } }
        local _, err = own:request { path = "/t", headers = headers }
        assert.equal(headers["X-Request-ID"] or "the client's", err.request_id)
      end
      own:close()
      raw:reset():play { { raw.response(404, {}, "") } }
      local _, err = api:get("contracts", 42)
      assert.equal(raw:requests(1)[1].headers["x-request-id"], err.request_id)
    end)

    it("do not advise to set a token if the function has none", function()
      local reasons = {
        ["vault is closed"] = function() return nil, "vault is closed" end,
        ["the token function returned no token"] = function() end,
        ["the token function returned a number, not a string"] = function() return 5 end,
      }
      for reason, token in pairs(reasons) do
        local tokenless = harnest.new { url = raw.url, token = token, retries = 0 }
        assert.equal("unauthorized: GET t/1: " .. reason, select(2, tokenless:get("t", 1)).message)
        tokenless:close()
      end
    end)

    it("are the same from every call", function()
      local calls = {
        get = function() return select(2, api:get("contracts", 42)) end,
        fetch = function() return select(2, api:fetch "contracts/42") end,
        all = function() return select(2, api:all "contracts/42") end,
        first = function() return select(2, api:first "contracts/42") end,
        count = function() return select(2, api:count "contracts/42") end,
        next = function() return select(2, api:list("contracts/42"):next()) end,
        list = function()
          local _, err = pcall(function() for _ in api:list "contracts/42" do error "not reached" end end)
          return err
        end,
        pages = function()
          local _, err = pcall(function() for _ in api:pages "contracts/42" do error "not reached" end end)
          return err
        end,
      }
      for name, call in pairs(calls) do
        raw:reset():play { { raw.response(404, {}, errors { title = "Gone" }) } }
        local err = call()
        assert.equal("404 not_found: GET contracts/42: Gone; check the type, the id and the base URL",
          tostring(err), name)
        assert.equal("not_found", err.kind)
        assert.equal("Gone", err.errors[1].title)
        collectgarbage()
      end
    end)
  end)

  describe("of the sandbox", function()
    local function client(...)
      return harnest.new { url = sb:at(...), token = sb.token, retries = 0, dialect = "harnest" }
    end

    it("states what was wrong", function()
      local _, err = client():all("contracts", { filter = { nonsense = 1 } })
      assert.equal("bad_request", err.kind)
      assert.truthy(err.message:find("(parameter filter[nonsense])", 1, true), err.message)
      assert.same({}, err.partial)
      _, err = client():get("contracts", "0")
      assert.equal("not_found", err.kind)
      _, err = harnest.new({ url = sb.url, token = "nonsense" }):get("contracts", 1)
      assert.equal("unauthorized", err.kind)
      assert.equal("Bearer", err.headers["www-authenticate"])
    end)

    it("states which fields are invalid", function()
      local _, err = client("fail/" .. sandbox.unique() .. "/422/1"):get("contracts", 1)
      assert.equal("422 invalid: GET contracts/1: Invalid: title must not be empty (attributes.title); and 1 more",
        err.message)
      assert.equal("/data/attributes/status", err.errors[2].source.pointer)
    end)

    it("is read from every kind of body", function()
      for kind, reason in pairs {
        html = "expected JSON:API, got text/html", json = "Service Unavailable", text = "503 Service Unavailable",
        empty = "the response has no body",
      } do
        local _, err = client("body/" .. kind, "fail/" .. sandbox.unique() .. "/503/1"):get("contracts", 1)
        assert.equal("unavailable", err.kind)
        assert.truthy(err.message:find(reason, 1, true), err.message)
        assert.is_nil(err.errors)
      end
    end)
  end)

  describe("of get", function()
    it("reports a response that is not one resource", function()
      for body, held in pairs {
        ['{"data":[]}'] = "a list", ['{"data":[{"type":"a","id":"1"}]}'] = "a list", ['{"meta":{}}'] = "no data",
        [""] = "no data",
      } do
        local err = failure(200, {}, body)
        assert.equal("protocol", err.kind)
        assert.equal(200, err.status)
        assert.equal("GET", err.method)
        assert.equal(raw.url .. "/api/contracts/42", err.url)
        assert.equal("200 protocol: GET contracts/42: expected one resource, got " .. held, err.message)
      end
    end)

    it("gives nil alone for null", function()
      raw:play { { raw.response(200, {}, '{"data":null}') } }
      local resource, err = api:get("contracts", 42)
      assert.is_nil(resource)
      assert.is_nil(err)
    end)

    it("returns the errors of a success that has them", function()
      local err = failure(200, {}, errors { title = "Not really" })
      assert.equal("protocol", err.kind)
      assert.equal("Not really", err.errors[1].title)
      assert.equal("200 protocol: GET contracts/42: Not really", err.message)
    end)
  end)
end)
