/**
 * Server-sent events out of text that comes in pieces. Pure.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

export interface Heard {
  event: string
  data: string
  /** The last one seen so far. */
  id: string
}

/** A parser of one stream. */
export const parser = (told: (heard: Heard) => void): ((text: string) => void) => {
  let rest = ''
  let id = ''

  const block = (lines: string) => {
    const data: string[] = []
    let event = 'message'
    for (const line of lines.split('\n')) {
      const colon = line.indexOf(':')
      const name = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (name === 'data') data.push(value)
      if (name === 'event') event = value
      if (name === 'id') id = value
    }
    if (data.length) told({ event, data: data.join('\n'), id })
  }

  return (text) => {
    const blocks = (rest + text).replace(/\r\n/g, '\n').split('\n\n')
    rest = blocks.pop() ?? ''
    blocks.forEach(block)
  }
}
