-- The forms in which a write may be answered, as the knob answer/KIND asks.

local conditions = require "sandbox.conditions"
local document = require "sandbox.document"

local answers = {}

-- An answer with one resource, or null where there is no row
function answers.resource(request, status, type, row)
  local body = "{" .. document.resources(request, type, { row }, { single = true }) .. "}"
  local headers = row and { ETag = conditions.tag(type, row, body) }
  return { status = status, headers = headers, body = body }
end

local function nothing()
  return { status = 204, body = "" }
end

local META = '{"meta":{"done":true}}'

-- What a write is answered by: `whole` is the answer in full, with a Location where something was created, and
-- `as_sent` tells that whoever created it knows all of it.
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
