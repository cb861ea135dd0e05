vim9script
# A suggestion as virtual text.

const Type = 'LocalCopilotSuggestion'

# Pieces of a text's first line to be shown, each with the bytes of `replaced` that stand before it: what stands there
# already, such as a closing bracket that the text closes too, is not shown a second time.
export def Pieces(text: string, replaced: string): list<list<any>>
  var pieces: list<list<any>> = []
  var at = 0
  var piece = ''
  for character in split(text, '\zs')
    if at < strlen(replaced) && strpart(replaced, at, strlen(character)) == character
      pieces->add([at, piece])
      at += strlen(character)
      piece = ''
    else
      piece ..= character
    endif
  endfor
  pieces->add([at, piece])
  return pieces->filter((_, one) => one[1] != '')
enddef

# Bytes of `replaced` that a part of a text takes the place of.
export def Consumed(text: string, replaced: string): number
  var at = 0
  for character in split(text, '\zs')
    if strpart(replaced, at, strlen(character)) == character
      at += strlen(character)
    endif
  endfor
  return at
enddef

# Returns whether there was anything to be seen.
export def Show(buffer: number, lnum: number, col: number, text: string, replaced: string): bool
  Clear(buffer)
  var lines = split(text, "\n", true)
  var pieces = Pieces(lines[0], replaced)
  for [before, piece] in pieces
    prop_add(lnum, col + before, {type: Type, bufnr: buffer, text: Expanded(piece, virtcol([lnum, col + before]) - 1)})
  endfor
  for below in lines[1 :]
    prop_add(lnum, 0, {type: Type, bufnr: buffer, text_align: 'below', text: below == '' ? ' ' : Expanded(below, 0)})
  endfor
  return !empty(pieces) || len(lines) > 1
enddef

export def Clear(buffer: number)
  if prop_type_get(Type)->empty()
    prop_type_add(Type, {highlight: 'LocalCopilotSuggestion'})
  endif
  if bufloaded(buffer)
    prop_remove({type: Type, bufnr: buffer, all: true})
  endif
enddef

# Vim shows a tab in virtual text as one blank.
def Expanded(text: string, column: number): string
  if text !~ '\t'
    return text
  endif
  var shown = ''
  for character in split(text, '\zs')
    shown ..= character == "\t" ? repeat(' ', strdisplaywidth("\t", column + strdisplaywidth(shown, column))) : character
  endfor
  return shown
enddef
