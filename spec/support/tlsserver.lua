-- Faulty TLS servers, each an `openssl s_server`, and certificates for them. A server exits with
-- the process that started it.
--
--   local tls = require "spec.support.tlsserver"
--   local authority = tls.authority()                        -- a folder of certificates; authority:remove()
--   local server = tls.start(authority:expired(), "-tls1_2")
--   server.url, server:stop()

local socket = require "socket"

local tlsserver = {}

local methods = {}
local class = { __index = methods }
local authority_methods = {}
local authority_class = { __index = authority_methods }

local function run(command)
  local process = assert(io.popen("{ " .. command .. "; } 2>&1 && echo done"))
  local printed = process:read "*a"
  process:close()
  assert(printed:find "done\n$", printed)
end

-- Creates an authority in a new folder: {dir, ca_file}
function tlsserver.authority()
  local dir = os.tmpname()
  os.remove(dir)
  local self = setmetatable({ dir = dir, made = {}, ca_file = dir .. "/ca.pem" }, authority_class)
  run(([[mkdir '%s' && cd '%s' && touch index.txt && printf '%%s\n' '[ca]' 'default_ca = all' '[all]' \
    'database = index.txt' 'new_certs_dir = .' 'rand_serial = yes' 'default_md = sha256' 'policy = any' \
    'x509_extensions = host' '[host]' 'subjectAltName = IP:127.0.0.1' '[any]' 'commonName = supplied' >ca.cnf]])
    :format(dir, dir))
  self:make("ca", "-x509 -days 30 -addext keyUsage=critical,keyCertSign")
  return self
end

-- Creates a key and a certificate or request by `openssl req` with these options, unless they exist
function authority_methods:make(name, options, form)
  if not self.made[name] then
    self.made[name] = true
    run(([[cd '%s' && openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=%s' \
      -keyout %s.key -out %s.%s %s]]):format(self.dir, name, name, name, form or "pem", options))
  end
  return ("-cert '%s/%s.pem' -key '%s/%s.key'"):format(self.dir, name, self.dir, name)
end

function authority_methods:sign(name, subject, options)
  return self:make(name, ("-x509 -days 30 -CA ca.pem -CAkey ca.key -addext subjectAltName=%s %s")
    :format(subject, options or ""))
end

-- Each of these creates a certificate, for 127.0.0.1 unless stated, and returns the s_server
-- options for it

function authority_methods:good()
  return self:sign("good", "IP:127.0.0.1")
end

function authority_methods:wrong_host()
  return self:sign("wrong-host", "DNS:wrong.example")
end

function authority_methods:self_signed()
  return self:make("self-signed", "-x509 -days 30 -addext subjectAltName=IP:127.0.0.1")
end

function authority_methods:expired()
  local is_made = self.made.expired
  local options = self:make("expired", "", "csr")
  if is_made then return options end
  run(([[cd '%s' && openssl ca -batch -notext -config ca.cnf -cert ca.pem -keyfile ca.key -in expired.csr \
    -out expired.pem -startdate 20200101000000Z -enddate 20200201000000Z]]):format(self.dir))
  return options
end

function authority_methods:remove()
  os.execute("rm -rf '" .. self.dir .. "'")
end

-- Starts a server with options of `openssl s_server`
function tlsserver.start(...)
  local log = os.tmpname()
  local command = ("openssl s_server -accept 127.0.0.1:0 -www %s >'%s' 2>&1 </dev/null & read -r _; kill $!")
    :format(table.concat({ ... }, " "), log)
  local self = setmetatable({ process = assert(io.popen(command, "w")) }, class)
  local printed
  local deadline = socket.gettime() + 10
  repeat
    socket.sleep(0.01)
    local file = assert(io.open(log))
    printed = file:read "*a"
    file:close()
    self.port = printed:match "ACCEPT 127%.0%.0%.1:(%d+)"
  until self.port or socket.gettime() > deadline
  os.remove(log)
  self.port = tonumber(self.port) or error("the TLS server did not start: " .. printed, 0)
  self.url = "https://127.0.0.1:" .. self.port
  return self
end

function methods:stop()
  if self.process then self.process:close() end
  self.process = nil
end

return tlsserver
