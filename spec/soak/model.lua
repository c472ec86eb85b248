-- The state that the server must have according to its responses: drafts by id, as {title,
-- signers}, where signers are sorted ids separated by commas.

local model = { drafts = {}, ids = {} }

local drafts, ids = model.drafts, model.ids

function model.signers(linkage)
  local found = {}
  for i, signer in ipairs(linkage) do found[i] = signer.id end
  table.sort(found)
  return table.concat(found, ",")
end

function model.learn(resource)
  if not drafts[resource.id] then ids[#ids + 1] = resource.id end
  drafts[resource.id] = { title = resource.attributes.title,
    signers = model.signers(resource.relationships.signers.data) }
end

function model.forget(id)
  drafts[id] = nil
  for i, other in ipairs(ids) do
    if other == id then
      ids[i] = ids[#ids]
      ids[#ids] = nil
      return
    end
  end
end

-- What is wrong in a list of all drafts; nil if it is right
function model.objection(list)
  local seen = {}
  for _, draft in ipairs(list) do
    local known = drafts[draft.id]
    if seen[draft.id] then return ("draft %s is there twice"):format(draft.id) end
    if not known then return ("draft %s should not be there"):format(draft.id) end
    if draft.attributes.title ~= known.title then
      return ("draft %s has the title %s, not %s"):format(draft.id, draft.attributes.title, known.title)
    end
    local signers = model.signers(draft.relationships.signers.data)
    if signers ~= known.signers then
      return ("draft %s has the signers %s, not %s"):format(draft.id, signers, known.signers)
    end
    seen[draft.id] = true
  end
  if #list ~= #ids then return ("%d drafts are there in place of %d"):format(#list, #ids) end
end

return model
