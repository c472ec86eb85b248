local core = require "harnest.core"
local locale = require "spec.support.locale"
local query, encode = core.query, core.encode_query

local null = require("cjson").null

-- A table that contains `value` at this depth
local function nested(depth, value)
  for _ = 1, depth do value = {x = value} end
  return value
end

-- The usage error for a query, without its position
local function usage_error(...)
  local fine, message = pcall(query, ...)
  assert(not fine, "no error was raised")
  return (message:gsub("^[^:]+:%d+: ", ""))
end

describe("query: encoding", function()
  local cases = {
    {"nothing", {}, ""},
    {"a filter", {filter = {status = 1}}, "filter%5Bstatus%5D=1"},
    {"a nested filter", {filter = {owner = {team = "legal", lead = {id = 3}}}},
      "filter%5Bowner%5D%5Blead%5D%5Bid%5D=3&filter%5Bowner%5D%5Bteam%5D=legal"},
    {"a list", {filter = {id = {"1", "2"}}}, "filter%5Bid%5D=1,2"},
    {"a list of all scalars", {filter = {id = {"a b", 2, true, 0.5}}}, "filter%5Bid%5D=a%20b,2,true,0.5"},
    {"an empty list", {filter = {id = {}}}, "filter%5Bid%5D="},
    {"an empty string", {filter = {id = ""}}, "filter%5Bid%5D="},
    {"a comma in one value", {filter = {title = "a,b"}}, "filter%5Btitle%5D=a%2Cb"},
    {"reserved characters", {filter = {["a&b=c"] = "d e+f&g=h#?%/"}},
      "filter%5Ba%26b%3Dc%5D=d%20e%2Bf%26g%3Dh%23%3F%25%2F"},
    {"UTF-8", {filter = {["straße"] = "žluťoučký 漢 😀"}},
      "filter%5Bstra%C3%9Fe%5D=%C5%BElu%C5%A5ou%C4%8Dk%C3%BD%20%E6%BC%A2%20%F0%9F%98%80"},
    {"lines and tabs", {filter = {text = "a\r\n\tb"}}, "filter%5Btext%5D=a%0D%0A%09b"},
    {"brackets in a name", {filter = {["a[b]"] = 1}}, "filter%5Ba%5Bb%5D%5D=1"},
    {"true", {filter = {active = true}}, "filter%5Bactive%5D=true"},
    {"false", {filter = {active = false}}, "filter%5Bactive%5D=false"},
    {"an empty filter", {filter = {}}, ""},
    {"a sort", {sort = "status"}, "sort=status"},
    {"sorts", {sort = {"status", "-title"}}, "sort=status,-title"},
    {"sorts in a string", {sort = "status,-owner.name"}, "sort=status,-owner.name"},
    {"no sort", {sort = {}}, ""},
    {"no sort in a string", {sort = ""}, ""},
    {"an include", {include = "owner"}, "include=owner"},
    {"includes", {include = {"owner", "signers.company"}}, "include=owner,signers.company"},
    {"includes in a string", {include = "owner,signers.company"}, "include=owner,signers.company"},
    {"none to include", {include = {}}, "include="},
    {"none to include in a string", {include = ""}, "include="},
    {"fields", {fields = {contracts = {"title", "status"}, people = "name,age"}},
      "fields%5Bcontracts%5D=title,status&fields%5Bpeople%5D=name,age"},
    {"no fields of a type", {fields = {contracts = {}}}, "fields%5Bcontracts%5D="},
    {"no fields at all", {fields = {}}, ""},
    {"pages by number", {page = {size = 50, number = 2}}, "page%5Bnumber%5D=2&page%5Bsize%5D=50"},
    {"pages by offset", {page = {offset = 100, limit = 10}}, "page%5Blimit%5D=10&page%5Boffset%5D=100"},
    {"pages by cursor", {page = {after = "a=,b"}}, "page%5Bafter%5D=a%3D%2Cb"},
    {"the page of number 0", {page = {number = 0}}, "page%5Bnumber%5D=0"},
    {"params", {params = {anything = "else"}}, "anything=else"},
    {"params with names of their own", {params = {["filter[tags]"] = "a,b", deep = {er = {1, 2}}}},
      "deep%5Ber%5D=1,2&filter%5Btags%5D=a%2Cb"},
    {"what is the client's business",
      {limit = 1000, after = "cursor", concurrency = 4, exact = true, view = false}, ""},
    {"everything in its order",
      {params = {zz = 1, aa = 2}, sort = "s", page = {size = 1}, include = "i", filter = {b = 1, a = 2, ab = 3},
        fields = {t = "f"}},
      "fields%5Bt%5D=f&filter%5Ba%5D=2&filter%5Bab%5D=3&filter%5Bb%5D=1&include=i&page%5Bsize%5D=1&sort=s&aa=2&zz=1"},
  }
  for _, case in ipairs(cases) do
    it("writes " .. case[1], function() assert.equal(case[3], encode(case[2], "jsonapi")) end)
  end

  local numbers = {
    {50.0, "50"}, {-7, "-7"}, {0, "0"}, {-0.0, "0"}, {0.1, "0.1"}, {0.1 + 0.2, "0.30000000000000004"}, {-2.5, "-2.5"},
    {1 / 3, "0.3333333333333333"},
    {2^53, "9007199254740992"}, {1e20, "100000000000000000000"}, {1e21, "1e21"}, {1e-7, "1e-7"},
    {5e-324, "5e-324"},
  }
  if math.type then
    numbers[#numbers + 1] = {math.maxinteger, "9223372036854775807"}
    numbers[#numbers + 1] = {math.mininteger, "-9223372036854775808"}
  end
  for _, case in ipairs(numbers) do
    it("writes the number " .. case[2], function()
      assert.equal("filter%5Bn%5D=" .. case[2], encode {filter = {n = case[1]}})
    end)
  end

  if type(jit) == "table" then -- luacheck: ignore 113
    it("writes 64-bit integers of LuaJIT as digits, also in arrays", function()
      local signed, unsigned = loadstring "return -9007199254740993LL, -1ULL"() -- luacheck: ignore 113
      assert.equal("filter%5Ba%5D=-9007199254740993&filter%5Bid%5D=18446744073709551615,-9007199254740993",
        encode {filter = {a = signed, id = {unsigned, signed}}})
    end)
  end

  it("writes a decimal point in every locale", function()
    locale.each(function()
      assert.equal("filter%5Ba%5D=1.5&filter%5Bb%5D=1.5e-7", encode {filter = {a = 1.5, b = 1.5e-7}})
    end)
  end)

  it("writes booleans as 1 and 0 for Harnest, everywhere", function()
    assert.equal("filter%5Ba%5D=1&filter%5Bb%5D=0,1&c=1",
      encode({filter = {a = true, b = {false, true}}, params = {c = true}}, "harnest"))
  end)

  it("rejects descending sorts for Harnest", function()
    for _, sort in ipairs {"-title", "status,-title", {"status", "-title"}, {"status", "-title", "-x"}} do
      local text, reason = encode({sort = sort}, "harnest")
      assert.is_nil(text)
      assert.equal('sort by "-title": Harnest sorts ascending only; sort the results in the script or drop the "-"',
        reason)
    end
    assert.equal("sort=a-b,c", encode({sort = {"a-b", "c"}}, "harnest"))
    assert.equal("sort=a-b,c-", encode({sort = "a-b,c-"}, "harnest"))
    assert.equal("", encode({sort = {}}, "harnest"))
  end)

  it("sorts many names by their bytes", function()
    local filter, names = {}, {}
    for i = 1, 200 do
      filter["n" .. i] = i
      names[i] = "n" .. i
    end
    table.sort(names)
    for i, name in ipairs(names) do names[i] = "filter%5B" .. name .. "%5D=" .. name:sub(2) end
    assert.equal(table.concat(names, "&"), encode {filter = filter})
  end)

  it("raises for a query longer than any URL", function()
    assert.has_error(function() encode {filter = {x = ("x"):rep(2^20)}} end,
      "query: expected at most 1048576 bytes in the URL, got more")
  end)

  it("checks its arguments", function()
    assert.has_error(function() encode {fliter = {}} end)
    assert.has_error(function() encode("filter") end)
    assert.has_error(function() encode({}, "soap") end)
  end)
end)

describe("query: merging", function()
  it("gives later ones precedence, key by key", function()
    assert.same({filter = {status = 2, title = "nda"}, sort = "title", limit = 5},
      query({filter = {status = 1, title = "nda"}, sort = "status"}, {filter = {status = 2}},
        {sort = "title", limit = 5}))
  end)

  it("merges records within records", function()
    assert.same({filter = {owner = {team = "legal", id = 2, x = {y = 1, z = 2}}}},
      query({filter = {owner = {team = "legal", id = 1, x = {y = 1}}}}, {filter = {owner = {id = 2, x = {z = 2}}}}))
    assert.same({fields = {a = {"x"}, b = "y"}, page = {size = 1, number = 2}, params = {p = {q = 1, r = 2}}},
      query({fields = {a = {"x"}}, page = {size = 1}, params = {p = {q = 1}}},
        {fields = {b = "y"}, page = {number = 2}, params = {p = {r = 2}}}))
  end)

  it("replaces arrays and scalars whole", function()
    assert.same({filter = {id = {3}}, include = {"c"}, fields = {t = {"z"}}, sort = {"s"}},
      query({filter = {id = {1, 2}}, include = {"a", "b"}, fields = {t = {"x", "y"}}, sort = "a,b"},
        {filter = {id = {3}}, include = {"c"}, fields = {t = {"z"}}, sort = {"s"}}))
  end)

  it("replaces one type by another", function()
    assert.same({filter = {a = 1, b = {c = 2}, d = {}}},
      query({filter = {a = {x = 1}, b = {1, 2}, d = {x = 1}}}, {filter = {a = 1, b = {c = 2}, d = {}}}))
  end)

  it("treats an empty family as nothing to add, an empty list as an empty list", function()
    assert.same({filter = {a = 1}, page = {size = 2}, include = {}, sort = {}},
      query({filter = {a = 1}, page = {size = 2}, include = {"a"}, sort = "b"},
        {filter = {}, page = {}, include = {}, sort = {}}))
  end)

  it("keeps false", function()
    assert.same({exact = false, filter = {a = false}},
      query({exact = true, filter = {a = true}}, {exact = false, filter = {a = false}}))
  end)

  it("skips nil", function()
    assert.same({}, query())
    assert.same({}, query(nil))
    assert.same({limit = 1, view = true}, query(nil, {limit = 1}, nil, {view = true}, nil))
  end)

  it("never modifies its arguments nor shares tables with them", function()
    local a = {filter = {owner = {team = "legal"}, id = {1, 2}}, include = {"x"}, fields = {t = {"f"}}}
    local b = {filter = {owner = {id = 1}}}
    local merged = query(a, b)
    assert.same({filter = {owner = {team = "legal"}, id = {1, 2}}, include = {"x"}, fields = {t = {"f"}}}, a)
    assert.same({filter = {owner = {id = 1}}}, b)
    merged.filter.owner.team, merged.filter.id[1], merged.include[1], merged.fields.t[1] = 0, 0, 0, 0
    assert.same({owner = {team = "legal"}, id = {1, 2}}, a.filter)
    assert.same({{"x"}, {t = {"f"}}}, {a.include, a.fields})
  end)

  it("merges a table that occurs twice in it", function()
    local shared = {x = 1}
    assert.same({filter = {a = {x = 1}, b = {x = 1, y = 2}}}, query({filter = {a = shared, b = shared}},
      {filter = {b = {y = 2}}}))
  end)
end)

describe("query: usage errors", function()
  local KNOWN = "known names: filter, sort, include, fields, page, limit, after, concurrency, exact, view, null, "
    .. "missing, sparse, lines, params"
  local cycle = {}
  cycle.cycle = cycle

  local cases = {
    {{fliter = {}}, 'query.fliter: unknown; did you mean filter?'},
    {{Filter = {}}, 'query.Filter: unknown; did you mean filter?'},
    {{includes = {}}, 'query.includes: unknown; did you mean include?'},
    {{concurency = 2}, 'query.concurency: unknown; did you mean concurrency?'},
    {{srot = "a"}, 'query.srot: unknown; did you mean sort?'},
    {{wheel = {}}, "query.wheel: unknown; did you mean filter.wheel? (" .. KNOWN .. ")"},
    {{x = 1}, "query.x: unknown; did you mean filter.x? (" .. KNOWN .. ")"},
    {{[""] = 1}, "query.: unknown; " .. KNOWN},
    {{["a.b"] = 1}, "query.a.b: unknown; " .. KNOWN},
    {{["\255"] = 1}, "query.\255: unknown; " .. KNOWN},
    {{[("filter"):rep(20)] = 1}, "query." .. ("filter"):rep(20) .. ": unknown; did you mean filter."
      .. ("filter"):rep(20) .. "? (" .. KNOWN .. ")"},
    {{"status"}, "query.1: unknown; names are strings"},
    {{[true] = 1}, "query.boolean: unknown; names are strings"},

    {{filter = "status"}, "query.filter: expected a table, got string"},
    {{filter = {"status"}}, "query.filter: expected a table of names and values, got an array"},
    {{filter = {"status", a = 1}},
      "query.filter: expected a table of names and values, got a table with names and positions"},
    {{filter = {owner = print}}, "query.filter.owner: expected string, number, boolean or table, got function"},
    {{filter = {owner = io.stdout}}, "query.filter.owner: expected string, number, boolean or table, got userdata"},
    {{filter = {owner = {team = coroutine.create(function() end)}}},
      "query.filter.owner.team: expected string, number, boolean or table, got thread"},
    {{filter = {owner = null}},
      "query.filter.owner: cannot send null in a query; give the string that your server uses for it"},
    {{filter = {tags = {"a", null}}},
      "query.filter.tags[2]: cannot send null in a query; give the string that your server uses for it"},
    {{filter = {tags = {"a", "b,c"}}},
      "query.filter.tags[2]: value contains a comma, which separates list items; pass it in params"},
    {{params = {tags = {"b,c"}}},
      "query.params.tags[1]: value contains a comma, which separates list items; pass it in params"},
    {{filter = {tags = {"a", {"b"}}}}, "query.filter.tags[2]: expected string, number or boolean, got table"},
    {{filter = {tags = {"a", print}}}, "query.filter.tags[2]: expected string, number or boolean, got function"},
    {{filter = {tags = {[1] = "a", [3] = "b"}}},
      "query.filter.tags: expected an array or a table of names and values, got an array with holes"},
    {{filter = {tags = {[0] = "a"}}},
      "query.filter.tags: expected an array or a table of names and values, got a table with other keys"},
    {{filter = {tags = {[1.5] = "a"}}},
      "query.filter.tags: expected an array or a table of names and values, got a table with other keys"},
    {{filter = {tags = {[2^70] = "a"}}},
      "query.filter.tags: expected an array or a table of names and values, got a table with other keys"},
    {{filter = {tags = {[true] = "a"}}},
      "query.filter.tags: expected an array or a table of names and values, got a table with other keys"},
    {{filter = {tags = {"a", x = 1}}},
      "query.filter.tags: expected an array or a table of names and values, got a table with names and positions"},
    {{filter = {n = 1 / 0}}, "query.filter.n: expected a finite number, got inf"},
    {{filter = {n = {-1 / 0}}}, "query.filter.n[1]: expected a finite number, got -inf"},
    {{filter = {[""] = 1}}, 'query.filter[""]: a name cannot be empty'},
    {{filter = {["a\nb"] = 1}}, [[query.filter["a\x0ab"]: the name has a control character]]},
    {{filter = {["a\0b"] = 1}}, [[query.filter["a\x00b"]: the name has a control character]]},
    {{filter = {["\255"] = 1}}, [[query.filter["\xff"]: the name is not UTF-8]]},
    {{filter = {["a.b"] = print}},
      'query.filter["a.b"]: expected string, number, boolean or table, got function'},
    {{filter = {["a[b]"] = {c = {1, {}}}}}, 'query.filter["a[b]"].c[2]: expected string, number or boolean, got table'},
    {{filter = {['a"b'] = 0 / 0}}, [[query.filter["a\"b"]: expected a finite number, got nan]]},
    {{page = {["a.b"] = true}}, 'query.page["a.b"]: expected string or number, got boolean'},
    {{fields = {["a.b"] = 1}}, 'query.fields["a.b"]: expected a string or an array of strings, got 1'},
    {{filter = {a = "a\0b"}}, "query.filter.a: a string in a query must not contain NUL"},
    {{filter = {a = "caf\233"}}, "query.filter.a: a string in a query must be UTF-8"},
    {{filter = {a = "\192\128"}}, "query.filter.a: a string in a query must be UTF-8"},
    {{filter = {a = "\237\160\128"}}, "query.filter.a: a string in a query must be UTF-8"},
    {{filter = {a = "\244\144\128\128"}}, "query.filter.a: a string in a query must be UTF-8"},
    {{filter = {a = "\226\130"}}, "query.filter.a: a string in a query must be UTF-8"},
    {{filter = cycle}, "query.filter" .. (".cycle"):rep(16) .. ": nested too deep; does a table hold itself?"},
    {{params = nested(17, 1)}, "query.params" .. (".x"):rep(16) .. ": nested too deep; does a table hold itself?"},

    {{sort = 1}, "query.sort: expected a string or an array of strings, got 1"},
    {{sort = {1}}, "query.sort[1]: expected string, got 1"},
    {{sort = {a = "asc"}}, "query.sort: expected a string or an array of strings, got a table of names and values"},
    {{sort = "a,,b"}, "query.sort: a name in it is empty"},
    {{sort = "a,"}, "query.sort: a name in it is empty"},
    {{sort = ",a"}, "query.sort: a name in it is empty"},
    {{sort = "-"}, "query.sort: a name in it is empty"},
    {{sort = {""}}, "query.sort[1]: a name in it is empty"},
    {{sort = {"a,b"}}, "query.sort[1]: value contains a comma, which separates list items; pass it in params"},
    {{sort = "a, b"}, "query.sort: a name in it starts or ends with a space"},
    {{sort = "a\nb"}, "query.sort: a name in it has a control character"},
    {{sort = "a\0b"}, "query.sort: a string in a query must not contain NUL"},
    {{include = true}, "query.include: expected a string or an array of strings, got boolean"},
    {{include = null},
      "query.include: cannot send null in a query; give the string that your server uses for it"},
    {{include = {[2] = "a"}}, "query.include: expected a string or an array of strings, got an array with holes"},
    {{include = {"a", {}}}, "query.include[2]: expected string, got table"},
    {{include = {" a"}}, "query.include[1]: a name in it starts or ends with a space"},

    {{fields = "title"}, "query.fields: expected a table, got string"},
    {{fields = {"title"}}, "query.fields: expected a table of names and values, got an array"},
    {{fields = {contracts = true}}, "query.fields.contracts: expected a string or an array of strings, got boolean"},
    {{fields = {contracts = {"a", 2}}}, "query.fields.contracts[2]: expected string, got 2"},
    {{fields = {contracts = {a = 1}}},
      "query.fields.contracts: expected a string or an array of strings, got a table of names and values"},
    {{fields = {[""] = "a"}}, 'query.fields[""]: a name cannot be empty'},

    {{page = 2}, "query.page: expected a table, got 2"},
    {{page = {2}}, "query.page: expected a table of names and values, got an array"},
    {{page = {size = 0}}, "query.page.size: expected a whole number from 1 to 9007199254740992, got 0"},
    {{page = {size = 1.5}}, "query.page.size: expected a whole number from 1 to 9007199254740992, got 1.5"},
    {{page = {size = "50"}}, "query.page.size: expected a whole number from 1 to 9007199254740992, got string"},
    {{page = {number = -1}}, "query.page.number: expected a whole number from 0 to 9007199254740992, got -1"},
    {{page = {number = 1 / 0}}, "query.page.number: expected a whole number from 0 to 9007199254740992, got inf"},
    {{page = {cursor = true}}, "query.page.cursor: expected string or number, got boolean"},
    {{page = {cursor = {}}}, "query.page.cursor: expected string or number, got table"},

    {{limit = 0}, "query.limit: expected a whole number from 1 to 9007199254740992, got 0"},
    {{limit = 1.5}, "query.limit: expected a whole number from 1 to 9007199254740992, got 1.5"},
    {{limit = "10"}, "query.limit: expected a whole number from 1 to 9007199254740992, got string"},
    {{after = 5}, "query.after: expected a string, got 5"},
    {{after = ""}, "query.after: expected a string, got an empty string"},
    {{after = "a\r\n"}, "query.after: expected a string, got a string with control characters"},
    {{concurrency = -2}, "query.concurrency: expected a whole number from 1 to 9007199254740992, got -2"},
    {{concurrency = null}, "query.concurrency: expected a whole number from 1 to 9007199254740992, got null"},
    {{exact = 1}, "query.exact: expected true or false, got 1"},
    {{view = "yes"}, "query.view: expected true or false, got string"},
    {{params = "a=b"}, "query.params: expected a table, got string"},
    {{params = {"a"}}, "query.params: expected a table of names and values, got an array"},
    {{params = {[""] = "a"}}, 'query.params[""]: a name cannot be empty'},
  }
  for _, case in ipairs(cases) do
    it("raises " .. case[2]:gsub("%c", "?"), function()
      assert.equal(case[2], usage_error(case[1]))
    end)
  end

  it("raises for NaN", function()
    assert.matches("query.filter.n: expected a finite number, got nan",
      usage_error({filter = {n = 0 / 0}}))
    assert.matches("query.limit: expected a whole number from 1 to 9007199254740992, got nan",
      usage_error({limit = 0 / 0}))
  end)

  it("allows the maximum depth", function()
    assert.equal("filter" .. ("%5Bx%5D"):rep(16) .. "=1", encode {filter = nested(16, 1)})
  end)

  it("names an argument that is not a table", function()
    assert.equal("query: expected a table, got string", usage_error({}, "contracts"))
    assert.equal("query: expected a table, got null", usage_error({}, nil, null))
    assert.equal("query: expected a table, got 5", usage_error(5))
  end)

  it("finds usage errors in each of several queries", function()
    assert.equal("query.limit: expected a whole number from 1 to 9007199254740992, got 0",
      usage_error({limit = 1}, {limit = 0}, {limit = 1}))
  end)

  it("reads tables without metamethods", function()
    local trap = setmetatable({}, {__index = function() error "read through a metatable" end})
    assert.same({}, query(trap))
  end)
end)
