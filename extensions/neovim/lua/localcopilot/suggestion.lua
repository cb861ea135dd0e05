-- What is suggested at the cursor: asked for at each change, shown, kept while it is typed, accepted.
local document = require('localcopilot.document')
local ghost = require('localcopilot.ghost')
local insertion = require('localcopilot.insertion')
local server = require('localcopilot.server')

local M = {}
-- item: as first sent; text: what is left of it, lines end with \n; replaced: what it takes the place of behind the cursor;
-- buffer, row, before, after: where, and what stood there.
local shown
local others = {}
local asked, reported
local question = 0

local function here()
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  return { buffer = vim.api.nvim_get_current_buf(), row = row - 1, before = line:sub(1, column), after = line:sub(column + 1), tick = vim.b.changedtick }
end

local function is_at(place)
  return shown.buffer == place.buffer and shown.row == place.row and shown.before == place.before and shown.after == place.after
end

local function is_inserting()
  return vim.api.nvim_get_mode().mode:match('^[iR]') ~= nil and vim.fn.pumvisible() == 0
end

-- An answer that is still to come is stale.
local function forget()
  question = question + 1
  if asked then
    server.notify('$/cancelRequest', { id = asked })
    asked = nil
  end
end

local function id_of(item)
  return item.command.arguments[1]
end

local function present(item, text, replaced)
  shown = here()
  shown.item, shown.text, shown.replaced = item, text, replaced
  if text == '' or not ghost.show(shown.buffer, shown.row, #shown.before, text, replaced) then
    ghost.clear(shown.buffer)
    shown = nil
  elseif id_of(item) ~= reported then
    reported = id_of(item)
    server.notify('textDocument/didShowCompletion', { item = item })
  end
end

local function place(item)
  local after = here().after
  local replaced = after:sub(1, document.bytes(after, item.range['end'].character - item.range.start.character))
  -- The rest of what is shown already is the same suggestion: what was accepted of it counts from its beginning.
  local is_same = shown and id_of(shown.item) == id_of(item)
  local text = item.insertText:gsub('\r', '')
  present(is_same and shown.item or item, text, replaced)
end

local function ask(trigger)
  forget()
  local at = here()
  local number = question
  local units = document.units(at.before)
  asked = server.request('textDocument/inlineCompletion', {
    textDocument = { uri = document.uri(at.buffer) },
    position = { line = at.row, character = units },
    context = { triggerKind = trigger },
  }, vim.schedule_wrap(function(err, result)
    if number ~= question then
      return
    end
    asked = nil
    if err and err.code == -32602 then
      document.reopen(at.buffer)
    end
    local now = here()
    if now.buffer == at.buffer and now.tick == at.tick and now.row == at.row and now.before == at.before and is_inserting() then
      others = result and result.items or {}
      if others[1] then
        place(others[1])
      else
        M.dismiss()
      end
    end
  end))
end

-- Keeps what is shown while it is typed, and nothing else, before the screen is drawn.
local function follow()
  local now = here()
  if not shown or is_at(now) then
    return
  end
  local typed = now.before:sub(#shown.before + 1)
  if shown.buffer == now.buffer and shown.row == now.row and now.after == shown.after and typed ~= '' and typed ~= shown.text
    and now.before == shown.before .. typed and vim.startswith(shown.text, typed)
  then
    present(shown.item, shown.text:sub(#typed + 1), shown.replaced)
  else
    M.dismiss()
  end
end

---@return string? what <Tab> stands for; nil: nothing is shown
function M.tab()
  return shown and '<C-g>u<Cmd>lua require("localcopilot").accept("all")<CR>' or nil
end

-- Insert mode begins, which the mode does not say yet.
function M.entered()
  if document.uri(vim.api.nvim_get_current_buf()) then
    ask(2)
  end
end

-- The text changed.
function M.changed()
  if document.uri(vim.api.nvim_get_current_buf()) and is_inserting() then
    follow()
    ask(2)
  else
    M.dismiss()
  end
end

-- The cursor moved; where the text changed too, `changed` comes next.
function M.moved()
  if shown and shown.tick == vim.b.changedtick and not is_at(here()) then
    M.dismiss()
  end
end

function M.dismiss()
  forget()
  if shown then
    ghost.clear(shown.buffer)
    shown = nil
  end
end

-- By hand: asks even where nothing is suggested by itself; again, for the next of several.
function M.suggest()
  if shown and #others > 1 then
    table.insert(others, table.remove(others, 1))
    place(others[1])
  elseif document.uri(vim.api.nvim_get_current_buf()) then
    ask(1)
  end
end

---@param part 'all'|'line'|'word'
function M.accept(part)
  if not shown or not is_at(here()) then
    return
  end
  local accepted = shown
  local item = accepted.item
  local text = insertion.part_of(accepted.text, part)
  local is_whole = text == accepted.text
  local consumed = is_whole and #accepted.replaced or insertion.consumed(text, accepted.replaced)
  M.dismiss()
  insertion.insert(text, consumed)
  if is_whole then
    server.request('workspace/executeCommand', { command = item.command.command, arguments = item.command.arguments }, function() end)
    return
  end
  local left = accepted.text:sub(#text + 1)
  local length = insertion.accepted_length(item, left, document.units)
  if length > 0 then
    server.notify('textDocument/didPartiallyAcceptCompletion', { item = item, acceptedLength = length })
  end
  present(item, left, accepted.replaced:sub(consumed + 1))
end

server.when_ready(function()
  if is_inserting() then
    M.changed()
  end
end)

server.when_gone(M.dismiss)

return M
