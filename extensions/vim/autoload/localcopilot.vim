vim9script
# What mappings and status lines call.

import autoload './localcopilot/commands.vim'
import autoload './localcopilot/suggestion.vim'

# Keys that <Tab> stands for now: acceptance where something is shown, else what it did before.
export def Tab(): string
  if suggestion.IsShown()
    return "\<C-G>u\<Cmd>call localcopilot#Accept('all')\<CR>"
  endif
  var before: dict<any> = get(g:, 'localcopilot_tab_before', {})
  if empty(before)
    return get(g:, 'localcopilot_tab_fallback', pumvisible() ? "\<C-N>" : "\<Tab>")
  endif
  var rhs = substitute(before.rhs, '\c<SID>', $'<SNR>{before.sid}_', 'g')
  if before.expr
    return eval(rhs)
  endif
  var keys = substitute(rhs, '<[^<> ]\+>', (found) => eval($'"\{found[0]}"'), 'g')
  if before.noremap
    return keys
  endif
  feedkeys(keys, 'mi')
  return ''
enddef

export def Accept(part: string)
  suggestion.Accept(part)
enddef

export def Dismiss()
  suggestion.Dismiss()
enddef

export def Suggest()
  suggestion.Suggest()
enddef

# A few characters for 'statusline': what LocalCopilot does, or what keeps it from working.
export def StatusLine(): string
  return commands.StatusLine()
enddef
