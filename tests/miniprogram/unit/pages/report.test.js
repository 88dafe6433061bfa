/** The report, held to the same text as the console's; and where its lines break. */

const { reportOf, figuresOf } = require('../../../../miniprogram/organise/pages/report/text')
const { drawSheet, wrapped } = require('../../../../miniprogram/organise/pages/report/sheet')
const { reports } = require('../../../vectors/reports.json')

test.each(reports)('$what', ({ title, when, stats, named, text }) => {
  expect(reportOf(title, when, stats, named)).toBe(text)
})

test('text is broken where it would not fit, and stays whole', () => {
  expect(wrapped('一二三四五', 2, (text) => text.length)).toEqual(['一二', '三四', '五'])
  expect(wrapped('', 2, (text) => text.length)).toEqual([''])
})

test('a picture is as high as what is on it, and all of it is written', () => {
  const written = []
  const context = { fillRect() {}, fillText: (text) => written.push(text), measureText: (text) => ({ width: 30 * text.length }) }
  const heights = [[], ['未到：张三'.repeat(40)]].map((lists) => {
    const canvas = { getContext: () => context }
    drawSheet(canvas, { title: '例会', when: '今天', rate: '97.4%', rate_name: '签到率', figures: figuresOf(reports[0].stats), lists })
    return canvas.height
  })
  expect(heights[1]).toBeGreaterThan(heights[0])
  expect(written).toEqual(expect.arrayContaining(['例会', '今天', '97.4%', '120', '未到']))
})
