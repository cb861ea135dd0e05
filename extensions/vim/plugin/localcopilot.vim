vim9script
# LocalCopilot for Vim: when what happens in the editor is passed on. See :help localcopilot.

if exists('g:loaded_localcopilot')
  finish
endif
g:loaded_localcopilot = 1

if !has('patch-9.0.0185') || !has('channel') || !has('textprop')
  command! -nargs=* LocalCopilot echoerr 'LocalCopilot needs Vim 9.0.0185 or newer with +channel and +textprop; this one lacks them.'
  finish
endif

import autoload 'localcopilot/commands.vim'
import autoload 'localcopilot/document.vim'
import autoload 'localcopilot/server.vim'
import autoload 'localcopilot/suggestion.vim'

highlight default LocalCopilotSuggestion guifg=#808080 ctermfg=244

command! -nargs=1 -complete=custom,commands.Names LocalCopilot commands.Run(<q-args>)

augroup localcopilot
  autocmd!
  autocmd BufReadPost,BufNewFile,BufEnter,FileType,BufFilePost * document.Attach(str2nr(expand('<abuf>')))
  autocmd OptionSet fileformat,endofline,fixendofline,binary document.Reopen(bufnr())
  autocmd BufReadPost * document.Reopen(str2nr(expand('<abuf>')))
  autocmd BufWritePost * document.Saved(str2nr(expand('<abuf>')))
  autocmd BufUnload * document.Detach(str2nr(expand('<abuf>')))
  autocmd BufEnter * document.Focused(str2nr(expand('<abuf>')))
  autocmd InsertEnter,TextChangedI,TextChangedP * suggestion.Changed()
  autocmd CursorMovedI * suggestion.Moved()
  autocmd ModeChanged *:[^iR]* suggestion.Dismiss()
  autocmd VimLeavePre * server.Stop()
augroup END

inoremap <silent> <Plug>(localcopilot-accept-word) <C-G>u<Cmd>call localcopilot#Accept('word')<CR>
inoremap <silent> <Plug>(localcopilot-accept-line) <C-G>u<Cmd>call localcopilot#Accept('line')<CR>
inoremap <silent> <Plug>(localcopilot-dismiss) <Cmd>call localcopilot#Dismiss()<CR>
inoremap <silent> <Plug>(localcopilot-suggest) <Cmd>call localcopilot#Suggest()<CR>

# An earlier mapping of <Tab> is what it falls through to.
def MapTab()
  var before = maparg('<Tab>', 'i', false, true)
  if get(before, 'rhs', '') =~ 'localcopilot'
    return
  endif
  if get(before, 'buffer', 0)
    before = {}
  endif
  g:localcopilot_tab_before = before
  inoremap <silent><nowait><script><expr> <Tab> localcopilot#Tab()
enddef

def Begin()
  commands.Listen()
  if get(g:, 'localcopilot_map', 1)
    MapTab()
  endif
  for info in getbufinfo({bufloaded: 1})
    document.Attach(info.bufnr)
  endfor
enddef

if v:vim_did_enter
  Begin()
else
  autocmd localcopilot VimEnter * ++once Begin()
endif

if get(g:, 'localcopilot_map', 1)
  for [key, action] in [['<M-Right>', 'accept-word'], ['<M-C-Right>', 'accept-line'], ['<C-]>', 'dismiss'], ['<M-Bslash>', 'suggest']]
    if empty(mapcheck(key, 'i')) && !hasmapto($'<Plug>(localcopilot-{action})', 'i')
      execute $'imap {key} <Plug>(localcopilot-{action})'
    endif
  endfor
endif
