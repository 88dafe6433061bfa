/** A QR on a canvas of whatever phone. */

const encode = require('qrcode-generator')

// Of 4 modules that a reader wants, the white frame around the canvas gives the rest.
const QUIET = 2
// As much of it as the smallest readable symbol needs; 0 chooses the smallest that fits.
const ANY_SIZE = 0

/**
 * Draws a text as a QR that fills a square canvas.
 *
 * Source: ISO/IEC 18004, quiet zone of 4 modules.
 *
 * @param {any} canvas
 * @param {number} size Pixels.
 * @param {string} text
 */
const drawQr = (canvas, size, text) => {
  const code = encode(ANY_SIZE, 'M')
  code.addData(text, 'Byte')
  code.make()
  const count = code.getModuleCount()
  const module_px = Math.floor(size / (count + 2 * QUIET))
  const margin = Math.floor((size - module_px * count) / 2)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, size, size)
  context.fillStyle = '#000000'
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      if (code.isDark(row, column)) context.fillRect(margin + column * module_px, margin + row * module_px, module_px, module_px)
    }
  }
}

module.exports = { drawQr }
