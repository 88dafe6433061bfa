/** The report as a picture, drawn here: nothing of it leaves the browser. */

import type { Figure } from './report'

const WIDTH = 1080
const MARGIN = 72
const LINE = 52
const COLOURS = {
  ground: '#0f5fd6',
  sheet: '#ffffff',
  text: '#1f2329',
  weak: '#5c626b',
  brand: '#0f5fd6',
  line: '#e5e7eb',
}
const FONT = '-apple-system, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

export interface Sheet {
  title: string
  when: string
  place: string
  rate: string
  rateName: string
  figures: readonly { name: string; count: Figure[1] }[]
  lists: readonly { name: string; names: readonly string[] }[]
}

type Unit = 'word' | 'grapheme'
const parts = (text: string, granularity: Unit): string[] =>
  [...new Intl.Segmenter('zh', { granularity }).segment(text)].map(({ segment }) => segment)

/** Words of a text, each with the marks that end it: no line begins with one. */
const wordsOf = (text: string): string[] =>
  parts(text, 'word').reduce<string[]>((words, part) => {
    const last = words.pop()
    if (last === undefined) return [part]
    return /^[\p{Pe}\p{Pf}\p{Po}\s]+$/u.test(part) ? [...words, last + part] : [...words, last, part]
  }, [])

/** Pieces in lines that fit; one that is wider than a line is broken between letters. */
export const wrapped = (pieces: readonly string[], width: number, measure: (text: string) => number): string[] => {
  const lines: string[] = []
  let line = ''
  const add = (piece: string) => {
    if (line && measure(line + piece) > width) {
      lines.push(line)
      line = ''
    }
    line += piece
  }
  for (const piece of pieces) {
    if (measure(piece) <= width) add(piece)
    else parts(piece, 'grapheme').forEach(add)
  }
  return line ? [...lines, line] : lines
}

class Pen {
  y = MARGIN
  constructor(readonly context: CanvasRenderingContext2D) {
    context.textBaseline = 'top'
  }

  text(text: string | readonly string[], size: number, colour: string, weight = 400): void {
    this.context.font = `${weight} ${size}px ${FONT}`
    this.context.fillStyle = colour
    const measure = (part: string) => this.context.measureText(part).width
    const pieces = typeof text === 'string' ? wordsOf(text) : text
    for (const line of wrapped(pieces, WIDTH - 4 * MARGIN, measure)) {
      this.context.fillText(line, 2 * MARGIN, this.y)
      this.y += size * 1.45
    }
  }

  /** Between what is counted and who that is. */
  line(): void {
    this.context.fillStyle = COLOURS.line
    this.context.fillRect(2 * MARGIN, this.y + 8, WIDTH - 4 * MARGIN, 2)
    this.y += 40
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
  if (lists.length) pen.line()
  for (const { name, names } of lists) {
    pen.text(name, 28, COLOURS.weak)
    pen.text(
      names.map((one, number) => (number < names.length - 1 ? `${one}、` : one)),
      30,
      COLOURS.text,
    )
    pen.y += LINE / 2
  }
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
