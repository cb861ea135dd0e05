-- What can be set in vim.g.localcopilot.
local defaults = {
  -- The program that is started, with its arguments.
  command = { 'localcopilot', 'lsp', '--stdio' },
  -- Whether <Tab> and the other keys are mapped.
  map = true,
}

return setmetatable({}, {
  __index = function(_, name)
    local set = vim.g.localcopilot or {}
    if set[name] == nil then
      return defaults[name]
    end
    return set[name]
  end,
})
