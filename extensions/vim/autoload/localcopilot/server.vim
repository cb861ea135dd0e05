vim9script
# The child process `localcopilot lsp --stdio`: started, spoken to, and started again when it ends.
# It ends with the daemon. Then it is started again, after a wait that doubles while that does not last, and nobody is told
# unless it cannot be started at all. Documents and suggestions hear of it through what they gave to `WhenReady` and `WhenGone`.

const FirstWait = 100
const LongestWait = 30'000
# A child that lived this long, in seconds, was a good one.
const GoodLife = 10.0

var handlers: dict<func> = {}
var onReady: list<func> = []
var onGone: list<func> = []
var job: job = null_job
var isReady = false
var isStopped = false
var wait = FirstWait
var started = reltime()
var timer = 0
var log: list<string> = []

export def IsReady(): bool
  return isReady
enddef

export def Handle(notification: string, Handler: func)
  handlers[notification] = Handler
enddef

export def WhenReady(Ready: func)
  onReady->add(Ready)
enddef

export def WhenGone(Gone: func)
  onGone->add(Gone)
enddef

export def Log(line: string)
  log->add($'{strftime("%H:%M:%S")} {line}')
  if len(log) > 500
    log->remove(0, 99)
  endif
enddef

export def LogLines(): list<string>
  return log->copy()
enddef

export def Start()
  if job != null_job || timer != 0
    return
  endif
  isStopped = false
  var command = get(g:, 'localcopilot_command', ['localcopilot'])
  if !executable(command[0])
    Say('Error', $'{command[0]} is not on the PATH. Install it, or set g:localcopilot_command; then :LocalCopilot enable.')
    return
  endif
  started = reltime()
  job = job_start(command + ['lsp', '--stdio'], {
    in_mode: 'lsp', out_mode: 'lsp', err_mode: 'nl', noblock: 1,
    out_cb: Receive, err_cb: (_, line) => Log(line), close_cb: Closed,
  })
  Request('initialize', {
    processId: getpid(),
    clientInfo: {name: 'Vim', version: VimVersion()},
    initializationOptions: {editorInfo: {name: 'Vim', version: VimVersion()}, editorPluginInfo: {name: 'localcopilot.vim', version: '0.1.0'}},
    # No window.workDoneProgress: Vim takes a server's request for the answer to its own request of the same id. A token that
    # is sent with a request needs none.
    capabilities: {},
    workspaceFolders: [{uri: Uri(getcwd()), name: fnamemodify(getcwd(), ':t')}],
  }, Initialized)
enddef

export def Stop()
  isStopped = true
  timer_stop(timer)
  timer = 0
  if job != null_job
    Notify('exit', {})
    ch_close_in(job)
  endif
enddef

# Returns the request's id, 0 where there is nobody to ask.
export def Request(method: string, params: dict<any>, Answered: func): number
  if job == null_job || ch_status(job) != 'open'
    return 0
  endif
  var sent = ch_sendexpr(job, {method: method, params: params}, {callback: (_, answer) => Answered(answer)})
  return type(sent) == v:t_dict ? get(sent, 'id', 0) : 0
enddef

export def Notify(method: string, params: dict<any>)
  if job != null_job && ch_status(job) == 'open'
    ch_sendexpr(job, {method: method, params: params})
  endif
enddef

export def Cancel(id: number)
  Notify('$/cancelRequest', {id: id})
enddef

export def Uri(path: string): string
  var full = fnamemodify(path, ':p')->substitute('\\', '/', 'g')->substitute('/$', '', '')
  return 'file://' .. (full[0] == '/' ? '' : '/') .. full->substitute('[^A-Za-z0-9_.~/:-]', (found) => Percent(found[0]), 'g')
enddef

def Percent(character: string): string
  return range(strlen(character))->mapnew((_, at) => printf('%%%02X', char2nr(strpart(character, at, 1))))->join('')
enddef

def Initialized(answer: dict<any>)
  if !answer->has_key('result')
    Log($'initialize was refused: {get(answer, "error", {})}')
    return
  endif
  isReady = true
  Notify('initialized', {})
  for Ready in onReady
    Ready()
  endfor
enddef

def Receive(_: channel, message: dict<any>)
  var method = get(message, 'method', '')
  if handlers->has_key(method)
    handlers[method](get(message, 'params', {}))
  endif
  if message->has_key('id') && method != ''
    ch_sendexpr(job, {id: message.id, error: {code: -32601, message: $'There is no {method}.'}})
  endif
enddef

def Closed(_: channel)
  var wasReady = isReady
  var lived = reltime(started)->reltimefloat()
  Log($'localcopilot lsp ended after {lived} s')
  job = null_job
  isReady = false
  for Gone in onGone
    Gone()
  endfor
  if isStopped
    return
  endif
  wait = lived > GoodLife ? FirstWait : min([wait * 2, LongestWait])
  if !wasReady
    Say('Error', get(log, -2, 'localcopilot lsp cannot be started.')->substitute('^\S* ', '', ''))
  endif
  timer = timer_start(wait, (_) => {
    timer = 0
    Start()
  })
enddef

def Say(kind: string, message: string)
  Log(message)
  if handlers->has_key('didChangeStatus')
    handlers.didChangeStatus({kind: kind, busy: false, message: message})
  endif
enddef

def VimVersion(): string
  return $'{v:version / 100}.{v:version % 100}'
enddef
