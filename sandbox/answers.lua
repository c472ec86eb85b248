-- The forms of responses to writes, selected by the knob answer/KIND.

local conditions = require "sandbox.conditions"
local document = require "sandbox.document"

local answers = {}

-- Returns a response with one resource, or with null if `row` is nil.
function answers.resource(request, status, type, row)
  local body = "{" .. document.resources(request, type, { row }, { single = true }) .. "}"
  local headers = row and { ETag = conditions.tag(type, row, body) }
  return { status = status, headers = headers, body = body }
end

local function nothing()
  return { status = 204, body = "" }
end

local META = '{"meta":{"done":true}}'

-- Each form converts the full response `whole` of a write. It has a Location if the write created a
-- resource. `as_sent` is true if the client chose the id, so it knows the whole resource.
local forms = {}
answers.forms = forms

function forms.full(whole)
  return whole
end

function forms.none(whole)
  if whole.status == 201 and not whole.as_sent then return whole end
  return nothing()
end

function forms.meta(whole)
  local status = whole.status == 201 and 201 or 200
  return { status = status, headers = { Location = whole.headers and whole.headers.Location }, body = META }
end

function forms.bare(whole)
  if whole.status ~= 201 then return nothing() end
  return { status = 201, headers = { Location = whole.headers.Location }, body = "" }
end

return answers
