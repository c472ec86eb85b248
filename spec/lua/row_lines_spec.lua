-- Rows as lines of CSV and TSV: the query option `lines`, and list:rows.

local harnest = require "harnest"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local socket = require "socket"
local usage_error = require "spec.support.usage_error"

local sb = sandbox.get()
local api, raw, of_raw

-- The texts of an iterator, and what came with them: an array of arrays
local function collect(iterator)
  local texts, more = {}, {}
  iterator:each(function(text, ...)
    texts[#texts + 1] = text
    more[#more + 1] = { ... }
  end)
  return texts, more
end

-- Calls a function, which must raise a usage error with this message
local function raises(message, fn)
  assert.matches(message, usage_error(fn), 1, true)
end

-- Plays pages of resources with these attributes, as JSON texts: arrays of texts
local function play(...)
  local pages = { ... }
  local scripts, id = {}, 0
  for number, page in ipairs(pages) do
    local resources = {}
    for i, attributes in ipairs(page) do
      id = id + 1
      resources[i] = ('{"type":"t","id":"%d","attributes":%s}'):format(id, attributes)
    end
    local next_link = number < #pages and ('"/t?page=%d"'):format(number + 1) or "null"
    scripts[number] = { rawserver.response(200, {}, ('{"data":[%s],"links":{"next":%s}}'):format(
      table.concat(resources, ","), next_link)) }
  end
  raw:reset():play(scripts)
end

-- The only line of a resource with one attribute
local function line_of(value, lines)
  play { '{"a":' .. value .. "}" }
  return (of_raw:rows("t", { "a" }, { lines = lines }):next())
end

describe("lines", function()
  setup(function()
    api = harnest.new { url = sb.url, token = sb.token, dialect = "jsonapi" }
    raw = rawserver.start()
    of_raw = harnest.new { url = raw.url, token = false, dialect = "jsonapi" }
  end)
  teardown(function()
    api:close()
    of_raw:close()
    raw:stop()
  end)

  describe("of CSV", function()
    for value, expected in pairs {
      ['"plain"'] = "plain", ['""'] = '""', ['"a,b"'] = '"a,b"', ['"say \\"so\\""'] = '"say ""so"""',
      ['"two\\nlines"'] = '"two\nlines"', ['"\\r"'] = '"\r"', ['"tab\\there"'] = "tab\there",
      ['" "'] = " ", ['"été 機"'] = "été 機", ['"a\\u0000b"'] = "a\0b", ["true"] = "true", ["false"] = "false",
      ["0"] = "0", ["-9223372036854775808"] = "-9223372036854775808", ["18446744073709551615"] = "18446744073709551615",
      ["0.1"] = "0.1", ["1e100"] = "1e100", ["-0.0"] = "-0.0", ["12345678901234.56"] = "12345678901234.56",
      ["2.0"] = "2.0",
      ["[]"] = "[]", ["{}"] = "{}", ["[1,2]"] = '"[1,2]"', ['["a"]'] = '"[""a""]"',
      ['{"b":1,"a":[null,{"d":true,"c":0.5}]}'] = '"{""a"":[null,{""c"":0.5,""d"":true}],""b"":1}"',
    } do
      it("writes " .. value:gsub("%c", "."), function()
        assert.equal(expected .. "\r\n", line_of(value, "csv"))
      end)
    end

    it("writes all digits, also on a Lua without integers", function()
      assert.equal('"[9007199254740993,{""n"":18446744073709551615}]"\r\n',
        line_of('[9007199254740993,{"n":18446744073709551615}]', "csv"))
    end)

    it("writes what harnest.encode writes of containers", function()
      for _, value in ipairs {
        '{"é":"\\u0001\\"\\\\","a":{},"b":[[],[{}]],"":-1.5e-7}', '["\\ud83d\\ude00",1234567]',
      } do
        local expected = harnest.encode((assert(harnest.decode(value))))
        assert.equal('"' .. expected:gsub('"', '""') .. '"\r\n', line_of(value, "csv"))
      end
    end)

    it("separates values, and leaves those out that are missing or null", function()
      play { '{"a":1}', '{"b":"x,y","a":null}' }
      local list = of_raw:rows("t", { "b", "c", "a" }, { lines = "csv", missing = "nil" })
      assert.same({ ",,1\r\n", '"x,y",,\r\n' }, (collect(list)))
    end)

    it("quotes texts that equal the text of null", function()
      assert.equal('"NULL"\r\n', line_of('"NULL"', { format = "csv", null = "NULL" }))
      assert.equal('"[]"\r\n', line_of("[]", { format = "csv", null = "[]" }))
      assert.equal("'-\r\n", line_of('"-"', { format = "csv", null = "-", safe = true }))
      assert.equal("-\r\n", line_of("null", { format = "csv", null = "-", safe = true }))
    end)

    it("writes no blank line, which would be no row", function()
      assert.equal('""\r\n', line_of("null", "csv"))
      assert.equal("-\r\n", line_of("null", { format = "csv", null = "-" }))
    end)

    it("has the text of null", function()
      assert.equal("NULL\r\n", line_of("null", { format = "csv", null = "NULL" }))
      assert.equal('""\r\n', line_of('""', { format = "csv", null = "NULL" }))
    end)

    it("is safe for spreadsheets if that is wanted", function()
      local safe = { format = "csv", safe = true }
      for _, text in ipairs { "=1+1", "+1", "-1", "@x" } do
        assert.equal(text .. "\r\n", line_of('"' .. text .. '"', "csv"))
        assert.equal("'" .. text .. "\r\n", line_of('"' .. text .. '"', safe))
      end
      assert.equal([["'=""a"",b"]] .. "\r\n", line_of([["=\"a\",b"]], safe))
      assert.equal("-5\r\n", line_of("-5", safe)) -- a number
      assert.equal("a=1\r\n", line_of('"a=1"', safe))
    end)
  end)

  describe("of TSV", function()
    for value, expected in pairs {
      ['"a,\\"b\\""'] = 'a,"b"', ['"tab\\tline\\nreturn\\rback\\\\"'] = "tab\\tline\\nreturn\\rback\\\\", ['""'] = "",
      ['{"a":"b"}'] = '{"a":"b"}', ["0.5"] = "0.5",
    } do
      it("writes " .. value, function()
        assert.equal(expected .. "\n", line_of(value, "tsv"))
      end)
    end

    it("separates values by tabs", function()
      play { '{"a":1,"b":"x"}' }
      assert.equal("1\t1\tx\n", (of_raw:rows("t", { "id", "a", "b" }, { lines = { format = "tsv" } }):next()))
    end)
  end)

  it("have the values of related resources", function()
    local columns = { "id", "owner.id", "owner.name", "signers.id", "signers.name", "companies.id" }
    local query = { page = { size = 7 }, limit = 40, missing = "nil" }
    local expected = {}
    for id, owner, name, signers, names in api:rows("contracts", columns, query) do
      local function quoted(value)
        local text = harnest.encode(value)
        return text:find '[,"]' and '"' .. text:gsub('"', '""') .. '"' or text
      end
      expected[#expected + 1] = ("%s,%s,%s,%s,%s,\r\n"):format(id, owner or "", name or "", quoted(signers),
        quoted(names))
    end
    assert.equal(40, #expected)
    assert.same(expected, (collect((api:rows("contracts", columns, query, { lines = "csv" })))))
  end)

  it("are refused as rows are, but for null in the first column", function()
    local _, err = api:rows("contracts", { "titel" }, { lines = "csv" }):next()
    assert.equal("refused", err.kind)
    assert.matches('did you mean "title"', err.message)
    play { '{"a":null}', '{}' }
    assert.same({ '""\r\n', '""\r\n' }, (collect((of_raw:rows("t", { "a" }, { lines = "csv" })))))
  end)

  describe("in blocks", function()
    local function texts(block, more)
      return collect((api:rows("contracts", { "id", "title", "tags" }, { page = { size = 50 }, limit = 120,
        lines = { format = "csv", block = block } }, more)))
    end

    it("are the same lines", function()
      local lines = collect((api:rows("contracts", { "id", "title", "tags" }, { limit = 120, lines = "csv" })))
      assert.equal(120, #lines)
      local whole = table.concat(lines)
      for _, block in ipairs { 1, 30, 100, 4096, 1000000 } do
        local blocks, more = texts(block)
        local count = 0
        assert.equal(whole, table.concat(blocks))
        for i, text in ipairs(blocks) do
          assert.equal(1, #more[i])
          assert.is_true(#text <= block or more[i][1] == 1)
          assert.equal("\r\n", text:sub(-2))
          count = count + more[i][1]
        end
        assert.equal(120, count)
        assert.equal(block == 1 and 120 or block == 1000000 and 3 or #blocks, #blocks)
      end
    end)

    it("go on at a cursor", function()
      local list = api:rows("contracts", { "id" }, { page = { size = 50 }, lines = { format = "csv", block = 20 } })
      local text, count = list:next()
      local cursor = list:cursor()
      list:close()
      assert.equal("1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n", text)
      assert.equal(6, count)
      assert.equal("7\r\n", (api:rows("contracts", { "id" }, { lines = "csv", after = cursor }):next()))
    end)

    it("end before a row that is refused", function()
      play { '{"a":1}', '{"a":2}', '{"b":{"c":1}}' }
      local list = of_raw:rows("t", { "id", "a" }, { missing = "nil", lines = { format = "csv", block = 100 } })
      assert.equal("1,1\r\n2,2\r\n3,\r\n", (list:next()))
      raw:reset():play { { rawserver.response(200, {}, [[{"data":[
        {"type":"t","id":"1","relationships":{"r":{"data":{"type":"t","id":"9"}}}},
        {"type":"t","id":"2","relationships":{"r":{"data":{"type":"t","id":"1"}}}}],
        "included":[{"type":"t","id":"9","attributes":{"a":5}}],"links":{"next":null}}]]) } }
      list = of_raw:rows("t", { "id", "r.a" }, { include = "r", sparse = true,
        lines = { format = "csv", block = 100 } })
      assert.same({ "1,5\r\n", 1 }, { list:next() })
      local text, err = list:next()
      assert.is_nil(text)
      assert.matches("sparse = true left out", err.message)
    end)

    it("work with several pages at once and in a loop", function()
      local blocks = texts(1000, { page = { number = 1 }, concurrency = 3 })
      local manual = harnest.new { url = sb.url, token = sb.token, dialect = "jsonapi", loop = "manual" }
      local in_loop
      manual:spawn(function()
        in_loop = collect((manual:rows("contracts", { "id", "title", "tags" }, { page = { size = 50 }, limit = 120,
          lines = { format = "csv", block = 1000 } })))
      end)
      while not in_loop do manual:step(0.1) end
      manual:close()
      assert.equal(table.concat(blocks), table.concat(in_loop))
    end)
  end)

  describe("with the names of other attributes", function()
    it("name each once, in the row that has it first", function()
      play({ '{"a":1}', '{"a":1,"x":2,"y":3}', '{"x":1}' }, { '{"y":1,"z":{}}', '{"a":1,"x":4}' })
      local lines = { format = "csv", others = true }
      local texts, more = collect((of_raw:rows("t", { "id", "a" }, { missing = "nil", lines = lines })))
      assert.equal("1,1\r\n2,1\r\n3,\r\n4,\r\n5,1\r\n", table.concat(texts))
      assert.same({ {}, { "x", "y" }, {}, { "z" }, {} }, more)
    end)

    it("end their block", function()
      play({ '{"a":1}', '{"a":1,"x":2}', '{"x":1}', '{"x":1}' }, { '{"z":1}' })
      local lines = { format = "csv", others = true, block = 100 }
      local texts, more = collect((of_raw:rows("t", { "id" }, { lines = lines })))
      assert.same({ "1\r\n", "2\r\n", "3\r\n4\r\n", "5\r\n" }, texts)
      assert.same({ { 1, "a" }, { 1, "x" }, { 2 }, { 1, "z" } }, more)
    end)

    it("do not name those of which columns have a part, nor those with dots", function()
      play { '{"a":{"b":1},"c.d":2,"e":[]}' }
      local _, more = collect((of_raw:rows("t", { "a.b", "c.d", "e" }, { lines = { format = "csv", others = true } })))
      assert.same({ {} }, more)
    end)

    it("name many", function()
      local members = {}
      for i = 1, 300 do members[i] = ('"n%d":%d'):format(i, i) end
      play { "{" .. table.concat(members, ",") .. "}" }
      local _, more = collect((of_raw:rows("t", { "n1", "n200" }, { lines = { format = "csv", others = true } })))
      assert.equal(298, #more[1])
    end)

    it("accept attributes that are none", function()
      for _, attributes in ipairs { "[]", "[1,2]", "null", "5" } do
        play { attributes }
        local texts, more = collect((of_raw:rows("t", { "id" }, { lines = { format = "csv", others = true } })))
        assert.same({ "1\r\n" }, texts)
        assert.same({ {} }, more)
      end
    end)
  end)

  describe("of a list whose columns come later", function()
    it("begin at the next resource", function()
      local list = api:list("contracts", { page = { size = 4 }, limit = 6 })
      local first = list:next()
      assert.equal("1", first.id)
      assert.equal(list, (list:rows({ "id", "status", "nothing" }, { lines = "csv" })))
      local texts = collect(list)
      assert.equal(5, #texts)
      assert.matches("^2,%d+,\r\n$", texts[1])
      assert.matches("^6,%d+,\r\n$", texts[5])
    end)

    it("may be values", function()
      local list = api:list("contracts", { limit = 3, view = true })
      list:next()
      list:rows({ "id", "title", "nothing" }, { null = harnest.null })
      local seen = {}
      for id, title, nothing in list do
        assert.is_string(title)
        assert.is_nil(nothing)
        seen[#seen + 1] = id
      end
      assert.same({ "2", "3" }, seen)
    end)

    it("may follow rows", function()
      local query = { page = { size = 3 }, limit = 9, include = "owner" }
      local list = (api:rows("contracts", { "id", "title", "owner.name" }, query))
      list:next()
      for i = 2, 9 do
        list:rows({ "id", "nothing" .. i }, { lines = "csv" })
        assert.equal(i .. ",\r\n", (list:next()))
        collectgarbage()
      end
      assert.is_nil((list:next()))
    end)

    it("close with their loop", function()
      local list = api:list("contracts", { page = { size = 2 } })
      for text in list:rows({ "id" }, { lines = "csv" }) do
        if text == "2\r\n" then break end
      end
      if _VERSION == "Lua 5.4" then assert.is_nil((list:next())) end
      list:close()
    end)

    it("may begin with the resource taken last", function()
      local again = { lines = "csv", again = true }
      for _, query in ipairs { { page = { size = 3 } }, { page = { size = 3 }, concurrency = 2 }, { view = true } } do
        for taken = 1, 7 do
          local list = (api:list("contracts", query, { limit = 8 }))
          for _ = 1, taken do list:next() end
          list:rows({ "id" }, again)
          assert.same({ taken .. "\r\n" }, { list:next() })
          list:rows({ "id" }, again)
          local rest = {}
          for id = taken, 8 do rest[#rest + 1] = id .. "\r\n" end
          assert.same(rest, (collect(list)))
        end
      end
      local list = (api:list("contracts", { limit = 4, after = api:list("contracts", { limit = 2 }):cursor() }))
      assert.equal("1\r\n", (list:rows({ "id" }, again):next())) -- nothing was taken
    end)

    it("that begin again request the second page after the first row, as a list does", function()
      play({ '{"a":1}', '{"a":2}' }, { '{"a":3}' })
      local list = of_raw:list "t"
      list:next()
      list:rows({ "a" }, { lines = "csv", again = true })
      assert.equal("1\r\n", (list:next()))
      socket.sleep(0.1)
      assert.equal(1, #raw:requests())
      assert.equal("2\r\n", (list:next()))
      assert.equal(2, #raw:requests(2))
      assert.equal("3\r\n", (list:next()))
    end)

    it("may begin again behind a cursor, among resources that are left out, and with a single resource", function()
      local before = (api:list("contracts", { page = { size = 5 } }))
      for _ = 1, 3 do before:next() end
      local list = (api:list("contracts", { after = before:cursor(), limit = 3 }))
      assert.equal("4", list:next().id)
      assert.same({ "4\r\n", "5\r\n", "6\r\n" }, (collect((list:rows({ "id" }, { lines = "csv", again = true })))))
      play { '{"s":1}', '{"s":2}', '{"s":1}', '{"s":2}' }
      list = (of_raw:list("t", { filter = { s = 2 }, exact = true }))
      assert.equal("2", list:next().id)
      assert.equal("4", list:next().id)
      assert.same({ "4\r\n" }, (collect((list:rows({ "id" }, { lines = "csv", again = true })))))
      raw:reset():play { { rawserver.response(200, {}, '{"data":{"type":"t","id":"9"}}') } }
      list = (of_raw:list "t")
      assert.equal("9", list:next().id)
      assert.same({ "9\r\n" }, (collect((list:rows({ "id" }, { lines = "csv", again = true })))))
      assert.is_nil((list:next()))
    end)

    it("may change again", function()
      local list = (api:list("contracts", { limit = 4 }):rows { "id" })
      assert.equal("1", (list:next()))
      assert.equal("2\r\n", (list:rows({ "id" }, { lines = "csv" }):next()))
      assert.equal("3", (list:rows({ "id" }):next()))
    end)

    it("send no more requests", function()
      play({ '{"a":1}', '{"a":2}' }, { '{"a":3}' })
      local list = of_raw:list "t"
      list:next()
      assert.same({ "2,2\r\n", "3,3\r\n" }, (collect((list:rows({ "id", "a" }, { lines = "csv" })))))
      assert.equal(2, #raw:requests())
    end)

    it("raise usage errors", function()
      local list, pages = api:list("contracts", { limit = 2 }), api:pages("contracts", { limit = 2 })
      raises("rows: columns: expected an array of strings", function() list:rows() end)
      raises("rows: columns[1]: expected a string, got 1", function() list:rows { 1 } end)
      raises("rows: options: expected a table, got string", function() list:rows({ "id" }, "csv") end)
      raises("rows: options.line: unknown; did you mean lines?",
        function() list:rows({ "id" }, { line = "csv" }) end)
      raises('rows: options.lines: expected "csv" or "tsv", got "xml"',
        function() list:rows({ "id" }, { lines = "xml" }) end)
      raises("rows: options.lines.block: expected",
        function() list:rows({ "id" }, { lines = { format = "csv", block = 0 } }) end)
      raises("rows: options.again: expected true or false, got 1", function() list:rows({ "id" }, { again = 1 }) end)
      raises("rows: options.null: expected harnest.null, got boolean",
        function() list:rows({ "id" }, { null = true }) end)
      raises("rows: expected an iterator over resources, got one over pages", function() pages:rows { "id" } end)
      assert.equal("1", list:next().id) -- a list whose call was refused is as before
    end)
  end)

  it("raise usage errors", function()
    local function refuses(message, lines)
      raises(message, function() api:rows("contracts", { "id" }, { lines = lines }) end)
    end
    refuses('query.lines: expected "csv" or "tsv", got 5', 5)
    refuses('query.lines: expected "csv" or "tsv", got "cvs"', "cvs")
    refuses('query.lines.format: expected "csv" or "tsv", got nil', {})
    refuses('query.lines.format: expected "csv" or "tsv", got "xml"', { format = "xml" })
    refuses("query.lines.formt: unknown; did you mean format?", { formt = "csv" })
    refuses("query.lines.null: expected a string, got boolean", { format = "csv", null = false })
    refuses('query.lines.null: expected text without commas, quotes and line ends, got "a,b"',
      { format = "csv", null = "a,b" })
    refuses("query.lines.null: expected text without tabs and line ends", { format = "tsv", null = "a\tb" })
    refuses("query.lines.safe: expected true or false, got 1", { format = "csv", safe = 1 })
    refuses("query.lines.block: expected", { format = "csv", block = 1.5 })
    for _, method in ipairs { "list", "pages", "all", "first" } do
      raises("query.lines: expected in api:rows only", function() api[method](api, "contracts", { lines = "csv" }) end)
    end
  end)

  it("come from a collection, too", function()
    local scope = api:collection("contracts"):query { lines = "csv" }
    assert.equal("1\r\n", (scope:rows({ "id" }, { limit = 1 }):next()))
  end)
end)
