const { isNamedLike } = require('../../../../miniprogram/core/name_search')

test.each([
  ['张三', ''],
  ['张三', '张 三'],
  ['张 三丰', '张三'],
  ['Zhang San', 'san zhang'],
  ['Müller', 'muller'],
  ['Muller', 'MÜLLER'],
  ['Zhang', 'ＺＨＡＮＧ'],
  ['Ｚｈａｎｇ', 'zhang'],
  ['Straße', 'strasse'],
  ['José Ángel', 'angel jose'],
  ['がく', 'かく'],
])('%s is found by %s', (name, query) => {
  expect(isNamedLike(name, query)).toBe(true)
})

test.each([['张三', '李'], ['Zhang San', 'zhang li'], ['', 'a']])('%s is not found by %s', (name, query) => {
  expect(isNamedLike(name, query)).toBe(false)
})
