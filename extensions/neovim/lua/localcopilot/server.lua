-- The child process `localcopilot lsp --stdio`: started, spoken to, and started again when it ends, which is nobody's news.
-- Neovim's LSP client is passed over in favour of its RPC: it would tell the user of every end.
local restart = require('localcopilot.restart')
local settings = require('localcopilot.settings')
local state = require('localcopilot.state')

local M = {}
local child, starting, stopped
local ready, gone = {}, {}
M.is_ready = false

---@param callback function called when documents have to be opened
function M.when_ready(callback)
  table.insert(ready, callback)
end

---@param callback function called when the child ended
function M.when_gone(callback)
  table.insert(gone, callback)
end

---@return number? id of the request, nil where there is nobody to ask
function M.request(method, params, callback)
  if child then
    local sent, id = child.request(method, params, callback)
    return sent and id or nil
  end
end

function M.notify(method, params)
  if child then
    child.notify(method, params)
  end
end

local function ended(code)
  local was_ready = M.is_ready
  child, starting, M.is_ready = nil, nil, false
  state.forget_progress()
  for _, callback in ipairs(gone) do
    callback()
  end
  if stopped then
    return
  end
  if not was_ready then
    state.set({ kind = 'Error', busy = false, message = ('localcopilot lsp ended with exit code %d; `localcopilot doctor` says why.'):format(code) })
  end
  starting = true
  restart.later(function()
    starting = nil
    M.start()
  end)
end

local function initialized(err)
  if err then
    return
  end
  M.is_ready = true
  M.notify('initialized', vim.empty_dict())
  for _, callback in ipairs(ready) do
    callback()
  end
end

function M.start()
  stopped = false
  if child or starting then
    return
  end
  local command = settings.command
  if vim.fn.executable(command[1]) == 0 then
    state.set({ kind = 'Error', busy = false, message = command[1] .. ' is not on the PATH. Install it, or set command in vim.g.localcopilot; then :LocalCopilot enable.' })
    return
  end
  restart.started()
  local dispatchers = {
    notification = function(method, params)
      state.notified(method, params)
    end,
    server_request = function(method)
      if method == 'window/workDoneProgress/create' then
        return vim.NIL
      end
      return nil, vim.lsp.rpc.rpc_response_error(-32601, 'There is no ' .. method .. '.')
    end,
    on_exit = vim.schedule_wrap(ended),
    on_error = function() end,
  }
  if vim.fn.has('nvim-0.10') == 1 then
    child = vim.lsp.rpc.start(command, dispatchers)
  else
    child = vim.lsp.rpc.start(command[1], vim.list_slice(command, 2), dispatchers)
  end
  if child then
    M.request('initialize', M.initialize_params(), vim.schedule_wrap(initialized))
  end
end

function M.stop()
  stopped = true
  M.notify('exit', vim.empty_dict())
end

function M.initialize_params()
  local version = vim.version()
  version = ('%d.%d.%d'):format(version.major, version.minor, version.patch)
  local folder = vim.fn.getcwd()
  return {
    processId = vim.fn.getpid(),
    clientInfo = { name = 'Neovim', version = version },
    initializationOptions = { editorInfo = { name = 'Neovim', version = version }, editorPluginInfo = { name = 'localcopilot.nvim', version = '0.1.0' } },
    capabilities = { window = { workDoneProgress = true } },
    workspaceFolders = { { uri = vim.uri_from_fname(folder), name = vim.fn.fnamemodify(folder, ':t') } },
  }
end

return M
