/** People who stand at a door with their phones, for tests of the phones of staff. */

import bytes from '../../../miniprogram/core/bytes.js'
import personCode from '../../../miniprogram/core/person_code.js'
import { newName, openListed, phoneOf, signIn } from './stack.mjs'

const PERIOD_MS = 30 * 86400 * 1000

/** Somebody whose phone draws codes by itself. */
export class Shower {
  constructor(person, keys) {
    Object.assign(this, { person, keys, user_id: person.user.id })
  }

  static async of(person) {
    return new Shower(person, (await person.get('/v1/me/code')).keys)
  }

  /** What their phone shows for an activity, or showed some seconds ago. */
  code(activity, { ago_s = 0 } = {}) {
    const at = Date.now() - ago_s * 1000
    const { key } = this.keys.find(({ valid_from }) => at < Date.parse(valid_from) + PERIOD_MS)
    return personCode.draw({
      key: personCode.activityKey(bytes.fromBase64Url(key), activity.id), user_id: this.user_id, activity_id: activity.id,
      issued_at: Math.floor(at / 1000), nonce: crypto.getRandomValues(new Uint8Array(4)),
    })
  }
}

/** Somebody with a name, who is on no list. */
export const newcomer = async (name) => {
  const person = await signIn(newName('newcomer'))
  await person.call('PUT', '/v1/me', { name })
  return Shower.of(person)
}

/** An activity with gates whose roster has these names; each is known as the user of their phone. */
export const openDoor = async (names, changes = {}) => {
  const logins = names.map(() => newName('guest'))
  const people = names.map((name, index) => ({ name, phone: phoneOf(logins[index]), number: `2026${String(index).padStart(4, '0')}`, group: index % 2 ? '二班' : '一班' }))
  const activity = await openListed(people, { gates: ['北门', '南门'], ...changes })
  const bound = []
  for (const login of logins) {
    const person = await signIn(login)
    await person.post(`${activity.path}/me/phone`, { code: `sim:${login}` })
    bound.push(await Shower.of(person))
  }
  return Object.assign(activity, { people: bound })
}

/** Somebody who is staff of an activity alone. */
export const hire = async (activity, name) => {
  const { code } = await activity.owner.post(`/v1/organisations/${activity.organisation_id}/invites`, {
    role: 'staff', uses: 1, activity_id: activity.id, expires_at: new Date(Date.now() + 3600000).toISOString(),
  })
  const person = await signIn(newName('staff'))
  await person.call('PUT', '/v1/me', { name })
  await person.post('/v1/invites/accept', { code })
  return person
}

/** Opens scan mode on a phone of staff. */
export const scanAt = async (phone, activity, gate = '北门') => {
  await phone.open(`organise/pages/door/door?activity_id=${activity.id}`)
  await phone.sees(/已备好|没有名单/)
  if (gate) await phone.tap(gate, { exact: true })
  await phone.tap('开始扫码')
}

/** Holds a code in front of the camera until it was read. */
export const hold = async (phone, text) => {
  await phone.set({ held: text })
  await phone.page.waitForFunction((held) => window.getCurrentPages().at(-1).last_text === held, text)
  await phone.set({ held: '' })
}
