import { expect, test } from 'vitest'
import { en } from '@/texts/en'
import { reasons as reasonsInEnglish } from '@/texts/reasons/en'
import { reasons as reasonsInChinese } from '@/texts/reasons/zh'
import { zh } from '@/texts/zh'

type Words = { [name: string]: string | Words }

const leaves = (words: Words, path = ''): [string, string][] =>
  Object.entries(words).flatMap(([name, found]) =>
    typeof found === 'string' ? [[`${path}${name}`, found]] : leaves(found, `${path}${name}.`),
  )
const numbers = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

test('every word has its English, with the same numbers in it', () => {
  const english = new Map(leaves(en))
  const different = leaves(zh).filter(
    ([key, text]) => !english.get(key) || String(numbers(english.get(key) ?? '')) !== String(numbers(text)),
  )
  expect(different).toEqual([])
  expect(leaves(zh).length).toBe(english.size)
})

test('English says nothing in Chinese but the name of that language, and where to tap on the phone', () => {
  const chinese = leaves(en).filter(([, text]) => /[\u3400-\u9fff]/.test(text))
  expect(chinese.map(([key]) => key)).toEqual([
    'places.phone.hint',
    'session.signIn.steps.open',
    'session.signIn.steps.scan',
    'shell.language.zh',
    'tags.how.phone',
  ])
})

test('both languages know the same reasons', () => {
  expect(Object.keys(reasonsInEnglish)).toEqual(Object.keys(reasonsInChinese))
})

test('no word has a sign that the formatter takes for its own', () => {
  const said = [...leaves(zh), ...leaves(en), ...leaves(reasonsInChinese), ...leaves(reasonsInEnglish)]
  expect(said.filter(([, text]) => /[@|]/.test(text))).toEqual([])
})
