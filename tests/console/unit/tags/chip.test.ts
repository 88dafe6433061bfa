import { expect, test } from 'vitest'
import { isSecret, sheetOf, VALUES } from '@/tags/chip'

const sun = {
  url_template: 'https://h.example/n/TEXT?e=00&c=00',
  meta_read_key: '00'.repeat(16),
  file_read_key: 'ff'.repeat(16),
  picc_offset: 86,
  mac_offset: 121,
  mac_input_offset: 121,
}

test('everything that a tool asks for is on the sheet, a line for each', () => {
  expect(sheetOf('东门', sun).split('\n')).toEqual([
    '东门 (NTAG 424 DNA)',
    'url_template: https://h.example/n/TEXT?e=00&c=00',
    `meta_read_key: ${'00'.repeat(16)}`,
    `file_read_key: ${'ff'.repeat(16)}`,
    'picc_offset: 86',
    'mac_input_offset: 121',
    'mac_offset: 121',
    '',
  ])
  expect([...VALUES].sort()).toEqual(Object.keys(sun).sort())
})

test('the keys are what nobody else may know', () => {
  expect(VALUES.filter(isSecret)).toEqual(['meta_read_key', 'file_read_key'])
})
