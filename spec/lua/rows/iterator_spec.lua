-- Iterators over rows: each, cursors, close() and errors.

local fixture = require "spec.support.rows_fixture"
local harnest = require "harnest"
local lists = require "spec.support.lists"
local rawserver = require "spec.support.rawserver"
local usage_error = require "spec.support.usage_error"

local collect = fixture.collect

describe("an iterator over rows", function()
  local api
  lists.hook(before_each, after_each, function(opened) api = opened end)

  it("passes its values to each", function()
    local seen = {}
    api:rows("contracts", { "id", "note", "title", "note" }, { limit = 20 }):each(function(...)
      assert.equal(4, select("#", ...))
      seen[#seen + 1] = (...)
    end)
    assert.equal(20, #seen)
    local fine, err = pcall(function() api:rows("contracts", { "titel" }):each(print) end)
    assert.is_false(fine)
    assert.equal("refused", err.kind)
    assert.matches("each: expected a function, got nil", usage_error((api:rows("contracts", { "id" })).each,
      (api:rows("contracts", { "id" }))), 1, true)
  end)

  it("continues behind its last row, also with other columns", function()
    local iterator = api:rows("contracts", { "id", "owner.name" })
    local expected
    for _ = 1, 20 do
      expected = iterator:next()
    end
    assert.equal("20", expected)
    local cursor = iterator:cursor()
    iterator:close()
    for _, columns in ipairs { { "id", "owner.name" }, { "id" }, { "id", "company.name", "signers.name" } } do
      local rows, err = collect((api:rows("contracts", columns, { after = cursor, limit = 3 })))
      assert.is_nil(err)
      assert.equal("21 22 23", ("%s %s %s"):format(rows[1][1], rows[2][1], rows[3][1]))
    end
    assert.equal("21", (api:list("contracts", { after = cursor })):next().id)
  end)

  it("ends when it is closed", function()
    local iterator = api:rows("contracts", { "id" })
    assert.equal("1", iterator:next())
    iterator:close()
    iterator:close()
    assert.equal(1, select("#", iterator:next()))
    assert.is_nil((iterator:next()))
  end)

  if _VERSION == "Lua 5.4" then
    it("is closed by a for loop that is left", function()
      local iterator
      local function opened(...)
        iterator = ...
        return ...
      end
      local count = 0
      for _ in opened(api:rows("contracts", { "id" })) do
        count = count + 1
        if count == 3 then
          break
        end
      end
      assert.equal(3, count)
      assert.is_nil((iterator:next()))
    end)
  end

  it("returns the error of a failed page after the rows before it", function()
    local server = rawserver.start()
    local broken = harnest.new { url = server.url, retries = 0 }
    server:play {
      { rawserver.response(200, {}, '{"data":[{"type":"t","id":"1"}],"links":{"next":"/t?page=2"}}') },
      { rawserver.response(500, {}, "") },
    }
    local rows, err = collect((broken:rows("t", { "id" })))
    assert.same({ { n = 1, "1" } }, rows)
    assert.equal("server_error", err.kind)
    broken:close()
    server:stop()
  end)

  it("fails with kind cancelled when its client is closed", function()
    local own = lists.client()
    local iterator = own:rows("contracts", { "id" })
    assert.equal("1", iterator:next())
    own:close()
    local rows, err = collect(iterator)
    assert.equal("cancelled", err.kind)
    assert.is_true(#rows >= 14)
  end)

  it("fails with kind timeout at the deadline of a page", function()
    local server = rawserver.start()
    local own = harnest.new { url = server.url, retries = 0, deadline = 0.2 }
    server:play { { { stall = true } } }
    local _, err = collect((own:rows("t", { "id" })))
    assert.equal("timeout", err.kind)
    own:close()
    server:stop()
  end)

  it("has no view", function()
    assert.matches("query.view: expected in other calls", usage_error(api.rows, api, "contracts", { "id" },
      { view = true }), 1, true)
  end)
end)
