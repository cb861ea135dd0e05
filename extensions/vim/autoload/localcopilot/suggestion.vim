vim9script
# What is suggested at the cursor: asked for at each change, shown, kept while it is typed, accepted.

import autoload './document.vim'
import autoload './ghost.vim'
import autoload './server.vim'

# item: as first sent; text: what is left of it, lines end with \n; replaced: what it takes the place of behind the cursor;
# buffer, lnum, before, after: where, and what stood there.
var shown: dict<any> = {}
var others: list<dict<any>> = []
var asked = 0
var question = 0
var reported = ''

export def IsShown(): bool
  return !empty(shown)
enddef

# The text or the mode changed.
export def Changed()
  if !document.IsOpen(bufnr()) || pumvisible()
    Dismiss()
    return
  endif
  Follow()
  Ask(2)
enddef

# The cursor moved; where the text changed too, Changed comes next.
export def Moved()
  if !empty(shown) && shown.tick == b:changedtick && !IsAt()
    Dismiss()
  endif
enddef

export def Dismiss()
  Forget()
  if !empty(shown)
    ghost.Clear(shown.buffer)
    shown = {}
  endif
enddef

# By hand: asks even where nothing is suggested by itself; again, for the next of several.
export def Suggest()
  if !empty(shown) && len(others) > 1
    others->add(others->remove(0))
    Place(others[0])
  elseif document.IsOpen(bufnr())
    Ask(1)
  endif
enddef

# part: all, line or word.
export def Accept(part: string)
  if empty(shown) || !IsAt()
    return
  endif
  var accepted = shown
  var text = part == 'all' ? accepted.text
    : matchstr(accepted.text, part == 'line' ? '^\n\?[^\n]*' : '^\_s*\%(\k\+\|[^[:keyword:][:space:]]\+\)\?')
  var isWhole = text == accepted.text
  Dismiss()
  Insert(text, isWhole ? strlen(accepted.replaced) : ghost.Consumed(text, accepted.replaced))
  if isWhole
    server.Request('workspace/executeCommand', {command: accepted.item.command.command, arguments: accepted.item.command.arguments}, (_) => 0)
    return
  endif
  var left = strpart(accepted.text, strlen(text))
  var length = document.Utf16Length(accepted.item.insertText) - document.Utf16Length(accepted.crlf ? substitute(left, "\n", "\r\n", 'g') : left)
  if length > 0
    server.Notify('textDocument/didPartiallyAcceptCompletion', {item: accepted.item, acceptedLength: length})
  endif
  Present(accepted, left, strpart(accepted.replaced, ghost.Consumed(text, accepted.replaced)))
enddef

# Keeps what is shown while it is typed, and nothing else, before the screen is drawn.
def Follow()
  if empty(shown) || IsAt()
    return
  endif
  var before = strpart(getline('.'), 0, col('.') - 1)
  var typed = strpart(before, strlen(shown.before))
  if shown.buffer == bufnr() && shown.lnum == line('.') && strpart(getline('.'), col('.') - 1) == shown.after
      && typed != '' && before == shown.before .. typed && stridx(shown.text, typed) == 0 && typed != shown.text
    Present(shown, strpart(shown.text, strlen(typed)), shown.replaced)
  else
    Dismiss()
  endif
enddef

def IsAt(): bool
  return shown.buffer == bufnr() && shown.lnum == line('.') && shown.before .. shown.after == getline('.') && strlen(shown.before) == col('.') - 1
enddef

def Ask(trigger: number)
  Forget()
  var position = document.Position(bufnr())
  var [number, tick, buffer, place] = [question, b:changedtick, bufnr(), getpos('.')]
  asked = server.Request('textDocument/inlineCompletion', {textDocument: {uri: document.UriOf(buffer)}, position: position, context: {triggerKind: trigger}}, (answer) => {
    if number == question
      asked = 0
      if bufnr() == buffer && b:changedtick == tick && getpos('.') == place && mode() =~ '^[iR]' && !pumvisible()
        Answered(answer)
      endif
    endif
  })
enddef

# An answer that is still to come is stale.
def Forget()
  question += 1
  if asked != 0
    server.Cancel(asked)
    asked = 0
  endif
enddef

def Answered(answer: dict<any>)
  if get(answer, 'error', {})->get('code', 0) == -32602
    document.Reopen(bufnr())
  endif
  others = get(answer, 'result', {})->get('items', [])
  if empty(others)
    Dismiss()
  else
    Place(others[0])
  endif
enddef

def Place(item: dict<any>)
  var text = substitute(item.insertText, '\r', '', 'g')
  var after = strpart(getline('.'), col('.') - 1)
  var replaced = strpart(after, 0, document.ByteLength(after, item.range.end.character - item.range.start.character))
  # The rest of what is shown already is the same suggestion: what was accepted of it counts from its beginning.
  var isSame = !empty(shown) && shown.item.command.arguments == item.command.arguments
  Present({item: isSame ? shown.item : item, crlf: item.insertText =~ '\r'}, text, replaced)
enddef

def Present(suggestion: dict<any>, text: string, replaced: string)
  var before = strpart(getline('.'), 0, col('.') - 1)
  shown = {
    item: suggestion.item, crlf: suggestion.crlf, text: text, replaced: replaced, tick: b:changedtick,
    buffer: bufnr(), lnum: line('.'), before: before, after: strpart(getline('.'), col('.') - 1),
  }
  if text == '' || !ghost.Show(bufnr(), line('.'), col('.'), text, replaced)
    shown = {}
    return
  endif
  var id = string(shown.item.command.arguments)
  if id != reported
    reported = id
    server.Notify('textDocument/didShowCompletion', {item: shown.item})
  endif
enddef

def Insert(text: string, replaced: number)
  var lnum = line('.')
  var after = strpart(getline('.'), col('.') - 1 + replaced)
  var lines = split(strpart(getline('.'), 0, col('.') - 1) .. text .. after, "\n", true)
  setline(lnum, lines[0])
  append(lnum, lines[1 :])
  cursor(lnum + len(lines) - 1, strlen(lines[-1]) - strlen(after) + 1)
enddef

server.WhenReady(() => {
  if mode() =~ '^[iR]'
    Changed()
  endif
})

server.WhenGone(Dismiss)
