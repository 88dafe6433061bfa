/** The small pure parts. */

const fc = require('fast-check')
const { backoffMs } = require('../../../../miniprogram/core/backoff')
const { asFailure, failure, isPassing, problemOf } = require('../../../../miniprogram/core/failure')
const { only } = require('../../../../miniprogram/core/fields')
const { isOurs, tokenOf, tokenOfQuery } = require('../../../../miniprogram/core/qr_link')
const { parser } = require('../../../../miniprogram/core/sse')
const { parseTime, toRfc3339, within } = require('../../../../miniprogram/core/time')
const { byteLength, decoder } = require('../../../../miniprogram/core/utf8')
const { uuid7 } = require('../../../../miniprogram/core/uuid7')
const { isBefore } = require('../../../../miniprogram/core/version')

/** Cuts something into pieces of the given sizes. */
const cut = (whole, sizes) => {
  const pieces = []
  let at = 0
  for (const size of sizes) {
    pieces.push(whole.slice(at, at + size))
    at += size
  }
  return [...pieces, whole.slice(at)]
}

describe('uuid7', () => {
  test('has version, variant and the time in front', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.uint8Array({ minLength: 10, maxLength: 10 }), (now, random) => {
      const id = uuid7(now, random)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(parseInt(id.replace(/-/g, '').slice(0, 12), 16)).toBe(now)
    }))
  })

  test('equals the example of RFC 9562', () => {
    const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f])
    expect(uuid7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')
  })
})

describe('time', () => {
  test('what is written is read as the same instant', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4102444800000 }), (at) => expect(parseTime(toRfc3339(at))).toBe(at)))
  })

  test.each([
    ['2026-09-01T08:00:00+08:00', '2026-09-01T00:00:00.000Z'],
    ['2026-09-01T08:00:00.1-03:30', '2026-09-01T11:30:00.100Z'],
    ['2026-09-01T08:00:00.123456Z', '2026-09-01T08:00:00.123Z'],
  ])('%s is %s', (text, instant) => expect(toRfc3339(parseTime(text))).toBe(instant))

  test.each(['', null, 'tomorrow', '2026-09-01', '2026-09-01T08:00:00'])('%p is no time', (text) => expect(parseTime(text)).toBeNaN())

  test('what takes too long is nothing', async () => {
    expect(await within(Promise.resolve(7), 1000)).toBe(7)
    expect(await within(Promise.reject(new Error('no')), 1000)).toBeNull()
    expect(await within(new Promise(() => {}), 1)).toBeNull()
  })
})

test('waits grow from 2 s to 5 min, are spread, and never undercut what the server asked for', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(1000), (tries, chance, asked_s) => {
    const wait = backoffMs(tries, chance, asked_s)
    expect(wait).toBeGreaterThanOrEqual(Math.max(1000, asked_s * 1000))
    expect(wait).toBeLessThanOrEqual(Math.max(300000, asked_s * 1000))
  }))
  expect([1, 2, 3, 8, 9].map((tries) => backoffMs(tries, 1))).toEqual([2000, 4000, 8000, 256000, 300000])
})

describe('failures', () => {
  test('a problem document becomes a failure with everything a page shows', () => {
    const body = { reason: 'UNAVAILABLE', detail: 'later', message: '已保存', receipt: 'r', retry_after_s: 1.5, errors: [] }
    expect(problemOf({ status: 503, body, headers: {} }, 'id-1')).toEqual({
      kind: 'problem', status: 503, reason: 'UNAVAILABLE', message: '已保存', receipt: 'r', retry_after_s: 1.5, errors: [], request_id: 'id-1', body,
    })
  })

  test('an answer that is no document is a failure too', () => {
    const found = problemOf({ status: 502, body: '<html>', headers: { 'retry-after': '3' } }, 'id-2')
    expect(found).toMatchObject({ kind: 'problem', status: 502, message: '', retry_after_s: 3 })
  })

  test.each([[500, true], [503, true], [429, true], [408, true], [400, false], [401, false], [404, false], [409, false], [422, false]])(
    'a %i passes: %p', (status, passes) => expect(isPassing(failure('problem', '', { status }))).toBe(passes))

  test.each([['offline', true], ['timeout', true], ['interrupted', true], ['failed', true], ['denied', false], ['cancelled', false], ['unsupported', false]])(
    '%s passes: %p', (kind, passes) => expect(isPassing(failure(kind, ''))).toBe(passes))

  test('anything thrown can be told', () => {
    expect(asFailure(new TypeError('x is undefined'))).toEqual({ kind: 'failed', message: 'x is undefined' })
    expect(asFailure(failure('denied', 'no'))).toEqual({ kind: 'denied', message: 'no' })
  })
})

test('only named and given fields are left', () => {
  expect(only({ a: 1, b: undefined, c: 0, d: '' }, ['a', 'b', 'c'])).toEqual({ a: 1, c: 0 })
})

describe('QR links', () => {
  const token = 'AbCdEf012345_-AbCdEf.012345'

  test('our link, on any host, gives its token', () => {
    expect(tokenOf(`https://qiandao.example.com/q/${token}`)).toBe(token)
    expect(tokenOf(` http://127.0.0.1:8080/q/${token}?from=wall `)).toBe(token)
  })

  test('the scanner of WeChat encodes once, and it is decoded once', () => {
    expect(tokenOfQuery(encodeURIComponent(`https://qiandao.example.com/q/${token}`))).toBe(token)
    expect(tokenOfQuery(encodeURIComponent('https://h/q/a%2525b'))).toBe('a%25b')
  })

  test('what is none of ours goes to the server as it is, but no longer than it takes', () => {
    expect(tokenOf('https://weixin.qq.com/r/abc')).toBe('https://weixin.qq.com/r/abc')
    expect(tokenOf('x'.repeat(1000))).toHaveLength(256)
    expect(tokenOfQuery('%E0%A4%A')).toBe('%E0%A4%A')
  })

  test('a foreign text is told from one of ours', () => {
    expect([token, `https://h/q/${token}`].map(isOurs)).toEqual([true, true])
    expect(['https://weixin.qq.com/r/abc', '早会', ''].map(isOurs)).toEqual([false, false, false])
  })
})

describe('utf8', () => {
  test('text is whole again wherever it was cut', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.integer({ min: 1, max: 5 })), (text, sizes) => {
      const decode = decoder()
      const bytes = Uint8Array.from(Buffer.from(text))
      expect(cut(bytes, sizes).map((piece) => decode(piece.buffer)).join('')).toBe(text)
    }))
  })

  test('nothing is held back once a character is whole', () => {
    const decode = decoder()
    const [first, second] = [Buffer.from('签').subarray(0, 2), Buffer.from('签').subarray(2)]
    expect(decode(Uint8Array.from(first).buffer)).toBe('')
    expect(decode(Uint8Array.from(second).buffer)).toBe('签')
  })

  test('bytes are counted as they are sent', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => expect(byteLength(text)).toBe(Buffer.byteLength(text))))
  })
})

describe('server-sent events', () => {
  const stream = ': hello\n\nid: 5-0\nevent: stats\ndata: {"a":1}\n\nevent: checkin\ndata: one\ndata: two\n\ndata: plain\n\nid: 6-0\ndata'

  test('events are whole wherever the stream was cut, and what is unfinished waits', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (sizes) => {
      const heard = []
      const hear = parser((event) => heard.push(event))
      cut(stream, sizes).forEach(hear)
      expect(heard).toEqual([
        { event: 'stats', data: '{"a":1}', id: '5-0' },
        { event: 'checkin', data: 'one\ntwo', id: '5-0' },
        { event: 'message', data: 'plain', id: '5-0' },
      ])
    }))
  })
})

test.each([['0.1.0', '0.1.0', false], ['0.1.0', '0.2.0', true], ['0.10.0', '0.9.9', false], ['1', '1.0.1', true], ['', '0.1', true]])(
  'version %p is before %p: %p', (version, other, before) => expect(isBefore(version, other)).toBe(before))
