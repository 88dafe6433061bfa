/** 再签一次 on phones: a second window in one tap, its QR at once, and each window's numbers and people for itself. */

import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../harness/build.mjs'
import { scene } from './scene.mjs'
import { newName, openActivity, until } from './stack.mjs'

const { phone: newPhone } = scene()

test('an organiser opens a second window in one tap, and participants check in once more', async () => {
  const activity = await openActivity({ title: '高等数学' })
  const first = (await activity.qr()).url
  const name = newName('person')
  const guest = await newPhone({ login: `sim:${name}`, scan: first })
  await guest.open('pages/home/home')
  await guest.tap('我要签到')
  await guest.sees('签到成功')

  const organiser = await newPhone({ login: `sim:${activity.owner.name}` })
  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await organiser.tap('再签一次', { exact: true })
  await organiser.sees('高等数学 · 第 2 次')
  const { occurrences } = await activity.owner.get(activity.path)
  assert.deepEqual(occurrences.map(({ number }) => number), [1, 2])

  const second = (await activity.qr()).url
  assert.notEqual(second, first)
  const again = await newPhone({ login: `sim:${name}`, scan: second })
  await again.open(`pages/activity/activity?activity_id=${activity.id}`)
  await again.sees('第 2 次签到')
  await again.open('pages/home/home')
  await again.tap('我要签到')
  await again.sees('签到成功')
  const came = await until(
    () => activity.owner.get(`${activity.path}/stats`),
    ({ checked_in, stale }) => checked_in === 1 && !stale,
  )
  assert.equal(came.occurrence_id, occurrences[1].id)

  await organiser.open(`organise/pages/hub/hub?activity_id=${activity.id}`)
  await organiser.sees('第 2 次')
  await organiser.page.screenshot({ path: path.join(ROOT, '.local', 'second-window-hub.png') })
  await organiser.tap('第 1 次')
  await organiser.page.waitForFunction((id) => window.getCurrentPages().at(-1).data.occurrence_id === id, occurrences[0].id)
  const asked = organiser.page.waitForRequest((request) => request.url().includes('/people?') && request.url().includes(occurrences[0].id))
  await organiser.tap('签到记录', { exact: true })
  await asked
})
