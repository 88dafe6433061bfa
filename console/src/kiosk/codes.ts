/** What somebody shows or types at a kiosk. Pure. */

/** Without look-alikes and vowels, as the server has it (`domainkit/codes.py`). */
export const ALPHABET = 'CFGHJKMNPRTVWXY34679'
export const LENGTH = 10

const PERSONAL = /^QDP1[\w-]{20,200}$/
const LABEL = 'QDE1'
/** None of its letters is one of those that people type. */
const SCANNED = /QD[PE]1[\w-]*$/i

export type Shown = { person_token: string } | { entry_code: string }

/** Letters with their case changed: a scanner types them so while Caps Lock is on. */
const turned = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()))

/** A code as it was made: without blanks and hyphens, in capitals. */
const plain = (text: string): string => text.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase()

/** What is meant, or null for what can be no code of ours, such as the QR on the screen. */
export const shownBy = (text: string): Shown | null => {
  const trimmed = text.trim()
  if (PERSONAL.test(trimmed)) return { person_token: trimmed }
  if (PERSONAL.test(turned(trimmed))) return { person_token: turned(trimmed) }
  const code = plain(trimmed)
  const bare = code.startsWith(LABEL) && code.length === LABEL.length + LENGTH ? code.slice(LABEL.length) : code
  return bare.length === LENGTH && [...bare].every((letter) => ALPHABET.includes(letter)) ? { entry_code: bare } : null
}

/** What of some keys a scanner made, and what was there before it; it may be slow. */
export const parted = (keys: string): { before: string; scanned: string } => {
  const at = SCANNED.exec(keys)?.index ?? keys.length
  return { before: keys.slice(0, at), scanned: keys.slice(at) }
}

/** A code in its two halves while it is typed. */
export const halves = (typed: string): [string, string] => {
  const half = LENGTH / 2
  return [typed.slice(0, half).padEnd(half, '–'), typed.slice(half, LENGTH).padEnd(half, '–')]
}
