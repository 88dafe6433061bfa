/** A person's own proof on the phone: one tap from the record to the open paper, and why there is none. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scene } from './scene.mjs'
import { newName, openActivity, signIn, until } from './stack.mjs'

const { phone: newPhone } = scene()

/** Somebody who came, and their record. */
const comer = async (changes = {}) => {
  const activity = await openActivity({ methods: ['code'], place: undefined, policy: undefined, ...changes })
  const person = await signIn(newName('comer'))
  const { checkin } = await person.come(activity.code)
  const came = () => activity.owner.get(`/v1/activities/${activity.id}/people?status=checked_in`)
  await until(came, ({ people }) => people.length === 1)
  return { activity, person, record: `pages/record/record?id=${checkin.id}` }
}

const close = ({ owner, id }) => owner.post(`/v1/activities/${id}/close`)

test('from the record one tap makes the proof and opens it; it can be opened again and sent on', async (context) => {
  const { activity, person, record } = await comer()
  const phone = await newPhone({ login: `sim:${person.name}` })
  await phone.open(record)
  await phone.tap('领取参会证明')
  await phone.sees('结束后就能领取')
  await close(activity)
  const taps = phone.taps
  await phone.tap('领取参会证明')
  await phone.sees('再次打开')
  context.diagnostic(`taps from the record to the open proof ${phone.taps - taps}`)
  assert.equal(phone.taps - taps, 1)
  await until(() => phone.calls('openDocument'), ({ length }) => length === 1)
  const made = await person.get(`/v1/activities/${activity.id}/me/proof`)
  assert.deepEqual([made.state, made.reason], ['done', null])
  await phone.tap('再次打开')
  await phone.tap('发送到聊天')
  await until(() => phone.calls('shareFileMessage'), ({ length }) => length === 1)
  assert.equal((await phone.calls('openDocument')).length, 2)
})

test('while it waits and is made that is told', async () => {
  const { activity, person, record } = await comer()
  await close(activity)
  const phone = await newPhone({ login: `sim:${person.name}` })
  const job = { state: 'queued', progress: 0, file_bytes: 0, file_name: '', reason: null, created_at: new Date().toISOString(), expires_at: null }
  const states = [job, { ...job, state: 'running', progress: 40 }, { ...job, state: 'failed', reason: 'NOBODY_QUALIFIES' }]
  let asked = 0
  await phone.page.route(/\/me\/proof$/, (route) => {
    const said = states[Math.min(asked, states.length - 1)]
    asked += 1
    return route.fulfill({ status: said.state === 'done' ? 200 : 202, contentType: 'application/json', body: JSON.stringify(said) })
  })
  await phone.open(record)
  await phone.tap('领取参会证明')
  await phone.sees('正在排队')
  await phone.sees('正在生成 40%')
  await phone.sees('签到记录刚刚有变化')
  assert.equal((await phone.calls('openDocument')).length, 0)
})

test('where organisers give proofs themselves they are named, and whoever waits for a decision has no button', async () => {
  const { activity, person, record } = await comer({ policy: { own_proof: 'never' } })
  await close(activity)
  const phone = await newPhone({ login: `sim:${person.name}` })
  await phone.open(record)
  await phone.tap('领取参会证明')
  await phone.sees('证明只由组织者出具')

  const doubtful = await openActivity({ methods: ['code'], policy: { fence: 'review' } })
  const waiting = await signIn(newName('waiting'))
  const { checkin } = await waiting.come(doubtful.code)
  assert.equal(checkin.outcome, 'pending_review')
  const other = await newPhone({ login: `sim:${waiting.name}` })
  await other.open(`pages/record/record?id=${checkin.id}`)
  await other.sees('待人工核验')
  assert.equal(await other.page.getByText('领取参会证明').count(), 0)
})
