const { codeIn } = require('../../../../miniprogram/core/code')

test.each([
  ['k7m2pq', 'K7M2PQ'],
  [' K7M-2PQ ', 'K7M2PQ'],
  ['K7M 2PQ', 'K7M2PQ'],
  ['Ｋ７ｍ２ＰＱ', 'K7M2PQ'],
  ['Ｋ７Ｍ－２ＰＱ', 'K7M2PQ'],
  ['签到码：K7M2PQ', 'K7M2PQ'],
  ['', ''],
])('%s is typed for %s', (text, code) => {
  expect(codeIn(text)).toBe(code)
})
