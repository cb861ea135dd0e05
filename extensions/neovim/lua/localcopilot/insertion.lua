-- Parts of a suggestion, and how they get into the buffer.
local M = {}

---@param text string
---@param part 'all'|'line'|'word'
---@return string
function M.part_of(text, part)
  if part == 'all' then
    return text
  end
  return vim.fn.matchstr(text, part == 'line' and [=[^\n\?[^\n]*]=] or [=[^\_s*\%(\k\+\|[^[:keyword:][:space:]]\+\)\?]=])
end

---@return number bytes of `replaced`, which stands behind the cursor, that a part of a text takes the place of
function M.consumed(text, replaced)
  local at = 0
  for character in text:gmatch('[%z\1-\127\192-\255][\128-\191]*') do
    if at < #replaced and replaced:sub(at + 1, at + #character) == character then
      at = at + #character
    end
  end
  return at
end

-- Puts a text at the cursor, in the place of bytes behind it.
function M.insert(text, replaced)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local lines = vim.split(text, '\n', { plain = true })
  vim.api.nvim_buf_set_text(0, row - 1, column, row - 1, column + replaced, lines)
  vim.api.nvim_win_set_cursor(0, { row + #lines - 1, (#lines == 1 and column or 0) + #lines[#lines] })
end

---@return number UTF-16 units of an item's text before what is left of it, whose lines end with \n
function M.accepted_length(item, left, units)
  return units(item.insertText) - units(item.insertText:find('\r', 1, true) and left:gsub('\n', '\r\n') or left)
end

return M
