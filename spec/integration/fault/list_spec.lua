-- Lists whose pages contradict each other, lead nowhere or never end.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

local function resources(first, last)
  local all = {}
  for id = first, last do all[#all + 1] = ('{"type":"contracts","id":"%d"}'):format(id) end
  return '"data":[' .. table.concat(all, ",") .. "]"
end

-- A script with one page: resources from one number to another, and more members
local function page(first, last, more, headers)
  return { response(200, headers, "{" .. resources(first, last) .. (more and "," .. more or "") .. "}") }
end

local function next_link(link)
  return '"links":{"next":' .. (link and '"' .. link .. '"' or "null") .. "}"
end

-- A link that differs on each page
local DEEPER = next_link "x/"
local LAST = next_link(nil)

local function answer(status, body)
  return { response(status, {}, body) }
end

describe("list fault:", function()
  local faults = fault.section "Lists"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  -- A list that fails after some pages; the error's request is sent once
  local function failing(name, message, ...)
    return { name, kind = "protocol", retried = false, message = message, requests = { "list" }, scripts = { ... } }
  end

  -- A list that ends after all of these pages
  local function ending(name, ...)
    return { name, kind = "success", attempts = select("#", ...), requests = { "list" }, scripts = { ... } }
  end

  faults:specs({
    { "endless empty pages", kind = "protocol", retried = false, requests = { "list" },
      message = "the last 100 pages were empty", script = page(1, 0, DEEPER) },
    { "the same page under new URLs", kind = "protocol", retried = false, requests = { "list" },
      message = "the same page came three times", script = page(1, 2, DEEPER) },
    failing("the next link leads to an earlier page", "pagination loop: the next link leads to an earlier page",
      page(1, 2, next_link "?p=2"), page(3, 4, next_link "/api/contracts")),
    ending("an empty page links to itself", page(1, 2, next_link "?p=2"), page(1, 0, next_link "?p=2")),
    failing("a next link that is not a URL", "the next link is not a valid URL", page(1, 2, next_link "http://")),
    failing("a next link that is a number", "the next link is not a valid URL",
      page(1, 2, '"links":{"next":2}')),
    ending("a next link of false", page(1, 2, '"links":{"next":false}')),
    ending("a folded Link header", page(1, 2, nil, { Link = '</api/contracts?p=2>;\r\n\trel="next"' }),
      page(3, 4, nil, { Link = '</api/contracts?p=1>;\r\n rel="prev"' })),
    ending('a Link header with results="false"',
      page(1, 2, nil, { Link = '</api/contracts?p=2>; rel="next"; results="false"' })),
    failing("the server ignores a cursor", "pagination loop",
      page(1, 2, '"meta":{"next_cursor":"a"}'), page(1, 2, '"meta":{"next_cursor":"a"}')),
    ending("an empty cursor", page(1, 2, '"meta":{"next_cursor":"a"}'), page(3, 4, '"meta":{"next_cursor":""}')),
    ending("a guessed page: 400", page(1, 2), answer(400, "")),
    ending("a guessed page: 404", page(1, 2), answer(404, '{"errors":[{"status":"404"}]}')),
    ending("a guessed page: 416", page(1, 2), answer(416, "")),
    ending("a guessed page: 422", page(1, 2), answer(422, "{}")),
    ending("a guessed page: 204", page(1, 2), answer(204, "")),
    ending("a guessed page: data of null", page(1, 2), answer(200, '{"data":null}')),
    ending("a guessed page is the first one again", page(1, 2), page(1, 2)),
    failing("a page that a total leads to is the first one again", "the same page came three times",
      page(1, 2, '"meta":{"total":7}'), page(1, 2, '"meta":{"total":7}'), page(1, 2, '"meta":{"total":7}')),
    failing("an empty page links to itself, but a total states more", "the list ended early: 7 stated, 2 came",
      page(1, 2, next_link "?p=2"), page(1, 0, next_link "?p=2" .. ',"meta":{"total":7}')),
    failing("more is stated, but not how to request it", "nextBatchToken says so, but not how to request",
      page(1, 2, '"meta":{"nextBatchToken":"x"}'), page(1, 2)),
    failing("more is stated in an object of another name", "nextBatchToken says so, but not how to request",
      page(1, 2, '"walk":{"nextBatchToken":"x"}'), page(1, 2)),
    { "a guessed page: 500", kind = "server_error", retried = false, requests = { "list" },
      scripts = { page(1, 2), answer(500, "") } },
    { "the second page: 404, though linked", kind = "not_found", retried = false, requests = { "list" },
      scripts = { page(1, 2, DEEPER), answer(404, "") } },
    ending("the second page: 503, then the page", page(1, 2, DEEPER),
      { response(503, { ["Retry-After"] = 0 }, "") }, page(3, 4, LAST)),
    ending("the second page: reset, then the page", page(1, 2, DEEPER), { { reset = true } }, page(3, 4, LAST)),
    failing("the second page has no data", "a page without the member data", page(1, 2, DEEPER),
      answer(200, '{"meta":{}}')),
    failing("the second page has no body", "a page without a body", page(1, 2, DEEPER), answer(200, "")),
    failing("the second page is one resource", "a later page has no list in data", page(1, 2, DEEPER),
      answer(200, '{"data":{"type":"contracts","id":"1"}}')),
    failing("data is an object with numbers for names", "data is an object with numbered members", answer(200,
      '{"data":{"0":{"type":"contracts","id":"1"},"2":{"type":"contracts","id":"2"}}}')),
    { "more pages than max_pages", kind = "protocol", retried = false, requests = { "list" }, attempts = 0,
      message = "more than max_pages (2) pages", options = { max_pages = 2 },
      scripts = { page(1, 2, DEEPER), page(3, 4, DEEPER) } },
  }, it)

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)
