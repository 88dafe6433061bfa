/** The report as a picture, drawn here: nothing of it leaves the browser. */

import type { Figure } from './report'

const WIDTH = 1080
const MARGIN = 72
const LINE = 52
const COLOURS = { ground: '#0f5fd6', sheet: '#ffffff', text: '#1f2329', weak: '#5c626b', brand: '#0f5fd6' }
const FONT = '-apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

export interface Sheet {
  title: string
  when: string
  place: string
  rate: string
  rateName: string
  figures: readonly { name: string; count: Figure[1] }[]
  /** Names, already as one line each. */
  lists: readonly string[]
}

/** Text in lines that fit. */
export const wrapped = (text: string, width: number, measure: (text: string) => number): string[] => {
  const lines: string[] = []
  let line = ''
  for (const sign of text) {
    if (line && measure(line + sign) > width) {
      lines.push(line)
      line = ''
    }
    line += sign
  }
  return line ? [...lines, line] : lines
}

class Pen {
  y = MARGIN
  constructor(readonly context: CanvasRenderingContext2D) {
    context.textBaseline = 'top'
  }

  text(text: string, size: number, colour: string, weight = 400): void {
    this.context.font = `${weight} ${size}px ${FONT}`
    this.context.fillStyle = colour
    const measure = (part: string) => this.context.measureText(part).width
    for (const line of wrapped(text, WIDTH - 4 * MARGIN, measure)) {
      this.context.fillText(line, 2 * MARGIN, this.y)
      this.y += size * 1.45
    }
  }

  figures(figures: Sheet['figures']): void {
    const wide = (WIDTH - 4 * MARGIN) / Math.min(3, Math.max(1, figures.length))
    figures.forEach(({ name, count }, index) => {
      const [x, y] = [2 * MARGIN + (index % 3) * wide, this.y + Math.floor(index / 3) * 150]
      this.context.font = `700 72px ${FONT}`
      this.context.fillStyle = COLOURS.text
      this.context.fillText(String(count), x, y)
      this.context.font = `400 30px ${FONT}`
      this.context.fillStyle = COLOURS.weak
      this.context.fillText(name, x, y + 86)
    })
    this.y += Math.ceil(figures.length / 3) * 150
  }
}

const drawn = (pen: Pen, { title, when, place, rate, rateName, figures, lists }: Sheet): void => {
  pen.y = 2 * MARGIN
  pen.text(title, 48, COLOURS.text, 700)
  pen.text([when, place].filter(Boolean).join(' · '), 30, COLOURS.weak)
  pen.y += 32
  if (rate) {
    pen.text(rate, 128, COLOURS.brand, 700)
    pen.y -= 24
    pen.text(rateName, 30, COLOURS.weak)
    pen.y += 32
  }
  pen.figures(figures)
  for (const line of lists) pen.text(line, 30, COLOURS.text)
  pen.y += LINE
}

/** Draws it as high as it needs to be. */
export const pictureOf = async (sheet: Sheet): Promise<Blob> => {
  const canvas = document.createElement('canvas')
  canvas.width = WIDTH
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas here')
  const measured = new Pen(context)
  drawn(measured, sheet)
  canvas.height = Math.ceil(measured.y + MARGIN)
  context.fillStyle = COLOURS.ground
  context.fillRect(0, 0, WIDTH, canvas.height)
  context.fillStyle = COLOURS.sheet
  context.beginPath()
  context.roundRect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, canvas.height - 2 * MARGIN, 32)
  context.fill()
  drawn(new Pen(context), sheet)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture came of it'))), 'image/png'),
  )
}
