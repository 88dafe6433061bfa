/** Each component: what it shows for what it is given, and what it tells. */

const { mount, settled, tap, text } = require('./mount')
const texts = require('../../../miniprogram/texts/index')

test('an empty state says what is missing, and offers a way only where there is one', async () => {
  const plain = mount('empty-state', { title: '还没有活动', hint: '' })
  expect(text(plain)).toBe('还没有活动')
  expect(plain.querySelector('.act')).toBeUndefined()

  const offering = mount('empty-state', { title: '还没有活动', hint: '一分钟创建', action: '创建活动' })
  expect(text(offering)).toBe('还没有活动 一分钟创建 创建活动')
  expect(await tap(offering, '.act', 'act')).toBe(1)
})

test('a failure is told in words with its request id, and can be tried again', async () => {
  const note = mount('failure-note', { failure: { kind: 'problem', message: '', status: 503, request_id: 'r-17' } })
  expect(text(note)).toContain(texts.services.unavailable)
  expect(text(note)).toContain(texts.common.requestId('r-17'))
  expect(await tap(note, '.again', 'retry')).toBe(1)
})

test('a failure without a request id shows none', () => {
  const note = mount('failure-note', { failure: { kind: 'offline', message: '' } })
  expect(text(note)).toBe(`${texts.services.offline} ${texts.common.retry}`)
})

test('steps are marked by their state', () => {
  const list = mount('step-list', {
    steps: [
      { step: 'credential', label: '读取', text: '已识别二维码', state: 'done' },
      { step: 'location', label: '定位', text: '没有定位权限', state: 'failed' },
      { step: 'send', label: '提交', text: '正在提交', state: 'running' },
    ],
  })
  expect(text(list)).toBe('读取 已识别二维码 定位 没有定位权限 提交 正在提交')
  expect(['.icon-tick', '.icon-cross', '.spinner'].map((mark) => list.querySelectorAll(mark).length)).toEqual([1, 1, 1])
})

test('where sending is slow there is a way not to wait for it', async () => {
  const step = { step: 'send', label: '提交', text: '网络较慢，还在提交' }
  const quick = mount('step-list', { steps: [{ ...step, state: 'running' }] })
  expect(quick.querySelector('.button')).toBeUndefined()
  const slow = mount('step-list', { steps: [{ ...step, state: 'slow' }] })
  expect(text(slow)).toContain(texts.result.later)
  expect(slow.querySelectorAll('.spinner')).toHaveLength(1)
  expect(await tap(slow, '.button', 'later')).toBe(1)
})

test.each([
  [{ kind: 'offline' }, 'offline'], [{ kind: 'problem', status: 500 }, 'server'], [{ kind: 'problem', status: 404 }, 'empty'],
])('%j shows the sign %s', (failure, icon) => {
  expect(mount('failure-note', { failure: { message: '', ...failure } }).querySelectorAll(`.icon-${icon}`)).toHaveLength(1)
})

test('the sign of a result follows its tone', () => {
  const signs = { good: '.icon-tick', wait: '.icon-clock', bad: '.icon-cross' }
  for (const [tone, sign] of Object.entries(signs)) expect(mount('outcome-mark', { tone }).querySelectorAll(sign)).toHaveLength(1)
})

test('a notice shows its hint only where it has one', () => {
  expect(text(mount('notice-bar', { text: '网络不可用', hint: '' }))).toBe('网络不可用')
  expect(text(mount('notice-bar', { text: '网络不可用', hint: '仍可签到' }))).toBe('网络不可用 仍可签到')
})

test('a record shows title, direction, time, place, cause and what came of it', () => {
  const line = { title: '新生讲座', direction: '签退', when: '今天 09:05', place: '图书馆', why: '', tag: '成功', tone: 'good' }
  expect(text(mount('record-item', { line }))).toBe('新生讲座 签退 · 今天 09:05 · 图书馆 成功')
  expect(text(mount('record-item', { line: { ...line, place: '', why: '二维码已过期' } }))).toBe('新生讲座 签退 · 今天 09:05 二维码已过期 成功')
})

describe('the privacy guide', () => {
  /** A platform that asks when the test says so. */
  const phone = () => {
    const fake = { ask: null, is_ended: false, agreed: [], refused: 0, opened: 0 }
    const onPrivacy = (told) => {
      fake.ask = () => told({ agree: (id) => fake.agreed.push(id), refuse: () => { fake.refused += 1 } })
      return () => { fake.is_ended = true }
    }
    const openPrivacyContract = () => { fake.opened += 1 }
    global.getApp = () => ({ services: { platform: { onPrivacy, openPrivacyContract } } })
    return fake
  }

  /** The popup, once it was asked for. */
  const opened = async () => {
    const fake = phone()
    const popup = mount('privacy-popup')
    expect(text(popup)).toBe('')
    fake.ask()
    await settled()
    expect(text(popup)).toContain(texts.privacy.title)
    return { fake, popup }
  }

  test('agreeing answers with the button that was tapped, and closes it', async () => {
    const { fake, popup } = await opened()
    popup.querySelector('#agree-privacy').dispatchEvent('agreeprivacyauthorization', { bubbles: true })
    await settled()
    expect(fake.agreed).toEqual(['agree-privacy'])
    expect(text(popup)).toBe('')
  })

  test('refusing answers too', async () => {
    const { fake, popup } = await opened()
    popup.querySelector('.button-plain').dispatchEvent('tap')
    await settled()
    expect(fake).toMatchObject({ agreed: [], refused: 1 })
    expect(text(popup)).toBe('')
  })

  test('it can be read before, and stops listening when its page goes', async () => {
    const { fake, popup } = await opened()
    popup.querySelector('.link').dispatchEvent('tap')
    await settled()
    expect(fake.opened).toBe(1)
    popup.detach()
    expect(fake.is_ended).toBe(true)
  })
})
