--- The checkpoint of an import: a file that names the command in its first line, and then has a line
-- for each thing that happened. A line is written before a record is sent, and after the response
-- came. So a record that was sent and whose response is not in the file is in doubt.

local harnest = require "harnest"
local checkpoint = require "harnest.cli.checkpoint"
local failure = require "harnest.cli.failure"
local files = require "harnest.cli.files"

local journal = {}

local VERSION = 1
local SYNC_EVERY = 100 -- lines

local methods = {}
local class = { __index = methods }

--- Returns a number of 32 bits that differs for most texts.
local function checksum(text)
  local sum = #text
  for i = 1, #text do
    sum = (sum * 31 + text:byte(i)) % 4294967296
  end
  return ("%08x"):format(sum)
end

--- Reads the lines after the first: "sent LINE CHECKSUM", "done LINE", "failed LINE".
local function read_lines(self, text)
  for what, line, sum in text:gmatch "(%l+) (%d+) ?(%x*)\n" do
    line = tonumber(line)
    if what == "sent" then
      self.sent[line] = sum
    elseif what == "done" then
      self.done[line] = true
    else
      self.sent[line] = nil
      self.failures[line] = (self.failures[line] or 0) + 1
    end
  end
end

--- Reads the first line. Raises a usage error if the file is no journal, or of another command.
local function read_header(path, line, order)
  local header = harnest.decode(line)
  if type(header) ~= "table" or header.harnest_import ~= VERSION or type(header.key) ~= "string"
    or type(header.order) ~= "table" then
    failure.usage("option --checkpoint: %s is no checkpoint of an import", path)
  end
  checkpoint.check_order(path, header.order, order)
  return header.key
end

--- Opens a journal.
-- @param path   string: the file; it is made if there is none
-- @param order  as checkpoint.order returns it
-- @return the journal; is_resumed says whether there was a file
-- Raises a usage error if the file is no journal, or of another command.
function journal.open(path, order)
  local self = setmetatable({ path = path, sent = {}, done = {}, failures = {}, unsynced = 0 }, class)
  local text = files.read(path)
  self.is_resumed = text ~= nil
  if text then
    local header, rest = text:match "^([^\n]*\n)(.*)$"
    self.key = read_header(path, header or text, order)
    read_lines(self, rest)
  else
    self.key = harnest.uuid()
    text = harnest.encode { harnest_import = VERSION, key = self.key, order = order } .. "\n"
    files.replace(path, text)
  end
  self.descriptor = files.open_lines(path, text)
  files.sync(self.descriptor, path)
  return self
end

local function append(self, ...)
  files.write(self.descriptor, self.path, table.concat({ ... }, " ") .. "\n")
  self.unsynced = self.unsynced + 1
  if self.unsynced >= SYNC_EVERY then
    files.sync(self.descriptor, self.path)
    self.unsynced = 0
  end
end

--- Returns the state of a record: "done", "doubt" (it was sent, its response is unknown) or "new".
-- @param line  number
-- @param text  string: the record
-- Raises a usage error if another record was sent from this line.
function methods:state(line, text)
  local sent = self.sent[line]
  if sent and sent ~= checksum(text) then
    failure.usage("FILE: line %d differs from the one that %s; restore the file, or remove %s to start anew", line,
      self.done[line] and "was imported" or "was sent and whose outcome is unknown", self.path)
  end
  return self.done[line] and "done" or sent and "doubt" or "new"
end

--- Returns the Idempotency-Key of a line: the same after an interruption, another one after an error.
function methods:key_of(line)
  return ("%s-%d.%d"):format(self.key, line, self.failures[line] or 0)
end

--- Keeps that a record is about to be sent.
function methods:begin(line, text)
  local sum = checksum(text)
  if self.sent[line] ~= sum then
    self.sent[line] = sum
    append(self, "sent", ("%d"):format(line), sum)
  end
end

--- Keeps that a record was imported.
function methods:finish(line)
  self.done[line] = true
  append(self, "done", ("%d"):format(line))
end

--- Keeps that the server has refused a record, or that it was not sent.
function methods:fail(line)
  self.sent[line] = nil
  self.failures[line] = (self.failures[line] or 0) + 1
  append(self, "failed", ("%d"):format(line))
end

--- Closes the file.
function methods:close()
  files.sync(self.descriptor, self.path)
  files.close(self.descriptor)
end

--- Closes and removes the file.
function methods:remove()
  files.close(self.descriptor)
  files.remove(self.path)
end

return journal
