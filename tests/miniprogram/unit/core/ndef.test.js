/** What is on a tag, byte for byte. */

const { addressIn } = require('../../../../miniprogram/core/ndef')

const bytes = (text, ...before) => Uint8Array.from([...before, ...Buffer.from(text)]).buffer
const record = (payload, { tnf = 1, type = 'U' } = {}) => ({ tnf, id: bytes(''), type: bytes(type), payload })
const message = (...records) => [{ records }]

test.each([
  [0, 'weixin://dl/business', 'weixin://dl/business'], [1, 'h.example/n/a', 'http://www.h.example/n/a'], [2, 'h.example', 'https://www.h.example'],
  [3, '127.0.0.1:8080/n/a', 'http://127.0.0.1:8080/n/a'], [4, 'h.example/n/a?e=0&c=1', 'https://h.example/n/a?e=0&c=1'], [4, 'h.example/签到', 'https://h.example/签到'],
])('an address that begins with %i and goes on with %s is %s', (first, rest, address) => {
  expect(addressIn(message(record(bytes(rest, first))))).toBe(address)
})

test('the first address is taken, past whatever else there is', () => {
  const text = record(bytes('签到', 2, 0x7a, 0x68), { type: 'T' })
  const app = record(bytes('com.tencent.mm'), { tnf: 4, type: 'android.com:pkg' })
  expect(addressIn(message(text, app, record(bytes('a.example', 4)), record(bytes('b.example', 4))))).toBe('https://a.example')
})

test('records that come without their message, or without their kind, are read', () => {
  expect(addressIn([{ type: bytes('U'), payload: bytes('a.example', 4) }])).toBe('https://a.example')
})

test.each([[[]], [message()], [message(record(bytes('')))], [message(record(bytes('a', 36)))], [message(record(bytes('a', 4), { tnf: 4 }))]])('%j has no address', (messages) => {
  expect(addressIn(messages)).toBe('')
})
