/**
 * Keys of a kiosk: a scanner is a keyboard too. It types faster than anybody can, and ends with Enter; what comes key by
 * key is a person's, and neither gets into the other. Nothing here has a focus, so no input method is in between.
 */

/** Scanners send a key every 1 to 50 ms, people one in 100 or so. */
const GAP_MS = 70
/** What two fingers at once are not. */
const LEAST = 6
/** Beyond this it is no code. */
const MOST = 400

export interface KeyPress {
  key: string
  /** The place on the keyboard, for what an input method hides. */
  code: string
  isShifted: boolean
  /** When it was pressed, in ms. */
  at: number
}

export interface Heard {
  /** A scanner read this. */
  scanned: (text: string) => void
  /** A person pressed these, one or two at a time; or a scanner that is slow, or sends no Enter. */
  typed: (text: string) => void
  /** A person pressed Enter. */
  entered: () => void
  erased: () => void
}

const LETTER = /^Key([A-Z])$/
const DIGIT = /^(?:Digit|Numpad)([0-9])$/

/** The character of a key; empty for one that makes none. */
export const characterOf = ({ key, code, isShifted }: KeyPress): string => {
  if (key.length === 1) return key
  if (key !== 'Process' && key !== 'Unidentified') return ''
  const letter = LETTER.exec(code)?.[1]
  if (letter) return isShifted ? letter : letter.toLowerCase()
  if (code === 'Minus') return isShifted ? '_' : '-'
  return DIGIT.exec(code)?.[1] ?? ''
}

/** Tells scanners from people; `press` says whether the key belongs to a scan, and so to nobody else. */
export class Keys {
  private readonly heard: Heard
  private burst = ''
  private lastAt = Number.NEGATIVE_INFINITY
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(heard: Heard) {
    this.heard = heard
  }

  /** @param hasButton Enter would press the button that has the focus, unless it ends a scan. */
  press(pressed: KeyPress, hasButton = false): boolean {
    const isQuick = pressed.at - this.lastAt <= GAP_MS
    if (!isQuick) this.release()
    if (pressed.key === 'Enter') return this.enter(hasButton)
    if (pressed.key === 'Backspace') {
      this.release()
      this.heard.erased()
      return false
    }
    const character = characterOf(pressed)
    if (!character) return false
    this.burst = (this.burst + character).slice(0, MOST)
    this.lastAt = pressed.at
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.release(), GAP_MS)
    return this.burst.length >= LEAST
  }

  /** Nothing came for a while: it was typed. */
  release(): void {
    const pressed = this.taken()
    if (pressed) this.heard.typed(pressed)
  }

  private enter(hasButton: boolean): boolean {
    const isScan = this.burst.length >= LEAST
    if (isScan) {
      this.heard.scanned(this.taken())
      return true
    }
    this.release()
    if (!hasButton) this.heard.entered()
    return false
  }

  private taken(): string {
    clearTimeout(this.timer)
    const pressed = this.burst
    this.burst = ''
    this.lastAt = Number.NEGATIVE_INFINITY
    return pressed
  }
}
