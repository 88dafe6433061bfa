/** The screens of rosters and of what people say of themselves, for `screens.mjs`. */

import { newName, openActivity, openListed, phoneOf, signIn, until } from './stack.mjs'

const LONG_NAME = '阿卜杜热合曼·买买提明·艾合买提江'
const SOON = { from: 60, opens_before_s: 600, title: '二〇二六年秋季新生入学教育与专业介绍大会（第一场，东陆校区）' }
const LIST = '姓名,学号,手机,分组,座位\n王小明,2026001,13800000001,一班,A7\n阿卜杜热合曼·买买提明·艾合买提江,2026002,138,二班,\n,2026003,,,\n李小红,2026004,13800000004,,B2\n'

const IMPORTS = ['ready', 'applying', 'applied', 'failed']

/** A roster with people of each kind, an activity of theirs that runs and one that comes, and who is whom. */
export const populateRosters = async () => {
  const [listed, stranger] = [newName('listed'), newName('stranger')]
  const people = [
    { name: '王小明', number: '2026001', phone: phoneOf(listed), group: '一班', note: '第一排' },
    { name: LONG_NAME, number: '2026002', phone: '13900000002', group: '二〇二六级信息学院软件工程专业二班' }, { name: '李小红' },
  ]
  const ask = [{ detail: 'name' }, { detail: 'phone' }, { detail: 'text', label: '衣服尺码' }]
  const running = await openListed(people, { ask })
  const { owner, organisation_id, roster, entries } = running
  const coming = await owner.open({ ...SOON, organisation_id, methods: ['qr', 'code'], roster: 'listed', roster_id: roster.id, ask })
  const member = await signIn(listed)
  await member.post(`${running.path}/me/phone`, { code: `sim:${listed}` })
  await member.come(running.code)
  await (await signIn(stranger)).come(running.code)
  const { code } = await owner.post(`/v1/rosters/${roster.id}/entries/${entries[1].id}/invite`)
  await until(() => running.stats(), (stats) => stats.checked_in === 1 && stats.pending_review === 1)
  // A person sends one file at a time, and screens are looked at side by side.
  const importers = []
  for (const one of await Promise.all(IMPORTS.map(() => signIn(newName('importer'))))) {
    await owner.enlist(organisation_id, one, 'organiser')
    importers.push({ login: `sim:${one.name}` })
  }
  return { running, coming, importers, roster, entries: (await owner.get(`/v1/rosters/${roster.id}/entries`)).entries, code, listed, stranger, empty: await openActivity() }
}

const LISTS = ['normal', 'empty', 'loading', 'error', 'offline']
const COMING = ['normal', 'loading', 'error', 'offline']

/** Every page: as `pagesOf` of `screens.mjs`. */
export const rosterPagesOf = ({ running, coming, roster, entries, code, listed, stranger, empty }) => {
  const [owner, nobody] = [running.owner.name, empty.owner.name]
  const of = ({ organisation_id }) => `organisation_id=${organisation_id}&manage=1`
  const entry = (index) => `/organise/pages/entry/entry?roster_id=${roster.id}&manage=1&entry=${encodeURIComponent(JSON.stringify(entries[index]))}`
  return [
    { name: 'rosters', at: `/organise/pages/rosters/rosters?${of(running)}`, none: `/organise/pages/rosters/rosters?${of(empty)}`, states: LISTS, login: owner, nobody },
    { name: 'roster', at: `/organise/pages/roster/roster?roster_id=${roster.id}&manage=1`, states: COMING, login: owner },
    { name: 'roster-entry', at: entry(1), states: ['normal', 'offline'], login: owner },
    { name: 'roster-entry-bound', at: entry(0), states: ['normal'], login: owner },
    { name: 'roster-entry-new', at: `/organise/pages/entry/entry?roster_id=${roster.id}&manage=1`, states: ['normal'], login: owner },
    { name: 'roster-match', at: `/organise/pages/match/match?roster_id=${roster.id}&user_id=x&name=${encodeURIComponent('王小明')}`, states: COMING, login: owner },
    { name: 'roster-match-none', at: `/organise/pages/match/match?roster_id=${roster.id}&user_id=x&name=${encodeURIComponent('司徒静')}`, states: ['normal'], login: owner },
    { name: 'roster-import', at: `/organise/pages/import/import?roster_id=${roster.id}`, states: ['normal'], login: owner },
    { name: 'privacy', at: `/organise/pages/privacy/privacy?${of(running)}`, states: COMING, login: owner },
    { name: 'privacy-read', at: `/organise/pages/privacy/privacy?organisation_id=${running.organisation_id}`, states: ['normal'], login: owner },
    { name: 'form-listed', at: `/organise/pages/form/form?activity_id=${coming.id}`, states: ['normal'], login: owner },
    { name: 'hub-listed', at: `/organise/pages/hub/hub?activity_id=${running.id}`, states: ['normal'], login: owner },
    { name: 'people-listed', at: `/organise/pages/people/people?activity_id=${running.id}&roster_id=${roster.id}&asks=1`, states: ['normal'], login: owner },
    { name: 'reviews-listed', at: `/organise/pages/reviews/reviews?activity_id=${running.id}&roster_id=${roster.id}`, states: ['normal'], login: owner },
    { name: 'claim', at: `/pages/claim/claim?code=${code}`, states: COMING, login: stranger },
    { name: 'claim-unknown', at: '/pages/claim/claim?code=CFGHJKMNPRTVWX', states: ['normal'], login: stranger },
    { name: 'activity-coming', at: `/pages/activity/activity?activity_id=${coming.id}`, states: COMING, login: listed },
    { name: 'activity-stranger', at: `/pages/activity/activity?activity_id=${coming.id}`, states: ['normal'], login: stranger },
    { name: 'activity-asked', at: `/pages/activity/activity?activity_id=${running.id}`, states: ['normal'], login: listed },
  ]
}

/** What is there after taps: as `reached` of `screens.mjs` makes them, by `open` to a page. */
export const rosterStepsOf = ({ running, importers, roster, listed, stranger }, reached, open) => {
  const owner = { login: `sim:${running.owner.name}` }
  // A phone goes on with the import that it began.
  const checked = async (phone) => {
    await phone.page.evaluate(() => localStorage.removeItem('wx:roster_import'))
    await open(phone, `/organise/pages/import/import?roster_id=${roster.id}`)
    await phone.page.locator('.h-page:not([hidden]) textarea').fill(LIST)
  }
  const held = (state) => async (phone) => {
    await phone.page.route(/\/imports$/, async (route) => {
      const reply = await route.fetch()
      await route.fulfill({ response: reply, json: { ...await reply.json(), state, done: 1200, total: 5000 } })
    })
    await phone.page.route(/\/imports\/[^/]+$/, () => {})
    await checked(phone)
  }
  const came = (login) => [{ login: `sim:${login}` }, ['我要签到'], async (phone) => phone.set({ scan: (await running.qr()).url })]
  const [member, foreigner] = [came(listed), came(stranger)]
  const [ready, applying, applied, failed] = importers
  return [
    reached('roster-more', owner, ['名单设置'], '删除名单', (phone) => open(phone, `/organise/pages/roster/roster?roster_id=${roster.id}&manage=1`)),
    reached('roster-exported', owner, ['名单设置', '导出名单'], '再次打开', (phone) => open(phone, `/organise/pages/roster/roster?roster_id=${roster.id}&manage=1`)),
    reached('roster-import-ready', ready, ['检查名单'], '不会导入', checked),
    reached('roster-import-applying', applying, ['检查名单'], '正在导入', held('applying')),
    reached('roster-import-applied', applied, ['检查名单'], '导入完成', held('applied')),
    reached('roster-import-failed', failed, ['检查名单'], '没有读懂', async (phone) => {
      await checked(phone)
      await phone.page.locator('.h-page:not([hidden]) textarea').fill('<html></html>')
    }),
    reached('result-listed', member[0], member[1], '名单上的你', member[2]),
    reached('result-stranger', foreigner[0], foreigner[1], '还不知道你是', foreigner[2]),
  ]
}
