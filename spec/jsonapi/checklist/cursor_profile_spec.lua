-- docs/SPEC.md, O: the cursor pagination profile.

local exchange = require "spec.support.exchange"
local harnest = require "harnest"

local PROFILE = "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/"

describe("pages by cursor", function()
  local x = exchange.hook(setup, before_each, teardown)

  local function things(from, to)
    local list = {}
    for id = from, to do list[#list + 1] = ('{"type":"things","id":"%d"}'):format(id) end
    return "[" .. table.concat(list, ",") .. "]"
  end

  local function page(data, next_link, more)
    next_link = next_link and '"' .. next_link .. '"' or "null"
    return '{"data":' .. data .. ',"links":{"prev":null,"next":' .. next_link .. "}" .. (more or "") .. "}"
  end

  local function ids(list)
    local found = {}
    for i, resource in ipairs(list) do found[i] = resource.id end
    return table.concat(found, " ")
  end

  it("[98] have a size above 0 and opaque cursors", function()
    for _, size in ipairs { 0, -1, 1.5, "ten" } do
      local fine, message = pcall(x.api.list, x.api, "things", { page = { size = size } })
      assert.is_false(fine)
      assert.truthy(message:find("page.size: expected a whole number from 1 to 9007199254740992", 1, true), message)
    end
    assert.equal(0, x:count())
    for _, cursor in ipairs { "abc==", "5", "{}[]&=+ %41", "é", "0" } do
      x:answer(200, page("[]"))
      assert(x.api:all("things", { page = { size = 2, after = cursor } }))
      local sent = x:sent().path:match "page%%5Bafter%%5D=([^&]*)&page%%5Bsize%%5D=2$"
      assert.equal(cursor, (sent:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end)))
    end
  end)

  it("[98] may be a range, which the server may refuse", function()
    x:answer(200, page(things(2, 3)))
    assert.equal("2 3", ids(x.api:all("things", { page = { after = "a", before = "b" } })))
    assert.equal("/api/things?page%5Bafter%5D=a&page%5Bbefore%5D=b", x:sent().path)
    local api = x:sandbox("shape/cursor-profile", "errors/cursor-profile")
    local first = assert(api:first("people", { page = { size = 2 } })).meta.page.cursor
    local all, err = api:all("people", { page = { after = first, before = first } })
    assert.is_nil(all)
    assert.equal("bad_request", err.kind)
    assert.truthy(err.message:find("takes page[after] or page[before], not both", 1, true), err.message)
  end)

  it("[99] end if next is null or leads to an empty page", function()
    x:answer(200, page(things(1, 2), "/api/things?page[after]=b"))
    x:answer(200, page(things(3, 4)))
    assert.equal("1 2 3 4", ids(assert(x.api:all "things")))
    assert.equal(2, x:count())
    x:reset()
    x:answer(200, page(things(1, 2), "/api/things?page[after]=b"))
    x:answer(200, page "[]")
    assert.equal("1 2", ids(assert(x.api:all "things")))
    x:reset()
    x:answer(200, page(things(1, 2), "/api/things?page[after]=b"))
    x:answer(200, page "[]")
    local count = 0
    for document in x.api:pages "things" do
      count = count + 1
      assert.equal(harnest.null, document.links.prev)
    end
    assert.truthy(count == 1 or count == 2)
    local api = x:sandbox "shape/cursor-profile"
    assert.equal(40, #assert(api:all("companies", { page = { size = 7 } })))
  end)

  it("[100] state the total, an estimate or a truncated range; items state their "
    .. "cursors", function()
    local items = '[{"type":"things","id":"1","meta":{"page":{"cursor":"one"}}}]'
    local members = '{"total":1,"estimatedTotal":{"bestGuess":3},"rangeTruncated":true}'
    x:answer(200, page(items, nil, ',"meta":{"page":' .. members .. "}"))
    local document = assert(x.api:pages("things"):next())
    assert.equal(1, document.total)
    assert.equal(3, document.meta.page.estimatedTotal.bestGuess)
    assert.is_true(document.meta.page.rangeTruncated)
    assert.equal("one", document.data[1].meta.page.cursor)
    x:answer(200, page(items, nil, ',"meta":{"page":{"total":17}}'))
    assert.equal(17, x.api:count "things")
    local api = x:sandbox "shape/cursor-profile"
    local first = assert(api:first "companies")
    local second = assert(api:all("companies", { page = { after = first.meta.page.cursor }, limit = 1 }))[1]
    assert.equal(assert(api:all("companies", { limit = 2 }))[2].id, second.id)
  end)

  it("[100] an estimate alone is not a total", function()
    x:answer(200, page(things(1, 2), nil, ',"meta":{"page":{"estimatedTotal":{"bestGuess":9}}}'))
    assert.is_nil(assert(x.api:pages("things"):next()).total)
    x:answer(200, page(things(1, 2), nil, ',"meta":{"page":{"estimatedTotal":{"bestGuess":9}}}'))
    assert.equal(2, x.api:count "things")
  end)

  it("[101] are refused with errors that have distinct types and state what to do", function()
    local cases = {
      { "max-size-exceeded", ',"meta":{"page":{"maxSize":25}}', "the largest page[size] is 25" },
      { "max-size-exceeded", "", "ask for smaller pages" },
      { "unsupported-sort", "", "no pages in this order" },
      { "range-pagination-not-supported", "", "not both" },
      { "invalid-parameter-value", "", "(parameter page[size])" },
    }
    for _, case in ipairs(cases) do
      x:answer(400, '{"errors":[{"title":"No","links":{"type":["' .. PROFILE .. case[1] .. '"]},'
        .. '"source":{"parameter":"page[size]"}' .. case[2] .. "}]}")
      local all, err = x.api:all("things", { page = { size = 100 } })
      assert.is_nil(all)
      assert.equal("bad_request", err.kind)
      assert.equal(PROFILE .. case[1], err.errors[1].links.type[1])
      assert.truthy(err.message:find(case[3], 1, true), err.message)
    end
    local api = x:sandbox("shape/cursor-profile", "errors/cursor-profile", "max/20")
    local all, err = api:all("people", { page = { size = 21 } })
    assert.is_nil(all)
    assert.equal(20, err.errors[1].meta.page.maxSize)
    assert.truthy(err.message:find("the largest page[size] is 20", 1, true))
    assert.equal("/api/things?page%5Bsize%5D=100", x:sent().path) -- no automatic retry
    assert.equal(#cases, x:count())
  end)

  it("[102] may shift while they are read: a repeated or missing item does not end the "
    .. "list", function()
    x:answer(200, page(things(1, 3), "/api/things?page[after]=3"))
    x:answer(200, page(things(3, 5), "/api/things?page[after]=5"))
    x:answer(200, page(things(8, 9), "/api/things?page[after]=9"))
    x:answer(200, page(things(9, 9)))
    local seen, count = {}, 0
    for thing in x.api:list("things", { sort = "name" }) do
      if not seen[thing.type .. "\0" .. thing.id] then count = count + 1 end
      seen[thing.type .. "\0" .. thing.id] = true
    end
    assert.equal(7, count)
    assert.equal("/api/things?sort=name", x:sent(1).path) -- the server must break ties in a sort
  end)
end)
