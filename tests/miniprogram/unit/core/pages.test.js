/** Lists that change while they are read. */

const fc = require('fast-check')
const { everyPage, join } = require('../../../../miniprogram/core/pages')

test('what comes again takes the place it has, with what is said of it last', () => {
  const known = [{ id: 'a', count: 1 }, { id: 'b', count: 2 }]
  expect(join(known, [{ id: 'c', count: 3 }, { id: 'a', count: 4 }], 'id')).toEqual([{ id: 'a', count: 4 }, { id: 'b', count: 2 }, { id: 'c', count: 3 }])
  expect(known[0].count).toBe(1)
})

test('nobody is on a list twice, and nobody is lost', () => {
  fc.assert(fc.property(fc.array(fc.array(fc.nat(9))), (pages) => {
    const listed = pages.reduce((known, page) => join(known, page.map((id) => ({ id })), 'id'), []).map(({ id }) => id)
    expect([...listed].sort()).toEqual([...new Set(pages.flat())].sort())
  }))
})

test('all of a list is read page by page', async () => {
  const pages = { '': { people: [{ id: 1 }, { id: 2 }], next_page_token: 'b' }, b: { people: [{ id: 2 }, { id: 3 }], next_page_token: '' } }
  expect(await everyPage(async (token) => pages[token], 'people', 'id')).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }])
})
