/** The report as a picture, drawn on a canvas of whatever phone: nothing of it leaves the phone. */

const WIDTH = 1080
const MARGIN = 72
const PADDING = 72
const LEFT = MARGIN + PADDING
const INNER = WIDTH - 2 * LEFT
const IN_A_ROW = 3
const FIGURE_HEIGHT = 150
const COLOURS = { ground: '#0f5fd6', sheet: '#ffffff', text: '#1f2329', weak: '#5c626b', brand: '#0f5fd6' }

/** @typedef {{ title: string, when: string, rate: string, rate_name: string, figures: { name: string, count: number }[], lists: string[] }} Sheet */

/**
 * Text in lines that fit.
 *
 * @param {string} text
 * @param {number} width
 * @param {(text: string) => number} measure
 */
const wrapped = (text, width, measure) => {
  const lines = ['']
  for (const sign of text) {
    const last = lines.length - 1
    if (lines[last] && measure(lines[last] + sign) > width) lines.push(sign)
    else lines[last] += sign
  }
  return lines
}

/** Writes downwards; what it writes on may be as low as it goes only afterwards. */
const penOn = (/** @type {any} */ context) => {
  let y = LEFT
  const font = (/** @type {number} */ size, /** @type {boolean} */ is_bold) => { context.font = `${is_bold ? 'bold' : 'normal'} ${size}px sans-serif` }
  return {
    down: (/** @type {number} */ by) => { y += by },
    end: () => y + PADDING + MARGIN,
    text(/** @type {string} */ text, /** @type {number} */ size, /** @type {string} */ colour, is_bold = false) {
      font(size, is_bold)
      context.fillStyle = colour
      for (const line of wrapped(text, INNER, (part) => context.measureText(part).width)) {
        context.fillText(line, LEFT, y)
        y += Math.round(size * 1.45)
      }
    },
    figures(/** @type {Sheet['figures']} */ figures) {
      const wide = INNER / IN_A_ROW
      figures.forEach(({ name, count }, index) => {
        const [x, top] = [LEFT + (index % IN_A_ROW) * wide, y + Math.floor(index / IN_A_ROW) * FIGURE_HEIGHT]
        font(72, true)
        context.fillStyle = COLOURS.text
        context.fillText(String(count), x, top)
        font(30, false)
        context.fillStyle = COLOURS.weak
        context.fillText(name, x, top + 86)
      })
      y += Math.ceil(figures.length / IN_A_ROW) * FIGURE_HEIGHT
    },
  }
}

const write = (/** @type {any} */ context, /** @type {Sheet} */ { title, when, rate, rate_name, figures, lists }) => {
  context.textBaseline = 'top'
  const pen = penOn(context)
  pen.text(title, 48, COLOURS.text, true)
  pen.text(when, 30, COLOURS.weak)
  pen.down(32)
  if (rate) {
    pen.text(rate, 128, COLOURS.brand, true)
    pen.down(-24)
    pen.text(rate_name, 30, COLOURS.weak)
    pen.down(32)
  }
  pen.figures(figures)
  lists.forEach((line) => pen.text(line, 30, COLOURS.text))
  return pen.end()
}

/**
 * Draws it, as high as it needs to be.
 *
 * @param {any} canvas
 * @param {Sheet} sheet
 */
const drawSheet = (canvas, sheet) => {
  canvas.width = WIDTH
  const context = canvas.getContext('2d')
  // To be higher empties a canvas: it is written once to see how high, and again.
  const height = write(context, sheet)
  canvas.height = height
  context.fillStyle = COLOURS.ground
  context.fillRect(0, 0, WIDTH, height)
  context.fillStyle = COLOURS.sheet
  context.fillRect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, height - 2 * MARGIN)
  write(context, sheet)
}

module.exports = { drawSheet, wrapped }
