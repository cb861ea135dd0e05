-- A suggestion as virtual text.
local M = {}
local namespace = vim.api.nvim_create_namespace('localcopilot')
local highlight = 'LocalCopilotSuggestion'
local has_inline = vim.fn.has('nvim-0.10') == 1

local function characters(text)
  return text:gmatch('[%z\1-\127\192-\255][\128-\191]*')
end

-- Pieces of a text's first line to be shown, each with the bytes of `replaced` that stand before it: what stands there
-- already, such as a closing bracket that the text closes too, is not shown a second time.
local function pieces_of(text, replaced)
  local pieces, at, piece = {}, 0, ''
  for character in characters(text) do
    if at < #replaced and replaced:sub(at + 1, at + #character) == character then
      table.insert(pieces, { at, piece })
      at, piece = at + #character, ''
    else
      piece = piece .. character
    end
  end
  table.insert(pieces, { at, piece })
  return vim.tbl_filter(function(one)
    return one[2] ~= ''
  end, pieces)
end

-- Virtual text shows no tabs.
local function expanded(text, column)
  local shown = ''
  for character in characters(text) do
    local width = vim.fn.strdisplaywidth(shown, column)
    shown = shown .. (character == '\t' and (' '):rep(vim.fn.strdisplaywidth('\t', column + width)) or character)
  end
  return shown
end

---@return boolean whether there was anything to be seen
function M.show(buffer, row, column, text, replaced)
  M.clear(buffer)
  local lines = vim.split(text, '\n', { plain = true })
  local pieces = pieces_of(lines[1], replaced)
  local line = vim.api.nvim_buf_get_lines(buffer, row, row + 1, true)[1]
  local function width(bytes)
    return vim.fn.strdisplaywidth(line:sub(1, bytes))
  end

  if has_inline then
    for _, piece in ipairs(pieces) do
      local at = column + piece[1]
      vim.api.nvim_buf_set_extmark(buffer, namespace, row, at, { virt_text = { { expanded(piece[2], width(at)), highlight } }, virt_text_pos = 'inline' })
    end
  elseif #pieces > 0 then
    -- Text cannot be moved aside yet: what follows is written again, over itself.
    local chunks, at, shown = {}, column + pieces[1][1], width(column + pieces[1][1])
    local first = at
    local function add(part, group)
      part = expanded(part, shown)
      shown = shown + vim.fn.strdisplaywidth(part, shown)
      table.insert(chunks, { part, group })
    end
    for _, piece in ipairs(pieces) do
      add(line:sub(at + 1, column + piece[1]), 'Normal')
      at = column + piece[1]
      add(piece[2], highlight)
    end
    add(line:sub(at + 1), 'Normal')
    vim.api.nvim_buf_set_extmark(buffer, namespace, row, first, { virt_text = chunks, virt_text_pos = 'overlay', hl_mode = 'combine' })
  end

  if #lines > 1 then
    local below = {}
    for index = 2, #lines do
      table.insert(below, { { expanded(lines[index], 0), highlight } })
    end
    vim.api.nvim_buf_set_extmark(buffer, namespace, row, column, { virt_lines = below })
  end
  return #pieces > 0 or #lines > 1
end

function M.clear(buffer)
  if vim.api.nvim_buf_is_valid(buffer) then
    vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
  end
end

return M
