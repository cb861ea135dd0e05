vim9script
# :LocalCopilot, and what of the daemon's state is shown.

import autoload './document.vim'
import autoload './server.vim'
import autoload './suggestion.vim'

var status = {kind: 'Normal', busy: false, message: ''}
# Work-done progress by token: title, message, percentage.
var progress: dict<dict<any>> = {}

# Before the child starts, so that nothing it says is missed.
export def Listen()
  server.Handle('didChangeStatus', Changed)
  server.Handle('$/progress', Progress)
  server.WhenGone(() => {
    progress = {}
  })
enddef

export def Names(_: string, _: string, _: number): string
  return join(['status', 'adapt', 'enable', 'disable', 'log'], "\n")
enddef

export def Run(name: string)
  var Command = get({status: Status, adapt: Adapt, enable: Enable, disable: Disable, log: ShowLog}, trim(name), null_function)
  if Command == null_function
    Warn($'there is no command "{name}". Say one of status, adapt, enable, disable, log.')
  else
    Command()
  endif
enddef

export def StatusLine(): string
  if !get(g:, 'localcopilot_enabled', 1)
    return 'LocalCopilot off'
  endif
  for one in values(progress)
    return 'LocalCopilot ' .. Described(one)
  endfor
  return 'LocalCopilot' .. get({Warning: ' !', Error: ' !!', Inactive: ' off'}, status.kind, status.busy ? ' …' : '')
enddef

def Status()
  var sent = server.Request('localCopilot/status', document.IsOpen(bufnr()) && bufname() != '' ? {repository: document.UriOf(bufnr())} : {}, (answer) => {
    if answer->has_key('error')
      Warn(answer.error.message)
      return
    endif
    var result = answer.result
    var parts = [$'{result.daemon.version}: {status.message == "" ? status.kind == "Normal" ? "works" : status.kind : status.message}',
      $'model {result.model.id}, {result.model.state}']
    if result->has_key('repository')
      var adapter = result.repository->has_key('adapter') ? $'adapter {result.repository.adapter.id}' : 'no adapter'
      parts->add($'{fnamemodify(result.repository.root, ":t")}: {result.repository.state}, {adapter}, {result.repository.newSamples} new samples of {result.repository.samplesNeeded}')
    endif
    Say(join(parts, '; '))
  })
  if sent == 0
    Warn(status.message == '' ? 'localcopilot lsp is not running. Say :LocalCopilot enable.' : status.message)
  endif
enddef

def Adapt()
  if bufname() == '' || !document.IsOpen(bufnr())
    Warn('open a file of the repository that is to be learned, then say :LocalCopilot adapt again.')
    return
  endif
  var token = $'adapt-{getpid()}-{reltime()->reltimestr()->trim()}'
  progress[token] = {title: 'Adapting'}
  server.Request('localCopilot/adapt', {repository: document.UriOf(bufnr()), workDoneToken: token}, (answer) => {
    Ended(token)
    if answer->has_key('error')
      Warn(answer.error.message)
    else
      Say($'adaptation {answer.result.outcome}: {answer.result.reason}')
    endif
  })
  Say('adapting to this repository; it goes on in the background.')
enddef

def Enable()
  g:localcopilot_enabled = 1
  if server.IsReady()
    for info in getbufinfo({bufloaded: 1})
      document.Attach(info.bufnr)
    endfor
  else
    server.Start()
  endif
enddef

def Disable()
  g:localcopilot_enabled = 0
  suggestion.Dismiss()
  for info in getbufinfo({bufloaded: 1})
    document.Detach(info.bufnr)
  endfor
enddef

def ShowLog()
  execute 'botright new'
  setlocal buftype=nofile bufhidden=wipe noswapfile
  setline(1, server.LogLines())
  setlocal nomodifiable
  server.Request('localCopilot/status', {}, (answer) => {
    var file = get(answer, 'result', {})->get('daemon', {})->get('logFile', '')
    if filereadable(file)
      execute 'botright split' fnameescape(file)
      setlocal readonly nomodifiable autoread
    endif
  })
enddef

def Changed(params: dict<any>)
  var isNews = params.kind != status.kind && params.kind =~ 'Warning\|Error'
  status = {kind: params.kind, busy: params.busy, message: get(params, 'message', '')}
  if isNews
    Warn(status.message)
  endif
  redrawstatus!
enddef

def Progress(params: dict<any>)
  var token = string(params.token)->trim("'")
  if params.value.kind == 'end'
    Ended(token)
    return
  endif
  progress[token] = get(progress, token, {})->extend(params.value)
  redrawstatus!
  if token =~ '^adapt-' && mode() == 'n'
    echo 'LocalCopilot:' Described(progress[token])
  endif
enddef

def Ended(token: string)
  if progress->has_key(token)
    progress->remove(token)
  endif
  redrawstatus!
enddef

def Described(one: dict<any>): string
  return [get(one, 'title', ''), one->has_key('percentage') ? $'{one.percentage}%' : '', get(one, 'message', '')]->filter((_, part) => part != '')->join(' ')
enddef

def Say(text: string)
  redraw
  echomsg 'LocalCopilot: ' .. text
enddef

def Warn(text: string)
  redraw
  echohl WarningMsg
  echomsg 'LocalCopilot: ' .. text
  echohl None
enddef

