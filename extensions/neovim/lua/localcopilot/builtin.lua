-- Neovim 0.12 has inline completion of its own, which asks and shows. Here is what it leaves to others: a client that is
-- started again when it ends, the report of what was shown, and acceptance of a part, also where lines end with CR LF.
local document = require('localcopilot.document')
local insertion = require('localcopilot.insertion')
local restart = require('localcopilot.restart')
local settings = require('localcopilot.settings')
local state = require('localcopilot.state')

local M = { is_ready = false }
local client, reported
local last -- the item that was answered last, and the position that was asked for

local function heard(params, result)
  local item = result and (result.items or result)[1]
  last = item and { item = item, position = params.position }
  if item and vim.api.nvim_get_mode().mode:match('^i') and item.command.arguments[1] ~= reported then
    reported = item.command.arguments[1]
    client:notify('textDocument/didShowCompletion', { item = item })
  end
end

local function on_init(started)
  client, M.is_ready = started, true
  local request = started.request
  started.request = function(self, method, params, handler, buffer)
    if method ~= 'textDocument/inlineCompletion' or not handler then
      return request(self, method, params, handler, buffer)
    end
    return request(self, method, params, function(err, result, context)
      handler(err, result, context)
      heard(params, result)
    end, buffer)
  end
end

local function on_exit()
  client, M.is_ready, last = nil, false, nil
  state.forget_progress()
  vim.schedule(function()
    restart.later(M.start)
  end)
end

function M.start()
  if client or vim.g.localcopilot_enabled == false then
    return
  end
  restart.started()
  vim.lsp.config('localcopilot', {
    cmd = settings.command,
    root_markers = { '.git' },
    on_init = on_init,
    on_exit = on_exit,
    handlers = {
      didChangeStatus = function(_, params)
        state.notified('didChangeStatus', params)
      end,
      ['$/progress'] = function(_, params)
        state.notified('$/progress', params)
      end,
    },
  })
  vim.lsp.enable('localcopilot')
  vim.lsp.inline_completion.enable(true)
end

-- Neovim opens and closes documents itself.
function M.attach() end

function M.detach()
  vim.lsp.enable('localcopilot', false)
end

function M.request(method, params, callback)
  client:request(method, params, callback)
end

function M.dismiss()
  last = nil
  vim.lsp.inline_completion.enable(false)
  vim.lsp.inline_completion.enable(true)
end

function M.suggest()
  vim.lsp.inline_completion.select()
end

local function apply(part)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  if not last or last.position.line ~= row - 1 then
    return
  end
  local item = last.item
  local text = item.insertText:gsub('\r', '')
  local typed = line:sub(document.bytes(line, last.position.character) + 1, column)
  if not vim.startswith(text, typed) then
    return
  end
  local rest = text:sub(#typed + 1)
  local accepted = insertion.part_of(rest, part)
  local after = line:sub(column + 1)
  local replaced = after:sub(1, document.bytes(after, item.range['end'].character - item.range.start.character))
  local is_whole = accepted == rest
  insertion.insert(accepted, is_whole and #replaced or insertion.consumed(accepted, replaced))
  if is_whole then
    client:exec_cmd(item.command)
  else
    client:notify('textDocument/didPartiallyAcceptCompletion', {
      item = item,
      acceptedLength = insertion.accepted_length(item, rest:sub(#accepted + 1), document.units),
    })
  end
end

---@return boolean whether there was something to accept
function M.accept(part)
  return vim.lsp.inline_completion.get({ on_accept = function()
    apply(part)
  end })
end

---@return string? what <Tab> stands for; nil: nothing is shown
function M.tab()
  return M.accept('all') and '' or nil
end

return M
