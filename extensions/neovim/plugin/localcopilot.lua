-- Starts LocalCopilot with Neovim. Settings are in vim.g.localcopilot, see :help localcopilot.
if vim.g.loaded_localcopilot then
  return
end
vim.g.loaded_localcopilot = 1

if vim.v.vim_did_enter == 1 then
  require('localcopilot').start()
else
  vim.api.nvim_create_autocmd('VimEnter', {
    once = true,
    callback = function()
      require('localcopilot').start()
    end,
  })
end
