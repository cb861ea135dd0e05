-- The documents that the daemon knows, kept the same as the buffers, line by line.
local server = require('localcopilot.server')

local M = {}
-- Megabytes would be sent again whenever they are opened; nobody writes such a file by hand.
local most_bytes = 4000000
local line_ends = { unix = '\n', dos = '\r\n', mac = '\r' }
local language_ids = { cs = 'csharp', sh = 'shellscript', text = 'plaintext', [''] = 'plaintext' }

-- By buffer: uri, language, version, lines, line_end, has_last_end.
local documents = {}

-- A carriage return or NUL (which a buffer has as a line feed) inside a line would be a line's end to others, and what is no
-- UTF-8 no text: a stand-in keeps all positions.
local function clean(line)
  line = line:gsub('[\r\n]', ' ')
  if not line:find('[\128-\255]') then
    return line
  end
  return (line:gsub('[\128-\255]+', function(run)
    return vim.fn.list2str(vim.fn.str2list(run, true), true) == run and run or run:gsub('.', '?')
  end))
end

local function text_of(document, lines)
  if #lines == 0 then
    return ''
  end
  return table.concat(vim.tbl_map(clean, lines), document.line_end) .. document.line_end
end

local function whole_text(document, buffer)
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  local options = vim.bo[buffer]
  document.line_end = line_ends[options.fileformat]
  document.has_last_end = options.endofline or (options.fixendofline and not options.binary)
  document.lines = #lines
  local text = text_of(document, lines)
  return document.has_last_end and text or text:sub(1, #text - #document.line_end)
end

local function changed(_, buffer, _, first, last, new_last)
  local document = documents[buffer]
  if not document then
    return true
  end
  document.version = document.version + 1
  document.lines = document.lines + new_last - last
  local change
  -- Without an end of the last line there is no place behind it; and what does not add up is not sent.
  if document.has_last_end and document.lines == vim.api.nvim_buf_line_count(buffer) then
    change = {
      range = { start = { line = first, character = 0 }, ['end'] = { line = last, character = 0 } },
      text = text_of(document, vim.api.nvim_buf_get_lines(buffer, first, new_last, true)),
    }
  else
    change = { text = whole_text(document, buffer) }
  end
  server.notify('textDocument/didChange', { textDocument = { uri = document.uri, version = document.version }, contentChanges = { change } })
end

local function is_wanted(buffer)
  local options = vim.bo[buffer]
  return vim.g.localcopilot_enabled ~= false
    and vim.api.nvim_buf_is_loaded(buffer)
    and options.buftype == ''
    and options.modifiable
    and vim.api.nvim_buf_get_offset(buffer, vim.api.nvim_buf_line_count(buffer)) < most_bytes
end

local function uri_for(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return name == '' and ('untitled:buffer-%d-%d'):format(vim.fn.getpid(), buffer) or vim.uri_from_fname(name)
end

local function language_of(buffer)
  local filetype = vim.bo[buffer].filetype
  return language_ids[filetype] or filetype
end

---@return string? uri under which the daemon knows a buffer
function M.uri(buffer)
  return documents[buffer] and documents[buffer].uri
end

-- Opens a buffer's document where it should be open, again where its name or language changed.
function M.attach(buffer)
  if not vim.api.nvim_buf_is_valid(buffer) or not is_wanted(buffer) then
    return
  end
  server.start()
  local known = documents[buffer]
  if not (known and known.uri == uri_for(buffer) and known.language == language_of(buffer)) then
    M.reopen(buffer)
  end
end

function M.reopen(buffer)
  M.detach(buffer)
  if not server.is_ready or not is_wanted(buffer) then
    return
  end
  local document = { uri = uri_for(buffer), language = language_of(buffer), version = 1 }
  documents[buffer] = document
  server.notify('textDocument/didOpen', {
    textDocument = { uri = document.uri, languageId = document.language, version = 1, text = whole_text(document, buffer) },
  })
  vim.api.nvim_buf_attach(buffer, false, {
    on_lines = function(...)
      return documents[buffer] ~= document or changed(...)
    end,
    on_reload = function()
      vim.schedule(function()
        M.reopen(buffer)
      end)
    end,
    on_detach = function()
      if documents[buffer] == document then
        M.detach(buffer)
      end
    end,
  })
end

function M.detach(buffer)
  local document = documents[buffer]
  if document then
    documents[buffer] = nil
    server.notify('textDocument/didClose', { textDocument = { uri = document.uri } })
  end
end

function M.saved(buffer)
  if documents[buffer] then
    server.notify('textDocument/didSave', { textDocument = { uri = documents[buffer].uri } })
  end
end

function M.focused(buffer)
  if documents[buffer] then
    server.notify('textDocument/didFocus', { textDocument = { uri = documents[buffer].uri } })
  end
end

---@return number UTF-16 units of a text: one for each character, two for those outside the basic plane; what is no UTF-8 is as in `clean`
function M.units(text)
  text = text:find('[\128-\255]') and clean(text) or text
  local _, characters = text:gsub('[^\128-\191]', '')
  local _, outside = text:gsub('[\240-\247]', '')
  return characters + outside
end

---@return number bytes that the first UTF-16 units of a text take
function M.bytes(text, units)
  local at = 0
  for character in text:gmatch('[^\128-\191][\128-\191]*') do
    if units <= 0 then
      break
    end
    units = units - (#character == 4 and 2 or 1)
    at = at + #character
  end
  return at
end

server.when_ready(function()
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      M.reopen(buffer)
    end
  end
end)

server.when_gone(function()
  documents = {}
end)

return M
