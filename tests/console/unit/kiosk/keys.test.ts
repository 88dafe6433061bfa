/** A scanner and a person at one keyboard. */

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { characterOf, Keys } from '@/kiosk/keys'

const CODE = 'QDP1aB_-'
let heard: string[]
let keys: Keys
let at: number

beforeEach(() => {
  vi.useFakeTimers()
  heard = []
  at = 0
  keys = new Keys({
    scanned: (text) => heard.push(`scan ${text}`),
    typed: (text) => heard.push(`type ${text}`),
    entered: () => heard.push('enter'),
    erased: () => heard.push('erase'),
  })
})

afterEach(() => {
  vi.useRealTimers()
})

/** Presses keys, each so many ms after the one before. */
const press = (pressed: string[], eachMs: number, hasButton = false) =>
  pressed.map((key) => {
    at += eachMs
    vi.advanceTimersByTime(eachMs)
    return keys.press({ key, code: '', isShifted: false, at }, hasButton)
  })

const scan = (text: string, eachMs = 8, hasButton = false) => press([...text, 'Enter'], eachMs, hasButton)

test.each([1, 8, 30, 60])('keys every %d ms and Enter are a scan', (eachMs) => {
  scan(CODE, eachMs)
  expect(heard).toEqual([`scan ${CODE}`])
})

test('keys of a person come one by one, and Enter is theirs', () => {
  press(['K', '7', 'Backspace', 'M', 'Enter'], 120)
  expect(heard).toEqual(['type K', 'type 7', 'erase', 'type M', 'enter'])
})

test('two fingers at once are no scan', () => {
  press(['K', '7', 'Enter'], 5)
  expect(heard).toEqual(['type K7', 'enter'])
})

test('a scan in the middle of typing is neither in it nor takes of it', () => {
  press(['K', '7'], 150)
  at += 400
  vi.advanceTimersByTime(400)
  scan(CODE)
  press(['M'], 300)
  vi.advanceTimersByTime(300)
  expect(heard).toEqual(['type K', 'type 7', `scan ${CODE}`, 'type M'])
})

test('two scans one after the other are two', () => {
  scan(CODE)
  scan('QDE1K7MCFGHJ4R')
  expect(heard).toEqual([`scan ${CODE}`, 'scan QDE1K7MCFGHJ4R'])
})

test('a scanner without Enter gives its code in one piece', () => {
  press([...CODE], 8)
  vi.advanceTimersByTime(100)
  expect(heard).toEqual([`type ${CODE}`])
})

test('Enter that ends a scan presses no button, and one of a person does', () => {
  expect(scan(CODE, 8, true).at(-1)).toBe(true)
  expect(press(['Enter'], 500, true)).toEqual([false])
  expect(heard).toEqual([`scan ${CODE}`])
})

test('keys that make no character are nobody’s', () => {
  press(['Shift', 'Control', 'F5', 'ArrowLeft', 'Dead'], 5)
  scan(CODE)
  expect(heard).toEqual([`scan ${CODE}`])
})

test('what an input method hides is read off the key', () => {
  const hidden = (code: string, isShifted = false) => characterOf({ key: 'Process', code, isShifted, at: 0 })
  const read = [hidden('KeyQ', true), hidden('KeyA'), hidden('Digit7'), hidden('Minus', true), hidden('Minus')]
  expect(read.join('')).toBe('Qa7_-')
  expect(hidden('Tab')).toBe('')
})

test('nothing grows without end', () => {
  press([...'A'.repeat(5000), 'Enter'], 1)
  expect(heard[0]?.length).toBeLessThan(500)
})
