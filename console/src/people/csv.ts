/**
 * A list as a file that Excel and LibreOffice open as it is meant: UTF-8 with its mark, lines by CRLF, and nothing that a
 * spreadsheet would calculate, be it after spaces or in full-width signs. Pure.
 *
 * Source: https://owasp.org/www-community/attacks/CSV_Injection, RFC 4180.
 */

const MARK = '\uFEFF'
const CALCULATED = /^(?:[\t\r\n]|[\s\p{Cf}]*[=+\-@＝＋－＠])/u

const cell = (value: string): string => {
  const harmless = CALCULATED.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

/** Rows of text, the first of them the head. */
export const csvOf = (rows: readonly (readonly string[])[]): string =>
  MARK + rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')
