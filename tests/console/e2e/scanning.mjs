/** A camera before a screen: what the QR in a picture of it says. */

import jsQR from 'jsqr'

/** The pixels of a picture, as the browser that took it decodes it. */
const pixelsOf = async (browser, png) => {
  const page = await browser.newPage()
  try {
    return await page.evaluate(async (base64) => {
      const image = new Image()
      image.src = `data:image/png;base64,${base64}`
      await image.decode()
      const { width, height } = image
      const drawn = new OffscreenCanvas(width, height).getContext('2d')
      drawn.drawImage(image, 0, 0)
      return { width, height, data: [...drawn.getImageData(0, 0, width, height).data] }
    }, png.toString('base64'))
  } finally {
    await page.close()
  }
}

/** @param {import('playwright-core').Locator} locator Where the QR is drawn. */
export const scanned = async (locator) => {
  const png = await locator.screenshot()
  const { width, height, data } = await pixelsOf(locator.page().context().browser(), png)
  const found = jsQR(Uint8ClampedArray.from(data), width, height)
  if (!found) throw new Error('no QR in the picture')
  return found.data
}
