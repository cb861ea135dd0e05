-- When a child that ended is started again: at once where it lived long, else after a wait that doubles.
local first_wait, longest_wait = 100, 30000 -- milliseconds
local good_life = 10000 -- a child that lived this long was a good one

local M = {}
local wait = first_wait
local started = 0

function M.started()
  started = vim.loop.now()
end

---@param start function
function M.later(start)
  if vim.loop.now() - started > good_life then
    wait = first_wait
  else
    wait = math.min(wait * 2, longest_wait)
  end
  vim.defer_fn(start, wait)
end

return M
