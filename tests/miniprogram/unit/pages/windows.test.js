const { windowsOf } = require('../../../../miniprogram/organise/pages/windows')

const opened = (/** @type {number} */ count) => ({
  occurrences: Array.from({ length: count }, (_, index) => ({ id: `w${index + 1}`, number: index + 1, opens_at: `2026-09-01T0${index + 1}:00:00Z` })),
})

test('of an activity with one window nobody speaks', () => {
  expect(windowsOf(opened(1))).toEqual([])
})

test('each window has its number, and the newest no id, for another one may follow it', () => {
  expect(windowsOf(opened(3)).map(({ id, name }) => [id, name])).toEqual([['w1', '第 1 次'], ['w2', '第 2 次'], ['', '第 3 次']])
})
