-- What happens in the editor is passed on; commands and keys.
local document = require('localcopilot.document')
local server = require('localcopilot.server')
local settings = require('localcopilot.settings')
local state = require('localcopilot.state')
local suggestion = require('localcopilot.suggestion')

local M = {}
local commands = {}

function M.statusline()
  return vim.g.localcopilot_enabled == false and 'LocalCopilot off' or state.line()
end

---@param part 'all'|'line'|'word'
function M.accept(part)
  suggestion.accept(part)
end

function M.dismiss()
  suggestion.dismiss()
end

function M.suggest()
  suggestion.suggest()
end

local function each_buffer(callback)
  for _, buffer in ipairs(vim.api.nvim_list_bufs()) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      callback(buffer)
    end
  end
end

local function request(method, params, callback)
  if not server.is_ready then
    state.warn(state.described() == 'works' and 'it is not running. Say :LocalCopilot enable.' or state.described())
    return
  end
  server.request(method, params, vim.schedule_wrap(callback))
end

local function repository()
  local name = vim.api.nvim_buf_get_name(0)
  return vim.bo.buftype == '' and name ~= '' and vim.uri_from_fname(name) or nil
end

function commands.status()
  request('localCopilot/status', { repository = repository() or vim.uri_from_fname(vim.fn.getcwd()) }, function(err, result)
    if err then
      state.warn(err.message)
      return
    end
    local parts = { ('%s: %s'):format(result.daemon.version, state.described()), ('model %s, %s'):format(result.model.id, result.model.state) }
    local known = result.repository
    if known then
      local adapter = known.adapter and 'adapter ' .. known.adapter.id or 'no adapter'
      table.insert(parts, ('%s: %s, %s, %d new samples of %d'):format(vim.fn.fnamemodify(known.root, ':t'), known.state, adapter, known.newSamples, known.samplesNeeded))
    end
    state.say(table.concat(parts, '; '))
  end)
end

function commands.adapt()
  local uri = repository()
  if not uri then
    state.warn('open a file of the repository that is to be learned, then say :LocalCopilot adapt again.')
    return
  end
  local token = ('adapt-%d-%d'):format(vim.fn.getpid(), vim.loop.hrtime())
  state.say('adapting to this repository; it goes on in the background.')
  request('localCopilot/adapt', { repository = uri, workDoneToken = token }, function(err, result)
    state.ended(token)
    if err then
      state.warn(err.message)
    else
      state.say(('adaptation %s: %s'):format(result.outcome, result.reason))
    end
  end)
end

function commands.enable()
  vim.g.localcopilot_enabled = true
  server.start()
  each_buffer(document.attach)
end

function commands.disable()
  vim.g.localcopilot_enabled = false
  suggestion.dismiss()
  each_buffer(document.detach)
end

function commands.log()
  request('localCopilot/status', vim.empty_dict(), function(_, result)
    local file = result and result.daemon.logFile
    vim.cmd('botright split ' .. vim.fn.fnameescape(file and vim.fn.filereadable(file) == 1 and file or vim.lsp.get_log_path()))
    vim.bo.modifiable = false
  end)
end

local function map()
  local before = vim.fn.maparg('<Tab>', 'i', false, true)
  if before.buffer == 1 then
    before = {}
  end
  local function fallback()
    if before.callback then
      if before.expr == 1 then
        return before.callback()
      end
      vim.schedule(before.callback)
    elseif before.rhs then
      if before.expr == 1 then
        return vim.api.nvim_eval(before.rhs)
      end
      vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(before.rhs, true, true, true), before.noremap == 1 and 'n' or 'm', false)
    else
      return vim.fn.pumvisible() == 1 and '<C-n>' or '<Tab>'
    end
    return ''
  end
  vim.keymap.set('i', '<Tab>', function()
    return suggestion.tab() or fallback()
  end, { expr = true, desc = 'Accept what LocalCopilot suggests' })
  for key, action in pairs({ ['<M-Right>'] = 'accept("word")', ['<M-C-Right>'] = 'accept("line")', ['<C-]>'] = 'dismiss()', ['<M-Bslash>'] = 'suggest()' }) do
    if vim.fn.mapcheck(key, 'i') == '' then
      local undo = vim.startswith(action, 'accept') and '<C-g>u' or ''
      vim.keymap.set('i', key, ('%s<Cmd>lua require("localcopilot").%s<CR>'):format(undo, action), { desc = 'LocalCopilot' })
    end
  end
end

-- Called once, by plugin/localcopilot.lua.
function M.start()
  vim.api.nvim_set_hl(0, 'LocalCopilotSuggestion', { fg = '#808080', ctermfg = 244, default = true })
  local group = vim.api.nvim_create_augroup('localcopilot', {})
  local function on(events, callback, pattern)
    vim.api.nvim_create_autocmd(events, { group = group, pattern = pattern, callback = function(event)
      callback(event.buf)
    end })
  end
  on({ 'BufReadPost', 'BufNewFile', 'BufEnter', 'FileType', 'BufFilePost' }, document.attach)
  on('OptionSet', function()
    document.reopen(vim.api.nvim_get_current_buf())
  end, { 'fileformat', 'endofline', 'fixendofline', 'binary' })
  on('BufWritePost', document.saved)
  on('BufEnter', document.focused)
  on('InsertEnter', suggestion.entered)
  on({ 'TextChangedI', 'TextChangedP' }, suggestion.changed)
  on('CursorMovedI', suggestion.moved)
  on('ModeChanged', suggestion.dismiss, '*:[^iR]*')
  on('VimLeavePre', server.stop)
  vim.api.nvim_create_user_command('LocalCopilot', function(arguments)
    local command = commands[arguments.args]
    if command then
      command()
    else
      state.warn(('there is no command "%s". Say one of status, adapt, enable, disable, log.'):format(arguments.args))
    end
  end, {
    nargs = 1,
    desc = 'LocalCopilot: status, adapt, enable, disable or log',
    complete = function(begin)
      return vim.tbl_filter(function(name)
        return vim.startswith(name, begin)
      end, { 'status', 'adapt', 'enable', 'disable', 'log' })
    end,
  })
  if settings.map then
    map()
  end
  server.start()
  each_buffer(document.attach)
end

return M
