/** What a tool writes to an NTAG 424 DNA, in the order in which it asks. Pure. */

import type { Sun } from './queries'

export const VALUES = [
  'url_template',
  'meta_read_key',
  'file_read_key',
  'picc_offset',
  'mac_input_offset',
  'mac_offset',
] as const satisfies readonly (keyof Sun)[]

/** Which of them nobody else may know. */
export const isSecret = (name: (typeof VALUES)[number]): boolean => name.endsWith('_key')

/** All of it as a text: a line for each, by the names of the API. */
export const sheetOf = (label: string, sun: Sun): string =>
  [`${label} (NTAG 424 DNA)`, ...VALUES.map((name) => `${name}: ${sun[name]}`), ''].join('\n')
