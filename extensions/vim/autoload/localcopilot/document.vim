vim9script
# The documents that the daemon knows, kept the same as the buffers, line by line.

import autoload './server.vim'

# Megabytes would be sent again whenever they are opened; nobody writes such a file by hand.
const MostBytes = 4'000'000

const LineEnds = {unix: "\n", dos: "\r\n", mac: "\r"}
const LanguageIds = {cs: 'csharp', sh: 'shellscript', javascriptreact: 'javascriptreact', typescriptreact: 'typescriptreact', text: 'plaintext', '': 'plaintext'}

# By buffer number: uri, language, version, lines, lineEnd, hasLastEnd, listener.
var documents: dict<dict<any>> = {}

export def IsOpen(buffer: number): bool
  return documents->has_key(string(buffer))
enddef

export def UriOf(buffer: number): string
  return documents[string(buffer)].uri
enddef

# Opens the buffer's document where it should be open, again where its name or language changed.
export def Attach(buffer: number)
  if !IsWanted(buffer)
    return
  endif
  server.Start()
  var known: dict<any> = get(documents, string(buffer), {})
  if !empty(known) && known.uri == UriFor(buffer) && known.language == LanguageOf(buffer)
    return
  endif
  Reopen(buffer)
enddef

export def Reopen(buffer: number)
  Detach(buffer)
  if !IsWanted(buffer) || !server.IsReady()
    return
  endif
  var document = {uri: UriFor(buffer), language: LanguageOf(buffer), version: 1, listener: listener_add(Changed, buffer)}
  documents[string(buffer)] = document
  server.Notify('textDocument/didOpen', {textDocument: {uri: document.uri, languageId: document.language, version: 1, text: WholeText(document, buffer)}})
enddef

export def Detach(buffer: number)
  var document: dict<any> = get(documents, string(buffer), {})
  if !empty(document)
    documents->remove(string(buffer))
    listener_remove(document.listener)
    server.Notify('textDocument/didClose', {textDocument: {uri: document.uri}})
  endif
enddef

export def Saved(buffer: number)
  if IsOpen(buffer)
    server.Notify('textDocument/didSave', {textDocument: {uri: UriOf(buffer)}})
  endif
enddef

export def Focused(buffer: number)
  if IsOpen(buffer)
    server.Notify('textDocument/didFocus', {textDocument: {uri: UriOf(buffer)}})
  endif
enddef

# Where the cursor is, after all changes so far were sent.
export def Position(buffer: number): dict<number>
  listener_flush(buffer)
  return {line: line('.') - 1, character: Utf16Length(strpart(getline('.'), 0, col('.') - 1))}
enddef

export def Utf16Length(text: string): number
  var length = 0
  for character in str2list(text)
    length += character > 0xffff ? 2 : 1
  endfor
  return length
enddef

# Bytes that the first UTF-16 units of a text take.
export def ByteLength(text: string, units: number): number
  var left = units
  var bytes = 0
  for character in str2list(text)
    if left <= 0
      break
    endif
    left -= character > 0xffff ? 2 : 1
    bytes += strlen(nr2char(character))
  endfor
  return bytes
enddef

def Changed(buffer: number, _: number, _: number, _: number, changes: list<dict<any>>)
  var document: dict<any> = get(documents, string(buffer), {})
  if empty(document)
    return
  endif
  document.version += 1
  var edits: list<dict<any>> = []
  for change in changes
    document.lines += change.added
    edits->add({
      range: {start: {line: change.lnum - 1, character: 0}, end: {line: change.end - 1, character: 0}},
      text: Text(document, getbufline(buffer, change.lnum, change.end - 1 + change.added)),
    })
  endfor
  # Without an end of the last line there is no place behind it; and what does not add up is not sent.
  if !document.hasLastEnd || document.lines != LineCount(buffer) || changes->copy()->filter((_, change) => change.end - 1 + change.added > document.lines)->len() > 0
    edits = [{text: WholeText(document, buffer)}]
  endif
  server.Notify('textDocument/didChange', {textDocument: {uri: document.uri, version: document.version}, contentChanges: edits})
enddef

def WholeText(document: dict<any>, buffer: number): string
  var lines = getbufline(buffer, 1, '$')
  document.lineEnd = LineEnds[getbufvar(buffer, '&fileformat')]
  document.hasLastEnd = getbufvar(buffer, '&endofline') || (getbufvar(buffer, '&fixendofline') && !getbufvar(buffer, '&binary'))
  document.lines = len(lines)
  var text = Text(document, lines)
  return document.hasLastEnd ? text : strpart(text, 0, strlen(text) - strlen(document.lineEnd))
enddef

# A carriage return or NUL (which Vim has as a line feed) inside a line would count as a line's end to others: a blank keeps all positions.
def Text(document: dict<any>, lines: list<string>): string
  var text = ''
  var joined = join(lines, "\n")
  if joined =~ "\r" || count(joined, "\n") >= len(lines)
    joined = lines->mapnew((_, line) => tr(line, "\n\r", '  '))->join("\n")
  endif
  return empty(lines) ? '' : document.lineEnd == "\n" ? joined .. "\n" : substitute(joined, "\n", document.lineEnd, 'g') .. document.lineEnd
enddef

def IsWanted(buffer: number): bool
  return v:vim_did_enter && get(g:, 'localcopilot_enabled', 1) && getbufvar(buffer, 'localcopilot_enabled', 1)
    && bufloaded(buffer) && getbufvar(buffer, '&buftype') == '' && getbufvar(buffer, '&modifiable')
    && (buffer != bufnr() || line2byte(line('$') + 1) < MostBytes)
enddef

def UriFor(buffer: number): string
  return bufname(buffer) == '' ? $'untitled:buffer-{getpid()}-{buffer}' : server.Uri(bufname(buffer))
enddef

def LanguageOf(buffer: number): string
  var type = getbufvar(buffer, '&filetype')
  return get(LanguageIds, type, type)
enddef

def LineCount(buffer: number): number
  return get(getbufinfo(buffer)[0], 'linecount')
enddef

server.WhenReady(() => {
  for info in getbufinfo({bufloaded: 1})
    Reopen(info.bufnr)
  endfor
})

server.WhenGone(() => {
  for document in values(documents)
    listener_remove(document.listener)
  endfor
  documents = {}
})
