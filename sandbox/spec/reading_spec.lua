-- How the sandbox reads, tested with luasocket's client.

local http = require "socket.http"
local json = require "cjson"
local ltn12 = require "ltn12"
local sandbox = require "spec.support.sandbox"

local MEDIA_TYPE = "application/vnd.api+json"

describe("the sandbox", function()
  local sb = sandbox.get()

  -- Requests a path under the base URL, or a whole URL. Returns status, decoded body (or the text),
  -- headers, text
  local function ask(path, options)
    options = options or {}
    local chunks = {}
    local headers = { Authorization = "Bearer " .. (options.token or sb.token), Accept = options.accept or MEDIA_TYPE }
    for name, value in pairs(options.headers or {}) do headers[name] = value or nil end
    if options.body then headers["Content-Length"] = #options.body end
    local _, status, answered = http.request {
      url = (path:find("^http") and "" or (options.base or sb.url) .. "/") .. path,
      method = options.method or "GET", headers = headers, sink = ltn12.sink.table(chunks), redirect = false,
      source = options.body and ltn12.source.string(options.body) or nil,
    }
    local text = table.concat(chunks)
    local decoded, document = pcall(json.decode, text)
    return status, decoded and document or text, answered, text
  end

  local function ids(document)
    local list = {}
    for i, resource in ipairs(document.data) do list[i] = resource.id end
    return table.concat(list, " ")
  end

  local function refuses(path, parameter)
    local status, document = ask(path)
    assert.equal(400, status, path)
    assert.equal(parameter, document.errors[1].source.parameter, path)
  end

  describe("accepts", function()
    it("a client with a token", function()
      local status, document, headers = ask "contracts/1"
      assert.equal(200, status)
      assert.equal("1", document.data.id)
      assert.equal(MEDIA_TYPE, headers["content-type"])
    end)

    it("no other client", function()
      for _, token in ipairs { "nonsense", sb.token_expired } do
        local status, document = ask("contracts", { token = token })
        assert.equal(401, status)
        assert.equal("401", document.errors[1].status)
      end
      assert.equal(401, (ask("contracts", { headers = { Authorization = false } })))
    end)

    it("a read-only token only for reading", function()
      assert.equal(200, (ask("contracts/1", { token = sb.token_readonly })))
      assert.equal(403, (ask("contracts/1", { token = sb.token_readonly, method = "DELETE" })))
    end)

    it("the media type only with the parameters ext and profile", function()
      local accepted = {
        "*/*", MEDIA_TYPE .. ";q=0.5", 'text/html, application/vnd.api+json; profile="http://a/ http://b/"',
        MEDIA_TYPE .. ';ext="http://unknown/", ' .. MEDIA_TYPE,
      }
      for _, accept in ipairs(accepted) do assert.equal(200, (ask("contracts/1", { accept = accept })), accept) end
      local refused = { "text/html", MEDIA_TYPE .. "; charset=utf-8", MEDIA_TYPE .. ';ext="http://unknown/"' }
      for _, accept in ipairs(refused) do assert.equal(406, (ask("contracts/1", { accept = accept })), accept) end
      local function post(content_type)
        return (ask("contracts", { method = "POST", body = "{}", headers = { ["Content-Type"] = content_type } }))
      end
      assert.equal(415, post "application/json")
      assert.equal(415, post(MEDIA_TYPE .. ";charset=utf-8"))
      assert.equal(400, post(MEDIA_TYPE))
    end)
  end)

  describe("reads", function()
    it("resources with every digit", function()
      local _, _, _, text = ask "contracts/7?fields[contracts]=big"
      assert.equal('{"data":{"type":"contracts","id":"7","attributes":{"big":9007199254740993}}}', text)
      local _, _, _, odd = ask "contracts/3?fields[contracts]=tags,details,company"
      assert.truthy(odd:find('"tags":[]', 1, true))
      assert.truthy(odd:find('"key with space":true', 1, true))
    end)

    it("related resources and linkage", function()
      local _, company = ask "contracts/10/company"
      assert.equal(json.null, company.data)
      local _, owner = ask "contracts/10/owner"
      assert.equal("people", owner.data.type)
      local _, signers = ask "contracts/3/signers"
      local _, linkage = ask "contracts/3/relationships/signers"
      assert.equal(3, #signers.data)
      assert.equal(ids(signers), ids(linkage))
      assert.is_nil(linkage.data[1].attributes)
      local _, none = ask "contracts/4/signers"
      assert.equal(0, #none.data)
    end)

    it("nothing that does not exist", function()
      local paths = {
        "contracts/2001", "contracts/x", "nope", "contracts/1/nope", "contracts/1/relationships/nope", "a/b/c/d",
      }
      for _, path in ipairs(paths) do
        local status, document = ask(path)
        assert.equal(404, status, path)
        assert.equal("404", document.errors[1].status)
      end
    end)

    it("included resources, each once", function()
      local _, document = ask "people?filter[id]=1,2,3&include=manager.manager,company&fields[companies]="
      local seen = {}
      for _, list in ipairs { document.data, document.included } do
        for _, resource in ipairs(list) do
          local key = resource.type .. resource.id
          assert.is_nil(seen[key], key)
          seen[key] = true
        end
      end
      assert.truthy(seen.companies2 and seen.companies3 and seen.companies4)
      assert.equal(3, #document.included)
      local _, empty = ask "contracts/10?include=company"
      assert.same({}, empty.included)
      refuses("contracts?include=owner.nope", "include")
    end)

    it("only the requested fields", function()
      local _, document = ask "contracts/1?fields[contracts]=title,owner"
      assert.equal("Contrat de prestation n° é 1", document.data.attributes.title)
      assert.is_nil(document.data.attributes.status)
      assert.is_nil(document.data.relationships.signers)
      local _, bare = ask "contracts/1?fields[contracts]="
      assert.same({ type = "contracts", id = "1" }, bare.data)
      refuses("contracts?fields[contracts]=nope", "fields[contracts]")
    end)
  end)

  describe("lists", function()
    it("by pages of 15 without pagination members", function()
      local _, document = ask "contracts"
      assert.equal("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15", ids(document))
      assert.is_nil(document.links)
      assert.is_nil(document.meta)
      local _, second = ask "contracts?page[size]=3&page[number]=2"
      assert.equal("4 5 6", ids(second))
    end)

    it("at most 500 at once, and nothing after the last page", function()
      local _, most = ask "contracts?page[size]=100000&fields[contracts]="
      assert.equal(500, #most.data)
      local _, last = ask "contracts?page[size]=500&page[number]=4&fields[contracts]="
      assert.equal("2000", last.data[500].id)
      local status, beyond = ask "contracts?page[number]=1000"
      assert.equal(200, status)
      assert.equal(0, #beyond.data)
      local _, empty = ask "empties"
      assert.equal(0, #empty.data)
    end)

    it("100,000 for benchmarks", function()
      local _, document, _, text = ask "bulk?page[size]=500&page[number]=200"
      assert.equal("100000", document.data[500].id)
      assert.truthy(#text > 500 * 400)
    end)

    it("sorted ascending", function()
      local _, document = ask "contracts?sort=status,big&page[size]=2&fields[contracts]=status,big"
      assert.equal("15 50", ids(document))
      local _, people = ask "people?sort=name&page[size]=2"
      assert.equal("70 10", ids(people))
      for _, sort in ipairs { "-status", "nope", "tags" } do refuses("contracts?sort=" .. sort, "sort") end
    end)

    it("filtered", function()
      local function filtered(filter, expected)
        local _, document = ask("contracts?page[size]=3&fields[contracts]=&" .. filter)
        assert.equal(expected, ids(document), filter)
      end
      filtered("filter[status]=1", "1 6 11")
      filtered("filter[status]=1,2", "1 2 6")
      filtered("filter[archived]=1", "3 6 9")
      filtered("filter[archived]=true&filter[status]=0", "15 30 45")
      filtered("filter[title]=nda", "4 16 28")
      filtered("filter[title]=100%25%25discount", "5 17 29")
      filtered("filter[title]=s_ake", "6 18 30")
      filtered("filter[big]=9007199254740993", "7 14 21")
      filtered("filter[title]=it's", "")
      filtered("filter[id]=3,1", "1 3")
      filtered("filter[owner]=8", "1 121 241")
      filtered("filter[owner][email]=person8@", "1 121 241")
      filtered("filter[signers]=15", "1 95 121")
      refuses("contracts?filter[nope]=1", "filter[nope]")
      refuses("contracts?filter[owner][nope]=1", "filter[owner][nope]")
      refuses("contracts?filter[status]=many", "filter[status]")
    end)

    it("refusing unknown parameters", function()
      for _, size in ipairs { "0", "-1", "x", "1.5" } do
        refuses("contracts?page[size]=" .. size, "page[size]")
        refuses("contracts?page[number]=" .. size, "page[number]")
      end
      refuses("contracts?page[offset]=1", "page[offset]")
      refuses("contracts?limit=1", "limit")
      assert.equal(200, (ask "contracts?myOwn=1"))
    end)
  end)

  describe("has knobs", function()
    it("for the largest page and the delay", function()
      local _, document = ask("contracts?page[size]=20", { base = sb:at "max/4" })
      assert.equal(4, #document.data)
      assert.equal(200, (ask("contracts/1", { base = sb:at("delay/0.01", "max/4") })))
      assert.equal(404, (ask("contracts/1", { base = sb:at "nope/4" })))
    end)

    it("for a number of failures", function()
      local key = "spec" .. os.time() .. tostring({}):gsub("%W", "")
      local base = sb:at("fail/" .. key .. "/503/2", "retry-after/7")
      for _ = 1, 2 do
        local status, document, headers = ask("contracts/1", { base = base })
        assert.equal(503, status)
        assert.equal("503", document.errors[1].status)
        assert.equal("7", headers["retry-after"])
      end
      assert.equal(200, (ask("contracts/1", { base = base })))
      local _, invalid = ask("contracts/1", { base = sb:at("fail/" .. key .. "422/422/1") })
      assert.equal("/data/attributes/title", invalid.errors[1].source.pointer)
      local closed = ask("contracts/1", { base = sb:at("fail/" .. key .. "444/444/1") })
      assert.equal("closed", closed)
    end)

    it("for the body of errors", function()
      for kind, start in pairs { html = "^<!DOCTYPE", json = '^{"code":404', text = "^404 ", empty = "^$" } do
        local status, _, _, text = ask("nope", { base = sb:at("body/" .. kind) })
        assert.equal(404, status)
        assert.truthy(text:find(start), kind)
      end
    end)

    it("for redirects and revalidation", function()
      local status, _, headers = ask("contracts/1?myOwn=1", { base = sb:at "redirect/307" })
      assert.equal(307, status)
      assert.equal(sb.url .. "/contracts/1?myOwn=1", headers.location)
      local _, _, first = ask("contracts/1", { base = sb:at "etag/60" })
      assert.equal("private, max-age=60", first["cache-control"])
      local known = { ["If-None-Match"] = first.etag }
      local again, _, kept = ask("contracts/1", { base = sb:at "etag/60", headers = known })
      assert.equal(304, again)
      assert.equal("private, max-age=60", kept["cache-control"])
      local weak = ask("contracts/1", { base = sb:at "etag/60", headers = { ["If-None-Match"] = "W/" .. first.etag } })
      assert.equal(304, weak)
    end)
  end)

  describe("pages in the shape", function()
    -- Follows the links of `next_of(document, headers)`, and checks that all 120 people come in
    -- order in this many pages
    local function walks(shape, pages, next_of, query)
      local url = sb:shape(shape) .. "/people?fields[people]=name&" .. (query or "page[size]=50")
      local seen, count = {}, 0
      while url do
        local status, document, headers = ask(url)
        assert.equal(200, status, url)
        for _, resource in ipairs(document.data) do seen[#seen + 1] = tonumber(resource.id) end
        count = count + 1
        url = next_of(document, headers, url)
        if url == json.null then url = nil end
      end
      assert.equal(pages, count, shape)
      assert.equal(120, #seen, shape)
      for i, id in ipairs(seen) do assert.equal(i, id) end
    end

    local function link(document) return document.links.next end
    local function linked_object(document) return document.links.next and document.links.next.href end

    it("of links", function()
      local origin = sb.url:gsub("/v1/api", "")
      walks("links", 3, link)
      walks("links-null", 3, link)
      walks("links-next-only", 3, link)
      walks("laravel", 3, link)
      walks("laravel-simple", 3, link)
      walks("laravel-cursor", 3, link)
      walks("cursor-profile", 3, link)
      walks("empty-middle", 4, link)
      walks("short-middle", 3, link)
      walks("laravel-raw", 3, function(document) return document.next_page_url end, "per_page=50")
      walks("links-object", 3, linked_object)
      walks("drupal", 3, linked_object, "page[limit]=80")
      walks("links-relative", 3, function(document) return link(document) and origin .. link(document) end)
      walks("links-query", 3, function(document, _, url)
        return link(document) and url:gsub("%?.*", "") .. link(document)
      end)
      walks("treasury", 3, function(document, _, url)
        return link(document) ~= json.null and url:gsub("&page%%5B.*", ""):gsub("&page%[.*", "") .. link(document)
      end)
      walks("google", 3, function(document, _, url)
        local token = document.nextPageToken:gsub("[+/=]", function(c) return ("%%%02X"):format(c:byte()) end)
        return token ~= "" and url:gsub("&pageToken.*", "") .. "&pageToken=" .. token
      end, "pageSize=50")
      walks("cursor-header", 3, function(_, headers, url)
        local token = headers["x-next-cursor"]
        token = token and token:gsub("[?+/=]", function(c) return ("%%%02X"):format(c:byte()) end)
        return token and url:gsub("&cursor.*", "") .. "&cursor=" .. token
      end, "limit=50")
      walks("link-header", 3, function(_, headers) return headers.link:match '<([^>]*)>; rel="next"' end)
    end)

    it("of numbers and counts", function()
      local function meta(shape, path, expected, query)
        local _, document = ask("people?" .. (query or "page[size]=50&page[number]=2"), { base = sb:shape(shape) })
        local value = document
        for name in path:gmatch "[^.]+" do value = value[name] end
        assert.equal(expected, value, shape)
      end
      meta("laravel", "meta.last_page", 3)
      meta("laravel-meta-only", "meta.current_page", 2)
      meta("meta-camel", "meta.currentPage", 2)
      meta("meta-page", "meta.page.lastPage", 3)
      meta("meta-page-snake", "meta.page.per_page", 50)
      meta("meta-page-dash", "meta.page.current-page", 2)
      meta("django", "meta.pagination.pages", 3)
      meta("terraform", "meta.pagination.next-page", 3)
      meta("next-number-only", "meta.pagination.next-page", 3)
      meta("productive", "meta.total_pages", 3)
      meta("stas", "meta.pagination.records", 120)
      meta("resources-count", "meta.page-count", 3)
      meta("jadnc", "meta.total", 120)
      meta("elide", "meta.page.totalRecords", 120)
      meta("strapi", "meta.pagination.pageCount", 3, "pagination[pageSize]=50&pagination[page]=2")
      meta("pagerduty", "more", true, "offset=50&limit=50")
      meta("graphiti", "meta.stats.total.count", 120, "stats[total]=count")
      meta("zero-based", "meta.page.number", 2)
      local by_offset = "page[limit]=50&page[offset]=50"
      meta("django-offset", "meta.pagination.offset", 50, by_offset)
      meta("resources-offset", "meta.record-count", 120, by_offset)
      meta("crnk", "meta.totalResourceCount", 120, by_offset)
      meta("kitsu", "meta.count", 120, by_offset)
    end)

    it("of cursors", function()
      local _, first = ask("people?page[limit]=50", { base = sb:shape "laravel-json-api-cursor" })
      assert.is_true(first.meta.page.hasMore)
      local after = first.meta.page.to:gsub("[^%w]", function(byte) return ("%%%02X"):format(byte:byte()) end)
      local base = sb:shape "laravel-json-api-cursor"
      local _, second = ask("people?page[limit]=50&page[after]=" .. after, { base = base })
      assert.equal("51", second.data[1].id)
      local _, back = ask("people?page[limit]=50&page[before]=" .. after, { base = base })
      assert.equal(49, #back.data)
    end)

    it("of the cursor profile, with its errors", function()
      local base = sb:at("max/20", "shape/cursor-profile", "errors/cursor-profile")
      local function refused(query, parameter, name)
        local status, document = ask("people?" .. query, { base = base })
        assert.equal(400, status)
        local fault = document.errors[1]
        assert.equal(parameter, fault.source.parameter)
        assert.same({ "https://jsonapi.org/profiles/ethanresnick/cursor-pagination/" .. name }, fault.links.type)
        return fault
      end
      assert.same({ page = { maxSize = 20 } }, refused("page[size]=21", "page[size]", "max-size-exceeded").meta)
      refused("page[size]=0", "page[size]", "invalid-parameter-value")
      refused("sort=-name", "sort", "unsupported-sort")
      local _, first = ask("people?page[size]=20", { base = base })
      local cursor = first.data[20].meta.page.cursor:gsub("[^%w]", function(byte)
        return ("%%%02X"):format(byte:byte())
      end)
      refused("page[after]=" .. cursor .. "&page[before]=" .. cursor, "page[before]", "range-pagination-not-supported")
    end)

    it("of faulty servers", function()
      local function first_next(shape, query)
        local _, document = ask("people?" .. (query or "page[size]=50"), { base = sb:shape(shape) })
        return document.links.next, document
      end
      assert.truthy(first_next("other-host"):find("^http://localhost:"))
      local b = first_next "loop-abab"
      assert.equal(first_next("loop-abab", "page[size]=50&page[number]=3"), b)
      local _, document = ask(b)
      assert.truthy(document.links.next:find("page%5Bnumber%5D=1", 1, true))
      local _, ignored = ask("people?page[size]=50&page[number]=2", { base = sb:shape "ignores-page" })
      assert.equal("1", ignored.data[1].id)
      local _, all = ask("people?page[size]=50&page[number]=2", { base = sb:shape "unpaged" })
      assert.equal(120, #all.data)
      local _, none = ask("people", { base = sb:shape "no-data" })
      assert.is_nil(none.data)
    end)
  end)

  it("logs the requests", function()
    sb:mark()
    ask "people/1"
    ask("people/2", { token = "nonsense" })
    local requests = sb:requests "/people/"
    assert.equal(2, #requests)
    assert.equal("/v1/api/people/1", requests[1].uri)
    assert.equal(401, requests[2].status)
    assert.equal("HTTP/1.1", requests[2].protocol)
    assert.not_equal(requests[1].connection, requests[2].connection)
  end)
end)
