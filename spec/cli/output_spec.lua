-- The formats of the command's output: of empty lists, one resource, 2,000, and awkward values.

local harnest = require "harnest"
local command = require "spec.support.command"
local rawserver = require "spec.support.rawserver"
local sandbox = require "spec.support.sandbox"
local size = require "spec.support.size"

local sb = sandbox.get()
local response = rawserver.response

local FORMATS = { "table", "json", "ndjson", "csv", "tsv", "ids" }

describe("the command's output #process", function()
  local raw, at_sandbox, at_raw

  setup(function()
    raw = rawserver.start()
    at_sandbox = command.new { HARNEST_URL = sb.url, HARNEST_TOKEN = sb.token }
    at_raw = command.new { HARNEST_URL = raw.url, HARNEST_TOKEN = "t" }
  end)
  before_each(function() raw:reset() end)
  teardown(function()
    raw:stop()
    at_sandbox:close()
    at_raw:close()
  end)

  local function answer(data, more)
    local body = '{"data":' .. data .. (more or ',"links":{"next":null}') .. "}"
    raw:play { { times = math.huge, response(200, {}, body) } }
  end

  -- The output of a list; nothing is on standard error unless it is expected
  local function list(name, ...)
    local result = at_raw:run("list", "things", "-o", name, ...)
    assert.equal("", result.stderr)
    assert.equal(0, result.status)
    return result.stdout
  end

  local function lines(text)
    local all = {}
    for line in text:gmatch "([^\n]*)\n" do all[#all + 1] = line end
    return all
  end

  it("of an empty list", function()
    answer "[]"
    assert.equal("id\n", list "table")
    assert.equal("[]\n", list "json")
    assert.equal("", list "ndjson")
    assert.equal("id\r\n", list "csv")
    assert.equal("id\n", list "tsv")
    assert.equal("", list "ids")
    assert.equal("id,name\r\n", list("csv", "--fields", "id,name"))
    assert.equal('{"data":[]}\n', list("json", "--document"))
  end)

  it("of one resource, in a list and alone", function()
    local one = '{"type":"things","id":"1","attributes":{"name":"a","size":2.50}}'
    answer("[" .. one .. "]")
    assert.equal("id  name  size\n1   a     2.5\n", list "table")
    assert.same("1", harnest.decode(list "json")[1].id)
    assert.same("a", harnest.decode(list "ndjson").attributes.name)
    assert.equal("id,name,size\r\n1,a,2.5\r\n", list "csv")
    assert.equal("id\tname\tsize\n1\ta\t2.5\n", list "tsv")
    assert.equal("1\n", list "ids")
    raw:reset()
    answer(one)
    local function get(name) return at_raw:run("get", "things", "1", "-o", name).stdout end
    assert.equal("field  value\nid     1\ntype   things\nname   a\nsize   2.5\n", get "table")
    assert.equal("a", harnest.decode(get "json").attributes.name)
    assert.truthy(get("json"):find '\n  "attributes": {\n')
    assert.equal(1, #lines(get "ndjson"))
    assert.equal("id,name,size\r\n1,a,2.5\r\n", get "csv")
    assert.equal("id\tname\tsize\n1\ta\t2.5\n", get "tsv")
    assert.equal("1\n", get "ids")
    assert.same("1", harnest.decode(at_raw:run("get", "things", "1").stdout).id) -- json in a pipe
  end)

  it("of an empty relationship: null, or no rows", function()
    answer "null"
    for _, name in ipairs(FORMATS) do
      local result = at_raw:run("get", "/things/1/owner", "-o", name)
      assert.same({ status = 0, stderr = "", stdout = name == "json" and "null\n" or "" }, result)
    end
  end)

  it("of 2,000 resources on 134 pages #slow", function()
    local function run(name, ...)
      local result = at_sandbox:run("list", "contracts", "-o", name, ...)
      assert.same({ 0, "" }, { result.status, result.stderr })
      return result.stdout
    end
    sb:mark()
    local all = harnest.decode(run "json")
    assert.equal(134, #sb:requests())
    assert.equal(2000, #all)
    assert.equal("2000", all[2000].id)
    local many = { "--page-size", "500" }
    for name, expected in pairs { table = 2001, ndjson = 2000, tsv = 2001, ids = 2000 } do
      local unpack = table.unpack or unpack -- luacheck: ignore
      assert.equal(expected, #lines(run(name, unpack(many))), name)
    end
    local _, records = run("csv", "--page-size", "500"):gsub("\r\n%d+,", "") -- cells have line ends, too
    assert.equal(2000, records)
    assert.equal(2000, #lines(at_sandbox:run("list", "contracts", "--page-size", "500").stdout)) -- ndjson in a pipe
    local rows = lines(run("tsv", "--fields", "id,title,owner.name", "--page-size", "500"))
    assert.equal(2001, #rows)
    assert.truthy(rows[2]:find "^1\tContrat [^\t]+\t[^\t]+$", rows[2])
  end)

  it("of one document", function()
    local result = at_sandbox:run("list", "contracts", "--document", "--include", "owner", "--limit", "40")
    local document = harnest.decode(result.stdout)
    assert.equal(40, #document.data)
    local seen = {}
    for _, resource in ipairs(document.included) do
      local key = resource.type .. resource.id
      assert.falsy(seen[key], key)
      seen[key] = true
    end
    for _, contract in ipairs(document.data) do
      assert.truthy(seen["people" .. contract.relationships.owner.data.id])
    end
    answer('[{"type":"things","id":"1"}]', ',"meta":{"a":[]},"links":{"next":null}')
    assert.equal('{"data":[\n{"id":"1","type":"things"}\n],\n"meta":{"a":[]}}\n', list("json", "--document"))
    local one = harnest.decode(at_sandbox:run("get", "contracts", "1", "--document", "--include", "owner").stdout)
    assert.same({ "1", "people" }, { one.data.id, one.included[1].type })
  end)

  describe("of awkward values", function()
    local DATA = '[{"type":"things","id":"1","attributes":{"a":1,"b":"x"}},{"type":"things","id":"2"},'
      .. '{"type":"things","id":"3","attributes":{"b":null,"c":""}}]'

    it("of different attributes", function()
      answer(DATA)
      assert.equal("id,a,b,c\r\n1,1,x,\r\n2,,,\r\n3,,,\"\"\r\n", list "csv")
      assert.equal("id\ta\tb\tc\n1\t1\tx\t\n2\t\t\t\n3\t\t\t\n", list "tsv")
      assert.equal("id  a  b     c\n1   1  x\n2\n3      null\n", list "table")
      assert.equal("id,a,b,c\r\n1,1,x,NULL\r\n2,NULL,NULL,NULL\r\n3,NULL,NULL,\"\"\r\n", list("csv", "--null", "NULL"))
      assert.equal("id  a  b  c\n1   1  x\n2\n3      -\n", list("table", "--null", "-"))
    end)

    it("of attributes that are no object", function()
      raw:play { { times = 9, response(200, {}, [[{"data":[{"type":"things","id":"1","attributes":[1,2]},
        {"type":"things","id":"2","attributes":{"a":1}},{"type":"things","id":"3","attributes":null}],
        "links":{"next":null}}]]) } }
      assert.equal("id,a\r\n1,\r\n2,1\r\n3,\r\n", at_raw:run("list", "things", "-o", "csv").stdout)
      assert.equal(0, at_raw:run("list", "things", "-o", "table").status)
    end)

    it("quotes what equals the text of null, and no text of null needs quotes", function()
      raw:play { { times = 9, response(200, {}, [[{"data":[{"type":"things","id":"1","attributes":{"a":"-","b":null}},
        {"type":"things","id":"2","attributes":{"a":null,"b":"-"}}],"links":{"next":null}}]]) } }
      assert.equal('id,a,b\r\n1,"-",-\r\n2,-,"-"\r\n', at_raw:run("list", "things", "-o", "csv", "--null", "-").stdout)
      local refused = at_raw:run("list", "things", "-o", "csv", "--null", "a,b")
      assert.equal(2, refused.status)
      assert.truthy(refused.stderr:find('option --null: expected text without commas, quotes and line ends, got "a,b"',
        1, true))
    end)

    it("of attributes with unusual names", function()
      raw:play { { times = 9, response(200, {}, [[{"data":[
        {"type":"things","id":"1","attributes":{"type":"x","a.b":1,"":2,"links":{"c":3}}},
        {"type":"things","id":"2","attributes":{"type":"y","a.b":4,"":null,"links":"d"},"links":{"self":"/things/2"}}],
        "links":{"next":null}}]]) } }
      local expected = 'id,"",a.b,links,type\r\n1,2,1,"{""c"":3}",x\r\n2,,4,d,y\r\n'
      assert.equal(expected, at_raw:run("list", "things", "-o", "csv").stdout)
    end)

    it("of later pages: what the first lacks is named", function()
      raw:play {
        { match = "GET /things", times = 9, response(200, {},
          '{"data":[{"type":"things","id":"1","attributes":{"a":1}}],"links":{"next":"/two"}}') },
        { match = "GET /two", times = 9, response(200, {},
          '{"data":[{"type":"things","id":"2","attributes":{"b":1}},{"type":"things","id":"3","attributes":{"b":2}}],'
          .. '"links":{"next":null}}') },
      }
      local result = at_raw:run("list", "things", "-o", "csv")
      assert.equal("id,a\r\n1,1\r\n2,\r\n3,\r\n", result.stdout)
      assert.equal('harnest: the column "b" is left out: no resource of the first page has it; name the columns by '
        .. "--fields\n", result.stderr)
      assert.equal(0, result.status)
      assert.equal("id,a\r\n1,1\r\n2,\r\n3,\r\n", list("csv", "--fields", "id,a"))
      assert.equal("id,a\r\n1,1\r\n2,\r\n", list("csv", "--fields", "id,a", "--limit", "2"))
    end)

    it("of identifiers", function()
      answer '[{"type":"things","id":"1"},{"type":"things","id":"2"}]'
      assert.equal("id\r\n1\r\n2\r\n", list "csv")
      assert.equal("id\n1\n2\n", list "table")
    end)

    it("of containers, newlines, quotes and tabs", function()
      answer([=[[{"type":"things","id":"1","attributes":{"l":[1,"a"],"o":{},"q":"a\"b,c",]=]
        .. [=["t":"a\tb\\c","w":"one\ntwo\r\n"}}]]=])
      assert.equal('id,l,o,q,t,w\r\n1,"[1,""a""]",{},"a""b,c",a\tb\\c,"one\ntwo\r\n"\r\n', list "csv")
      assert.equal('id\tl\to\tq\tt\tw\n1\t[1,"a"]\t{}\ta"b,c\ta\\tb\\\\c\tone\\ntwo\\r\\n\n', list "tsv")
      assert.equal('id  l        o   q       t      w\n1   [1,"a"]  {}  a"b,c   a b\\c  one two\n',
        (list("table"):gsub("a\"b,c  +", 'a"b,c   '):gsub("q  +", "q       ")))
      assert.equal("one\ntwo\r\n", harnest.decode(list "ndjson").attributes.w)
      assert.equal(1, #lines(list "ndjson"))
    end)

    it("of wide and combining characters, in columns", function()
      answer('[{"type":"things","id":"1","attributes":{"a":"機密保持","b":1}},{"type":"things","id":"2","attributes":'
        .. '{"a":"e\204\129te\204\129","b":2}},{"type":"things","id":"3","attributes":{"a":"🎉 ok","b":3}}]')
      assert.equal("id  a         b\n1   機密保持  1\n2   e\204\129te\204\129       2\n3   🎉 ok     3\n", list "table")
      assert.equal("id,a,b\r\n1,機密保持,1\r\n2,e\204\129te\204\129,2\r\n3,🎉 ok,3\r\n", list "csv")
    end)

    it("of control characters, which no terminal obeys", function()
      answer('[{"type":"things","id":"1","attributes":{"a":"'
        .. [==[\u001b[31mred\u0007\u0000\u007f\u009b2J\u202e","\u001bk":1}}]]==])
      for _, words in ipairs { {}, { "--color", "always" } } do
        local text = list("table", (table.unpack or unpack)(words)) -- luacheck: ignore
        text = text:gsub("\27%[[12]?m", ""):gsub("\27%[0m", "")
        assert.falsy(text:find "[%z\1-\9\11-\31\127]", text)
        assert.falsy(text:find "\194\155", text)
        assert.truthy(text:find("\\u001b[31mred\\u0007\\u0000\\u007f\\u009b2J\\u202e", 1, true), text)
      end
      assert.truthy(list("ndjson"):find("\\u001b[31m", 1, true))
      local result = at_raw:run("get", "things", "1", "-o", "table") -- a list: an error
      assert.equal(1, result.status)
      raw:reset():play { { times = math.huge, response(404, {}, [[{"errors":[{"title":"\u001b[2Jno\u009b"}]}]]) } }
      for _, verbosity in ipairs { "--retries=0", "-v" } do
        local failed = at_raw:run("list", "things", verbosity)
        assert.falsy(failed.stderr:find "\27", failed.stderr)
        assert.falsy(failed.stderr:find "\194\155", failed.stderr)
      end
    end)

    it("of what spreadsheets run, with --safe", function()
      answer('[{"type":"things","id":"=1","attributes":{"a":"=1+1","b":"@x","c":"-1","d":-1,"e":"+","f":"a=b",'
        .. '"g":"\\t=1"}}]')
      assert.equal("id,a,b,c,d,e,f,g\r\n'=1,'=1+1,'@x,'-1,-1,'+,a=b,'\t=1\r\n", list("csv", "--safe"))
      assert.equal("id,a,b,c,d,e,f,g\r\n=1,=1+1,@x,-1,-1,+,a=b,\t=1\r\n", list "csv")
    end)

    it("of numbers, to the last digit", function()
      answer('[{"type":"things","id":"12345678901234567890",'
        .. '"attributes":{"big":9223372036854775807,"f":0.1,"n":false}}]')
      assert.equal("id,big,f,n\r\n12345678901234567890,9223372036854775807,0.1,false\r\n", list "csv")
    end)

    it("of numbers, the same in each row", function()
      answer('[{"type":"things","id":"1","attributes":{"u":18446744073709551615,"w":1500.0}},'
        .. '{"type":"things","id":"2","attributes":{"u":18446744073709551615,"w":1500.0}}]')
      local expected = "id,u,w\r\n1,18446744073709551615,1500.0\r\n2,18446744073709551615,1500.0\r\n"
      assert.equal(expected, list "csv")
      assert.equal(expected, list("csv", "--fields", "id,u,w"))
    end)
  end)

  it("is the server's own body, with raw", function()
    local body = ' {"data":{"type":"things","id":"1","attributes":{"a":1.50}}}\n\n'
    raw:play { { times = 9, response(200, {}, body) } }
    for _, words in ipairs { { "get", "things", "1" }, { "list", "things" }, { "related", "things", "1", "owner" } } do
      words[#words + 1] = "--output=raw"
      assert.same({ status = 0, stdout = body, stderr = "" }, at_raw:run((table.unpack or unpack)(words))) -- luacheck: ignore
    end
    for _, words in ipairs { { "status" }, { "describe", "things" }, { "types" } } do
      words[#words + 1] = "--output=raw"
      assert.equal(2, at_raw:run((table.unpack or unpack)(words)).status, words[1]) -- luacheck: ignore
    end
  end)

  it("is what the option asks for, in every command", function()
    answer '{"type":"things","id":"1"}'
    local turn = 0
    for _, name in ipairs(FORMATS) do
      local commands = { { "get", "things", "1" }, { "status" }, { "related", "things", "1", "owner" },
        { "list", "/things/1" } }
      for _ = 1, size(2, #commands) do
        turn = turn % #commands + 1
        local words = commands[turn]
        words[#words + 1] = "-o"
        words[#words + 1] = name
        local result = at_raw:run((table.unpack or unpack)(words)) -- luacheck: ignore
        assert.same({ 0, "" }, { result.status, result.stderr }, table.concat(words, " "))
      end
    end
  end)

  it("of types, counts and descriptions", function()
    raw:play { { times = 9, response(200, {}, '{"links":{"things":"/things","self":"/"},"meta":{}}') } }
    assert.truthy(("\n" .. at_raw:run("types").stdout):find("\nthings\n", 1, true))
    assert.truthy(harnest.decode(at_raw:run("types", "-o", "json").stdout)[1].href)
    assert.equal("2000\n", at_sandbox:run("count", "contracts", "-o", "json").stdout)
    local described = at_sandbox:run("describe", "contracts", "-o", "table")
    assert.truthy(described.stdout:find "\n  title +string +")
    assert.equal("string", harnest.decode(at_sandbox:run("describe", "contracts").stdout).attributes.title.types[1])
    local refused = at_sandbox:run("describe", "contracts", "-o", "csv")
    assert.equal(2, refused.status)
  end)
end)
