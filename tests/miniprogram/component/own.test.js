/** What people say of themselves: who they are, whether they come, what they are asked. */

const { mount, settled, tap, text } = require('./mount')
const texts = require('../../../miniprogram/texts/index')

const { coming, details, entry } = texts.own
const ENTRY = { id: 'e', name: '王小明', group: '一班', shown: [{ heading: '座位', value: 'A7' }] }
const QUESTIONS = [{ detail: 'name', label: '', said: '李雷' }, { detail: 'text', label: '尺码', said: '' }]

let said
let asked

/** What the server would answer; whatever is told it is kept in `said`. */
const server = (answers) => {
  said = []
  asked = []
  const answering = (name) => async (...told) => {
    said.push([name, ...told])
    if (answers[name].kind) throw answers[name]
    return answers[name]
  }
  const participants = Object.fromEntries(['ownEntry', 'bindByPhone', 'own', 'answer', 'tell'].map((name) => [name, answering(name)]))
  const subscriptions = { ask: async (names) => { asked.push(names) } }
  global.getApp = () => ({ services: { participants, subscriptions } })
  global.wx = { ...global.wx, showToast() {} }
}

const shown = async (name, properties = {}) => {
  const component = mount(name, { activity_id: 'a1', ...properties })
  await settled()
  return component
}

const give = async (component, detail) => {
  component.querySelector('.button').dispatchEvent('getphonenumber', { detail })
  await settled()
}

describe('who one is', () => {
  test('is no question of an activity without a roster, nor where it cannot be asked', async () => {
    server({ ownEntry: { is_listed: false, roster_title: null, entry: null } })
    expect(text(await shown('own-entry'))).toBe('')
    server({ ownEntry: { kind: 'offline', message: '' } })
    expect(text(await shown('own-entry'))).toBe('')
  })

  test('is told with the seat', async () => {
    server({ ownEntry: { is_listed: true, roster_title: '新生', entry: ENTRY } })
    expect(text(await shown('own-entry'))).toBe(`${entry.who('王小明')} ${entry.group} 一班 座位 A7`)
  })

  test('is said by phone number, and whoever waits for it is told', async () => {
    server({ ownEntry: { is_listed: true, roster_title: '新生', entry: null }, bindByPhone: { is_listed: true, roster_title: '新生', entry: ENTRY } })
    const component = await shown('own-entry', { is_waiting: true })
    expect(text(component)).toContain(entry.pending)
    expect(text(component)).toContain(entry.phoneWhy)
    let bound = 0
    component.addEventListener('bound', () => { bound += 1 })
    await give(component, { code: 'c' })
    expect(said.pop()).toEqual(['bindByPhone', 'a1', 'c'])
    expect(text(component)).toContain('A7')
    expect(bound).toBe(1)
  })

  test.each([
    ['no number was given', {}, entry.refused],
    ['nobody has the number', { code: 'c' }, texts.explain({ reason: 'PHONE_NOT_LISTED' }).what],
  ])('stays open where %s, with what to do', async (_, detail, told) => {
    const nobody = { kind: 'problem', message: '', status: 404, reason: 'PHONE_NOT_LISTED' }
    server({ ownEntry: { is_listed: true, roster_title: '新生', entry: null }, bindByPhone: nobody })
    const component = await shown('own-entry')
    await give(component, detail)
    expect(text(component)).toContain(told)
    expect(text(component)).toContain(entry.phone)
  })
})

describe('whether one comes', () => {
  const own = (answer) => ({ answer, questions: [] })

  test('is said by one tap, which asks for the reminder the first time', async () => {
    server({ own: own(null), answer: own('coming') })
    const component = await shown('own-answer')
    expect(text(component)).toContain(coming.ask)
    await tap(component, '.answer', 'none')
    expect([said.pop(), asked]).toEqual([['answer', 'a1', 'coming'], [['activity_reminder']]])
    expect(text(component)).toContain(coming.said.coming)
    await tap(component, '.answer', 'none')
    expect(asked).toHaveLength(1)
  })

  test('who asks for leave is asked for nothing', async () => {
    server({ own: own(null), answer: own('leave') })
    const component = await shown('own-answer')
    component.querySelectorAll('.answer')[1].dispatchEvent('tap')
    await settled()
    expect([said.pop(), asked]).toEqual([['answer', 'a1', 'leave'], []])
    expect(text(component)).toContain(coming.said.leave)
  })
})

describe('what is asked', () => {
  const own = (questions) => ({ answer: null, questions, organisation_name: '棋社', purpose: '发纪念品', keeps_days: 180 })

  test('comes with who asks, what for and how long, and what was said before is sent along', async () => {
    server({ own: own(QUESTIONS), tell: own(QUESTIONS.map((one) => ({ ...one, said: one.said || 'XL' }))) })
    const component = await shown('own-details')
    for (const told of [details.why('棋社'), details.purpose('发纪念品'), details.keeps(180)]) expect(text(component)).toContain(told)
    await tap(component, '.button', 'none')
    expect(said.pop()).toEqual(['tell', 'a1', [{ detail: 'name', value: '李雷' }]])
    expect(text(component)).toBe(`${details.labels.name} 李雷 尺码 XL ${details.change}`)
  })

  test('needs one answer at least, and what the server would not take says why', async () => {
    server({ own: own([{ detail: 'text', label: '尺码', said: '' }]) })
    const empty = await shown('own-details')
    await tap(empty, '.button', 'none')
    expect(text(empty)).toContain(details.needsAny)
    server({ own: own(QUESTIONS), tell: { kind: 'problem', message: '', status: 429, reason: 'TOO_MANY_TRIES' } })
    const refused = await shown('own-details')
    await tap(refused, '.button', 'none')
    expect(text(refused)).toContain(texts.explain({ reason: 'TOO_MANY_TRIES' }).what)
  })
})
