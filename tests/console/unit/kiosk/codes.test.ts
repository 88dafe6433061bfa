/** What can be a code of ours, and what cannot. */

import { expect, test } from 'vitest'
import { newAttemptId } from '@/api/ids'
import { halves, shownBy } from '@/kiosk/codes'

const PERSONAL = `QDP1${'aB3-_'.repeat(11)}c`

test.each(['K7MCFGHJ4R', 'k7mcf-ghj4r', 'QDE1K7MCFGHJ4R', 'qde1k7mcfghj4r', ' K7MCF GHJ4R ', 'Ｋ７ＭＣＦＧＨＪ４Ｒ'])(
  '%s is the code of a label',
  (text) => expect(shownBy(text)).toEqual({ entry_code: 'K7MCFGHJ4R' }),
)

test('a personal code keeps its letters as they are', () => {
  expect(shownBy(PERSONAL)).toEqual({ person_token: PERSONAL })
})

test('Caps Lock of a scanner is taken back', () => {
  const turned = `qdp1${'Ab3-_'.repeat(11)}C`
  expect(shownBy(turned)).toEqual({ person_token: PERSONAL })
})

test.each(['', 'K7MCFGHJ4', 'K7MCFGHJ4RR', 'K7MCFGHJ40', 'https://qiandao.example/q/AbvS0mC2', 'QDP1', '673GNR'])(
  '%s is none',
  (text) => expect(shownBy(text)).toBeNull(),
)

test('a code is shown in two halves', () => {
  expect(halves('K7MCFG')).toEqual(['K7MCF', 'G––––'])
})

test('ids of attempts are UUIDs of version 7, and none is like another', () => {
  const ids = Array.from({ length: 100 }, () => newAttemptId(1_790_000_000_000))
  expect(new Set(ids).size).toBe(100)
  for (const id of ids) expect(id).toMatch(/^01a0c450-6c00-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})
