-- The daemon's state as it was last told, and what goes on.
local M = {}
local status = { kind = 'Normal', busy = false, message = '' }
local progress = {}

local function describe(one)
  local percentage = one.percentage and one.percentage .. '%' or nil
  return table.concat(vim.tbl_filter(function(part)
    return part and part ~= ''
  end, { one.title or '', percentage or '', one.message or '' }), ' ')
end

---@return string what is wrong, or that nothing is
function M.described()
  return (status.message or '') ~= '' and status.message or status.kind == 'Normal' and 'works' or status.kind
end

---@return string a few characters for the status line
function M.line()
  local _, one = next(progress)
  if one then
    return 'LocalCopilot ' .. describe(one)
  end
  return 'LocalCopilot' .. (({ Warning = ' !', Error = ' !!', Inactive = ' off' })[status.kind] or status.busy and ' …' or '')
end

function M.set(new)
  local news = new.kind ~= status.kind and (new.kind == 'Warning' or new.kind == 'Error')
  status = new
  if news then
    M.warn(new.message)
  end
  vim.cmd('redrawstatus!')
end

function M.notified(method, params)
  if method == 'didChangeStatus' then
    M.set(params)
  elseif method == '$/progress' then
    local value = params.value
    if value.kind == 'end' then
      M.ended(params.token)
      return
    end
    progress[params.token] = vim.tbl_extend('force', progress[params.token] or {}, value)
    vim.cmd('redrawstatus!')
    if tostring(params.token):match('^adapt%-') and vim.api.nvim_get_mode().mode == 'n' then
      vim.api.nvim_echo({ { 'LocalCopilot: ' .. describe(progress[params.token]) } }, false, {})
    end
  end
end

function M.ended(token)
  progress[token] = nil
  vim.cmd('redrawstatus!')
end

function M.forget_progress()
  progress = {}
end

function M.say(text)
  vim.api.nvim_echo({ { 'LocalCopilot: ' .. text } }, true, {})
end

function M.warn(text)
  vim.api.nvim_echo({ { 'LocalCopilot: ' .. text, 'WarningMsg' } }, true, {})
end

return M
