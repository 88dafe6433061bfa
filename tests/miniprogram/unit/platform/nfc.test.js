/** Tags over an imitated adapter: what is told of them, what is written, and what each number of wx means. */

const { readsTags, watchTags } = require('../../../../miniprogram/platform/nfc')

const bytes = (text, ...before) => Uint8Array.from([...before, ...Buffer.from(text)]).buffer
const link = { records: [{ tnf: 1, type: bytes('U'), payload: bytes('h.example/n/a', 4) }] }

/** An adapter whose calls go wrong by `numbers`, and what was called. */
const adapterOf = (numbers = {}) => {
  const done = []
  const called = (name) => (options) => {
    done.push(options.uris ? `${name} ${options.uris}` : name)
    if (numbers[name]) options.fail({ errMsg: `${name}:fail`, errCode: numbers[name] })
    else options.success({})
  }
  const ndef = { connect: called('connect'), writeNdefMessage: called('write'), close: called('close') }
  const adapter = {
    tech: { ndef: 'NDEF' }, listeners: [],
    onDiscovered: (call) => adapter.listeners.push(call),
    offDiscovered: (call) => { adapter.listeners = adapter.listeners.filter((one) => one !== call) },
    startDiscovery: called('start'), stopDiscovery: called('stop'), getNdef: () => ndef,
  }
  global.wx = { getNFCAdapter: () => adapter }
  return { adapter, done }
}

/** What a page hears from the moment it listens. */
const listening = () => {
  const heard = []
  const stop = watchTags({ onReady: () => heard.push('ready'), onTag: (tag) => heard.push(tag), onFailure: (found) => heard.push(found) })
  return { heard, stop }
}

const settled = () => new Promise((resolve) => { setImmediate(resolve) })

afterEach(() => { delete global.wx })

test('tags are told until nobody listens', async () => {
  const { adapter, done } = adapterOf()
  const { heard, stop } = listening()
  await settled()
  adapter.listeners[0]({ techs: ['NFC-A', 'NDEF'], messages: [link] })
  adapter.listeners[0]({ techs: ['NFC-A'] })
  expect(heard).toMatchObject(['ready', { url: 'https://h.example/n/a', can_write: true }, { url: '', can_write: false }])
  stop()
  expect([adapter.listeners, done]).toEqual([[], ['start', 'stop']])
})

test('who left before it began hears nothing', async () => {
  adapterOf({ start: 13001 })
  const { heard, stop } = listening()
  stop()
  await settled()
  expect(heard).toEqual([])
})

test.each([
  [13000, { kind: 'unsupported' }], [13001, { kind: 'denied', reason: 'NFC_OFF' }], [13019, { kind: 'denied', reason: 'NFC_DENIED' }],
  [13010, { kind: 'failed', reason: 'NFC_FAILED' }], [13021, 'ready'],
])('%i at the beginning reads %j', async (number, told) => {
  adapterOf({ start: number })
  const { heard } = listening()
  await settled()
  expect(heard).toMatchObject([told])
})

/** The tag that was touched. */
const touched = async (numbers) => {
  const { adapter, done } = adapterOf(numbers)
  const { heard } = listening()
  await settled()
  adapter.listeners[0]({ techs: ['NDEF'] })
  return { tag: heard[1], done }
}

test('a link is written, and the tag is let go of', async () => {
  const { tag, done } = await touched({ close: 13023 })
  await tag.write('https://h.example/n/b')
  expect(done.slice(1)).toEqual(['connect', 'write https://h.example/n/b', 'close'])
})

test.each([
  ['connect', 13016, 'NFC_TAG_LOST'], ['write', 13017, 'NFC_TAG_LOST'], ['connect', 13015, 'NFC_TAG_UNSUITED'], ['write', 13024, 'NFC_TAG_UNSUITED'],
  ['write', 13010, 'NFC_FAILED'],
])('a %s that fails by %i is %s', async (step, number, reason) => {
  const { tag } = await touched({ [step]: number })
  await expect(tag.write('https://h.example/n/b')).rejects.toMatchObject({ reason })
})

test('a tag that is connected already is written all the same', async () => {
  const { tag } = await touched({ connect: 13022 })
  await expect(tag.write('https://h.example/n/b')).resolves.toBeUndefined()
})

test.each([['android', true], ['ohos', true], ['ios', false]])('on %s WeChat reads tags: %s', (platform, can) => {
  adapterOf()
  expect(readsTags(platform)).toBe(can)
  global.wx = {}
  expect(readsTags(platform)).toBe(false)
})
