/** What is asked of the server about organisations, and about an activity that exists. */

const { soon } = require('../clock')
const { createWorld } = require('../world')

beforeEach(() => jest.useFakeTimers({ now: new Date('2026-09-01T08:00:00Z') }))
afterEach(() => jest.useRealTimers())

const WIFI = [{ ssid: 'hall', bssid: '3c:7c:3f:00:1a:2b' }]
const PLACE = { name: '报告厅', latitude: 25, longitude: 102, coord: 'gcj02', radius_m: 100 }

/** The last that was heard after a call, which this server has no answer for. */
const heardOf = async (ask) => {
  const { server, services } = createWorld()
  await soon(services.session.ensure())
  await soon(ask(services).catch(() => null))
  const { method, path, body } = server.heard[server.heard.length - 1]
  return [method, path, body]
}

test.each([
  ['rename', ({ organisations }) => organisations.rename('o1', '棋社'), ['PUT', '/v1/organisations/o1', { name: '棋社' }]],
  ['list', ({ organisations }) => organisations.list(true), ['GET', '/v1/organisations?page_size=50&archived=true', null]],
  ['unarchive', ({ organisations }) => organisations.unarchive('o1'), ['POST', '/v1/organisations/o1/unarchive', null]],
  ['archive', ({ organisations }) => organisations.archive('o1'), ['POST', '/v1/organisations/o1/archive', null]],
  ['members', ({ organisations }) => organisations.members('o1', { name: '李雷' }), ['GET', `/v1/organisations/o1/members?page_size=50&name=${encodeURIComponent('李雷')}`, null]],
  ['change', ({ organisations }) => organisations.change('o1', 'u1', { role: 'staff' }), ['PUT', '/v1/organisations/o1/members/u1', { role: 'staff' }]],
  ['remove', ({ organisations }) => organisations.remove('o1', 'u1'), ['DELETE', '/v1/organisations/o1/members/u1', null]],
  ['handOver', ({ organisations }) => organisations.handOver('o1', 'u1'), ['POST', '/v1/organisations/o1/handover', { user_id: 'u1' }]],
  ['invite', ({ organisations }) => organisations.invite('o1', 'i1'), ['GET', '/v1/organisations/o1/invites/i1', null]],
  ['revokeInvite', ({ organisations }) => organisations.revokeInvite('o1', 'i1'), ['POST', '/v1/organisations/o1/invites/i1/revoke', null]],
  ['preview', ({ organisations }) => organisations.preview('K7MCFGHJ4R9XWT'), ['GET', '/v1/invites/preview?code=K7MCFGHJ4R9XWT', null]],
  ['accept', ({ organisations }) => organisations.accept('K7MCFGHJ4R9XWT'), ['POST', '/v1/invites/accept', { code: 'K7MCFGHJ4R9XWT' }]],
  ['places', ({ organisations }) => organisations.places('o1'), ['GET', '/v1/organisations/o1/places?page_size=50', null]],
  ['savePlace', ({ organisations }) => organisations.savePlace('o1', PLACE, WIFI), ['POST', '/v1/organisations/o1/places', { place: PLACE, wifi: WIFI }]],
  ['learnWifi', ({ organisations }) => organisations.learnWifi('o1', 'p1', WIFI), ['POST', '/v1/organisations/o1/places/p1/wifi', { wifi: WIFI }]],
  ['forgetPlace', ({ organisations }) => organisations.forgetPlace('o1', 'p1'), ['DELETE', '/v1/organisations/o1/places/p1', null]],
  ['an edit', ({ organise }) => organise.change({ id: 'a1', revision: 4 }, { capacity: 80 }), ['PUT', '/v1/activities/a1', { revision: 4, capacity: 80 }]],
  ['a copy', ({ organise }) => organise.copy('a1', '2026-09-02T08:00:00Z'), ['POST', '/v1/activities/a1/copy', { starts_at: '2026-09-02T08:00:00Z' }]],
  ['a trial', ({ organise }) => organise.rehearse('a1'), ['POST', '/v1/activities/a1/rehearsal', null]],
  ['a reopening', ({ organise }) => organise.reopen('a1'), ['POST', '/v1/activities/a1/reopen', null]],
  ['a draft that goes', ({ organise }) => organise.remove('a1'), ['DELETE', '/v1/activities/a1', null]],
  ['its crew', ({ organise }) => organise.crew('a1'), ['GET', '/v1/activities/a1/staff?page_size=50', null]],
  ['one of its crew who goes', ({ organise }) => organise.dismiss('a1', 'u1'), ['DELETE', '/v1/activities/a1/staff/u1', null]],
  ['a screen', ({ organise }) => organise.makeDisplay('a1', { kind: 'qr', show_names: 'none' }), ['POST', '/v1/activities/a1/displays', { kind: 'qr', show_names: 'none' }]],
  ['a browser that asks', ({ consoles }) => consoles.look('t1'), ['GET', '/v1/auth/console/t1', null]],
  ['one that is let in', ({ consoles }) => consoles.approve('t1', '07'), ['POST', '/v1/auth/console/t1/approve', { digits: '07' }]],
  ['one that is not', ({ consoles }) => consoles.deny('t1'), ['POST', '/v1/auth/console/t1/deny', null]],
  ['the devices', ({ consoles }) => consoles.sessions(), ['GET', '/v1/me/sessions', null]],
  ['one that ends', ({ consoles }) => consoles.end('s1'), ['DELETE', '/v1/me/sessions/s1', null]],
  ['a screen that ends', ({ organise }) => organise.endDisplay('a1', 'd1'), ['DELETE', '/v1/activities/a1/displays/d1', null]],
])('%s', async (_, ask, heard) => expect(await heardOf(ask)).toEqual(heard))

test('an invite whose answer is lost is made once', async () => {
  const { server, phone, services } = createWorld()
  await soon(services.session.ensure())
  const invite = { role: 'staff', uses: 1, expires_at: '2026-09-08T08:00:00Z' }
  phone.answers_lost = 3
  await expect(soon(services.organisations.makeInvite('o1', invite))).rejects.toMatchObject({ kind: 'timeout' })
  await soon(services.organisations.makeInvite('o1', invite).catch(() => null))
  const keys = server.heard.filter((one) => one.path === '/v1/organisations/o1/invites').map((one) => one.headers['idempotency-key'])
  expect([keys.length, new Set(keys).size]).toEqual([4, 1])
})
