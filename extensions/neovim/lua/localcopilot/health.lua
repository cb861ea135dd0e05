-- :checkhealth localcopilot
local settings = require('localcopilot.settings')

local M = {}

local health = vim.health or require('health')
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local warn = health.warn or health.report_warn
local fail = health.error or health.report_error

function M.check()
  start('LocalCopilot')
  if vim.fn.has('nvim-0.7.2') == 1 then
    ok('Neovim is 0.7.2 or newer')
  else
    fail('Neovim is too old', { 'Install 0.7.2 or newer' })
  end
  if vim.g.localcopilot_enabled == false then
    warn('It is turned off', { ':LocalCopilot enable' })
  end
  local program = settings.command[1]
  if vim.fn.executable(program) == 0 then
    fail(program .. ' is not on the PATH', { 'Install it, or set command in vim.g.localcopilot' })
    return
  end
  ok(vim.fn.exepath(program))
  -- The daemon's side is its own to judge.
  for _, line in ipairs(vim.fn.systemlist({ program, 'doctor' })) do
    if line ~= '' then
      (vim.v.shell_error == 0 and ok or warn)(line)
    end
  end
end

return M
