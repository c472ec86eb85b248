--- Handlers of a gateway. They reduce data of the Harnest API to one small response. See
-- nginx.conf.

local harnest = require "harnest"

local gateway = {}

-- One client for all requests of a worker process, so that they share its connections
local api = harnest.new { loop = "nginx", max_connections = 64, deadline = 10 }

local contracts = api:collection("contracts"):include("owner"):sort "title"

local function fail(err)
  ngx.log(ngx.ERR, tostring(err))
  ngx.status = err.kind == "timeout" and 504 or 502
  ngx.print(harnest.encode { error = err.kind })
end

local function refuse(parameter, detail)
  ngx.status = ngx.HTTP_BAD_REQUEST
  ngx.header["Content-Type"] = "application/vnd.api+json"
  ngx.print(harnest.encode { errors = { {
    status = tostring(ngx.status), title = "Bad Request", detail = detail, source = { parameter = parameter },
  } } })
end

--- GET /contracts?status=1: returns the first 15 contracts, with that status if it is given.
function gateway.contracts()
  local given = ngx.var.arg_status
  local status = given and given:find "^%d+$" and tonumber(given)
  if given and not status then
    return refuse("status", "status must be a whole number")
  end
  local found, err = contracts:where({ status = status }):limit(15):all()
  if not found then
    return fail(err)
  end
  local list = harnest.array {}
  for i, contract in ipairs(found) do
    local owner = contract:related "owner"
    list[i] = { id = contract.id, title = contract.attributes.title, owner = owner and owner.attributes.name }
  end
  ngx.print(harnest.encode(list))
end

return gateway
