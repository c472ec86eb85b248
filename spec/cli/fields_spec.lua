-- Fields on the command line: title=text, amount:=12.5, body=@file, owner=people/3.

local harnest = require "harnest"
local fields = require "harnest.cli.fields"
local text_file = require "spec.support.text_file"

-- The message of the usage error that a function raises
local function message_of(fn, ...)
  local done, err = pcall(fn, ...)
  assert.is_false(done)
  assert.equal("usage", err.kind)
  return err.message
end

local function file_with(text)
  local path = os.tmpname()
  text_file.write(path, text)
  return path
end

describe("fields", function()
  local function json_of(...)
    return harnest.encode(fields.attributes { ... })
  end

  it("have texts, JSON and nested names", function()
    for text, expected in pairs {
      ["title=a text"] = '{"title":"a text"}',
      ["title="] = '{"title":""}',
      ["title=a=b:=c"] = '{"title":"a=b:=c"}',
      ["title=12"] = '{"title":"12"}',
      ["amount:=12.50"] = '{"amount":12.5}',
      ["big:=9223372036854775807"] = _VERSION >= "Lua 5.3" and '{"big":9223372036854775807}' or nil,
      ["note:=null"] = '{"note":null}',
      ["archived:=false"] = '{"archived":false}',
      ["tags:=[]"] = '{"tags":[]}',
      ['tags:=["a","b"]'] = '{"tags":["a","b"]}',
      ["data:={}"] = '{"data":{}}',
      ["address.city=Paris"] = '{"address":{"city":"Paris"}}',
      ["a.b.c:=1"] = '{"a":{"b":{"c":1}}}',
      ["a\\.b=1"] = '{"a.b":"1"}',
      ["a\\\\.b=1"] = '{"a\\\\":{"b":"1"}}',
      ["ns:name=x"] = '{"ns:name":"x"}',
      ["é=ü\n"] = '{"é":"ü\\n"}',
    } do
      assert.equal(expected, json_of(text), text)
    end
    assert.equal('{"address":{"city":"Paris","zip":"75001"},"title":"x"}',
      json_of("address.city=Paris", "title=x", "address.zip=75001"))
    assert.equal('{"address":{"city":"Paris","zip":1}}', json_of('address:={"zip":1}', "address.city=Paris"))
    assert.is_nil(fields.attributes {})
  end)

  it("read files", function()
    local text, json = file_with "two\nlines\n", file_with '{"a":[1,null]}'
    assert.same({ body = "two\nlines\n" }, fields.attributes { "body=@" .. text })
    assert.equal('{"data":{"a":[1,null]}}', json_of("data:=@" .. json))
    assert.equal('{"at":"@here"}', json_of 'at:="@here"')
    assert.matches("^FIELD body: cannot read the file: /does/not/exist: ", message_of(fields.attributes,
      { "body=@/does/not/exist" }))
    assert.matches("^FIELD data: expected JSON: ", message_of(fields.attributes, { "data:=@" .. text }))
    os.remove(text)
    os.remove(json)
  end)

  it("that are wrong raise errors that name them", function()
    for text, expected in pairs {
      ["title"] = 'FIELD: expected NAME=TEXT, NAME:=JSON, NAME=@FILE or NAME:=@FILE, got "title"',
      ["=x"] = 'FIELD: expected a name, with dots between names only, got ""',
      ["a..b=x"] = 'FIELD: expected a name, with dots between names only, got "a..b"',
      ["id=3"] = "FIELD id: no attribute may have this name; harnest create has the option --id",
      ["type=x"] = "FIELD type: no attribute may have this name; harnest create has the option --type",
    } do
      assert.equal(expected, message_of(fields.attributes, { text }))
    end
    assert.matches("^FIELD amount: expected JSON: ", message_of(fields.attributes, { "amount:=12,5" }))
    assert.matches("^FIELD amount: expected JSON: ", message_of(fields.attributes, { "amount:=" }))
    assert.equal("FIELD: a is given twice", message_of(fields.attributes, { "a=1", "a=1" }))
    assert.equal("FIELD: a has a value that is no object, so it has no member b",
      message_of(fields.attributes, { "a=1", "a.b=2" }))
    assert.equal("FIELD: a has a value that is no object, so it has no member b",
      message_of(fields.attributes, { "a:=[]", "a.b=2" }))
    assert.equal("FIELD: a is given twice", message_of(fields.attributes, { "a.b=2", "a=1" }))
  end)

  it("lose no digit of a number unnoticed", function()
    for _, text in ipairs { "12345678901234567890123", "0.12345678901234567890123", "[1,12345678901234567890123]" } do
      assert.matches("^FIELD n: expected JSON: the number [%d.]+ has more digits than can be kept$",
        message_of(fields.attributes, { "n:=" .. text }))
    end
    assert.is_false((pcall(fields.attributes, { "n:=1e400" })))
    for text, expected in pairs {
      ["0.1"] = "0.1", ["-0.10000000000000000000"] = "-0.1", ["1.0e2"] = "100", ["100000000000000000000"] = "1e+20",
      ["123456789012345.6"] = "123456789012345.6", ["1e-7"] = "1e-07",
    } do
      local value = fields.attributes({ "n:=" .. text }).n
      assert.equal(tonumber(expected), value, text)
    end
    assert.equal("12345678901234567890123 \\ 1", fields.attributes({ 'n:="12345678901234567890123 \\\\ 1"' }).n)
  end)
end)

describe("relationships", function()
  local function json_of(...)
    return harnest.encode(fields.relationships { ... })
  end

  it("name one resource, several, or none", function()
    for text, expected in pairs {
      ["owner=people/3"] = '{"owner":{"id":"3","type":"people"}}',
      ["owner=people/a/b=c"] = '{"owner":{"id":"a/b=c","type":"people"}}',
      ["owner="] = '{"owner":null}',
      ["signers=people/5,people/6"] = '{"signers":[{"id":"5","type":"people"},{"id":"6","type":"people"}]}',
      ["signers=people/5,"] = '{"signers":[{"id":"5","type":"people"}]}',
      ["signers=,"] = '{"signers":[]}',
      ['signers:=[{"type":"people","id":"1,2"}]'] = '{"signers":[{"id":"1,2","type":"people"}]}',
    } do
      assert.equal(expected, json_of(text))
    end
    assert.equal('{"a":null,"b":{"id":"1","type":"t"}}', json_of("a=", "b=t/1"))
    assert.is_nil(fields.relationships {})
  end)

  it("that are wrong raise errors that name them", function()
    local FORMS = "option -r: expected NAME=TYPE/ID, NAME=TYPE/ID,TYPE/ID or NAME=, got "
    for text, expected in pairs {
      ["owner"] = FORMS .. '"owner"',
      ["=people/3"] = FORMS .. '"=people/3"',
      ["owner=3"] = 'option -r owner: expected TYPE/ID, such as people/3, got "3"',
      ["owner=people/"] = 'option -r owner: expected TYPE/ID, such as people/3, got "people/"',
      ["owner=people/1,,people/2"] = 'option -r owner: expected TYPE/ID, such as people/3, got ""',
    } do
      assert.equal(expected, message_of(fields.relationships, { text }))
    end
    assert.equal("option -r: owner is given twice; separate resources of one relationship by commas",
      message_of(fields.relationships, { "owner=people/1", "owner=people/2" }))
  end)
end)
