/**
 * Server-sent events out of text that comes in pieces.
 *
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

/**
 * A parser of one stream.
 *
 * @param {(event: { event: string, data: string, id: string }) => void} told `id` is the last one seen so far.
 * @returns {(text: string) => void}
 */
const parser = (told) => {
  let rest = ''
  let id = ''
  const block = (/** @type {string} */ lines) => {
    const found = { event: 'message', data: /** @type {string[]} */ ([]) }
    for (const line of lines.split('\n')) {
      const colon = line.indexOf(':')
      const name = colon < 0 ? line : line.slice(0, colon)
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
      if (name === 'data') found.data.push(value)
      if (name === 'event') found.event = value
      if (name === 'id') id = value
    }
    if (found.data.length) told({ event: found.event, data: found.data.join('\n'), id })
  }
  return (text) => {
    const blocks = (rest + text).replace(/\r\n/g, '\n').split('\n\n')
    rest = blocks.pop() || ''
    blocks.forEach(block)
  }
}

module.exports = { parser }
