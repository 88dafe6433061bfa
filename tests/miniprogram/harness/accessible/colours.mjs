/** Colours as a browser tells them, and the contrast of two. Source: WCAG 2.2, relative luminance and contrast ratio. */

/** `rgb(...)` or `rgba(...)`, as computed styles have it. */
export const parse = (text) => {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number)
  return { rgb: [red, green, blue], alpha }
}

/** What is seen of a colour above an opaque one. */
export const over = ({ rgb, alpha }, under) => rgb.map((value, index) => value * alpha + under[index] * (1 - alpha))

const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)

const luminance = (rgb) => {
  const [red, green, blue] = rgb.map((value) => linear(value / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/** From 1 to 21, of two opaque colours. */
export const contrast = (one, other) => {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((left, right) => left - right)
  return (lighter + 0.05) / (darker + 0.05)
}

/** The least contrast of a colour with whatever may be under it. */
export const leastContrast = (colour, behind) => Math.min(...behind.map((under) => contrast(over(colour, under), under)))
