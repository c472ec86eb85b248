-- Errors whose bodies are not JSON:API error objects: the message has the reason that they state.

local fault = require "spec.support.fault"
local rawserver = require "spec.support.rawserver"

local response = rawserver.response

describe("error body fault:", function()
  local faults = fault.section "Error bodies"
  setup(function() faults:start() end)
  teardown(function() faults:stop() end)

  local function row(name, message, body, content_type)
    return { name, kind = "invalid", retried = false, maybe_executed = false, message = message,
      script = { response(422, { ["Content-Type"] = content_type or "application/json" }, body) } }
  end

  faults:specs({
    row("error objects", "Invalid: is too short", '{"errors":[{"title":"Invalid","detail":"is too short"}]}',
      "application/vnd.api+json"),
    row("an empty array of errors", "422 invalid", '{"errors":[]}', "application/vnd.api+json"),
    row("error objects that are null and numbers", "422 invalid", '{"errors":[null,7,[]]}',
      "application/vnd.api+json"),
    row("errors as texts", "title is missing", '{"errors":["title is missing","name is missing"]}'),
    row("errors as a map of fields", "title: is missing", '{"errors":{"title":["is missing"]}}'),
    row("a text in message", "title is missing", '{"message":"title is missing"}'),
    row("a text in error", "title is missing", '{"error":"title is missing"}'),
    row("a text in error.message", "title is missing", '{"error":{"code":3,"message":"title is missing"}}'),
    row("a problem of RFC 9457", "Invalid: is too short", '{"title":"Invalid","detail":"is too short","status":422}',
      "application/problem+json"),
    row("a text of several lines", "one  two", '{"message":"one\\n\\rtwo"}'),
    row("a text of 100,000 bytes", "422 invalid", '{"message":"' .. ("x"):rep(1e5) .. '"}'),
    row("the token in the text", "[token]", '{"message":"wrong: a-token-to-send"}'),
    row("a body that is not UTF-8", "422 invalid", '{"message":"\255\254"}'),
    row("truncated JSON", "422 invalid", '{"errors":[{"title":"Inv'),
    row("a page of HTML", "422 invalid", "<html>no</html>", "text/html"),
    row("no body", "the response has no body", ""),
  }, it)

  it("is documented in docs/FAULTS.md", function() faults:check() end)
end)
