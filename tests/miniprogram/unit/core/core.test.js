/** The small pure parts. */

const fc = require('fast-check')
const { backoffMs } = require('../../../../miniprogram/core/backoff')
const { alone } = require('../../../../miniprogram/core/alone')
const { codeIn, isInvite } = require('../../../../miniprogram/core/code')
const { asFailure, failure, isPassing, pictureOf, problemOf } = require('../../../../miniprogram/core/failure')
const { only } = require('../../../../miniprogram/core/fields')
const { decoded, foreignKind, inviteOf, isOfOneTouch, tagOf, ticketOf, tokenOf } = require('../../../../miniprogram/core/qr_link')
const { parser } = require('../../../../miniprogram/core/sse')
const { parseTime, toRfc3339, within } = require('../../../../miniprogram/core/time')
const { byteLength, decoder } = require('../../../../miniprogram/core/utf8')
const { uuid7 } = require('../../../../miniprogram/core/uuid7')
const { isBefore } = require('../../../../miniprogram/core/version')
const texts = require('../../../../miniprogram/texts/index')

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

  test.each([
    [{ kind: 'offline' }, 'offline'], [{ kind: 'timeout' }, 'offline'], [{ kind: 'problem', status: 503 }, 'server'], [{ kind: 'problem', status: 404 }, 'empty'],
    [{ kind: 'failed' }, 'server'],
  ])('%j looks like %s', (found, picture) => expect(pictureOf(found)).toBe(picture))

  test('anything thrown can be told', () => {
    expect(asFailure(new TypeError('x is undefined'))).toEqual({ kind: 'failed', message: 'x is undefined' })
    expect(asFailure(failure('denied', 'no'))).toEqual({ kind: 'denied', message: 'no' })
  })
})

test('only named and given fields are left', () => {
  expect(only({ a: 1, b: undefined, c: 0, d: '' }, ['a', 'b', 'c'])).toEqual({ a: 1, c: 0 })
})

describe('QR links', () => {
  const base = 'https://qiandao.example.com'
  const token = 'AQEUMEr8rzI4w3zwDyDeFLBsvSCSrawiN67Rgz3WBARbWo0snNcuss2m5o7WxQFPq-4wtGj7r8U'

  test.each([
    `${base}/q/${token}`, ` HTTPS://QIANDAO.example.com/q/${token}?from=wall `, `http://qiandao.example.com/q/${token}#a`, token, ` ${token}\n`,
  ])('%j is one of ours', (text) => expect(tokenOf(text, base)).toBe(token))

  test('the server may have a port and a path', () => {
    expect(tokenOf(`http://127.0.0.1:8080/q/${token}`, 'http://127.0.0.1:8080/api')).toBe(token)
    expect(tokenOf(`http://127.0.0.1/q/${token}`, 'http://127.0.0.1:8080')).toBe('')
  })

  test.each([
    ['payment', '134567890123456789'], ['payment', '281234567890123456'], ['payment', '6212345678901234567'],
    ['collection', 'wxp://f2f0abcdef'], ['collection', 'https://qr.alipay.com/fkx1234'],
    ['login', 'https://login.weixin.qq.com/l/IabcXYZ=='], ['login', 'https://open.weixin.qq.com/connect/confirm?uuid=1'],
    ['mini', 'https://mp.weixin.qq.com/a/~abc'], ['contact', 'https://u.wechat.com/abc'], ['contact', 'https://weixin.qq.com/g/abc'],
    ['contact', 'BEGIN:VCARD\nFN:x'], ['wifi', 'WIFI:S:hall;T:WPA;P:x;;'],
    ['link', `https://example.com/q/${token}`], ['link', `${base}/q/nonsense`], ['link', `${base}.evil.cn/q/${token}`], ['link', `${base}/queue/${token}`],
    ['link', `https://evil.cn/?u=${base}/q/${token}`], ['link', `https://user@qiandao.example.com/q/${token}`],
    ['other', '0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c55'], ['other', '20261234567'], ['other', '早会'], ['other', ''], ['other', 'K7M2PQ'], ['other', '%E0%A4%A'],
  ])('a %s, %j, is none of ours', (kind, text) => {
    expect(tokenOf(text, base)).toBe('')
    expect(foreignKind(text, base)).toBe(kind)
  })

  const ticket = '0198a7c2-5d1e-7c43-9a10-6f2e8b7d4c55'

  test.each([
    [`${base}/c/${ticket}`, ticket], [` ${base.toUpperCase()}/c/${ticket.toUpperCase()}?x=1`, ticket], [`${base}/c/nonsense`, ''],
    [`${base}/q/${ticket}`, ''], [`https://other.example/c/${ticket}`, ''], [ticket, ''],
  ])('the ticket of %s is %p, and it is nothing else', (text, found) => {
    expect(ticketOf(text, base)).toBe(found)
    expect(foreignKind(text, base) === 'console').toBe(Boolean(found))
    expect([tokenOf(text, base), inviteOf(text, base)]).toEqual(['', ''])
  })

  test.each([
    ['https://h.example/i/K7MCFGHJ4R9XWT', 'K7MCFGHJ4R9XWT'], ['HTTPS://H.EXAMPLE/i/k7mcfghj4r9xwt?x=1', 'K7MCFGHJ4R9XWT'],
    ['https://other.example/i/K7MCFGHJ4R9XWT', ''], ['https://h.example/q/K7MCFGHJ4R9XWT', ''], ['https://h.example/i/K7MCFG', ''],
    ['K7MCFGHJ4R9XWT', ''],
  ])('the invite of %s is %p', (text, code) => expect(inviteOf(text, 'https://h.example')).toBe(code))

  const tag = 'AZ8oVQAAcACAAAAAAAAAAQGfKFUAAHAAgAAAAAAAAAJj0l6qYkq5w2c7xG0'
  const [e, c] = ['EF963FF7828658A599F3041510671E88', '94EED9EE65337086']

  test.each([
    [`${base}/n/${tag}`, tag], [` HTTPS://QIANDAO.example.com/N/${tag}?from=wall#a `, tag], [`${base}/n/${tag}?e=${e}&c=${c}`, `${tag}.${e}.${c}`],
    [`${base}/n/${tag}?x=1&c=${c}&e=${e.toLowerCase()}#a`, `${tag}.${e.toLowerCase()}.${c}`], [`${base}/n/${tag}?e=${e}`, ''], [`${base}/n/${tag}?c=${c}`, ''],
    [`${base}/n/${tag}?e=${e}0&c=${c}`, ''], [`${base}/n/${tag}?e=${e}&c=${c.slice(2)}zz`, ''], [`${base}/n/${tag}A`, ''], [`${base}/q/${tag}`, ''],
    [`https://other.example/n/${tag}`, ''], [`https://other.example/?u=${base}/n/${tag}`, ''], [tag, ''], ['', ''],
  ])('the tag of %s says %p', (text, said) => {
    expect(tagOf(text, base)).toBe(said)
    expect([tokenOf(text, base), inviteOf(text, base), ticketOf(text, base)]).toEqual(['', '', ''])
    expect(isOfOneTouch(said)).toBe(said.includes('.'))
  })

  test('every kind has its words', () => {
    const kinds = ['payment', 'collection', 'console', 'login', 'mini', 'contact', 'wifi', 'link', 'other']
    expect(Object.keys(texts.checkin.foreign)).toEqual(kinds)
  })

  test('what is not encoded right is left alone', () => {
    expect(decoded('%E0%A4%A')).toBe('%E0%A4%A')
    expect(decoded(encodeURIComponent('东门'))).toBe('东门')
  })
})

describe('codes', () => {
  test.each([
    ['k7m3pc', 'K7M3PC'], ['Ｋ７Ｍ３ＰＣ', 'K7M3PC'], ['k7m 3pc', 'K7M3PC'], ['K7M-3PC', 'K7M3PC'], ['Ｋ7', 'K7'], ['', ''],
    ['签到码：K7M3PC，请在 9:00 前签到', 'K7M3PC'], ['明天 9 点开会，签到码 k7m3pc', 'K7M3PC'], ['code: K7M3PC (room 12)', 'K7M3PC'],
    ['周三例会在 B12 教室，用 K7M3PC 签到', 'K7M3PC'], ['K7M3PC！', 'K7M3PC'], ['K7M3PCX', 'K7M3PCX'], ['签到码K7M3PC有效', 'K7M3PC'],
  ])('in %j the code is %j', (text, code) => expect(codeIn(text)).toBe(code))

  test.each([
    ['k7mcfghj4r9xwt', true], ['K7MC-FGHJ-4R9X-WT', true], ['邀请码：K7MCFGHJ4R9XWT，7 天内有效', true], ['K7MCFGHJ4R9XW', false], ['K7M3PC', false],
    ['K7MCFGHJ4R9XW0', false],
  ])('%j is an invite: %p', (text, is_invite) => {
    expect(isInvite(codeIn(text))).toBe(is_invite)
    if (is_invite) expect(codeIn(text)).toBe('K7MCFGHJ4R9XWT')
  })

  test('what comes of any text is at most a whole code', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(codeIn(text)).toMatch(/^[0-9A-Z]{0,14}$/)
      expect(codeIn(codeIn(text))).toBe(codeIn(text))
    }))
  })

  test('a code is found in any sentence around it', () => {
    const code = fc.string({ unit: fc.constantFrom(...'CFGHJKMNPRTVWXY34679'), minLength: 6, maxLength: 6 })
    const words = fc.string({ unit: fc.constantFrom(...'今天开会，请签到。 ：') })
    fc.assert(fc.property(code, words, words, (made, before, after) => {
      expect(codeIn(`${before}${made.toLowerCase()}${after}`)).toBe(made)
    }))
  })
})

describe('one thing at a time', () => {
  test('what is asked for again meanwhile is not done, for that page only', async () => {
    const [page, other] = [{}, {}]
    const done = []
    let end
    const first = alone(page, () => new Promise((resolve) => { end = resolve }))
    await alone(page, () => done.push('again'))
    await alone(other, () => done.push('other'))
    end()
    await first
    await alone(page, () => done.push('later'))
    expect(done).toEqual(['other', 'later'])
  })

  test('a failure ends it too', async () => {
    const page = {}
    await expect(alone(page, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    let is_done = false
    await alone(page, () => { is_done = true })
    expect(is_done).toBe(true)
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
